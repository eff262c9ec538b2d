//! What search engines are told of: calendars, and events that are still to come, in parts that
//! each cost one walk over a short stretch of an index.

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::instant;
use domain::id::PublicId;
use jiff::Timestamp;
use uuid::Uuid;

/// An address and when what stands there last changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<N> {
    /// The variable part of the address.
    pub name: N,
    /// When it last changed.
    pub modified: Timestamp,
}

/// A place in the order of everything to come: a start, then an event. Parts begin after one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    starts_ms: i64,
    event: Uuid,
}

impl Mark {
    /// Before everything that starts at `from` or later.
    pub fn before(from: Timestamp) -> Self {
        Self {
            starts_ms: from.as_millisecond(),
            event: Uuid::nil(),
        }
    }

    /// Writes it down for [`Mark::parse`].
    pub fn as_text(&self) -> String {
        format!("{} {}", self.starts_ms, self.event)
    }

    /// Reads what [`Mark::as_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (starts, event) = text.split_once(' ')?;
        Some(Self {
            starts_ms: starts.parse().ok()?,
            event: event.parse().ok()?,
        })
    }
}

/// Public calendars in catalogue order: their slugs.
pub async fn calendars(conn: &mut Conn, offset: i64, limit: i64) -> Result<Vec<Entry<String>>> {
    let rows = sql!(
        conn,
        all(String, i64),
        "SELECT slug, modified_ms
         FROM calendar
         WHERE visibility = 'public'
         ORDER BY position, id
         LIMIT $2 OFFSET $1",
        offset,
        limit
    )?;
    let entry = |(name, modified)| Entry {
        name,
        modified: instant(modified),
    };
    Ok(rows.into_iter().map(entry).collect())
}

/// How many public calendars there are.
pub async fn count_calendars(conn: &mut Conn) -> Result<i64> {
    let count = sql!(
        conn,
        scalar_optional i64,
        "SELECT count(*) FROM calendar WHERE visibility = 'public'"
    )?;
    Ok(count.unwrap_or_default())
}

/// The mark that is `step` events after another, counting each event once, at its first instance
/// from `from` on; `None` when fewer are left.
pub async fn mark_after(
    conn: &mut Conn,
    from: Timestamp,
    mark: Mark,
    step: i64,
) -> Result<Option<Mark>> {
    let rows = sql!(
        conn,
        all(i64, Uuid),
        "SELECT o.starts_ms, o.event
         FROM occurrence o
         WHERE o.category IS NOT NULL
           AND o.starts_ms >= $2
           AND (o.starts_ms, o.event) > ($2, $3)
           AND NOT EXISTS (
            SELECT 1 FROM occurrence b
            WHERE b.event = o.event AND b.starts_ms >= $1 AND b.starts_ms < o.starts_ms)
         GROUP BY o.starts_ms, o.event
         ORDER BY o.starts_ms, o.event
         LIMIT 1 OFFSET $4",
        from.as_millisecond(),
        mark.starts_ms,
        mark.event,
        step - 1
    )?;
    Ok(rows.first().map(|(starts_ms, event)| Mark {
        starts_ms: *starts_ms,
        event: *event,
    }))
}

/// Events whose first instance from `from` on lies after one mark and not after another, and that
/// stand in a public calendar: the addresses of their pages.
pub async fn events(
    conn: &mut Conn,
    from: Timestamp,
    (after, up_to): (Mark, Option<Mark>),
    limit: i64,
) -> Result<Vec<Entry<PublicId>>> {
    let last = up_to.unwrap_or(Mark {
        starts_ms: i64::MAX,
        event: Uuid::max(),
    });
    let rows = sql!(
        conn,
        all(String, i64),
        "SELECT e.public_id, e.modified_ms
         FROM (
            SELECT o.starts_ms, o.event
            FROM occurrence o
            WHERE o.category IS NOT NULL
              AND o.starts_ms >= $2
              AND o.starts_ms <= $4
              AND (o.starts_ms, o.event) > ($2, $3)
              AND (o.starts_ms, o.event) <= ($4, $5)
              AND NOT EXISTS (
                SELECT 1 FROM occurrence b
                WHERE b.event = o.event AND b.starts_ms >= $1 AND b.starts_ms < o.starts_ms)
            GROUP BY o.starts_ms, o.event
            ORDER BY o.starts_ms, o.event
            LIMIT $6
         ) f
         JOIN event e ON e.id = f.event
         WHERE e.removed_ms IS NULL
         ORDER BY f.starts_ms, f.event",
        from.as_millisecond(),
        after.starts_ms,
        after.event,
        last.starts_ms,
        last.event,
        limit
    )?;
    let damaged = || Error::Damaged {
        what: "event",
        cause: "public id".to_owned(),
    };
    rows.into_iter()
        .map(|(id, modified)| {
            Ok(Entry {
                name: PublicId::parse(&id).ok_or_else(damaged)?,
                modified: instant(modified),
            })
        })
        .collect()
}
