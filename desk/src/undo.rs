//! Taking decisions back. Decided proposals stay decided: what takes one back is a proposal of its
//! own, and refused where others changed the same fields since.

use crate::decide::{about, find, not_from};
use crate::drafts::New;
use crate::{By, Decision, Desk, Error, Outcome, Result};
use domain::id::{EventId, ProposalId};
use domain::patch::EventPatch;
use domain::proposal::{Act, Aim, BatchId, Disputed, Handling, Proposal, State};
use serde_json::json;
use store::Tx;
use store::proposals::{self, Entry};

/// How taking back a batch went.
#[derive(Debug)]
pub struct UndoneBatch {
    /// Takes back in turn what this published.
    pub batch: BatchId,
    /// How many decisions were taken back.
    pub undone: usize,
    /// Events that others changed since, with the fields in question: they stay as they are.
    pub clashes: Vec<(EventId, Vec<Disputed>)>,
}

impl Desk<'_> {
    /// Takes a decision back. Of what was published, the fields say again what they said before;
    /// a new event is removed, a removed one restored. What was rejected, gathered into another or
    /// laid aside stands again as it did, as a new proposal. What is scheduled is unscheduled.
    pub async fn undo(&self, id: ProposalId) -> Result<Outcome> {
        whole!(self, tx => self.by.undo(&mut tx, id))
    }

    /// Takes back what was decided as one. What others changed since stays and is told.
    pub async fn undo_batch(&self, batch: BatchId) -> Result<UndoneBatch> {
        whole!(self, tx => self.by.undo_batch(&mut tx, batch))
    }
}

impl By<'_> {
    async fn undo(self, tx: &mut Tx, id: ProposalId) -> Result<Outcome> {
        self.lock_for(tx, &[id]).await?;
        let entry = proposals::lock(tx, id).await?;
        let entry = entry.ok_or(Error::NotFound("proposal"))?;
        match entry.proposal.state {
            State::Accepted => {
                let inverse = inverse(tx, &entry).await?;
                self.one(tx, "undo", inverse).await
            }
            State::Rejected | State::Superseded => self.reopen(tx, &entry, None).await,
            State::Scheduled => {
                let mut done = self
                    .decide_all(tx, &[id], &Decision::Unschedule, None)
                    .await?;
                done.pop().map_or(Err(Error::Nothing), |(_, one)| one)
            }
            State::Draft | State::Waiting => Err(not_from(&entry)),
        }
    }

    async fn undo_batch(self, tx: &mut Tx, batch: BatchId) -> Result<UndoneBatch> {
        let entries = proposals::of_batch(tx, batch).await?;
        if entries.is_empty() {
            return Err(Error::NotFound("batch"));
        }
        let ids: Vec<ProposalId> = entries.iter().map(|entry| entry.proposal.id).collect();
        self.lock_for(tx, &ids).await?;
        let back = BatchId(store::new_id());
        let mut undone = 0;
        let mut inverses = Vec::new();
        // The last first: of two changes to one event the later goes before the earlier.
        for entry in entries.iter().rev() {
            let again = match entry.proposal.state {
                State::Accepted => inverse(tx, entry).await.map(|new| inverses.push(new)),
                State::Rejected | State::Superseded => {
                    let reopened = self.reopen(tx, entry, Some(back)).await;
                    reopened.map(|_| undone += 1)
                }
                _ => Ok(()),
            };
            if let Err(error) = again {
                error.refusal()?;
            }
        }
        let events: Vec<_> = inverses
            .iter()
            .filter_map(|new| crate::drafts::event_of(&new.aim))
            .collect();
        let results = self.carry_new(tx, "undo", inverses, Some(back)).await?;
        let mut clashes = Vec::new();
        for (event, result) in events.into_iter().zip(results) {
            match result {
                Ok(_) => undone += 1,
                Err(Error::Nothing) => {}
                Err(error) => clashes.push((event, error.disputed().to_vec())),
            }
        }
        Ok(UndoneBatch {
            batch: back,
            undone,
            clashes,
        })
    }

    /// The same proposal once more, where it stood before it was decided.
    async fn reopen(self, tx: &mut Tx, entry: &Entry, batch: Option<BatchId>) -> Result<Outcome> {
        refuse_twice(tx, entry.proposal.id).await?;
        let was = &entry.handling;
        let state = if entry.proposal.state == State::Superseded && was.merged_into.is_none() {
            State::Draft
        } else {
            State::Waiting
        };
        if let Some(into) = was.merged_into {
            proposals::add_reports(tx, into, -was.reports.max(1)).await?;
        }
        let again = Proposal {
            id: ProposalId(store::new_id()),
            state,
            due: None,
            // It keeps its age in the queue.
            ..entry.proposal.clone()
        };
        let handling = Handling {
            author: was.author.clone(),
            act: was.act,
            reports: was.reports,
            event: was.event,
            burst: was.burst,
            undoes: Some(entry.proposal.id),
            ..Handling::default()
        };
        proposals::add_handled(tx, &again, &handling).await?;
        let batch = batch.map(|batch| batch.to_string());
        let detail = json!({ "again": again.id.to_string(), "batch": batch });
        self.note(tx, "undo", about(entry), Some(detail)).await?;
        let again = find(tx, again.id).await?;
        Ok(Outcome {
            proposal: again.proposal.id,
            state,
            event: again.handling.event,
            version: None,
        })
    }
}

async fn refuse_twice(tx: &mut Tx, id: ProposalId) -> Result<()> {
    match proposals::undone_by(tx, id).await? {
        Some(by) => Err(Error::AlreadyUndone { by }),
        None => Ok(()),
    }
}

/// The change that takes an accepted proposal back, made as of the version that it made: whatever
/// others changed since is compared when it is carried out.
async fn inverse(tx: &mut Tx, entry: &Entry) -> Result<New> {
    let was = &entry.handling;
    refuse_twice(tx, entry.proposal.id).await?;
    let (Some(event), Some(version)) = (was.event, was.published_version) else {
        return Err(Error::Nothing);
    };
    let new = match (was.act, &entry.proposal.aim) {
        (Act::Publish, Aim::Create(_)) | (Act::Restore, _) => New::act(Act::Remove, event, version),
        (Act::Remove, _) => New::act(Act::Restore, event, version),
        (Act::Publish, Aim::Change { .. }) => {
            let gone = || Error::NotFound("version");
            let after = store::events::body_at(tx, event, version).await?;
            let before = store::events::body_at(tx, event, version - 1).await?;
            let (after, before) = (after.ok_or_else(gone)?, before.ok_or_else(gone)?);
            New::change(event, version, EventPatch::between(&after, &before))
        }
    };
    Ok(New {
        calendar: Some(entry.proposal.calendar),
        undoes: Some(entry.proposal.id),
        ..new
    })
}
