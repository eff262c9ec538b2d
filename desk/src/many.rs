//! Many decisions at once: a selection, or a whole burst. One transaction a calendar, so that its
//! subscribers see one change, unless there are so many that others would wait too long.

use crate::{Decision, Desk, Error, Outcome, Result};
use domain::id::{CalendarId, ProposalId};
use domain::proposal::{BatchId, BurstId};
use std::collections::BTreeMap;
use store::proposals;

/// Most decisions of one transaction: on SQLite everybody else who writes waits for it, for two
/// seconds at most.
const DECISIONS: usize = 300;

/// How a batch of decisions went.
#[derive(Debug)]
pub struct Report {
    /// What [`Desk::undo_batch`] takes back as one.
    pub batch: BatchId,
    /// How each went, calendar by calendar.
    pub results: Vec<(ProposalId, Result<Outcome>)>,
}

impl Report {
    /// How many went as decided.
    pub fn done(&self) -> usize {
        self.results.iter().filter(|(_, one)| one.is_ok()).count()
    }

    /// What was refused, and why.
    pub fn refused(&self) -> impl Iterator<Item = (ProposalId, &Error)> {
        let refused = self.results.iter();
        refused.filter_map(|(id, one)| Some((*id, one.as_ref().err()?)))
    }
}

impl Desk<'_> {
    /// Decides many proposals alike. What is refused is reported and stops nothing.
    pub async fn decide_all(&self, ids: &[ProposalId], decision: &Decision) -> Result<Report> {
        let batch = BatchId(store::new_id());
        let mut homes: BTreeMap<CalendarId, Vec<ProposalId>> = BTreeMap::new();
        let mut results = Vec::with_capacity(ids.len());
        let mut conn = self.db.read().await?;
        for &id in ids {
            match proposals::by_id(&mut conn, id).await? {
                Some(entry) => homes.entry(entry.proposal.calendar).or_default().push(id),
                None => results.push((id, Err(Error::NotFound("proposal")))),
            }
        }
        drop(conn);
        for ids in homes.values().flat_map(|ids| ids.chunks(DECISIONS)) {
            let done = whole!(self, tx => {
                self.by.decide_all(&mut tx, ids, decision, Some(batch))
            });
            results.extend(done?);
        }
        Ok(Report { batch, results })
    }

    /// Decides everything that waits of a burst.
    pub async fn decide_burst(&self, burst: BurstId, decision: &Decision) -> Result<Report> {
        let mut conn = self.db.read().await?;
        let ids = proposals::waiting_of_burst(&mut conn, burst).await?;
        drop(conn);
        self.decide_all(&ids, decision).await
    }
}
