//! Our own data plane as a program of the race: the gateway of `ficus up`, with its judges, and no control behind it.

use std::io::Read;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use ficus_gateway::{Breach, Gateway, GatewaySettings, Reports};
use ficus_model::assignment::KeySource;
use ficus_model::boundary::{Boundary, GateSettings, Limits, Shadow, Step, Upstream};
use ficus_model::comparison::ComparisonBatch;
use ficus_model::observation::ObservationBatch;
use ficus_model::rollout::{RolloutId, Stage};
use ficus_model::route::RoutePattern;
use ficus_model::snapshot::Placed;
use ficus_model::{Desired, Side, Snapshot, Weight};
use tokio_util::sync::CancellationToken;

use super::scenario::{Mirror, Scenario};

/// Counts what control would be told.
#[derive(Default)]
struct Counted {
    observed: AtomicU64,
    compared: AtomicU64,
}

impl Reports for Counted {
    fn observations(&self, batch: ObservationBatch) -> bool {
        self.observed.fetch_add(batch.observations.len() as u64, Ordering::Relaxed);
        true
    }

    fn comparisons(&self, batch: ComparisonBatch) -> bool {
        self.compared.fetch_add(batch.compared.len() as u64, Ordering::Relaxed);
        true
    }

    fn aborted(&self, breach: Breach) -> bool {
        eprintln!("aborted: {}", breach.reading.reason);
        true
    }
}

/// Serves a scenario: `NAME PORT A B [--stop-on-stdin-end]`.
pub(crate) fn serve(arguments: &[String]) -> Result<()> {
    let [name, port, a, b, rest @ ..] = arguments else { anyhow::bail!("proxy NAME PORT A B") };
    let scenario = Scenario::named(name).with_context(|| format!("no scenario `{name}`"))?;
    let listen = SocketAddr::from(([127, 0, 0, 1], port.parse()?));
    let snapshot = snapshot(scenario, a.parse()?, b.parse()?)?;
    let mut settings = GatewaySettings::new(listen, [7; 32]);
    settings.workers = NonZeroUsize::MIN;
    let counted = Arc::new(Counted::default());
    let reports: Arc<dyn Reports> = Arc::<Counted>::clone(&counted);
    let gateway = Gateway::bind(settings, Arc::new(snapshot), reports)?;
    let shutdown = CancellationToken::new();
    if rest.iter().any(|word| word == "--stop-on-stdin-end") {
        let shutdown = shutdown.clone();
        std::thread::spawn(move || {
            // Whatever ends the input, an error included, is the sign to stop.
            let _ended = std::io::stdin().read_to_end(&mut Vec::new());
            shutdown.cancel();
        });
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(gateway.run(shutdown))?;
    eprintln!(
        "observed {} compared {}",
        counted.observed.load(Ordering::Relaxed),
        counted.compared.load(Ordering::Relaxed)
    );
    Ok(())
}

/// One boundary over everything the load asks for, at the stage the scenario needs.
fn snapshot(scenario: &Scenario, a: u16, b: u16) -> Result<Snapshot> {
    let routes: Vec<RoutePattern> =
        ["GET /s", "GET /l"].into_iter().map(RoutePattern::from_str).collect::<Result<_, _>>()?;
    let upstream = |port| Upstream { host: "127.0.0.1".to_owned(), port };
    let boundary = Boundary {
        name: "bench".parse()?,
        owner: "bench".to_owned(),
        surface: routes.clone(),
        service: upstream(b),
        language: "rust".to_owned(),
        shadow: Shadow { safe: routes, ..Shadow::default() },
        steps: vec![Step { weight: "10%".parse()?, bake: std::time::Duration::ZERO }],
        holdback: Weight::ZERO,
        primary_bake: std::time::Duration::ZERO,
        gates: GateSettings::default(),
        limits: Limits::default(),
        key: KeySource::default(),
    };
    let mirrors = scenario.mirror != Mirror::None;
    let desired = Desired {
        generation: 1,
        stage: if scenario.split { Stage::Canary } else { Stage::Shadow },
        weight: if scenario.split { "10%".parse()? } else { Weight::ZERO },
        mirror: if mirrors { Weight::FULL } else { Weight::ZERO },
        rollout: scenario.split.then_some(RolloutId([1; 16])),
        writer: Side::Monolith,
    };
    Ok(Snapshot {
        generation: 1,
        monolith: upstream(a),
        boundaries: vec![Placed { boundary, desired }],
    })
}
