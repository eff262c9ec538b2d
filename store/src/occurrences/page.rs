//! Lists of instances, a page at a time, by where the last page ended: what is added or taken
//! away meanwhile moves nothing twice and skips nothing.

use super::{Row, Shown, read};
use crate::db::Conn;
use crate::error::Result;
use domain::id::{CalendarId, EventId};
use jiff::Timestamp;
use uuid::Uuid;

/// A place in the order of a list: by start, then event, then instance of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// When the instance starts.
    pub starts: Timestamp,
    /// Its event.
    pub event: EventId,
    /// Which instance of the event, as expanded.
    pub ordinal: i64,
}

impl Position {
    /// The place before everything that starts at `instant` or later.
    pub const fn before(instant: Timestamp) -> Self {
        Self {
            starts: instant,
            event: EventId(Uuid::nil()),
            ordinal: -1,
        }
    }
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Instances that end after this instant, or start at it or later.
    pub from: Timestamp,
    /// Instances that start before this instant.
    pub to: Timestamp,
    /// Where the last page ended.
    pub after: Position,
    /// Most of them.
    pub limit: i64,
}

/// An instance and its place in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The place after which the next page begins.
    pub position: Position,
    /// The instance.
    pub shown: Shown,
}

#[derive(sqlx::FromRow)]
struct PlacedRow {
    #[sqlx(flatten)]
    row: Row,
    ordinal: i64,
}

fn read_placed(rows: Vec<PlacedRow>) -> Result<Vec<Placed>> {
    rows.into_iter()
        .map(|PlacedRow { row, ordinal }| {
            let shown = read(row)?;
            let position = Position {
                starts: shown.starts,
                event: shown.event,
                ordinal,
            };
            Ok(Placed { position, shown })
        })
        .collect()
}

/// A page of what one calendar holds.
pub async fn page_of_calendar(
    conn: &mut Conn,
    calendar: CalendarId,
    page: Page,
) -> Result<Vec<Placed>> {
    let rows = sql!(
        conn,
        all PlacedRow,
        "SELECT p.calendar, o.event, e.public_id, e.uid, o.recurrence_id, o.starts_ms, o.ends_ms,
            o.ordinal, e.body
         FROM occurrence o
         JOIN event e ON e.id = o.event
         JOIN placement p ON p.event = o.event
         WHERE p.calendar = $1
           AND (o.ends_ms > $2 OR o.starts_ms >= $2)
           AND o.starts_ms < $3
           AND (o.starts_ms, o.event, o.ordinal) > ($4, $5, $6)
           AND e.removed_ms IS NULL
         ORDER BY o.starts_ms, o.event, o.ordinal
         LIMIT $7",
        calendar.0,
        page.from.as_millisecond(),
        page.to.as_millisecond(),
        page.after.starts.as_millisecond(),
        page.after.event.0,
        page.after.ordinal,
        page.limit
    )?;
    read_placed(rows)
}

/// A page of what the public calendars of a category hold, or with `None` all public ones. An
/// event that stands in several of them is listed once, in the first.
pub async fn page_of_category(
    conn: &mut Conn,
    category: Option<&str>,
    page: Page,
) -> Result<Vec<Placed>> {
    let rows = sql!(
        conn,
        all PlacedRow,
        "SELECT p.calendar, o.event, e.public_id, e.uid, o.recurrence_id, o.starts_ms, o.ends_ms,
            o.ordinal, e.body
         FROM occurrence o
         JOIN event e ON e.id = o.event
         JOIN placement p ON p.event = o.event
         WHERE p.calendar = (
            SELECT q.calendar
            FROM placement q
            JOIN calendar c ON c.id = q.calendar
            WHERE q.event = o.event AND c.visibility = 'public' AND ($1 IS NULL OR c.category = $1)
            ORDER BY q.calendar
            LIMIT 1
           )
           AND (o.ends_ms > $2 OR o.starts_ms >= $2)
           AND o.starts_ms < $3
           AND (o.starts_ms, o.event, o.ordinal) > ($4, $5, $6)
           AND e.removed_ms IS NULL
         ORDER BY o.starts_ms, o.event, o.ordinal
         LIMIT $7",
        category,
        page.from.as_millisecond(),
        page.to.as_millisecond(),
        page.after.starts.as_millisecond(),
        page.after.event.0,
        page.after.ordinal,
        page.limit
    )?;
    read_placed(rows)
}
