//! Reading the index.

use super::numbers::{ROOM, SHORT_MS, first_number, minute_of};
use super::{for_postgres, for_sqlite};
use crate::calendars;
use crate::db::Conn;
use crate::error::Result;
use crate::occurrences::Shown;
use crate::sql::Engine;
use domain::calendar::Calendar;
use domain::id::CalendarId;
use domain::search::Clauses;
use jiff::Timestamp;

/// The place of a hit in its list: by time, then by the number of its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Milliseconds, of the next or last start.
    pub ms: i64,
    /// The document.
    pub doc: i64,
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
    doc: i64,
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
    for HitRow { row, key_ms, doc } in rows {
        let key = Key { ms: key_ms, doc };
        // Two instances at one moment are one hit.
        if hits.last().is_none_or(|last| last.key != key) {
            let shown = crate::occurrences::read(row)?;
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
macro_rules! matching_late {
    () => {
        "search_late
            CROSS JOIN search_doc d ON d.doc = search_late.rowid
            WHERE search_late MATCH $1"
    };
}
macro_rules! matching_postgres {
    () => {
        "search_doc d
            WHERE d.terms @@ CAST($1 AS tsquery)"
    };
}

/// The next start of an event that repeats, and the last one.
macro_rules! next_start {
    () => {
        "CASE WHEN d.repeats THEN (
            SELECT min(o.starts_ms)
            FROM occurrence o
            WHERE o.event = d.event
              AND o.starts_ms > $2 - d.longest_ms - 1
              AND (o.ends_ms > $2 OR o.starts_ms >= $2)
         ) ELSE d.starts_ms END"
    };
}
macro_rules! last_start {
    () => {
        "CASE WHEN d.repeats THEN (
            SELECT max(o.starts_ms) FROM occurrence o WHERE o.event = d.event
         ) ELSE d.starts_ms END"
    };
}

/// Conditions on what is to come and on what is over, from `$2`; `$3` and `$4` are a calendar and
/// a category.
macro_rules! is_coming {
    () => {
        " AND (d.ends_ms > $2 OR d.starts_ms >= $2)
          AND ($5 IS NULL OR d.starts_ms < $5) "
    };
}
macro_rules! is_over {
    () => {
        " AND d.event IS NOT NULL AND d.ends_ms <= $2 AND d.starts_ms < $2 "
    };
}
macro_rules! is_wanted {
    () => {
        " AND ($3 IS NULL OR d.calendar = $3)
          AND ($4 IS NULL OR d.calendar IN (SELECT id FROM calendar WHERE category = $4)) "
    };
}

/// The instances of what was found, with what they say.
macro_rules! shown_sql {
    ($order:literal) => {
        concat!(
            " SELECT f.calendar, f.event, e.public_id, e.uid, o.recurrence_id, e.body, e.kind,
                e.modified_ms, coalesce(o.starts_ms, f.starts_ms) AS starts_ms,
                coalesce(o.ends_ms, f.starts_ms) AS ends_ms, f.key_ms, f.doc
             FROM first f
             JOIN event e ON e.id = f.event
             LEFT JOIN occurrence o
                ON o.calendar = f.calendar AND o.event = f.event AND o.starts_ms = f.starts_ms
             ORDER BY ",
            $order
        )
    };
}

/// Numbers follow time (`super::numbers`): those from `$8` on are read until there are enough.
macro_rules! coming_sqlite {
    () => {
        concat!(
            "WITH soon AS (
                SELECT d.calendar, d.event, d.doc, d.starts_ms, ",
            minute_of!(),
            " AS key_ms FROM ",
            matching_sqlite!(),
            is_coming!(),
            is_wanted!(),
            " AND search_text.rowid >= $8 AND ",
            minute_of!(),
            " >= $6
                ORDER BY search_text.rowid
                LIMIT $9
             ), late AS MATERIALIZED (
                SELECT d.calendar, d.event, d.doc, ",
            next_start!(),
            " AS starts_ms FROM ",
            matching_late!(),
            is_coming!(),
            is_wanted!(),
            "), first AS (
                SELECT calendar, event, doc, starts_ms, key_ms
                FROM soon
                UNION ALL
                SELECT calendar, event, doc, starts_ms, starts_ms AS key_ms
                FROM late
                WHERE (starts_ms, doc) > ($6, $7) AND ($5 IS NULL OR starts_ms < $5)
                ORDER BY key_ms, doc
                LIMIT $9
             )",
            shown_sql!("f.key_ms, f.doc")
        )
    };
}
macro_rules! coming_postgres {
    () => {
        concat!(
            "WITH hit AS (
                SELECT d.calendar, d.event, d.doc, ",
            next_start!(),
            " AS starts_ms FROM ",
            matching_postgres!(),
            is_coming!(),
            is_wanted!(),
            "), first AS (
                SELECT calendar, event, doc, starts_ms, starts_ms AS key_ms
                FROM hit
                WHERE (starts_ms, doc) > ($6, $7) AND ($5 IS NULL OR starts_ms < $5)
                ORDER BY starts_ms, doc
                LIMIT $8
             )",
            shown_sql!("f.key_ms, f.doc")
        )
    };
}

macro_rules! over_sqlite {
    () => {
        concat!(
            "WITH lately AS (
                SELECT d.calendar, d.event, d.doc, d.starts_ms, ",
            minute_of!(),
            " AS key_ms FROM ",
            matching_sqlite!(),
            is_over!(),
            is_wanted!(),
            " AND search_text.rowid < $7 AND ",
            minute_of!(),
            " <= $5 AND ($6 >= 0 OR ",
            minute_of!(),
            " < $5)
                ORDER BY search_text.rowid DESC
                LIMIT $8
             ), late AS MATERIALIZED (
                SELECT d.calendar, d.event, d.doc, ",
            last_start!(),
            " AS starts_ms FROM ",
            matching_late!(),
            is_over!(),
            is_wanted!(),
            "), first AS (
                SELECT calendar, event, doc, starts_ms, key_ms
                FROM lately
                UNION ALL
                SELECT calendar, event, doc, starts_ms, starts_ms AS key_ms
                FROM late
                WHERE (starts_ms, doc) < ($5, $6)
                ORDER BY key_ms DESC, doc DESC
                LIMIT $8
             )",
            shown_sql!("f.key_ms DESC, f.doc DESC")
        )
    };
}
macro_rules! over_postgres {
    () => {
        concat!(
            "WITH hit AS (
                SELECT d.calendar, d.event, d.doc, ",
            last_start!(),
            " AS starts_ms FROM ",
            matching_postgres!(),
            is_over!(),
            is_wanted!(),
            "), first AS (
                SELECT calendar, event, doc, starts_ms, starts_ms AS key_ms
                FROM hit
                WHERE (starts_ms, doc) < ($5, $6)
                ORDER BY starts_ms DESC, doc DESC
                LIMIT $7
             )",
            shown_sql!("f.key_ms DESC, f.doc DESC")
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
    let from = asked.from.as_millisecond();
    let to = asked.to.map(Timestamp::as_millisecond);
    let calendar = asked.calendar.map(|c| c.0);
    let Key { ms, doc } = asked.after.unwrap_or(Key {
        ms: i64::MIN,
        doc: i64::MIN,
    });
    let rows: Vec<HitRow> = match conn.on() {
        Engine::Sqlite(conn) => {
            let begun = first_number(ms.max(from.saturating_sub(SHORT_MS)));
            sqlx::query_as(coming_sqlite!())
                .bind(text)
                .bind(from)
                .bind(calendar)
                .bind(asked.category)
                .bind(to)
                .bind(ms)
                .bind(doc)
                .bind(begun.max(doc.saturating_add(1)))
                .bind(asked.limit)
                .fetch_all(conn)
                .await?
        }
        Engine::Postgres(conn) => {
            sqlx::query_as(coming_postgres!())
                .bind(text)
                .bind(from)
                .bind(calendar)
                .bind(asked.category)
                .bind(to)
                .bind(ms)
                .bind(doc)
                .bind(asked.limit)
                .fetch_all(conn)
                .await?
        }
    };
    read(rows, asked.limit)
}

/// Events that are over, by their last start, latest first.
pub async fn over(conn: &mut Conn, asked: Over<'_>) -> Result<Hits> {
    let text = written(conn, asked.clauses, None);
    let before = asked.before.as_millisecond();
    let calendar = asked.calendar.map(|c| c.0);
    let Key { ms, doc } = asked.after.unwrap_or(Key {
        ms: i64::MAX,
        doc: i64::MAX,
    });
    let rows: Vec<HitRow> = match conn.on() {
        Engine::Sqlite(conn) => {
            // The minute of the instant itself may hold something that is over.
            let ended = first_number(ms.min(before)).saturating_add(ROOM);
            let ended = if doc < 0 { ended } else { ended.min(doc) };
            sqlx::query_as(over_sqlite!())
                .bind(text)
                .bind(before)
                .bind(calendar)
                .bind(asked.category)
                .bind(ms)
                .bind(doc)
                .bind(ended)
                .bind(asked.limit)
                .fetch_all(conn)
                .await?
        }
        Engine::Postgres(conn) => {
            sqlx::query_as(over_postgres!())
                .bind(text)
                .bind(before)
                .bind(calendar)
                .bind(asked.category)
                .bind(ms)
                .bind(doc)
                .bind(asked.limit)
                .fetch_all(conn)
                .await?
        }
    };
    read(rows, asked.limit)
}

/// Whether anything at all is found. PostgreSQL is asked for all of it: for one row it would
/// expect to meet it soon, and read the whole table when there is none.
pub async fn exists(conn: &mut Conn, clauses: &Clauses) -> Result<bool> {
    let text = written(conn, clauses, None);
    let found = sql!(
        conn,
        scalar_optional i64,
        sqlite "SELECT rowid FROM (SELECT rowid FROM search_text WHERE search_text MATCH $1 LIMIT 1)
             UNION ALL
             SELECT rowid FROM (SELECT rowid FROM search_late WHERE search_late MATCH $1 LIMIT 1)
             LIMIT 1"
        postgres "WITH found AS MATERIALIZED (
                SELECT doc FROM search_doc WHERE terms @@ CAST($1 AS tsquery)
             )
             SELECT doc FROM found LIMIT 1",
        &text
    )?;
    Ok(found.is_some())
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
        sqlite (calendars_sql!(matching_late!()))
        postgres (calendars_sql!(matching_postgres!())),
        &text,
        category,
        limit
    )?;
    rows.into_iter().map(calendars::read).collect()
}
