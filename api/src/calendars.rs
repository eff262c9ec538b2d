//! Calendars, one of them, their categories, and what changed in one.

use crate::answer::{Answer, Listing, cut, json};
use crate::ask::{Ask, Name, USUAL_LIMIT};
use crate::cursor::seal;
use crate::shapes::{CalendarItem, CategoryItem, Instance, event_page};
use crate::state::ApiState;
use axum::extract::State;
use domain::calendar::{Calendar, Slug, Visibility};
use domain::id::{CalendarId, EventId, PublicId};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use store::Conn;
use store::events::Logged;
use store::occurrences::Shown;
use uuid::Uuid;
use web::failure::{ApiFailure, Failure, Message};

/// `GET /api/v1/calendars`.
pub async fn list(State(api): State<ApiState>, mut ask: Ask) -> Answer {
    let category = ask.category();
    let limit = ask.limit(USUAL_LIMIT);
    let after: Option<CalendarId> = ask.cursor();
    ask.finish()?;
    let mut conn = api.db.read().await?;
    let mut calendars =
        store::calendars::page(&mut conn, category.as_deref(), after, limit + 1).await?;
    let last = cut(&mut calendars, limit, |calendar| calendar.id);
    let ids: Vec<CalendarId> = calendars.iter().map(|calendar| calendar.id).collect();
    let coming = store::occurrences::next_of(&mut conn, &ids, api.clock.now()).await?;
    let coming: BTreeMap<CalendarId, &Shown> =
        coming.iter().map(|one| (one.calendar, one)).collect();
    let item = |calendar: &Calendar| item(calendar, coming.get(&calendar.id).copied(), &api);
    json(&Listing {
        items: calendars.iter().map(item).collect(),
        next: last.map(|id| seal(&ask.list(), &id)),
    })
}

/// `GET /api/v1/calendars/{calendar}`.
pub async fn show(State(api): State<ApiState>, Name(name): Name) -> Answer {
    let mut conn = api.db.read().await?;
    let calendar = find(&mut conn, &name).await?;
    let next = store::occurrences::next_of(&mut conn, &[calendar.id], api.clock.now()).await?;
    json(&item(&calendar, next.first(), &api))
}

fn item(calendar: &Calendar, next: Option<&Shown>, api: &ApiState) -> CalendarItem {
    let next = next.map(|shown| Instance::of(shown, calendar, &api.base_url));
    CalendarItem::of(calendar, next, &api.base_url)
}

/// A public calendar by its id or any slug it ever had. What cannot be either is not looked up:
/// not every text is one to a database.
pub async fn find(conn: &mut Conn, name: &str) -> Result<Calendar, Failure> {
    if Slug::parse(name).is_err() && PublicId::parse(name).is_none() {
        return Err(Failure::NotFound);
    }
    let found = store::calendars::find(conn, name).await?;
    let calendar = found.ok_or(Failure::NotFound)?.calendar;
    match calendar.visibility {
        Visibility::Public => Ok(calendar),
        Visibility::Withdrawn => Err(Failure::Gone),
    }
}

/// `GET /api/v1/categories`.
pub async fn categories(State(api): State<ApiState>) -> Answer {
    let mut conn = api.db.read().await?;
    let categories = store::categories::with_counts(&mut conn).await?;
    json(&Listing {
        items: categories
            .iter()
            .map(|(category, calendars)| CategoryItem::of(category, *calendars))
            .collect(),
        next: None,
    })
}

#[derive(Serialize)]
struct ChangeItem {
    revision: i64,
    kind: &'static str,
    at: Timestamp,
    id: String,
    uid: String,
    page: String,
}

#[derive(Serialize)]
struct Changes {
    /// The calendar's revision now: the `since` of the next time, once the last page is read.
    revision: i64,
    #[serde(flatten)]
    list: Listing<ChangeItem>,
}

/// `GET /api/v1/calendars/{calendar}/changes`.
pub async fn changes(State(api): State<ApiState>, Name(name): Name, mut ask: Ask) -> Answer {
    let since = ask.since();
    let limit = ask.limit(USUAL_LIMIT);
    let after: Option<(i64, EventId)> = ask.cursor();
    ask.finish()?;
    let mut tx = api.db.snapshot().await?;
    let calendar = find(&mut tx, &name).await?;
    let floor = store::calendars::log_floor(&mut tx, calendar.id).await?;
    let after = after.unwrap_or((since, EventId(Uuid::max())));
    let mut rows = store::events::changes_after(&mut tx, calendar.id, after, limit + 1).await?;
    tx.roll_back().await?;
    if since < floor || since > calendar.revision {
        return Err(not_in_the_log());
    }
    let last = cut(&mut rows, limit, |row| {
        (row.change.revision, row.change.event)
    });
    let item = |row: &Logged| ChangeItem {
        revision: row.change.revision,
        kind: row.change.kind.as_str(),
        at: row.change.at,
        id: row.public_id.to_string(),
        uid: row.uid.clone(),
        page: event_page(&api.base_url, &row.public_id, None),
    };
    json(&Changes {
        revision: calendar.revision,
        list: Listing {
            items: rows.iter().map(item).collect(),
            next: last.map(|key| seal(&ask.list(), &key)),
        },
    })
}

/// The revision is older than the log, or newer than the calendar (of another database, or of
/// before a restore): what changed since then cannot be told, so all must be read anew.
fn not_in_the_log() -> ApiFailure {
    ApiFailure(Failure::stale("since", Message::new("invalid.since_log")))
}
