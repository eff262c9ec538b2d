//! The editorial desk: what editors and moderators do to schedules (R8).
//!
//! Everything on the way to publication is a proposal, and every change by hand is one too: made,
//! carried out and noted in one transaction (`docs/decisions/0023`). A [`Desk`] is somebody at
//! work at one moment; its methods are the operations. Lists are read with `store::proposals`,
//! `store::audit` and `store::links`.
//!
//! Nothing here knows HTTP or who may do what: callers ask `domain::policy` first. What an import
//! does is `ingest`'s.

#[macro_use]
mod whole;

mod actor;
mod bulk;
mod calendars;
mod carry;
mod decide;
mod drafts;
mod due;
mod error;
mod history;
mod links;
mod many;
mod rename;
mod shift;
mod undo;

pub use actor::{Actor, ActorKind};
pub use bulk::Done;
pub use decide::{Decision, LEASE, Outcome, Take};
pub use due::{Due, PUBLISH_DUE, publish_due};
pub use error::Error;
pub use history::{FieldChange, Step};
pub use many::Report;
pub use rename::Rename;
pub use shift::{CannotShift, Shift};
pub use undo::UndoneBatch;

use domain::id::{CalendarId, EventId, ProposalId};
use jiff::Timestamp;
use store::{Db, Tx, audit};
pub(crate) use whole::end;

/// Result of an operation at the desk.
pub type Result<T> = std::result::Result<T, Error>;

/// Somebody at work at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    db: &'a Db,
    by: By<'a>,
}

impl<'a> Desk<'a> {
    /// The desk as `actor` works at it at `at`.
    pub const fn new(db: &'a Db, actor: &'a Actor, at: Timestamp) -> Self {
        Self {
            db,
            by: By { actor, at },
        }
    }
}

/// Who does something, and when: what every step in a transaction carries with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) at: Timestamp,
}

/// What an audit entry is about.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct About {
    pub(crate) calendar: Option<CalendarId>,
    pub(crate) event: Option<EventId>,
    pub(crate) proposal: Option<ProposalId>,
}

impl By<'_> {
    /// Notes what is done, in the transaction that does it.
    pub(crate) async fn note(
        self,
        tx: &mut Tx,
        action: &str,
        about: About,
        detail: Option<serde_json::Value>,
    ) -> Result<()> {
        let entry = audit::Entry {
            at: self.at,
            actor: self.actor.word().to_owned(),
            action: action.to_owned(),
            calendar: about.calendar,
            event: about.event,
            proposal: about.proposal,
            person: None,
            detail,
        };
        Ok(audit::add(tx, &entry).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::patch::EventPatch;
    use domain::proposal::BatchId;

    /// Servers move their work between threads: whatever a handler awaits must be able to.
    fn moves_between_threads<T: Send>(work: T) {
        drop(work);
    }

    #[expect(dead_code, reason = "it compiles, or the promise is broken")]
    fn every_operation_moves_between_threads(desk: Desk<'_>, tx: &mut Tx) {
        let nil = store::new_id();
        let (event, id) = (EventId(nil), ProposalId(nil));
        moves_between_threads(desk.edit(event, 1, EventPatch::default()));
        moves_between_threads(desk.claim(id));
        moves_between_threads(desk.undo(id));
        moves_between_threads(desk.undo_batch(BatchId(nil)));
        moves_between_threads(desk.decide_all(&[], &Decision::Discard));
        moves_between_threads(desk.shift(&[], Shift::default()));
        moves_between_threads(desk.rename_place(CalendarId(nil), "", ""));
        moves_between_threads(desk.history(event, 1));
        moves_between_threads(desk.revert_to(event, 1, 1));
        moves_between_threads(desk.merge_calendars(CalendarId(nil), CalendarId(nil)));
        moves_between_threads(desk.draft_all(CalendarId(nil), Vec::new()));
        moves_between_threads(publish_due(tx, Timestamp::MIN));
    }
}
