//! Builds the programs of the demonstration and starts them.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::children::Program;
use super::stage::Ports;
use crate::postgres::{Cluster, SUPERUSER, free_port};
use crate::run::{cargo, succeed, target};
use crate::{check, tools};

/// The programs, built.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) ficus: PathBuf,
    pub(super) quotes: PathBuf,
    pub(super) shop: PathBuf,
}

/// Signs the shop's tokens; it is worth nothing outside the demonstration.
const TOKEN_SECRET: &str = "a-secret-for-the-demonstration";
const START_TIME_MAX: Duration = Duration::from_secs(30);
const ROLE: &str = include_str!("../../../examples/quotes-rust/role.sql");

/// The database of the shop.
pub(super) const DATABASE: &str = "shop";

/// Builds everything, with what the compilers say going to the terminal.
pub(super) fn build(directory: &Path) -> anyhow::Result<Programs> {
    let mut rust = cargo();
    succeed(rust.args(["build", "--profile", PROFILE, "-p", "ficus", "-p", "quotes-rust"]))?;
    let shop = directory.join("shop");
    check::go_build(&tools::path_with_go()?, &shop)?;
    let programs = target().join(PROFILE);
    Ok(Programs { ficus: programs.join("ficus"), quotes: programs.join("quotes-rust"), shop })
}

/// As release, without the link-time optimisation that would double the build.
const PROFILE: &str = "quick";

/// Ports for everything: the usual ones for what people look at, if nobody has them.
pub(super) fn choose_ports() -> anyhow::Result<Ports> {
    let usual = |port: u16| match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(port),
        Err(_) => free_port(),
    };
    Ok(Ports {
        gateway: usual(8080)?,
        console: usual(8081)?,
        shop: free_port()?,
        service: free_port()?,
        faults: free_port()?,
    })
}

/// Makes the shop's database: tables, goods, customers, and the role the service reads with.
pub(super) fn fill(cluster: &Cluster, programs: &Programs, customers: usize) -> anyhow::Result<()> {
    cluster.run_sql("postgres", &format!("create database {DATABASE}"))?;
    let mut seed = shop(programs, cluster);
    let customers = customers.to_string();
    let output = seed.args(["seed", "-customers", &customers, "-log-level", "error"]).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "shop seed: {}", said.trim());
    cluster.run_sql(DATABASE, ROLE)
}

fn shop(programs: &Programs, cluster: &Cluster) -> Command {
    let mut shop = Command::new(&programs.shop);
    shop.env("SHOP_DATABASE_URL", cluster.url(SUPERUSER, DATABASE));
    shop.env("SHOP_TOKEN_SECRET", TOKEN_SECRET);
    shop
}

/// Starts the monolith.
pub(super) fn start_shop(
    cluster: &Cluster,
    programs: &Programs,
    ports: &Ports,
    logs: &Path,
) -> anyhow::Result<Program> {
    let mut command = shop(programs, cluster);
    let listen = local(ports.shop);
    command.args(["serve", "-log-level", "warn", "-listen", &listen.to_string()]);
    let mut program = Program::start("shop", &command, logs)?;
    program.wait_until_listening(listen, START_TIME_MAX)?;
    Ok(program)
}

/// Starts a build of the service that has these faults.
pub(super) fn start_service(
    cluster: &Cluster,
    programs: &Programs,
    ports: &Ports,
    logs: &Path,
    faults: &str,
) -> anyhow::Result<Program> {
    let mut command = Command::new(&programs.quotes);
    let listen = local(ports.service);
    command.env("QUOTES_DATABASE_URL", cluster.url("quotes_reader", DATABASE));
    command.env("QUOTES_LISTEN", listen.to_string());
    command.env("QUOTES_ADMIN_LISTEN", local(ports.faults).to_string());
    command.env("QUOTES_FAULTS", faults);
    let mut program = Program::start("quotes", &command, logs)?;
    program.wait_until_listening(listen, START_TIME_MAX)?;
    Ok(program)
}

/// Starts `ficus up`.
pub(super) fn start_ficus(
    mut command: Command,
    ports: &Ports,
    logs: &Path,
) -> anyhow::Result<Program> {
    command.arg("up").env("NO_COLOR", "1");
    let mut program = Program::start("ficus", &command, logs)?;
    program.wait_until_listening(local(ports.console), START_TIME_MAX)?;
    program.wait_until_listening(local(ports.gateway), START_TIME_MAX)?;
    Ok(program)
}

/// Switches the faults of the running service.
pub(super) fn switch_faults(ports: &Ports, faults: &str) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(local(ports.faults)).context("the service's admin port")?;
    let length = faults.len();
    write!(
        stream,
        "POST /admin/faults HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{faults}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "the service refused the faults: {answer}");
    Ok(())
}

/// An empty directory for logs.
pub(super) fn logs(directory: &Path) -> anyhow::Result<PathBuf> {
    let logs = directory.join("logs");
    if logs.exists() {
        fs::remove_dir_all(&logs)?;
    }
    fs::create_dir_all(&logs).with_context(|| logs.display().to_string())?;
    Ok(logs)
}

pub(super) const fn local(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}
