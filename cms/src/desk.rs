//! `/cms/`: today's desk. Short lists of what wants somebody, each with its count and the way to all of
//! it. Nothing is decided here.

pub(crate) mod frame;

use crate::health::{self, HealthRow};
use crate::queue::{Around, HERE as TIPS, ItemRow, title};
use askama::Template;
use axum::extract::State as Web;
use axum::response::{IntoResponse, Response};
use domain::id::EventId;
use domain::proposal::State;
use frame::{Age, Frame, Home, Names, homes};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use store::Conn;
use store::desk_lists::{self, Queue, Way};
use store::proposals::{self, Cursor, Filter};
use web::failure::{Failure, PageFailure};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::state::WebState;
use web::visit::Visit;
use web::when::Reading;

/// Lines of one list.
const LINES: usize = 6;
/// Most things that are counted for a list.
const COUNTED: i64 = 200;
/// So far ahead an event without an hour is looked for.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);
/// Searches of so many days are told.
const SEARCHES: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The page.
#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    t: T,
    shell: Shell,
    frame: Frame,
    today: String,
    waiting: i64,
    oldest: Option<Age>,
    tips: Vec<ItemRow>,
    stale_count: usize,
    stale: Vec<HealthRow>,
    without_count: usize,
    without: Vec<Line>,
    scheduled_count: i64,
    scheduled: Vec<Line>,
    conflict_count: usize,
    conflicts: Vec<Line>,
    misses: Vec<(String, i64)>,
}

/// A line of a list.
struct Line {
    when: String,
    title: String,
    href: String,
    calendar: String,
    color: String,
}

/// `GET /cms/`.
pub(crate) async fn show(
    Web(web): Web<WebState>,
    staff: Staff,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let (t, now) = (visit.t, web.clock.now());
    let mut conn = web.db.read().await?;
    let conn = &mut conn;
    let homes = homes(conn, t).await?;
    let names = Names::read(conn, t).await?;
    let queue = Queue::of(State::Waiting);
    let lines = i64::try_from(LINES).unwrap_or(i64::MAX);
    let first = (Cursor::START, Way::Later);
    let entries = desk_lists::queue_page(conn, &queue, first, lines).await?;
    let around = Around {
        t,
        now,
        me: staff.person.to_string(),
        homes: &homes,
        names: &names,
        queue: &queue,
    };
    let tips = around.rows(conn, &entries).await?;
    let counts = proposals::counts(conn, &Filter::of(State::Waiting)).await?;
    let ahead = |length| now.checked_add(length).unwrap_or(now);
    let health = desk_lists::health(conn, (now, ahead(health::AHEAD))).await?;
    let mut stale = health::stale_first(health::rows(&homes, &health, (t, now)));
    let stale_count = stale.len();
    stale.truncate(LINES);
    let read = Lists {
        t,
        now,
        homes: &homes,
    };
    let (without_count, without) = read.without_time(conn, (now, ahead(SOON))).await?;
    let (conflict_count, conflicts) = read.conflicts(conn).await?;
    let scheduled = read.scheduled(conn, lines).await?;
    let scheduled_count = proposals::counts(conn, &Filter::of(State::Scheduled))
        .await?
        .total;
    let since = now.checked_sub(SEARCHES).unwrap_or(now);
    let since = since.to_zoned(jiff::tz::TimeZone::UTC).date();
    let misses = store::search::misses(conn, since, lines).await?;
    let colors = homes.values().map(|home| home.calendar.profile.color);
    let page = DeskPage {
        frame: Frame::of(&staff, t, "/cms/"),
        today: Reading::new(t, &domain::zone::Zone::seoul(), now).date(read.today()),
        waiting: counts.total,
        oldest: counts.oldest.map(|oldest| Age::since(oldest, now, t)),
        tips,
        stale_count,
        stale,
        without_count,
        without,
        scheduled_count,
        scheduled,
        conflict_count,
        conflicts,
        misses: misses
            .into_iter()
            .map(|one| (one.query, one.times))
            .collect(),
        shell: Shell {
            colors: web::colors::ColorSheet::of(colors).address(),
            ..Shell::bare(t, &visit.here)
        },
        t,
    };
    Ok(Page::private(page).into_response())
}

/// What the lists of events are made from.
struct Lists<'a> {
    t: T,
    now: Timestamp,
    homes: &'a HashMap<domain::id::CalendarId, Home>,
}

impl Lists<'_> {
    fn today(&self) -> jiff::civil::Date {
        let seoul = domain::zone::Zone::seoul();
        domain::time::WallTime::of(self.now, &seoul).at.date()
    }

    fn line(
        &self,
        (title, calendar): (String, domain::id::CalendarId),
        (when, href): (impl FnOnce(&Reading) -> String, String),
    ) -> Line {
        let home = self.homes.get(&calendar);
        let seoul = domain::zone::Zone::seoul();
        let zone = home.map_or(&seoul, |home| &home.calendar.profile.zone);
        Line {
            when: when(&Reading::new(self.t, zone, self.now)),
            title,
            href,
            calendar: home.map_or_else(String::new, |home| home.title.clone()),
            color: home.map_or_else(String::new, |home| home.color.clone()),
        }
    }

    async fn without_time(
        &self,
        conn: &mut Conn,
        stretch: (Timestamp, Timestamp),
    ) -> Result<(usize, Vec<Line>), Failure> {
        let mut coming = desk_lists::without_time(conn, stretch, COUNTED).await?;
        coming.dedup_by_key(|one| (one.event, one.starts));
        let count = coming.len();
        coming.truncate(LINES);
        let ids: Vec<EventId> = coming.iter().map(|one| one.event).collect();
        let glances = desk_lists::glances(conn, &ids).await?;
        let lines = coming.iter().filter_map(|one| {
            let glance = glances.get(&one.event)?;
            let title = glance.body.main.title.pick(self.t.lang(), self.t.lang());
            let starts = one.starts;
            let when = move |reading: &Reading| {
                reading.date(domain::time::WallTime::of(starts, reading.zone()).at.date())
            };
            let href = format!("/events/{}", glance.public_id);
            Some(self.line((title.to_owned(), one.calendar), (when, href)))
        });
        Ok((count, lines.collect()))
    }

    async fn conflicts(&self, conn: &mut Conn) -> Result<(usize, Vec<Line>), Failure> {
        let mut found = desk_lists::conflicts(conn, COUNTED).await?;
        found.dedup_by_key(|one| one.event);
        let count = found.len();
        found.truncate(LINES);
        let ids: Vec<EventId> = found.iter().map(|one| one.event).collect();
        let glances = desk_lists::glances(conn, &ids).await?;
        let lines = found.iter().filter_map(|one| {
            let glance = glances.get(&one.event)?;
            let title = glance.body.main.title.pick(self.t.lang(), self.t.lang());
            let fields = usize::try_from(one.fields).unwrap_or(0);
            let said = self.t.n("desk.conflict_fields", fields);
            let href = format!("/events/{}", glance.public_id);
            Some(self.line(
                (title.to_owned(), one.calendar),
                (move |_: &Reading| said, href),
            ))
        });
        Ok((count, lines.collect()))
    }

    async fn scheduled(&self, conn: &mut Conn, limit: i64) -> Result<Vec<Line>, Failure> {
        let ids = proposals::due(conn, Timestamp::MAX, limit).await?;
        let mut lines = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(entry) = proposals::by_id(conn, id).await? else {
                continue;
            };
            let events: Vec<EventId> = entry.handling.event.into_iter().collect();
            let glances = desk_lists::glances(conn, &events).await?;
            let current = glances.values().next().map(|one| &one.body);
            let title = title(&entry.proposal.aim, current, self.t);
            let due = entry.proposal.due;
            let when =
                move |reading: &Reading| due.map(|due| reading.instant(due)).unwrap_or_default();
            let href = format!("{TIPS}/{id}?state=scheduled");
            lines.push(self.line((title, entry.proposal.calendar), (when, href)));
        }
        Ok(lines)
    }
}
