//! Writing when events take place.

use crate::bulk::{self, Value};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::occurrences::REACH;
use domain::event::Event;
use domain::expand::Budget;
use domain::id::{CalendarId, EventId};
use domain::series::Series;
use domain::zone::Zone;
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How far ahead events that repeat without end are expanded, in years.
const AHEAD_YEARS: i64 = 3;

/// Whether the events have rows yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// They are new.
    None,
    /// Their old rows go first.
    Old,
}

const COLUMNS: &[&str] = &[
    "calendar",
    "event",
    "ordinal",
    "recurrence_id",
    "starts_ms",
    "ends_ms",
    "first_day",
    "last_day",
    "category",
    "lasting",
    "opens",
];

/// Writes when events take place in a calendar whose whole days are counted in `zone`.
pub(crate) async fn derive(
    tx: &mut Tx,
    (calendar, zone): (CalendarId, &Zone),
    events: &[&Event],
    at: Timestamp,
    rows: Rows,
) -> Result<()> {
    let category = listed_under(tx, calendar).await?;
    let home = Home {
        calendar,
        zone,
        category,
        at,
    };
    let mut fresh = Vec::new();
    for event in events {
        if rows == Rows::Old {
            sql!(
                tx,
                execute,
                "DELETE FROM occurrence WHERE event = $1 AND calendar = $2",
                event.id.0,
                calendar.0
            )?;
        }
        home.rows_of(event, &mut fresh);
    }
    // In the order of most indexes: each page of them is then filled once.
    fresh.sort_by_key(|(starts, _)| *starts);
    let rows = fresh.into_iter().map(|(_, row)| row).collect();
    bulk::insert(tx, "occurrence", COLUMNS, "", rows).await
}

/// The same in a calendar that is looked up.
pub(crate) async fn derive_in(
    tx: &mut Tx,
    calendar: CalendarId,
    events: &[&Event],
    at: Timestamp,
    rows: Rows,
) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let Some(home) = crate::calendars::by_id(tx, calendar).await? else {
        return Ok(());
    };
    derive(tx, (calendar, &home.profile.zone), events, at, rows).await
}

/// The category that a calendar's instances are listed under; `None` while it is withdrawn.
async fn listed_under(conn: &mut Conn, calendar: CalendarId) -> Result<Option<String>> {
    Ok(sql!(
        conn,
        scalar_optional String,
        "SELECT category FROM calendar WHERE id = $1 AND visibility = 'public'",
        calendar.0
    )?)
}

/// Lists the instances of a calendar under what it is now listed under.
pub(crate) async fn put_in_category(tx: &mut Tx, calendar: CalendarId) -> Result<()> {
    let category = listed_under(tx, calendar).await?;
    sql!(
        tx,
        execute,
        "UPDATE occurrence
         SET category = $2
         WHERE calendar = $1 AND coalesce(category, '') <> coalesce($2, '')",
        calendar.0,
        category
    )?;
    Ok(())
}

/// The calendar that rows are made for.
struct Home<'a> {
    calendar: CalendarId,
    zone: &'a Zone,
    category: Option<String>,
    at: Timestamp,
}

impl Home<'_> {
    /// When an event takes place, as rows with their starts.
    fn rows_of(&self, event: &Event, out: &mut Vec<(i64, Vec<Value>)>) {
        let years = |years: i64| {
            let away = (years * 366 * 24).hours();
            self.at.checked_add(away).unwrap_or(self.at)
        };
        let endless = event.body.series.as_ref().is_some_and(Series::is_endless);
        // All past and three years ahead; where that is more than the budget bears (a daily rule
        // since 1970, until 9999), the last five years and the next three.
        let wide = endless.then_some((Timestamp::MIN, years(AHEAD_YEARS)));
        let near = Some((years(-5), years(AHEAD_YEARS)));
        let expand = |window| event.body.instances(window, self.zone, Budget::default());
        let instances = match expand(wide).or_else(|_| expand(near)) {
            Ok(instances) => instances,
            Err(error) => {
                // Imports refuse what the budget does not bear; the feed still carries the rule.
                tracing::warn!(event.id = %event.id, %error, "not expanded: missing from pages");
                return;
            }
        };
        let opens = event.body.main.is_opening();
        for (ordinal, instance) in (0i64..).zip(instances) {
            let time = instance.time();
            let Some((starts, ends)) = time.instants(self.zone) else {
                continue;
            };
            let Some((first, last)) = time.days(self.zone) else {
                continue;
            };
            let opens = if instance.changed {
                instance.what.is_opening()
            } else {
                opens
            };
            let row = vec![
                Value::Id(self.calendar.0),
                Value::Id(event.id.0),
                Value::Int(ordinal),
                Value::MaybeText(instance.recurrence_id.map(|id| id.to_string())),
                Value::Int(starts.as_millisecond()),
                Value::Int(ends.as_millisecond()),
                Value::Text(first.to_string()),
                Value::Text(last.to_string()),
                Value::MaybeText(self.category.clone()),
                Value::Bool(ends.duration_since(starts) > REACH),
                Value::Bool(opens),
            ];
            out.push((starts.as_millisecond(), row));
        }
    }
}

/// Derives the instances of all repeating events anew, because the horizon moved on. No
/// revision: the feeds carry rules.
pub async fn extend(tx: &mut Tx, at: Timestamp) -> Result<usize> {
    let events = crate::events::repeating(tx).await?;
    let mut homes: BTreeMap<CalendarId, Vec<&Event>> = BTreeMap::new();
    for event in &events {
        for place in crate::events::placements(tx, event.id).await? {
            homes.entry(place).or_default().push(event);
        }
    }
    for (calendar, events) in homes {
        derive_in(tx, calendar, &events, at, Rows::Old).await?;
    }
    Ok(events.len())
}

/// Derives everything anew, because the time-zone data changed. Coming events whose instants
/// moved are published as refreshed. Returns how many did.
pub async fn rederive(tx: &mut Tx, at: Timestamp) -> Result<usize> {
    let mut moved = 0;
    for calendar in crate::calendars::all_with_withdrawn(tx).await? {
        let before = coming_instants(tx, calendar.id, at).await?;
        let events = crate::events::of_calendar(tx, calendar.id).await?;
        sql!(
            tx,
            execute,
            "DELETE FROM occurrence WHERE calendar = $1",
            calendar.id.0
        )?;
        let home = (calendar.id, &calendar.profile.zone);
        let events: Vec<&Event> = events.iter().collect();
        derive(tx, home, &events, at, Rows::None).await?;
        let after = coming_instants(tx, calendar.id, at).await?;
        let changed: BTreeSet<Uuid> = before
            .symmetric_difference(&after)
            .map(|(event, _, _)| *event)
            .collect();
        let changed: Vec<EventId> = changed.into_iter().map(EventId).collect();
        moved += changed.len();
        crate::publish::refresh(tx, calendar.id, &changed, at).await?;
    }
    Ok(moved)
}

/// Marks which instances are openings or deadlines anew, because the rule changed. Returns how
/// many events are. No revision: feeds do not say so.
pub async fn mark_openings(tx: &mut Tx, at: Timestamp) -> Result<usize> {
    sql!(
        tx,
        execute,
        "UPDATE occurrence SET opens = FALSE WHERE opens = TRUE"
    )?;
    let mut found = BTreeSet::new();
    for calendar in crate::calendars::all_with_withdrawn(tx).await? {
        let events = crate::events::of_calendar(tx, calendar.id).await?;
        let events: Vec<&Event> = events.iter().filter(|event| has_opening(event)).collect();
        found.extend(events.iter().map(|event| event.id));
        let home = (calendar.id, &calendar.profile.zone);
        derive(tx, home, &events, at, Rows::Old).await?;
    }
    Ok(found.len())
}

fn has_opening(event: &Event) -> bool {
    let series = event.body.series.as_ref();
    let changed = series.is_some_and(|series| {
        let mut overrides = series.overrides.iter();
        overrides.any(|changed| changed.instead.is_opening())
    });
    changed || event.body.main.is_opening()
}

async fn coming_instants(
    conn: &mut Conn,
    calendar: CalendarId,
    from: Timestamp,
) -> Result<BTreeSet<(Uuid, i64, i64)>> {
    let rows = sql!(
        conn,
        all(Uuid, i64, i64),
        "SELECT event, starts_ms, ends_ms
         FROM occurrence
         WHERE calendar = $1 AND ends_ms >= $2",
        calendar.0,
        from.as_millisecond()
    )?;
    Ok(rows.into_iter().collect())
}
