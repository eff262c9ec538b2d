//! What people looked for and did not find: for editors, who see what is missing.

use crate::db::{Conn, Tx};
use crate::error::Result;
use jiff::civil::Date;

/// Different texts kept of one day; what comes after them is somebody's game.
const A_DAY: i64 = 2_000;

/// A text that found nothing on a day.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Miss {
    /// The day (UTC), as `2027-04-01`.
    pub day: String,
    /// What was typed, in normal form.
    pub query: String,
    /// How often.
    pub times: i64,
}

/// Notes that a text found nothing. Nothing is kept of who looked.
pub async fn miss(tx: &mut Tx, day: Date, query: &str) -> Result<()> {
    sql!(
        tx,
        execute,
        "INSERT INTO search_miss (day, query, times)
         SELECT $1, $2, 1
         WHERE (SELECT count(*) FROM search_miss WHERE day = $1) < $3
            OR EXISTS (SELECT 1 FROM search_miss WHERE day = $1 AND query = $2)
         ON CONFLICT (day, query) DO UPDATE SET times = search_miss.times + 1",
        day.to_string(),
        query,
        A_DAY
    )?;
    Ok(())
}

/// What was missed most since a day.
pub async fn misses(conn: &mut Conn, since: Date, limit: i64) -> Result<Vec<Miss>> {
    Ok(sql!(
        conn,
        all Miss,
        "SELECT max(day) AS day, query, CAST(sum(times) AS BIGINT) AS times
         FROM search_miss
         WHERE day >= $1
         GROUP BY query
         ORDER BY times DESC, max(day) DESC, query
         LIMIT $2",
        since.to_string(),
        limit
    )?)
}
