//! A tip as its reporter sees it again: what it said, and what became of it.

use super::{Content, damaged};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::tips::requests::{self, Request};
use crate::{instant, read_json};
use domain::event::{EventBody, WebAddress};
use domain::id::{CalendarId, EventId, ProposalId, RequestId, TipId, UploadId};
use domain::patch::EventPatch;
use domain::proposal::{Aim, State};
use domain::series::RecurrenceId;
use domain::text::Lang;
use domain::tip::Kind;
use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

/// A tip that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Identity.
    pub id: TipId,
    /// What it says.
    pub content: Content,
    /// The decision that it stands behind.
    pub proposal: Option<Behind>,
    /// The wish that it stands behind.
    pub request: Option<Request>,
    /// How far its reporter was trusted, 0 to 2.
    pub trust: i64,
    /// How much it looked like spam, 0 to 100.
    pub score: i64,
    /// When it was sent.
    pub created: Timestamp,
    /// When it was last amended.
    pub amended: Option<Timestamp>,
    /// When it was taken back.
    pub withdrawn: Option<Timestamp>,
    /// When its outcome was counted in the reporter's browser.
    pub credited: Option<Timestamp>,
}

impl Kept {
    /// Whether its reporter can still change it or take it back.
    pub fn is_open(&self) -> bool {
        let waits = |behind: &Behind| behind.state == State::Waiting;
        self.withdrawn.is_none() && self.proposal.as_ref().is_some_and(waits)
    }
}

/// What a reporter may know of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// Identity.
    pub id: ProposalId,
    /// For which calendar.
    pub calendar: CalendarId,
    /// What is proposed.
    pub aim: Aim,
    /// Where it stands.
    pub state: State,
    /// How many people told the same.
    pub reports: i64,
    /// One of the stock reasons.
    pub reason: Option<String>,
    /// What the desk says or asks.
    pub reply: Option<String>,
    /// When it was decided.
    pub decided: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    proposal: Option<Uuid>,
    request: Option<Uuid>,
    instance: Option<String>,
    changes: String,
    lang: String,
    note: Option<String>,
    evidence_url: Option<String>,
    upload: Option<Uuid>,
    trust: i64,
    score: i64,
    created_ms: i64,
    amended_ms: Option<i64>,
    withdrawn_ms: Option<i64>,
    credited_ms: Option<i64>,
}

/// The tip of a receipt, by the receipt's digest.
pub async fn by_receipt(conn: &mut Conn, receipt: &[u8; 32]) -> Result<Option<Kept>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT id, kind, proposal, request, instance, changes, lang, note, evidence_url, upload,
            trust, score, created_ms, amended_ms, withdrawn_ms, credited_ms
         FROM tip
         WHERE receipt = $1",
        receipt.as_slice()
    )?;
    match row {
        None => Ok(None),
        Some(row) => read(conn, row).await.map(Some),
    }
}

/// The tips that stand behind a proposal, or behind the decided one that it takes up again, oldest
/// first: for the desk. Those taken back are left out.
pub async fn of_proposal(conn: &mut Conn, proposal: ProposalId, limit: i64) -> Result<Vec<Kept>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, kind, proposal, request, instance, changes, lang, note, evidence_url, upload,
            trust, score, created_ms, amended_ms, withdrawn_ms, credited_ms
         FROM tip
         WHERE (proposal = $1 OR proposal IN (SELECT undoes FROM proposal WHERE id = $1))
             AND withdrawn_ms IS NULL
         ORDER BY created_ms, id
         LIMIT $2",
        proposal.0,
        limit
    )?;
    let mut tips = Vec::with_capacity(rows.len());
    for row in rows {
        tips.push(read(conn, row).await?);
    }
    Ok(tips)
}

/// Notes that an outcome was counted. False where it was before: it counts once.
pub async fn credit(tx: &mut Tx, tip: TipId, at: Timestamp) -> Result<bool> {
    let counted = sql!(
        tx,
        execute,
        "UPDATE tip SET credited_ms = $2 WHERE id = $1 AND credited_ms IS NULL",
        tip.0,
        at.as_millisecond()
    )?;
    Ok(counted == 1)
}

async fn read(conn: &mut Conn, row: Row) -> Result<Kept> {
    let instance = match row.instance.as_deref() {
        None => None,
        Some(text) => Some(RecurrenceId::parse(text).ok_or_else(|| damaged("instance"))?),
    };
    let proposal = match row.proposal {
        None => None,
        Some(id) => behind(conn, ProposalId(id)).await?,
    };
    let request = match row.request {
        None => None,
        Some(id) => requests::by_id(conn, RequestId(id)).await?,
    };
    Ok(Kept {
        id: TipId(row.id),
        content: Content {
            kind: Kind::parse(&row.kind).ok_or_else(|| damaged("kind"))?,
            instance,
            changes: read_json("tip", &row.changes)?,
            lang: Lang::parse(&row.lang).ok_or_else(|| damaged("language"))?,
            note: row.note,
            evidence: row.evidence_url.as_deref().and_then(WebAddress::parse),
            upload: row.upload.map(UploadId),
        },
        proposal,
        request,
        trust: row.trust,
        score: row.score,
        created: instant(row.created_ms),
        amended: row.amended_ms.map(instant),
        withdrawn: row.withdrawn_ms.map(instant),
        credited: row.credited_ms.map(instant),
    })
}

/// What is proposed, as `store::proposals` writes it.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    Create(Box<EventBody>),
    Change(EventPatch),
}

#[derive(sqlx::FromRow)]
struct BehindRow {
    calendar: Uuid,
    event: Option<Uuid>,
    base_version: Option<i64>,
    state: String,
    aim: String,
    reports: i64,
    reason: Option<String>,
    reply: Option<String>,
    decided_ms: Option<i64>,
}

/// Most steps from a proposal to the one that stands for it now.
const STEPS: usize = 8;

/// The proposal that stands for a rejected or gathered one: the one that takes it up again where that
/// decision was taken back, else the one that it was gathered into. Tips stay where they came, so
/// that taking a step back needs no moving.
async fn stands_for(conn: &mut Conn, id: ProposalId) -> Result<Option<ProposalId>> {
    let next = sql!(
        conn,
        scalar_optional Option<Uuid>,
        "SELECT COALESCE(
            (SELECT n.id FROM proposal n WHERE n.undoes = p.id ORDER BY n.created_ms, n.id LIMIT 1),
            p.merged_into)
         FROM proposal p
         WHERE p.id = $1 AND p.state IN ('rejected', 'superseded')",
        id.0
    )?;
    Ok(next.flatten().map(ProposalId))
}

async fn behind(conn: &mut Conn, mut id: ProposalId) -> Result<Option<Behind>> {
    for _ in 0..STEPS {
        match stands_for(conn, id).await? {
            Some(next) => id = next,
            None => break,
        }
    }
    let row = sql!(
        conn,
        optional BehindRow,
        "SELECT calendar, event, base_version, state, aim, reports, reason, reply, decided_ms
         FROM proposal
         WHERE id = $1",
        id.0
    )?;
    let Some(row) = row else { return Ok(None) };
    let stored = read_json::<Stored>("proposal", &row.aim)?;
    let aim = match (stored, row.event, row.base_version) {
        (Stored::Create(body), _, _) => Aim::Create(body),
        (Stored::Change(patch), Some(event), Some(base_version)) => Aim::Change {
            event: EventId(event),
            base_version,
            patch,
        },
        (Stored::Change(_), ..) => return Err(damaged("no event")),
    };
    Ok(Some(Behind {
        id,
        calendar: CalendarId(row.calendar),
        aim,
        state: read_json("proposal", &format!("\"{}\"", row.state))?,
        reports: row.reports,
        reason: row.reason,
        reply: row.reply,
        decided: row.decided_ms.map(instant),
    }))
}
