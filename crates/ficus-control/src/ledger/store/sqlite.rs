//! The ledger in one SQLite file.
//!
//! `journal_mode=WAL` lets readers go on while an append is written; `synchronous=FULL` makes an acknowledged append
//! survive a loss of power. Writing and reading have a connection each, so that an export never delays a kill.

use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ficus_model::BoundaryName;
use ficus_model::digest::Digest;
use rusqlite::{
    Connection, ErrorCode, OptionalExtension as _, Transaction, TransactionBehavior, params,
};
use sha2::{Digest as _, Sha256};

use crate::ledger::store::{Append, Draft, Head, Source, Store, StoreError};
use crate::ledger::tile::Tile;

/// The forms of the schema, oldest first; `user_version` counts those applied.
const FORMS: [&str; 1] = [include_str!("schema.sql")];
/// How long a writer waits for another program's lock.
const BUSY_MAX: Duration = Duration::from_secs(2);
/// Bytes of a hash.
const HASH_BYTES: usize = 32;

/// The ledger in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    /// A std mutex: never held across an await, and a panic inside leaves SQLite's own transaction to roll back.
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
}

impl SqliteStore {
    /// Opens the file, creates it when missing, and brings its schema up to date.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let mut writer = Connection::open(file)?;
        writer.busy_timeout(BUSY_MAX)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "FULL")?;
        migrate(&mut writer)?;
        let reader = Connection::open(file)?;
        reader.busy_timeout(BUSY_MAX)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(Self { writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    /// Limits the file to so many pages of 4 KiB; beyond it appends report [`StoreError::Full`].
    pub fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        let writer = lock(&self.writer);
        writer.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
        Ok(())
    }
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(FORMS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for form in FORMS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(form)?;
    }
    if found == 0 {
        let empty: [u8; HASH_BYTES] = Sha256::digest([]).into();
        transaction.execute("INSERT INTO head VALUES (1, 0, ?1, '')", params![empty])?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

fn read_head(connection: &Connection) -> Result<Head, StoreError> {
    let sql = "SELECT size, root, note FROM head WHERE one = 1";
    let row = connection.query_row(sql, [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, String>(2)?))
    });
    let (size, root, note) = row?;
    let size = u64::try_from(size).map_err(|_| StoreError::Damaged("negative size".to_owned()))?;
    let root = root.try_into().map_err(|_| StoreError::Damaged("root of no hash".to_owned()))?;
    Ok(Head { size, root: Digest::from_bytes(root), note })
}

fn write(transaction: &Transaction<'_>, append: &Append) -> Result<(), StoreError> {
    let (expected, root) = append.expected;
    let head = read_head(transaction)?;
    if head.size != expected || head.root != root {
        return Err(StoreError::Moved { expected, found: head.size });
    }
    let mut entry = transaction.prepare_cached("INSERT INTO entry VALUES (?1, ?2)")?;
    for (position, bytes) in (expected..).zip(&append.entries) {
        entry.execute(params![signed(position)?, bytes])?;
    }
    let mut evidence =
        transaction.prepare_cached("INSERT OR IGNORE INTO evidence VALUES (?1, ?2)")?;
    for (digest, bytes) in &append.evidence {
        evidence.execute(params![digest.as_bytes(), bytes])?;
    }
    let mut tile = transaction.prepare_cached("INSERT OR REPLACE INTO tile VALUES (?1, ?2, ?3)")?;
    for changed in &append.tiles {
        tile.execute(params![changed.tile.level, signed(changed.tile.number)?, changed.hashes])?;
    }
    let sql = "UPDATE head SET size = ?1, root = ?2, note = ?3 WHERE one = 1";
    let head = &append.head;
    transaction.execute(sql, params![signed(head.size)?, head.root.as_bytes(), head.note])?;
    Ok(())
}

fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Failed(format!("{number} is out of range")))
}

impl Source for SqliteStore {
    fn head(&self) -> Result<Head, StoreError> {
        read_head(&lock(&self.reader))
    }

    fn entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, StoreError> {
        let reader = lock(&self.reader);
        let sql =
            "SELECT bytes FROM entry WHERE position >= ?1 AND position < ?2 ORDER BY position";
        let mut statement = reader.prepare_cached(sql)?;
        let (start, end) = (signed(range.start)?, i64::try_from(range.end).unwrap_or(i64::MAX));
        let rows = statement.query_map(params![start, end], |row| row.get(0))?;
        rows.collect::<Result<_, _>>().map_err(StoreError::from)
    }

    fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
        let reader = lock(&self.reader);
        let sql = "SELECT hashes FROM tile WHERE level = ?1 AND number = ?2";
        let mut statement = reader.prepare_cached(sql)?;
        let key = params![tile.level, signed(tile.number)?];
        let found: Option<Vec<u8>> = statement.query_row(key, |row| row.get(0)).optional()?;
        Ok(found.and_then(|mut hashes| {
            let bytes = usize::from(tile.width) * HASH_BYTES;
            (hashes.len() >= bytes).then(|| {
                hashes.truncate(bytes);
                hashes
            })
        }))
    }

    fn evidence(&self, digest: Digest) -> Result<Option<Vec<u8>>, StoreError> {
        let reader = lock(&self.reader);
        let mut statement =
            reader.prepare_cached("SELECT bytes FROM evidence WHERE digest = ?1")?;
        Ok(statement.query_row(params![digest.as_bytes()], |row| row.get(0)).optional()?)
    }
}

impl Store for SqliteStore {
    fn append(&self, append: &Append) -> Result<(), StoreError> {
        let mut writer = lock(&self.writer);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write(&transaction, append)?;
        transaction.commit()?;
        Ok(())
    }

    fn keep_draft(&self, draft: &Draft) -> Result<(), StoreError> {
        let writer = lock(&self.writer);
        let mut statement =
            writer.prepare_cached("INSERT OR REPLACE INTO draft VALUES (?1, ?2, ?3)")?;
        statement.execute(params![
            draft.boundary.as_str(),
            draft.subject.as_bytes(),
            draft.text
        ])?;
        Ok(())
    }

    fn draft(&self, boundary: &BoundaryName) -> Result<Option<Draft>, StoreError> {
        let reader = lock(&self.reader);
        let sql = "SELECT subject, text FROM draft WHERE boundary = ?1";
        let mut statement = reader.prepare_cached(sql)?;
        let row = statement.query_row(params![boundary.as_str()], |row| {
            Ok((row.get::<_, [u8; HASH_BYTES]>(0)?, row.get::<_, String>(1)?))
        });
        Ok(row.optional()?.map(|(subject, text)| {
            let subject = Digest::from_bytes(subject);
            Draft { boundary: boundary.clone(), subject, text }
        }))
    }

    fn probe(&self) -> Result<(), StoreError> {
        let writer = lock(&self.writer);
        writer.execute("UPDATE head SET size = size WHERE one = 1", [])?;
        Ok(())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Failed(error.to_string()),
        }
    }
}
