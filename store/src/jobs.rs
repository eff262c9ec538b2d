//! Background work that is due, and who holds it (R23).
//!
//! Each piece of work is a row. Whoever takes it gets a lease, and a fence that rises with every
//! taking; the last write of the work passes the fence in its own transaction, so that one who
//! lost the lease cannot finish what another has begun anew. What the work is, `jobs` knows.

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::instant;
use crate::sql::Engine;
use jiff::{SignedDuration, Timestamp};

/// The first pause after a failure; doubled with each further one.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest pause after a failure.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// Longest text of a failure that is kept, in characters.
const FAILURE_CHARS: usize = 500;

/// Who wants work, and for how long it is theirs alone.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// Names the process to people.
    pub name: &'a str,
    /// How long others keep off, unless it is renewed.
    pub lease: SignedDuration,
}

/// Work that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Which kind of work.
    pub kind: String,
    /// Which piece of it; empty where there is but one.
    pub key: String,
    /// Told apart from all earlier and later takings.
    pub fence: i64,
    /// Takings since it last ended well, this one among them.
    pub attempts: i64,
}

/// A piece of work as `almanac status` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Which kind of work.
    pub kind: String,
    /// Which piece of it; empty where there is but one.
    pub key: String,
    /// When it is due; `None` while it is worked on.
    pub run_at: Option<Timestamp>,
    /// Who works on it, and until when others keep off.
    pub held: Option<(String, Timestamp)>,
    /// Takings since it last ended well.
    pub attempts: i64,
    /// When it was last begun.
    pub started: Option<Timestamp>,
    /// When it last ended well.
    pub finished: Option<Timestamp>,
    /// Why the last try failed.
    pub failure: Option<String>,
}

/// Sees to it that work is done at `run_at` at the latest. Asked for while it is worked on, it is
/// done once more.
pub async fn ensure(tx: &mut Tx, kind: &str, key: &str, run_at: Timestamp) -> Result<()> {
    // Somewhere by chance, so that whoever held an earlier row of this name stays refused.
    let fence = i64::from(crate::random_bits() as u32) << 24;
    sql!(
        tx,
        execute,
        "INSERT INTO job (kind, key, run_at_ms, fence, attempts)
         VALUES ($1, $2, $3, $4, 0)
         ON CONFLICT (kind, key) DO UPDATE
         SET run_at_ms = excluded.run_at_ms
         WHERE job.run_at_ms IS NULL OR job.run_at_ms > excluded.run_at_ms",
        kind,
        key,
        run_at.as_millisecond(),
        fence
    )?;
    Ok(())
}

/// Takes the piece of a kind that has been due longest. `None` when nothing is due that nobody
/// else holds. Commit at once: the work comes after, in transactions of its own.
///
/// On PostgreSQL leases run by the database's clock, because nodes' clocks differ (R20); on
/// SQLite by the given one.
pub async fn claim(
    tx: &mut Tx,
    kind: &str,
    holder: Holder<'_>,
    now: Timestamp,
) -> Result<Option<Claimed>> {
    let clock = lease_clock(tx, now).await?;
    let key = sql!(
        tx,
        scalar_optional String,
        sqlite "SELECT key
             FROM job
             WHERE kind = $1
               AND ((lease_until_ms IS NULL AND run_at_ms <= $2) OR lease_until_ms <= $3)
             ORDER BY coalesce(lease_until_ms, run_at_ms), key
             LIMIT 1"
        postgres "SELECT key
             FROM job
             WHERE kind = $1
               AND ((lease_until_ms IS NULL AND run_at_ms <= $2) OR lease_until_ms <= $3)
             ORDER BY coalesce(lease_until_ms, run_at_ms), key
             LIMIT 1
             FOR UPDATE SKIP LOCKED",
        kind,
        now.as_millisecond(),
        clock
    )?;
    let Some(key) = key else {
        return Ok(None);
    };
    let (fence, attempts) = sql!(
        tx,
        one(i64, i64),
        "UPDATE job
         SET fence = fence + 1, attempts = attempts + 1, holder = $3, started_ms = $4,
             run_at_ms = NULL
         WHERE kind = $1 AND key = $2
         RETURNING fence, attempts",
        kind,
        key.as_str(),
        holder.name,
        now.as_millisecond()
    )?;
    let claimed = Claimed {
        kind: kind.to_owned(),
        key,
        fence,
        attempts,
    };
    renew(tx, &claimed, holder.lease, now).await?;
    Ok(Some(claimed))
}

/// Keeps others off for another `lease` from now on. False when the work was lost to another.
pub async fn renew(
    tx: &mut Tx,
    claimed: &Claimed,
    lease: SignedDuration,
    now: Timestamp,
) -> Result<bool> {
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    let until = lease_clock(tx, now).await?.saturating_add(lease);
    let kept = sql!(
        tx,
        execute,
        "UPDATE job
         SET lease_until_ms = $4
         WHERE kind = $1 AND key = $2 AND fence = $3 AND holder IS NOT NULL",
        claimed.kind.as_str(),
        claimed.key.as_str(),
        claimed.fence,
        until
    )?;
    Ok(kept == 1)
}

/// The clock that leases run by, in milliseconds.
pub(crate) async fn lease_clock(conn: &mut Conn, now: Timestamp) -> Result<i64> {
    match conn.on() {
        Engine::Sqlite(_) => Ok(now.as_millisecond()),
        Engine::Postgres(conn) => Ok(sqlx::query_scalar(
            "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
        )
        .fetch_one(conn)
        .await?),
    }
}

/// Ends work well, in the transaction of its last write: due again at `next`, or never. False when
/// the work was lost to another: the caller rolls back, for the other does it all anew.
pub async fn finish(
    tx: &mut Tx,
    claimed: &Claimed,
    now: Timestamp,
    next: Option<Timestamp>,
) -> Result<bool> {
    // Whoever asked for it while it was worked on may have asked for an earlier time.
    let ended = sql!(
        tx,
        execute,
        "UPDATE job
         SET run_at_ms = CASE
                 WHEN CAST($5 AS BIGINT) IS NULL OR run_at_ms < $5 THEN run_at_ms
                 ELSE $5
             END,
             lease_until_ms = NULL, holder = NULL, attempts = 0, finished_ms = $4, failure = NULL
         WHERE kind = $1 AND key = $2 AND fence = $3 AND holder IS NOT NULL",
        claimed.kind.as_str(),
        claimed.key.as_str(),
        claimed.fence,
        now.as_millisecond(),
        next.map(|next| next.as_millisecond())
    )?;
    if ended == 1 && next.is_none() {
        sql!(
            tx,
            execute,
            "DELETE FROM job WHERE kind = $1 AND key = $2 AND fence = $3 AND run_at_ms IS NULL",
            claimed.kind.as_str(),
            claimed.key.as_str(),
            claimed.fence
        )?;
    }
    Ok(ended == 1)
}

/// Gives work back after a failure: due again after a pause that grows from half a minute to an
/// hour. False when the work was lost to another, who will say how it went.
pub async fn fail(tx: &mut Tx, claimed: &Claimed, now: Timestamp, failure: &str) -> Result<bool> {
    let due = now.checked_add(pause(claimed.attempts)).unwrap_or(now);
    let failure: String = failure.chars().take(FAILURE_CHARS).collect();
    let given = sql!(
        tx,
        execute,
        "UPDATE job
         SET run_at_ms = $4, lease_until_ms = NULL, holder = NULL, failure = $5
         WHERE kind = $1 AND key = $2 AND fence = $3 AND holder IS NOT NULL",
        claimed.kind.as_str(),
        claimed.key.as_str(),
        claimed.fence,
        due.as_millisecond(),
        failure.as_str()
    )?;
    Ok(given == 1)
}

fn pause(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or(0);
    FIRST_PAUSE
        .checked_mul(1 << doublings)
        .unwrap_or(LONGEST_PAUSE)
        .min(LONGEST_PAUSE)
}

#[derive(sqlx::FromRow)]
struct Row {
    kind: String,
    key: String,
    run_at_ms: Option<i64>,
    lease_until_ms: Option<i64>,
    holder: Option<String>,
    attempts: i64,
    started_ms: Option<i64>,
    finished_ms: Option<i64>,
    failure: Option<String>,
}

/// All work, by kind and key.
pub async fn list(conn: &mut Conn) -> Result<Vec<Job>> {
    let rows = sql!(
        conn,
        all Row,
        "SELECT kind, key, run_at_ms, lease_until_ms, holder, attempts, started_ms, finished_ms,
            failure
         FROM job"
    )?;
    let mut jobs: Vec<Job> = rows
        .into_iter()
        .map(|row| Job {
            kind: row.kind,
            key: row.key,
            run_at: row.run_at_ms.map(instant),
            held: row.holder.zip(row.lease_until_ms.map(instant)),
            attempts: row.attempts,
            started: row.started_ms.map(instant),
            finished: row.finished_ms.map(instant),
            failure: row.failure,
        })
        .collect();
    jobs.sort_by(|a, b| (&a.kind, &a.key).cmp(&(&b.kind, &b.key)));
    Ok(jobs)
}

/// When each kind is next worth a look, by the given clock: when its first piece is due, or a
/// lease on it runs out. Kinds with nothing to do are missing.
pub async fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<(String, Timestamp)>> {
    let behind = now.as_millisecond() - lease_clock(conn, now).await?;
    let rows = sql!(
        conn,
        all(String, Option<i64>),
        "SELECT kind, min(coalesce(lease_until_ms + $1, run_at_ms)) FROM job GROUP BY kind",
        behind
    )?;
    Ok(rows
        .into_iter()
        .filter_map(|(kind, due)| Some((kind, instant(due?))))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_half_a_minute_to_an_hour() {
        let seconds = |attempts| pause(attempts).as_secs();
        assert_eq!([1, 2, 3, 7].map(seconds), [30, 60, 120, 1_920]);
        assert_eq!([8, 9, 100, i64::MAX].map(seconds), [3_600; 4]);
        assert_eq!(seconds(0), 30);
    }
}
