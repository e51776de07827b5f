//! Before the story: the parts are built, started in the order in which they need each other, and used.

use std::path::Path;
use std::time::Instant;

use super::chronicle::Chronicle;
use super::files;
use super::interrupt::Interrupt;
use super::narrator::{Narrator, count, seconds};
use super::pace::Pace;
use super::parts::{self, local};
use super::product::Product;
use super::stage::Stage;
use crate::load::{LoadSettings, Traffic};
use crate::postgres::Cluster;
use crate::run::root;

/// Connections of the customers; also the most requests in flight.
const CONNECTIONS: usize = 64;
/// Customers who watch their orders.
const STREAMS: usize = 4;

/// Builds and starts the parts, in the order in which they need each other.
pub(super) fn set(
    directory: &Path,
    pace: &Pace,
    narrator: &Narrator,
    interrupt: &Interrupt,
    chronicle: &mut Chronicle,
) -> anyhow::Result<(Stage, Product)> {
    narrator.act(1, "The parts");
    let logs = parts::logs(directory)?;
    narrator.say("Building what has changed; the first time that takes some minutes.");
    let begun = Instant::now();
    let programs = parts::build(directory)?;
    narrator.done(&format!("built in {}", seconds(begun.elapsed())));
    chronicle.begin();
    interrupt.check()?;

    let cluster = Cluster::start(&logs)?;
    parts::fill(&cluster, &programs, pace.customers)?;
    let ports = parts::choose_ports()?;
    let shop = parts::start_shop(&cluster, &programs, &ports, &logs)?;
    narrator.done(&format!("the monolith: a Go shop on PostgreSQL, http://{}", local(ports.shop)));
    let service = parts::start_service(&cluster, &programs, &ports, &logs, "rounding,null-list")?;
    narrator.done(&format!("its quotes, rewritten in Rust: http://{}", local(ports.service)));

    let files = files::write(directory, &ports, pace)?;
    narrator.say("What the platform team and the pricing team have written down:");
    for file in [&files.process, &files.boundary] {
        narrator.command(&format!("cat {}", file.strip_prefix(root()).unwrap_or(file).display()));
        narrator.quote(&std::fs::read_to_string(file)?);
    }
    let product = Product { binary: programs.ficus.clone(), config: files.process };
    product.show(narrator, &["config", "check"])?;
    narrator.command("ficus up");
    let ficus = parts::start_ficus(product.command(&[]), &ports, &logs)?;
    narrator.done(&format!("customers use       http://{}", local(ports.gateway)));
    narrator.done(&format!("look over its shoulder: http://{}", local(ports.console)));

    interrupt.check()?;
    let traffic = Traffic::start(&LoadSettings {
        target: local(ports.gateway),
        rate: pace.rate,
        connections: CONNECTIONS,
        customers: pace.customers,
        streams: STREAMS,
    })?;
    let customers = count(pace.customers);
    let rate = traffic.rate();
    narrator.done(&format!("{customers} customers have logged in; {rate:.0} requests a second"));
    if rate < pace.rate {
        narrator
            .say("This machine is busy, so there are fewer requests, and evidence takes longer.");
    }
    let stage = Stage { traffic, ficus, service, shop, cluster, programs, ports, logs };
    Ok((stage, product))
}
