//! What is not public yet (R8): one row a proposal, from its first draft to its decision.
//!
//! What a decision means, and who may take it, is the desk's; here each step is one statement that
//! only succeeds where the row still stands as the caller saw it.

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::jobs::lease_clock;
use crate::{instant, read_json, write_json};
use domain::event::EventBody;
use domain::id::{CalendarId, EventId, ProposalId};
use domain::patch::EventPatch;
use domain::proposal::{
    Act, Aim, BatchId, BurstId, Handling, Lease, Origin, Proposal, Reason, State,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod queue;

pub use queue::{
    Bursts, Counts, Cursor, Filter, count_waiting, counts, decided_since, in_state, page,
};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    Create(Box<EventBody>),
    Change(EventPatch),
}

/// A proposal with what the desk knows about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What is proposed.
    pub proposal: Proposal,
    /// How it is dealt with.
    pub handling: Handling,
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: Uuid,
    calendar: Uuid,
    event: Option<Uuid>,
    base_version: Option<i64>,
    origin: String,
    state: String,
    aim: String,
    note: Option<String>,
    created_ms: i64,
    due_ms: Option<i64>,
    author: Option<String>,
    act: String,
    edition: i64,
    lease_by: Option<String>,
    lease_until_ms: Option<i64>,
    decided_by: Option<String>,
    decided_ms: Option<i64>,
    reason: Option<String>,
    reply: Option<String>,
    reports: i64,
    published_version: Option<i64>,
    burst: Option<Uuid>,
    batch: Option<Uuid>,
    undoes: Option<Uuid>,
    merged_into: Option<Uuid>,
}

/// Keeps a new proposal.
pub async fn add(tx: &mut Tx, proposal: &Proposal) -> Result<()> {
    add_handled(tx, proposal, &Handling::default()).await
}

/// Keeps a new proposal of which the desk knows more than what is proposed. Leases are taken by
/// [`claim`] only.
pub async fn add_handled(tx: &mut Tx, proposal: &Proposal, handling: &Handling) -> Result<()> {
    let (event, base, aim) = columns(&proposal.aim)?;
    sql!(
        tx,
        execute,
        "INSERT INTO proposal (id, calendar, event, base_version, origin, state, aim, note,
            created_ms, due_ms, author, act, decided_by, decided_ms, reason, reply, reports,
            published_version, burst, batch, undoes, edition)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21, 1)",
        proposal.id.0,
        proposal.calendar.0,
        event.or(handling.event.map(|event| event.0)),
        base,
        word(&proposal.origin)?,
        word(&proposal.state)?,
        aim.as_str(),
        proposal.note.as_deref(),
        proposal.created.as_millisecond(),
        proposal.due.map(|due| due.as_millisecond()),
        handling.author.as_deref(),
        word(&handling.act)?,
        handling.decided_by.as_deref(),
        handling.decided.map(|at| at.as_millisecond()),
        handling.reason.map(Reason::as_str),
        handling.reply.as_deref(),
        handling.reports,
        handling.published_version,
        handling.burst.map(|burst| burst.0),
        handling.batch.map(|batch| batch.0),
        handling.undoes.map(|undoes| undoes.0)
    )?;
    Ok(())
}

fn columns(aim: &Aim) -> Result<(Option<Uuid>, Option<i64>, String)> {
    let (event, base, stored) = match aim {
        Aim::Create(body) => (None, None, Stored::Create(body.clone())),
        Aim::Change {
            event,
            base_version,
            patch,
        } => (
            Some(event.0),
            Some(*base_version),
            Stored::Change(patch.clone()),
        ),
    };
    Ok((event, base, write_json("proposal", &stored)?))
}

/// One proposal.
pub async fn by_id(conn: &mut Conn, id: ProposalId) -> Result<Option<Entry>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT id, calendar, event, base_version, origin, state, aim, note, created_ms, due_ms,
            author, act, edition, lease_by, lease_until_ms, decided_by, decided_ms, reason, reply,
            reports, published_version, burst, batch, undoes, merged_into
         FROM proposal
         WHERE id = $1",
        id.0
    )?;
    row.map(read).transpose()
}

/// One proposal, kept from others until the transaction ends.
pub async fn lock(tx: &mut Tx, id: ProposalId) -> Result<Option<Entry>> {
    let rows = sql!(
        tx,
        all Row,
        sqlite "SELECT id, calendar, event, base_version, origin, state, aim, note, created_ms,
                due_ms, author, act, edition, lease_by, lease_until_ms, decided_by, decided_ms,
                reason, reply, reports, published_version, burst, batch, undoes, merged_into
             FROM proposal
             WHERE id = $1"
        postgres "SELECT id, calendar, event, base_version, origin, state, aim, note, created_ms,
                due_ms, author, act, edition, lease_by, lease_until_ms, decided_by, decided_ms,
                reason, reply, reports, published_version, burst, batch, undoes, merged_into
             FROM proposal
             WHERE id = $1
             FOR UPDATE",
        id.0
    )?;
    rows.into_iter().next().map(read).transpose()
}

/// All proposals that were published as one, in the order in which they were.
pub async fn of_batch(conn: &mut Conn, batch: BatchId) -> Result<Vec<Entry>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, calendar, event, base_version, origin, state, aim, note, created_ms, due_ms,
            author, act, edition, lease_by, lease_until_ms, decided_by, decided_ms, reason, reply,
            reports, published_version, burst, batch, undoes, merged_into
         FROM proposal
         WHERE batch = $1
         ORDER BY id",
        batch.0
    )?;
    rows.into_iter().map(read).collect()
}

/// All proposals about an event, newest first: those that wait and those that made its versions.
pub async fn of_event(conn: &mut Conn, event: EventId, limit: i64) -> Result<Vec<Entry>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, calendar, event, base_version, origin, state, aim, note, created_ms, due_ms,
            author, act, edition, lease_by, lease_until_ms, decided_by, decided_ms, reason, reply,
            reports, published_version, burst, batch, undoes, merged_into
         FROM proposal
         WHERE event = $1
         ORDER BY created_ms DESC, id DESC
         LIMIT $2",
        event.0,
        limit
    )?;
    rows.into_iter().map(read).collect()
}

/// Which accepted proposals made which versions of an event, and who decided them.
pub async fn made_versions(
    conn: &mut Conn,
    event: EventId,
) -> Result<Vec<(i64, ProposalId, Option<String>)>> {
    let rows = sql!(
        conn,
        all(i64, Uuid, Option<String>),
        "SELECT published_version, id, decided_by
         FROM proposal
         WHERE event = $1 AND published_version IS NOT NULL AND state = $2
         ORDER BY published_version",
        event.0,
        word(&State::Accepted)?
    )?;
    Ok(rows
        .into_iter()
        .map(|(version, id, by)| (version, ProposalId(id), by))
        .collect())
}

/// Which proposals of a burst wait for a decision, oldest first.
pub async fn waiting_of_burst(conn: &mut Conn, burst: BurstId) -> Result<Vec<ProposalId>> {
    let ids = sql!(
        conn,
        scalars Uuid,
        "SELECT id
         FROM proposal
         WHERE burst = $1 AND state = $2
         ORDER BY created_ms, id",
        burst.0,
        word(&State::Waiting)?
    )?;
    Ok(ids.into_iter().map(ProposalId).collect())
}

/// The proposal that takes a decided one back, if there is one.
pub async fn undone_by(conn: &mut Conn, id: ProposalId) -> Result<Option<ProposalId>> {
    let by = sql!(
        conn,
        scalar_optional Uuid,
        "SELECT id FROM proposal WHERE undoes = $1 ORDER BY created_ms, id LIMIT 1",
        id.0
    )?;
    Ok(by.map(ProposalId))
}

/// Scheduled proposals whose time has come, in the order of their times.
pub async fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<ProposalId>> {
    let ids = sql!(
        conn,
        scalars Uuid,
        "SELECT id
         FROM proposal
         WHERE due_ms <= $1 AND due_ms IS NOT NULL AND state = $2
         ORDER BY due_ms, id
         LIMIT $3",
        now.as_millisecond(),
        word(&State::Scheduled)?,
        limit
    )?;
    Ok(ids.into_iter().map(ProposalId).collect())
}

/// When the next scheduled proposal becomes public; `None` while none is scheduled.
pub async fn next_due(conn: &mut Conn) -> Result<Option<Timestamp>> {
    let due = sql!(
        conn,
        scalar Option<i64>,
        "SELECT min(due_ms) FROM proposal WHERE due_ms IS NOT NULL AND state = $1",
        word(&State::Scheduled)?
    )?;
    Ok(due.map(instant))
}

/// Takes a waiting proposal for `lease`, or renews the lease of whoever has it. False when it does
/// not wait any more, or another has it. On PostgreSQL by the database's clock, as jobs' leases.
pub async fn claim(
    tx: &mut Tx,
    id: ProposalId,
    by: &str,
    lease: SignedDuration,
    now: Timestamp,
) -> Result<bool> {
    let clock = lease_clock(tx, now).await?;
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    let taken = sql!(
        tx,
        execute,
        "UPDATE proposal
         SET lease_by = $2, lease_until_ms = $3
         WHERE id = $1 AND state = $4
           AND (lease_by IS NULL OR lease_by = $2 OR lease_until_ms <= $5)",
        id.0,
        by,
        clock.saturating_add(lease),
        word(&State::Waiting)?,
        clock
    )?;
    Ok(taken == 1)
}

/// Gives a proposal back that this person has. False when they do not have it.
pub async fn release(tx: &mut Tx, id: ProposalId, by: &str) -> Result<bool> {
    let given = sql!(
        tx,
        execute,
        "UPDATE proposal
         SET lease_by = NULL, lease_until_ms = NULL
         WHERE id = $1 AND lease_by = $2",
        id.0,
        by
    )?;
    Ok(given == 1)
}

/// The lease of somebody else that keeps this person off a proposal just now. A lease that has run
/// out keeps nobody off.
pub async fn held_against(
    conn: &mut Conn,
    id: ProposalId,
    by: &str,
    now: Timestamp,
) -> Result<Option<Lease>> {
    let clock = lease_clock(conn, now).await?;
    let row = sql!(
        conn,
        optional(String, i64),
        "SELECT lease_by, lease_until_ms
         FROM proposal
         WHERE id = $1 AND lease_by <> $2 AND lease_until_ms > $3",
        id.0,
        by,
        clock
    )?;
    Ok(row.map(|(by, until)| Lease {
        by,
        until: instant(until),
    }))
}

/// Moves a proposal on, if it still is where the caller saw it. False when somebody was first.
pub async fn decide(tx: &mut Tx, id: ProposalId, from: State, to: State) -> Result<bool> {
    let moved = sql!(
        tx,
        execute,
        "UPDATE proposal SET state = $3 WHERE id = $1 AND state = $2",
        id.0,
        word(&from)?,
        word(&to)?
    )?;
    Ok(moved == 1)
}

/// A step of a proposal from one state to another, and what is noted with it.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// Where the caller saw it.
    pub from: State,
    /// Where it goes.
    pub to: State,
    /// As it stands after the step. Taken over: decision, reason, reply, event, published version,
    /// batch, what it was gathered into.
    pub handling: &'a Handling,
    /// When it becomes public; for scheduled ones.
    pub due: Option<Timestamp>,
}

/// Moves a proposal on with all that its decision says, if it still is where the caller saw it.
/// Nobody holds it afterwards. False when somebody was first.
pub async fn settle(tx: &mut Tx, id: ProposalId, step: Step<'_>) -> Result<bool> {
    let Handling {
        decided_by,
        decided,
        reason,
        reply,
        event,
        published_version,
        batch,
        merged_into,
        ..
    } = step.handling;
    let moved = sql!(
        tx,
        execute,
        "UPDATE proposal
         SET state = $3, decided_by = $4, decided_ms = $5, reason = $6, reply = $7, event = $8,
             published_version = $9, batch = $10, merged_into = $11, due_ms = $12,
             lease_by = NULL, lease_until_ms = NULL
         WHERE id = $1 AND state = $2",
        id.0,
        word(&step.from)?,
        word(&step.to)?,
        decided_by.as_deref(),
        decided.map(|at| at.as_millisecond()),
        reason.map(Reason::as_str),
        reply.as_deref(),
        event.map(|event| event.0),
        *published_version,
        batch.map(|batch| batch.0),
        merged_into.map(|into| into.0),
        step.due.map(|due| due.as_millisecond())
    )?;
    Ok(moved == 1)
}

/// Notes which event an accepted creation became, once the event is there.
pub async fn name_event(tx: &mut Tx, id: ProposalId, event: EventId) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE proposal SET event = $2 WHERE id = $1",
        id.0,
        event.0
    )?;
    Ok(())
}

/// Replaces what is proposed, if nobody amended it since `edition` and it is not decided. False
/// otherwise.
pub async fn amend(
    tx: &mut Tx,
    id: ProposalId,
    edition: i64,
    aim: &Aim,
    note: Option<&str>,
) -> Result<bool> {
    let (event, base, aim) = columns(aim)?;
    let amended = sql!(
        tx,
        execute,
        "UPDATE proposal
         SET event = $3, base_version = $4, aim = $5, note = $6, edition = edition + 1
         WHERE id = $1 AND edition = $2 AND state IN ('draft', 'waiting', 'scheduled')",
        id.0,
        edition,
        event,
        base,
        aim.as_str(),
        note
    )?;
    Ok(amended == 1)
}

/// Says something to the proposer of a waiting proposal. False when it does not wait any more.
pub async fn reply(tx: &mut Tx, id: ProposalId, text: &str) -> Result<bool> {
    let told = sql!(
        tx,
        execute,
        "UPDATE proposal SET reply = $2 WHERE id = $1 AND state = $3",
        id.0,
        text,
        word(&State::Waiting)?
    )?;
    Ok(told == 1)
}

/// Counts more people for a proposal that waits.
pub async fn add_reports(tx: &mut Tx, id: ProposalId, more: i64) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE proposal SET reports = reports + $2 WHERE id = $1",
        id.0,
        more
    )?;
    Ok(())
}

/// Puts waiting proposals into one burst.
pub async fn gather(tx: &mut Tx, burst: BurstId, ids: &[ProposalId]) -> Result<()> {
    for id in ids {
        sql!(
            tx,
            execute,
            "UPDATE proposal SET burst = $2 WHERE id = $1",
            id.0,
            burst.0
        )?;
    }
    Ok(())
}

pub(crate) fn read(row: Row) -> Result<Entry> {
    let aim = match (
        read_json::<Stored>("proposal", &row.aim)?,
        row.event,
        row.base_version,
    ) {
        (Stored::Create(body), _, _) => Aim::Create(body),
        (Stored::Change(patch), Some(event), Some(base_version)) => Aim::Change {
            event: EventId(event),
            base_version,
            patch,
        },
        (Stored::Change(_), ..) => {
            return Err(Error::Damaged {
                what: "proposal",
                cause: "no event".to_owned(),
            });
        }
    };
    let lease = row.lease_by.zip(row.lease_until_ms);
    Ok(Entry {
        proposal: Proposal {
            id: ProposalId(row.id),
            calendar: CalendarId(row.calendar),
            origin: from_word::<Origin>(&row.origin)?,
            state: from_word::<State>(&row.state)?,
            aim,
            note: row.note,
            created: instant(row.created_ms),
            due: row.due_ms.map(instant),
        },
        handling: Handling {
            author: row.author,
            act: from_word::<Act>(&row.act)?,
            edition: row.edition,
            lease: lease.map(|(by, until)| Lease {
                by,
                until: instant(until),
            }),
            decided_by: row.decided_by,
            decided: row.decided_ms.map(instant),
            // A word that a later program knows is a reason still.
            reason: row
                .reason
                .map(|word| Reason::parse(&word).unwrap_or(Reason::Other)),
            reply: row.reply,
            reports: row.reports,
            event: row.event.map(EventId),
            published_version: row.published_version,
            burst: row.burst.map(BurstId),
            batch: row.batch.map(BatchId),
            undoes: row.undoes.map(ProposalId),
            merged_into: row.merged_into.map(ProposalId),
        },
    })
}

fn from_word<T: serde::de::DeserializeOwned>(word: &str) -> Result<T> {
    read_json("proposal", &format!("\"{word}\""))
}

pub(crate) fn word<T: Serialize>(value: &T) -> Result<String> {
    Ok(write_json("proposal", value)?.trim_matches('"').to_owned())
}
