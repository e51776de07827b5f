//! A running control with its API, in a directory of its own that goes away with it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use ficus_model::boundary::{Boundary, Limits, Shadow, Step, Upstream};
use ficus_model::{Finding, Snapshot, Weight};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::api::{ApiParts, Surroundings, guarded, router};
use crate::configuration::Configuration;
use crate::control::{Control, ControlSettings};
use crate::desk::Desk;
use crate::identity::{Access, Anonymous, Hosts, Identities, Identity, Role, TokenHash};
use crate::plane::{DataPlane, PlaneHealth};
use crate::wire::DependencyView;

pub(super) const OPERATOR: &str = "Bearer ficus_operator";
pub(super) const VIEWER: &str = "Bearer ficus_viewer";

/// A data plane that takes every table and tells what it was told to tell.
#[derive(Default)]
pub(super) struct Plane {
    generation: AtomicU64,
    pub(super) troubles: Mutex<Vec<String>>,
}

impl DataPlane for Plane {
    fn apply(&self, snapshot: Arc<Snapshot>) -> bool {
        self.generation.store(snapshot.generation, Ordering::Relaxed);
        true
    }

    fn health(&self) -> PlaneHealth {
        let troubles = self.troubles.lock().expect("not poisoned").clone();
        PlaneHealth { generation: self.generation.load(Ordering::Relaxed), troubles }
    }
}

/// The process around: what its files say can be changed.
pub(super) struct Around(pub(super) Mutex<Result<Configuration, Vec<Finding>>>);

impl Surroundings for Around {
    fn configuration(&self) -> Result<Configuration, Vec<Finding>> {
        self.0.lock().expect("not poisoned").clone()
    }

    fn metrics(&self) -> String {
        "ficus_gateway_up 1\n".to_owned()
    }

    fn dependencies(&self) -> Vec<DependencyView> {
        vec![DependencyView::new("exporter", true, "nothing was dropped")]
    }
}

pub(super) struct Stand {
    pub(super) desk: Desk,
    pub(super) plane: Arc<Plane>,
    pub(super) around: Arc<Around>,
    pub(super) access: Arc<Access>,
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

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The code of a problem, after looking at its form.
    pub(super) fn problem(&self) -> String {
        let problem = self.json();
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.text);
        assert_eq!(problem["status"], self.status.as_u16());
        assert!(!problem["help"].as_str().unwrap_or_default().is_empty(), "{}", self.text);
        problem["type"].as_str().expect("a code").to_owned()
    }
}

pub(super) fn boundary(name: &str) -> Boundary {
    let step = |ppm| Step {
        weight: Weight::from_ppm(ppm).expect("below the whole"),
        bake: std::time::Duration::from_mins(1),
    };
    Boundary {
        name: name.parse().expect("a name"),
        owner: "team-pricing".to_owned(),
        surface: vec!["GET /api/rates".parse().expect("a route")],
        service: Upstream { host: "127.0.0.1".to_owned(), port: 9101 },
        language: "rust".to_owned(),
        shadow: Shadow { safe: vec!["GET *".parse().expect("a pattern")], ..Shadow::default() },
        steps: vec![step(10_000), step(500_000)],
        holdback: Weight::from_ppm(10_000).expect("below the whole"),
        primary_bake: std::time::Duration::from_hours(1),
        gates: ficus_model::boundary::GateSettings::default(),
        limits: Limits::default(),
        key: ficus_model::assignment::KeySource::default(),
    }
}

pub(super) fn configuration(names: &[&str]) -> Configuration {
    let monolith = Upstream { host: "127.0.0.1".to_owned(), port: 8000 };
    let files = names.iter().map(|name| (boundary(name), format!("name = \"{name}\"\n")));
    Configuration::new(monolith, files.collect())
}

impl Stand {
    /// Control over the boundary `quotes`.
    pub(super) fn up(anonymous: Anonymous) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory =
            std::env::temp_dir().join(format!("ficus-api-{}-{number}", std::process::id()));
        let plane = Arc::new(Plane::default());
        let settings = ControlSettings {
            directory: directory.clone(),
            origin: "example.com/api-test".to_owned(),
            anchors: None,
            configuration: configuration(&["quotes"]),
            by: "setup".parse().expect("a principal"),
        };
        let opened = Control::open(settings, Arc::clone(&plane) as Arc<dyn DataPlane>);
        let control = opened.expect("control opens");
        let desk = control.desk();
        let shutdown = CancellationToken::new();
        let known =
            [("ada", Role::Operator, "ficus_operator"), ("bob", Role::Viewer, "ficus_viewer")].map(
                |(name, role, token)| Identity {
                    name: name.parse().expect("a principal"),
                    role,
                    token: TokenHash::of(token),
                },
            );
        let access = Arc::new(Access::new(Identities { known: known.into(), anonymous }));
        let around = Arc::new(Around(Mutex::new(Ok(configuration(&["quotes"])))));
        let parts = ApiParts {
            desk: desk.clone(),
            access: Arc::clone(&access),
            plane: Arc::clone(&plane) as Arc<dyn DataPlane>,
            surroundings: Arc::clone(&around) as Arc<dyn Surroundings>,
            shutdown: shutdown.clone(),
        };
        let routes = guarded(router(parts), Hosts::Local(Vec::new()));
        let mut running = JoinSet::new();
        let until = shutdown.clone();
        running.spawn(async move { control.run(until).await.expect("control runs") });
        Self { desk, plane, around, access, shutdown, routes, running, directory }
    }

    /// Sends a request and answers before its body is read.
    pub(super) async fn open(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> axum::response::Response {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.open_request(request.body(Body::from(body.to_owned())).expect("a request")).await
    }

    pub(super) async fn open_request(&self, request: Request<Body>) -> axum::response::Response {
        self.routes.clone().oneshot(request).await.expect("the router is infallible")
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let response = self.open(method, path, headers, body).await;
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.expect("a whole body");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        Answer { status: head.status, headers: head.headers, text }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    /// An action on `quotes`.
    pub(super) async fn act(&self, decision: &str, token: &str, body: &str) -> Answer {
        let path = format!("/api/v1/boundaries/quotes/{decision}");
        self.send(Method::POST, &path, &[("authorization", token)], body).await
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
