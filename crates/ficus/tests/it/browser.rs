//! The console in a real browser: an open page follows what happens, and is whole before any script has run.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::origin::Origin;
use crate::process::{Ficus, QUICK, until};
use crate::slow;

/// Debian's chromium, driven over WebDriver.
struct Browser {
    driver: Child,
    session: String,
}

impl Browser {
    fn open(ficus: &Ficus) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        drop(listener);
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdin(Stdio::null());
        let driver = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let driver = driver.expect("chromedriver is installed");
        let root = format!("http://127.0.0.1:{port}/session");
        let profile = format!("--user-data-dir={}", ficus.scratch.path("profile").display());
        let arguments = json!([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            profile,
        ]);
        let options = json!({ "args": arguments });
        let wanted =
            json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let session = until("the browser starts", || {
            let answer = call(&root, &wanted)?;
            Some(answer.pointer("/value/sessionId")?.as_str()?.to_owned())
        });
        Self { driver, session: format!("{root}/{session}") }
    }

    fn go(&self, url: &str) {
        call(&format!("{}/url", self.session), &json!({ "url": url })).expect("the page opens");
    }

    /// What an expression of the page's script yields.
    fn read(&self, expression: &str) -> Option<String> {
        let script = json!({ "script": format!("return String({expression})"), "args": [] });
        let answer = call(&format!("{}/execute/sync", self.session), &script)?;
        Some(answer.get("value")?.as_str()?.to_owned())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ended = ureq::delete(&self.session).call();
        let _gone = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}

fn call(url: &str, body: &Value) -> Option<Value> {
    let answer = ureq::post(url).header("content-type", "application/json").send(body.to_string());
    serde_json::from_str(&answer.ok()?.into_body().read_to_string().ok()?).ok()
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

    let browser = Browser::open(&ficus);
    browser.go(&format!("http://127.0.0.1:{}/boundaries/quotes", ficus.console));
    let standing = || browser.read("document.getElementById('standing').innerText");
    until("the page shows Contract", || standing()?.contains("not begun").then_some(()));
    assert!(browser.read("window.stayed = 'the same page'").is_some());
    assert_eq!(ficus.promote().code, 0);
    until("the open page shows the copies", || standing()?.contains("100.00%").then_some(()));
    assert_eq!(browser.read("window.stayed").as_deref(), Some("the same page"), "not reloaded");

    let plain = ficus.get("/boundaries/quotes").expect("a page");
    for text in ["GET /api/quotes/{id}", "Gates", "Shadow"] {
        assert!(plain.contains(text), "{text} waits for a script: {plain}");
    }
    assert!(ficus.stop().success());
}
