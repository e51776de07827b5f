//! What the service is told at start, by its environment.

use std::net::{AddrParseError, SocketAddr};

use thiserror::Error;

use crate::faults::{BadSpecification, Faults};

/// Validated settings.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Where the boundary is served.
    pub(crate) listen: SocketAddr,
    /// Where faults are switched; on this machine only.
    pub(crate) admin_listen: SocketAddr,
    /// Connection string of a role that can not write.
    pub(crate) database_url: String,
    /// Connections to the database.
    pub(crate) connections: usize,
    /// Faults that are on from the start.
    pub(crate) faults: Faults,
}

/// Settings that can not be followed.
#[derive(Debug, Error)]
pub(crate) enum BadSettings {
    /// An address is none.
    #[error("{0} is \"{1}\", which is no address such as 127.0.0.1:9101: {2}")]
    Address(&'static str, String, AddrParseError),
    /// Faults could be switched from elsewhere.
    #[error(
        "QUOTES_ADMIN_LISTEN is {0}: faults may be switched on this machine only, use 127.0.0.1"
    )]
    Open(SocketAddr),
    /// There is nothing to read rates from.
    #[error("QUOTES_DATABASE_URL is not set: the service reads its rates from PostgreSQL")]
    NoDatabase,
    /// No such fault.
    #[error("QUOTES_FAULTS: {0}")]
    Faults(#[from] BadSpecification),
}

impl Settings {
    /// Reads settings; `lookup` is the environment, except in tests.
    ///
    /// # Errors
    /// The first setting that can not be followed.
    pub(crate) fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, BadSettings> {
        let address = |name: &'static str, usual: &str| {
            let text = lookup(name).unwrap_or_else(|| usual.to_owned());
            text.parse().map_err(|error| BadSettings::Address(name, text, error))
        };
        let admin_listen: SocketAddr = address("QUOTES_ADMIN_LISTEN", "127.0.0.1:9102")?;
        if !admin_listen.ip().is_loopback() {
            return Err(BadSettings::Open(admin_listen));
        }
        Ok(Self {
            listen: address("QUOTES_LISTEN", "127.0.0.1:9101")?,
            admin_listen,
            database_url: lookup("QUOTES_DATABASE_URL").ok_or(BadSettings::NoDatabase)?,
            connections: 16,
            faults: lookup("QUOTES_FAULTS").unwrap_or_default().parse()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        let lookup = |name: &str| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        Settings::read(lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn a_database_is_enough() {
        let settings = read(&[("QUOTES_DATABASE_URL", "postgres://x")]).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:9101");
        assert_eq!(settings.faults.to_string(), "none");
    }

    #[test]
    fn what_can_not_be_followed_is_named() {
        let database = ("QUOTES_DATABASE_URL", "postgres://x");
        for (given, named) in [
            (vec![], "QUOTES_DATABASE_URL is not set"),
            (vec![database, ("QUOTES_LISTEN", "here")], "QUOTES_LISTEN is \"here\""),
            (vec![database, ("QUOTES_ADMIN_LISTEN", "0.0.0.0:1")], "on this machine only"),
            (vec![database, ("QUOTES_FAULTS", "fire")], "no fault is called \"fire\""),
        ] {
            let error = read(&given).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }
}
