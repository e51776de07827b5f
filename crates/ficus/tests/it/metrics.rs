//! What the process shows of itself, read by those who read it in production.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::origin::Origin;
use crate::process::{Ficus, QUICK, until};
use crate::slow;
use crate::traffic::Traffic;

/// What Prometheus' own linter says of a text.
fn linted(text: &str) -> (bool, String) {
    let mut linter = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool is installed: apt-get install prometheus");
    let mut input = linter.stdin.take().expect("piped");
    input.write_all(text.as_bytes()).expect("promtool reads");
    drop(input);
    let output = linter.wait_with_output().expect("promtool ends");
    let talk = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&talk).into_owned())
}

#[test]
fn prometheus_has_nothing_to_say_about_the_metrics() {
    if !slow("prometheus_has_nothing_to_say_about_the_metrics") {
        return;
    }
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("metrics", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();
    ficus.promote();
    let traffic = Traffic::start(ficus.gateway);
    let scraped = until("requests were compared", || {
        let text = ficus.get("/metrics").expect("metrics");
        let compared = r#"ficus_comparisons_total{boundary="quotes",result="match"} "#;
        let count = text.lines().find_map(|line| line.strip_prefix(compared))?;
        (count != "0").then_some(text)
    });
    drop(traffic);
    let (fine, talk) = linted(&scraped);
    assert!(fine && talk.trim().is_empty(), "{talk}");
    assert!(ficus.stop().success());
}
