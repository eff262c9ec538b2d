//! People who sign in, and what they sign in with. Passwords come hashed, recovery codes digested;
//! what they are checked against, and who may change whom, is decided elsewhere.

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::subscriptions::Digest;
use crate::{instant, write_json};
use domain::id::PersonId;
use domain::people::{Email, Person, Role};
use jiff::Timestamp;
use uuid::Uuid;

/// What somebody signs in with.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Factors {
    /// The password's hash in PHC form; none before the first is chosen.
    pub password: Option<String>,
    /// The secret that an authenticator shares with us.
    pub totp_secret: Option<Vec<u8>>,
    /// The last step of 30 seconds whose code was taken.
    pub totp_step: Option<i64>,
    /// How many passkeys there are.
    pub passkeys: i64,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
}

impl Factors {
    /// Whether a password alone does not let this person in.
    pub const fn has_second(&self) -> bool {
        self.totp_secret.is_some() || self.passkeys > 0
    }
}

/// No log shows a hash or a secret by accident.
impl std::fmt::Debug for Factors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Factors")
            .field("second", &self.has_second())
            .finish_non_exhaustive()
    }
}

/// A passkey of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Identity; names it to its owner.
    pub id: Uuid,
    /// What the owner calls it.
    pub label: String,
    /// Public key and counter, as its reader writes them.
    pub document: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used.
    pub used: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    email: String,
    name: String,
    role: String,
    organisation: Option<String>,
    disabled: bool,
    created_ms: i64,
}

fn read(row: Row) -> Result<Person> {
    Ok(Person {
        id: PersonId(row.id),
        email: Email::parse(&row.email).ok_or_else(|| damaged("address", &row.email))?,
        role: read_role(&row.role)?,
        name: row.name,
        organisation: row.organisation,
        disabled: row.disabled,
        created: instant(row.created_ms),
    })
}

pub(crate) fn read_role(text: &str) -> Result<Role> {
    Role::parse(text).ok_or_else(|| damaged("role", text))
}

pub(crate) fn damaged(what: &'static str, text: &str) -> Error {
    Error::Damaged {
        what,
        cause: format!("{text:?}"),
    }
}

/// A new person, not yet in the database.
pub fn draft(email: Email, name: &str, role: Role, at: Timestamp) -> Person {
    Person {
        id: PersonId(crate::new_id()),
        name: domain::people::clean_name(name, &email),
        email,
        role,
        organisation: None,
        disabled: false,
        created: at,
    }
}

/// Keeps a new person. False when the address belongs to somebody already, whose row stays as it is
/// (security case D5).
pub async fn insert(tx: &mut Tx, person: &Person) -> Result<bool> {
    let added = sql!(
        tx,
        execute,
        "INSERT INTO person (id, email, name, role, organisation, disabled, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (email) DO NOTHING",
        person.id.0,
        person.email.as_str(),
        &person.name,
        person.role.as_str(),
        &person.organisation,
        person.disabled,
        person.created.as_millisecond()
    )?;
    Ok(added > 0)
}

/// Somebody by their address.
pub async fn by_email(conn: &mut Conn, email: &Email) -> Result<Option<Person>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT id, email, name, role, organisation, disabled, created_ms
         FROM person
         WHERE email = $1",
        email.as_str()
    )?;
    row.map(read).transpose()
}

/// Somebody by their id.
pub async fn person(conn: &mut Conn, id: PersonId) -> Result<Option<Person>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT id, email, name, role, organisation, disabled, created_ms
         FROM person
         WHERE id = $1",
        id.0
    )?;
    row.map(read).transpose()
}

/// Everybody, in the order in which they came.
pub async fn everybody(conn: &mut Conn) -> Result<Vec<Person>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT id, email, name, role, organisation, disabled, created_ms
         FROM person
         ORDER BY created_ms, id"
    )?;
    rows.into_iter().map(read).collect()
}

/// Whether nobody is known yet: an installation that is being set up.
pub async fn is_nobody(conn: &mut Conn) -> Result<bool> {
    let found = sql!(conn, scalar_optional Uuid, "SELECT id FROM person LIMIT 1")?;
    Ok(found.is_none())
}

/// Another name.
pub async fn rename(tx: &mut Tx, id: PersonId, name: &str) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE person SET name = $2 WHERE id = $1",
        id.0,
        name
    )?;
    Ok(())
}

/// Another role, and the organisation that goes with it. Who is signed in is
/// [`sessions`](crate::sessions)'.
pub async fn set_role(
    tx: &mut Tx,
    id: PersonId,
    role: Role,
    organisation: Option<&str>,
) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE person SET role = $2, organisation = $3 WHERE id = $1",
        id.0,
        role.as_str(),
        organisation
    )?;
    Ok(())
}

/// Shuts somebody out, or lets them in again.
pub async fn set_disabled(tx: &mut Tx, id: PersonId, disabled: Shut) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE person SET disabled = $2 WHERE id = $1",
        id.0,
        disabled == Shut::Out
    )?;
    Ok(())
}

/// Whether somebody may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// They may not.
    Out,
    /// They may.
    Open,
}

/// What somebody signs in with.
pub async fn factors(conn: &mut Conn, id: PersonId) -> Result<Factors> {
    let found = sql!(
        conn,
        optional(Option<String>, Option<Vec<u8>>, Option<i64>, i64, i64),
        "SELECT password, totp_secret, totp_step,
            (SELECT COUNT(*) FROM passkey WHERE passkey.person = person.id),
            (SELECT COUNT(*) FROM recovery_code WHERE recovery_code.person = person.id)
         FROM person
         WHERE id = $1",
        id.0
    )?;
    let found = found.map(
        |(password, totp_secret, totp_step, passkeys, recovery_codes)| Factors {
            password,
            totp_secret,
            totp_step,
            passkeys,
            recovery_codes,
        },
    );
    Ok(found.unwrap_or_default())
}

/// Another password, as its hash in PHC form.
pub async fn set_password(tx: &mut Tx, id: PersonId, hash: &str) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE person SET password = $2 WHERE id = $1",
        id.0,
        hash
    )?;
    Ok(())
}

/// The secret of an authenticator, once its first code (of this step) was right; that code is spent.
pub async fn set_totp(tx: &mut Tx, id: PersonId, secret: &[u8], step: i64) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE person SET totp_secret = $2, totp_step = $3 WHERE id = $1",
        id.0,
        secret,
        step
    )?;
    Ok(())
}

/// Takes the code of a step. False when that step's or a later one's was taken before: of two who
/// send the same code at once, one is let in.
pub async fn spend_totp(tx: &mut Tx, id: PersonId, step: i64) -> Result<bool> {
    let taken = sql!(
        tx,
        execute,
        "UPDATE person SET totp_step = $2
         WHERE id = $1 AND totp_secret IS NOT NULL AND (totp_step IS NULL OR totp_step < $2)",
        id.0,
        step
    )?;
    Ok(taken > 0)
}

/// Forgets the authenticator.
pub async fn forget_totp(tx: &mut Tx, id: PersonId) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE person SET totp_secret = NULL, totp_step = NULL WHERE id = $1",
        id.0
    )?;
    Ok(())
}

/// Forgets every second factor: authenticator, passkeys and recovery codes.
pub async fn forget_second_factors(tx: &mut Tx, id: PersonId) -> Result<()> {
    forget_totp(tx, id).await?;
    replace_recovery_codes(tx, id, &[]).await?;
    sql!(tx, execute, "DELETE FROM passkey WHERE person = $1", id.0)?;
    Ok(())
}

/// Other recovery codes; all earlier ones die.
pub async fn replace_recovery_codes(tx: &mut Tx, id: PersonId, codes: &[Digest]) -> Result<()> {
    sql!(
        tx,
        execute,
        "DELETE FROM recovery_code WHERE person = $1",
        id.0
    )?;
    for code in codes {
        sql!(
            tx,
            execute,
            "INSERT INTO recovery_code (person, digest) VALUES ($1, $2)",
            id.0,
            code.as_slice()
        )?;
    }
    Ok(())
}

/// Takes a recovery code. False when there is none like it.
pub async fn spend_recovery_code(tx: &mut Tx, id: PersonId, code: &Digest) -> Result<bool> {
    let spent = sql!(
        tx,
        execute,
        "DELETE FROM recovery_code WHERE person = $1 AND digest = $2",
        id.0,
        code.as_slice()
    )?;
    Ok(spent > 0)
}

/// Keeps a passkey. False when the same authenticator's is known already, of whomever.
pub async fn add_passkey(
    tx: &mut Tx,
    person: PersonId,
    (credential, label, document): (&[u8], &str, &str),
    at: Timestamp,
) -> Result<bool> {
    let added = sql!(
        tx,
        execute,
        "INSERT INTO passkey (id, person, credential, label, passkey, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (credential) DO NOTHING",
        crate::new_id(),
        person.0,
        credential,
        label,
        document,
        at.as_millisecond()
    )?;
    Ok(added > 0)
}

/// All passkeys of a person, oldest first.
pub async fn passkeys(conn: &mut Conn, person: PersonId) -> Result<Vec<Passkey>> {
    let rows = sql!(
        conn,
        all(Uuid, String, String, i64, Option<i64>),
        "SELECT id, label, passkey, created_ms, used_ms
         FROM passkey
         WHERE person = $1
         ORDER BY created_ms, id",
        person.0
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, label, document, created, used)| Passkey {
            id,
            label,
            document,
            created: instant(created),
            used: used.map(instant),
        })
        .collect())
}

/// Notes the use of a passkey, with its counter as it is now.
pub async fn note_passkey_used(
    tx: &mut Tx,
    person: PersonId,
    passkey: Uuid,
    document: &str,
    at: Timestamp,
) -> Result<()> {
    sql!(
        tx,
        execute,
        "UPDATE passkey SET passkey = $3, used_ms = $4 WHERE id = $1 AND person = $2",
        passkey,
        person.0,
        document,
        at.as_millisecond()
    )?;
    Ok(())
}

/// Forgets a passkey. False when the person has none such.
pub async fn forget_passkey(tx: &mut Tx, person: PersonId, passkey: Uuid) -> Result<bool> {
    let gone = sql!(
        tx,
        execute,
        "DELETE FROM passkey WHERE id = $1 AND person = $2",
        passkey,
        person.0
    )?;
    Ok(gone > 0)
}

/// Who does something about people, for the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Somebody signed in.
    Person(PersonId),
    /// Somebody at the command line.
    Operator,
    /// Nobody who is known: a stranger who tries.
    Stranger,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(id) => id.fmt(f),
            Self::Operator => f.write_str("operator"),
            Self::Stranger => f.write_str("stranger"),
        }
    }
}

/// Writes into the audit log what was done about a person, or what somebody was refused. `detail`
/// is small and holds no secret.
pub async fn note(
    tx: &mut Tx,
    at: Timestamp,
    actor: Actor,
    action: &str,
    person: Option<PersonId>,
    detail: &serde_json::Value,
) -> Result<()> {
    let detail = match detail {
        serde_json::Value::Null => None,
        detail => Some(write_json("detail", detail)?),
    };
    sql!(
        tx,
        execute,
        "INSERT INTO audit (id, at_ms, actor, action, person, detail)
         VALUES ($1, $2, $3, $4, $5, $6)",
        crate::new_id(),
        at.as_millisecond(),
        actor.to_string(),
        action,
        person.map(|person| person.0),
        detail
    )?;
    Ok(())
}
