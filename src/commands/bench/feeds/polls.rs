//! Polls: personal beside public, sent beside copied, recompiled beside made whole; and what travels
//! after one change.

use super::made::{Made, move_one};
use super::{Line, ask, engine, median, ms, tag};
use crate::config::Config;
use anyhow::{Context as _, Result};
use feeds::Feeds;
use http::{HeaderMap, Method};
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Db;

/// Requests of one round.
const REQUESTS: u32 = 20_000;
const ROUNDS: usize = 5;

pub(super) async fn measure(
    config: &Config,
    db: &Db,
    feeds: &Arc<Feeds>,
    made: &Made,
) -> Result<Vec<Line>> {
    let mut lines = same(feeds, made).await?;
    lines.extend(whole(config, db, feeds, made).await?);
    lines.extend(compiling(config, db, feeds, made).await?);
    lines.extend(differences(config, db, feeds, made).await?);
    let notes = 2_000_000;
    let noted = feeds::count::cost(notes).as_secs_f64() * 1e9;
    lines.push(Line::new("counting one poll", noted, "ns").beside(100.0, "wanted"));
    let fill = feeds.fill();
    let events = fill.events.0 as f64 / 15_500.0;
    let parts = (fill.parts.0 + fill.bodies.0) as f64 / 15_500.0;
    lines.push(Line::new(
        "memory of one event on the shelf, estimated",
        events,
        "B",
    ));
    lines.push(Line::new("memory of its fragments and bodies", parts, "B"));
    Ok(lines)
}

/// 304 within the engine, by turns.
async fn same(feeds: &Arc<Feeds>, made: &Made) -> Result<Vec<Line>> {
    let public = format!("/feeds/{}.ics", made.small.profile.slug);
    let mut times: [Vec<f64>; 2] = Default::default();
    for _ in 0..ROUNDS {
        for (place, target) in [&public, &made.personal].into_iter().enumerate() {
            let known = tag(&ask(feeds, target, &[]).await?);
            let begun = Instant::now();
            for _ in 0..REQUESTS {
                let answer = ask(feeds, target, &[("if-none-match", &known)]).await?;
                black_box(answer.status());
            }
            times[place].push(begun.elapsed().as_secs_f64() * 1e9 / f64::from(REQUESTS));
        }
    }
    let [public, personal] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    });
    Ok(vec![
        Line::new("304 of a public feed, in the engine", public, "ns"),
        Line::new(
            "304 of 20 calendars and 10,000 events, in the engine",
            personal,
            "ns",
        )
        .beside(public, "public"),
    ])
}

/// A person's whole feed beside copying its bytes.
async fn whole(config: &Config, db: &Db, feeds: &Arc<Feeds>, made: &Made) -> Result<Vec<Line>> {
    let body = ask(feeds, &made.personal, &[]).await?.into_body();
    let copy = median(21, || drop(black_box(body.to_vec())));
    let begun = Instant::now();
    for _ in 0..1_000 {
        black_box(ask(feeds, &made.personal, &[]).await?);
    }
    let kept = begun.elapsed() / 1_000;
    // One calendar of twenty changes: the feed is put together again. The second time somebody else
    // has asked for that calendar before, as is usual.
    let (mut again, mut after_others) = (Vec::new(), Vec::new());
    let own = feeds.catalogue().find("bench-own-7").cloned();
    let own = own.context("the benchmark's own calendar is not there")?;
    let others = format!("/feeds/{}.ics", own.profile.slug);
    for round in 0..18 {
        move_one(db, &own, config.clock().now()).await?;
        feeds.refresh().await?;
        let times = match round % 2 {
            0 => &mut again,
            _ => {
                ask(feeds, &others, &[]).await?;
                &mut after_others
            }
        };
        let begun = Instant::now();
        black_box(ask(feeds, &made.personal, &[]).await?);
        times.push(begun.elapsed());
    }
    again.sort();
    after_others.sort();
    let size = body.len() as f64 / 1e6;
    Ok(vec![
        Line::new("size of the person's feed", size, "MB"),
        Line::new("200 of it", ms(kept), "ms").beside(ms(copy), "copying its bytes"),
        Line::new(
            "200 of it after a change of one calendar",
            ms(again[4]),
            "ms",
        )
        .beside(ms(copy), "copying its bytes"),
        Line::new(
            "the same, others having asked for the calendar",
            ms(after_others[4]),
            "ms",
        )
        .beside(ms(copy), "copying its bytes"),
    ])
}

/// Making bytes: after a change, and of everything.
async fn compiling(config: &Config, db: &Db, feeds: &Arc<Feeds>, made: &Made) -> Result<Vec<Line>> {
    let target = format!("/feeds/{}.ics?past=all", made.small.profile.slug);
    ask(feeds, &target, &[]).await?;
    let mut again = Vec::new();
    for _ in 0..21 {
        move_one(db, &made.small, config.clock().now()).await?;
        feeds.refresh().await?;
        let begun = Instant::now();
        black_box(ask(feeds, &target, &[]).await?);
        again.push(begun.elapsed());
    }
    again.sort();
    let mut cold = Vec::new();
    for _ in 0..9 {
        let fresh = engine(config, db).await?;
        let begun = Instant::now();
        black_box(ask(&fresh, &target, &[]).await?);
        cold.push(begun.elapsed());
    }
    cold.sort();
    let (render, size) = rendering(db, made).await?;
    let rate = size as f64 / 1e6 / render.as_secs_f64();
    let other_form = another_form(config, db, made).await?;
    Ok(vec![
        Line::new(
            "500 events after a change, database to bytes",
            ms(again[10]),
            "ms",
        )
        .beside(2.0, "wanted"),
        Line::new(
            "500 events for the first time, database to bytes",
            ms(cold[4]),
            "ms",
        ),
        Line::new("rendering 5,000 events", rate, "MB/s").beside(350.0, "wanted"),
        Line::new(
            "5,000 events in a form not asked for yet, memory to answer",
            ms(other_form),
            "ms",
        ),
    ])
}

/// Writing 5,000 events, and how many bytes they have.
async fn rendering(db: &Db, made: &Made) -> Result<(Duration, usize)> {
    let calendar = &made.large;
    let mut conn = db.read().await?;
    let events = store::events::of_calendar(&mut conn, calendar.id).await?;
    drop(conn);
    let context = ical::write::Context {
        form: ical::write::Form::Apple,
        lang: calendar.profile.language,
        primary: calendar.profile.language,
        zone: &calendar.profile.zone,
        base_url: "https://almanac.example",
        refresh_minutes: 60,
        horizon: calendar.as_of,
        results: ical::write::Results::Shown,
        repeats: ical::write::Repeats::ByForm,
    };
    let (mut out, mut cuts) = (Vec::new(), Vec::new());
    let mut used = ical::write::Used::default();
    let took = median(21, || {
        out.clear();
        cuts.clear();
        for event in &events {
            used.clear();
            ical::write::event(&mut out, &mut used, &mut cuts, event, &context);
        }
        black_box(&out);
    });
    Ok((took, out.len()))
}

/// Answering for 5,000 events that are in memory in a form that nobody has asked for yet: writing
/// them, choosing, putting together.
async fn another_form(config: &Config, db: &Db, made: &Made) -> Result<Duration> {
    let feed = format!("/feeds/{}.ics", made.large.profile.slug);
    let mut times = Vec::new();
    for _ in 0..9 {
        let fresh = engine(config, db).await?;
        ask(&fresh, &format!("{feed}?past=all"), &[]).await?;
        let begun = Instant::now();
        black_box(ask(&fresh, &format!("{feed}?past=all&for=apple"), &[]).await?);
        times.push(begun.elapsed());
    }
    times.sort();
    Ok(times[4])
}

/// What travels after one change of 5,000 events.
async fn differences(
    config: &Config,
    db: &Db,
    feeds: &Arc<Feeds>,
    made: &Made,
) -> Result<Vec<Line>> {
    let slug = &made.large.profile.slug;
    let target = format!("/feeds/{slug}.ics");
    let prefer = ("prefer", "subscribe-enhanced-get");
    let whole = ask(feeds, &target, &[prefer]).await?;
    let token = whole.headers().get("sync-token");
    let token = token
        .and_then(|token| token.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let tree = format!("/dav/calendars/{slug}/");
    let first = report(feeds, &tree, "").await;
    let since = first.rsplit("sync-token>").nth(1).unwrap_or_default();
    let since = since.split('<').next().unwrap_or_default().to_owned();
    move_one(db, &made.large, config.clock().now()).await?;
    feeds.refresh().await?;
    let begun = Instant::now();
    let delta = ask(feeds, &target, &[prefer, ("sync-token", &token)]).await?;
    let took = begun.elapsed();
    let headers: usize = delta
        .headers()
        .iter()
        .map(|(n, v)| n.as_str().len() + v.len() + 4)
        .sum();
    let synced = report(feeds, &tree, &since).await;
    Ok(vec![
        Line::new("whole feed of 5,000 events", whole.body().len() as f64, "B"),
        Line::new(
            "enhanced GET after one change",
            (delta.body().len() + headers) as f64,
            "B",
        )
        .beside(4096.0, "wanted"),
        Line::new("the same, time", ms(took), "ms"),
        Line::new(
            "CalDAV sync-collection after one change",
            synced.len() as f64,
            "B",
        )
        .beside(4096.0, "wanted"),
    ])
}

async fn report(feeds: &Feeds, path: &str, token: &str) -> String {
    let body = format!(
        "<sync-collection xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
         <sync-token>{token}</sync-token><sync-level>1</sync-level>\
         <prop><getetag/><C:calendar-data/></prop></sync-collection>"
    );
    let method = Method::from_bytes(b"REPORT").unwrap_or(Method::GET);
    let answer = feeds
        .dav(&method, path, &HeaderMap::new(), body.as_bytes(), None)
        .await;
    String::from_utf8_lossy(answer.body()).into_owned()
}
