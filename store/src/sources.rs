//! Where a calendar's events come from, and which of them each source owns (R6).

use crate::bulk::{self, Value};
use crate::db::{Conn, Tx};
use crate::error::Result;
use domain::id::{CalendarId, EventId, SourceId};
use jiff::Timestamp;
use std::collections::HashMap;
use uuid::Uuid;

/// A source of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Identity.
    pub id: SourceId,
    /// What people call it; unique within the calendar.
    pub name: String,
}

/// The source of this name, if the calendar has it.
pub async fn find(conn: &mut Conn, calendar: CalendarId, name: &str) -> Result<Option<Source>> {
    let id = sql!(
        conn,
        scalar_optional Uuid,
        "SELECT id FROM source WHERE calendar = $1 AND name = $2",
        calendar.0,
        name
    )?;
    Ok(id.map(|id| Source {
        id: SourceId(id),
        name: name.to_owned(),
    }))
}

/// The source of this name, made where it is new.
pub async fn find_or_create(
    tx: &mut Tx,
    calendar: CalendarId,
    name: &str,
    at: Timestamp,
) -> Result<Source> {
    if let Some(found) = find(tx, calendar, name).await? {
        return Ok(found);
    }
    let id = SourceId(crate::new_id());
    sql!(
        tx,
        execute,
        "INSERT INTO source (id, calendar, name, seen_ms) VALUES ($1, $2, $3, $4)",
        id.0,
        calendar.0,
        name,
        at.as_millisecond()
    )?;
    Ok(Source {
        id,
        name: name.to_owned(),
    })
}

/// Notes when the source last said something new.
pub async fn seen(tx: &mut Tx, source: SourceId, at: Timestamp) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE source SET seen_ms = $2 WHERE id = $1",
        source.0,
        at.as_millisecond()
    )?;
    Ok(())
}

/// An event that a source owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The event.
    pub event: EventId,
    /// Digest of what the source last said about it.
    pub digest: Vec<u8>,
    /// True when a source has removed it.
    pub removed: bool,
}

/// What a source owns, by the source's own UID.
pub async fn owned(conn: &mut Conn, source: SourceId) -> Result<HashMap<String, Owned>> {
    let rows = sql!(
        conn,
        all(String, Uuid, Vec<u8>),
        "SELECT source_uid, event, digest FROM event_source WHERE source = $1",
        source.0
    )?;
    let owned = |(uid, event, digest)| {
        (
            uid,
            Owned {
                event: EventId(event),
                digest,
                removed: false,
            },
        )
    };
    let mut owned: HashMap<String, Owned> = rows.into_iter().map(owned).collect();
    // Few among many: found by an index of their own instead of a look at every event. What people
    // removed (a removal without a source) does not count: it stays away until the source says
    // something else about it.
    let removed = sql!(
        conn,
        scalars String,
        "SELECT s.source_uid
         FROM event e
         JOIN event_source s ON s.event = e.id
         WHERE e.removed_ms IS NOT NULL AND e.source IS NOT NULL AND s.source = $1",
        source.0
    )?;
    for uid in removed {
        if let Some(owned) = owned.get_mut(&uid) {
            owned.removed = true;
        }
    }
    Ok(owned)
}

/// One line of what a source says.
#[derive(Debug, Clone)]
pub struct Said {
    /// The source's own UID.
    pub source_uid: String,
    /// Which event it is about.
    pub event: EventId,
    /// Digest of what it says.
    pub digest: Vec<u8>,
}

/// Notes what a source says about events, new and known.
pub async fn note(tx: &mut Tx, source: SourceId, said: Vec<Said>) -> Result<()> {
    let row = |said: Said| {
        vec![
            Value::Id(source.0),
            Value::Text(said.source_uid),
            Value::Id(said.event.0),
            Value::Bytes(said.digest),
        ]
    };
    bulk::insert(
        tx,
        "event_source",
        &["source", "source_uid", "event", "digest"],
        " ON CONFLICT (source, source_uid)
          DO UPDATE SET event = excluded.event, digest = excluded.digest",
        said.into_iter().map(row).collect(),
    )
    .await
}
