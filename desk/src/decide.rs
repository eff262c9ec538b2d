//! Decisions on proposals: who works on one, and how it ends. Of two who decide at once one does,
//! and the other is told.

use crate::carry::{self, Work};
use crate::{About, By, Desk, Error, Result};
use domain::event::{EventBody, Occurrence};
use domain::id::{CalendarId, EventId, ProposalId};
use domain::patch::{EventPatch, Field};
use domain::proposal::{Aim, BatchId, Handling, Lease, Origin, Reason, State};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::Tx;
use store::proposals::{self, Entry, Step};

/// How long a claimed proposal is kept from others.
pub const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// How much of a proposal is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Take {
    /// All of it.
    Whole,
    /// These fields only. A new event always has its title and its time.
    Fields(Vec<Field>),
    /// This instead, as somebody wrote it while looking at `seen_version` of the event; for a new
    /// event the version does not matter. It is how a clash is decided.
    Edited {
        /// What shall change; of a new event, what shall differ from what was proposed.
        patch: EventPatch,
        /// Which version they saw.
        seen_version: i64,
    },
}

/// What becomes of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is published now.
    Accept(Take),
    /// It is not taken. From waiting only.
    Reject {
        /// Why.
        reason: Reason,
        /// What the proposer is told besides.
        reply: Option<String>,
    },
    /// It is published at this time.
    Schedule(Timestamp),
    /// It is not published at a time any more: a draft again, or waiting where it came from
    /// outside.
    Unschedule,
    /// A draft waits for somebody else's decision.
    Submit,
    /// It is laid aside. From draft and scheduled.
    Discard,
    /// It says what this other one says, and is decided with it. From waiting only.
    MergeInto(ProposalId),
}

/// Where a proposal stands after a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Which proposal.
    pub proposal: ProposalId,
    /// Its state.
    pub state: State,
    /// The event that it is about; of a creation once it is public.
    pub event: Option<EventId>,
    /// The version that it made; `None` where it published nothing.
    pub version: Option<i64>,
}

impl Decision {
    const fn word(&self) -> &'static str {
        match self {
            Self::Accept(_) => "accept",
            Self::Reject {
                reason: Reason::Spam,
                ..
            } => "spam",
            Self::Reject { .. } => "reject",
            Self::Schedule(_) => "schedule",
            Self::Unschedule => "unschedule",
            Self::Submit => "submit",
            Self::Discard => "discard",
            Self::MergeInto(_) => "merge",
        }
    }

    const fn allowed_from(&self, state: State) -> bool {
        use State::{Draft, Scheduled, Waiting};
        match self {
            Self::Accept(_) | Self::Schedule(_) => matches!(state, Draft | Waiting | Scheduled),
            Self::Reject { .. } | Self::MergeInto(_) => matches!(state, Waiting),
            Self::Unschedule => matches!(state, Scheduled),
            Self::Submit => matches!(state, Draft),
            Self::Discard => matches!(state, Draft | Scheduled),
        }
    }
}

impl Desk<'_> {
    /// Takes a waiting proposal for [`LEASE`], or renews the lease: others keep off meanwhile.
    pub async fn claim(&self, id: ProposalId) -> Result<Lease> {
        whole!(self, tx => self.by.claim(&mut tx, id))
    }

    /// Gives a claimed proposal back. Nothing happens where somebody else has it by now.
    pub async fn release(&self, id: ProposalId) -> Result<()> {
        whole!(self, tx => self.by.release(&mut tx, id))
    }

    /// Accepts a proposal and publishes it at once.
    pub async fn accept(&self, id: ProposalId, take: Take) -> Result<Outcome> {
        self.decide(id, &Decision::Accept(take)).await
    }

    /// Rejects a waiting proposal.
    pub async fn reject(
        &self,
        id: ProposalId,
        reason: Reason,
        reply: Option<String>,
    ) -> Result<Outcome> {
        self.decide(id, &Decision::Reject { reason, reply }).await
    }

    /// Rejects a waiting proposal as spam.
    pub async fn mark_spam(&self, id: ProposalId) -> Result<Outcome> {
        self.reject(id, Reason::Spam, None).await
    }

    /// Gathers a waiting proposal into another that says the same; its reports count there.
    pub async fn merge_into(&self, id: ProposalId, other: ProposalId) -> Result<Outcome> {
        self.decide(id, &Decision::MergeInto(other)).await
    }

    /// Asks the proposer something; the proposal goes on waiting.
    pub async fn ask(&self, id: ProposalId, question: &str) -> Result<()> {
        whole!(self, tx => self.by.ask(&mut tx, id, question))
    }

    /// Decides one proposal.
    pub async fn decide(&self, id: ProposalId, decision: &Decision) -> Result<Outcome> {
        whole!(self, tx => self.by.decide(&mut tx, id, decision))
    }
}

/// That somebody decided before, or that the step does not fit the state.
pub(crate) fn not_from(entry: &Entry) -> Error {
    let state = entry.proposal.state;
    match state {
        State::Accepted | State::Rejected | State::Superseded => Error::AlreadyDecided {
            by: entry.handling.decided_by.clone().unwrap_or_default(),
            state,
        },
        State::Draft | State::Waiting | State::Scheduled => Error::NotNow { state },
    }
}

pub(crate) async fn find(tx: &mut Tx, id: ProposalId) -> Result<Entry> {
    let entry = proposals::by_id(tx, id).await?;
    entry.ok_or(Error::NotFound("proposal"))
}

impl By<'_> {
    async fn claim(self, tx: &mut Tx, id: ProposalId) -> Result<Lease> {
        let by = self.actor.word();
        let taken = proposals::claim(tx, id, by, LEASE, self.at).await?;
        let entry = find(tx, id).await?;
        let lease = entry.handling.lease.clone();
        match lease {
            Some(lease) if taken => {
                self.note(tx, "claim", about(&entry), None).await?;
                Ok(lease)
            }
            Some(lease) if entry.proposal.state == State::Waiting => Err(Error::Held {
                by: lease.by,
                until: lease.until,
            }),
            _ => Err(not_from(&entry)),
        }
    }

    async fn release(self, tx: &mut Tx, id: ProposalId) -> Result<()> {
        let given = proposals::release(tx, id, self.actor.word()).await?;
        let entry = find(tx, id).await?;
        if given {
            self.note(tx, "release", about(&entry), None).await?;
        }
        Ok(())
    }

    async fn ask(self, tx: &mut Tx, id: ProposalId, question: &str) -> Result<()> {
        let entry = self.open(tx, id).await?;
        if !proposals::reply(tx, id, question).await? {
            return Err(not_from(&entry));
        }
        let detail = json!({ "question": question });
        self.note(tx, "ask", about(&entry), Some(detail)).await
    }

    async fn decide(self, tx: &mut Tx, id: ProposalId, decision: &Decision) -> Result<Outcome> {
        let mut decided = self.decide_all(tx, &[id], decision, None).await?;
        match decided.pop() {
            Some((_, result)) => result,
            None => Err(Error::NotFound("proposal")),
        }
    }

    /// Decides proposals in one transaction: each by itself, published as one. What is refused
    /// leaves no trace; an error of the database ends it all.
    pub(crate) async fn decide_all(
        self,
        tx: &mut Tx,
        ids: &[ProposalId],
        decision: &Decision,
        batch: Option<BatchId>,
    ) -> Result<Vec<(ProposalId, Result<Outcome>)>> {
        self.lock_for(tx, ids).await?;
        let mut work = Work::new(self);
        let mut decided = Vec::with_capacity(ids.len());
        for &id in ids {
            let one = self.decide_one(tx, &mut work, id, decision, batch).await;
            let one = match one {
                Ok(outcome) => Ok(outcome),
                Err(error) => Err(error.refusal()?),
            };
            decided.push((id, one));
        }
        work.publish(tx).await?;
        Ok(decided)
    }

    /// Locks the calendars of these proposals and of their events; unknown ones have none.
    pub(crate) async fn lock_for(self, tx: &mut Tx, ids: &[ProposalId]) -> Result<()> {
        let mut calendars: Vec<CalendarId> = Vec::new();
        let mut events = Vec::new();
        for &id in ids {
            if let Some(entry) = proposals::by_id(tx, id).await? {
                calendars.push(entry.proposal.calendar);
                events.extend(entry.handling.event);
            }
        }
        carry::lock(tx, &calendars, &events).await
    }

    /// A proposal that nobody else works on, kept from others.
    async fn open(self, tx: &mut Tx, id: ProposalId) -> Result<Entry> {
        let entry = proposals::lock(tx, id).await?;
        let entry = entry.ok_or(Error::NotFound("proposal"))?;
        let held = proposals::held_against(tx, id, self.actor.word(), self.at).await?;
        match held {
            Some(Lease { by, until }) => Err(Error::Held { by, until }),
            None => Ok(entry),
        }
    }

    async fn decide_one(
        self,
        tx: &mut Tx,
        work: &mut Work,
        id: ProposalId,
        decision: &Decision,
        batch: Option<BatchId>,
    ) -> Result<Outcome> {
        let entry = self.open(tx, id).await?;
        let from = entry.proposal.state;
        if !decision.allowed_from(from) {
            return Err(not_from(&entry));
        }
        let mut next = Handling {
            decided_by: Some(self.actor.word().to_owned()),
            decided: Some(self.at),
            ..entry.handling.clone()
        };
        next.batch = batch.or(next.batch);
        let mut about = about(&entry);
        let mut due = None;
        let mut detail = json!({});
        let to = match decision {
            Decision::Accept(take) => {
                let aim = taken(&entry.proposal.aim, take);
                let (calendar, act) = (entry.proposal.calendar, next.act);
                let made = work.carry(tx, calendar, act, &aim).await?;
                about.event = Some(made.event);
                next.event = work.names(id, &aim, made);
                next.published_version = made.version;
                detail = json!({ "version": made.version });
                State::Accepted
            }
            Decision::Reject { reason, reply } => {
                next.reason = Some(*reason);
                next.reply = reply.clone().or(next.reply);
                detail = json!({ "reason": reason.as_str() });
                State::Rejected
            }
            Decision::Schedule(at) => {
                self.would_carry(tx, &entry).await?;
                // Decided now, but not done before its time.
                next.decided = None;
                due = Some(*at);
                store::jobs::ensure(tx, crate::PUBLISH_DUE, "", *at).await?;
                detail = json!({ "due": at.to_string() });
                State::Scheduled
            }
            Decision::Unschedule => {
                (next.decided_by, next.decided) = (None, None);
                match entry.proposal.origin {
                    Origin::Editor | Origin::Schedule => State::Draft,
                    Origin::Tip | Origin::Partner | Origin::Mirror => State::Waiting,
                }
            }
            Decision::Submit => {
                (next.decided_by, next.decided) = (None, None);
                State::Waiting
            }
            Decision::Discard => State::Superseded,
            Decision::MergeInto(other) => {
                let into = proposals::lock(tx, *other).await?;
                let into = into.ok_or(Error::NotFound("proposal"))?;
                let open = matches!(into.proposal.state, State::Waiting | State::Scheduled);
                if !open || *other == id {
                    return Err(not_from(&into));
                }
                proposals::add_reports(tx, *other, entry.handling.reports.max(1)).await?;
                next.merged_into = Some(*other);
                detail = json!({ "into": other.to_string() });
                State::Superseded
            }
        };
        if let Some(batch) = batch {
            detail["batch"] = json!(batch.to_string());
        }
        let step = Step {
            from,
            to,
            handling: &next,
            due,
        };
        // It is kept from others since it was read: this is a second lock on the same door.
        if !proposals::settle(tx, id, step).await? {
            return Err(not_from(&find(tx, id).await?));
        }
        self.note(tx, decision.word(), about, Some(detail)).await?;
        Ok(Outcome {
            proposal: id,
            state: to,
            event: about.event,
            version: next.published_version.filter(|_| to == State::Accepted),
        })
    }

    /// Refuses what could not be published even now.
    async fn would_carry(self, tx: &mut Tx, entry: &Entry) -> Result<()> {
        let (calendar, act) = (entry.proposal.calendar, entry.handling.act);
        let mut trial = Work::new(self);
        trial.carry(tx, calendar, act, &entry.proposal.aim).await?;
        Ok(())
    }
}

pub(crate) const fn about(entry: &Entry) -> About {
    About {
        calendar: Some(entry.proposal.calendar),
        event: entry.handling.event,
        proposal: Some(entry.proposal.id),
    }
}

/// What is carried out of what is proposed.
fn taken(aim: &Aim, take: &Take) -> Aim {
    match (aim, take) {
        (_, Take::Whole) => aim.clone(),
        (Aim::Create(body), Take::Fields(fields)) => {
            let (title, time) = (body.main.title.clone(), body.main.time.clone());
            let mut some = EventBody::from(Occurrence::new(title, time));
            for &field in fields {
                some.set(body.get(field));
            }
            Aim::Create(Box::new(some))
        }
        (Aim::Create(body), Take::Edited { patch, .. }) => {
            let mut body = body.clone();
            patch.apply(&mut body);
            Aim::Create(body)
        }
        (
            Aim::Change {
                event,
                base_version,
                patch,
            },
            Take::Fields(fields),
        ) => {
            let mut some = EventPatch::default();
            for value in patch.values() {
                if fields.contains(&value.field()) {
                    some.put(value.clone());
                }
            }
            Aim::Change {
                event: *event,
                base_version: *base_version,
                patch: some,
            }
        }
        (
            Aim::Change { event, .. },
            Take::Edited {
                patch,
                seen_version,
            },
        ) => Aim::Change {
            event: *event,
            base_version: *seen_version,
            patch: patch.clone(),
        },
    }
}
