//! `almanac bench pages`: the server's own time for each kind of page, over many calendars. The
//! router is asked within this process, one request after the other; what a network adds is left
//! out. Beside each page stands what the same bytes cost out of memory, in the same run.

use super::figures::{Figures, Sample, cpu_time, write_table};
use super::invented::Dice;
use crate::cli::BenchPages;
use crate::commands::{open, serve};
use crate::config::Config;
use crate::server;
use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::routing::get;
use http::{Request, StatusCode, header};
use serde::Serialize;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use store::Db;
use tower::ServiceExt as _;
use web::peer::PeerAddress;

/// Calendars and events that requests are spread over.
const SPREAD: usize = 500;
/// Requests of each kind before those that count: the first fill the caches.
const WARM_UP: usize = 20;
/// One kind is asked for no longer than this, however slow it is.
const LONGEST: Duration = Duration::from_secs(30);
/// What a browser says it can read.
const CODINGS: &str = "gzip, br";

/// Words to look for, as they are typed.
const WORDS: [&str; 12] = [
    "%ED%95%98%EB%8A%98",
    "%E3%85%82%E3%84%B7",
    "%EC%84%B8%EC%9D%BC",
    "%EC%95%BC%EA%B5%AC",
    "%EC%BD%98%EC%84%9C%ED%8A%B8+%EB%B6%80%EC%82%B0",
    "%ED%9C%B4%EB%AC%B4",
    "musical",
    "busan+haneul",
    "%EC%A4%91%EA%B0%84%EA%B3%A0%EC%82%AC",
    "%E3%84%B9",
    "exhibition+light",
    "%EC%98%88%EB%A7%A4",
];

/// What there is to ask for.
struct Known {
    calendars: Vec<String>,
    categories: Vec<String>,
    events: Vec<String>,
}

/// A kind of request.
struct Kind {
    name: &'static str,
    path: fn(&Known, &mut Dice) -> Option<String>,
}

/// Everything that is asked for. A page of its own is a row here.
const KINDS: &[Kind] = &[
    kind("healthz", |_, _| Some("/healthz".to_owned())),
    kind("home", |_, _| Some("/".to_owned())),
    kind("week", |_, _| Some("/week".to_owned())),
    kind("category", |known, dice| {
        Some(format!("/categories/{}", dice.pick(&known.categories)?))
    }),
    kind("calendar", |known, dice| calendar(known, dice, "")),
    kind("calendar month", |known, dice| {
        calendar(known, dice, "?view=month")
    }),
    kind("calendar week", |known, dice| {
        calendar(known, dice, "?view=week")
    }),
    kind("calendar list", |known, dice| {
        calendar(known, dice, "?view=list")
    }),
    kind("calendar past", |known, dice| {
        calendar(known, dice, "?view=past")
    }),
    kind("subscribe", |known, dice| {
        calendar(known, dice, "/subscribe")
    }),
    kind("event", |known, dice| {
        Some(format!("/events/{}", dice.pick(&known.events)?))
    }),
    kind("search", |_, dice| {
        Some(format!("/search?q={}", dice.pick(&WORDS)?))
    }),
    kind("search live", |_, dice| {
        Some(format!("/search?q={}&live=1", dice.pick(&WORDS)?))
    }),
    kind("api calendars", |known, dice| {
        let category = dice.pick(&known.categories)?;
        Some(format!("/api/v1/calendars?category={category}"))
    }),
    kind("api calendar", |known, dice| api(known, dice, "")),
    kind("api categories", |_, _| {
        Some("/api/v1/categories".to_owned())
    }),
    kind("api events", |known, dice| api(known, dice, "/events")),
    kind("api next", |known, dice| api(known, dice, "/next")),
    kind("api changes", |known, dice| {
        api(known, dice, "/changes?since=0")
    }),
    kind("api events of category", |known, dice| {
        let category = dice.pick(&known.categories)?;
        Some(format!("/api/v1/events?category={category}"))
    }),
    kind("api event", |known, dice| {
        Some(format!("/api/v1/events/{}", dice.pick(&known.events)?))
    }),
    kind("api search", |_, dice| {
        Some(format!("/api/v1/search?q={}", dice.pick(&WORDS)?))
    }),
];

const fn kind(name: &'static str, path: fn(&Known, &mut Dice) -> Option<String>) -> Kind {
    Kind { name, path }
}

fn calendar(known: &Known, dice: &mut Dice, rest: &str) -> Option<String> {
    Some(format!("/calendars/{}{rest}", dice.pick(&known.calendars)?))
}

fn api(known: &Known, dice: &mut Dice, rest: &str) -> Option<String> {
    let name = dice.pick(&known.calendars)?;
    Some(format!("/api/v1/calendars/{name}{rest}"))
}

#[derive(Serialize)]
struct Report {
    engine: &'static str,
    calendars: usize,
    pages: Vec<Figures>,
}

pub async fn run(config: &Config, asked: &BenchPages) -> Result<ExitCode> {
    let db = open(config).await?;
    let parts = serve::join(config, &db, &config.clock()).await?;
    let calendars = parts.feeds.catalogue().iter().count();
    let known = Known::read(&db, config).await?;
    let router = server::pages(&parts);
    let mut pages = Vec::with_capacity(KINDS.len());
    for kind in KINDS {
        if asked
            .only
            .as_ref()
            .is_none_or(|only| kind.name.contains(only.as_str()))
        {
            pages.push(measure(kind, &router, &known, asked.requests).await?);
        }
    }
    let all_answered = pages.iter().all(|page| page.failed == 0);
    let report = Report {
        engine: db.engine(),
        calendars,
        pages,
    };
    write_report(&report, asked.json)?;
    db.close().await;
    Ok(if all_answered {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn write_report(report: &Report, json: bool) -> Result<()> {
    if json {
        let text = serde_json::to_string_pretty(report)?;
        writeln!(std::io::stdout(), "{text}")?;
        return Ok(());
    }
    writeln!(
        std::io::stdout(),
        "{} calendars on {}; server time of one request after the other",
        report.calendars,
        report.engine
    )?;
    write_table(&report.pages)
}

impl Known {
    /// Calendars all over the catalogue, and an event of each.
    async fn read(db: &Db, config: &Config) -> Result<Self> {
        let now = config.clock().now();
        let mut conn = db.read().await?;
        let all = store::calendars::all(&mut conn).await?;
        if all.is_empty() {
            bail!("there are no calendars: `almanac bench seed` makes some");
        }
        let mut known = Self {
            calendars: Vec::with_capacity(SPREAD),
            categories: Vec::new(),
            events: Vec::with_capacity(SPREAD),
        };
        for (category, _) in store::categories::with_counts(&mut conn).await? {
            known.categories.push(category.slug.to_string());
        }
        for calendar in all.iter().step_by(all.len().div_ceil(SPREAD)) {
            known.calendars.push(calendar.profile.slug.to_string());
            let coming = store::occurrences::upcoming(&mut conn, calendar.id, now, 1).await?;
            let ids = coming.iter().map(|shown| shown.public_id.to_string());
            known.events.extend(ids);
        }
        Ok(known)
    }
}

async fn measure(kind: &Kind, router: &Router, known: &Known, requests: usize) -> Result<Figures> {
    let mut dice = Dice::new(7);
    let mut path = || (kind.path)(known, &mut dice).context("there is nothing to ask for");
    let mut number = 0;
    let start = Instant::now();
    for _ in 0..WARM_UP {
        if start.elapsed() > LONGEST / 2 {
            break;
        }
        number += 1;
        ask(router, &path()?, number).await?;
    }
    let (mut samples, mut last) = (Vec::with_capacity(requests), Bytes::new());
    let before = cpu_time();
    for _ in 0..requests {
        number += 1;
        let (sample, body) = ask(router, &path()?, number).await?;
        samples.push(sample);
        last = body;
        if start.elapsed() > LONGEST {
            break;
        }
    }
    let cpu = cpu_time().saturating_sub(before);
    let mut figures = Figures::of(kind.name, &samples, cpu);
    figures.same_bytes_p50_ms = same_bytes(last, requests).await?;
    Ok(figures)
}

/// The median time of a route that has these bytes ready.
async fn same_bytes(body: Bytes, requests: usize) -> Result<f64> {
    let ready: Router = Router::new().route("/", get(move || async move { body }));
    let router = web::edge::around(ready);
    let mut samples = Vec::with_capacity(requests);
    for number in 0..requests {
        samples.push(ask(&router, "/", number).await?.0);
    }
    Ok(Figures::of("same bytes", &samples, Duration::ZERO).p50_ms)
}

/// Asks as a browser does, each time from another network: limits on how often one may ask are
/// not what is measured.
async fn ask(router: &Router, path: &str, number: usize) -> Result<(Sample, Bytes)> {
    let network = u32::try_from(number).unwrap_or(u32::MAX) | 0x0a00_0000;
    let request = Request::get(path)
        .header(header::HOST, "localhost")
        .header(header::ACCEPT_ENCODING, CODINGS)
        .header(header::ACCEPT_LANGUAGE, "ko")
        .extension(PeerAddress(IpAddr::V4(Ipv4Addr::from_bits(network))))
        .body(Body::empty())?;
    let start = Instant::now();
    let Ok(answer) = router.clone().oneshot(request).await;
    let ok = answer.status() == StatusCode::OK;
    let body = to_bytes(answer.into_body(), usize::MAX).await?;
    let sample = Sample {
        took: start.elapsed(),
        bytes: body.len(),
        ok,
    };
    Ok((sample, body))
}
