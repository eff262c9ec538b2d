//! The database: connections, every SQL statement, revisions and the change log.
//!
//! Two engines run one text (`docs/decisions/0002`): SQLite in the data directory by default,
//! PostgreSQL by address. No other part names sqlx. Nothing here decides about schedules: that
//! is `domain`'s; nothing here knows HTTP.

#[macro_use]
mod sql;

mod absorb;
pub mod audit;
mod bulk;
pub mod calendars;
pub mod categories;
pub mod changes;
pub mod counts;
mod db;
pub mod desk_lists;
mod error;
pub mod events;
pub mod jobs;
pub mod links;
mod migrate;
pub mod news;
pub mod occurrences;
pub mod people;
pub mod pins;
pub mod proposals;
pub mod prune;
pub mod publish;
pub mod search;
pub mod sessions;
pub mod settings;
pub mod sitemap;
pub mod sources;
pub mod subscriptions;
pub mod tips;
pub mod uploads;

pub use absorb::absorb;
pub use db::{Address, Conn, Db, Patience, Tx};
pub use error::{Error, Result};

use jiff::Timestamp;
use uuid::Uuid;

/// 128 random bits from the operating system.
pub fn random_bits() -> u128 {
    let mut bytes = [0; 16];
    // The system's generator fails only where the system itself is broken; going on with zeros
    // would hand out the same "random" address twice.
    getrandom::fill(&mut bytes).expect("the system's random generator works");
    u128::from_le_bytes(bytes)
}

/// A new id that sorts after all earlier ones of this process.
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// Stored milliseconds as an instant.
fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Reads a document that the program itself wrote.
fn read_json<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|cause| Error::Damaged {
        what,
        cause: cause.to_string(),
    })
}

/// A list of ids as the one value that both engines take apart.
fn write_ids(ids: impl IntoIterator<Item = Uuid>) -> String {
    let ids: Vec<String> = ids
        .into_iter()
        .map(|id| format!("\"{}\"", id.simple()))
        .collect();
    format!("[{}]", ids.join(","))
}

/// Writes a document for the program itself.
fn write_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|cause| Error::Damaged {
        what,
        cause: cause.to_string(),
    })
}
