//! Carrying proposals out: events are read under lock, compared, and written as one publication.
//! Nothing here decides whether somebody may; nothing is written before all comparisons are made.

use crate::{By, Error, Result};
use domain::change::{ChangeKind, next_modified, next_sequence};
use domain::event::{Event, EventBody};
use domain::id::{CalendarId, EventId, ProposalId, PublicId};
use domain::merge::Pin;
use domain::patch::EventPatch;
use domain::proposal::{Act, Aim, disputed, fit, pins_after};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use store::publish::{Batch, Write, publish};
use store::{Conn, Tx};

/// What carrying a proposal out made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Made {
    /// The event.
    pub event: EventId,
    /// Its new version; `None` where it says all that already.
    pub version: Option<i64>,
}

/// An event as it is after what has been carried out so far.
#[derive(Debug)]
struct Current {
    event: Event,
    removed: bool,
    place: Option<CalendarId>,
    /// `None` where it has no source: nothing is pinned.
    pins: Option<Vec<Pin>>,
    repinned: bool,
}

/// What one transaction publishes.
#[derive(Debug)]
pub(crate) struct Work {
    at: Timestamp,
    known: BTreeMap<EventId, Current>,
    changes: Vec<Write>,
    created: BTreeMap<CalendarId, Vec<Write>>,
    born: Vec<(ProposalId, EventId)>,
}

/// Locks the calendars of proposals and of the events that they change, in the order of their ids:
/// what is read afterwards stays as it is until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, calendars: &[CalendarId], events: &[EventId]) -> Result<()> {
    let mut all: BTreeSet<CalendarId> = calendars.iter().copied().collect();
    for event in events {
        all.extend(store::events::placements(tx, *event).await?);
    }
    for calendar in all {
        if store::calendars::lock(tx, calendar).await?.is_none() {
            return Err(Error::NotFound("calendar"));
        }
    }
    Ok(())
}

impl Work {
    pub(crate) const fn new(by: By<'_>) -> Self {
        Self {
            at: by.at,
            known: BTreeMap::new(),
            changes: Vec::new(),
            created: BTreeMap::new(),
            born: Vec::new(),
        }
    }

    /// Notes with a stored proposal which event it made, once that is there: a row cannot name an
    /// event before. Returns what can be stored at once.
    pub(crate) fn names(&mut self, id: ProposalId, aim: &Aim, made: Made) -> Option<EventId> {
        match aim {
            Aim::Create(_) => {
                self.born.push((id, made.event));
                None
            }
            Aim::Change { .. } => Some(made.event),
        }
    }

    /// Carries one proposal out, on what those before it made. Refused, it leaves no trace.
    pub(crate) async fn carry(
        &mut self,
        conn: &mut Conn,
        calendar: CalendarId,
        act: Act,
        aim: &Aim,
    ) -> Result<Made> {
        match aim {
            Aim::Create(body) => self.create(calendar, body),
            Aim::Change {
                event,
                base_version,
                patch,
            } => {
                self.load(conn, *event).await?;
                let base = self.base(conn, *event, *base_version).await?;
                match act {
                    Act::Publish => self.change(*event, &base, patch),
                    Act::Remove => self.remove(*event, &base),
                    Act::Restore => self.restore(*event, patch),
                }
            }
        }
    }

    fn create(&mut self, calendar: CalendarId, body: &EventBody) -> Result<Made> {
        fit(body)?;
        let public_id = PublicId::from_bits(store::random_bits());
        let modified = next_modified(None, self.at);
        let event = Event {
            id: EventId(store::new_id()),
            uid: public_id.to_string(),
            public_id,
            version: 1,
            sequence: 0,
            created: modified,
            modified,
            body: body.clone(),
            news: Vec::new(),
        };
        let made = Made {
            event: event.id,
            version: Some(1),
        };
        let creates = self.created.entry(calendar).or_default();
        creates.push(Write::Create(event));
        Ok(made)
    }

    async fn load(&mut self, conn: &mut Conn, id: EventId) -> Result<()> {
        if self.known.contains_key(&id) {
            return Ok(());
        }
        let found = store::events::by_id(conn, id).await?;
        let found = found.ok_or(Error::NotFound("event"))?;
        let pins = if store::pins::has_source(conn, id).await? {
            Some(store::pins::of_event(conn, id).await?)
        } else {
            None
        };
        let current = Current {
            removed: found.removed.is_some(),
            place: found.calendars.first().copied(),
            event: found.event,
            pins,
            repinned: false,
        };
        self.known.insert(id, current);
        Ok(())
    }

    fn current(&mut self, id: EventId) -> Result<&mut Current> {
        self.known.get_mut(&id).ok_or(Error::NotFound("event"))
    }

    /// The body that the proposer saw.
    async fn base(&mut self, conn: &mut Conn, id: EventId, version: i64) -> Result<EventBody> {
        let current = self.current(id)?;
        if current.event.version == version {
            return Ok(current.event.body.clone());
        }
        let base = store::events::body_at(conn, id, version).await?;
        base.ok_or(Error::NotFound("version"))
    }

    fn change(&mut self, id: EventId, base: &EventBody, patch: &EventPatch) -> Result<Made> {
        let current = self.current(id)?;
        if current.removed {
            return Err(Error::Gone);
        }
        let clash = disputed(patch, base, &current.event.body);
        if !clash.is_empty() {
            return Err(Error::Clash(clash));
        }
        let mut body = current.event.body.clone();
        patch.apply(&mut body);
        let Some(kind) = ChangeKind::between(&current.event.body, &body) else {
            return Ok(Made {
                event: id,
                version: None,
            });
        };
        fit(&body)?;
        self.replace(id, body, kind)
    }

    fn replace(&mut self, id: EventId, body: EventBody, kind: ChangeKind) -> Result<Made> {
        let at = self.at;
        let current = self.current(id)?;
        let before = &current.event;
        let own = next_sequence(before.sequence, 0, &before.body, &body);
        let event = Event {
            version: before.version + 1,
            // What comes back must not look older than its removal.
            sequence: if current.removed {
                own.max(before.sequence + 1)
            } else {
                own
            },
            modified: next_modified(Some(before.modified), at),
            body,
            ..before.clone()
        };
        if let Some(pins) = &mut current.pins {
            let after = pins_after(&before.body, &event.body, pins);
            if after != *pins {
                *pins = after;
                current.repinned = true;
            }
        }
        let made = Made {
            event: id,
            version: Some(event.version),
        };
        current.removed = false;
        current.event = event.clone();
        self.changes.push(Write::Replace { event, kind });
        Ok(made)
    }

    /// Who removes has seen what goes: what was changed since is a clash.
    fn remove(&mut self, id: EventId, base: &EventBody) -> Result<Made> {
        let at = self.at;
        let current = self.current(id)?;
        if current.removed {
            return Ok(Made {
                event: id,
                version: None,
            });
        }
        let back = EventPatch::between(&current.event.body, base);
        let seen = back.values().iter().map(|seen| {
            let field = seen.field();
            domain::proposal::Disputed {
                field,
                base: seen.clone(),
                current: current.event.body.get(field),
                wanted: seen.clone(),
            }
        });
        let clash: Vec<_> = seen.collect();
        if !clash.is_empty() {
            return Err(Error::Clash(clash));
        }
        current.removed = true;
        current.event.version += 1;
        current.event.modified = next_modified(Some(current.event.modified), at);
        let version = Some(current.event.version);
        self.changes.push(Write::Remove(id));
        Ok(Made { event: id, version })
    }

    fn restore(&mut self, id: EventId, patch: &EventPatch) -> Result<Made> {
        let current = self.current(id)?;
        if !current.removed {
            return Err(Error::Nothing);
        }
        let mut body = current.event.body.clone();
        patch.apply(&mut body);
        fit(&body)?;
        self.replace(id, body, ChangeKind::Restored)
    }

    /// Publishes everything that was carried out: one publication a calendar in which events are
    /// new, the first of them with all that changed.
    pub(crate) async fn publish(self, tx: &mut Tx) -> Result<()> {
        let Self {
            at,
            known,
            changes,
            mut created,
            born,
        } = self;
        if !changes.is_empty() {
            let home = created.keys().next().copied();
            let placed = || known.values().find_map(|current| current.place);
            let home = home.or_else(placed).ok_or(Error::NotFound("calendar"))?;
            created.entry(home).or_default().splice(0..0, changes);
        }
        for (calendar, writes) in created {
            let place = store::calendars::by_id(tx, calendar).await?;
            let place = place.ok_or(Error::NotFound("calendar"))?;
            let batch = Batch {
                calendar,
                zone: &place.profile.zone,
                source: None,
                at,
                writes,
            };
            publish(tx, batch).await?;
        }
        for (proposal, event) in born {
            store::proposals::name_event(tx, proposal, event).await?;
        }
        for (id, current) in &known {
            if let (Some(pins), true) = (&current.pins, current.repinned) {
                store::pins::replace(tx, *id, pins).await?;
            }
        }
        Ok(())
    }
}
