//! What this installation signs for tips: challenges, trust, receipts. Each purpose has a key of
//! its own, derived from the database's secret, so that what is signed for one says nothing for
//! another.

use crate::id::PublicId;
use jiff::civil::Date;
use std::fmt;

/// Bytes of a signature.
pub const BYTES: usize = 16;

/// The keys. Not shown in logs.
#[derive(Clone)]
pub struct Keys {
    challenge: [u8; 32],
    trust: [u8; 32],
    receipt: [u8; 32],
    network: [u8; 32],
    upload: [u8; 32],
}

/// What a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A challenge that a form asks to be solved.
    Challenge,
    /// Counts that a browser keeps.
    Trust,
    /// An image that was sent with a form that had faults elsewhere.
    Upload,
}

impl Keys {
    /// The keys of an installation.
    pub fn of(secret: &[u8; 32]) -> Self {
        let derive = |context| blake3::derive_key(context, secret);
        Self {
            challenge: derive("almanac tips 2026: challenges"),
            trust: derive("almanac tips 2026: trust"),
            receipt: derive("almanac tips 2026: receipts"),
            network: derive("almanac tips 2026: networks"),
            upload: derive("almanac tips 2026: uploads"),
        }
    }

    /// Signs a message.
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> [u8; BYTES] {
        let key = match purpose {
            Purpose::Challenge => &self.challenge,
            Purpose::Trust => &self.trust,
            Purpose::Upload => &self.upload,
        };
        half(blake3::keyed_hash(key, message))
    }

    /// Whether a signature is ours. Takes the same time for every answer.
    pub fn is_ours(&self, purpose: Purpose, message: &[u8], signature: &[u8; BYTES]) -> bool {
        padded(self.sign(purpose, message)) == padded(*signature)
    }

    /// The receipt of a tip that was sent with `form_key`: the same tip sent again from the same
    /// form gets the same receipt, though only its digest is stored.
    pub fn receipt(&self, form_key: &str, content: &[u8]) -> PublicId {
        let mut hasher = blake3::Hasher::new_keyed(&self.receipt);
        hasher.update(&(form_key.len() as u64).to_le_bytes());
        hasher.update(form_key.as_bytes());
        hasher.update(content);
        let mut bits = [0; 16];
        hasher.finalize_xof().fill(&mut bits);
        PublicId::from_bits(u128::from_le_bytes(bits))
    }

    /// Stands for a network on one day (UTC): enough to count by, of no use the day after.
    pub fn network(&self, network: &str, day: Date) -> [u8; BYTES] {
        half(blake3::keyed_hash(
            &self.network,
            format!("{day} {network}").as_bytes(),
        ))
    }

    /// Stands for a voter on one wish, and on no other.
    pub fn voter(&self, voter: &[u8], wish: &[u8]) -> [u8; BYTES] {
        let mut hasher = blake3::Hasher::new_keyed(&self.network);
        hasher.update(b"voter");
        hasher.update(wish);
        hasher.update(voter);
        half(hasher.finalize())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(..)")
    }
}

fn half(whole: blake3::Hash) -> [u8; BYTES] {
    let mut half = [0; BYTES];
    half.copy_from_slice(&whole.as_bytes()[..BYTES]);
    half
}

/// The hash type's own comparison is the one that takes constant time.
fn padded(half: [u8; BYTES]) -> blake3::Hash {
    let mut whole = [0; 32];
    whole[..BYTES].copy_from_slice(&half);
    blake3::Hash::from_bytes(whole)
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`hex`] writes, and nothing else.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn digits_read_back(bytes: [u8; 16]) {
            prop_assert_eq!(unhex::<16>(&hex(&bytes)), Some(bytes));
        }

        #[test]
        fn what_is_read_is_what_would_be_written(text in "[0-9a-fA-F]{30,34}") {
            if let Some(bytes) = unhex::<16>(&text) {
                prop_assert_eq!(hex(&bytes), text);
            }
        }
    }

    #[test]
    fn each_purpose_and_each_installation_signs_differently() {
        let keys = Keys::of(&[1; 32]);
        let other = Keys::of(&[2; 32]);
        let signed = keys.sign(Purpose::Trust, b"x");
        assert!(keys.is_ours(Purpose::Trust, b"x", &signed));
        assert!(!keys.is_ours(Purpose::Challenge, b"x", &signed));
        assert!(!keys.is_ours(Purpose::Trust, b"y", &signed));
        assert!(!other.is_ours(Purpose::Trust, b"x", &signed));
        assert_eq!(format!("{keys:?}"), "Keys(..)");
    }

    #[test]
    fn a_receipt_belongs_to_one_form_and_one_content() {
        let keys = Keys::of(&[1; 32]);
        assert_eq!(keys.receipt("a", b"bc"), keys.receipt("a", b"bc"));
        assert_ne!(keys.receipt("a", b"bc"), keys.receipt("ab", b"c"));
        assert_ne!(keys.receipt("a", b"bc"), keys.receipt("a", b"bd"));
    }

    #[test]
    fn a_network_is_somebody_else_the_day_after() {
        let keys = Keys::of(&[1; 32]);
        let on = |day| keys.network("192.0.2.1", date(2026, 11, day));
        assert_eq!(on(22), on(22));
        assert_ne!(on(22), on(23));
        assert_ne!(on(22), keys.network("192.0.2.2", date(2026, 11, 22)));
        assert_ne!(keys.voter(b"a", b"one"), keys.voter(b"a", b"two"));
    }
}
