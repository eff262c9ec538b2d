//! What came lately, to tell bursts by; and challenges that were used.

use super::Coming;
use crate::db::{Conn, Tx};
use crate::error::Result;
use domain::id::{ProposalId, TipId};
use domain::tip::seal;
use domain::tip::spam::{BURST_MS, Print, burst};
use jiff::Timestamp;
use uuid::Uuid;

/// Most recent tips that are compared with a new one.
const COMPARED: i64 = 500;
/// Most expired challenges that one use sweeps out.
const SWEPT: i64 = 20;

/// A tip of the last minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recent {
    /// Which.
    pub tip: TipId,
    /// What it stands behind.
    pub proposal: Option<ProposalId>,
    /// What it is told by.
    pub print: Print,
}

/// The tips that came within the time of a burst before `at`, newest first.
pub async fn recent(conn: &mut Conn, at: Timestamp) -> Result<Vec<Recent>> {
    let rows = sql!(
        conn,
        all(Uuid, Option<Uuid>, i64, i64, i64, Vec<u8>),
        "SELECT id, proposal, created_ms, shape, host, network
         FROM tip
         WHERE created_ms >= $1 AND withdrawn_ms IS NULL
         ORDER BY created_ms DESC, id DESC
         LIMIT $2",
        at.as_millisecond() - BURST_MS,
        COMPARED
    )?;
    let read =
        |(id, proposal, at_ms, shape, host, network): (_, Option<Uuid>, _, i64, i64, Vec<u8>)| {
            Recent {
                tip: TipId(id),
                proposal: proposal.map(ProposalId),
                print: Print {
                    at_ms,
                    shape: shape.cast_unsigned(),
                    host: host.cast_unsigned(),
                    network: network.try_into().unwrap_or_default(),
                },
            }
        };
    Ok(rows.into_iter().map(read).collect())
}

/// How many tips came from a network today; the network's name is another one tomorrow.
pub async fn count_from(conn: &mut Conn, network: &[u8; seal::BYTES]) -> Result<i64> {
    Ok(sql!(
        conn,
        scalar i64,
        "SELECT count(*) FROM tip WHERE network = $1",
        network.as_slice()
    )?)
}

/// How many tips came since.
pub async fn count_since(conn: &mut Conn, since: Timestamp) -> Result<i64> {
    Ok(sql!(
        conn,
        scalar i64,
        "SELECT count(*) FROM tip WHERE created_ms >= $1",
        since.as_millisecond()
    )?)
}

/// Uses a challenge up. False where it was used before.
pub async fn use_challenge(
    tx: &mut Tx,
    challenge: &str,
    (expires_ms, now): (i64, Timestamp),
) -> Result<bool> {
    sql!(
        tx,
        execute,
        "DELETE FROM used_challenge
         WHERE digest IN (
             SELECT digest FROM used_challenge WHERE expires_ms < $1
             ORDER BY expires_ms
             LIMIT $2
         )",
        now.as_millisecond(),
        SWEPT
    )?;
    let fresh = sql!(
        tx,
        execute,
        "INSERT INTO used_challenge (digest, expires_ms)
         VALUES ($1, $2)
         ON CONFLICT (digest) DO NOTHING",
        blake3::hash(challenge.as_bytes()).as_bytes().as_slice(),
        expires_ms
    )?;
    Ok(fresh == 1)
}

/// The burst that a proposal is held in.
pub async fn burst_of(conn: &mut Conn, proposal: ProposalId) -> Result<Option<Uuid>> {
    let burst = sql!(
        conn,
        scalar_optional Option<Uuid>,
        "SELECT burst FROM proposal WHERE id = $1",
        proposal.0
    )?;
    Ok(burst.flatten())
}

/// Holds the proposals of a burst together, if the new tip makes one or belongs to one. Only what
/// waits is touched, and what is held in another burst stays there.
pub(super) async fn hold_together(
    tx: &mut Tx,
    proposal: ProposalId,
    tip: TipId,
    coming: &Coming,
) -> Result<()> {
    let mut recent = recent(tx, crate::instant(coming.print.at_ms)).await?;
    recent.retain(|one| one.tip != tip);
    let prints: Vec<Print> = recent.iter().map(|one| one.print).collect();
    let Some(alike) = burst(&prints, &coming.print) else {
        return Ok(());
    };
    let others = alike.iter().filter_map(|place| recent[*place].proposal);
    let mut held: Vec<Uuid> = others.chain([proposal]).map(|id| id.0).collect();
    held.sort_unstable();
    held.dedup();
    let ids = crate::write_ids(held.iter().copied());
    let known = sql!(
        tx,
        scalar_optional Uuid,
        sqlite "SELECT burst FROM proposal
             WHERE id IN (SELECT unhex(value) FROM json_each($1)) AND burst IS NOT NULL
             ORDER BY burst
             LIMIT 1"
        postgres "SELECT burst FROM proposal
             WHERE id IN (
                 SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($1 AS JSON))
             ) AND burst IS NOT NULL
             ORDER BY burst
             LIMIT 1",
        ids.as_str()
    )?;
    sql!(
        tx,
        execute,
        sqlite "UPDATE proposal SET burst = $2
             WHERE id IN (SELECT unhex(value) FROM json_each($1)) AND burst IS NULL
                 AND state = 'waiting'"
        postgres "UPDATE proposal SET burst = $2
             WHERE id IN (
                 SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($1 AS JSON))
             ) AND burst IS NULL AND state = 'waiting'",
        ids.as_str(),
        known.unwrap_or_else(crate::new_id)
    )?;
    Ok(())
}
