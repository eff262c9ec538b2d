//! The events of calendars as the database has them, kept per revision. When a calendar changes,
//! only what the change log names is read again: a changed event of five thousand costs one row.

use crate::cache::{Cache, Weighed};
use domain::calendar::Calendar;
use domain::event::Event;
use domain::id::{CalendarId, EventId};
use domain::zone::Zone;
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;
use store::{Conn, Db};

/// Above this many changes since the last reading, everything is read.
const CHANGES: i64 = 2_000;

/// One event with its place in feeds.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub event: Arc<Event>,
    /// Its first instant. Feeds are ordered by it, then by the bytes of the UID (R11).
    first: Option<Timestamp>,
    /// When the last of it is over.
    pub last: Timestamp,
    weight: usize,
}

/// A calendar's events at one revision, in the order of feeds.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub calendar: Arc<Calendar>,
    pub events: Vec<Kept>,
    weight: usize,
}

impl Weighed for Loaded {
    fn weight(&self) -> usize {
        self.weight
    }
}

impl Loaded {
    fn of(calendar: Calendar, mut events: Vec<Kept>) -> Self {
        events.sort_by(|a, b| {
            let uids = || a.event.uid.cmp(&b.event.uid);
            a.first.cmp(&b.first).then_with(uids)
        });
        let weight = events.iter().map(|kept| kept.weight).sum();
        Self {
            calendar: Arc::new(calendar),
            events,
            weight,
        }
    }

    /// The events of a calendar that were read some other way.
    pub(crate) fn from_events(calendar: &Calendar, events: &[Event]) -> Self {
        let zone = &calendar.profile.zone;
        let kept = events.iter().cloned().map(|event| keep(event, zone));
        Self::of(calendar.clone(), kept.collect())
    }
}

fn keep(event: Event, zone: &Zone) -> Kept {
    Kept {
        first: ical::write::first_moment(&event, zone),
        last: ical::write::last_moment(&event, zone),
        weight: weight(&event),
        event: Arc::new(event),
    }
}

/// Roughly what an event takes in memory: its fixed part, its texts, its instances.
fn weight(event: &Event) -> usize {
    let texts = |what: &domain::event::Occurrence| {
        let one = |text: &domain::text::Text| text.iter().map(|(_, value)| value.len() + 64).sum();
        let texts: [usize; 4] = [
            &what.title,
            &what.description,
            &what.place.name,
            &what.result,
        ]
        .map(one);
        texts.iter().sum::<usize>() + what.tags.len() * 128 + what.links.len() * 96
    };
    let series = event.body.series.as_ref();
    let overrides = series.map_or(0, |series| {
        series
            .overrides
            .iter()
            .map(|one| 512 + texts(&one.instead))
            .sum()
    });
    768 + event.uid.len() + texts(&event.body.main) + overrides
}

/// The calendars that were read lately.
#[derive(Debug)]
pub(crate) struct Shelf {
    loaded: Cache<CalendarId, Loaded>,
}

impl Shelf {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            loaded: Cache::new(limit),
        }
    }

    pub(crate) fn fill(&self) -> (usize, usize) {
        self.loaded.fill()
    }

    /// A calendar's events at the given revision or a later one. `None` for a calendar that is
    /// not there.
    pub(crate) async fn load(
        &self,
        db: &Db,
        id: CalendarId,
        revision: i64,
    ) -> store::Result<Option<Arc<Loaded>>> {
        let new_enough = |loaded: &Arc<Loaded>| loaded.calendar.revision >= revision;
        if let Some(loaded) = self.loaded.get(&id).filter(new_enough) {
            return Ok(Some(loaded));
        }
        let turn = self.loaded.turn(&id);
        let _mine = turn.lock().await;
        let before = self.loaded.get(&id);
        if let Some(loaded) = before.as_ref().filter(|loaded| new_enough(loaded)) {
            return Ok(Some(loaded.clone()));
        }
        let read = read(db, id, before.as_deref()).await;
        let Some(loaded) = read.inspect_err(|_| self.loaded.drop_empty(&id))? else {
            self.loaded.drop_empty(&id);
            return Ok(None);
        };
        let loaded = Arc::new(loaded);
        self.loaded.put(id, loaded.clone());
        Ok(Some(loaded))
    }
}

/// Reads a calendar within one snapshot: revision and events belong together (R2).
async fn read(db: &Db, id: CalendarId, before: Option<&Loaded>) -> store::Result<Option<Loaded>> {
    let mut snapshot = db.snapshot().await?;
    let read = read_in(&mut snapshot, id, before).await;
    snapshot.roll_back().await?;
    read
}

async fn read_in(
    conn: &mut Conn,
    id: CalendarId,
    before: Option<&Loaded>,
) -> store::Result<Option<Loaded>> {
    let Some(calendar) = store::calendars::by_id(conn, id).await? else {
        return Ok(None);
    };
    if let Some(before) = before
        && let Some(changed) = changed_since(conn, &calendar, before).await?
    {
        return Ok(Some(renewed(conn, calendar, before, changed).await?));
    }
    let events = store::events::of_calendar(conn, id).await?;
    let zone = calendar.profile.zone.clone();
    let kept = events.into_iter().map(|event| keep(event, &zone)).collect();
    Ok(Some(Loaded::of(calendar, kept)))
}

/// Which events changed since; `None` where everything has to be read: too much changed, or the
/// calendar's zone did, in which whole days are ordered.
async fn changed_since(
    conn: &mut Conn,
    calendar: &Calendar,
    before: &Loaded,
) -> store::Result<Option<Vec<EventId>>> {
    let known = before.calendar.revision;
    let same_zone = before.calendar.profile.zone == calendar.profile.zone;
    if !same_zone || known < store::calendars::log_floor(conn, calendar.id).await? {
        return Ok(None);
    }
    let none = EventId(uuid::Uuid::nil());
    let changed = store::events::changed_since(conn, calendar.id, known, none, CHANGES).await?;
    let few = i64::try_from(changed.len()).is_ok_and(|count| count < CHANGES);
    Ok(few.then_some(changed))
}

async fn renewed(
    conn: &mut Conn,
    calendar: Calendar,
    before: &Loaded,
    changed: Vec<EventId>,
) -> store::Result<Loaded> {
    let fresh = match changed.is_empty() {
        true => Vec::new(),
        false => store::events::some_of_calendar(conn, calendar.id, &changed).await?,
    };
    let changed: HashSet<EventId> = changed.into_iter().collect();
    let same = before.events.iter();
    let same = same
        .filter(|kept| !changed.contains(&kept.event.id))
        .cloned();
    let zone = calendar.profile.zone.clone();
    let fresh = fresh.into_iter().map(|event| keep(event, &zone));
    let events = same.chain(fresh).collect();
    Ok(Loaded::of(calendar, events))
}
