//! Calendars that people wish for. Equal wishes gather; others see and second a wish once the desk
//! has listed it, because a title is a text by a stranger.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::instant;
use crate::tips::damaged;
use domain::id::{CalendarId, RequestId};
use domain::tip::read::Wish;
use domain::tip::seal;
use jiff::Timestamp;
use uuid::Uuid;

/// Where a wish stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Only the desk sees it.
    Waiting,
    /// Everybody sees it and can second it.
    Listed,
    /// The calendar exists.
    Made,
    /// It will not be made.
    Declined,
}

impl Stage {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Listed => "listed",
            Self::Made => "made",
            Self::Declined => "declined",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        let all = [Self::Waiting, Self::Listed, Self::Made, Self::Declined];
        all.into_iter().find(|one| one.as_str() == word)
    }
}

/// A wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Identity.
    pub id: RequestId,
    /// What the calendar should be called.
    pub title: String,
    /// What the first who wished for it said about it; for the desk.
    pub note: Option<String>,
    /// How many people wish for it.
    pub seconds: i64,
    /// Where it stands.
    pub stage: Stage,
    /// What came of it.
    pub calendar: Option<CalendarId>,
    /// What the desk says.
    pub answer: Option<String>,
    /// When somebody first wished for it.
    pub created: Timestamp,
    /// When the desk answered.
    pub answered: Option<Timestamp>,
}

/// What the desk says to a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<'a> {
    /// Where it stands from now on.
    pub stage: Stage,
    /// What came of it.
    pub calendar: Option<CalendarId>,
    /// In words, for whoever wished for it.
    pub words: Option<&'a str>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    title: String,
    note: Option<String>,
    seconds: i64,
    state: String,
    calendar: Option<Uuid>,
    answer: Option<String>,
    created_ms: i64,
    answered_ms: Option<i64>,
}

fn read(row: Row) -> Result<Request> {
    Ok(Request {
        id: RequestId(row.id),
        title: row.title,
        note: row.note,
        seconds: row.seconds,
        stage: Stage::parse(&row.state).ok_or_else(|| damaged("state of a wish"))?,
        calendar: row.calendar.map(CalendarId),
        answer: row.answer,
        created: instant(row.created_ms),
        answered: row.answered_ms.map(instant),
    })
}

/// The open wish for a calendar of this name; made where there is none.
pub async fn open(
    tx: &mut Tx,
    wish: &Wish,
    note: Option<&str>,
    at: Timestamp,
) -> Result<RequestId> {
    let id = sql!(
        tx,
        scalar Uuid,
        "INSERT INTO calendar_request (id, key, title, note, seconds, state, created_ms)
         VALUES ($1, $2, $3, $4, 0, 'waiting', $5)
         ON CONFLICT (key) WHERE state IN ('waiting', 'listed')
         DO UPDATE SET key = excluded.key
         RETURNING id",
        crate::new_id(),
        wish.key.as_str(),
        wish.title.as_str(),
        note,
        at.as_millisecond()
    )?;
    Ok(RequestId(id))
}

/// One more person who wishes for it. False where this one did before.
pub async fn second(tx: &mut Tx, id: RequestId, voter: &[u8; seal::BYTES]) -> Result<bool> {
    let new = sql!(
        tx,
        execute,
        "INSERT INTO calendar_second (request, voter)
         VALUES ($1, $2)
         ON CONFLICT (request, voter) DO NOTHING",
        id.0,
        voter.as_slice()
    )?;
    if new == 1 {
        sql!(
            tx,
            execute,
            "UPDATE calendar_request SET seconds = seconds + 1 WHERE id = $1",
            id.0
        )?;
    }
    Ok(new == 1)
}

/// A wish by its id.
pub async fn by_id(conn: &mut Conn, id: RequestId) -> Result<Option<Request>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT id, title, note, seconds, state, calendar, answer, created_ms, answered_ms
         FROM calendar_request
         WHERE id = $1",
        id.0
    )?;
    row.map(read).transpose()
}

/// Wishes in a stage, those that most people wish for first.
pub async fn in_stage(conn: &mut Conn, stage: Stage, limit: i64) -> Result<Vec<Request>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, title, note, seconds, state, calendar, answer, created_ms, answered_ms
         FROM calendar_request
         WHERE state = $1
         ORDER BY seconds DESC, created_ms, id
         LIMIT $2",
        stage.as_str(),
        limit
    )?;
    rows.into_iter().map(read).collect()
}

/// The desk answers. False where there is no such open wish.
pub async fn answer(
    tx: &mut Tx,
    id: RequestId,
    answer: &Answer<'_>,
    at: Timestamp,
) -> Result<bool> {
    let answered = sql!(
        tx,
        execute,
        "UPDATE calendar_request
         SET state = $2, calendar = $3, answer = $4, answered_ms = $5
         WHERE id = $1 AND state IN ('waiting', 'listed')",
        id.0,
        answer.stage.as_str(),
        answer.calendar.map(|calendar| calendar.0),
        answer.words,
        at.as_millisecond()
    )?;
    Ok(answered == 1)
}
