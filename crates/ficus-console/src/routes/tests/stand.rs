//! A running control with its console, in a directory of its own that goes away with it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::Response;
use ficus_control::api::{self, guarded};
use ficus_control::identity::{
    Access, Anonymous, Hosts, Identities, Identity, Role, SESSION_COOKIE, TokenHash,
};
use ficus_control::wire::DecisionView;
use ficus_control::{Configuration, Control, ControlSettings, DataPlane, Desk, PlaneHealth};
use ficus_model::Snapshot;
use ficus_model::assignment::KeySource;
use ficus_model::boundary::{Boundary, GateSettings, Limits, Shadow, Step, Upstream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{ConsoleParts, router};

pub(super) const OPERATOR: &str = "ficus_operator";
pub(super) const VIEWER: &str = "ficus_viewer";

/// A data plane that takes every table.
struct Plane;

impl DataPlane for Plane {
    fn apply(&self, _: Arc<Snapshot>) -> bool {
        true
    }

    fn health(&self) -> PlaneHealth {
        PlaneHealth { generation: 1, troubles: Vec::new() }
    }
}

pub(super) struct Stand {
    pub(super) desk: Desk,
    pub(super) shutdown: CancellationToken,
    routes: Router,
    running: JoinSet<()>,
    directory: PathBuf,
}

/// An answer, read whole.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

/// Somebody who has signed in, as their browser remembers it.
pub(super) struct Browser {
    pub(super) cookie: String,
}

fn quotes() -> Boundary {
    let weight = |text: &str| text.parse().expect("a share");
    Boundary {
        name: "quotes".parse().expect("a name"),
        owner: "team-pricing".to_owned(),
        surface: vec!["GET /api/rates".parse().expect("a route")],
        service: Upstream { host: "127.0.0.1".to_owned(), port: 9101 },
        language: "rust".to_owned(),
        shadow: Shadow { safe: vec!["GET *".parse().expect("a pattern")], ..Shadow::default() },
        steps: vec![Step { weight: weight("10%"), bake: Duration::from_mins(1) }],
        holdback: weight("1%"),
        primary_bake: Duration::from_hours(1),
        gates: GateSettings::default(),
        limits: Limits::default(),
        key: KeySource::default(),
    }
}

impl Stand {
    pub(super) fn up(anonymous: Anonymous) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory =
            std::env::temp_dir().join(format!("ficus-console-{}-{number}", std::process::id()));
        let monolith = Upstream { host: "127.0.0.1".to_owned(), port: 8000 };
        let text = "name = \"quotes\"\n".to_owned();
        let settings = ControlSettings {
            directory: directory.clone(),
            origin: "example.com/console-test".to_owned(),
            anchors: None,
            configuration: Configuration::new(monolith, vec![(quotes(), text)]),
            by: "setup".parse().expect("a principal"),
        };
        let control = Control::open(settings, Arc::new(Plane)).expect("control opens");
        let (desk, shutdown) = (control.desk(), CancellationToken::new());
        let known = [("ada", Role::Operator, OPERATOR), ("bob", Role::Viewer, VIEWER)].map(
            |(name, role, token)| Identity {
                name: name.parse().expect("a principal"),
                role,
                token: TokenHash::of(token),
            },
        );
        let access = Arc::new(Access::new(Identities { known: known.into(), anonymous }));
        let parts = ConsoleParts { desk: desk.clone(), access, shutdown: shutdown.clone() };
        let routes = guarded(router(parts), Hosts::Local(Vec::new()));
        let mut running = JoinSet::new();
        let until = shutdown.clone();
        running.spawn(async move { control.run(until).await.expect("control runs") });
        Self { desk, shutdown, routes, running, directory }
    }

    /// Sends a request and answers before its body is read.
    pub(super) async fn open(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        self.routes.clone().oneshot(request).await.expect("the router is infallible")
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let (head, body) = self.open(method, path, headers, body).await.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.expect("a whole body");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        Answer { status: head.status, headers: head.headers, text }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    /// A page as a browser that has signed in gets it.
    pub(super) async fn page(&self, browser: &Browser, path: &str) -> Answer {
        self.send(Method::GET, path, &[("cookie", &browser.cookie)], "").await
    }

    /// A form as a browser that has signed in sends it.
    pub(super) async fn form(&self, browser: &Browser, path: &str, fields: &str) -> Answer {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let headers = [("cookie", browser.cookie.as_str()), kind];
        self.send(Method::POST, path, &headers, fields).await
    }

    /// Signs in.
    pub(super) async fn browser(&self, token: &str) -> Browser {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let answer =
            self.send(Method::POST, "/login", &[kind], &format!("token={token}&next=/")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let cookie = answer.headers["set-cookie"].to_str().expect("text");
        let pair = cookie.split(';').next().expect("a pair");
        assert!(pair.starts_with(SESSION_COOKIE));
        Browser { cookie: pair.to_owned() }
    }

    /// The secret in the forms of the boundary's page.
    pub(super) async fn secret(&self, browser: &Browser) -> String {
        let page = self.page(browser, "/boundaries/quotes").await.text;
        let rest = page.split("name=\"form_token\" value=\"").nth(1).expect("a form");
        rest.split('"').next().expect("its value").to_owned()
    }

    /// A decision, past the console.
    pub(super) async fn decide(&self, decision: DecisionView, reason: &str) {
        let by = "setup".parse().expect("a principal");
        let quotes = "quotes".parse().expect("a name");
        let decided = api::decide(&self.desk, &quotes, decision, by, reason).await;
        decided.unwrap_or_else(|problem| panic!("{problem:?}"));
    }

    pub(super) fn generation(&self) -> u64 {
        self.desk.state().boundaries[0].rollout.generation()
    }

    /// Ends control and removes its directory.
    pub(super) async fn down(mut self) {
        self.shutdown.cancel();
        while let Some(ended) = self.running.join_next().await {
            ended.expect("control ends well");
        }
        std::fs::remove_dir_all(&self.directory).expect("the directory can be removed");
    }
}
