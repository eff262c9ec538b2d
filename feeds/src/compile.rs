//! From a calendar's events to the bytes of one of its feeds, and the validator that names them.

use crate::Feeds;
use crate::query::{FeedQuery, Past};
use bytes::Bytes;
use domain::calendar::Calendar;
use domain::event::Event;
use domain::filter::Filter;
use domain::series::{Override, RecurrenceId};
use domain::text::Lang;
use flate2::Compression;
use flate2::write::GzEncoder;
use ical::write::{Context, Results, touches_after};
use jiff::ToSpan;
use jiff::civil::Date;
use std::io::Write as _;
use std::sync::OnceLock;

/// Raised by hand whenever the same data is written as other bytes than before: caches of the
/// old bytes must not keep their validator (R13).
const RENDER_VERSION: u32 = 1;
/// How often clients are asked to come, in minutes.
const REFRESH_MINUTES: u32 = 60;
/// How far ahead a series is written out where its rule is one that clients disagree about.
const HORIZON_DAYS: i32 = 2 * 366;

/// One feed of one revision.
#[derive(Debug)]
pub struct Compiled {
    /// The calendar's revision that it shows.
    pub revision: i64,
    /// The bytes.
    pub body: Bytes,
    gzip: OnceLock<Bytes>,
}

impl Compiled {
    /// The bytes as a gzip stream; made at the first call.
    pub fn gzip(&self) -> Bytes {
        self.gzip.get_or_init(|| gzip(&self.body)).clone()
    }

    /// Memory that it takes, in bytes, the compressed form counted before it is made.
    pub(crate) fn weight(&self) -> usize {
        self.body.len() + self.body.len() / 4
    }
}

/// The bytes as a gzip stream.
pub(crate) fn gzip(body: &[u8]) -> Bytes {
    // No name and no time in the header: the same bytes always compress to the same bytes.
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 6), Compression::new(6));
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    // Writing to memory does not fail.
    written.map(Bytes::from).unwrap_or_default()
}

impl Feeds {
    /// Names the bytes of a feed without making them (R13): 22 characters.
    pub(crate) fn validator(&self, calendar: &Calendar, asked: &FeedQuery) -> String {
        let seed = format!(
            "{} {RENDER_VERSION} {} {} {} {} {}",
            self.lineage,
            domain::zone::tzdb_version(),
            self.settings.base_url,
            asked.canonical(calendar.profile.language),
            calendar.public_id,
            calendar.revision,
        );
        let digest = blake3::hash(seed.as_bytes());
        let mut bits = [0; 16];
        bits.copy_from_slice(&digest.as_bytes()[..16]);
        domain::id::PublicId::from_bits(u128::from_le_bytes(bits)).to_string()
    }

    /// Compiles a feed from one snapshot of the database. The calendar is read again inside it:
    /// revision and events belong together (R2).
    pub(crate) async fn compile(
        &self,
        calendar: &Calendar,
        asked: &FeedQuery,
    ) -> store::Result<Option<(Calendar, Compiled)>> {
        let mut snapshot = self.db.snapshot().await?;
        let read = read(&mut snapshot, calendar).await;
        snapshot.roll_back().await?;
        let Some((calendar, events)) = read? else {
            return Ok(None);
        };
        let (base_url, asked) = (self.settings.base_url.clone(), asked.clone());
        let rendered = tokio::task::spawn_blocking(move || {
            let body = render(&calendar, &events, &asked, &base_url);
            (calendar, body)
        });
        let (calendar, body) = rendered.await.map_err(|cause| store::Error::Damaged {
            what: "feed",
            cause: cause.to_string(),
        })?;
        let revision = calendar.revision;
        let compiled = Compiled {
            revision,
            body: Bytes::from(body),
            gzip: OnceLock::new(),
        };
        Ok(Some((calendar, compiled)))
    }
}

async fn read(
    conn: &mut store::Conn,
    calendar: &Calendar,
) -> store::Result<Option<(Calendar, Vec<Event>)>> {
    let Some(calendar) = store::calendars::by_id(conn, calendar.id).await? else {
        return Ok(None);
    };
    let events = store::events::of_calendar(conn, calendar.id).await?;
    Ok(Some((calendar, events)))
}

/// The bytes of a feed: a pure function of the calendar, its events and the question.
pub fn render(calendar: &Calendar, events: &[Event], asked: &FeedQuery, base_url: &str) -> Vec<u8> {
    let profile = &calendar.profile;
    let context = context(calendar, asked, base_url);
    let filter = asked.filter();
    let first = match asked.past {
        Past::All if filter.is_open() => {
            return ical::write::calendar(calendar, events, &context);
        }
        Past::All => None,
        Past::Days(days) => Some(shifted(calendar.as_of, -i32::from(days))),
    };
    let recent =
        |event: &Event| first.is_none_or(|first| touches_after(event, first, &profile.zone));
    let wanted = events.iter().filter(|event| recent(event));
    let kept: Vec<Event> = wanted.filter_map(|event| of_tags(event, &filter)).collect();
    ical::write::calendar(calendar, &kept, &context)
}

/// The event as far as a filter takes it. Of a series that is taken, changed instances that are
/// not become exceptions; of one that is not, nothing is left but changed instances that are, and
/// those cannot stand without it: the whole series stays, because what is missing may be missed.
fn of_tags(event: &Event, filter: &Filter) -> Option<Event> {
    let Some(series) = event.body.series.as_ref().filter(|_| !filter.is_open()) else {
        return filter.takes(&event.body.main).then(|| event.clone());
    };
    let mut event = event.clone();
    if filter.takes(&event.body.main) {
        let fits = |changed: &Override| filter.takes(&changed.instead);
        let (kept, left): (Vec<_>, Vec<_>) = series.overrides.iter().cloned().partition(fits);
        let mut series = series.clone();
        series.except.extend(left.iter().map(|changed| changed.at));
        series.except.sort();
        series.except.dedup();
        series.overrides = kept;
        event.body.series = Some(series);
        return Some(event);
    }
    let some = series
        .overrides
        .iter()
        .any(|one| filter.takes(&one.instead));
    some.then_some(event)
}

/// The file of one event, or of one instance of a series, that the event's page offers. `None`
/// when it has no day.
pub fn single(
    calendar: &Calendar,
    event: &Event,
    instance: Option<RecurrenceId>,
    lang: Option<Lang>,
    base_url: &str,
) -> Option<Vec<u8>> {
    let asked = FeedQuery {
        lang,
        ..FeedQuery::default()
    };
    ical::write::single(event, instance, &context(calendar, &asked, base_url))
}

fn context<'a>(calendar: &'a Calendar, asked: &FeedQuery, base_url: &'a str) -> Context<'a> {
    let profile = &calendar.profile;
    Context {
        form: asked.form,
        lang: asked.lang.unwrap_or(profile.language),
        primary: profile.language,
        zone: &profile.zone,
        base_url,
        refresh_minutes: REFRESH_MINUTES,
        horizon: shifted(calendar.as_of, HORIZON_DAYS),
        results: Results::Shown,
    }
}

fn shifted(day: Date, days: i32) -> Date {
    day.checked_add(days.days()).unwrap_or(day)
}
