//! The forms that go over the wire, in the monolith's order of fields.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::faults::Faults;
use crate::gojson::{Value, WrongType};
use crate::pricing::{Item, Quote, Request, Sheet};

/// A Go slice: `nil` is `null`. The fault makes it what a fresh pair of hands would write.
fn slice<T>(items: Vec<T>, faults: &Faults) -> Option<Vec<T>> {
    if items.is_empty() && !faults.null_list() { None } else { Some(items) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn zero(value: &i64) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn unset(value: &bool) -> bool {
    !*value
}

/// Basis points as a share.
#[expect(clippy::cast_precision_loss, reason = "rates are far below 2^52")]
fn share(points: i64) -> f64 {
    points as f64 / 1e4
}

/// Millionths as a rate.
#[expect(clippy::cast_precision_loss, reason = "rates are far below 2^52")]
pub(crate) fn exchange_rate(micros: i64) -> f64 {
    micros as f64 / 1e6
}

#[derive(Serialize)]
pub(crate) struct QuoteBody<'a> {
    id: &'a str,
    zone: &'a str,
    zone_name: &'a str,
    currency: &'a str,
    exchange_rate: f64,
    lines: Vec<LineBody<'a>>,
    surcharges: Option<Vec<SurchargeBody>>,
    weight_grams: i64,
    subtotal_cents: i64,
    shipping_cents: i64,
    #[serde(skip_serializing_if = "zero")]
    surcharge_cents: i64,
    tax_cents: i64,
    total_cents: i64,
    #[serde(skip_serializing_if = "unset")]
    free_shipping: bool,
    rate_version: i32,
    valid_from: String,
    valid_until: String,
    generated_at: String,
}

#[derive(Serialize)]
struct LineBody<'a> {
    sku: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    title: &'a str,
    quantity: i64,
    unit_cents: i64,
    net_cents: i64,
    tax_class: &'a str,
    tax_rate: f64,
    tax_cents: i64,
    gross_cents: i64,
}

#[derive(Serialize)]
struct SurchargeBody {
    code: &'static str,
    cents: i64,
}

impl<'a> QuoteBody<'a> {
    pub(crate) fn of(quote: &'a Quote, sheet: &'a Sheet, now: Timestamp, faults: &Faults) -> Self {
        let line = |line: &'a crate::pricing::Line| LineBody {
            sku: &line.item.sku,
            title: &line.item.title,
            quantity: line.item.quantity,
            unit_cents: line.unit_cents,
            net_cents: line.net_cents,
            tax_class: &line.item.tax_class,
            tax_rate: share(line.tax_points),
            tax_cents: line.tax_cents,
            gross_cents: line.net_cents + line.tax_cents,
        };
        let surcharge = |&(code, cents): &(&'static str, i64)| SurchargeBody { code, cents };
        Self {
            id: &quote.id,
            zone: &sheet.zone,
            zone_name: &sheet.zone_name,
            currency: &sheet.currency,
            exchange_rate: exchange_rate(sheet.micros),
            lines: quote.lines.iter().map(line).collect(),
            surcharges: slice(quote.surcharges.iter().map(surcharge).collect(), faults),
            weight_grams: quote.weight_grams,
            subtotal_cents: quote.subtotal_cents,
            shipping_cents: quote.shipping_cents,
            surcharge_cents: quote.surcharge_cents,
            tax_cents: quote.tax_cents,
            total_cents: quote.total_cents(),
            free_shipping: quote.free_shipping,
            rate_version: sheet.version,
            valid_from: sheet.effective_from.to_string(),
            valid_until: sheet.valid_until().to_string(),
            generated_at: now.to_string(),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct RateListBody<'a> {
    version: i32,
    currency: &'a str,
    exchange_rate: f64,
    valid_until: String,
    rates: Option<Vec<RateBody<'a>>>,
}

#[derive(Serialize)]
struct RateBody<'a> {
    zone: &'a str,
    name: &'a str,
    first_cents: i64,
    per_kg_cents: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    free_from_cents: Option<i64>,
    #[serde(skip_serializing_if = "zero")]
    remote_cents: i64,
    taxes: BTreeMap<&'a str, f64>,
}

#[derive(Serialize)]
pub(crate) struct ZoneRateBody<'a> {
    #[serde(flatten)]
    rate: RateBody<'a>,
    version: i32,
    currency: &'a str,
    valid_from: String,
    valid_until: String,
}

impl<'a> RateBody<'a> {
    fn of(sheet: &'a Sheet) -> Self {
        Self {
            zone: &sheet.zone,
            name: &sheet.zone_name,
            first_cents: sheet.convert(sheet.first_cents),
            per_kg_cents: sheet.convert(sheet.per_kg_cents),
            free_from_cents: sheet.free_from.map(|cents| sheet.convert(cents)),
            remote_cents: sheet.convert(sheet.remote_cents),
            taxes: sheet
                .taxes
                .iter()
                .map(|(class, points)| (class.as_str(), share(*points)))
                .collect(),
        }
    }
}

impl<'a> RateListBody<'a> {
    pub(crate) fn of(head: &'a Sheet, sheets: &'a [Sheet], faults: &Faults) -> Self {
        Self {
            version: head.version,
            currency: &head.currency,
            exchange_rate: exchange_rate(head.micros),
            valid_until: head.valid_until().to_string(),
            rates: slice(sheets.iter().map(RateBody::of).collect(), faults),
        }
    }
}

impl<'a> ZoneRateBody<'a> {
    pub(crate) fn of(sheet: &'a Sheet) -> Self {
        Self {
            rate: RateBody::of(sheet),
            version: sheet.version,
            currency: &sheet.currency,
            valid_from: sheet.effective_from.to_string(),
            valid_until: sheet.valid_until().to_string(),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct ErrorBody<'a> {
    pub(crate) error: ErrorDetail<'a>,
}

#[derive(Serialize)]
pub(crate) struct ErrorDetail<'a> {
    pub(crate) code: &'a str,
    pub(crate) message: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) fields: &'a BTreeMap<String, String>,
}

/// What an id carries.
#[derive(Serialize)]
pub(crate) struct Inputs<'a> {
    v: i32,
    z: &'a str,
    c: &'a str,
    i: Vec<Input<'a>>,
}

#[derive(Serialize)]
struct Input<'a> {
    s: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    t: &'a str,
    q: i64,
    u: i64,
    w: i64,
    x: &'a str,
}

impl<'a> Inputs<'a> {
    pub(crate) fn of(request: &'a Request, version: i32) -> Self {
        let input = |item: &'a Item| Input {
            s: &item.sku,
            t: &item.title,
            q: item.quantity,
            u: item.unit_cents,
            w: item.weight_grams,
            x: &item.tax_class,
        };
        let items = request.items.iter().map(input).collect();
        Self { v: version, z: &request.zone, c: &request.currency, i: items }
    }
}

/// The names of an item's fields: in requests, and in ids.
struct Names {
    items: &'static str,
    zone: &'static str,
    currency: &'static str,
    sku: &'static str,
    title: &'static str,
    quantity: &'static str,
    unit_cents: &'static str,
    weight_grams: &'static str,
    tax_class: &'static str,
}

const REQUEST: Names = Names {
    items: "items",
    zone: "zone",
    currency: "currency",
    sku: "sku",
    title: "title",
    quantity: "quantity",
    unit_cents: "unit_cents",
    weight_grams: "weight_grams",
    tax_class: "tax_class",
};

const INPUTS: Names = Names {
    items: "i",
    zone: "z",
    currency: "c",
    sku: "s",
    title: "t",
    quantity: "q",
    unit_cents: "u",
    weight_grams: "w",
    tax_class: "x",
};

/// Reads the body of a request for a quote.
///
/// # Errors
/// The first field whose value has the wrong type.
pub(crate) fn read_request(value: &Value) -> Result<Request, WrongType> {
    let mut request = Request::default();
    value.fields("", |name, value| read_field(&REQUEST, &mut request, name, value))?;
    Ok(request)
}

/// Reads what an id carries: the request and the version of its rates.
///
/// # Errors
/// The first field whose value has the wrong type.
pub(crate) fn read_inputs(value: &Value) -> Result<(Request, i64), WrongType> {
    let mut request = Request::default();
    let mut version = 0;
    value.fields("", |name, value| {
        if name.eq_ignore_ascii_case("v") {
            return value.read_integer("v", &mut version);
        }
        read_field(&INPUTS, &mut request, name, value)
    })?;
    Ok((request, version))
}

fn read_field(
    names: &Names,
    request: &mut Request,
    name: &str,
    value: &Value,
) -> Result<(), WrongType> {
    if name.eq_ignore_ascii_case(names.zone) {
        return value.read_text(names.zone, &mut request.zone);
    }
    if name.eq_ignore_ascii_case(names.currency) {
        return value.read_text(names.currency, &mut request.currency);
    }
    if !name.eq_ignore_ascii_case(names.items) {
        return Ok(());
    }
    match value {
        Value::Null => request.items.clear(),
        Value::List(list) => {
            let items = list.iter().map(|value| read_item(names, value));
            request.items = items.collect::<Result<_, _>>()?;
        }
        Value::Bool | Value::Number(_) | Value::Text(_) | Value::Object(_) => {
            return Err(WrongType(names.items.to_owned()));
        }
    }
    Ok(())
}

fn read_item(names: &Names, value: &Value) -> Result<Item, WrongType> {
    let mut item = Item::default();
    value.fields(names.items, |name, value| {
        let is = |expected: &str| name.eq_ignore_ascii_case(expected);
        let path = |expected: &str| format!("{}.{expected}", names.items);
        for (expected, target) in [
            (names.sku, &mut item.sku),
            (names.title, &mut item.title),
            (names.tax_class, &mut item.tax_class),
        ] {
            if is(expected) {
                return value.read_text(&path(expected), target);
            }
        }
        for (expected, target) in [
            (names.quantity, &mut item.quantity),
            (names.unit_cents, &mut item.unit_cents),
            (names.weight_grams, &mut item.weight_grams),
        ] {
            if is(expected) {
                return value.read_integer(&path(expected), target);
            }
        }
        Ok(())
    })?;
    Ok(item)
}
