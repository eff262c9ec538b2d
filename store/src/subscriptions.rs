//! Personal calendars (R16): recipes, the keys that change them and the addresses that read them.
//! Only digests of keys and addresses are stored; nothing here sees one in clear.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::{instant, read_json, settings, write_json};
use domain::id::{AddressId, SubscriptionId};
use domain::recipe::Recipe;
use jiff::Timestamp;
use uuid::Uuid;

/// A digest of a key or an address: 32 bytes.
pub type Digest = [u8; 32];

/// A personal calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Identity.
    pub id: SubscriptionId,
    /// What it is made of.
    pub recipe: Recipe,
    /// Signs the links inside its entries; another one after each rotation.
    pub link_key: Vec<u8>,
    /// Rises with every change of the recipe; part of every validator.
    pub revision: i64,
    /// When the recipe last changed: strictly later each time, whole seconds (R5).
    pub modified: Timestamp,
    /// When it was made.
    pub created: Timestamp,
}

/// A read-only address of a personal calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Identity; names the address to its owner without being it.
    pub id: AddressId,
    /// What the owner calls it.
    pub label: String,
    /// Whether its entries carry the owner's links.
    pub own: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last fetched, and the validator of what was; `None` before the first time.
    pub fetched: Option<(Timestamp, String)>,
}

/// A new address.
#[derive(Debug, Clone, Copy)]
pub struct NewAddress<'a> {
    /// Digest of the address.
    pub digest: &'a Digest,
    /// What the owner calls it.
    pub label: &'a str,
    /// Whether its entries carry the owner's links.
    pub own: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    link_key: Vec<u8>,
    recipe: String,
    revision: i64,
    modified_ms: i64,
    created_ms: i64,
}

fn read(row: Row) -> Result<Subscription> {
    Ok(Subscription {
        id: SubscriptionId(row.id),
        recipe: read_json("recipe", &row.recipe)?,
        link_key: row.link_key,
        revision: row.revision,
        modified: instant(row.modified_ms),
        created: instant(row.created_ms),
    })
}

/// Makes a calendar with its first address.
pub async fn create(
    tx: &mut Tx,
    recipe: &Recipe,
    manage: &Digest,
    first: NewAddress<'_>,
    at: Timestamp,
) -> Result<SubscriptionId> {
    let id = SubscriptionId(crate::new_id());
    sql!(
        tx,
        execute,
        "INSERT INTO subscription (id, manage_digest, link_key, recipe, revision, modified_ms,
            created_ms)
         VALUES ($1, $2, $3, $4, 1, $5, $6)",
        id.0,
        manage.as_slice(),
        crate::random_bits().to_le_bytes().to_vec(),
        write_json("recipe", recipe)?,
        domain::change::next_modified(None, at).as_millisecond(),
        at.as_millisecond()
    )?;
    add_address(tx, id, first, at).await?;
    Ok(id)
}

/// The calendar that a manage key changes.
pub async fn by_manage_key(conn: &mut Conn, digest: &Digest) -> Result<Option<Subscription>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT id, link_key, recipe, revision, modified_ms, created_ms
         FROM subscription
         WHERE manage_digest = $1",
        digest.as_slice()
    )?;
    row.map(read).transpose()
}

/// A calendar by its id, as the links inside its entries name it.
pub async fn by_id(conn: &mut Conn, id: SubscriptionId) -> Result<Option<Subscription>> {
    let row = sql!(
        conn,
        optional Row,
        "SELECT id, link_key, recipe, revision, modified_ms, created_ms
         FROM subscription
         WHERE id = $1",
        id.0
    )?;
    row.map(read).transpose()
}

/// The calendar that an address reads, and which address it is.
pub async fn by_address(
    conn: &mut Conn,
    digest: &Digest,
) -> Result<Option<(AddressId, bool, Subscription)>> {
    let found = sql!(
        conn,
        optional(Uuid, bool, Uuid),
        "SELECT id, own, subscription FROM subscription_address WHERE digest = $1",
        digest.as_slice()
    )?;
    let Some((address, own, subscription)) = found else {
        return Ok(None);
    };
    let subscription = by_id(conn, SubscriptionId(subscription)).await?;
    Ok(subscription.map(|subscription| (AddressId(address), own, subscription)))
}

/// All addresses of a calendar, oldest first.
pub async fn addresses(conn: &mut Conn, id: SubscriptionId) -> Result<Vec<Address>> {
    let rows = sql!(
        conn,
        all(Uuid, String, bool, i64, Option<i64>, Option<String>),
        "SELECT id, label, own, created_ms, fetched_ms, fetched
         FROM subscription_address
         WHERE subscription = $1
         ORDER BY created_ms, id",
        id.0
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, label, own, created, at, what)| Address {
            id: AddressId(id),
            label,
            own,
            created: instant(created),
            fetched: at.map(instant).zip(what),
        })
        .collect())
}

/// Another recipe under the same addresses. Returns the new revision.
pub async fn replace_recipe(
    tx: &mut Tx,
    id: SubscriptionId,
    recipe: &Recipe,
    at: Timestamp,
) -> Result<i64> {
    let revision = sql!(
        tx,
        scalar i64,
        "UPDATE subscription
         SET recipe = $2, revision = revision + 1,
             modified_ms = CASE WHEN modified_ms + 1000 > $3 THEN modified_ms + 1000 ELSE $3 END
         WHERE id = $1
         RETURNING revision",
        id.0,
        write_json("recipe", recipe)?,
        domain::change::next_modified(None, at).as_millisecond()
    )?;
    note_change(tx).await?;
    Ok(revision)
}

/// One more address.
pub async fn add_address(
    tx: &mut Tx,
    id: SubscriptionId,
    new: NewAddress<'_>,
    at: Timestamp,
) -> Result<AddressId> {
    let address = AddressId(crate::new_id());
    sql!(
        tx,
        execute,
        "INSERT INTO subscription_address (id, subscription, digest, label, own, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6)",
        address.0,
        id.0,
        new.digest.as_slice(),
        new.label,
        new.own,
        at.as_millisecond()
    )?;
    Ok(address)
}

/// Takes an address back. False when the calendar has no such address.
pub async fn revoke_address(tx: &mut Tx, id: SubscriptionId, address: AddressId) -> Result<bool> {
    let gone = sql!(
        tx,
        execute,
        "DELETE FROM subscription_address WHERE id = $1 AND subscription = $2",
        address.0,
        id.0
    )?;
    note_change(tx).await?;
    Ok(gone > 0)
}

/// Another manage key and one new address; all earlier ones, and the links in their entries, die.
pub async fn rotate(
    tx: &mut Tx,
    id: SubscriptionId,
    manage: &Digest,
    first: NewAddress<'_>,
    at: Timestamp,
) -> Result<()> {
    sql!(
        tx,
        execute,
        "DELETE FROM subscription_address WHERE subscription = $1",
        id.0
    )?;
    sql!(
        tx,
        execute,
        "UPDATE subscription
         SET manage_digest = $2, link_key = $3, revision = revision + 1,
             modified_ms = CASE WHEN modified_ms + 1000 > $4 THEN modified_ms + 1000 ELSE $4 END
         WHERE id = $1",
        id.0,
        manage.as_slice(),
        crate::random_bits().to_le_bytes().to_vec(),
        domain::change::next_modified(None, at).as_millisecond()
    )?;
    add_address(tx, id, first, at).await?;
    note_change(tx).await
}

/// Forgets a calendar with everything about it.
pub async fn delete(tx: &mut Tx, id: SubscriptionId) -> Result<()> {
    sql!(
        tx,
        execute,
        "DELETE FROM subscription_address WHERE subscription = $1",
        id.0
    )?;
    sql!(tx, execute, "DELETE FROM subscription WHERE id = $1", id.0)?;
    note_change(tx).await
}

/// Notes when addresses were last fetched, and the validators of what was. Addresses that are gone
/// are passed over; nothing goes back in time.
pub async fn note_fetched(tx: &mut Tx, fetched: &[(AddressId, Timestamp, String)]) -> Result<()> {
    for (address, at, what) in fetched {
        sql!(
            tx,
            execute,
            "UPDATE subscription_address
             SET fetched_ms = $2, fetched = $3
             WHERE id = $1 AND (fetched_ms IS NULL OR fetched_ms <= $2)",
            address.0,
            at.as_millisecond(),
            what
        )?;
    }
    Ok(())
}

/// Rises whenever a recipe or an address that a node may remember has changed or died: what a node
/// remembers from before is looked up again.
pub async fn epoch(conn: &mut Conn) -> Result<i64> {
    let epoch = settings::get(conn, settings::SUBSCRIPTIONS).await?;
    Ok(epoch
        .and_then(|epoch| epoch.parse().ok())
        .unwrap_or_default())
}

async fn note_change(tx: &mut Tx) -> Result<()> {
    tx.touches_subscriptions();
    sql!(
        tx,
        execute,
        "INSERT INTO setting (name, value) VALUES ($1, '1')
         ON CONFLICT (name) DO UPDATE
         SET value = CAST(CAST(setting.value AS BIGINT) + 1 AS TEXT)",
        settings::SUBSCRIPTIONS
    )?;
    crate::changes::announce_subscriptions(tx).await
}
