//! What readers told the desk: their tips, which proposals these stand behind, and how those
//! ended. Equal tips gather behind one proposal; alike ones that come in a burst are held together.
//! Everything about one tip is written in one transaction, before its receipt is told.

mod outcome;
pub mod requests;
mod spam;

pub use outcome::{Behind, Kept, by_receipt, credit, of_proposal};
pub use spam::{Recent, burst_of, count_from, count_since, recent, use_challenge};

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::{proposals, read_json, settings, write_json};
use domain::event::{EventBody, WebAddress};
use domain::id::{CalendarId, EventId, ProposalId, RequestId, TipId, UploadId};
use domain::proposal::{Aim, Origin, Proposal, State};
use domain::series::RecurrenceId;
use domain::text::Lang;
use domain::tip::spam::Print;
use domain::tip::trust::{self, Level};
use domain::tip::{Kind, likeness};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

/// From how many accepted tips on small corrections publish themselves; `never` for none. A number
/// in decimal digits; [`trust::TRUSTED`] where nothing is set.
pub const TRUSTED_FROM: &str = "tips_trusted_from";

/// What a tip says, as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// What it is about.
    pub kind: Kind,
    /// Which date of a series.
    pub instance: Option<RecurrenceId>,
    /// The fields that it sets, by their public names.
    pub changes: Map<String, Value>,
    /// The language of its words.
    pub lang: Lang,
    /// What its reporter says besides.
    pub note: Option<String>,
    /// Where it can be checked.
    pub evidence: Option<WebAddress>,
    /// An image of what it tells.
    pub upload: Option<UploadId>,
}

/// How a tip came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coming {
    /// How far its reporter's browser is trusted.
    pub level: Level,
    /// How much it looks like spam, 0 to 100.
    pub score: u8,
    /// What a burst is told by, and when it came.
    pub print: Print,
}

/// What comes of a tip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Towards {
    /// A decision about a calendar's event.
    Proposal {
        /// For which calendar.
        calendar: CalendarId,
        /// What is proposed.
        aim: Aim,
        /// Who decides.
        decided: Decided,
    },
    /// A wish for a calendar, which exists already.
    Request(RequestId),
}

/// Who decides about a tip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Somebody at the desk.
    ByTheDesk,
    /// The rule for small corrections by trusted reporters: it becomes public at once, by whatever
    /// publishes what is due.
    ByTrust,
}

/// What became of sending a tip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It is kept.
    New(TipId),
    /// It was kept before: the sender tries again.
    Before,
}

/// Keeps a tip under the digest of its receipt. Where one has that receipt already nothing is
/// changed, and the caller rolls back.
pub async fn send(
    tx: &mut Tx,
    receipt: &[u8; 32],
    content: &Content,
    coming: &Coming,
    towards: &Towards,
) -> Result<Sent> {
    let id = TipId(crate::new_id());
    let inserted = sql!(
        tx,
        execute,
        "INSERT INTO tip (id, receipt, kind, instance, changes, lang, note, evidence_url, upload,
            network, trust, score, shape, host, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (receipt) DO NOTHING",
        id.0,
        receipt.as_slice(),
        content.kind.as_str(),
        content.instance.map(|at| at.to_string()),
        write_json("tip", &content.changes)?,
        content.lang.as_str(),
        content.note.as_deref(),
        content.evidence.as_ref().map(WebAddress::as_str),
        content.upload.map(|upload| upload.0),
        coming.print.network.as_slice(),
        coming.level.number(),
        i64::from(coming.score),
        coming.print.shape.cast_signed(),
        coming.print.host.cast_signed(),
        coming.print.at_ms
    )?;
    if inserted == 0 {
        return Ok(Sent::Before);
    }
    aim_at(tx, id, content, coming, towards).await?;
    Ok(Sent::New(id))
}

/// Says something else in a tip that still waits. What it stood behind loses one reporter, and is
/// superseded where that was the only one.
pub async fn amend(
    tx: &mut Tx,
    tip: &Kept,
    content: &Content,
    coming: &Coming,
    towards: &Towards,
) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE tip
         SET kind = $2, instance = $3, changes = $4, lang = $5, note = $6, evidence_url = $7,
             upload = $8, score = $9, shape = $10, host = $11, amended_ms = $12, proposal = NULL,
             request = NULL
         WHERE id = $1",
        tip.id.0,
        content.kind.as_str(),
        content.instance.map(|at| at.to_string()),
        write_json("tip", &content.changes)?,
        content.lang.as_str(),
        content.note.as_deref(),
        content.evidence.as_ref().map(WebAddress::as_str),
        content.upload.map(|upload| upload.0),
        i64::from(coming.score),
        coming.print.shape.cast_signed(),
        coming.print.host.cast_signed(),
        coming.print.at_ms
    )?;
    leave(tx, tip, coming.print.at_ms).await?;
    aim_at(tx, tip.id, content, coming, towards).await
}

/// Takes a tip back that still waits.
pub async fn withdraw(tx: &mut Tx, tip: &Kept, at: Timestamp) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE tip SET withdrawn_ms = $2 WHERE id = $1",
        tip.id.0,
        at.as_millisecond()
    )?;
    leave(tx, tip, at.as_millisecond()).await
}

/// Tips of one proposal that was merged into another stand behind that one from now on.
pub async fn move_to(tx: &mut Tx, from: ProposalId, to: ProposalId) -> Result<()> {
    let moved = sql!(
        tx,
        execute,
        "UPDATE tip SET proposal = $2 WHERE proposal = $1",
        from.0,
        to.0
    )?;
    sql!(
        tx,
        execute,
        "UPDATE proposal SET reports = reports + $2 WHERE id = $1",
        to.0,
        i64::try_from(moved).unwrap_or(i64::MAX)
    )?;
    sql!(
        tx,
        execute,
        "UPDATE tip_group SET proposal = $2 WHERE proposal = $1",
        from.0,
        to.0
    )?;
    Ok(())
}

/// From how many accepted tips on a reporter's small corrections publish themselves; `None` for
/// never.
pub async fn trusted_from(conn: &mut Conn) -> Result<Option<u32>> {
    let set = settings::get(conn, TRUSTED_FROM).await?;
    Ok(match set.as_deref() {
        None => Some(trust::TRUSTED),
        Some(text) => text.parse().ok(),
    })
}

/// The event that a calendar gave this public UID.
pub async fn by_uid(conn: &mut Conn, calendar: CalendarId, uid: &str) -> Result<Option<EventId>> {
    let id = sql!(
        conn,
        scalar_optional Uuid,
        "SELECT event FROM placement WHERE calendar = $1 AND uid = $2",
        calendar.0,
        uid
    )?;
    Ok(id.map(EventId))
}

/// What an event said at a version; `None` where there is none.
pub async fn body_at(conn: &mut Conn, event: EventId, version: i64) -> Result<Option<EventBody>> {
    let body = sql!(
        conn,
        scalar_optional String,
        "SELECT v.body
         FROM (
            SELECT id AS event, version, body FROM event WHERE id = $1
            UNION ALL
            SELECT event, version, body FROM event_history WHERE event = $1
         ) v
         WHERE v.version = $2",
        event.0,
        version
    )?;
    body.map(|body| read_json("event", &body)).transpose()
}

/// The version that an event had at a revision of a calendar; `version` is the one that it has.
/// Revisions from before the change log are as good as unknown: the first version then.
pub async fn version_at(
    conn: &mut Conn,
    (calendar, revision): (CalendarId, i64),
    (event, version): (EventId, i64),
) -> Result<i64> {
    let since = sql!(
        conn,
        scalar i64,
        "SELECT count(*)
         FROM change
         WHERE calendar = $1 AND revision > $2 AND event = $3 AND kind <> 'refreshed'",
        calendar.0,
        revision,
        event.0
    )?;
    Ok((version - since).max(1))
}

/// Puts a tip behind a wish, or behind the open proposal of the same content, or behind a new one.
async fn aim_at(
    tx: &mut Tx,
    tip: TipId,
    content: &Content,
    coming: &Coming,
    towards: &Towards,
) -> Result<()> {
    match towards {
        Towards::Request(request) => {
            sql!(
                tx,
                execute,
                "UPDATE tip SET request = $2 WHERE id = $1",
                tip.0,
                request.0
            )?;
            Ok(())
        }
        Towards::Proposal {
            calendar,
            aim,
            decided,
        } => {
            let at = crate::instant(coming.print.at_ms);
            let proposal = Proposal {
                id: ProposalId(crate::new_id()),
                calendar: *calendar,
                origin: Origin::Tip,
                state: match decided {
                    Decided::ByTheDesk => State::Waiting,
                    Decided::ByTrust => State::Scheduled,
                },
                aim: aim.clone(),
                note: content.note.clone(),
                created: at,
                due: (*decided == Decided::ByTrust).then_some(at),
            };
            let stands_behind = gather(tx, &proposal).await?;
            sql!(
                tx,
                execute,
                "UPDATE tip SET proposal = $2 WHERE id = $1",
                tip.0,
                stands_behind.0
            )?;
            spam::hold_together(tx, stands_behind, tip, coming).await
        }
    }
}

/// Joins the open proposal of the same content, or adds this one. The row of the group is locked
/// by the first statement: two equal tips at the same moment do not make two proposals.
async fn gather(tx: &mut Tx, proposal: &Proposal) -> Result<ProposalId> {
    let Some(digest) = likeness::digest(proposal.calendar, &proposal.aim) else {
        return add(tx, proposal).await;
    };
    let first = sql!(
        tx,
        scalar Uuid,
        "INSERT INTO tip_group (digest, proposal)
         VALUES ($1, $2)
         ON CONFLICT (digest) DO UPDATE SET digest = excluded.digest
         RETURNING proposal",
        digest.as_slice(),
        proposal.id.0
    )?;
    if first == proposal.id.0 {
        return add(tx, proposal).await;
    }
    let joined = sql!(
        tx,
        execute,
        "UPDATE proposal
         SET reports = reports + 1
         WHERE id = $1 AND state IN ('waiting', 'draft', 'scheduled')",
        first
    )?;
    if joined == 1 {
        return Ok(ProposalId(first));
    }
    sql!(
        tx,
        execute,
        "UPDATE tip_group SET proposal = $2 WHERE digest = $1",
        digest.as_slice(),
        proposal.id.0
    )?;
    add(tx, proposal).await
}

async fn add(tx: &mut Tx, proposal: &Proposal) -> Result<ProposalId> {
    proposals::add(tx, proposal).await?;
    sql!(
        tx,
        execute,
        "UPDATE proposal SET reports = 1, author = 'reporter' WHERE id = $1",
        proposal.id.0
    )?;
    Ok(proposal.id)
}

/// One reporter less behind what a tip stood behind.
async fn leave(tx: &mut Tx, tip: &Kept, at_ms: i64) -> Result<()> {
    let Some(proposal) = &tip.proposal else {
        return Ok(());
    };
    sql!(
        tx,
        execute,
        "UPDATE proposal
         SET reports = reports - 1
         WHERE id = $1 AND reports > 0 AND state IN ('waiting', 'draft')",
        proposal.id.0
    )?;
    sql!(
        tx,
        execute,
        "UPDATE proposal
         SET state = 'superseded', reason = 'withdrawn', decided_by = 'reporter', decided_ms = $2
         WHERE id = $1 AND reports = 0 AND state IN ('waiting', 'draft')",
        proposal.id.0,
        at_ms
    )?;
    Ok(())
}

fn damaged(cause: &str) -> Error {
    Error::Damaged {
        what: "tip",
        cause: cause.to_owned(),
    }
}
