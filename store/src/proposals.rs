//! What is not public yet (R8).

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::{instant, read_json, write_json};
use domain::event::EventBody;
use domain::id::{CalendarId, EventId, ProposalId};
use domain::patch::EventPatch;
use domain::proposal::{Aim, Proposal, State};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    Create(Box<EventBody>),
    Change(EventPatch),
}

#[derive(sqlx::FromRow)]
struct Row {
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
}

/// Keeps a new proposal.
pub async fn add(tx: &mut Tx, proposal: &Proposal) -> Result<()> {
    let (event, base, aim) = match &proposal.aim {
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
    sql!(
        tx,
        execute,
        "INSERT INTO proposal (id, calendar, event, base_version, origin, state, aim, note,
            created_ms, due_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        proposal.id.0,
        proposal.calendar.0,
        event,
        base,
        word(&proposal.origin)?,
        word(&proposal.state)?,
        write_json("proposal", &aim)?,
        proposal.note.as_deref(),
        proposal.created.as_millisecond(),
        proposal.due.map(|due| due.as_millisecond())
    )?;
    Ok(())
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

/// Proposals in a state, oldest first.
pub async fn in_state(conn: &mut Conn, state: State, limit: i64) -> Result<Vec<Proposal>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, calendar, event, base_version, origin, state, aim, note, created_ms,
            due_ms
         FROM proposal
         WHERE state = $1
         ORDER BY created_ms, id
         LIMIT $2",
        word(&state)?,
        limit
    )?;
    rows.into_iter().map(read).collect()
}

/// How many proposals wait for a decision.
pub async fn count_waiting(conn: &mut Conn) -> Result<i64> {
    Ok(sql!(
        conn,
        scalar i64,
        "SELECT count(*) FROM proposal WHERE state = $1",
        word(&State::Waiting)?
    )?)
}

fn read(row: Row) -> Result<Proposal> {
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
    Ok(Proposal {
        id: ProposalId(row.id),
        calendar: CalendarId(row.calendar),
        origin: read_json("proposal", &format!("\"{}\"", row.origin))?,
        state: read_json("proposal", &format!("\"{}\"", row.state))?,
        aim,
        note: row.note,
        created: instant(row.created_ms),
        due: row.due_ms.map(instant),
    })
}

fn word<T: Serialize>(value: &T) -> Result<String> {
    Ok(write_json("proposal", value)?.trim_matches('"').to_owned())
}
