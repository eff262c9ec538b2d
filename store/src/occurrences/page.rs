//! Lists of instances, a page at a time, by where the last page ended: what is added or taken
//! away meanwhile moves nothing twice and skips nothing.

use super::{REACH, Row, Shown, read};
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

/// The instances of a page: what lasts and began before the reach, by its end, then everything
/// from the reach on, by its start. All of the first come before all of the second. Placeholders
/// after the scope's own: `$2` the start of the span, `$3` its end, `$4` the reach, `$5` what
/// lasting ones must end after, `$6` where the second part begins and `$7` where the last page
/// ended, each with event and ordinal (`$8` to `$11`), `$12` the limit.
///
/// SQLite takes the first index that looks good and keeps no figures to compare by: the plus signs
/// leave it the one by ends, CROSS JOIN makes it begin with the few placements of one event.
macro_rules! overlapping {
    ($scope:literal, $once:literal) => {
        concat!(
            "SELECT n.calendar, n.event, e.public_id, e.uid, n.recurrence_id, n.starts_ms,
                n.ends_ms, n.ordinal, e.kind, e.modified_ms, e.body
             FROM (SELECT * FROM (
                SELECT * FROM (
                    SELECT o.calendar, o.event, o.ordinal, o.recurrence_id, o.starts_ms, o.ends_ms
                    FROM occurrence o
                    WHERE ",
            $scope,
            "         AND o.lasting = TRUE
                      AND o.ends_ms > $5
                      AND +o.starts_ms < $4
                      AND (+o.starts_ms, o.event, o.ordinal) > ($7, $10, $11)",
            $once,
            "       ORDER BY +o.starts_ms, o.event, o.ordinal
                    LIMIT $12
                ) AS lasting
                UNION ALL
                SELECT * FROM (
                    SELECT o.calendar, o.event, o.ordinal, o.recurrence_id, o.starts_ms, o.ends_ms
                    FROM occurrence o
                    WHERE ",
            $scope,
            "         AND (o.starts_ms, o.event, o.ordinal) > ($6, $8, $9)
                      AND o.starts_ms < $3
                      AND (o.ends_ms > $2 OR o.starts_ms >= $2)",
            $once,
            "       ORDER BY o.starts_ms, o.event, o.ordinal
                    LIMIT $12
                ) AS starting
             ) AS either ORDER BY starts_ms, event, ordinal LIMIT $12) AS n
             JOIN event e ON e.id = n.event
             ORDER BY n.starts_ms, n.event, n.ordinal"
        )
    };
}

/// Where instances are looked for.
enum Scope<'a> {
    Calendar(CalendarId),
    Category(&'a str),
    All,
}

async fn overlapping(conn: &mut Conn, scope: Scope<'_>, page: Page) -> Result<Vec<Placed>> {
    let reach = page.from.saturating_sub(REACH).unwrap_or(Timestamp::MIN);
    let first = Position::before(reach).max(page.after);
    // After a page that ended within the reach, nothing that lasts is left to find.
    let lasting = if page.after.starts < reach {
        page.from
    } else {
        Timestamp::MAX
    };
    let (from, to) = (page.from.as_millisecond(), page.to.as_millisecond());
    let lasting_before = reach.min(page.to).as_millisecond();
    let lasting_until = lasting.as_millisecond();
    let (first_ms, after_ms) = (
        first.starts.as_millisecond(),
        page.after.starts.as_millisecond(),
    );
    macro_rules! rows {
        ($key:expr, $sql:expr) => {
            sql!(
                conn,
                all PlacedRow,
                $sql,
                $key,
                from,
                to,
                lasting_before,
                lasting_until,
                first_ms,
                after_ms,
                first.event.0,
                first.ordinal,
                page.after.event.0,
                page.after.ordinal,
                page.limit
            )
        };
    }
    let rows = match scope {
        Scope::Calendar(calendar) => rows!(
            calendar.0,
            overlapping!("o.calendar = $1 AND o.category IS NOT NULL", "")
        ),
        Scope::Category(category) => rows!(
            category,
            overlapping!(
                "o.category = $1",
                " AND NOT EXISTS (
                    SELECT 1
                    FROM placement p
                    CROSS JOIN calendar c
                    WHERE c.id = p.calendar AND p.event = o.event AND p.calendar < o.calendar
                      AND c.visibility = 'public' AND c.category = $1
                  ) "
            )
        ),
        Scope::All => rows!(
            "public",
            overlapping!(
                "o.category IS NOT NULL",
                " AND NOT EXISTS (
                    SELECT 1
                    FROM placement p
                    CROSS JOIN calendar c
                    WHERE c.id = p.calendar AND p.event = o.event AND p.calendar < o.calendar AND c.visibility = $1
                  ) "
            )
        ),
    }?;
    read_placed(rows)
}

/// A page of what one public calendar holds.
pub async fn page_of_calendar(
    conn: &mut Conn,
    calendar: CalendarId,
    page: Page,
) -> Result<Vec<Placed>> {
    overlapping(conn, Scope::Calendar(calendar), page).await
}

/// A page of what the public calendars of a category hold, or with `None` all public ones. An
/// event that stands in several of them is listed once, in the first.
pub async fn page_of_category(
    conn: &mut Conn,
    category: Option<&str>,
    page: Page,
) -> Result<Vec<Placed>> {
    let scope = category.map_or(Scope::All, Scope::Category);
    overlapping(conn, scope, page).await
}
