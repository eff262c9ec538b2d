//! Proposals (R8): everything that is not public yet. Drafts, tips, partner review, held imports
//! and scheduled publication are one kind of thing, with one difference and one decision.

use crate::event::EventBody;
use crate::expand::{Budget, ExpandError};
use crate::id::{CalendarId, EventId, ProposalId};
use crate::merge::Pin;
use crate::patch::{EventPatch, Field, FieldValue};
use crate::zone::Zone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Who proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Somebody at the desk.
    Editor,
    /// A reader.
    Tip,
    /// An organisation for its own calendar.
    Partner,
    /// A mirrored address.
    Mirror,
    /// An editor, for later.
    Schedule,
}

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being written.
    Draft,
    /// Waits for a decision.
    Waiting,
    /// Decided; becomes public at its time.
    Scheduled,
    /// Public.
    Accepted,
    /// Not taken.
    Rejected,
    /// Overtaken by another proposal or by the source itself.
    Superseded,
}

impl State {
    /// Which states may follow. Decided proposals stay decided: an undo is a new proposal.
    pub const fn may_become(self, next: Self) -> bool {
        use State::{Accepted, Draft, Rejected, Scheduled, Superseded, Waiting};
        matches!(
            (self, next),
            (Draft, Waiting | Scheduled | Accepted | Superseded)
                | (
                    Waiting,
                    Draft | Scheduled | Accepted | Rejected | Superseded
                )
                | (Scheduled, Draft | Waiting | Accepted | Superseded)
        )
    }
}

/// Names what was published as one and is taken back as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchId(pub Uuid);

/// Names proposals that came in one burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BurstId(pub Uuid);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for BurstId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a proposal does to its event besides changing fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Publishes what the aim says.
    #[default]
    Publish,
    /// Takes the event out of its calendars; its history stays.
    Remove,
    /// Brings a removed event back.
    Restore,
}

/// Stock reasons for a decision; what the proposer reads is made from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Another source says otherwise.
    Wrong,
    /// Nothing shows that it is so.
    NoEvidence,
    /// It is known or published already.
    Known,
    /// Not what these calendars are for.
    OutOfScope,
    /// It is over.
    TooLate,
    /// Advertising or noise.
    Spam,
    /// Taken back by whoever decided.
    Undone,
    /// Somebody changed the same field first: somebody has to look again.
    Clash,
    /// Said in the reply.
    Other,
}

impl Reason {
    /// All of them, in the order in which they are offered.
    pub const ALL: &'static [Self] = &[
        Self::Wrong,
        Self::NoEvidence,
        Self::Known,
        Self::OutOfScope,
        Self::TooLate,
        Self::Spam,
        Self::Undone,
        Self::Clash,
        Self::Other,
    ];

    /// The stored and public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::NoEvidence => "no_evidence",
            Self::Known => "known",
            Self::OutOfScope => "out_of_scope",
            Self::TooLate => "too_late",
            Self::Spam => "spam",
            Self::Undone => "undone",
            Self::Clash => "clash",
            Self::Other => "other",
        }
    }

    /// Reads a stored or public word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.as_str() == word)
    }
}

/// Who works on a proposal, and until when others keep off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The person.
    pub by: String,
    /// When it runs out, unless it is renewed.
    pub until: Timestamp,
}

/// How a proposal is and was dealt with: what the desk knows beside the proposal itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handling {
    /// Who made it, where the desk knows: a person's id.
    pub author: Option<String>,
    /// What it does to its event besides changing fields.
    pub act: Act,
    /// Counts its amendments, from 1.
    pub edition: i64,
    /// Who works on it.
    pub lease: Option<Lease>,
    /// Who decided; for a scheduled one, who will have decided.
    pub decided_by: Option<String>,
    /// When it was decided.
    pub decided: Option<Timestamp>,
    /// Why it was decided so.
    pub reason: Option<Reason>,
    /// What the proposer is told or asked.
    pub reply: Option<String>,
    /// How many people proposed the same; 0 for what no reader proposed.
    pub reports: i64,
    /// The event that it is about: of a creation once it is public.
    pub event: Option<EventId>,
    /// The version of the event that accepting it made; `None` where it changed nothing.
    pub published_version: Option<i64>,
    /// The burst that it came in.
    pub burst: Option<BurstId>,
    /// What it was published with.
    pub batch: Option<BatchId>,
    /// The decided proposal that it takes back.
    pub undoes: Option<ProposalId>,
    /// The proposal that it was gathered into.
    pub merged_into: Option<ProposalId>,
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// An event that does not exist yet.
    Create(Box<EventBody>),
    /// A change to one, made while looking at `base_version`.
    Change {
        /// Which event.
        event: EventId,
        /// The version that the proposer saw.
        base_version: i64,
        /// What shall change.
        patch: EventPatch,
    },
}

/// Something not yet public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Identity.
    pub id: ProposalId,
    /// For which calendar.
    pub calendar: CalendarId,
    /// Who proposes.
    pub origin: Origin,
    /// Where it stands.
    pub state: State,
    /// What is proposed.
    pub aim: Aim,
    /// What the proposer says about it, in their own words; for the desk, never public.
    pub note: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When a scheduled one becomes public.
    pub due: Option<Timestamp>,
}

/// Why a proposal cannot be carried out as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Clash {
    /// The proposal is for another event.
    #[error("the proposal is for another event")]
    OtherEvent,
    /// A field that it changes was changed since by somebody else.
    #[error("changed since by somebody else: {}", .0.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(", "))]
    ChangedSince(Vec<crate::patch::Field>),
}

/// Carries a proposed change out on the event's current body. `base` is the body that the
/// proposer saw. Fields that others changed meanwhile do not matter unless the proposal changes
/// them too, and says something else.
pub fn carry_out(
    patch: &EventPatch,
    base: &EventBody,
    current: &EventBody,
) -> Result<EventBody, Clash> {
    let mut wanted = current.clone();
    patch.apply(&mut wanted);
    let clashes: Vec<_> = patch
        .fields()
        .filter(|field| !base.agrees(current, *field) && !wanted.agrees(current, *field))
        .collect();
    if clashes.is_empty() {
        Ok(wanted)
    } else {
        Err(Clash::ChangedSince(clashes))
    }
}

/// Why a body cannot be published as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nobody would know what it is.
    #[error("it has no title")]
    NoTitle,
    /// Its time, or that of a changed instance, is none.
    #[error(transparent)]
    Time(#[from] crate::time::TimeError),
    /// Only clock times and whole days repeat.
    #[error("a time that is still open cannot repeat")]
    CannotRepeat,
    /// It repeats so often that no list could hold it.
    #[error("it repeats too often: {0}")]
    TooOften(#[from] ExpandError),
}

/// Whether a body can be published: what every way in refuses, whatever else a linter may say.
pub fn fit(body: &EventBody) -> Result<(), Unfit> {
    if body.main.title.is_empty() {
        return Err(Unfit::NoTitle);
    }
    body.main.time.check()?;
    let Some(series) = &body.series else {
        return Ok(());
    };
    if !body.main.time.can_repeat() {
        return Err(Unfit::CannotRepeat);
    }
    for changed in &series.overrides {
        changed.instead.time.check()?;
    }
    // All of it, or the first years of what has no end: what pages are derived from. In which zone
    // whole days are read does not change how many there are.
    let zone = Zone::utc();
    let starts = body.main.time.instants(&zone).map(|(starts, _)| starts);
    let window = starts.filter(|_| series.is_endless()).map(|starts| {
        let years = SignedDuration::from_hours(3 * 366 * 24);
        (starts, starts.checked_add(years).unwrap_or(Timestamp::MAX))
    });
    body.instances(window, &zone, Budget::default())?;
    Ok(())
}

/// A field on which a proposal and somebody else's later change say different things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disputed {
    /// Which field.
    pub field: Field,
    /// What it said when the proposal was made.
    pub base: FieldValue,
    /// What it says now.
    pub current: FieldValue,
    /// What the proposal wants it to say.
    pub wanted: FieldValue,
}

/// The fields that keep [`carry_out`] from carrying a patch out, with their three values each.
pub fn disputed(patch: &EventPatch, base: &EventBody, current: &EventBody) -> Vec<Disputed> {
    let Err(Clash::ChangedSince(fields)) = carry_out(patch, base, current) else {
        return Vec::new();
    };
    let values = patch.values().iter();
    values
        .filter(|wanted| fields.contains(&wanted.field()))
        .map(|wanted| Disputed {
            field: wanted.field(),
            base: base.get(wanted.field()),
            current: current.get(wanted.field()),
            wanted: wanted.clone(),
        })
        .collect()
}

/// The pins of an event that has a source, after people changed it by hand (R6). What was changed
/// is pinned against the value that the source had last; a field that says again what its source
/// says needs no pin. A decision on a field settles its conflict.
pub fn pins_after(before: &EventBody, after: &EventBody, pins: &[Pin]) -> Vec<Pin> {
    let mut kept = Vec::new();
    for &field in Field::ALL {
        let pin = pins.iter().find(|pin| pin.field() == field);
        if before.agrees(after, field) {
            kept.extend(pin.cloned());
            continue;
        }
        let source_says = match pin {
            Some(pin) => pin.conflict.as_ref().unwrap_or(&pin.overruled).clone(),
            None => before.get(field),
        };
        if source_says != after.get(field) {
            kept.push(Pin {
                overruled: source_says,
                conflict: None,
            });
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Occurrence, Status};
    use crate::text::{Lang, Text};
    use crate::time::EventTime;
    use jiff::civil::date;

    fn body() -> EventBody {
        Occurrence::new(
            Text::new(Lang::KO, "경기"),
            EventTime::day(date(2027, 4, 1)),
        )
        .into()
    }

    #[test]
    fn a_change_clashes_only_where_both_changed_the_same_field() {
        let base = body();
        let mut current = body();
        current.main.time = EventTime::day(date(2027, 4, 2));
        let mut patch = EventPatch::default();
        patch.put(FieldValue::Status(Status::Cancelled));
        assert!(carry_out(&patch, &base, &current).is_ok());
        patch.put(FieldValue::Time(EventTime::day(date(2027, 4, 3))));
        assert_eq!(
            carry_out(&patch, &base, &current),
            Err(Clash::ChangedSince(vec![Field::Time]))
        );
        patch.put(FieldValue::Time(EventTime::day(date(2027, 4, 2))));
        assert!(carry_out(&patch, &base, &current).is_ok());
    }

    #[test]
    fn a_clash_tells_what_was_is_and_shall_be() {
        let day = |day| EventTime::day(date(2027, 4, day));
        let base = body();
        let mut current = body();
        current.main.time = day(2);
        let mut patch = EventPatch::default();
        patch.put(FieldValue::Status(Status::Cancelled));
        patch.put(FieldValue::Time(day(3)));
        let told = Disputed {
            field: Field::Time,
            base: FieldValue::Time(day(1)),
            current: FieldValue::Time(day(2)),
            wanted: FieldValue::Time(day(3)),
        };
        assert_eq!(disputed(&patch, &base, &current), [told]);
        assert_eq!(disputed(&patch, &base, &base), []);
    }

    #[test]
    fn a_hand_edit_pins_against_what_the_source_said_last() {
        let time = |day| FieldValue::Time(EventTime::day(date(2027, 4, day)));
        let at = |day| {
            let mut body = body();
            body.set(time(day));
            body
        };
        let pin = |overruled, conflict: Option<i8>| Pin {
            overruled: time(overruled),
            conflict: conflict.map(time),
        };
        for (case, before, after, pins, want) in [
            ("the first edit", 1, 2, vec![], vec![pin(1, None)]),
            ("another edit", 2, 3, vec![pin(1, None)], vec![pin(1, None)]),
            ("back to the source", 2, 1, vec![pin(1, None)], vec![]),
            (
                "a conflict decided",
                2,
                3,
                vec![pin(1, Some(4))],
                vec![pin(4, None)],
            ),
            (
                "the source's third value taken",
                2,
                4,
                vec![pin(1, Some(4))],
                vec![],
            ),
            (
                "nothing",
                2,
                2,
                vec![pin(1, Some(4))],
                vec![pin(1, Some(4))],
            ),
        ] {
            assert_eq!(pins_after(&at(before), &at(after), &pins), want, "{case}");
        }
    }

    #[test]
    fn what_nobody_could_publish_is_refused_by_name() {
        let with = |rule: &str| {
            let mut body = body();
            body.series = Some(crate::series::Series {
                rules: vec![rule.parse().unwrap()],
                ..Default::default()
            });
            body
        };
        assert_eq!(fit(&body()), Ok(()));
        assert_eq!(fit(&with("FREQ=DAILY")), Ok(()));
        assert_eq!(fit(&with("FREQ=WEEKLY;COUNT=9")), Ok(()));
        let many = fit(&with("FREQ=DAILY;COUNT=99999"));
        assert!(matches!(many, Err(Unfit::TooOften(_))), "{many:?}");
        let mut open = with("FREQ=DAILY");
        open.main.time = EventTime::DateOnly {
            date: date(2027, 4, 1),
        };
        assert_eq!(fit(&open), Err(Unfit::CannotRepeat));
        let mut nameless = body();
        nameless.main.title = Text::none();
        assert_eq!(fit(&nameless), Err(Unfit::NoTitle));
        let mut back = body();
        back.main.time = EventTime::AllDay {
            first: date(2027, 4, 2),
            last: date(2027, 4, 1),
        };
        assert!(matches!(fit(&back), Err(Unfit::Time(_))));
    }

    #[test]
    fn reasons_read_back() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(*reason));
        }
        assert_eq!(Reason::parse("because"), None);
    }

    #[test]
    fn decided_proposals_stay_decided() {
        for state in [State::Accepted, State::Rejected, State::Superseded] {
            assert!(!state.may_become(State::Waiting));
        }
    }
}
