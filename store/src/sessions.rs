//! Who is signed in where, links that are good once, and how often somebody guessed wrongly. Only
//! digests of cookies and links are stored.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::instant;
use crate::people::{damaged, read_role};
use crate::subscriptions::Digest;
use domain::id::{PersonId, SessionId};
use domain::people::{FORGOTTEN_AFTER, Failures, Role};
use domain::policy::Caller;
use jiff::Timestamp;
use uuid::Uuid;

/// How far a sign-in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// All that is needed was given.
    Full,
    /// The password was right, the second factor is owed.
    SecondFactorOwed,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::SecondFactorOwed => "second_factor_owed",
        }
    }

    fn read(text: &str) -> Result<Self> {
        let all = [Self::Full, Self::SecondFactorOwed];
        let found = all.into_iter().find(|state| state.as_str() == text);
        found.ok_or_else(|| damaged("session", text))
    }
}

/// A session with its person, as a request needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Identity.
    pub id: SessionId,
    /// Whose it is.
    pub person: PersonId,
    /// What they are called.
    pub name: String,
    /// What they are here for.
    pub role: Role,
    /// The organisation that they stand for.
    pub organisation: Option<String>,
    /// How far the sign-in has come.
    pub state: State,
    /// When it was last used, to within some minutes.
    pub seen: Timestamp,
    /// When it ends whatever happens.
    pub expires: Timestamp,
}

impl Session {
    /// What the person is to the table of permissions.
    pub const fn caller(&self) -> Caller {
        match self.state {
            State::Full => self.role.caller(),
            State::SecondFactorOwed => Caller::PendingStaff,
        }
    }
}

/// A session in the list that its owner sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Identity.
    pub id: SessionId,
    /// A few words on the browser.
    pub agent: String,
    /// When it began.
    pub created: Timestamp,
    /// When it was last used, to within some minutes.
    pub seen: Timestamp,
}

/// A session to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// Digest of what the cookie holds.
    pub digest: &'a Digest,
    /// Whose it is.
    pub person: PersonId,
    /// How far the sign-in has come.
    pub state: State,
    /// A few words on the browser.
    pub agent: &'a str,
    /// When it ends whatever happens.
    pub expires: Timestamp,
}

/// Keeps a new session.
pub async fn open(tx: &mut Tx, new: NewSession<'_>, at: Timestamp) -> Result<SessionId> {
    let id = SessionId(crate::new_id());
    sql!(
        tx,
        execute,
        "INSERT INTO session (id, digest, person, state, created_ms, seen_ms, expires_ms, agent)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7)",
        id.0,
        new.digest.as_slice(),
        new.person.0,
        new.state.as_str(),
        at.as_millisecond(),
        new.expires.as_millisecond(),
        new.agent
    )?;
    Ok(id)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    person: Uuid,
    name: String,
    role: String,
    organisation: Option<String>,
    state: String,
    seen_ms: i64,
    expires_ms: i64,
}

/// The session that a cookie opens at `at`: not ended, of somebody who may sign in. Whether it lay
/// idle for too long is the caller's to say.
pub async fn by_cookie(conn: &mut Conn, digest: &Digest, at: Timestamp) -> Result<Option<Session>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT session.id, session.person, person.name, person.role, person.organisation,
            session.state, session.seen_ms, session.expires_ms
         FROM session
         JOIN person ON person.id = session.person
         WHERE session.digest = $1 AND session.expires_ms > $2 AND person.disabled = $3",
        digest.as_slice(),
        at.as_millisecond(),
        false
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(Session {
        id: SessionId(row.id),
        person: PersonId(row.person),
        name: row.name,
        role: read_role(&row.role)?,
        organisation: row.organisation,
        state: State::read(&row.state)?,
        seen: instant(row.seen_ms),
        expires: instant(row.expires_ms),
    }))
}

/// Notes that a session was used.
pub async fn note_seen(tx: &mut Tx, id: SessionId, at: Timestamp) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE session SET seen_ms = $2 WHERE id = $1 AND seen_ms < $2",
        id.0,
        at.as_millisecond()
    )?;
    Ok(())
}

/// Where somebody is signed in in full, the last used first.
pub async fn of_person(conn: &mut Conn, person: PersonId, at: Timestamp) -> Result<Vec<Listed>> {
    let rows = sql!(
        conn,
        all(Uuid, String, i64, i64),
        "SELECT id, agent, created_ms, seen_ms
         FROM session
         WHERE person = $1 AND expires_ms > $2 AND state = $3
         ORDER BY seen_ms DESC, id DESC",
        person.0,
        at.as_millisecond(),
        State::Full.as_str()
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, agent, created, seen)| Listed {
            id: SessionId(id),
            agent,
            created: instant(created),
            seen: instant(seen),
        })
        .collect())
}

/// Ends one session of a person. False when they have none such.
pub async fn close(tx: &mut Tx, person: PersonId, id: SessionId) -> Result<bool> {
    let gone = sql!(
        tx,
        execute,
        "DELETE FROM session WHERE id = $1 AND person = $2",
        id.0,
        person.0
    )?;
    Ok(gone > 0)
}

/// Ends all sessions of a person, on every server at once: each request asks the database. Returns
/// how many there were.
pub async fn close_all(tx: &mut Tx, person: PersonId) -> Result<u64> {
    Ok(sql!(
        tx,
        execute,
        "DELETE FROM session WHERE person = $1",
        person.0
    )?)
}

/// What a set-up or a passkey under way must answer; `None` forgets it.
pub async fn set_ceremony(tx: &mut Tx, id: SessionId, ceremony: Option<&str>) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE session SET ceremony = $2 WHERE id = $1",
        id.0,
        ceremony
    )?;
    Ok(())
}

/// What is under way in a session.
pub async fn ceremony(conn: &mut Conn, id: SessionId) -> Result<Option<String>> {
    let found = sql!(
        conn,
        scalar_optional Option<String>,
        "SELECT ceremony FROM session WHERE id = $1",
        id.0
    )?;
    Ok(found.flatten())
}

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The first administrator sets the installation up.
    SetUp,
    /// Somebody new chooses a password.
    Invitation,
    /// Somebody known chooses another one.
    Reset,
    /// Somebody is let in.
    SignIn,
}

impl Purpose {
    /// The word in the database and in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
            Self::SignIn => "sign_in",
        }
    }

    fn read(text: &str) -> Result<Self> {
        let all = [Self::SetUp, Self::Invitation, Self::Reset, Self::SignIn];
        let found = all.into_iter().find(|purpose| purpose.as_str() == text);
        found.ok_or_else(|| damaged("link", text))
    }
}

/// Keeps a new link; earlier ones of the same person for the same purpose die. Only a link for
/// setting up belongs to nobody.
pub async fn add_link(
    tx: &mut Tx,
    digest: &Digest,
    person: Option<PersonId>,
    (purpose, expires): (Purpose, Timestamp),
    at: Timestamp,
) -> Result<()> {
    let person = person.map(|person| person.0);
    sql!(
        tx,
        execute,
        "DELETE FROM one_time_link
         WHERE purpose = $2 AND (person = $1 OR (person IS NULL AND $1 IS NULL))",
        person,
        purpose.as_str()
    )?;
    sql!(
        tx,
        execute,
        "INSERT INTO one_time_link (digest, person, purpose, created_ms, expires_ms)
         VALUES ($1, $2, $3, $4, $5)",
        digest.as_slice(),
        person,
        purpose.as_str(),
        at.as_millisecond(),
        expires.as_millisecond()
    )?;
    Ok(())
}

/// What a link would do now, and for whom, without doing it: nothing where it was used, is over, or
/// belongs to somebody who is shut out.
pub async fn link(
    conn: &mut Conn,
    digest: &Digest,
    at: Timestamp,
) -> Result<Option<(Option<PersonId>, Purpose)>> {
    let found = sql!(
        conn,
        optional(Option<Uuid>, String),
        "SELECT one_time_link.person, one_time_link.purpose
         FROM one_time_link
         LEFT JOIN person ON person.id = one_time_link.person
         WHERE one_time_link.digest = $1 AND one_time_link.used_ms IS NULL
            AND one_time_link.expires_ms > $2
            AND (person.id IS NULL OR person.disabled = $3)",
        digest.as_slice(),
        at.as_millisecond(),
        false
    )?;
    let read = |(person, purpose): (Option<Uuid>, String)| {
        Ok((person.map(PersonId), Purpose::read(&purpose)?))
    };
    found.map(read).transpose()
}

/// Uses a link up. False when somebody was quicker.
pub async fn use_link(tx: &mut Tx, digest: &Digest, at: Timestamp) -> Result<bool> {
    let used = sql!(
        tx,
        execute,
        "UPDATE one_time_link SET used_ms = $2
         WHERE digest = $1 AND used_ms IS NULL AND expires_ms > $2",
        digest.as_slice(),
        at.as_millisecond()
    )?;
    Ok(used > 0)
}

/// Makes a person's unused links worthless: somebody has chosen a password, or was shut out.
pub async fn drop_links(tx: &mut Tx, person: PersonId) -> Result<()> {
    sql!(
        tx,
        execute,
        "DELETE FROM one_time_link WHERE person = $1 AND used_ms IS NULL",
        person.0
    )?;
    Ok(())
}

/// What is known of failures of a subject, and holds its row until the transaction ends: of many
/// who try at once, each sees the one before it.
pub async fn failures(tx: &mut Tx, subject: &Digest, at: Timestamp) -> Result<Failures> {
    let (count, last) = sql!(
        tx,
        one(i64, i64),
        "INSERT INTO sign_in_failure (subject, failures, last_ms) VALUES ($1, 0, $2)
         ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failure.failures
         RETURNING failures, last_ms",
        subject.as_slice(),
        at.as_millisecond()
    )?;
    Ok(Failures {
        count,
        last: instant(last),
    })
}

/// Keeps what is known of failures of a subject.
pub async fn set_failures(tx: &mut Tx, subject: &Digest, failures: Failures) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE sign_in_failure SET failures = $2, last_ms = $3 WHERE subject = $1",
        subject.as_slice(),
        failures.count,
        failures.last.as_millisecond()
    )?;
    Ok(())
}

/// Takes one failure of a subject back, because it was none.
pub async fn forgive(tx: &mut Tx, subject: &Digest) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE sign_in_failure SET failures = failures - 1 WHERE subject = $1 AND failures > 0",
        subject.as_slice()
    )?;
    Ok(())
}

/// Forgets all failures of a subject.
pub async fn forget_failures(tx: &mut Tx, subject: &Digest) -> Result<()> {
    sql!(
        tx,
        execute,
        "DELETE FROM sign_in_failure WHERE subject = $1",
        subject.as_slice()
    )?;
    Ok(())
}

/// Removes sessions and links that are over, and failures that no longer count.
pub async fn sweep(tx: &mut Tx, at: Timestamp) -> Result<()> {
    let now = at.as_millisecond();
    let forgotten = now.saturating_sub(FORGOTTEN_AFTER.as_secs().saturating_mul(1000));
    sql!(
        tx,
        execute,
        "DELETE FROM session WHERE expires_ms <= $1",
        now
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM one_time_link WHERE expires_ms <= $1",
        now
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM sign_in_failure WHERE last_ms < $1",
        forgotten
    )?;
    Ok(())
}
