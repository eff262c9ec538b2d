//! The words of all titles, for guessing at mistyped ones.

use crate::db::Conn;
use crate::error::Result;

/// Words by the number under which they were written, those behind `last`, at most `limit`. A
/// transaction that took long may write a number lower than one that is already seen.
pub async fn words_after(conn: &mut Conn, last: i64, limit: i64) -> Result<Vec<(i64, String)>> {
    Ok(sql!(
        conn,
        all(i64, String),
        "SELECT id, word FROM search_word WHERE id > $1 ORDER BY id LIMIT $2",
        last,
        limit
    )?)
}
