//! Events: the instances in a range, what comes next, and one event with its history.

use crate::answer::{Answer, Listing, json};
use crate::ask::{Ask, Name, USUAL_LIMIT};
use crate::calendars::find;
use crate::cursor::seal;
use crate::shapes::{EventItem, Instance};
use crate::state::ApiState;
use axum::extract::State;
use domain::calendar::{Calendar, Visibility};
use domain::filter::Filter;
use domain::id::{CalendarId, PublicId};
use domain::zone::Zone;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use store::Conn;
use store::occurrences::{self, Page, Placed, Position};
use web::failure::Failure;

/// Items of `next`, unless asked otherwise: the answer to "when is it?".
const USUAL_NEXT: i64 = 1;
/// Instances of an event that are listed with it.
const COMING: i64 = 10;
/// Versions of an event that are listed with it.
const VERSIONS: i64 = 50;
/// Rows read at once where a filter may leave most of them out, and how often: a filter that
/// takes nothing must not cost more than this. The page is then short, and its cursor goes on.
const CHUNK: i64 = 200;
const CHUNKS: usize = 10;

/// `GET /api/v1/calendars/{calendar}/events`.
pub async fn of_calendar(State(api): State<ApiState>, Name(name): Name, mut ask: Ask) -> Answer {
    let mut tx = api.db.snapshot().await?;
    let calendar = find(&mut tx, &name).await?;
    let wanted = Wanted::read(&mut ask, &calendar.profile.zone, api.clock.now())?;
    let (placed, next) = wanted.scan(&mut tx, &Source::Calendar(calendar.id)).await?;
    tx.roll_back().await?;
    let item = |placed: &Placed| Instance::of(&placed.shown, &calendar, &api.base_url);
    json(&Listing {
        items: placed.iter().map(item).collect(),
        next: next.map(|position| seal(&ask.list(), &position)),
    })
}

/// `GET /api/v1/events`.
pub async fn of_category(State(api): State<ApiState>, mut ask: Ask) -> Answer {
    let category = ask.category();
    let wanted = Wanted::read(&mut ask, &Zone::seoul(), api.clock.now())?;
    let mut tx = api.db.snapshot().await?;
    let (placed, next) = wanted.scan(&mut tx, &Source::Category(category)).await?;
    let named = placed.iter().map(|one| one.shown.calendar);
    let calendars = calendars_of(&mut tx, named).await?;
    tx.roll_back().await?;
    let item = |placed: &Placed| {
        let calendar = calendars.get(&placed.shown.calendar)?;
        Some(Instance::of(&placed.shown, calendar, &api.base_url))
    };
    json(&Listing {
        items: placed.iter().filter_map(item).collect(),
        next: next.map(|position| seal(&ask.list(), &position)),
    })
}

/// `GET /api/v1/calendars/{calendar}/next`.
pub async fn next(State(api): State<ApiState>, Name(name): Name, mut ask: Ask) -> Answer {
    let limit = ask.limit(USUAL_NEXT);
    ask.finish()?;
    let mut tx = api.db.snapshot().await?;
    let calendar = find(&mut tx, &name).await?;
    let coming = occurrences::upcoming(&mut tx, calendar.id, api.clock.now(), limit).await?;
    tx.roll_back().await?;
    json(&Listing {
        items: coming
            .iter()
            .map(|shown| Instance::of(shown, &calendar, &api.base_url))
            .collect(),
        next: None,
    })
}

/// `GET /api/v1/events/{id}`.
pub async fn show(State(api): State<ApiState>, Name(id): Name) -> Answer {
    let id = PublicId::parse(&id).ok_or(Failure::NotFound)?;
    let mut tx = api.db.snapshot().await?;
    let found = store::events::by_public_id(&mut tx, &id).await?;
    let found = found.ok_or(Failure::NotFound)?;
    let calendars = public(&mut tx, &found.calendars).await?;
    let home = calendars.first().filter(|_| found.removed.is_none());
    let home = home.ok_or(Failure::Gone)?;
    let coming = occurrences::of_event(&mut tx, found.event.id, api.clock.now(), COMING).await?;
    let versions = store::events::history(&mut tx, found.event.id, VERSIONS).await?;
    tx.roll_back().await?;
    json(&EventItem::of(
        &found,
        home,
        &calendars,
        &coming,
        &versions,
        &api.base_url,
    ))
}

async fn public(conn: &mut Conn, ids: &[CalendarId]) -> store::Result<Vec<Calendar>> {
    let mut calendars = store::calendars::by_ids(conn, ids).await?;
    calendars.retain(|calendar| calendar.visibility == Visibility::Public);
    Ok(calendars)
}

/// The public ones of these calendars.
pub(crate) async fn calendars_of(
    conn: &mut Conn,
    ids: impl Iterator<Item = CalendarId>,
) -> store::Result<BTreeMap<CalendarId, Calendar>> {
    let ids: BTreeSet<CalendarId> = ids.collect();
    let ids: Vec<CalendarId> = ids.into_iter().collect();
    let calendars = public(conn, &ids).await?;
    Ok(calendars.into_iter().map(|one| (one.id, one)).collect())
}

/// Where instances are looked for.
enum Source {
    Calendar(CalendarId),
    /// All calendars where none is named.
    Category(Option<String>),
}

impl Source {
    async fn read(&self, conn: &mut Conn, page: Page) -> store::Result<Vec<Placed>> {
        match self {
            Self::Calendar(id) => occurrences::page_of_calendar(conn, *id, page).await,
            Self::Category(category) => {
                occurrences::page_of_category(conn, category.as_deref(), page).await
            }
        }
    }
}

/// What a request for a range wants.
struct Wanted {
    page: Page,
    filter: Filter,
}

impl Wanted {
    fn read(ask: &mut Ask, zone: &Zone, now: Timestamp) -> Result<Self, Failure> {
        let range = ask.range(zone, now);
        let filter = ask.filter();
        let limit = ask.limit(USUAL_LIMIT);
        let after: Option<Position> = ask.cursor();
        ask.finish()?;
        let page = Page {
            from: range.from,
            to: range.to,
            after: after.unwrap_or_else(|| Position::before(Timestamp::MIN)),
            limit,
        };
        Ok(Self { page, filter })
    }

    /// The instances of a page, and where the next one begins.
    async fn scan(
        &self,
        conn: &mut Conn,
        source: &Source,
    ) -> store::Result<(Vec<Placed>, Option<Position>)> {
        let room = usize::try_from(self.page.limit).unwrap_or(0);
        let chunk = if self.filter.is_open() {
            self.page.limit + 1
        } else {
            CHUNK
        };
        let mut page = Page {
            limit: chunk,
            ..self.page
        };
        let mut kept: Vec<Placed> = Vec::new();
        for _ in 0..CHUNKS {
            let rows = source.read(conn, page).await?;
            let is_last = rows.len() < usize::try_from(chunk).unwrap_or(0);
            for placed in rows {
                page.after = placed.position;
                if !self.filter.takes(&placed.shown.what) {
                    continue;
                }
                if kept.len() == room {
                    let last = kept.last().map(|one| one.position);
                    return Ok((kept, last));
                }
                kept.push(placed);
            }
            if is_last {
                return Ok((kept, None));
            }
        }
        Ok((kept, Some(page.after)))
    }
}
