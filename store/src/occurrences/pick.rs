//! Single instances picked out of many calendars.

use super::{REACH, Row, Shown, read_all};
use crate::db::Conn;
use crate::error::Result;
use crate::write_ids;
use domain::id::CalendarId;
use jiff::Timestamp;

/// The next instance of each of these public calendars, by start: the first that has not ended by
/// `from`. At most one of each; meant for the calendars of one page.
pub async fn next_of(
    conn: &mut Conn,
    calendars: &[CalendarId],
    from: Timestamp,
) -> Result<Vec<Shown>> {
    let reach = from.saturating_sub(REACH).unwrap_or(Timestamp::MIN);
    let rows = sql!(
        conn,
        all Row,
        sqlite "SELECT o.calendar, o.event, e.public_id, e.uid, o.recurrence_id, o.starts_ms,
                o.ends_ms, e.kind, e.modified_ms, e.body
             FROM json_each($1) AS j
             CROSS JOIN occurrence o
             JOIN event e ON e.id = o.event
             WHERE o.calendar = unhex(j.value)
               AND (o.starts_ms, o.event, o.ordinal) = (
                SELECT n.starts_ms, n.event, n.ordinal
                FROM (
                    SELECT * FROM (
                        SELECT q.starts_ms, q.event, q.ordinal
                        FROM occurrence q
                        WHERE q.calendar = unhex(j.value) AND q.category IS NOT NULL
                          AND q.lasting = TRUE AND q.ends_ms > $2 AND +q.starts_ms < $3
                        ORDER BY q.starts_ms, q.event, q.ordinal
                        LIMIT 1
                    ) AS lasting
                    UNION ALL
                    SELECT * FROM (
                        SELECT q.starts_ms, q.event, q.ordinal
                        FROM occurrence q
                        WHERE q.calendar = unhex(j.value) AND q.category IS NOT NULL
                          AND q.starts_ms >= $3 AND (q.ends_ms > $2 OR q.starts_ms >= $2)
                        ORDER BY q.starts_ms, q.event, q.ordinal
                        LIMIT 1
                    ) AS starting
                ) AS n
                ORDER BY n.starts_ms, n.event, n.ordinal
                LIMIT 1
               )
             ORDER BY o.starts_ms, o.event, o.ordinal"
        postgres "SELECT n.calendar, n.event, e.public_id, e.uid, n.recurrence_id, n.starts_ms,
                n.ends_ms, e.kind, e.modified_ms, e.body
             FROM json_array_elements_text(CAST($1 AS JSON)) AS j (id)
             CROSS JOIN LATERAL (
                SELECT * FROM (
                    SELECT q.calendar, q.starts_ms, q.ends_ms, q.event, q.ordinal, q.recurrence_id
                    FROM occurrence q
                    WHERE q.calendar = CAST(j.id AS UUID) AND q.category IS NOT NULL
                      AND q.lasting = TRUE AND q.ends_ms > $2 AND +q.starts_ms < $3
                    ORDER BY q.starts_ms, q.event, q.ordinal
                    LIMIT 1
                ) AS lasting
                UNION ALL
                SELECT * FROM (
                    SELECT q.calendar, q.starts_ms, q.ends_ms, q.event, q.ordinal, q.recurrence_id
                    FROM occurrence q
                    WHERE q.calendar = CAST(j.id AS UUID) AND q.category IS NOT NULL
                      AND q.starts_ms >= $3 AND (q.ends_ms > $2 OR q.starts_ms >= $2)
                    ORDER BY q.starts_ms, q.event, q.ordinal
                    LIMIT 1
                ) AS starting
                ORDER BY starts_ms, event, ordinal
                LIMIT 1
             ) AS n
             JOIN event e ON e.id = n.event
             ORDER BY n.starts_ms, n.event, n.ordinal",
        write_ids(calendars.iter().map(|id| id.0)),
        from.as_millisecond(),
        reach.as_millisecond()
    )?;
    read_all(rows)
}

/// Openings and deadlines that begin in `[from, to)`, by start. One that stands in several
/// calendars is listed once, in the first.
pub async fn openings(
    conn: &mut Conn,
    from: Timestamp,
    to: Timestamp,
    limit: i64,
) -> Result<Vec<Shown>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT o.calendar, o.event, e.public_id, e.uid, o.recurrence_id, o.starts_ms, o.ends_ms,
            e.kind, e.modified_ms, e.body
         FROM occurrence o
         JOIN event e ON e.id = o.event
         WHERE o.opens = TRUE
           AND o.category IS NOT NULL
           AND o.starts_ms >= $1
           AND o.starts_ms < $2
           AND NOT EXISTS (
            SELECT 1
            FROM placement p
            CROSS JOIN calendar c
            WHERE c.id = p.calendar AND p.event = o.event AND p.calendar < o.calendar AND c.visibility = 'public'
           )
         ORDER BY o.starts_ms, o.event, o.ordinal
         LIMIT $3",
        from.as_millisecond(),
        to.as_millisecond(),
        limit
    )?;
    read_all(rows)
}
