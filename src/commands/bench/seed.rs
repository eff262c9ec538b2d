//! `almanac bench seed`: a large database, made once.

use super::invented::{Catalogue, categories};
use crate::cli::BenchSeed;
use crate::commands::open;
use crate::config::Config;
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Instant;
use store::publish::{Batch, Write, publish};
use store::{Db, settings};

/// Events of one transaction.
const AT_ONCE: usize = 20_000;

pub async fn run(config: &Config, seed: &BenchSeed) -> Result<ExitCode> {
    let db = open(config).await?;
    let catalogue = Catalogue {
        calendars: seed.calendars,
        events: seed.events,
        at: config.clock().now(),
    };
    let start = Instant::now();
    prepare(&db).await?;
    let bar = progress(seed.events);
    let mut number = 0;
    while number < catalogue.calendars {
        number = some_calendars(&db, &catalogue, number, &bar).await?;
    }
    db.close().await;
    bar.finish_and_clear();
    writeln!(
        std::io::stdout(),
        "{} calendars with {} events made in {:.1} s",
        seed.calendars,
        seed.events,
        start.elapsed().as_secs_f64()
    )?;
    Ok(ExitCode::SUCCESS)
}

async fn prepare(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    if !store::calendars::revisions(&mut tx).await?.is_empty() {
        bail!("this database has calendars: name an empty folder by --data-dir");
    }
    for category in categories() {
        store::categories::put(&mut tx, &category).await?;
    }
    // What is written here is marked by this program's rule already.
    settings::put(&mut tx, settings::OPENINGS, domain::opening::RULE).await?;
    Ok(tx.commit().await?)
}

/// Publishes calendars from a number on until there is enough for one transaction. Returns the
/// next number.
async fn some_calendars(
    db: &Db,
    catalogue: &Catalogue,
    first: usize,
    bar: &ProgressBar,
) -> Result<usize> {
    let mut tx = db.begin().await?;
    let (mut number, mut written) = (first, 0);
    while number < catalogue.calendars && written < AT_ONCE {
        let calendar = catalogue.calendar(number).context("a calendar's number")?;
        store::calendars::insert(&mut tx, &calendar).await?;
        let events = catalogue.events(number, &calendar);
        written += events.len();
        bar.inc(events.len() as u64);
        let batch = Batch {
            calendar: calendar.id,
            zone: &calendar.profile.zone,
            source: None,
            at: catalogue.at,
            writes: events.into_iter().map(Write::Create).collect(),
        };
        publish(&mut tx, batch).await?;
        number += 1;
    }
    tx.commit().await?;
    Ok(number)
}

fn progress(events: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("[{bar:30}] {pos} of {len} events ({elapsed})")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(events as u64).with_style(style)
}
