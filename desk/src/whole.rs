//! Transactions that happen whole or not at all.

use crate::{Error, Result};
use store::Tx;

/// How often an operation is tried whose transaction was crossed by another's.
pub(crate) const TRIES: usize = 4;

/// Commits what went well, takes back what did not.
pub(crate) async fn end<T>(tx: Tx, done: Result<T>) -> Result<T> {
    match done {
        Ok(value) => {
            tx.commit().await?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one to tell; a failing ROLLBACK adds nothing to it.
            let _ = tx.roll_back().await;
            Err(error)
        }
    }
}

pub(crate) fn is_crossed<T>(done: &Result<T>) -> bool {
    matches!(done, Err(Error::Store(error)) if error.is_crossed())
}

/// `whole!(desk, tx => work)`: does the work in a transaction of its own. On PostgreSQL two that
/// lock the same rows in another order cross; the one that was taken back is done once more.
macro_rules! whole {
    ($desk:expr, $tx:ident => $work:expr) => {{
        let mut tries = 1;
        loop {
            let mut $tx = $desk.db.begin().await?;
            let done = $work.await;
            let done = $crate::whole::end($tx, done).await;
            if !$crate::whole::is_crossed(&done) || tries == $crate::whole::TRIES {
                break done;
            }
            tries += 1;
        }
    }};
}
