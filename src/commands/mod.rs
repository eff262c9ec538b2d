//! What each command does.

pub mod bench;
pub mod doctor;
pub mod export;
pub mod import;
pub mod migrate;
pub mod reindex;
pub mod serve;
pub mod status;
pub mod user;

use crate::config::Config;
use anyhow::{Context, Result};
use store::{Db, Patience};

/// Opens the database for a command: an empty one is made ready, one of another version is
/// left alone, because a server may be running on it.
async fn open(config: &Config) -> Result<Db> {
    let db = Db::open(&config.database, Patience::Command)
        .await
        .context("cannot open the database")?;
    if db.schema_version().await? == 0 {
        db.migrate().await?;
    }
    db.check_schema().await?;
    Ok(db)
}
