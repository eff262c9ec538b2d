//! Personal calendars (R16) as the surfaces reach them: how one is made, opened by its key, given
//! another address, and where each of its addresses leads. What is in one is `domain::recipe`'s,
//! what is kept `store::subscriptions`'.

use crate::base_url::BaseUrl;
use crate::failure::{Failure, Message};
use domain::caps;
use domain::id::{AddressId, PublicId, SubscriptionId};
use domain::key;
use domain::recipe::Recipe;
use jiff::{SignedDuration, Timestamp};
use store::subscriptions::{self, Address, NewAddress, Subscription};
use store::{Conn, Tx};

/// Where pages of personal calendars are.
pub const PAGES: &str = "/my";
/// Where machines make and manage them.
pub const MACHINES: &str = "/api/v1/subscriptions";

/// True for a path below which addresses hold keys: such an answer is kept nowhere, listed nowhere,
/// and tells no other site where the reader was (security cases D8, D12).
pub fn holds_keys(path: &str) -> bool {
    let below = |root: &str| {
        let rest = path.strip_prefix(root);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    path.starts_with("/my/")
        || path.starts_with("/welcome/")
        || below(MACHINES)
        || crate::tips::is_receipt(path)
}

/// What is told once: the key that manages a calendar, and its first address.
#[derive(Clone)]
pub struct Keys {
    /// The manage key.
    pub token: PublicId,
    /// A read-only address.
    pub address: PublicId,
}

impl Keys {
    /// New ones; the address is the one of a calendar made or changed at `at`.
    fn fresh(at: Timestamp) -> Self {
        let token = PublicId::from_bits(store::random_bits());
        Self {
            address: key::address(token.as_str(), at),
            token,
        }
    }
}

/// Where an address is read.
pub fn feed(base: &BaseUrl, address: &PublicId) -> String {
    base.join(&feed_path(address))
}

/// The path of [`feed`].
pub fn feed_path(address: &PublicId) -> String {
    format!("/feeds/my/{address}.ics")
}

/// The same over CalDAV.
pub fn caldav(base: &BaseUrl, address: &PublicId) -> String {
    base.join(&format!("/dav/my/{address}/"))
}

/// The page that manages a calendar.
pub fn page_path(token: &str) -> String {
    format!("{PAGES}/{token}")
}

/// The owner's own first address, without a name.
const fn first(digest: &[u8; 32]) -> NewAddress<'_> {
    NewAddress {
        digest,
        label: "",
        own: true,
    }
}

/// Makes a calendar.
pub async fn make(tx: &mut Tx, recipe: &Recipe, at: Timestamp) -> Result<Keys, Failure> {
    let keys = Keys::fresh(at);
    let manage = key::digest(keys.token.as_str());
    let address = key::digest(keys.address.as_str());
    subscriptions::create(tx, recipe, &manage, first(&address), at).await?;
    Ok(keys)
}

/// The calendar that a manage key opens. Whatever is no such key takes the same way to the same
/// answer (security case D10).
pub async fn open(conn: &mut Conn, token: &str) -> Result<Subscription, Failure> {
    let found = subscriptions::by_manage_key(conn, &key::digest(token)).await?;
    found.ok_or(Failure::NotFound)
}

/// Who an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// One of the owner's own devices; its entries carry the owner's links.
    Owner,
    /// Somebody else, who reads and changes nothing.
    Friend,
}

/// Gives a calendar one more address. Its name is cleaned and shortened.
pub async fn add_address(
    tx: &mut Tx,
    (token, id): (&str, SubscriptionId),
    (label, holder): (&str, Holder),
    at: Timestamp,
) -> Result<(AddressId, PublicId), Failure> {
    let before = subscriptions::addresses(tx, id).await?;
    if before.len() >= caps::SUBSCRIPTION_ADDRESSES {
        let max = caps::SUBSCRIPTION_ADDRESSES.to_string();
        let fault = Message::new("invalid.addresses").with("max", max);
        return Err(Failure::invalid("addresses", fault));
    }
    // An address is derived from its time, which is therefore used once.
    let after = before.last().map(|last| last.created);
    let after = after.and_then(|last| last.checked_add(SignedDuration::from_millis(1)).ok());
    let at = after.map_or(at, |after| at.max(after));
    let address = key::address(token, at);
    let label = clean_label(label);
    let new = NewAddress {
        digest: &key::digest(address.as_str()),
        label: &label,
        own: holder == Holder::Owner,
    };
    let id = subscriptions::add_address(tx, id, new, at).await?;
    Ok((id, address))
}

/// The name of an address as it is kept.
pub fn clean_label(text: &str) -> String {
    let line = domain::text::clean_line(text, 4 * caps::ADDRESS_LABEL_CHARS);
    line.chars().take(caps::ADDRESS_LABEL_CHARS).collect()
}

/// Gives a calendar new keys; all that were known die.
pub async fn rotate(tx: &mut Tx, id: SubscriptionId, at: Timestamp) -> Result<Keys, Failure> {
    let keys = Keys::fresh(at);
    let manage = key::digest(keys.token.as_str());
    let address = key::digest(keys.address.as_str());
    subscriptions::rotate(tx, id, &manage, first(&address), at).await?;
    Ok(keys)
}

/// All addresses of a calendar, oldest first, each with itself where the manage key gives it.
pub async fn addresses(
    conn: &mut Conn,
    token: &str,
    id: SubscriptionId,
) -> Result<Vec<(Address, Option<PublicId>)>, Failure> {
    let mut all = Vec::new();
    for known in subscriptions::addresses(conn, id).await? {
        let derived = key::address(token, known.created);
        let found = subscriptions::by_address(conn, &key::digest(derived.as_str())).await?;
        let is_it = found.is_some_and(|(id, ..)| id == known.id);
        all.push((known, is_it.then_some(derived)));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d12_paths_with_keys_are_known() {
        for (path, secret) in [
            ("/my", false),
            ("/mystery", false),
            ("/my/x", true),
            ("/welcome/x", true),
            ("/my/not/x/y", true),
            ("/api/v1/subscriptions", true),
            ("/api/v1/subscriptions/x/rotate", true),
            ("/api/v1/subscriptionsx", false),
            ("/calendars/my", false),
            ("/tips/new", false),
            ("/tips/requests", false),
            ("/tips/0123456789abcdefABCDEF", true),
            ("/tips/0123456789abcdefABCDEF/withdraw", true),
        ] {
            assert_eq!(holds_keys(path), secret, "{path}");
        }
    }

    #[test]
    fn every_calendar_has_its_own_keys() {
        let at = "2026-11-22T03:00:00Z".parse().unwrap();
        let (one, other) = (Keys::fresh(at), Keys::fresh(at));
        assert_ne!(one.token, other.token);
        assert_ne!(one.address, other.address);
        assert_ne!(one.token, one.address);
    }

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!(clean_label(" 내\n폰 "), "내 폰");
        assert_eq!(clean_label(&"가".repeat(99)).chars().count(), 40);
    }
}
