//! Whose a UID is among several calendars (R17), without holding on to the UIDs: each calendar's are
//! kept as numbers, so that a change of one calendar can be compared with what the others hold.

use crate::choose::Chosen;
use domain::event::Event;
use domain::id::EventId;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, LazyLock};

/// Nobody outside knows these keys: no two UIDs can be made that have the same number.
static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// An event by its UID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    uid: u64,
    event: u64,
}

impl Name {
    fn of(event: &Event) -> Self {
        Self {
            uid: KEYS.hash_one(event.uid.as_str()),
            event: number(event.id),
        }
    }
}

fn number(id: EventId) -> u64 {
    let (high, low) = id.0.as_u64_pair();
    high ^ low
}

/// The names of a calendar's chosen events, in the order of the UIDs' numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Names(Arc<[Name]>);

/// Bytes that one event's name takes.
pub(crate) const NAME_BYTES: usize = size_of::<Name>();

impl Names {
    pub(crate) fn of(chosen: &[Chosen<'_>]) -> Self {
        let mut all: Vec<Name> = chosen
            .iter()
            .map(|one| Name::of(&one.piece.event))
            .collect();
        all.sort_unstable();
        Self(all.into())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Which of these UIDs calendars before this one have, and for which events.
    pub(crate) fn taken(&self, before: &[Self]) -> Taken {
        let mut taken = HashMap::new();
        for other in before {
            meet(&other.0, &self.0, |theirs| {
                taken.entry(theirs.uid).or_insert(theirs.event);
            });
        }
        Taken(taken)
    }

    /// The numbers of UIDs that are new, gone or another event's, in their order.
    pub(crate) fn changed(&self, before: &Self) -> Vec<u64> {
        let mut changed = Vec::new();
        let (mut these, mut those) = (&*self.0, &*before.0);
        loop {
            let order = match (these.first(), those.first()) {
                (Some(this), Some(that)) => this.cmp(that),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return changed,
            };
            match order {
                Ordering::Equal => (these, those) = (&these[1..], &those[1..]),
                Ordering::Less => {
                    changed.push(these[0].uid);
                    these = &these[1..];
                }
                Ordering::Greater => {
                    changed.push(those[0].uid);
                    those = &those[1..];
                }
            }
        }
    }

    /// All their numbers.
    pub(crate) fn all(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|name| name.uid)
    }

    /// Whether one of these numbers is among them.
    pub(crate) fn have_any(&self, numbers: &[u64]) -> bool {
        let is_here = |number: &u64| self.0.binary_search_by_key(number, |name| name.uid).is_ok();
        numbers.iter().any(is_here)
    }
}

/// Calls back for each of `these` whose UID is among `those`.
fn meet(these: &[Name], those: &[Name], mut found: impl FnMut(Name)) {
    let mut those = those.iter().peekable();
    for this in these {
        while those.next_if(|that| that.uid < this.uid).is_some() {}
        match those.peek() {
            None => return,
            Some(that) if that.uid == this.uid => found(*this),
            Some(_) => {}
        }
    }
}

/// UIDs that belong to calendars before this one.
#[derive(Debug)]
pub(crate) struct Taken(HashMap<u64, u64>);

/// By whom a UID is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The same event, in another calendar.
    Itself,
    /// Another event.
    Another,
}

impl Taken {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn by(&self, event: &Event) -> Option<By> {
        let name = Name::of(event);
        let owner = *self.0.get(&name.uid)?;
        Some(match owner == name.event {
            true => By::Itself,
            false => By::Another,
        })
    }
}
