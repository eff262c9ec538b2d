//! Letting the change log go where it is old (R1). Versions are kept for ever; only the log that
//! followers ask for is cut, and each calendar knows from where on it is whole.

use crate::db::Tx;
use crate::error::Result;
use jiff::Timestamp;
use uuid::Uuid;

/// Most rows that are looked at to find where the old part of one calendar's log ends. The rest is
/// found the next time.
const AHEAD: i64 = 1_000;

/// Deletes rows of the change log from before `before`, oldest first, at most `limit` of them, and
/// raises each calendar's floor to the highest revision that is gone. A revision goes whole or is
/// not to be seen any more: the floor is raised first. Returns how many rows went: as many as
/// `limit` means that there may be more.
pub async fn change_log(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<i64> {
    let calendars = sql!(
        tx,
        scalars Uuid,
        "SELECT c.id
         FROM calendar c
         WHERE (
             SELECT ch.at_ms FROM change ch WHERE ch.calendar = c.id
             ORDER BY ch.revision, ch.event
             LIMIT 1
         ) < $1
         ORDER BY c.id
         LIMIT $2",
        before.as_millisecond(),
        limit
    )?;
    let mut gone = 0;
    for calendar in calendars {
        while gone < limit {
            let deleted = of_calendar(tx, calendar, before, limit - gone).await?;
            if deleted == 0 {
                break;
            }
            gone += deleted;
        }
    }
    Ok(gone)
}

async fn of_calendar(tx: &mut Tx, calendar: Uuid, before: Timestamp, limit: i64) -> Result<i64> {
    let Some(floor) = last_old(tx, calendar, before).await? else {
        return Ok(0);
    };
    sql!(
        tx,
        execute,
        "UPDATE calendar SET log_floor = $2 WHERE id = $1 AND log_floor < $2",
        calendar,
        floor
    )?;
    let deleted = sql!(
        tx,
        execute,
        "DELETE FROM change
         WHERE (calendar, revision, event) IN (
             SELECT calendar, revision, event
             FROM change
             WHERE calendar = $1 AND revision <= $2
             ORDER BY revision, event
             LIMIT $3
         )",
        calendar,
        floor,
        limit
    )?;
    Ok(i64::try_from(deleted).unwrap_or(i64::MAX))
}

/// The last revision of the unbroken old beginning of a calendar's log. A clock that once went
/// back makes no hole: what comes after the first young row stays.
async fn last_old(tx: &mut Tx, calendar: Uuid, before: Timestamp) -> Result<Option<i64>> {
    let head = sql!(
        tx,
        all(i64, i64),
        "SELECT revision, at_ms FROM change WHERE calendar = $1 ORDER BY revision, event LIMIT $2",
        calendar,
        AHEAD
    )?;
    let old = head
        .iter()
        .take_while(|(_, at)| *at < before.as_millisecond())
        .last();
    Ok(old.map(|(revision, _)| *revision))
}
