//! The console in a real browser: an open page follows what happens, and is whole before any script has run.

use std::process::{Command, Stdio};

use crate::origin::Origin;
use crate::process::{Ficus, QUICK, until};
use crate::slow;

/// How long the browser keeps a page open before it writes down what it shows, in milliseconds.
const OPEN_MILLIS: &str = "5000";

/// A browser that opens one page and writes down the document it then has.
fn browser(ficus: &Ficus, path: &str) -> Command {
    let mut command = Command::new("chromium");
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
    ]);
    command.args([
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]);
    command.arg(format!("--user-data-dir={}", ficus.scratch.path("profile").display()));
    command.arg(format!("--timeout={OPEN_MILLIS}")).arg("--dump-dom");
    command.arg(format!("http://127.0.0.1:{}{path}", ficus.console));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Established connections to a port of this machine, as the kernel lists them at the listening end.
fn connections(port: u16) -> usize {
    let table =
        std::fs::read_to_string("/proc/net/tcp").expect("the kernel's table of connections");
    let local = format!(":{port:04X}");
    let at_port = |line: &&str| {
        let mut fields = line.split_whitespace().skip(1);
        let ends_here = fields.next().is_some_and(|address| address.ends_with(&local));
        ends_here && fields.nth(1) == Some("01")
    };
    table.lines().filter(at_port).count()
}

#[test]
fn an_open_page_follows_the_boundary() {
    if !slow("an_open_page_follows_the_boundary") {
        return;
    }
    let (monolith, service) = (Origin::start("monolith"), Origin::start("service"));
    let mut ficus = Ficus::new("browser", &monolith);
    ficus.boundary(&service, QUICK);
    ficus.up();

    let open = browser(&ficus, "/boundaries/quotes").spawn().expect("chromium is installed");
    // A second connection is for what the page names, so the page itself has been rendered by then.
    until("the browser has the page", || (connections(ficus.console) >= 2).then_some(()));
    assert_eq!(ficus.promote().code, 0);
    let shown = open.wait_with_output().expect("the browser ends");
    let shown = String::from_utf8_lossy(&shown.stdout);
    assert!(shown.contains("entered Shadow") || shown.contains("Entered Shadow"), "{shown}");

    let plain = ficus.get("/boundaries/quotes").expect("a page");
    for text in ["GET /api/quotes/{id}", "Gates", "Shadow"] {
        assert!(plain.contains(text), "{text} waits for a script: {plain}");
    }
    assert!(ficus.stop().success());
}
