//! The queue: what waits, oldest first, by pages, and how much it is. A page is a range of one
//! index, however long the queue is.

use super::{Entry, Row, read, word};
use crate::db::Conn;
use crate::error::Result;
use crate::instant;
use domain::id::{CalendarId, ProposalId};
use domain::proposal::{BurstId, Origin, Proposal, State};
use jiff::Timestamp;
use uuid::Uuid;

/// How proposals of one burst are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Bursts {
    /// Each by itself.
    #[default]
    Apart,
    /// The first of each burst stands for all.
    Gathered,
}

/// Which proposals are looked for. What is `None` does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// Where they stand.
    pub state: State,
    /// Who proposes.
    pub origin: Option<Origin>,
    /// For which calendar.
    pub calendar: Option<CalendarId>,
    /// In which burst they came.
    pub burst: Option<BurstId>,
    /// How bursts are listed.
    pub bursts: Bursts,
}

impl Filter {
    /// Everything in a state.
    pub const fn of(state: State) -> Self {
        Self {
            state,
            origin: None,
            calendar: None,
            burst: None,
            bursts: Bursts::Apart,
        }
    }
}

/// A place in the queue: pages begin after one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When the last proposal of the page before was made.
    pub created: Timestamp,
    /// Which it was.
    pub id: ProposalId,
}

impl Cursor {
    /// Before everything.
    pub const START: Self = Self {
        created: Timestamp::MIN,
        id: ProposalId(Uuid::nil()),
    };

    /// The place of a proposal.
    pub const fn at(proposal: &Proposal) -> Self {
        Self {
            created: proposal.created,
            id: proposal.id,
        }
    }
}

/// How much is in the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many proposals.
    pub total: i64,
    /// When the oldest of them was made.
    pub oldest: Option<Timestamp>,
}

/// A page of proposals after a place, oldest first.
pub async fn page(
    conn: &mut Conn,
    filter: &Filter,
    after: Cursor,
    limit: i64,
) -> Result<Vec<Entry>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, calendar, event, base_version, origin, state, aim, note, created_ms, due_ms,
            author, act, edition, lease_by, lease_until_ms, decided_by, decided_ms, reason, reply,
            reports, published_version, burst, batch, undoes, merged_into
         FROM proposal p
         WHERE state = $1 AND (created_ms, id) > ($2, $3)
           AND (CAST($4 AS TEXT) IS NULL OR origin = $4)
           AND (CAST($5 AS TEXT) IS NULL OR calendar = $6)
           AND (CAST($7 AS TEXT) IS NULL OR burst = $8)
           AND ($9 = 0 OR burst IS NULL OR NOT EXISTS (
                SELECT 1
                FROM proposal before
                WHERE before.burst = p.burst AND before.state = p.state
                  AND (before.created_ms, before.id) < (p.created_ms, p.id)))
         ORDER BY created_ms, id
         LIMIT $10",
        word(&filter.state)?,
        after.created.as_millisecond(),
        after.id.0,
        filter.origin.as_ref().map(word).transpose()?,
        filter.calendar.map(|_| ""),
        id_or_nil(filter.calendar.map(|calendar| calendar.0)),
        filter.burst.map(|_| ""),
        id_or_nil(filter.burst.map(|burst| burst.0)),
        i64::from(filter.bursts == Bursts::Gathered),
        limit
    )?;
    rows.into_iter().map(read).collect()
}

/// The engines hold ids in types of their own, of which a NULL says nothing: the filter is
/// switched by a text beside it.
fn id_or_nil(id: Option<Uuid>) -> Uuid {
    id.unwrap_or(Uuid::nil())
}

/// How many proposals there are, each by itself, and how old the oldest is.
pub async fn counts(conn: &mut Conn, filter: &Filter) -> Result<Counts> {
    let (total, oldest) = sql!(
        conn,
        one(i64, Option<i64>),
        "SELECT count(*), min(created_ms)
         FROM proposal
         WHERE state = $1
           AND (CAST($2 AS TEXT) IS NULL OR origin = $2)
           AND (CAST($3 AS TEXT) IS NULL OR calendar = $4)
           AND (CAST($5 AS TEXT) IS NULL OR burst = $6)",
        word(&filter.state)?,
        filter.origin.as_ref().map(word).transpose()?,
        filter.calendar.map(|_| ""),
        id_or_nil(filter.calendar.map(|calendar| calendar.0)),
        filter.burst.map(|_| ""),
        id_or_nil(filter.burst.map(|burst| burst.0))
    )?;
    Ok(Counts {
        total,
        oldest: oldest.map(instant),
    })
}

/// How many proposals were decided since, by how they ended: the desk's throughput.
pub async fn decided_since(conn: &mut Conn, since: Timestamp) -> Result<Vec<(State, i64)>> {
    let rows = sql!(
        conn,
        all(String, i64),
        "SELECT state, count(*)
         FROM proposal
         WHERE decided_ms >= $1 AND decided_ms IS NOT NULL
         GROUP BY state",
        since.as_millisecond()
    )?;
    rows.into_iter()
        .map(|(state, count)| Ok((super::from_word(&state)?, count)))
        .collect()
}

/// Proposals in a state, oldest first.
pub async fn in_state(conn: &mut Conn, state: State, limit: i64) -> Result<Vec<Proposal>> {
    let entries = page(conn, &Filter::of(state), Cursor::START, limit).await?;
    Ok(entries.into_iter().map(|entry| entry.proposal).collect())
}

/// How many proposals wait for a decision.
pub async fn count_waiting(conn: &mut Conn) -> Result<i64> {
    Ok(counts(conn, &Filter::of(State::Waiting)).await?.total)
}
