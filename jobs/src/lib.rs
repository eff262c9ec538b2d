//! Background work: what time alone changes. Every job may run on any node and at any moment;
//! doing it twice changes nothing.

use domain::clock::Clock;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use std::time::Duration;
use store::{Db, Tx, settings};

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(600);
/// Repeating events are expanded three years ahead; this many days may go by before it is done
/// again.
const HORIZON_AGE_DAYS: i64 = 30;

/// Runs for as long as the program does. A failing round is reported and tried again at the
/// next.
pub async fn run(db: Db, clock: Clock) {
    loop {
        if let Err(error) = once(&db, clock.now()).await {
            tracing::error!(%error, "background work failed; it is tried again in ten minutes");
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// One round.
pub async fn once(db: &Db, now: Timestamp) -> store::Result<()> {
    let mut tx = db.begin().await?;
    match work(&mut tx, now).await {
        Ok(()) => tx.commit().await,
        Err(error) => {
            // The first error is the one to tell.
            let _ = tx.roll_back().await;
            Err(error)
        }
    }
}

async fn work(tx: &mut Tx, now: Timestamp) -> store::Result<()> {
    let rolled = store::calendars::roll_windows(tx, now).await?;
    if rolled > 0 {
        tracing::info!(calendars = rolled, "windows of past events moved on");
    }
    replace_zones(tx, now).await?;
    mark_openings(tx, now).await?;
    extend_horizon(tx, now).await
}

/// When the bundled time-zone data is another than the stored instants were derived with, they
/// are derived anew, and what moved is published (R4).
async fn replace_zones(tx: &mut Tx, now: Timestamp) -> store::Result<()> {
    let own = domain::zone::tzdb_version();
    let stored = settings::get(tx, settings::TZDB).await?;
    if stored.as_deref() == Some(own) {
        return Ok(());
    }
    if let Some(stored) = stored {
        let moved = store::occurrences::rederive(tx, now).await?;
        tracing::info!(
            from = stored,
            to = own,
            events = moved,
            "time-zone data replaced"
        );
    }
    settings::put(tx, settings::TZDB, own).await
}

/// When the stored marks may have been made by another rule than this program's, or never, they
/// are made anew.
async fn mark_openings(tx: &mut Tx, now: Timestamp) -> store::Result<()> {
    let own = domain::opening::RULE;
    let stored = settings::get(tx, settings::OPENINGS).await?;
    if stored.as_deref() == Some(own) {
        return Ok(());
    }
    let events = store::occurrences::mark_openings(tx, now).await?;
    if events > 0 {
        tracing::info!(events, "openings and deadlines marked");
    }
    settings::put(tx, settings::OPENINGS, own).await
}

async fn extend_horizon(tx: &mut Tx, now: Timestamp) -> store::Result<()> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let stored = settings::get(tx, settings::HORIZON).await?;
    let last: Option<Date> = stored.and_then(|day| day.parse().ok());
    let due = last.is_none_or(|last| {
        last.checked_add(HORIZON_AGE_DAYS.days())
            .is_ok_and(|due| due <= today)
    });
    if !due {
        return Ok(());
    }
    if last.is_some() {
        let events = store::occurrences::extend(tx, now).await?;
        tracing::info!(events, "repeating events expanded further ahead");
    }
    settings::put(tx, settings::HORIZON, &today.to_string()).await
}
