//! When everything takes place: derived from the events, for pages, search and answers (R3).
//!
//! A row stands for one instance in one calendar, so every list is a range of one index. What
//! overlaps a span of time began within `REACH` before it, unless it is marked as lasting
//! longer; those few are found by their ends. Neither look reads what has nothing to do with the
//! answer, however long the database has been kept (`docs/decisions/0012`).

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::{instant, read_json};
use domain::change::ChangeKind;
use domain::event::{EventBody, Occurrence};
use domain::id::{CalendarId, EventId, PublicId};
use domain::series::RecurrenceId;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

mod derive;
mod page;
mod pick;

pub(crate) use derive::{Rows, derive, derive_in, put_in_category};
pub use derive::{extend, mark_openings, rederive};
pub use page::{Page, Placed, Position, page_of_calendar, page_of_category};
pub use pick::{next_of, openings};

/// What lasts longer is marked as lasting.
const REACH: SignedDuration = SignedDuration::from_hours(8 * 24);

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
    /// The last change to the event.
    pub kind: ChangeKind,
    /// When that was.
    pub modified: Timestamp,
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    calendar: Uuid,
    event: Uuid,
    public_id: String,
    uid: String,
    recurrence_id: Option<String>,
    starts_ms: i64,
    ends_ms: i64,
    kind: String,
    modified_ms: i64,
    body: String,
}

pub(crate) fn read(row: Row) -> Result<Shown> {
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
        kind: crate::events::read_kind(&row.kind)?,
        modified: instant(row.modified_ms),
    })
}

fn read_all(rows: Vec<Row>) -> Result<Vec<Shown>> {
    rows.into_iter().map(read).collect()
}

/// What overlaps `[from, to)`, by start; of one public calendar or, with `None`, of all. An
/// instance without length counts when it starts inside. An event that stands in several calendars
/// is listed once, in the first.
pub async fn between(
    conn: &mut Conn,
    calendar: Option<CalendarId>,
    from: Timestamp,
    to: Timestamp,
    limit: i64,
) -> Result<Vec<Shown>> {
    let page = Page {
        from,
        to,
        after: Position::before(Timestamp::MIN),
        limit,
    };
    let placed = match calendar {
        Some(calendar) => page_of_calendar(conn, calendar, page).await?,
        None => page_of_category(conn, None, page).await?,
    };
    Ok(placed.into_iter().map(|placed| placed.shown).collect())
}

/// What of one public calendar has not ended by `from`, by start.
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
        "SELECT o.calendar, o.event, e.public_id, e.uid, o.recurrence_id, o.starts_ms, o.ends_ms,
            e.kind, e.modified_ms, e.body
         FROM occurrence o
         JOIN event e ON e.id = o.event
         WHERE o.calendar = $1 AND o.starts_ms < $2 AND o.ends_ms <= $2
         ORDER BY o.starts_ms DESC, o.event DESC, o.ordinal DESC
         LIMIT $3",
        calendar.0,
        before.as_millisecond(),
        limit
    )?;
    read_all(rows)
}

/// Instances of one event that have not ended by `from`, as the first of its calendars counts.
pub async fn of_event(
    conn: &mut Conn,
    event: EventId,
    from: Timestamp,
    limit: i64,
) -> Result<Vec<Shown>> {
    // The plus sign keeps SQLite from walking through the whole calendar for its order.
    let rows = sql!(
        conn,
        all Row,
        "SELECT o.calendar, o.event, e.public_id, e.uid, o.recurrence_id, o.starts_ms, o.ends_ms,
            e.kind, e.modified_ms, e.body
         FROM occurrence o
         JOIN event e ON e.id = o.event
         WHERE o.event = $1
           AND (o.ends_ms > $2 OR o.starts_ms >= $2)
           AND o.calendar = (SELECT calendar FROM placement WHERE event = $1 ORDER BY calendar LIMIT 1)
         ORDER BY +o.starts_ms, o.ordinal
         LIMIT $3",
        event.0,
        from.as_millisecond(),
        limit
    )?;
    read_all(rows)
}

/// The events of a source that have an instance that has not ended by `from`.
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
         JOIN occurrence o ON o.event = s.event
         WHERE s.source = $1 AND (o.ends_ms > $2 OR o.starts_ms >= $2)",
        source.0,
        from.as_millisecond()
    )?;
    Ok(ids.into_iter().map(EventId).collect())
}
