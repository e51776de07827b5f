//! The boundary over HTTP: the four routes of the surface, answering as the monolith does.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, Request as HttpRequest, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde::Serialize;

use crate::faults::{Fate, Faults};
use crate::gojson;
use crate::pricing::{self, BASE_CURRENCY, Fields, Request, Sheet};
use crate::rates::{Rates, RatesError};
use crate::wire::{ErrorBody, ErrorDetail, QuoteBody, RateListBody, ZoneRateBody, read_request};

/// Most a client may send, in bytes.
const BODY_BYTES_MAX: usize = 1 << 20;

/// Everything the routes need.
pub(crate) struct Service<R> {
    pub(crate) rates: R,
    pub(crate) faults: Arc<Faults>,
    pub(crate) now: fn() -> Timestamp,
}

/// The routes of the surface, and a health check.
pub(crate) fn router<R: Rates>(service: Service<R>) -> Router {
    let service = Arc::new(service);
    Router::new()
        .route("/api/quotes", post(create::<R>))
        .route("/api/quotes/{id}", get(show::<R>))
        .route("/api/rates", get(list_rates::<R>))
        .route("/api/rates/{zone}", get(show_rate::<R>))
        .layer(from_fn_with_state(Arc::clone(&service.faults), misbehave))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .route(
            "/healthz",
            get(async || answer(StatusCode::OK, &BTreeMap::from([("status", "ok")]))),
        )
        .with_state(service)
}

/// Switches faults; served on a port of its own that only this machine reaches.
pub(crate) fn admin_router(faults: Arc<Faults>) -> Router {
    let show = async |State(faults): State<Arc<Faults>>| format!("{faults}\n");
    let set = async |State(faults): State<Arc<Faults>>, specification: String| match faults
        .set(&specification)
    {
        Ok(()) => (StatusCode::OK, format!("{faults}\n")),
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")),
    };
    Router::new().route("/admin/faults", get(show).post(set)).with_state(faults)
}

async fn misbehave(
    State(faults): State<Arc<Faults>>,
    request: HttpRequest,
    next: Next,
) -> Response {
    match faults.next() {
        Fate::Wait(0) => {}
        Fate::Wait(milliseconds) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
        Fate::Fail => return Failure::internal().into_response(),
        Fate::Crash => std::process::abort(),
        Fate::Hang => std::future::pending().await,
    }
    next.run(request).await
}

/// An error a client may see.
struct Failure {
    status: StatusCode,
    code: String,
    message: String,
    fields: Fields,
}

impl Failure {
    fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), fields: Fields::new() }
    }

    fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong")
    }

    fn invalid(fields: Fields) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self { fields, ..Self::new(status, "quote/invalid", "some fields are not valid") }
    }

    fn unknown(kind: &str, name: &str) -> Self {
        let message = format!("{kind} \"{name}\" is not served");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, &format!("quote/unknown-{kind}"), message)
    }

    fn not_found(kind: &str, key: &str) -> Self {
        let message = format!("{kind} \"{key}\" does not exist");
        Self::new(StatusCode::NOT_FOUND, &format!("{kind}/not-found"), message)
    }

    fn of_body(rejection: &BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return Self::new(status, "request/too-large", "the body is too large");
        }
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "request/cancelled", "the request was given up")
    }
}

impl From<RatesError> for Failure {
    fn from(error: RatesError) -> Self {
        // A log line that can not be written is no reason to fail.
        let _unwritten = writeln!(std::io::stderr(), "request failed: {error}");
        Self::internal()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = ErrorDetail { code: &self.code, message: &self.message, fields: &self.fields };
        answer(self.status, &ErrorBody { error })
    }
}

fn answer<T: Serialize>(status: StatusCode, body: &T) -> Response {
    match gojson::encode(body) {
        Ok(text) => (status, [(CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = value.parse() {
        response.headers_mut().insert(name, value);
    }
    response
}

async fn create<R: Rates>(
    State(service): State<Arc<Service<R>>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    let body = body.map_err(|rejection| Failure::of_body(&rejection))?;
    let bad = |code, message: String| Failure::new(StatusCode::BAD_REQUEST, code, message);
    let value = gojson::parse(&body)
        .map_err(|_| bad("request/not-json", "the body is not valid JSON".to_owned()))?;
    let mut request = read_request(&value).map_err(|gojson::WrongType(field)| {
        bad("request/wrong-type", format!("field \"{field}\" has the wrong type"))
    })?;
    request.normalise().map_err(Failure::invalid)?;

    let sheet = service.rates.sheet(0, &request.zone, &request.currency).await?;
    let (response, id) = service.priced(StatusCode::CREATED, &request, &sheet)?;
    Ok(with_header(response, LOCATION, &format!("/api/quotes/{id}")))
}

async fn show<R: Rates>(
    State(service): State<Arc<Service<R>>>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let missing = || Failure::not_found("quote", &id);
    let (request, version) = pricing::decode_id(&id).ok_or_else(missing)?;
    if version < 1 {
        return Err(missing());
    }
    match service.rates.sheet(version, &request.zone, &request.currency).await {
        Ok(sheet) => Ok(service.priced(StatusCode::OK, &request, &sheet)?.0),
        Err(RatesError::NoRates) => Err(missing()),
        Err(error) => Err(error.into()),
    }
}

impl<R: Rates> Service<R> {
    fn priced(
        &self,
        status: StatusCode,
        request: &Request,
        sheet: &Sheet,
    ) -> Result<(Response, String), Failure> {
        if sheet.zone_name.is_empty() {
            return Err(Failure::unknown("zone", &request.zone));
        }
        known_currency(sheet)?;
        let quote = pricing::price(request, sheet, &self.faults).map_err(Failure::invalid)?;
        let body = QuoteBody::of(&quote, sheet, (self.now)(), &self.faults);
        let response = with_header(answer(status, &body), CACHE_CONTROL, "no-store");
        Ok((response, quote.id))
    }
}

fn known_currency(sheet: &Sheet) -> Result<(), Failure> {
    if sheet.micros == 0 { Err(Failure::unknown("currency", &sheet.currency)) } else { Ok(()) }
}

type Pairs = Vec<(String, String)>;

/// The first value of a name, as Go's `url.Values.Get`.
fn first<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

fn currency(pairs: &Pairs) -> &str {
    match first(pairs, "currency") {
        "" => BASE_CURRENCY,
        named => named,
    }
}

async fn list_rates<R: Rates>(
    State(service): State<Arc<Service<R>>>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Failure> {
    let (head, sheets) = service.rates.list(currency(&pairs), first(&pairs, "zone")).await?;
    known_currency(&head)?;
    let body = RateListBody::of(&head, &sheets, &service.faults);
    Ok(with_header(answer(StatusCode::OK, &body), CACHE_CONTROL, "private, max-age=60"))
}

async fn show_rate<R: Rates>(
    State(service): State<Arc<Service<R>>>,
    Path(zone): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Response, Failure> {
    let sheet = service.rates.sheet(0, &zone, currency(&pairs)).await?;
    if sheet.zone_name.is_empty() {
        return Err(Failure::not_found("zone", &zone));
    }
    known_currency(&sheet)?;
    let response = answer(StatusCode::OK, &ZoneRateBody::of(&sheet));
    Ok(with_header(response, CACHE_CONTROL, "private, max-age=60"))
}

#[cfg(test)]
mod tests;
