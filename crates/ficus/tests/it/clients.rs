//! Clients that know nothing of ficus: Go, Python and curl, streams and upgrades included.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::origin::Origin;
use crate::process::{Ficus, until};
use crate::slow;

/// Where the programs of this test lie.
fn programs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

/// A Go web application: JSON, large bodies, server-sent events, a WebSocket echo.
struct Application {
    child: Child,
    port: u16,
}

impl Application {
    fn start(ficus: &Ficus) -> Self {
        let program = ficus.scratch.path("application");
        let built = Command::new("go")
            .args(["build", "-o"])
            .arg(&program)
            .arg("./application")
            .current_dir(programs())
            .env("GOFLAGS", "-mod=mod")
            .status();
        assert!(built.expect("go is installed").success());
        let port_file = ficus.scratch.path("application.port");
        let child = Command::new(&program).arg(&port_file).stdin(Stdio::null()).spawn();
        let child = child.expect("the application starts");
        let port = until("the application listens", || {
            std::fs::read_to_string(&port_file).ok()?.trim().parse().ok()
        });
        Self { child, port }
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[test]
fn go_python_and_curl_work_unchanged() {
    if !slow("go_python_and_curl_work_unchanged") {
        return;
    }
    let placeholder = Origin::start("monolith");
    let mut ficus = Ficus::new("clients", &placeholder);
    let application = Application::start(&ficus);
    let config = std::fs::read_to_string(ficus.config()).expect("there");
    let config = config.replace(&placeholder.port().to_string(), &application.port.to_string());
    std::fs::write(ficus.config(), config).expect("written");
    ficus.up();
    let address = format!("127.0.0.1:{}", ficus.gateway);
    let url = format!("http://{address}");

    for (program, arguments) in [
        ("go", vec!["run", "./client", &address]),
        ("python3", vec!["client.py", &address]),
        ("bash", vec!["client.sh", &url]),
    ] {
        let output = Command::new(program)
            .args(&arguments)
            .current_dir(programs())
            .env("GOFLAGS", "-mod=mod")
            .output()
            .unwrap_or_else(|error| panic!("{program} is installed: {error}"));
        let text = String::from_utf8_lossy(&output.stdout);
        let talk = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {text}\n{talk}");
        assert!(text.contains("all fine"), "{program}: {text}\n{talk}");
    }
    assert!(ficus.stop().success());
}
