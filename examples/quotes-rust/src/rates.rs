//! Where rates come from: a port, and PostgreSQL behind it, read with a role that can not write.
//!
//! The service reads the monolith's tables until its own exist. Its role has `default_transaction_read_only=on`, and
//! a role without that is refused at start: copies of live traffic must not be able to change anything.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use thiserror::Error;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_postgres::{Client, NoTls, Row, Statement};

use crate::pricing::Sheet;

const SHEET_QUERY: &str = include_str!("rates/sheet.sql");
const LIST_QUERY: &str = include_str!("rates/list.sql");

/// Longest wait for a connection.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(2);

/// Why there are no rates to be had.
#[derive(Debug, Error)]
pub(crate) enum RatesError {
    /// No version of the rates is in force, or not the one asked for.
    #[error("no rates")]
    NoRates,
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] tokio_postgres::Error),
    /// The database could not be reached in time.
    #[error("database: no connection within {CONNECT_TIME_MAX:?}")]
    Unreachable,
    /// The role could write.
    #[error("database: the role may write: set default_transaction_read_only=on for it")]
    NotReadOnly,
    /// A row holds what the schema forbids.
    #[error("database: {0}")]
    Malformed(String),
}

/// Reads sheets of rates.
pub(crate) trait Rates: Send + Sync + 'static {
    /// What a version says about a zone and a currency, either of which may be unknown; version 0 is the one in force.
    fn sheet(
        &self,
        version: i32,
        zone: &str,
        currency: &str,
    ) -> impl Future<Output = Result<Sheet, RatesError>> + Send;

    /// The version in force, and its sheets of all zones whose name begins with `prefix`.
    fn list(
        &self,
        currency: &str,
        prefix: &str,
    ) -> impl Future<Output = Result<(Sheet, Vec<Sheet>), RatesError>> + Send;
}

/// PostgreSQL over a few connections, each used by many requests at once and made anew when it is lost.
pub(crate) struct Database {
    url: String,
    slots: Vec<Mutex<Option<Session>>>,
    turn: AtomicUsize,
}

/// A connection with its statements; dropping it ends the task that drives it.
struct Session {
    client: std::sync::Arc<Client>,
    sheet: Statement,
    list: Statement,
    _driver: JoinSet<()>,
}

impl Database {
    /// Connects once, to see that the role is fit.
    ///
    /// # Errors
    /// There is no connection, the tables are missing, or the role may write.
    pub(crate) async fn open(url: String, connections: usize) -> Result<Self, RatesError> {
        let slots = (0..connections.max(1)).map(|_| Mutex::new(None)).collect();
        let database = Self { url, slots, turn: AtomicUsize::new(0) };
        let (client, _, _) = database.session().await?;
        let row = client.query_one("show default_transaction_read_only", &[]).await?;
        if row.try_get::<_, String>(0)? != "on" {
            return Err(RatesError::NotReadOnly);
        }
        Ok(database)
    }

    async fn session(&self) -> Result<(std::sync::Arc<Client>, Statement, Statement), RatesError> {
        let mut slot = self.next_slot().await;
        if slot.as_ref().is_none_or(|session| session.client.is_closed()) {
            *slot = Some(
                timeout(CONNECT_TIME_MAX, connect(&self.url))
                    .await
                    .map_err(|_| RatesError::Unreachable)??,
            );
        }
        match slot.as_ref() {
            Some(Session { client, sheet, list, .. }) => {
                Ok((std::sync::Arc::clone(client), sheet.clone(), list.clone()))
            }
            None => Err(RatesError::Unreachable),
        }
    }

    async fn next_slot(&self) -> MutexGuard<'_, Option<Session>> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.slots.len();
        let slot = self.slots.get(turn).expect("a remainder by the length is below it");
        slot.lock().await
    }
}

async fn connect(url: &str) -> Result<Session, RatesError> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let mut driver = JoinSet::new();
    driver.spawn(async move {
        // The error shows at the client, which is closed from then on.
        let _ended = connection.await;
    });
    let (sheet, list) = (client.prepare(SHEET_QUERY).await?, client.prepare(LIST_QUERY).await?);
    Ok(Session { client: std::sync::Arc::new(client), sheet, list, _driver: driver })
}

impl Rates for Database {
    async fn sheet(&self, version: i32, zone: &str, currency: &str) -> Result<Sheet, RatesError> {
        let (client, statement, _) = self.session().await?;
        let row = client.query_opt(&statement, &[&version, &zone, &currency]).await?;
        read_sheet(&row.ok_or(RatesError::NoRates)?, zone, currency)
    }

    async fn list(&self, currency: &str, prefix: &str) -> Result<(Sheet, Vec<Sheet>), RatesError> {
        let (client, _, statement) = self.session().await?;
        let rows = client.query(&statement, &[&currency, &prefix]).await?;
        let first = rows.first().ok_or(RatesError::NoRates)?;
        let head = read_sheet(first, "", currency)?;
        let mut sheets = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Some(zone) = row.try_get::<_, Option<String>>("zone")? {
                sheets.push(read_sheet(row, &zone, currency)?);
            }
        }
        Ok((head, sheets))
    }
}

fn read_sheet(row: &Row, zone: &str, currency: &str) -> Result<Sheet, RatesError> {
    let cents = |name: &str| Ok::<_, RatesError>(row.try_get::<_, Option<i64>>(name)?.unwrap_or(0));
    let classes: Vec<String> = row.try_get("tax_classes")?;
    let points: Vec<i64> = row.try_get("tax_points")?;
    let from: SystemTime = row.try_get("effective_from")?;
    Ok(Sheet {
        version: row.try_get("version")?,
        effective_from: Timestamp::try_from(from)
            .map_err(|error| RatesError::Malformed(error.to_string()))?,
        valid_days: row.try_get("valid_days")?,
        zone: zone.to_owned(),
        zone_name: row.try_get::<_, Option<String>>("name")?.unwrap_or_default(),
        first_cents: cents("first_cents")?,
        per_kg_cents: cents("per_kg_cents")?,
        free_from: row.try_get("free_from")?,
        remote_cents: cents("remote_cents")?,
        currency: currency.to_owned(),
        micros: cents("micros")?,
        taxes: classes.into_iter().zip(points).collect(),
    })
}
