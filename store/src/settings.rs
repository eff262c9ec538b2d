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
