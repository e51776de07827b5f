//! What whoever runs it relies on: probes, identities, draining, reloading, watching.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use ficus_control::wire::{HealthView, PhaseView, StageView};

use crate::origin::{Answer, Origin};
use crate::process::{Ficus, QUICK, program, until};
use crate::slow;
use crate::traffic::{Client, Traffic, get};

#[test]
fn probes_metrics_and_the_api_s_description_are_served() {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("probes", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    assert!(get(ficus.gateway, "/api/quotes/1").is_some());
    let ready: HealthView =
        serde_json::from_str(&ficus.get("/ready").expect("ready")).expect("the API's form");
    let names: Vec<&str> = ready.dependencies.iter().map(|one| one.name.as_str()).collect();
    for name in ["ledger", "control loop", "monolith", "quotes"] {
        assert!(names.contains(&name), "{name} of {names:?}");
    }
    let metrics = ficus.get("/metrics").expect("metrics");
    assert!(metrics.contains("# TYPE ficus_"), "{metrics}");
    assert!(ficus.get("/openapi.json").expect("described").contains("\"openapi\""));
    assert!(ficus.get("/").expect("the console").contains("quotes"));
}

#[test]
fn without_a_monolith_it_says_so_and_is_not_ready() {
    let mut monolith = Origin::start("monolith");
    let mut ficus = Ficus::new("no-monolith", &monolith);
    ficus.up();
    monolith.kill();
    let seen = get(ficus.gateway, "/x").expect("ficus itself answers");
    assert_eq!(seen.status, 502, "{seen:?}");
    until("it is not ready", || ficus.get("/ready").is_err().then_some(()));
    assert!(ficus.get("/live").is_ok(), "restarting ficus would not help");
}

#[test]
fn a_viewer_reads_and_an_operator_acts() {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("identities", &monolith);
    ficus.boundary(&service, QUICK);
    // A start without identities leaves a token that nobody knows later.
    ficus.up();
    assert!(ficus.stop().success());
    let mut config = std::fs::read_to_string(ficus.config()).expect("there");
    let file = |name: &str| ficus.scratch.path(&format!("{name}.token")).display().to_string();
    for (name, role) in [("vera", "viewer"), ("otto", "operator")] {
        let line = ficus.fine(&["token", "--output", &file(name)]);
        config += &format!("[[identity]]\nname = \"{name}\"\nrole = \"{role}\"\n{line}");
    }
    let (vera, otto) = (file("vera"), file("otto"));
    ficus.scratch.write("ficus.toml", &config);
    ficus.up();
    assert_eq!(ficus.quotes().summary.stage, StageView::Contract, "reading needs no token here");
    let act = |file: &str| ficus.run(&["--token-file", file, "promote", "quotes", "-r", "go"]);
    let nobody = ficus.promote();
    assert_eq!(nobody.code, 3, "{nobody:?}");
    assert!(nobody.talk.contains("--token-file"), "{nobody:?}");
    let refused = act(&vera);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.talk.contains("operator"), "{refused:?}");
    assert_eq!(act(&otto).code, 0);
    let last = ficus.entries().entries.pop().expect("entries");
    assert_eq!(last.actor.name.as_deref(), Some("otto"));
}

#[test]
fn what_is_under_way_is_finished_before_the_end() {
    let monolith = Origin::with("monolith", |_| Answer {
        delay: Duration::from_millis(700),
        ..Answer::json("{\"whole\":true}")
    });
    let mut ficus = Ficus::new("drain", &monolith);
    ficus.up();
    let port = ficus.gateway;
    let client = thread::spawn(move || {
        let mut client = Client::connect(port).expect("connected");
        client.get("/slow", "one")
    });
    until("the request is with the monolith", || (monolith.begun() > 0).then_some(()));
    assert_eq!(monolith.served(), 0, "and not answered yet");
    ficus.signal("TERM");
    assert!(ficus.ended().success());
    let seen = client.join().expect("the client ends").expect("a whole answer");
    assert_eq!((seen.status, seen.body.as_str()), (200, "{\"whole\":true}"));
}

#[test]
fn a_watched_status_is_shown_again_when_it_changes() {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("watch", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    let mut watching = program()
        .arg("--config")
        .arg(ficus.config())
        .args(["status", "--watch"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(watching.stdout.take().expect("piped")).lines();
    let mut line = |wanted: &str| {
        lines.by_ref().map_while(Result::ok).find(|line| line.contains(wanted)).expect("shown")
    };
    line("Contract");
    assert_eq!(ficus.promote().code, 0);
    line("Shadow");
    ficus.kill_9();
    line("nothing listens");
    ficus.up();
    line("Shadow");
    watching.kill().expect("killed");
    watching.wait().expect("reaped");
}

#[test]
fn the_environment_names_the_file() {
    let monolith = Origin::start("monolith");
    let ficus = Ficus::new("environment", &monolith);
    let checked = |file: std::path::PathBuf| {
        let check = program().args(["config", "check"]).env("FICUS_CONFIG", file).output();
        check.expect("it runs").status.code()
    };
    assert_eq!(checked(ficus.config()), Some(0));
    assert_eq!(checked(ficus.scratch.path("absent.toml")), Some(2));
}

#[test]
fn a_boundary_with_live_traffic_can_not_vanish() {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("vanish", &monolith);
    let stays = QUICK.replacen("bake = \"1s\"", "bake = \"1h\"", 1);
    ficus.boundary(&service, &stays);
    ficus.up();
    assert_eq!(ficus.promote().code, 0);
    let traffic = Traffic::start(ficus.gateway);
    let up = ficus.run(&["promote", "quotes", "-r", "go", "--wait", "--timeout", "120s"]);
    assert_eq!(up.code, 0, "{up:?}");
    let path = ficus.scratch.path("migration/quotes.toml");
    let text = std::fs::read_to_string(&path).expect("there");
    std::fs::remove_file(&path).expect("removed");
    let refused = ficus.run(&["config", "apply"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.talk.contains("quotes"), "{}", refused.talk);
    assert!(ficus.quotes().summary.weight.ppm > 0, "nothing was changed");

    std::fs::write(&path, text).expect("written");
    ficus.fine(&["rollback", "quotes", "--reason", "back"]);
    let back = ficus.quotes().summary;
    assert_eq!((back.stage, back.weight.ppm), (StageView::Shadow, 0));
    assert!(back.mirror.ppm > 0, "copies go on");
    assert!(matches!(back.phase, PhaseView::RolledBack { .. }), "{:?}", back.phase);
    assert_eq!(traffic.totals().bad + traffic.totals().broken, 0, "{:?}", traffic.totals());
}

#[test]
fn a_kill_survives_a_restart() {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("kill-restart", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    assert_eq!(ficus.promote().code, 0);
    ficus.fine(&["kill", "quotes", "--reason", "stop it"]);
    ficus.kill_9();
    ficus.up();
    let summary = ficus.quotes().summary;
    assert!(matches!(summary.phase, PhaseView::Killed { .. }), "{:?}", summary.phase);
    assert_eq!((summary.weight.ppm, summary.mirror.ppm), (0, 0));
    let served = service.served();
    for number in 0..20 {
        assert_eq!(get(ficus.gateway, &format!("/api/quotes/{number}")).expect("fine").status, 200);
    }
    assert_eq!(service.served(), served, "not even copies");
}

#[test]
fn ports_are_free_again_after_the_end() {
    let monolith = Origin::start("monolith");
    let mut ficus = Ficus::new("again", &monolith);
    for _ in 0..3 {
        ficus.up();
        assert!(get(ficus.gateway, "/x").is_some());
        assert!(ficus.stop().success());
    }
}

#[test]
fn more_clients_than_the_usual_limit_of_files_are_served() {
    let monolith = Origin::start("monolith");
    let mut ficus = Ficus::new("files", &monolith);
    ficus.spawn_after("ulimit -Sn 64");
    ficus.answers();
    let mut clients: Vec<Client> =
        (0..200).map(|_| Client::connect(ficus.gateway).expect("connected")).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        let seen = client.get("/x", "one").unwrap_or_else(|| panic!("client {number} is cut"));
        assert_eq!(seen.status, 200, "client {number}");
    }
}

#[test]
fn on_a_terminal_it_says_where_everything_is() {
    if !slow("on_a_terminal_it_says_where_everything_is") {
        return;
    }
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("terminal", &monolith);
    ficus.boundary(&service, QUICK);
    let typescript = ficus.scratch.path("typescript");
    let pid = ficus.scratch.path("pid");
    let (program, config) = (env!("CARGO_BIN_EXE_ficus"), ficus.config());
    let (pid_text, config) = (pid.display(), config.display());
    let started = format!("echo $$ > {pid_text}; exec {program} --config {config} up");
    let mut terminal = Command::new("script")
        .args(["-qefc", &started])
        .arg(&typescript)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("script is installed");
    let seen = until("it is up", || {
        let text = std::fs::read_to_string(&typescript).unwrap_or_default();
        text.contains("next: ficus status").then_some(text)
    });
    assert!(seen.contains("ficus is up") && seen.contains("quotes: Contract"), "{seen}");
    assert!(!seen.contains("checkpoint"), "a terminal is no place to publish heads to: {seen}");
    ficus.answers();
    let pid = std::fs::read_to_string(pid).expect("written");
    let told = Command::new("kill").args(["-TERM", pid.trim()]).status().expect("kill runs");
    assert!(told.success() && terminal.wait().expect("reaped").success(), "it ends in order");
}
