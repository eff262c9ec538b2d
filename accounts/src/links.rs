//! Links that are good once: who is invited, who forgot a password, who is let in from the command
//! line. The digest of a link is kept; the link is told once, in a mail or on the terminal.

use domain::id::{PersonId, PublicId};
use domain::key::digest;
use jiff::{SignedDuration, Timestamp};
use store::Tx;
use store::sessions::{Purpose, add_link};

/// How long a link is good for.
pub const fn good_for(purpose: Purpose) -> SignedDuration {
    match purpose {
        Purpose::Invitation => SignedDuration::from_hours(7 * 24),
        Purpose::Reset => SignedDuration::from_hours(1),
        Purpose::SetUp | Purpose::SignIn => SignedDuration::from_hours(24),
    }
}

/// Makes a link for somebody, or for the first administrator, and returns its path. An earlier one
/// for the same purpose dies.
pub async fn make(
    tx: &mut Tx,
    person: Option<PersonId>,
    purpose: Purpose,
    now: Timestamp,
) -> store::Result<String> {
    let token = PublicId::from_bits(store::random_bits());
    let expires = now.checked_add(good_for(purpose)).unwrap_or(now);
    let kept = digest(token.as_str());
    add_link(tx, &kept, person, (purpose, expires), now).await?;
    Ok(path(token.as_str()))
}

/// Where a link leads.
pub fn path(token: &str) -> String {
    format!("/welcome/{token}")
}
