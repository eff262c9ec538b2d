//! What a change does to the entries that subscribers already have.

use super::{Alarm, Client, Shown, show};
use crate::write::Context;
use domain::event::Event;

/// What a change does in one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Entries before it.
    pub before: Vec<Shown>,
    /// Entries after it.
    pub after: Vec<Shown>,
    /// What is different, entry by entry, in the order of the entries after it.
    pub differences: Vec<Difference>,
    /// What becomes of the alarm.
    pub alarm: AlarmChange,
}

/// What is different about one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// A new entry appears.
    Appears(Box<Shown>),
    /// An entry vanishes.
    Vanishes(Box<Shown>),
    /// An entry says something else.
    Says {
        /// Its identity.
        key: (String, Option<String>),
        /// Which parts.
        parts: Vec<Part>,
    },
}

/// A part of an entry that people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The title line.
    Title,
    /// The time line.
    When,
    /// How it repeats.
    Rule,
    /// The place or its map.
    Place,
    /// The notes.
    Notes,
    /// Free or busy.
    Busy,
    /// Addresses.
    Links,
}

impl Part {
    /// The name that keys of texts use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::When => "when",
            Self::Rule => "rule",
            Self::Place => "place",
            Self::Notes => "notes",
            Self::Busy => "busy",
            Self::Links => "links",
        }
    }
}

/// What becomes of alarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmChange {
    /// There was none and is none.
    None,
    /// It rings when it did.
    Kept,
    /// It rings at another time.
    Moved,
    /// It rings no more.
    Lost,
    /// It rings again, or for the first time.
    Gained,
}

impl AlarmChange {
    /// The name that keys of texts use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Kept => "kept",
            Self::Moved => "moved",
            Self::Lost => "lost",
            Self::Gained => "gained",
        }
    }
}

/// What a change does: `after` is the event as publishing will leave it, its version, its
/// sequence and its news among the rest.
pub fn change(before: &Event, after: &Event, client: Client, context: &Context<'_>) -> Changed {
    let before = show(before, client, context);
    let after = show(after, client, context);
    let of = |all: &[Shown], key: &(String, Option<String>)| {
        all.iter().find(|shown| shown.key == *key).cloned()
    };
    let mut differences = Vec::new();
    for new in &after {
        match of(&before, &new.key) {
            None => differences.push(Difference::Appears(Box::new(new.clone()))),
            Some(old) => {
                let parts = parts(&old, new);
                if !parts.is_empty() {
                    let key = new.key.clone();
                    differences.push(Difference::Says { key, parts });
                }
            }
        }
    }
    let gone = before.iter().filter(|old| of(&after, &old.key).is_none());
    differences.extend(gone.map(|old| Difference::Vanishes(Box::new(old.clone()))));
    let alarm = alarm(before.first(), after.first());
    Changed {
        before,
        after,
        differences,
        alarm,
    }
}

fn parts(old: &Shown, new: &Shown) -> Vec<Part> {
    let all = [
        (Part::Title, old.title != new.title),
        (Part::When, old.when != new.when),
        (Part::Rule, old.rule != new.rule),
        (
            Part::Place,
            (&old.place, old.has_map) != (&new.place, new.has_map),
        ),
        (Part::Notes, old.notes != new.notes),
        (Part::Busy, old.busy != new.busy),
        (Part::Links, old.links != new.links),
    ];
    let differs = all.into_iter().filter(|(_, differs)| *differs);
    differs.map(|(part, _)| part).collect()
}

fn alarm(old: Option<&Shown>, new: Option<&Shown>) -> AlarmChange {
    let rings = |shown: Option<&Shown>| {
        shown.is_some_and(|shown| matches!(shown.alarm, Alarm::IfKept | Alarm::Unknown))
    };
    match (rings(old), rings(new)) {
        (false, false) => AlarmChange::None,
        (false, true) => AlarmChange::Gained,
        (true, false) => AlarmChange::Lost,
        (true, true) if old.map(|shown| &shown.when) == new.map(|shown| &shown.when) => {
            AlarmChange::Kept
        }
        (true, true) => AlarmChange::Moved,
    }
}
