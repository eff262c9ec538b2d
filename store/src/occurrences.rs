//! When everything takes place: derived from the events, for pages, search and answers (R3).

use crate::bulk::{self, Value};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::{instant, read_json};
use domain::event::{Event, EventBody, Occurrence};
use domain::expand::Budget;
use domain::id::{CalendarId, EventId, PublicId};
use domain::series::{RecurrenceId, Series};
use domain::zone::Zone;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeSet;
use uuid::Uuid;

mod page;

pub use page::{Page, Placed, Position, page_of_calendar, page_of_category};

/// How far ahead events that repeat without end are expanded, in years.
const AHEAD_YEARS: i64 = 3;

/// One instance of an event, as pages and answers show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The calendar it was found in.
    pub calendar: CalendarId,
    /// The event.
    pub event: EventId,
    /// The address of its page.
    pub public_id: PublicId,
    /// Its public UID; with `recurrence_id` it addresses the instance.
    pub uid: String,
    /// Which instance, where the event repeats.
    pub recurrence_id: Option<RecurrenceId>,
    /// When it starts.
    pub starts: Timestamp,
    /// When it ends, exclusive; equal to `starts` where it has no end.
    pub ends: Timestamp,
    /// What it says, at its own time, with any change to this instance taken in.
    pub what: Occurrence,
    /// True when the event repeats.
    pub repeats: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    calendar: Uuid,
    event: Uuid,
    public_id: String,
    uid: String,
    recurrence_id: Option<String>,
    starts_ms: i64,
    ends_ms: i64,
    body: String,
}

fn read(row: Row) -> Result<Shown> {
    let damaged = |cause: &str| Error::Damaged {
        what: "occurrence",
        cause: cause.to_owned(),
    };
    let body: EventBody = read_json("event", &row.body)?;
    let recurrence_id = match row.recurrence_id.as_deref() {
        Some(text) => Some(RecurrenceId::parse(text).ok_or_else(|| damaged("recurrence id"))?),
        None => None,
    };
    let repeats = body.series.is_some();
    Ok(Shown {
        calendar: CalendarId(row.calendar),
        event: EventId(row.event),
        public_id: PublicId::parse(&row.public_id).ok_or_else(|| damaged("public id"))?,
        uid: row.uid,
        recurrence_id,
        starts: instant(row.starts_ms),
        ends: instant(row.ends_ms),
        what: match recurrence_id {
            Some(id) => body.instance(id).occurrence(),
            None => body.main,
        },
        repeats,
    })
}

fn read_all(rows: Vec<Row>) -> Result<Vec<Shown>> {
    rows.into_iter().map(read).collect()
}

/// What overlaps `[from, to)`, by start; of one calendar or, with `None`, of all public ones.
/// An instance without length counts when it starts inside.
pub async fn between(
    conn: &mut Conn,
    calendar: Option<CalendarId>,
    from: Timestamp,
    to: Timestamp,
    limit: i64,
) -> Result<Vec<Shown>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT p.calendar, o.event, e.public_id, e.uid, o.recurrence_id, o.starts_ms, o.ends_ms,
            e.body
         FROM occurrence o
         JOIN event e ON e.id = o.event
         JOIN placement p ON p.event = o.event
         JOIN calendar c ON c.id = p.calendar
         WHERE o.starts_ms < $3
           AND (o.ends_ms > $2 OR o.starts_ms >= $2)
           AND e.removed_ms IS NULL
           AND c.visibility = 'public'
           AND ($1 IS NULL OR p.calendar = $1)
         ORDER BY o.starts_ms, o.event, o.ordinal
         LIMIT $4",
        calendar.map(|c| c.0),
        from.as_millisecond(),
        to.as_millisecond(),
        limit
    )?;
    read_all(rows)
}

/// What of one calendar has not ended by `from`, by start.
pub async fn upcoming(
    conn: &mut Conn,
    calendar: CalendarId,
    from: Timestamp,
    limit: i64,
) -> Result<Vec<Shown>> {
    between(conn, Some(calendar), from, Timestamp::MAX, limit).await
}

/// What of one calendar had ended by `before`, latest first.
pub async fn past(
    conn: &mut Conn,
    calendar: CalendarId,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Shown>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT p.calendar, o.event, e.public_id, e.uid, o.recurrence_id, o.starts_ms, o.ends_ms,
            e.body
         FROM occurrence o
         JOIN event e ON e.id = o.event
         JOIN placement p ON p.event = o.event
         WHERE p.calendar = $1
           AND o.ends_ms <= $2 AND o.starts_ms < $2
           AND e.removed_ms IS NULL
         ORDER BY o.starts_ms DESC, o.event, o.ordinal DESC
         LIMIT $3",
        calendar.0,
        before.as_millisecond(),
        limit
    )?;
    read_all(rows)
}

/// The next instance of each public calendar that starts at or after `from`.
pub async fn next_for_each(conn: &mut Conn, from: Timestamp) -> Result<Vec<Shown>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT n.calendar, o.event, e.public_id, e.uid, o.recurrence_id, o.starts_ms, o.ends_ms,
            e.body
         FROM (
            SELECT p.calendar AS calendar, min(o.starts_ms) AS starts_ms
            FROM occurrence o
            JOIN event e ON e.id = o.event
            JOIN placement p ON p.event = o.event
            JOIN calendar c ON c.id = p.calendar
            WHERE o.starts_ms >= $1 AND e.removed_ms IS NULL AND c.visibility = 'public'
            GROUP BY p.calendar
         ) n
         JOIN occurrence o ON o.starts_ms = n.starts_ms
         JOIN placement p ON p.event = o.event AND p.calendar = n.calendar
         JOIN event e ON e.id = o.event AND e.removed_ms IS NULL
         ORDER BY o.starts_ms, o.event, o.ordinal",
        from.as_millisecond()
    )?;
    let mut shown = read_all(rows)?;
    let mut seen = std::collections::HashSet::new();
    shown.retain(|one| seen.insert(one.calendar));
    Ok(shown)
}

/// Instances of one event that have not ended by `from`.
pub async fn of_event(
    conn: &mut Conn,
    event: EventId,
    from: Timestamp,
    limit: i64,
) -> Result<Vec<Shown>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT p.calendar, o.event, e.public_id, e.uid, o.recurrence_id, o.starts_ms, o.ends_ms,
            e.body
         FROM occurrence o
         JOIN event e ON e.id = o.event
         JOIN placement p ON p.event = o.event
         WHERE o.event = $1
           AND (o.ends_ms > $2 OR o.starts_ms >= $2)
           AND p.calendar = (SELECT calendar FROM placement WHERE event = $1 ORDER BY calendar LIMIT 1)
         ORDER BY o.starts_ms, o.ordinal
         LIMIT $3",
        event.0,
        from.as_millisecond(),
        limit
    )?;
    read_all(rows)
}

/// How many events of a source have an instance that has not ended by `from`.
pub async fn coming_of_source(
    conn: &mut Conn,
    source: domain::id::SourceId,
    from: Timestamp,
) -> Result<Vec<EventId>> {
    let ids = sql!(
        conn,
        scalars Uuid,
        "SELECT DISTINCT s.event
         FROM event_source s
         JOIN event e ON e.id = s.event
         JOIN occurrence o ON o.event = s.event
         WHERE s.source = $1
           AND e.removed_ms IS NULL
           AND (o.ends_ms > $2 OR o.starts_ms >= $2)",
        source.0,
        from.as_millisecond()
    )?;
    Ok(ids.into_iter().map(EventId).collect())
}

/// Whether the events have rows yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// They are new.
    None,
    /// Their old rows go first.
    Old,
}

/// Writes when the events take place.
pub(crate) async fn derive(
    tx: &mut Tx,
    events: &[Event],
    zone: &Zone,
    at: Timestamp,
    rows: Rows,
) -> Result<()> {
    let mut fresh = Vec::with_capacity(events.len());
    for event in events {
        if rows == Rows::Old {
            sql!(
                tx,
                execute,
                "DELETE FROM occurrence WHERE event = $1",
                event.id.0
            )?;
        }
        rows_of(event, zone, at, &mut fresh);
    }
    let columns = &[
        "event",
        "ordinal",
        "recurrence_id",
        "starts_ms",
        "ends_ms",
        "first_day",
        "last_day",
    ];
    bulk::insert(tx, "occurrence", columns, "", fresh).await
}

fn rows_of(event: &Event, zone: &Zone, at: Timestamp, out: &mut Vec<Vec<Value>>) {
    let years = |years: i64| at.checked_add((years * 366 * 24).hours()).unwrap_or(at);
    let endless = event.body.series.as_ref().is_some_and(Series::is_endless);
    // All past and three years ahead; where that is more than the budget bears (a daily rule
    // since 1970, until 9999), the last five years and the next three.
    let wide = endless.then_some((Timestamp::MIN, years(AHEAD_YEARS)));
    let near = Some((years(-5), years(AHEAD_YEARS)));
    let expand = |window| event.body.instances(window, zone, Budget::default());
    let instances = match expand(wide).or_else(|_| expand(near)) {
        Ok(instances) => instances,
        Err(error) => {
            // Imports refuse what the budget does not bear; the feed still carries the rule.
            tracing::warn!(event.id = %event.id, %error, "not expanded: missing from pages");
            return;
        }
    };
    for (ordinal, instance) in (0i64..).zip(instances) {
        let time = instance.time();
        let Some((starts, ends)) = time.instants(zone) else {
            continue;
        };
        let Some((first, last)) = time.days(zone) else {
            continue;
        };
        out.push(vec![
            Value::Id(event.id.0),
            Value::Int(ordinal),
            Value::MaybeText(instance.recurrence_id.map(|id| id.to_string())),
            Value::Int(starts.as_millisecond()),
            Value::Int(ends.as_millisecond()),
            Value::Text(first.to_string()),
            Value::Text(last.to_string()),
        ]);
    }
}

/// Derives the instances of all repeating events anew, because the horizon moved on. No
/// revision: the feeds carry rules.
pub async fn extend(tx: &mut Tx, at: Timestamp) -> Result<usize> {
    let events = crate::events::repeating(tx).await?;
    for event in &events {
        let places = crate::events::placements(tx, event.id).await?;
        let Some(place) = places.first() else {
            continue;
        };
        let Some(calendar) = crate::calendars::by_id(tx, *place).await? else {
            continue;
        };
        derive(
            tx,
            std::slice::from_ref(event),
            &calendar.profile.zone,
            at,
            Rows::Old,
        )
        .await?;
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
        derive(tx, &events, &calendar.profile.zone, at, Rows::Old).await?;
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

async fn coming_instants(
    conn: &mut Conn,
    calendar: CalendarId,
    from: Timestamp,
) -> Result<BTreeSet<(Uuid, i64, i64)>> {
    let rows = sql!(
        conn,
        all(Uuid, i64, i64),
        "SELECT o.event, o.starts_ms, o.ends_ms
         FROM occurrence o
         JOIN placement p ON p.event = o.event
         WHERE p.calendar = $1 AND o.ends_ms >= $2",
        calendar.0,
        from.as_millisecond()
    )?;
    Ok(rows.into_iter().collect())
}
