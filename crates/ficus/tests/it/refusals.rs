//! What can not be done says so, says where, and says what to do.

use std::net::TcpListener;

use crate::origin::Origin;
use crate::process::{Ficus, QUICK, program, until};
use crate::traffic::get;

#[test]
fn a_second_process_on_one_state_directory_is_refused() {
    let monolith = Origin::start("monolith");
    let mut ficus = Ficus::new("second", &monolith);
    ficus.up();
    let said = ficus.run(&["up", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.talk.contains("another process uses the state directory"), "{}", said.talk);
    assert!(said.talk.contains("--state DIR"), "{}", said.talk);
    assert!(get(ficus.gateway, "/still/there").is_some());
}

#[test]
fn a_taken_port_names_itself_and_the_way_out() {
    let monolith = Origin::start("monolith");
    let ficus = Ficus::new("port", &monolith);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("bound").to_string();
    for (flag, key) in [("--listen", "[gateway] listen"), ("--control", "[control] listen")] {
        let said = ficus.run(&["up", flag, &address]);
        assert_eq!(said.code, 3, "{said:?}");
        assert!(said.talk.contains(&format!("can not listen at {address}")), "{}", said.talk);
        assert!(said.talk.contains(key) && said.talk.contains(flag), "{}", said.talk);
    }
}

#[test]
fn nobody_there_says_how_to_start_it() {
    let monolith = Origin::start("monolith");
    let ficus = Ficus::new("nobody", &monolith);
    let said = ficus.run(&["status"]);
    assert_eq!(said.code, 3);
    assert_eq!(
        said.talk,
        format!(
            "error: nothing listens at 127.0.0.1:{}\n  help: Start it with `ficus up`, or say where it is with \
             --server.\n",
            ficus.console
        )
    );
    assert_eq!(said.data, "", "talk is not data");
}

#[test]
fn unknown_names_and_missing_reasons_are_usage_errors() {
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("usage", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    assert_eq!(ficus.run(&["status", "rates"]).code, 2);
    assert_eq!(ficus.run(&["kill", "rates", "--reason", "x"]).code, 2);
    assert_eq!(ficus.run(&["kill", "quotes"]).code, 2);
    assert_eq!(ficus.run(&["kill", "quotes", "--reason", " "]).code, 2);
    assert_eq!(ficus.run(&["frobnicate"]).code, 2);
    let wrong = ficus.scratch.write("wrong.token", "ficus_nobody-has-this-token\n");
    let said = ficus.run(&["--token-file", &wrong.to_string_lossy(), "kill", "quotes", "-r", "x"]);
    assert_eq!(said.code, 3, "{said:?}");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let monolith = Origin::with("monolith", |_| crate::origin::Answer {
        delay: std::time::Duration::from_secs(5),
        ..crate::origin::Answer::json("{}")
    });
    let mut ficus = Ficus::new("signals", &monolith);
    ficus.up();
    let port = ficus.gateway;
    let client = std::thread::spawn(move || get(port, "/slow"));
    until("the request is with the monolith", || (monolith.begun() > 0).then_some(()));
    ficus.signal("TERM");
    until("it drains", || ficus.log().contains("told to stop").then_some(()));
    ficus.signal("INT");
    let told = std::time::Instant::now();
    ficus.ended();
    assert!(told.elapsed() < std::time::Duration::from_secs(2), "it did not wait for the answer");
    assert_eq!(client.join().expect("the client ends"), None, "cut");
}

#[test]
fn completions_and_the_manual_are_data() {
    for arguments in [&["completions", "bash"][..], &["completions", "zsh"], &["man"]] {
        let output = program().args(arguments).output().expect("it runs");
        assert!(output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains("ficus"), "{arguments:?}");
    }
}

#[test]
fn a_token_is_made_for_the_configuration() {
    let monolith = Origin::start("monolith");
    let ficus = Ficus::new("token", &monolith);
    let file = ficus.scratch.path("ann.token");
    let line = ficus.fine(&["token", "--output", &file.to_string_lossy()]);
    assert!(line.starts_with("token_hash = \"sha256:"), "{line}");
    let identity = format!("[[identity]]\nname = \"ann\"\nrole = \"operator\"\n{line}");
    let config = std::fs::read_to_string(ficus.config()).expect("there");
    ficus.scratch.write("ficus.toml", &format!("{config}{identity}"));
    ficus.fine(&["config", "check"]);
    assert_eq!(ficus.run(&["token", "--output", &file.to_string_lossy()]).code, 3, "kept");
}
