//! `almanac bench feeds`: what a poll, a change and a personal calendar cost, each beside something
//! that everybody can weigh: the same work without the program around it. Makes calendars of its own
//! in the database that it is given, once; beside a million seeded events it measures what those cost.

mod made;
mod polls;
mod visible;

use crate::cli::BenchFeeds;
use crate::commands::open;
use crate::config::Config;
use anyhow::{Context, Result};
use feeds::{Asked, Feeds, Settings};
use http::{HeaderMap, Method, Response, header};
use made::Made;
use serde::Serialize;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Db;

/// One line of the report.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    /// What was measured.
    what: &'static str,
    /// The value.
    value: f64,
    unit: &'static str,
    /// What it stands beside, in the same unit, measured in the same run; none where the issue
    /// names a bound.
    beside: Option<f64>,
    /// What that is.
    beside_what: &'static str,
}

impl Line {
    pub(super) const fn new(what: &'static str, value: f64, unit: &'static str) -> Self {
        Self {
            what,
            value,
            unit,
            beside: None,
            beside_what: "",
        }
    }

    pub(super) const fn beside(mut self, value: f64, what: &'static str) -> Self {
        self.beside = Some(value);
        self.beside_what = what;
        self
    }
}

/// The median time of some rounds of the same work.
pub(super) fn median(rounds: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        })
        .collect();
    times.sort();
    times.get(rounds / 2).copied().unwrap_or_default()
}

pub(super) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A feed engine over a database, as the server has it.
pub(super) async fn engine(config: &Config, db: &Db) -> Result<Arc<Feeds>> {
    let mut tx = db.begin().await?;
    let lineage = store::settings::lineage(&mut tx).await?;
    tx.commit().await?;
    let settings = Settings {
        base_url: config.base_url.clone(),
        cache_bytes: config.feed_cache_bytes,
        clock: config.clock(),
    };
    Ok(Feeds::start(db.clone(), settings, lineage).await?)
}

/// Asks the engine within this process.
pub(super) async fn ask(
    feeds: &Feeds,
    target: &str,
    headers: &[(&'static str, &str)],
) -> Result<Response<bytes::Bytes>> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse()?);
    }
    let asked = Asked {
        method: &Method::GET,
        target,
        headers: &map,
        peer: None,
    };
    Ok(feeds.answer(asked).await)
}

pub(super) fn tag(answer: &Response<bytes::Bytes>) -> String {
    let tag = answer.headers().get(header::ETAG);
    tag.and_then(|tag| tag.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

pub async fn run(config: &Config, asked: &BenchFeeds) -> Result<ExitCode> {
    let begun = Instant::now();
    let db = open(config).await?;
    let feeds = engine(config, &db).await?;
    let mut lines = Vec::new();
    let first = feeds.catalogue().iter().next().cloned();
    if let Some(first) = first {
        ask(&feeds, &format!("/feeds/{}.ics", first.profile.slug), &[]).await?;
        let took = ms(begun.elapsed());
        lines.push(Line::new("start to the first feed", took, "ms").beside(2000.0, "wanted"));
    }
    let made = Made::ready(&db, config.clock().now())
        .await
        .context("making calendars")?;
    feeds.refresh().await?;
    lines.extend(polls::measure(config, &db, &feeds, &made).await?);
    lines.extend(visible::measure(config, &db, &feeds, &made, asked.changes).await?);
    write_report(&lines, asked.json)?;
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

fn write_report(lines: &[Line], json: bool) -> Result<()> {
    let mut out = std::io::stdout();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(lines)?)?;
        return Ok(());
    }
    for line in lines {
        write!(
            out,
            "{:<58} {:>12.3} {:<8}",
            line.what, line.value, line.unit
        )?;
        if let Some(beside) = line.beside {
            write!(out, " beside {beside:>12.3} ({})", line.beside_what)?;
        }
        writeln!(out)?;
    }
    Ok(())
}
