//! Identities. Internal ids are UUIDv7 (they sort by birth); what the public sees are random
//! [`PublicId`]s, because a UUIDv7 tells its time of birth and does not count as a secret.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A calendar, for ever (its slug may change, this does not).
    CalendarId,
    /// An event, whatever its title, time or public UID.
    EventId,
    /// Somewhere a schedule comes from: one file, one mirrored address, one partner's API.
    SourceId,
    /// Something not yet public (R8).
    ProposalId,
    /// One person's own calendar (R16).
    SubscriptionId,
    /// A read-only address of such a calendar.
    AddressId,
    /// Somebody who signs in: staff, or a partner.
    PersonId,
    /// One browser in which a person is signed in; names it to them without being its secret.
    SessionId,
    /// What one reader told the desk.
    TipId,
    /// A calendar that people wish for.
    RequestId,
    /// An image that was sent with a tip.
    UploadId,
}

/// 128 random bits as 22 characters of base 62, fixed width (R10). The caller brings the bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicId(String);

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl PublicId {
    /// Width of every public id in characters: 62^22 > 2^128.
    pub const WIDTH: usize = 22;

    /// Writes 128 bits as a public id.
    pub fn from_bits(mut bits: u128) -> Self {
        let mut out = [b'0'; Self::WIDTH];
        for slot in out.iter_mut().rev() {
            *slot = BASE62[(bits % 62) as usize];
            bits /= 62;
        }
        Self(out.iter().map(|b| char::from(*b)).collect())
    }

    /// Reads a public id from an address; `None` when it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == Self::WIDTH && text.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then(|| Self(text.to_owned()))
    }

    /// The 22 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_ids_have_fixed_width_and_read_back() {
        for bits in [0, 1, u128::MAX, u128::MAX / 7] {
            let id = PublicId::from_bits(bits);
            assert_eq!(id.as_str().len(), PublicId::WIDTH);
            assert_eq!(PublicId::parse(id.as_str()), Some(id));
        }
        assert_ne!(PublicId::from_bits(1), PublicId::from_bits(2));
        assert_eq!(PublicId::parse("../etc/passwd-22-chars"), None);
    }
}
