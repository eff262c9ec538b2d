//! Drafts, and edits by hand. An edit is a proposal like any other: it is made, carried out and
//! decided in one transaction.

use crate::carry::{self, Work};
use crate::decide::{find, not_from};
use crate::{About, By, Decision, Desk, Error, Outcome, Result, Take};
use domain::event::EventBody;
use domain::id::{CalendarId, EventId, ProposalId};
use domain::patch::EventPatch;
use domain::proposal::{Act, Aim, BatchId, Handling, Origin, Proposal, State};
use jiff::Timestamp;
use serde_json::json;
use store::{Tx, proposals};

/// A change that is carried out as soon as it is proposed.
#[derive(Debug, Clone)]
pub(crate) struct New {
    /// For which calendar; `None` for the first in which its event stands.
    pub calendar: Option<CalendarId>,
    pub act: Act,
    pub aim: Aim,
    pub undoes: Option<ProposalId>,
}

impl New {
    pub(crate) const fn change(event: EventId, base_version: i64, patch: EventPatch) -> Self {
        Self {
            calendar: None,
            act: Act::Publish,
            aim: Aim::Change {
                event,
                base_version,
                patch,
            },
            undoes: None,
        }
    }

    pub(crate) fn act(act: Act, event: EventId, base_version: i64) -> Self {
        Self {
            act,
            ..Self::change(event, base_version, EventPatch::default())
        }
    }
}

impl Desk<'_> {
    /// Keeps a draft: of a new event, or of a change to one.
    pub async fn draft(
        &self,
        calendar: CalendarId,
        aim: Aim,
        note: Option<String>,
    ) -> Result<ProposalId> {
        let mut ids = self.draft_all(calendar, vec![(aim, note)]).await?;
        ids.pop().ok_or(Error::Nothing)
    }

    /// Keeps many drafts together: all or none.
    pub async fn draft_all(
        &self,
        calendar: CalendarId,
        drafts: Vec<(Aim, Option<String>)>,
    ) -> Result<Vec<ProposalId>> {
        whole!(self, tx => self.by.draft_all(&mut tx, calendar, &drafts))
    }

    /// Replaces what an undecided proposal says, if it still is at `edition`. Returns its new
    /// edition. What was scheduled stays scheduled.
    pub async fn amend(
        &self,
        id: ProposalId,
        edition: i64,
        aim: Aim,
        note: Option<&str>,
    ) -> Result<i64> {
        whole!(self, tx => self.by.amend(&mut tx, id, edition, &aim, note))
    }

    /// Publishes a draft now.
    pub async fn publish_now(&self, id: ProposalId) -> Result<Outcome> {
        self.decide(id, &Decision::Accept(Take::Whole)).await
    }

    /// Publishes a proposal at `due`, whether this process still runs then or another.
    pub async fn schedule(&self, id: ProposalId, due: Timestamp) -> Result<Outcome> {
        self.decide(id, &Decision::Schedule(due)).await
    }

    /// Takes a proposal off the schedule.
    pub async fn unschedule(&self, id: ProposalId) -> Result<Outcome> {
        self.decide(id, &Decision::Unschedule).await
    }

    /// Lays a draft aside; [`Desk::undo`] brings it back.
    pub async fn discard(&self, id: ProposalId) -> Result<Outcome> {
        self.decide(id, &Decision::Discard).await
    }

    /// Publishes a new event.
    pub async fn create(&self, calendar: CalendarId, body: EventBody) -> Result<Outcome> {
        self.one("create", {
            New {
                calendar: Some(calendar),
                act: Act::Publish,
                aim: Aim::Create(Box::new(body)),
                undoes: None,
            }
        })
        .await
    }

    /// Changes a published event, as somebody wants it who saw `base_version`. Fields that others
    /// changed since are a clash, unless they want the same.
    pub async fn edit(
        &self,
        event: EventId,
        base_version: i64,
        patch: EventPatch,
    ) -> Result<Outcome> {
        self.one("edit", New::change(event, base_version, patch))
            .await
    }

    /// Carries out one change in a transaction of its own.
    pub(crate) async fn one(&self, action: &str, new: New) -> Result<Outcome> {
        whole!(self, tx => self.by.one(&mut tx, action, new.clone()))
    }
}

impl By<'_> {
    async fn draft_all(
        self,
        tx: &mut Tx,
        calendar: CalendarId,
        drafts: &[(Aim, Option<String>)],
    ) -> Result<Vec<ProposalId>> {
        if store::calendars::by_id(tx, calendar).await?.is_none() {
            return Err(Error::NotFound("calendar"));
        }
        let mut ids = Vec::with_capacity(drafts.len());
        for (aim, note) in drafts {
            known(tx, aim).await?;
            let id = ProposalId(store::new_id());
            let proposal = Proposal {
                id,
                calendar,
                origin: Origin::Editor,
                state: State::Draft,
                aim: aim.clone(),
                note: note.clone(),
                created: self.at,
                due: None,
            };
            let handling = Handling {
                author: Some(self.actor.word().to_owned()),
                ..Handling::default()
            };
            proposals::add_handled(tx, &proposal, &handling).await?;
            let about = About {
                calendar: Some(calendar),
                event: event_of(&proposal.aim),
                proposal: Some(id),
            };
            self.note(tx, "draft", about, None).await?;
            ids.push(id);
        }
        Ok(ids)
    }

    async fn amend(
        self,
        tx: &mut Tx,
        id: ProposalId,
        edition: i64,
        aim: &Aim,
        note: Option<&str>,
    ) -> Result<i64> {
        known(tx, aim).await?;
        let amended = proposals::amend(tx, id, edition, aim, note).await?;
        let entry = find(tx, id).await?;
        if amended {
            let now = entry.handling.edition;
            let detail = json!({ "edition": now });
            self.note(tx, "amend", crate::decide::about(&entry), Some(detail))
                .await?;
            return Ok(now);
        }
        Err(match entry.proposal.state {
            State::Draft | State::Waiting | State::Scheduled => Error::Amended {
                edition: entry.handling.edition,
            },
            _ => not_from(&entry),
        })
    }

    pub(crate) async fn one(self, tx: &mut Tx, action: &str, new: New) -> Result<Outcome> {
        let mut done = self.carry_new(tx, action, vec![new], None).await?;
        done.pop().unwrap_or(Err(Error::Nothing))
    }

    /// Proposes, carries out and accepts changes in one transaction, each by itself, published as
    /// one. What is refused leaves no trace; what changes nothing is refused as [`Error::Nothing`].
    pub(crate) async fn carry_new(
        self,
        tx: &mut Tx,
        action: &str,
        all: Vec<New>,
        batch: Option<BatchId>,
    ) -> Result<Vec<Result<Outcome>>> {
        let calendars: Vec<_> = all.iter().filter_map(|new| new.calendar).collect();
        let events: Vec<_> = all.iter().filter_map(|new| event_of(&new.aim)).collect();
        carry::lock(tx, &calendars, &events).await?;
        let mut work = Work::new(self);
        let mut accepted = Vec::with_capacity(all.len());
        for new in all {
            let carried = self.carry_one(tx, &mut work, new, batch).await;
            accepted.push(match carried {
                Ok(carried) => Ok(carried),
                Err(error) => Err(error.refusal()?),
            });
        }
        // New events have to be there before their proposals can name them.
        work.publish(tx).await?;
        let mut outcomes = Vec::with_capacity(accepted.len());
        for carried in accepted {
            outcomes.push(match carried {
                Ok((proposal, handling)) => {
                    proposals::add_handled(tx, &proposal, &handling).await?;
                    let about = About {
                        calendar: Some(proposal.calendar),
                        event: handling.event,
                        proposal: Some(proposal.id),
                    };
                    let batch = batch.map(|batch| batch.to_string());
                    let detail = json!({ "version": handling.published_version, "batch": batch });
                    self.note(tx, action, about, Some(detail)).await?;
                    Ok(Outcome {
                        proposal: proposal.id,
                        state: State::Accepted,
                        event: handling.event,
                        version: handling.published_version,
                    })
                }
                Err(refusal) => Err(refusal),
            });
        }
        Ok(outcomes)
    }

    async fn carry_one(
        self,
        tx: &mut Tx,
        work: &mut Work,
        new: New,
        batch: Option<BatchId>,
    ) -> Result<(Proposal, Handling)> {
        let calendar = match (new.calendar, event_of(&new.aim)) {
            (Some(calendar), _) => calendar,
            (None, Some(event)) => {
                let places = store::events::placements(tx, event).await?;
                places.first().copied().ok_or(Error::NotFound("event"))?
            }
            (None, None) => return Err(Error::NotFound("calendar")),
        };
        let made = work.carry(tx, calendar, new.act, &new.aim).await?;
        let version = made.version.ok_or(Error::Nothing)?;
        let by = self.actor.word().to_owned();
        let handling = Handling {
            author: Some(by.clone()),
            act: new.act,
            decided_by: Some(by),
            decided: Some(self.at),
            event: Some(made.event),
            published_version: Some(version),
            batch,
            undoes: new.undoes,
            ..Handling::default()
        };
        let proposal = Proposal {
            id: ProposalId(store::new_id()),
            calendar,
            origin: Origin::Editor,
            state: State::Accepted,
            aim: new.aim,
            note: None,
            created: self.at,
            due: None,
        };
        Ok((proposal, handling))
    }
}

pub(crate) const fn event_of(aim: &Aim) -> Option<EventId> {
    match aim {
        Aim::Create(_) => None,
        Aim::Change { event, .. } => Some(*event),
    }
}

/// Refuses a change to a version that there never was.
async fn known(tx: &mut Tx, aim: &Aim) -> Result<()> {
    let Aim::Change {
        event,
        base_version,
        ..
    } = aim
    else {
        return Ok(());
    };
    let body = store::events::body_at(tx, *event, *base_version).await?;
    body.map(|_| ()).ok_or(Error::NotFound("version"))
}
