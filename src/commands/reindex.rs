//! `almanac reindex`: makes the search index anew from what is published.

use crate::commands;
use crate::config::Config;
use anyhow::Result;
use std::io::Write as _;
use std::process::ExitCode;

pub async fn run(config: &Config) -> Result<ExitCode> {
    let db = commands::open(config).await?;
    let calendars = store::search::rebuild(&db).await?;
    db.close().await;
    writeln!(
        std::io::stdout(),
        "search index made anew from {calendars} calendars"
    )?;
    Ok(ExitCode::SUCCESS)
}
