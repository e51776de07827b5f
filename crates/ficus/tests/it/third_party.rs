//! A web application somebody else wrote, in Go, behind `ficus up` with a file of fifteen lines.
//!
//! The application is go-httpbin, installed by name: redirects, cookies, ranges, compression, authentication, slow and
//! streamed bodies, server-sent events. What a client gets through the gateway must be what it gets without it.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::origin::Origin;
use crate::process::{Ficus, until};
use crate::slow;

/// The application, by name and version.
const APPLICATION: &str = "github.com/mccutchen/go-httpbin/v2/cmd/go-httpbin@v2.26.0";
/// Lines a first configuration may have.
const CONFIG_LINES_MAX: usize = 15;
/// What is asked of it: arguments of curl, the path last.
const REQUESTS: &[&[&str]] = &[
    &["/json"],
    &["/html"],
    &["/xml"],
    &["/status/204"],
    &["/status/418"],
    &["/status/500"],
    &["/bytes/4096?seed=7"],
    &["/stream-bytes/200000?seed=7&chunk_size=1000"],
    &["/range/2048"],
    &["-H", "Range: bytes=10-19", "/range/2048"],
    &["/redirect/3"],
    &["/relative-redirect/2"],
    &["/cookies/set?a=1&b=2"],
    &["-b", "a=1; b=2", "/cookies"],
    &["/basic-auth/ada/secret"],
    &["-u", "ada:secret", "/basic-auth/ada/secret"],
    &["-H", "If-None-Match: \"x\"", "/etag/x"],
    &["/base64/ZmljdXM="],
    &["/image/png"],
    &["/encoding/utf8"],
    &["/links/3/0"],
    &["/deny"],
    &["/drip?numbytes=10&duration=0.2"],
    &["-I", "/json"],
    &["-X", "OPTIONS", "/get"],
    &["-d", "@/dev/null", "/status/201"],
    &["/no/such/page"],
    &["--path-as-is", "/a/../json"],
    &["/anything%2Fencoded"],
    &["-H", "TE: trailers", "/sse?count=3&duration=100ms"],
];

/// A running application.
struct Application {
    child: Child,
    port: u16,
}

impl Application {
    fn start(program: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        drop(listener);
        let child = Command::new(program)
            .args(["-host", "127.0.0.1", "-port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the application starts");
        let listening = || TcpStream::connect(("127.0.0.1", port)).ok();
        let _connection = until("the application listens", listening);
        Self { child, port }
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn install(ficus: &Ficus) -> PathBuf {
    let folder = ficus.scratch.path("bin");
    let installed =
        Command::new("go").args(["install", APPLICATION]).env("GOBIN", &folder).output();
    let output = installed.expect("go is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder.join("go-httpbin")
}

/// Head and body as curl got them, without what is said anew each time or added by the gateway on purpose.
fn fetch(port: u16, arguments: &[&str]) -> String {
    let (path, options) = arguments.split_last().expect("a path");
    let output = Command::new("curl")
        .args(["-sS", "-i", "--max-time", "20", "-H", "Host: app.test"])
        .args(options)
        .arg(format!("http://127.0.0.1:{port}{path}"))
        .output()
        .expect("curl is installed");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let end = output.stdout.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let (head, body) = output.stdout.split_at(end);
    let head = String::from_utf8_lossy(head);
    let mut lines: Vec<&str> =
        head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("date:")).collect();
    if let Some(fields) = lines.get_mut(1..) {
        fields.sort_unstable();
    }
    // The times in the events and in the trailer of /sse are the application's own clock.
    let body: String = String::from_utf8_lossy(body)
        .lines()
        .map(|line| line.split("\"timestamp\"").next().unwrap_or_default())
        .map(|line| line.split("total_duration").next().unwrap_or_default())
        .map(|line| format!("{line}\n"))
        .collect();
    format!("{}\n{body}", lines.join("\n"))
}

#[test]
fn a_third_party_go_program_works_behind_fifteen_lines() {
    if !slow("a_third_party_go_program_works_behind_fifteen_lines") {
        return;
    }
    let placeholder = Origin::start("placeholder");
    let mut ficus = Ficus::new("third-party", &placeholder);
    let program = install(&ficus);
    let (monolith, service) = (Application::start(&program), Application::start(&program));
    let config = format!(
        r#"monolith = "http://127.0.0.1:{}"
state = "state"
gateway.listen = "127.0.0.1:{}"
control.listen = "127.0.0.1:{}"

[[boundary]]
name = "documents"
owner = "team-documents"
surface.routes = ["GET /json", "GET /xml", "GET /base64/{{value}}"]
service.url = "http://127.0.0.1:{}"
shadow.safe = ["GET *"]
"#,
        monolith.port, ficus.gateway, ficus.console, service.port
    );
    assert!(config.lines().count() <= CONFIG_LINES_MAX);
    ficus.scratch.write("ficus.toml", &config);
    ficus.up();
    ficus.fine(&["promote", "documents", "--reason", "first copies"]);
    for arguments in REQUESTS {
        let (direct, through) = (fetch(monolith.port, arguments), fetch(ficus.gateway, arguments));
        assert_eq!(direct, through, "{arguments:?}");
    }
    let compared = until("the copies are compared", || {
        let text = ficus.fine(&["status", "documents", "--json"]);
        let view: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let coverage = view.get("coverage")?.clone();
        let matched = coverage.get("matched")?.as_u64()?;
        (matched >= 3).then_some(coverage)
    });
    assert_eq!(compared.get("mismatched").and_then(serde_json::Value::as_u64), Some(0));
    assert!(ficus.stop().success());
}
