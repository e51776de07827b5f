//! Which names a listener answers to.
//!
//! A page of any site can make its visitor's browser connect to this machine under a name of its own (DNS
//! rebinding), and would then pass for the same origin. Browsers always say which name they used, so a listener that
//! is meant for this machine answers to this machine's names only.

use std::net::IpAddr;

/// The names in `Host` that are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hosts {
    /// Loopback addresses, `localhost`, and these names.
    Local(Vec<String>),
    /// Any name: something in front decides.
    Any,
}

impl Hosts {
    /// Whether a request for `host` (with or without port) is answered.
    pub fn accept(&self, host: &str) -> bool {
        let Self::Local(names) = self else { return true };
        let name = without_port(host).to_ascii_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let loopback = address.is_ok_and(|address| address.is_loopback());
        loopback
            || name == "localhost"
            || names.iter().any(|known| known.eq_ignore_ascii_case(&name))
    }
}

/// `host` of `host:port` and of `[::1]:port`.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !ends_inside(name) =>
        {
            name
        }
        Some(_) | None => host,
    }
}

/// Whether `name` is the first part of a bracketed address, so that the colon found was not a port's.
fn ends_inside(name: &str) -> bool {
    name.starts_with('[') && !name.ends_with(']')
}
