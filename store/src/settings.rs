//! Facts about the database itself.

use crate::db::{Conn, Tx};
use crate::error::Result;

/// Random name of this database's line of revisions: new after a restore, part of every ETag
/// (R13), so that revision 7 of a restored database is never taken for the old revision 7.
pub const LINEAGE: &str = "lineage";
/// Version of the time-zone data that the stored instants were derived with (R4).
pub const TZDB: &str = "tzdb";
/// The day (UTC) on which all repeating events were last expanded.
pub const HORIZON: &str = "horizon";

/// Number of the rule that openings and deadlines were last marked by.
pub const OPENINGS: &str = "openings";

/// Counts changes of personal calendars; see [`crate::subscriptions::epoch`].
pub const SUBSCRIPTIONS: &str = "subscriptions";
/// The secret with which this installation signs, in hexadecimal digits (R12).
pub const SECRET: &str = "secret";

/// Reads a setting.
pub async fn get(conn: &mut Conn, name: &str) -> Result<Option<String>> {
    Ok(sql!(conn, scalar_optional String, "SELECT value FROM setting WHERE name = $1", name)?)
}

/// Writes a setting.
pub async fn put(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    sql!(
        tx,
        execute,
        "INSERT INTO setting (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value
    )?;
    Ok(())
}

/// The database's lineage; made up at the first call.
pub async fn lineage(tx: &mut Tx) -> Result<String> {
    if let Some(found) = get(tx, LINEAGE).await? {
        return Ok(found);
    }
    let fresh = domain::id::PublicId::from_bits(crate::random_bits()).to_string();
    put(tx, LINEAGE, &fresh).await?;
    Ok(fresh)
}

/// The secret of this installation, 32 bytes; made up at the first call.
pub async fn secret(tx: &mut Tx) -> Result<[u8; 32]> {
    let stored = get(tx, SECRET).await?;
    let known = stored.as_deref().and_then(read_secret);
    if let Some(known) = known {
        return Ok(known);
    }
    let mut fresh = [0; 32];
    fresh[..16].copy_from_slice(&crate::random_bits().to_le_bytes());
    fresh[16..].copy_from_slice(&crate::random_bits().to_le_bytes());
    let text: String = fresh.iter().map(|byte| format!("{byte:02x}")).collect();
    put(tx, SECRET, &text).await?;
    Ok(fresh)
}

fn read_secret(text: &str) -> Option<[u8; 32]> {
    let mut secret = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in secret.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(secret)
}
