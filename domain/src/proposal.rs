//! Proposals (R8): everything that is not public yet. Drafts, tips, partner review, held imports
//! and scheduled publication are one kind of thing, with one difference and one decision.

use crate::event::EventBody;
use crate::id::{CalendarId, EventId, ProposalId};
use crate::patch::EventPatch;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Occurrence, Status};
    use crate::patch::{Field, FieldValue};
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
    fn decided_proposals_stay_decided() {
        for state in [State::Accepted, State::Rejected, State::Superseded] {
            assert!(!state.may_become(State::Waiting));
        }
    }
}
