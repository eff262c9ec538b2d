//! `almanac migrate`.

use crate::config::Config;
use anyhow::{Context, Result};
use std::io::Write as _;
use std::process::ExitCode;
use store::{Db, Patience};

pub async fn run(config: &Config) -> Result<ExitCode> {
    let db = Db::open(&config.database, Patience::Command)
        .await
        .context("cannot open the database")?;
    let before = db.schema_version().await?;
    db.migrate().await?;
    let after = db.schema_version().await?;
    db.close().await;
    let mut out = std::io::stdout();
    if before == after {
        writeln!(out, "already at version {after}")?;
    } else {
        writeln!(out, "brought from version {before} to {after}")?;
    }
    Ok(ExitCode::SUCCESS)
}
