//! Changing many events at once: all or none, as one publication that can be taken back as one.

use crate::drafts::New;
use crate::{By, Desk, Error, Rename, Result, Shift};
use domain::event::{Event, Status};
use domain::id::{CalendarId, EventId};
use domain::patch::{EventPatch, FieldValue};
use domain::proposal::{Act, BatchId};
use store::Tx;

/// What a bulk operation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What [`Desk::undo_batch`] takes back.
    pub batch: BatchId,
    /// Events that say something else now.
    pub changed: Vec<EventId>,
    /// How many said all that already.
    pub unchanged: usize,
}

/// What is done to each event.
enum Each<'a> {
    Shift(Shift),
    Set(&'a EventPatch),
    Remove,
}

impl Each<'_> {
    const fn word(&self) -> &'static str {
        match self {
            Self::Shift(_) => "shift",
            Self::Set(_) => "set_fields",
            Self::Remove => "remove",
        }
    }

    fn of(&self, event: &Event) -> Result<New> {
        let (id, version) = (event.id, event.version);
        Ok(match self {
            Self::Shift(shift) => {
                let mut patch = EventPatch::default();
                patch.put(FieldValue::Time(shift.of(&event.body)?));
                New::change(id, version, patch)
            }
            Self::Set(patch) => New::change(id, version, (*patch).clone()),
            Self::Remove => New::act(Act::Remove, id, version),
        })
    }
}

impl Desk<'_> {
    /// Moves events in time.
    pub async fn shift(&self, events: &[EventId], by: Shift) -> Result<Done> {
        self.each(events, &Each::Shift(by)).await
    }

    /// Gives events the same values in the same fields.
    pub async fn set_fields(&self, events: &[EventId], patch: &EventPatch) -> Result<Done> {
        self.each(events, &Each::Set(patch)).await
    }

    /// Calls events off: they stay and say so.
    pub async fn cancel(&self, events: &[EventId]) -> Result<Done> {
        let mut off = EventPatch::default();
        off.put(FieldValue::Status(Status::Cancelled));
        self.set_fields(events, &off).await
    }

    /// Takes events out of their calendars; their history stays.
    pub async fn remove(&self, events: &[EventId]) -> Result<Done> {
        self.each(events, &Each::Remove).await
    }

    /// Renames a place in every event of a calendar.
    pub async fn rename_place(&self, calendar: CalendarId, from: &str, to: &str) -> Result<Done> {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.rename(calendar, &Rename::Place { from, to }).await
    }

    /// Renames a place, or words in titles, in every event of a calendar.
    pub async fn rename(&self, calendar: CalendarId, rename: &Rename) -> Result<Done> {
        whole!(self, tx => self.by.rename(&mut tx, calendar, rename))
    }

    async fn each(&self, events: &[EventId], what: &Each<'_>) -> Result<Done> {
        whole!(self, tx => self.by.each(&mut tx, events, what))
    }
}

impl By<'_> {
    async fn each(self, tx: &mut Tx, events: &[EventId], what: &Each<'_>) -> Result<Done> {
        crate::carry::lock(tx, &[], events).await?;
        let mut all = Vec::with_capacity(events.len());
        for &id in events {
            let found = store::events::by_id(tx, id).await?;
            let found = found.ok_or(Error::NotFound("event"))?;
            let new = what.of(&found.event);
            all.push(new.map_err(|cause| of_event(id, cause))?);
        }
        self.all_or_none(tx, what.word(), all).await
    }

    async fn rename(self, tx: &mut Tx, calendar: CalendarId, rename: &Rename) -> Result<Done> {
        if store::calendars::by_id(tx, calendar).await?.is_none() {
            return Err(Error::NotFound("calendar"));
        }
        // Read before anything is locked: the calendars of all these events are locked in one
        // order when they are carried out, and what changed in between is a clash.
        let mut events = store::events::of_calendar(tx, calendar).await?;
        events.sort_by_key(|event| event.id);
        let renamed = events.iter().filter_map(|event| {
            let patch = rename.patch(&event.body);
            let new = || New::change(event.id, event.version, patch.clone());
            (!patch.is_empty()).then(new)
        });
        let all = renamed.collect();
        self.all_or_none(tx, "rename", all).await
    }

    async fn all_or_none(self, tx: &mut Tx, action: &str, all: Vec<New>) -> Result<Done> {
        let batch = BatchId(store::new_id());
        let events: Vec<_> = all
            .iter()
            .filter_map(|new| crate::drafts::event_of(&new.aim))
            .collect();
        let results = self.carry_new(tx, action, all, Some(batch)).await?;
        let mut done = Done {
            batch,
            changed: Vec::new(),
            unchanged: 0,
        };
        for (event, result) in events.into_iter().zip(results) {
            match result {
                Ok(_) => done.changed.push(event),
                Err(Error::Nothing) => done.unchanged += 1,
                Err(cause) => return Err(of_event(event, cause)),
            }
        }
        Ok(done)
    }
}

fn of_event(event: EventId, cause: Error) -> Error {
    Error::OfEvent {
        event,
        cause: Box::new(cause),
    }
}
