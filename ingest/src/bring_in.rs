//! Bringing a reading into a calendar: compare first, then write everything in one transaction.

use crate::plan::{self, Face, Known, Match};
use crate::reading::Reading;
use domain::calendar::{Calendar, Category};
use domain::change::{ChangeKind, next_modified, next_sequence};
use domain::event::{Draft, Event};
use domain::id::{EventId, PublicId};
use domain::merge::{Pin, merge};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use store::publish::{Batch, Write};
use store::sources::{Said, Source};
use store::{Conn, Db};

/// Begins the source UIDs that we make up for entries without one; no source's own UID does.
const MADE_UP: &str = "auto:\u{1}";
/// How often an import starts over because somebody published in between.
const TRIES: usize = 5;

/// Whether an import may empty much of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removals {
    /// A file that would remove more than a third of the coming events is refused.
    Guarded,
    /// The operator has looked and means it.
    Allowed,
}

/// Where an import goes.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// Into a calendar that there is.
    Known(&'a Calendar),
    /// Into one that is made together with its events, or not at all.
    New(&'a Calendar, &'a Category),
}

impl<'a> Target<'a> {
    const fn calendar(self) -> &'a Calendar {
        match self {
            Self::Known(calendar) | Self::New(calendar, _) => calendar,
        }
    }
}

/// An import to be carried out.
#[derive(Debug)]
pub struct Import<'a> {
    /// Where it goes.
    pub target: Target<'a>,
    /// Which of the calendar's sources this is.
    pub source: &'a str,
    /// What was read.
    pub reading: &'a Reading,
    /// Whether much may go.
    pub removals: Removals,
    /// Now.
    pub at: Timestamp,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// New events.
    pub created: usize,
    /// Events that say something else now.
    pub updated: usize,
    /// Events that say what they said.
    pub unchanged: usize,
    /// Events called off by this import.
    pub cancelled: usize,
    /// Entries that were not taken over.
    pub skipped: usize,
    /// Events that left the file.
    pub removed: usize,
    /// Fields on which people and the source now say different things.
    pub conflicts: usize,
}

/// Why an import was refused or failed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too much would go.
    #[error(
        "refused: the file would remove {removed} of {coming} coming events; \
         if that is right, say --allow-removals"
    )]
    TooManyRemovals {
        /// Coming events that the file does not name.
        removed: usize,
        /// Coming events of this source.
        coming: usize,
    },
    /// No entry where there were some before.
    #[error(
        "refused: the file has no entry that can be read, and would empty the calendar; \
         if that is right, say --allow-removals"
    )]
    Empty,
    /// Others kept publishing to the calendar.
    #[error("the calendar is being changed by others: try again")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Compares the reading with what its source said before, and publishes the difference.
/// With `dry_run` nothing is written.
pub async fn bring_in(db: &Db, import: &Import<'_>, dry_run: bool) -> Result<Outcome, Error> {
    for _ in 0..TRIES {
        let mut snapshot = db.snapshot().await?;
        let change = prepare(&mut snapshot, import).await;
        snapshot.roll_back().await?;
        let change = change?;
        if dry_run || change.is_nothing() {
            return Ok(change.outcome);
        }
        let outcome = change.outcome;
        if carry_out(db, import, change).await? {
            return Ok(outcome);
        }
    }
    Err(Error::Busy)
}

/// What is to be written.
struct Prepared {
    revision: i64,
    writes: Vec<Write>,
    /// By source UID: whose source id is not known before the transaction.
    said: Vec<Said>,
    pins: Vec<(EventId, Vec<Pin>)>,
    outcome: Outcome,
}

impl Prepared {
    fn is_nothing(&self) -> bool {
        self.writes.is_empty() && self.said.is_empty() && self.pins.is_empty()
    }
}

/// What we have, as the snapshot shows it.
struct Have {
    known: HashMap<String, Known>,
    events: HashMap<EventId, Event>,
    uids: HashSet<String>,
    revision: i64,
}

async fn prepare(conn: &mut Conn, import: &Import<'_>) -> Result<Prepared, Error> {
    let calendar = import.target.calendar();
    let (lang, zone) = (calendar.profile.language, &calendar.profile.zone);
    let reading = import.reading;
    let source = store::sources::find(conn, calendar.id, import.source).await?;
    let mut have = load(conn, import, source.as_ref()).await?;
    let matches = plan::match_drafts(&reading.drafts, &have.known, lang, zone);
    let mut buffer = Vec::with_capacity(1 << 10);
    let digests: Vec<Vec<u8>> = reading
        .drafts
        .iter()
        .map(|draft| digest(draft, &mut buffer))
        .collect();
    if let Some(source) = &source {
        load_changed(conn, source, &matches, &digests, &mut have).await?;
    }
    if matches.iter().any(|hit| matches!(hit, Match::New(_))) {
        let uids = store::events::uids(conn, calendar.id).await?;
        have.uids = uids.into_iter().map(|(uid, _)| uid).collect();
    }
    let gone = guard(conn, import, source.as_ref(), &have, &matches).await?;
    let mut prepared = Prepared {
        revision: have.revision,
        writes: Vec::new(),
        said: Vec::new(),
        pins: Vec::new(),
        outcome: Outcome {
            skipped: reading.skipped.len(),
            removed: gone.len(),
            ..Outcome::default()
        },
    };
    for ((draft, hit), digest) in reading.drafts.iter().zip(matches).zip(digests) {
        match hit {
            Match::New(uid) => create(import, draft, uid, digest, &mut have, &mut prepared),
            Match::Known(uid) => {
                update(conn, import, draft, uid, digest, &have, &mut prepared).await?;
            }
        }
    }
    prepared.writes.extend(gone.into_iter().map(Write::Remove));
    Ok(prepared)
}

async fn load(
    conn: &mut Conn,
    import: &Import<'_>,
    source: Option<&Source>,
) -> Result<Have, Error> {
    let calendar = import.target.calendar();
    let current = store::calendars::by_id(conn, calendar.id).await?;
    let mut have = Have {
        known: HashMap::new(),
        events: HashMap::new(),
        uids: HashSet::new(),
        revision: current.map_or(calendar.revision, |c| c.revision),
    };
    let Some(source) = source else {
        return Ok(have);
    };
    let owned = store::sources::owned(conn, source.id).await?;
    if owned.keys().any(|uid| uid.starts_with(MADE_UP)) {
        have.events = by_id(store::events::of_source(conn, source.id).await?);
    }
    let (lang, zone) = (calendar.profile.language, &calendar.profile.zone);
    for (uid, owned) in owned {
        let made_up = uid
            .starts_with(MADE_UP)
            .then(|| have.events.get(&owned.event))
            .flatten();
        let face = made_up.map(|event| Face::of(&event.body, lang, zone));
        let known = Known {
            event: owned.event,
            digest: owned.digest,
            removed: owned.removed,
            face,
        };
        have.known.insert(uid, known);
    }
    Ok(have)
}

fn by_id(events: Vec<Event>) -> HashMap<EventId, Event> {
    events.into_iter().map(|event| (event.id, event)).collect()
}

/// Loads the events that the file says something new about: one by one while they are few.
async fn load_changed(
    conn: &mut Conn,
    source: &Source,
    matches: &[Match],
    digests: &[Vec<u8>],
    have: &mut Have,
) -> Result<(), Error> {
    let changed: Vec<EventId> = matches
        .iter()
        .zip(digests)
        .filter_map(|(hit, digest)| match hit {
            Match::Known(uid) => have
                .known
                .get(uid)
                .filter(|k| k.removed || k.digest != *digest),
            Match::New(_) => None,
        })
        .map(|known| known.event)
        .filter(|id| !have.events.contains_key(id))
        .collect();
    if changed.len() > 200 {
        have.events = by_id(store::events::of_source(conn, source.id).await?);
        return Ok(());
    }
    for id in changed {
        if let Some(found) = store::events::by_id(conn, id).await? {
            have.events.insert(id, found.event);
        }
    }
    Ok(())
}

/// Which events the import takes out; refuses an import that takes out too many.
async fn guard(
    conn: &mut Conn,
    import: &Import<'_>,
    source: Option<&Source>,
    have: &Have,
    matches: &[Match],
) -> Result<Vec<EventId>, Error> {
    let skipped: HashSet<&str> = import
        .reading
        .skipped
        .iter()
        .filter_map(|s| s.uid.as_deref())
        .collect();
    let gone: Vec<EventId> = plan::left_out(&have.known, matches, &skipped)
        .into_iter()
        .map(|(_, event)| event)
        .collect();
    let (Some(source), Removals::Guarded, false) = (source, import.removals, gone.is_empty())
    else {
        return Ok(gone);
    };
    if matches.is_empty() {
        return Err(Error::Empty);
    }
    let coming = store::occurrences::coming_of_source(conn, source.id, import.at).await?;
    let coming: HashSet<EventId> = coming.into_iter().collect();
    let removed = gone.iter().filter(|event| coming.contains(event)).count();
    if plan::too_many(removed, coming.len()) {
        return Err(Error::TooManyRemovals {
            removed,
            coming: coming.len(),
        });
    }
    Ok(gone)
}

/// What a source says, without DTSTAMP, LAST-MODIFIED and SEQUENCE: equal digests mean that the
/// entry is unchanged (R6).
fn digest(draft: &Draft, buffer: &mut Vec<u8>) -> Vec<u8> {
    buffer.clear();
    // Writing a value of our own types as JSON into memory cannot fail.
    let _ = serde_json::to_writer(&mut *buffer, &(&draft.body, &draft.speaks_of));
    blake3::hash(buffer).as_bytes()[..16].to_vec()
}

fn create(
    import: &Import<'_>,
    draft: &Draft,
    source_uid: Option<String>,
    digest: Vec<u8>,
    have: &mut Have,
    prepared: &mut Prepared,
) {
    let public_id = PublicId::from_bits(store::random_bits());
    let own = source_uid.clone().filter(|uid| !have.uids.contains(uid));
    let uid = own.unwrap_or_else(|| public_id.to_string());
    have.uids.insert(uid.clone());
    let id = EventId(store::new_id());
    let source_uid = source_uid.unwrap_or_else(|| format!("{MADE_UP}{public_id}"));
    prepared.said.push(Said {
        source_uid,
        event: id,
        digest,
    });
    prepared.outcome.created += 1;
    let modified = next_modified(None, import.at);
    prepared.writes.push(Write::Create(Event {
        id,
        public_id,
        uid,
        version: 1,
        sequence: draft.sequence,
        created: modified,
        modified,
        body: draft.body.clone(),
        news: Vec::new(),
    }));
}

async fn update(
    conn: &mut Conn,
    import: &Import<'_>,
    draft: &Draft,
    source_uid: String,
    digest: Vec<u8>,
    have: &Have,
    prepared: &mut Prepared,
) -> Result<(), Error> {
    let Some(known) = have.known.get(&source_uid) else {
        return Ok(());
    };
    if !known.removed && known.digest == digest {
        prepared.outcome.unchanged += 1;
        return Ok(());
    }
    let Some(current) = have.events.get(&known.event) else {
        return Ok(());
    };
    prepared.said.push(Said {
        source_uid,
        event: current.id,
        digest,
    });
    let pins = store::pins::of_event(conn, current.id).await?;
    let merged = merge(&current.body, &draft.body, &draft.speaks_of, &pins);
    prepared.outcome.conflicts += merged.pins.iter().filter(|p| p.conflict.is_some()).count();
    if merged.pins != pins {
        prepared.pins.push((current.id, merged.pins));
    }
    let between = ChangeKind::between(&current.body, &merged.body);
    let kind = if known.removed {
        Some(ChangeKind::Restored)
    } else {
        between
    };
    let Some(kind) = kind else {
        prepared.outcome.unchanged += 1;
        return Ok(());
    };
    if between == Some(ChangeKind::Cancelled) {
        prepared.outcome.cancelled += 1;
    } else {
        prepared.outcome.updated += 1;
    }
    let own = next_sequence(
        current.sequence,
        draft.sequence,
        &current.body,
        &merged.body,
    );
    prepared.writes.push(Write::Replace {
        event: Event {
            version: current.version + 1,
            sequence: if known.removed {
                own.max(current.sequence + 1)
            } else {
                own
            },
            modified: next_modified(Some(current.modified), import.at),
            body: merged.body,
            ..current.clone()
        },
        kind,
    });
    Ok(())
}

/// Writes what was prepared. False when somebody published to the calendar since, so that the
/// comparison has to be made again.
async fn carry_out(db: &Db, import: &Import<'_>, change: Prepared) -> Result<bool, Error> {
    let mut tx = db.begin().await?;
    let done = write(&mut tx, import, change).await;
    match done {
        Ok(true) => {
            tx.commit().await?;
            Ok(true)
        }
        Ok(false) => {
            tx.roll_back().await?;
            Ok(false)
        }
        Err(error) => {
            // The first error is the one to tell; a failing ROLLBACK adds nothing to it.
            let _ = tx.roll_back().await;
            Err(error)
        }
    }
}

async fn write(tx: &mut store::Tx, import: &Import<'_>, change: Prepared) -> Result<bool, Error> {
    let calendar = import.target.calendar();
    if let Target::New(_, category) = import.target {
        store::categories::add(tx, category).await?;
        store::calendars::insert(tx, calendar).await?;
    }
    let revision = store::calendars::lock(tx, calendar.id).await?;
    if revision != Some(change.revision) {
        return Ok(false);
    }
    let source = store::sources::find_or_create(tx, calendar.id, import.source, import.at).await?;
    let batch = Batch {
        calendar: calendar.id,
        zone: &calendar.profile.zone,
        source: Some(source.id),
        at: import.at,
        writes: change.writes,
    };
    store::publish::publish(tx, batch).await?;
    store::sources::note(tx, source.id, change.said).await?;
    store::sources::seen(tx, source.id, import.at).await?;
    for (event, pins) in &change.pins {
        store::pins::replace(tx, *event, pins).await?;
    }
    Ok(true)
}
