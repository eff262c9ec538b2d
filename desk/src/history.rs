//! What an event said before, who changed it, and going back to it.

use crate::drafts::New;
use crate::{By, Desk, Error, Outcome, Result, end};
use domain::change::ChangeKind;
use domain::event::EventBody;
use domain::id::{EventId, ProposalId};
use domain::patch::{EventPatch, Field, FieldValue};
use domain::proposal::{Act, State};
use jiff::Timestamp;
use std::collections::HashMap;
use store::{Tx, proposals};

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Which field.
    pub field: Field,
    /// What it said.
    pub was: FieldValue,
    /// What it says since.
    pub is: FieldValue,
}

/// One version of an event, and how it came to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its number, from 1.
    pub version: i64,
    /// When it was published.
    pub at: Timestamp,
    /// What it was to subscribers.
    pub kind: ChangeKind,
    /// Which source said so; `None` for people.
    pub source: Option<String>,
    /// Who decided it; `None` for sources, and where nobody noted it.
    pub by: Option<String>,
    /// The proposal that made it.
    pub proposal: Option<ProposalId>,
    /// Field by field, in reading order; of the oldest version that is listed, nothing.
    pub changes: Vec<FieldChange>,
    /// All that it said.
    pub body: EventBody,
}

/// The differences between two bodies, field by field.
fn differences(before: &EventBody, after: &EventBody) -> Vec<FieldChange> {
    let patch = EventPatch::between(before, after);
    let change = |is: &FieldValue| FieldChange {
        field: is.field(),
        was: before.get(is.field()),
        is: is.clone(),
    };
    patch.values().iter().map(change).collect()
}

impl Desk<'_> {
    /// The newest versions of an event, newest first.
    pub async fn history(&self, event: EventId, limit: i64) -> Result<Vec<Step>> {
        let mut snapshot = self.db.snapshot().await?;
        // One more than is shown: the last one shown is compared with it.
        let read = async {
            let versions =
                store::events::history(&mut snapshot, event, limit.saturating_add(1)).await?;
            let entries = proposals::of_event(&mut snapshot, event, i64::MAX).await?;
            Ok::<_, Error>((versions, entries))
        };
        let read = read.await;
        let (versions, entries) = end(snapshot, read).await?;
        let mut made: HashMap<i64, (ProposalId, Option<String>)> = HashMap::new();
        for entry in entries {
            let version = entry.handling.published_version;
            if let (State::Accepted, Some(version)) = (entry.proposal.state, version) {
                made.insert(version, (entry.proposal.id, entry.handling.decided_by));
            }
        }
        let shown = usize::try_from(limit).unwrap_or(0);
        let steps = versions.iter().take(shown).enumerate();
        let step = |(place, version): (usize, &store::events::Version)| {
            let before = versions.get(place + 1);
            let (proposal, by) = made.remove(&version.version).unzip();
            Step {
                version: version.version,
                at: version.at,
                kind: version.kind,
                source: version.source.clone(),
                by: by.flatten(),
                proposal,
                changes: before.map_or(Vec::new(), |before| {
                    differences(&before.body, &version.body)
                }),
                body: version.body.clone(),
            }
        };
        Ok(steps.map(step).collect())
    }

    /// Makes an event say again what it said at `version`, as somebody wants who saw it at
    /// `seen_version`. A removed event comes back.
    pub async fn revert_to(
        &self,
        event: EventId,
        version: i64,
        seen_version: i64,
    ) -> Result<Outcome> {
        whole!(self, tx => self.by.revert_to(&mut tx, event, version, seen_version))
    }
}

impl By<'_> {
    async fn revert_to(
        self,
        tx: &mut Tx,
        event: EventId,
        version: i64,
        seen_version: i64,
    ) -> Result<Outcome> {
        crate::carry::lock(tx, &[], &[event]).await?;
        let found = store::events::by_id(tx, event).await?;
        let found = found.ok_or(Error::NotFound("event"))?;
        let gone = || Error::NotFound("version");
        let wanted = store::events::body_at(tx, event, version).await?;
        let seen = store::events::body_at(tx, event, seen_version).await?;
        let (wanted, seen) = (wanted.ok_or_else(gone)?, seen.ok_or_else(gone)?);
        let patch = EventPatch::between(&seen, &wanted);
        let act = if found.removed.is_some() {
            Act::Restore
        } else {
            Act::Publish
        };
        let new = New {
            act,
            ..New::change(event, seen_version, patch)
        };
        self.one(tx, "revert", new).await
    }
}
