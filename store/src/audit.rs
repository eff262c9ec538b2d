//! Who did what. An entry is written in the transaction of what it tells of, and is never changed.
//! What may be done by whom is not decided here.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::{instant, read_json, write_json};
use domain::id::{CalendarId, EventId, ProposalId};
use jiff::Timestamp;
use uuid::Uuid;

/// One thing that somebody did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The person's id, or a word for who is none: `system`, `reporter`, `operator`.
    pub actor: String,
    /// What was done, as a short word.
    pub action: String,
    /// To which calendar.
    pub calendar: Option<CalendarId>,
    /// To which event.
    pub event: Option<EventId>,
    /// With which proposal.
    pub proposal: Option<ProposalId>,
    /// To which person.
    pub person: Option<Uuid>,
    /// Whatever else tells what was done.
    pub detail: Option<serde_json::Value>,
}

/// An entry with its place in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Its identity; ids rise with time.
    pub id: Uuid,
    /// What was done.
    pub entry: Entry,
}

/// Which entries are looked for. What is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// By whom.
    pub actor: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// To which calendar.
    pub calendar: Option<CalendarId>,
    /// To which event.
    pub event: Option<EventId>,
    /// With which proposal.
    pub proposal: Option<ProposalId>,
    /// To which person.
    pub person: Option<Uuid>,
}

/// A place in the log: pages go on before one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When the last entry of the page before was written.
    pub at: Timestamp,
    /// Which it was.
    pub id: Uuid,
}

impl Cursor {
    /// After everything.
    pub const END: Self = Self {
        at: Timestamp::MAX,
        id: Uuid::max(),
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    at_ms: i64,
    actor: String,
    action: String,
    calendar: Option<Uuid>,
    event: Option<Uuid>,
    proposal: Option<Uuid>,
    person: Option<Uuid>,
    detail: Option<String>,
}

/// Writes what was done.
pub async fn add(tx: &mut Tx, entry: &Entry) -> Result<()> {
    let detail = entry
        .detail
        .as_ref()
        .map(|detail| write_json("audit entry", detail))
        .transpose()?;
    sql!(
        tx,
        execute,
        "INSERT INTO audit (id, at_ms, actor, action, calendar, event, proposal, person, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        crate::new_id(),
        entry.at.as_millisecond(),
        entry.actor.as_str(),
        entry.action.as_str(),
        entry.calendar.map(|id| id.0),
        entry.event.map(|id| id.0),
        entry.proposal.map(|id| id.0),
        entry.person,
        detail.as_deref()
    )?;
    Ok(())
}

/// A page of the log before a place, newest first.
pub async fn page(
    conn: &mut Conn,
    filter: &Filter,
    before: Cursor,
    limit: i64,
) -> Result<Vec<Logged>> {
    // A NULL has no type of its own: each id is switched by a text beside it.
    let given = |id: Option<Uuid>| (id.map(|_| ""), id.unwrap_or(Uuid::nil()));
    let (has_calendar, calendar) = given(filter.calendar.map(|id| id.0));
    let (has_event, event) = given(filter.event.map(|id| id.0));
    let (has_proposal, proposal) = given(filter.proposal.map(|id| id.0));
    let (has_person, person) = given(filter.person);
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, at_ms, actor, action, calendar, event, proposal, person, detail
         FROM audit
         WHERE (at_ms, id) < ($1, $2)
           AND (CAST($3 AS TEXT) IS NULL OR actor = $3)
           AND (CAST($4 AS TEXT) IS NULL OR action = $4)
           AND (CAST($5 AS TEXT) IS NULL OR calendar = $6)
           AND (CAST($7 AS TEXT) IS NULL OR event = $8)
           AND (CAST($9 AS TEXT) IS NULL OR proposal = $10)
           AND (CAST($11 AS TEXT) IS NULL OR person = $12)
         ORDER BY at_ms DESC, id DESC
         LIMIT $13",
        before.at.as_millisecond(),
        before.id,
        filter.actor.as_deref(),
        filter.action.as_deref(),
        has_calendar,
        calendar,
        has_event,
        event,
        has_proposal,
        proposal,
        has_person,
        person,
        limit
    )?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Logged> {
    let detail = row
        .detail
        .as_deref()
        .map(|detail| read_json("audit entry", detail))
        .transpose()?;
    Ok(Logged {
        id: row.id,
        entry: Entry {
            at: instant(row.at_ms),
            actor: row.actor,
            action: row.action,
            calendar: row.calendar.map(CalendarId),
            event: row.event.map(EventId),
            proposal: row.proposal.map(ProposalId),
            person: row.person,
            detail,
        },
    })
}
