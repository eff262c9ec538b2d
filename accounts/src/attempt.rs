//! Guessing made slow: each attempt is counted before it is looked at, so that of many who try at
//! once none is free, and taken back where it was right. How long the waits are is
//! `domain::people`'s.

use domain::id::PersonId;
use domain::key::digest;
use domain::people::{PER_ACCOUNT, PER_MAIL, PER_NETWORK, PER_SECOND_FACTOR, Throttle};
use jiff::Timestamp;
use store::{Db, Tx, sessions};
use web::peer::PeerAddress;

/// What attempts are counted under: a digest, since failed attempts name addresses and networks of
/// strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    kept: [u8; 32],
    throttle: Throttle,
}

impl Subject {
    /// An account, by what was typed as its address; known or not, so that neither shows.
    pub fn account(typed: &str) -> Self {
        Self::new("account", &typed.trim().to_lowercase(), PER_ACCOUNT)
    }

    /// The network that somebody asks from: of IPv6 the first 64 bits (security case E9).
    pub fn network(peer: PeerAddress) -> Self {
        Self::new("network", &peer.network().to_string(), PER_NETWORK)
    }

    /// The second factor of a person.
    pub fn second_factor(person: PersonId) -> Self {
        Self::new("second factor", &person.to_string(), PER_SECOND_FACTOR)
    }

    /// Mail that is asked for, to what was typed as an address.
    pub fn mail(typed: &str) -> Self {
        Self::new("mail", &typed.trim().to_lowercase(), PER_MAIL)
    }

    fn new(kind: &str, name: &str, throttle: Throttle) -> Self {
        Self {
            kept: digest(&format!("{kind}: {name}")),
            throttle,
        }
    }
}

/// Counts an attempt under all of these, or says how many seconds to wait before the next.
pub async fn begin(
    db: &Db,
    subjects: &[Subject],
    now: Timestamp,
) -> store::Result<Result<(), u32>> {
    let mut subjects = subjects.to_vec();
    // Two that are counted under the same subjects must not wait for one another crosswise.
    subjects.sort_by_key(|subject| subject.kept);
    let mut tx = db.begin().await?;
    let mut wait = jiff::SignedDuration::ZERO;
    for subject in &subjects {
        let known = sessions::failures(&mut tx, &subject.kept, now).await?;
        wait = wait.max(subject.throttle.wait(known, now));
        sessions::set_failures(&mut tx, &subject.kept, known.and_one_at(now)).await?;
    }
    if wait.is_zero() {
        tx.commit().await?;
        return Ok(Ok(()));
    }
    // Who must wait is not made to wait longer for having asked.
    tx.roll_back().await?;
    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
    Ok(Err(seconds.saturating_add(1)))
}

/// The attempt was right: its account begins anew, its network has one failure less.
pub async fn succeed(tx: &mut Tx, account: Subject, network: Option<Subject>) -> store::Result<()> {
    sessions::forget_failures(tx, &account.kept).await?;
    if let Some(network) = network {
        sessions::forgive(tx, &network.kept).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e9_one_line_is_one_network_and_one_account_is_one_however_it_is_typed() {
        let peer = |text: &str| Subject::network(PeerAddress(text.parse().unwrap()));
        assert_eq!(peer("2001:db8::1"), peer("2001:db8::ffff"));
        assert_ne!(peer("2001:db8::1"), peer("2001:db8:0:1::1"));
        assert_eq!(Subject::account(" Ann@x.io"), Subject::account("ann@X.io"));
        assert_ne!(Subject::account("a@x.io"), Subject::mail("a@x.io"));
    }
}
