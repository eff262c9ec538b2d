//! Finding events and calendars by words.

use crate::answer::{Answer, json};
use crate::ask::{Ask, USUAL_LIMIT};
use crate::cursor::seal;
use crate::events::calendars_of;
use crate::shapes::{CalendarItem, Instance};
use crate::state::ApiState;
use axum::extract::State;
use domain::calendar::{Calendar, Visibility};
use domain::id::CalendarId;
use domain::search::Filters;
use domain::zone::Zone;
use search::{Asked, Found};
use serde::Serialize;
use store::Conn;
use store::occurrences::{self, Shown};

#[derive(Serialize)]
struct Results {
    items: Vec<Instance>,
    next: Option<String>,
    /// On the first page only.
    calendars: Vec<CalendarItem>,
    /// What was looked for instead, where nothing was found as it was typed.
    read_as: Option<String>,
}

/// `GET /api/v1/search`.
pub async fn find(State(api): State<ApiState>, mut ask: Ask) -> Answer {
    let text = ask.words();
    let place = ask.place();
    let (tags, without) = ask.tags();
    let name = ask.calendar();
    let category = ask.category();
    let limit = ask.limit(USUAL_LIMIT);
    let after: Option<search::Cursor> = ask.cursor();
    let mut conn = api.db.read().await?;
    let calendar = match &name {
        Some(name) => named(&mut conn, name).await?,
        None => None,
    };
    let zone = calendar
        .as_ref()
        .map_or_else(Zone::seoul, |c| c.profile.zone.clone());
    let (from, to) = ask.open_range(&zone);
    ask.finish()?;
    let asked = Asked {
        text: &text,
        filters: Filters {
            place,
            tags,
            without,
        },
        calendar: calendar.as_ref().map(|calendar| calendar.id),
        category: category.as_deref(),
        from,
        to,
        now: api.clock.now(),
        after,
        limit: usize::try_from(limit).unwrap_or(1),
        is_final: true,
    };
    // A calendar that nobody knows holds nothing.
    let found = if name.is_some() && calendar.is_none() {
        Found::default()
    } else {
        api.search.find(&asked).await?
    };
    let named = found.events.iter().map(|shown| shown.calendar);
    let calendars = calendars_of(&mut conn, named).await?;
    let ids: Vec<CalendarId> = found.calendars.iter().map(|calendar| calendar.id).collect();
    let next_events = occurrences::next_of(&mut conn, &ids, api.clock.now()).await?;
    let calendar_item = |calendar: &Calendar| {
        let next = next_events.iter().find(|one| one.calendar == calendar.id);
        let next = next.map(|shown| Instance::of(shown, calendar, &api.base_url));
        CalendarItem::of(calendar, next, &api.base_url)
    };
    let item = |shown: &Shown| {
        let calendar = calendars.get(&shown.calendar)?;
        Some(Instance::of(shown, calendar, &api.base_url))
    };
    json(&Results {
        items: found.events.iter().filter_map(item).collect(),
        next: found.next.map(|next| seal(&ask.list(), &next)),
        calendars: found.calendars.iter().map(calendar_item).collect(),
        read_as: found.read_as,
    })
}

async fn named(conn: &mut Conn, name: &str) -> store::Result<Option<Calendar>> {
    let found = store::calendars::find(conn, name).await?;
    let calendar = found.map(|found| found.calendar);
    Ok(calendar.filter(|calendar| calendar.visibility == Visibility::Public))
}
