//! `almanac doctor`: one line a check; exit 1 if any fails.

use crate::config::Config;
use anyhow::{Context, Result, bail};
use jiff::{Timestamp, ToSpan};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use store::{Address, Db, Patience};

/// Less free space than this is reported.
const FREE_BYTES: u64 = 256 << 20;

pub async fn run(config: &Config) -> Result<ExitCode> {
    let mut report = Report { failed: false };
    report.line("configuration", Ok(describe(config)))?;
    report.line("disk", disk(&config.data_dir))?;
    match database(config).await {
        Ok(db) => {
            report.line("database", Ok(format!("{} answers", db.engine())))?;
            report.line("migrations", schema(&db).await)?;
            report.line("search", search(&db).await)?;
            report.line("time zones", zones(&db).await)?;
            report.line("clock", clock(&db, config.clock().now()).await)?;
            report.line("feeds", feeds(&db, config).await)?;
            db.close().await;
        }
        Err(error) => report.line("database", Err(error))?,
    }
    report.line("mail", mail(config).await)?;
    Ok(if report.failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Asks the mail server, without sending anything.
async fn mail(config: &Config) -> Result<String> {
    let from = config.mail.check().await?;
    Ok(match from {
        Some(from) => format!("goes out as {from}"),
        None => "none goes out; `almanac user` prints links instead".to_owned(),
    })
}

struct Report {
    failed: bool,
}

impl Report {
    fn line(&mut self, check: &str, found: Result<String>) -> Result<()> {
        let mut out = std::io::stdout();
        match found {
            Ok(what) => writeln!(out, "ok   {check}: {what}")?,
            Err(error) => {
                self.failed = true;
                let why = format!("{error:#}").replace('\n', " ");
                writeln!(out, "FAIL {check}: {why}")?;
            }
        }
        Ok(())
    }
}

fn describe(config: &Config) -> String {
    let database = match &config.database {
        Address::Embedded(folder) => format!("SQLite in {}", folder.display()),
        Address::Postgres(_) => "PostgreSQL".to_owned(),
    };
    format!(
        "{database}, listens on {}, is reached at {}",
        config.listen, config.base_url
    )
}

fn disk(folder: &Path) -> Result<String> {
    let at = folder
        .ancestors()
        .find(|path| path.exists())
        .unwrap_or(Path::new("."));
    let stat = rustix::fs::statvfs(at).with_context(|| format!("{}", at.display()))?;
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    if free < FREE_BYTES {
        bail!(
            "only {} MiB free at {}: make room",
            free >> 20,
            at.display()
        );
    }
    Ok(format!("{} MiB free", free >> 20))
}

async fn database(config: &Config) -> Result<Db> {
    if let Address::Embedded(folder) = &config.database
        && !Address::file(folder).exists()
    {
        bail!(
            "there is none in {} yet: `almanac serve` or `almanac migrate` makes it",
            folder.display()
        );
    }
    Db::open(&config.database, Patience::Command)
        .await
        .context("does not answer")
}

async fn search(db: &Db) -> Result<String> {
    let mut conn = db.read().await?;
    if !store::search::is_current(&mut conn).await? {
        bail!(
            "the index is of another version: the next `almanac serve` or `almanac reindex` makes it"
        );
    }
    Ok("the index is current".to_owned())
}

async fn schema(db: &Db) -> Result<String> {
    db.check_schema().await?;
    Ok(format!("at version {}", db.schema_version().await?))
}

async fn zones(db: &Db) -> Result<String> {
    let mut conn = db.read().await?;
    let stored = store::settings::get(&mut conn, store::settings::TZDB).await?;
    let own = domain::zone::tzdb_version();
    Ok(match stored {
        Some(stored) if stored != own => {
            format!(
                "{own}; coming events were placed with {stored} and are placed anew at the next start"
            )
        }
        _ => own.to_owned(),
    })
}

/// A clock that stands before the last change would make every validator a lie.
async fn clock(db: &Db, now: Timestamp) -> Result<String> {
    let mut conn = db.read().await?;
    let calendars = store::calendars::all_with_withdrawn(&mut conn).await?;
    let latest = calendars.iter().map(|c| c.modified).max();
    let slack = now.checked_add(5.minutes()).unwrap_or(now);
    match latest {
        Some(latest) if latest > slack => {
            bail!("it shows {now}, but a calendar was changed at {latest}: set it right")
        }
        _ => Ok(now.to_string()),
    }
}

/// Every feed is compiled and read back by another reader than our own.
async fn feeds(db: &Db, config: &Config) -> Result<String> {
    let mut snapshot = db.snapshot().await?;
    let calendars = store::calendars::all(&mut snapshot).await?;
    let mut events = 0;
    for calendar in &calendars {
        let all = store::events::of_calendar(&mut snapshot, calendar.id).await?;
        let asked = feeds::FeedQuery::default();
        let bytes = feeds::render(calendar, &all, &asked, &config.base_url);
        events +=
            feeds::verify(&bytes).with_context(|| format!("calendar {}", calendar.profile.slug))?;
    }
    snapshot.roll_back().await?;
    Ok(format!(
        "{} calendars with {events} entries read back",
        calendars.len()
    ))
}
