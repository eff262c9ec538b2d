//! Scheduled publication: what is due becomes public in the transaction of the job that found it,
//! so that it happens once, whichever node does it and whenever a node dies.

use crate::carry::Work;
use crate::decide::{about, find};
use crate::{About, Actor, ActorKind, By, Error, Result};
use domain::id::ProposalId;
use domain::proposal::{Handling, Reason, State};
use jiff::Timestamp;
use serde_json::json;
use store::Tx;
use store::proposals::{self, Step};

/// The kind of job that publishes what is due. Never changed: it stands in databases.
pub const PUBLISH_DUE: &str = "publish-due";

/// Most proposals of one transaction.
const LIMIT: i64 = 200;

/// How a round of scheduled publication went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Proposals that became public.
    pub published: usize,
    /// Proposals that wait again, because somebody changed the same fields or removed the event.
    pub put_back: usize,
    /// True when there may be more that is due.
    pub more: bool,
    /// When the next one becomes public.
    pub next: Option<Timestamp>,
}

/// Publishes what was scheduled for `now` or before. What cannot be carried out any more waits for
/// a decision again, with the reason [`Reason::Clash`].
pub async fn publish_due(tx: &mut Tx, now: Timestamp) -> store::Result<Due> {
    let system = Actor::nobody(ActorKind::System);
    let by = By {
        actor: &system,
        at: now,
    };
    by.publish_due(tx).await.map_err(|error| match error {
        Error::Store(error) => error,
        // Refusals of single proposals are dealt with below; what is left is a row that does not
        // fit its neighbours.
        other => store::Error::Damaged {
            what: "scheduled proposal",
            cause: other.to_string(),
        },
    })
}

impl By<'_> {
    async fn publish_due(self, tx: &mut Tx) -> Result<Due> {
        let ids = proposals::due(tx, self.at, LIMIT).await?;
        let mut due = Due {
            published: 0,
            put_back: 0,
            more: i64::try_from(ids.len()).is_ok_and(|found| found >= LIMIT),
            next: None,
        };
        self.lock_for(tx, &ids).await?;
        let mut work = Work::new(self);
        for id in ids {
            match self.publish_one(tx, &mut work, id).await {
                Ok(true) => due.published += 1,
                // Somebody took it off the schedule meanwhile.
                Ok(false) => {}
                Err(error) => {
                    self.put_back(tx, id, &error.refusal()?).await?;
                    due.put_back += 1;
                }
            }
        }
        work.publish(tx).await?;
        due.next = proposals::next_due(tx).await?;
        Ok(due)
    }

    async fn publish_one(self, tx: &mut Tx, work: &mut Work, id: ProposalId) -> Result<bool> {
        let Some(entry) = proposals::lock(tx, id).await? else {
            return Ok(false);
        };
        let is_due = entry.proposal.due.is_some_and(|due| due <= self.at);
        if entry.proposal.state != State::Scheduled || !is_due {
            return Ok(false);
        }
        let (calendar, act) = (entry.proposal.calendar, entry.handling.act);
        let made = work.carry(tx, calendar, act, &entry.proposal.aim).await?;
        let next = Handling {
            // Whoever scheduled it has decided.
            decided: Some(self.at),
            event: work.names(id, &entry.proposal.aim, made),
            published_version: made.version,
            ..entry.handling.clone()
        };
        let step = Step {
            from: State::Scheduled,
            to: State::Accepted,
            handling: &next,
            due: entry.proposal.due,
        };
        proposals::settle(tx, id, step).await?;
        let about = About {
            event: Some(made.event),
            ..about(&entry)
        };
        let detail = json!({ "version": made.version, "decided_by": next.decided_by });
        self.note(tx, "publish", about, Some(detail)).await?;
        Ok(true)
    }

    async fn put_back(self, tx: &mut Tx, id: ProposalId, why: &Error) -> Result<()> {
        let entry = find(tx, id).await?;
        let next = Handling {
            decided_by: None,
            decided: None,
            reason: Some(Reason::Clash),
            batch: None,
            ..entry.handling.clone()
        };
        let step = Step {
            from: State::Scheduled,
            to: State::Waiting,
            handling: &next,
            due: None,
        };
        proposals::settle(tx, id, step).await?;
        let detail = json!({ "why": why.to_string(), "disputed": why.disputed() });
        self.note(tx, "put_back", about(&entry), Some(detail)).await
    }
}
