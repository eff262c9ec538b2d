//! The one way in: everything that subscribers can see is written here, with its version, its
//! change rows and the revision of each calendar it stands in, in the caller's transaction (R1).

use crate::bulk::{self, Value};
use crate::calendars;
use crate::db::Tx;
use crate::error::Result;
use crate::news;
use crate::occurrences;
use crate::search;
use crate::write_json;
use domain::change::ChangeKind;
use domain::event::Event;
use domain::id::{CalendarId, EventId, SourceId};
use domain::zone::Zone;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A change to one event.
#[derive(Debug, Clone)]
pub enum Write {
    /// A new event in the batch's calendar, at version 1.
    Create(Event),
    /// The next version of a published event.
    Replace {
        /// As it is to be: version one higher than the stored one.
        event: Event,
        /// What changed, from the subscriber's side.
        kind: ChangeKind,
    },
    /// Taken out; its history stays.
    Remove(EventId),
}

/// Changes that become public together.
#[derive(Debug)]
pub struct Batch<'a> {
    /// The calendar that new events are placed in.
    pub calendar: CalendarId,
    /// The zone in which its whole days are counted.
    pub zone: &'a Zone,
    /// Who says so; `None` for people.
    pub source: Option<SourceId>,
    /// Now.
    pub at: Timestamp,
    /// What changes.
    pub writes: Vec<Write>,
}

/// Publishes a batch. Returns the new revision of each calendar that it touches; nothing is
/// touched by an empty batch.
pub async fn publish(tx: &mut Tx, batch: Batch<'_>) -> Result<BTreeMap<CalendarId, i64>> {
    let Batch {
        calendar,
        zone,
        source,
        at,
        writes,
    } = batch;
    if writes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut touched: BTreeMap<CalendarId, Vec<(EventId, ChangeKind)>> = BTreeMap::new();
    let told_by = news::told_by(tx, calendar, source).await?;
    let mut created = Vec::new();
    let mut replaced: HashMap<EventId, Event> = HashMap::new();
    let mut gone = Vec::new();
    for write in writes {
        let (id, kind) = match write {
            Write::Create(event) => {
                touched
                    .entry(calendar)
                    .or_default()
                    .push((event.id, ChangeKind::Created));
                created.push(event);
                continue;
            }
            Write::Replace { mut event, kind } => {
                event.news = news::of_next(tx, &event, at, told_by.as_deref()).await?;
                keep_history(tx, event.id).await?;
                replace(tx, &event, kind, source).await?;
                let id = event.id;
                gone.push(id);
                replaced.insert(id, event);
                (id, kind)
            }
            Write::Remove(id) => {
                keep_history(tx, id).await?;
                remove(tx, id, source, at).await?;
                gone.push(id);
                (id, ChangeKind::Removed)
            }
        };
        for place in crate::events::placements(tx, id).await? {
            touched.entry(place).or_default().push((id, kind));
        }
    }
    // While the database writes the rows, another thread makes the terms.
    let created = Arc::new(created);
    let mut terms = search::analyse(&created);
    insert(tx, calendar, source, &created).await?;
    let home = (calendar, zone);
    let fresh: Vec<&Event> = created.iter().collect();
    occurrences::derive(tx, home, &fresh, at, occurrences::Rows::None).await?;
    for (place, changes) in &touched {
        let moved: Vec<&Event> = changes
            .iter()
            .filter_map(|(id, _)| replaced.get(id))
            .collect();
        occurrences::derive_in(tx, *place, &moved, at, occurrences::Rows::Old).await?;
    }
    search::forget(tx, &gone).await?;
    for (place, changes) in &touched {
        let Some(place) = calendars::by_id(tx, *place).await? else {
            continue;
        };
        let is_home = place.id == calendar;
        let fresh = created
            .iter()
            .filter(|_| is_home)
            .zip(terms.take(is_home).await);
        let moved = changes.iter().filter_map(|(id, _)| replaced.get(id));
        let moved = moved.map(|event| (event, search::terms_of(event)));
        search::index_events(tx, &place, fresh.chain(moved)).await?;
    }
    record(tx, touched, at).await
}

/// Publishes that only time went by for these events: LAST-MODIFIED moves, nothing else (R1).
pub(crate) async fn refresh(
    tx: &mut Tx,
    calendar: CalendarId,
    events: &[EventId],
    at: Timestamp,
) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let whole = domain::change::next_modified(None, at).as_millisecond();
    for event in events {
        sql!(
            tx,
            execute,
            "UPDATE event
             SET modified_ms = CASE WHEN modified_ms + 1000 > $2 THEN modified_ms + 1000 ELSE $2 END
             WHERE id = $1",
            event.0,
            whole
        )?;
    }
    let changes = events
        .iter()
        .map(|event| (*event, ChangeKind::Refreshed))
        .collect();
    record(tx, BTreeMap::from([(calendar, changes)]), at).await?;
    Ok(())
}

/// Takes the next revision of each calendar and writes its change rows.
pub(crate) async fn record(
    tx: &mut Tx,
    touched: BTreeMap<CalendarId, Vec<(EventId, ChangeKind)>>,
    at: Timestamp,
) -> Result<BTreeMap<CalendarId, i64>> {
    let mut revisions = BTreeMap::new();
    // In the order of the ids: two transactions that touch the same calendars cannot block
    // each other for ever.
    for (calendar, changes) in touched {
        let revision = calendars::bump(tx, calendar, at).await?;
        let last: BTreeMap<EventId, ChangeKind> = changes.into_iter().collect();
        let row = |(event, kind): (EventId, ChangeKind)| {
            vec![
                Value::Id(calendar.0),
                Value::Int(revision),
                Value::Id(event.0),
                Value::Text(kind.as_str().to_owned()),
                Value::Int(at.as_millisecond()),
            ]
        };
        let columns = &["calendar", "revision", "event", "kind", "at_ms"];
        bulk::insert(
            tx,
            "change",
            columns,
            "",
            last.into_iter().map(row).collect(),
        )
        .await?;
        revisions.insert(calendar, revision);
    }
    Ok(revisions)
}

async fn insert(
    tx: &mut Tx,
    calendar: CalendarId,
    source: Option<SourceId>,
    events: &[Event],
) -> Result<()> {
    let mut rows = Vec::with_capacity(events.len());
    let mut places = Vec::with_capacity(events.len());
    for event in events {
        rows.push(vec![
            Value::Id(event.id.0),
            Value::Text(event.public_id.to_string()),
            Value::Text(event.uid.clone()),
            Value::Int(event.version),
            Value::Int(event.sequence),
            Value::Text(ChangeKind::Created.as_str().to_owned()),
            Value::Text(write_json("event", &event.body)?),
            Value::Bool(event.body.series.is_some()),
            Value::MaybeId(source.map(|s| s.0)),
            Value::Int(event.created.as_millisecond()),
            Value::Int(event.modified.as_millisecond()),
            Value::MaybeInt(None),
        ]);
        places.push(vec![
            Value::Id(calendar.0),
            Value::Id(event.id.0),
            Value::Text(event.uid.clone()),
        ]);
    }
    let columns = &[
        "id",
        "public_id",
        "uid",
        "version",
        "sequence",
        "kind",
        "body",
        "repeats",
        "source",
        "created_ms",
        "modified_ms",
        "removed_ms",
    ];
    bulk::insert(tx, "event", columns, "", rows).await?;
    bulk::insert(tx, "placement", &["calendar", "event", "uid"], "", places).await
}

/// Copies the version that is about to be replaced.
async fn keep_history(tx: &mut Tx, event: EventId) -> Result<()> {
    sql!(
        tx,
        execute,
        "INSERT INTO event_history (event, version, sequence, kind, body, source, modified_ms)
         SELECT id, version, sequence, kind, body, source, modified_ms
         FROM event
         WHERE id = $1",
        event.0
    )?;
    Ok(())
}

async fn replace(
    tx: &mut Tx,
    event: &Event,
    kind: ChangeKind,
    source: Option<SourceId>,
) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE event
         SET version = $2, sequence = $3, kind = $4, body = $5, repeats = $6, source = $7,
             modified_ms = $8, removed_ms = NULL, news = $9, news_until_ms = $10
         WHERE id = $1",
        event.id.0,
        event.version,
        event.sequence,
        kind.as_str(),
        write_json("event", &event.body)?,
        event.body.series.is_some(),
        source.map(|s| s.0),
        event.modified.as_millisecond(),
        news::written(&event.news)?,
        domain::news::due(&event.news).map(|due| due.as_millisecond())
    )?;
    Ok(())
}

async fn remove(
    tx: &mut Tx,
    event: EventId,
    source: Option<SourceId>,
    at: Timestamp,
) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE event
         SET version = version + 1, kind = $2, source = $3, removed_ms = $4, news = NULL,
             news_until_ms = NULL,
             modified_ms = CASE WHEN modified_ms + 1000 > $4 THEN modified_ms + 1000 ELSE $4 END
         WHERE id = $1",
        event.0,
        ChangeKind::Removed.as_str(),
        source.map(|s| s.0),
        at.as_millisecond()
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM occurrence WHERE event = $1",
        event.0
    )?;
    Ok(())
}
