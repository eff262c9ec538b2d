//! Published events and their history.

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::{instant, read_json};
use domain::change::ChangeKind;
use domain::event::{Event, EventBody};
use domain::id::{CalendarId, EventId, PublicId, SourceId};
use jiff::Timestamp;
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    public_id: String,
    uid: String,
    version: i64,
    sequence: i64,
    body: String,
    created_ms: i64,
    modified_ms: i64,
    pub(crate) removed_ms: Option<i64>,
    news: Option<String>,
}

pub(crate) fn read(row: Row) -> Result<Event> {
    let damaged = || Error::Damaged {
        what: "event",
        cause: "public id".to_owned(),
    };
    Ok(Event {
        id: EventId(row.id),
        public_id: PublicId::parse(&row.public_id).ok_or_else(damaged)?,
        uid: row.uid,
        version: row.version,
        sequence: row.sequence,
        created: instant(row.created_ms),
        modified: instant(row.modified_ms),
        body: read_json("event", &row.body)?,
        news: match &row.news {
            Some(news) => read_json("news", news)?,
            None => Vec::new(),
        },
    })
}

/// Everything published in a calendar, in no particular order.
pub async fn of_calendar(conn: &mut Conn, calendar: CalendarId) -> Result<Vec<Event>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT e.id, e.public_id, e.uid, e.version, e.sequence, e.body, e.created_ms,
            e.modified_ms, e.removed_ms, e.news
         FROM placement p
         JOIN event e ON e.id = p.event
         WHERE p.calendar = $1 AND e.removed_ms IS NULL",
        calendar.0
    )?;
    rows.into_iter().map(read).collect()
}

/// Those of these events that are published in a calendar, in no particular order; meant for what
/// changed lately.
pub async fn some_of_calendar(
    conn: &mut Conn,
    calendar: CalendarId,
    ids: &[EventId],
) -> Result<Vec<Event>> {
    let rows = sql!(
        conn,
        all Row,
        sqlite "SELECT e.id, e.public_id, e.uid, e.version, e.sequence, e.body, e.created_ms,
                e.modified_ms, e.removed_ms, e.news
             FROM json_each($2) j
             JOIN placement p ON p.calendar = $1 AND p.event = unhex(j.value)
             JOIN event e ON e.id = p.event
             WHERE e.removed_ms IS NULL"
        postgres "SELECT e.id, e.public_id, e.uid, e.version, e.sequence, e.body, e.created_ms,
                e.modified_ms, e.removed_ms, e.news
             FROM json_array_elements_text(CAST($2 AS JSON)) AS j (id)
             JOIN placement p ON p.calendar = $1 AND p.event = CAST(j.id AS UUID)
             JOIN event e ON e.id = p.event
             WHERE e.removed_ms IS NULL",
        calendar.0,
        crate::write_ids(ids.iter().map(|id| id.0))
    )?;
    rows.into_iter().map(read).collect()
}

/// Every event that a source owns, removed ones too.
pub async fn of_source(conn: &mut Conn, source: SourceId) -> Result<Vec<Event>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT e.id, e.public_id, e.uid, e.version, e.sequence, e.body, e.created_ms,
            e.modified_ms, e.removed_ms, e.news
         FROM event_source s
         JOIN event e ON e.id = s.event
         WHERE s.source = $1",
        source.0
    )?;
    rows.into_iter().map(read).collect()
}

/// Every public UID that a calendar has given out, removed events too: none is used twice.
pub async fn uids(conn: &mut Conn, calendar: CalendarId) -> Result<Vec<(String, EventId)>> {
    let rows = sql!(
        conn,
        all(String, Uuid),
        "SELECT uid, event FROM placement WHERE calendar = $1",
        calendar.0
    )?;
    Ok(rows
        .into_iter()
        .map(|(uid, id)| (uid, EventId(id)))
        .collect())
}

/// An event that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The event as it is, or as it last was.
    pub event: Event,
    /// The calendars it stands in.
    pub calendars: Vec<CalendarId>,
    /// When it was taken out, if it was.
    pub removed: Option<Timestamp>,
}

/// An event by the address of its page.
pub async fn by_public_id(conn: &mut Conn, id: &PublicId) -> Result<Option<Found>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT id, public_id, uid, version, sequence, body, created_ms, modified_ms, removed_ms,
            news
         FROM event
         WHERE public_id = $1",
        id.as_str()
    )?;
    found(conn, row).await
}

/// An event by its internal id.
pub async fn by_id(conn: &mut Conn, id: EventId) -> Result<Option<Found>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT id, public_id, uid, version, sequence, body, created_ms, modified_ms, removed_ms,
            news
         FROM event
         WHERE id = $1",
        id.0
    )?;
    found(conn, row).await
}

async fn found(conn: &mut Conn, row: Option<Row>) -> Result<Option<Found>> {
    let Some(row) = row else { return Ok(None) };
    let removed = row.removed_ms.map(instant);
    let event = read(row)?;
    let calendars = placements(conn, event.id).await?;
    Ok(Some(Found {
        event,
        calendars,
        removed,
    }))
}

/// The calendars that an event stands in, in the order of their ids.
pub async fn placements(conn: &mut Conn, event: EventId) -> Result<Vec<CalendarId>> {
    let ids = sql!(
        conn,
        scalars Uuid,
        "SELECT calendar FROM placement WHERE event = $1 ORDER BY calendar",
        event.0
    )?;
    Ok(ids.into_iter().map(CalendarId).collect())
}

/// Puts an event into one more calendar (R7), as a revision of that calendar.
pub async fn place(tx: &mut Tx, event: &Event, calendar: CalendarId, at: Timestamp) -> Result<i64> {
    sql!(
        tx,
        execute,
        "INSERT INTO placement (calendar, event, uid) VALUES ($1, $2, $3)",
        calendar.0,
        event.id.0,
        &event.uid
    )?;
    let rows = crate::occurrences::Rows::None;
    crate::occurrences::derive_in(tx, calendar, &[event], at, rows).await?;
    if let Some(place) = crate::calendars::by_id(tx, calendar).await? {
        let found_by = [(event, crate::search::terms_of(event))];
        crate::search::index_events(tx, &place, found_by).await?;
    }
    let created = BTreeMap::from([(calendar, vec![(event.id, ChangeKind::Created)])]);
    let revisions = crate::publish::record(tx, created, at).await?;
    Ok(revisions.get(&calendar).copied().unwrap_or_default())
}

/// All events that repeat and are published: those whose expansion time goes by.
pub async fn repeating(conn: &mut Conn) -> Result<Vec<Event>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, public_id, uid, version, sequence, body, created_ms, modified_ms, removed_ms,
            news
         FROM event
         WHERE repeats = TRUE AND removed_ms IS NULL
         ORDER BY id"
    )?;
    rows.into_iter().map(read).collect()
}

/// One version of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Counts from 1.
    pub version: i64,
    /// When it became public.
    pub at: Timestamp,
    /// What it changed, from the subscriber's side.
    pub kind: ChangeKind,
    /// Name of the source that brought it, if one did.
    pub source: Option<String>,
    /// What the event said.
    pub body: EventBody,
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    version: i64,
    kind: String,
    body: String,
    source: Option<String>,
    modified_ms: i64,
}

/// The newest versions of an event, newest first.
pub async fn history(conn: &mut Conn, event: EventId, limit: i64) -> Result<Vec<Version>> {
    let rows = sql!(
        conn,
        all VersionRow,
        "SELECT v.version, v.kind, v.body, s.name AS source, v.modified_ms
         FROM (
            SELECT id AS event, version, kind, body, source, modified_ms
            FROM event WHERE id = $1
            UNION ALL
            SELECT event, version, kind, body, source, modified_ms
            FROM event_history WHERE event = $1
         ) v
         LEFT JOIN source s ON s.id = v.source
         ORDER BY v.version DESC
         LIMIT $2",
        event.0,
        limit
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(Version {
                version: row.version,
                at: instant(row.modified_ms),
                kind: read_kind(&row.kind)?,
                source: row.source,
                body: read_json("event", &row.body)?,
            })
        })
        .collect()
}

/// What an event said at a version; `None` where it never had that version.
pub async fn body_at(conn: &mut Conn, event: EventId, version: i64) -> Result<Option<EventBody>> {
    let body = sql!(
        conn,
        scalar_optional String,
        "SELECT body FROM event WHERE id = $1 AND version = $2
         UNION ALL
         SELECT body FROM event_history WHERE event = $1 AND version = $2",
        event.0,
        version
    )?;
    body.map(|body| read_json("event", &body)).transpose()
}

pub(crate) fn read_kind(word: &str) -> Result<ChangeKind> {
    read_json("kind of change", &format!("\"{word}\""))
}

/// A row of the change log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Revision of the calendar that it belongs to.
    pub revision: i64,
    /// Which event.
    pub event: EventId,
    /// What happened to it.
    pub kind: ChangeKind,
    /// When.
    pub at: Timestamp,
}

/// What happened in a calendar after a revision, oldest first.
pub async fn changes_since(
    conn: &mut Conn,
    calendar: CalendarId,
    revision: i64,
    limit: i64,
) -> Result<Vec<Change>> {
    let rows = sql!(
        conn,
        all(i64, Uuid, String, i64),
        "SELECT revision, event, kind, at_ms
         FROM change
         WHERE calendar = $1 AND revision > $2
         ORDER BY revision, event
         LIMIT $3",
        calendar.0,
        revision,
        limit
    )?;
    rows.into_iter()
        .map(|(revision, event, kind, at)| {
            let kind = read_kind(&kind)?;
            Ok(Change {
                revision,
                event: EventId(event),
                kind,
                at: instant(at),
            })
        })
        .collect()
}

/// Which events changed in a calendar after a revision, each once, in the order of their ids, from
/// the one after `after`: what a client that has that revision lacks.
pub async fn changed_since(
    conn: &mut Conn,
    calendar: CalendarId,
    revision: i64,
    after: EventId,
    limit: i64,
) -> Result<Vec<EventId>> {
    let ids = sql!(
        conn,
        scalars Uuid,
        "SELECT DISTINCT event
         FROM change
         WHERE calendar = $1 AND revision > $2 AND event > $3
         ORDER BY event
         LIMIT $4",
        calendar.0,
        revision,
        after.0,
        limit
    )?;
    Ok(ids.into_iter().map(EventId).collect())
}

/// A row of the change log with the public names of its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The row.
    pub change: Change,
    /// The address of the event's page.
    pub public_id: PublicId,
    /// The event's public UID.
    pub uid: String,
}

/// What happened in a calendar after the row of `revision` and `event`, oldest first: a page of
/// the change log.
pub async fn changes_after(
    conn: &mut Conn,
    calendar: CalendarId,
    (revision, event): (i64, EventId),
    limit: i64,
) -> Result<Vec<Logged>> {
    let rows = sql!(
        conn,
        all(i64, Uuid, String, i64, String, String),
        "SELECT c.revision, c.event, c.kind, c.at_ms, e.public_id, e.uid
         FROM change c
         JOIN event e ON e.id = c.event
         WHERE c.calendar = $1 AND (c.revision, c.event) > ($2, $3)
         ORDER BY c.revision, c.event
         LIMIT $4",
        calendar.0,
        revision,
        event.0,
        limit
    )?;
    rows.into_iter()
        .map(|(revision, event, kind, at, public_id, uid)| {
            let damaged = || Error::Damaged {
                what: "event",
                cause: "public id".to_owned(),
            };
            let change = Change {
                revision,
                event: EventId(event),
                kind: read_kind(&kind)?,
                at: instant(at),
            };
            Ok(Logged {
                change,
                public_id: PublicId::parse(&public_id).ok_or_else(damaged)?,
                uid,
            })
        })
        .collect()
}
