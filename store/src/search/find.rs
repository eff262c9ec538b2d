//! Reading the index.

use super::{for_postgres, for_sqlite};
use crate::calendars;
use crate::db::Conn;
use crate::error::Result;
use crate::occurrences::Shown;
use crate::sql::Engine;
use domain::calendar::Calendar;
use domain::id::{CalendarId, EventId};
use domain::search::Clauses;
use jiff::Timestamp;
use uuid::Uuid;

/// The place of a hit in its list: by time, then by event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Milliseconds: of the next start in lists of what is to come, of the last end in lists of
    /// what is over.
    pub ms: i64,
    /// The event.
    pub event: EventId,
}

/// An event that was found, at its next or last instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The place after which the next page begins.
    pub key: Key,
    /// The instance. What has no date yet starts at the end of time.
    pub shown: Shown,
}

/// What is to come is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Coming<'a> {
    /// What must be found.
    pub clauses: &'a Clauses,
    /// What must not: it was listed before.
    pub except: Option<&'a Clauses>,
    /// Events that end after this instant or start at it or later.
    pub from: Timestamp,
    /// Events that start before this instant; `None`: however far ahead, also without a date.
    pub to: Option<Timestamp>,
    /// Only of this calendar.
    pub calendar: Option<CalendarId>,
    /// Only of calendars of this category.
    pub category: Option<&'a str>,
    /// Where the last page ended.
    pub after: Option<Key>,
    /// Most of them.
    pub limit: i64,
}

/// What is over is asked for: as [`Coming`], latest first.
#[derive(Debug, Clone, Copy)]
pub struct Over<'a> {
    /// What must be found.
    pub clauses: &'a Clauses,
    /// Events that had ended by this instant.
    pub before: Timestamp,
    /// Only of this calendar.
    pub calendar: Option<CalendarId>,
    /// Only of calendars of this category.
    pub category: Option<&'a str>,
    /// Where the last page ended.
    pub after: Option<Key>,
    /// Most of them.
    pub limit: i64,
}

#[derive(sqlx::FromRow)]
struct HitRow {
    #[sqlx(flatten)]
    row: crate::occurrences::Row,
    key_ms: i64,
}

/// A page of hits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// In order, each event once.
    pub hits: Vec<Hit>,
    /// Whether there may be more behind the last of them.
    pub more: bool,
}

fn read(rows: Vec<HitRow>, limit: i64) -> Result<Hits> {
    let more = i64::try_from(rows.len()).is_ok_and(|rows| rows >= limit);
    let mut hits: Vec<Hit> = Vec::with_capacity(rows.len());
    for HitRow { row, key_ms } in rows {
        let shown = crate::occurrences::read(row)?;
        let key = Key {
            ms: key_ms,
            event: shown.event,
        };
        // Two instances at one moment, or one event in two calendars, are one hit.
        if hits.last().is_none_or(|last| last.key != key) {
            hits.push(Hit { key, shown });
        }
    }
    Ok(Hits { hits, more })
}

/// Clauses as this connection's engine reads them.
fn written(conn: &mut Conn, clauses: &Clauses, except: Option<&Clauses>) -> String {
    match conn.on() {
        Engine::Sqlite(_) => for_sqlite(clauses, except),
        Engine::Postgres(_) => for_postgres(clauses, except),
    }
}

/// Documents `d` that hold the terms of `$1`, ready for more conditions. CROSS JOIN, because the
/// planner would else ask the index anew for each of the documents that another table leads to.
macro_rules! matching_sqlite {
    () => {
        "search_text
            CROSS JOIN search_doc d ON d.doc = search_text.rowid
            WHERE search_text MATCH $1"
    };
}
macro_rules! matching_postgres {
    () => {
        "search_doc d
            WHERE d.terms @@ CAST($1 AS tsquery)"
    };
}

/// The instances of what was found, with what they say.
macro_rules! shown_sql {
    ($at:literal, $order:literal) => {
        concat!(
            "SELECT f.calendar, f.event, e.public_id, e.uid, o.recurrence_id, e.body, e.kind,
                e.modified_ms, coalesce(o.starts_ms, f.key_ms) AS starts_ms,
                coalesce(o.ends_ms, f.key_ms) AS ends_ms, f.key_ms
             FROM first f
             JOIN event e ON e.id = f.event
             LEFT JOIN occurrence o
                ON o.calendar = f.calendar AND o.event = f.event AND ",
            $at,
            " = f.key_ms ORDER BY ",
            $order
        )
    };
}

macro_rules! coming_sql {
    ($matching:expr) => {
        concat!(
            "WITH hit AS (
                SELECT d.calendar, d.event, CASE WHEN d.repeats THEN (
                    SELECT min(o.starts_ms)
                    FROM occurrence o
                    WHERE o.event = d.event
                      AND o.starts_ms > $2 - d.longest_ms - 1
                      AND (o.ends_ms > $2 OR o.starts_ms >= $2)
                ) ELSE d.starts_ms END AS key_ms
                FROM ",
            $matching,
            "     AND (d.ends_ms > $2 OR d.starts_ms >= $2)
                  AND ($3 IS NULL OR d.starts_ms < $3)
                  AND ($4 IS NULL OR d.calendar = $4)
                  AND ($5 IS NULL OR d.calendar IN (SELECT id FROM calendar WHERE category = $5))
             ), first AS (
                SELECT calendar, event, key_ms
                FROM hit
                WHERE (key_ms, event) > ($6, $7) AND ($3 IS NULL OR key_ms < $3)
                ORDER BY key_ms, event
                LIMIT $8
             ) ",
            shown_sql!("o.starts_ms", "f.key_ms, f.event, f.calendar")
        )
    };
}

macro_rules! over_sql {
    ($matching:expr) => {
        concat!(
            "WITH first AS (
                SELECT d.calendar, d.event, d.ends_ms AS key_ms
                FROM ",
            $matching,
            "     AND d.event IS NOT NULL
                  AND d.ends_ms <= $2 AND d.starts_ms < $2
                  AND ($3 IS NULL OR d.calendar = $3)
                  AND ($4 IS NULL OR d.calendar IN (SELECT id FROM calendar WHERE category = $4))
                  AND (d.ends_ms, d.event) < ($5, $6)
                ORDER BY d.ends_ms DESC, d.event DESC
                LIMIT $7
             ) ",
            shown_sql!("o.ends_ms", "f.key_ms DESC, f.event DESC, f.calendar")
        )
    };
}

macro_rules! calendars_sql {
    ($matching:expr) => {
        concat!(
            "WITH found AS MATERIALIZED (SELECT d.calendar FROM ",
            $matching,
            "     AND d.event IS NULL)
             SELECT c.id, c.public_id, c.profile, c.visibility, c.revision, c.modified_ms,
                c.as_of, c.created_ms
             FROM found f
             JOIN calendar c ON c.id = f.calendar
             WHERE ($2 IS NULL OR c.category = $2)
             ORDER BY c.position, c.id
             LIMIT $3"
        )
    };
}

/// Events to come, by their next start.
pub async fn coming(conn: &mut Conn, asked: Coming<'_>) -> Result<Hits> {
    let text = written(conn, asked.clauses, asked.except);
    let after = asked.after.unwrap_or(Key {
        ms: i64::MIN,
        event: EventId(Uuid::nil()),
    });
    let rows = sql!(
        conn,
        all HitRow,
        sqlite (coming_sql!(matching_sqlite!()))
        postgres (coming_sql!(matching_postgres!())),
        &text,
        asked.from.as_millisecond(),
        asked.to.map(Timestamp::as_millisecond),
        asked.calendar.map(|c| c.0),
        asked.category,
        after.ms,
        after.event.0,
        asked.limit
    )?;
    read(rows, asked.limit)
}

/// Events that are over, by their last end, latest first.
pub async fn over(conn: &mut Conn, asked: Over<'_>) -> Result<Hits> {
    let text = written(conn, asked.clauses, None);
    let after = asked.after.unwrap_or(Key {
        ms: i64::MAX,
        event: EventId(Uuid::max()),
    });
    let rows = sql!(
        conn,
        all HitRow,
        sqlite (over_sql!(matching_sqlite!()))
        postgres (over_sql!(matching_postgres!())),
        &text,
        asked.before.as_millisecond(),
        asked.calendar.map(|c| c.0),
        asked.category,
        after.ms,
        after.event.0,
        asked.limit
    )?;
    read(rows, asked.limit)
}

/// Calendars, in catalogue order.
pub async fn calendars(
    conn: &mut Conn,
    clauses: &Clauses,
    except: Option<&Clauses>,
    category: Option<&str>,
    limit: i64,
) -> Result<Vec<Calendar>> {
    let text = written(conn, clauses, except);
    let rows = sql!(
        conn,
        all calendars::Row,
        sqlite (calendars_sql!(matching_sqlite!()))
        postgres (calendars_sql!(matching_postgres!())),
        &text,
        category,
        limit
    )?;
    rows.into_iter().map(calendars::read).collect()
}
