//! The secrets of a personal calendar (R16): the key that manages it, the addresses that read it,
//! and the signature in the links inside its entries. How they are written, compared and derived;
//! not where they are kept, and not what they allow: that is [`policy`](crate::policy)'s.

use crate::id::{PublicId, SubscriptionId};
use jiff::Timestamp;
use std::fmt;
use uuid::Uuid;

/// What the database keeps of a key or an address: enough to find it by, of no use to whoever
/// reads the database. A plain hash will do, because what is hashed has 128 random bits.
pub fn digest(key: &str) -> [u8; 32] {
    *blake3::hash(key.as_bytes()).as_bytes()
}

/// The address of a calendar that was made at `made`, by the calendar's manage key.
///
/// Derived instead of random, so that whoever holds the manage key can be shown an address again,
/// though only its digest is stored. As hard to guess as the key itself; says nothing about the
/// key or about other addresses. `made` must not be used twice with one key.
pub fn address(manage_key: &str, made: Timestamp) -> PublicId {
    let mut derive = blake3::Hasher::new_derive_key("almanac: read-only address of a calendar");
    derive.update(manage_key.as_bytes());
    derive.update(&made.as_millisecond().to_le_bytes());
    let mut bits = [0; 16];
    derive.finalize_xof().fill(&mut bits);
    PublicId::from_bits(u128::from_le_bytes(bits))
}

/// Bytes of the id, and of the signature after it.
const HALF: usize = 16;
/// Characters of both in base64url without padding (RFC 4648 §5).
const WIDTH: usize = 43;
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What signs the links inside a calendar's own entries ("not this one", "something is wrong"):
/// the calendar's id and a keyed hash of it. Who has it can do what those links do, nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnLinks {
    bytes: [u8; 2 * HALF],
    text: String,
}

impl OwnLinks {
    /// Signs a calendar's links with its `link_key`, whatever the key's length.
    pub fn new(id: SubscriptionId, link_key: &[u8]) -> Self {
        let mut bytes = [0; 2 * HALF];
        bytes[..HALF].copy_from_slice(id.0.as_bytes());
        bytes[HALF..].copy_from_slice(&signature(id, link_key));
        Self::of_bytes(bytes)
    }

    fn of_bytes(bytes: [u8; 2 * HALF]) -> Self {
        let text = encode(&bytes);
        Self { bytes, text }
    }

    /// The 43 characters that stand in a link.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads them; `None` for anything that [`OwnLinks::as_str`] never writes. Says nothing yet
    /// about who signed.
    pub fn parse(text: &str) -> Option<Self> {
        decode(text).map(Self::of_bytes)
    }

    /// The calendar that it claims to be of.
    pub fn subscription(&self) -> SubscriptionId {
        let mut id = [0; HALF];
        id.copy_from_slice(&self.bytes[..HALF]);
        SubscriptionId(Uuid::from_bytes(id))
    }

    /// Whether the signature was made with this key. Takes the same time for every answer.
    pub fn is_signed_by(&self, link_key: &[u8]) -> bool {
        let mut own = [0; HALF];
        own.copy_from_slice(&self.bytes[HALF..]);
        // The hash type's own comparison is the one that takes constant time.
        padded(own) == padded(signature(self.subscription(), link_key))
    }
}

/// A signature is a secret: no log shows one by accident.
impl fmt::Debug for OwnLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnLinks({})", self.subscription())
    }
}

fn signature(id: SubscriptionId, link_key: &[u8]) -> [u8; HALF] {
    let key = blake3::derive_key("almanac: links inside a calendar's entries", link_key);
    let whole = blake3::keyed_hash(&key, id.0.as_bytes());
    let mut half = [0; HALF];
    half.copy_from_slice(&whole.as_bytes()[..HALF]);
    half
}

fn padded(half: [u8; HALF]) -> blake3::Hash {
    let mut whole = [0; 2 * HALF];
    whole[..HALF].copy_from_slice(&half);
    blake3::Hash::from_bytes(whole)
}

fn encode(bytes: &[u8; 2 * HALF]) -> String {
    let mut text = String::with_capacity(WIDTH);
    for group in bytes.chunks(3) {
        let byte = |n: usize| u32::from(group.get(n).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=group.len() {
            let six = bits >> (18 - 6 * place) & 0x3f;
            text.push(char::from(BASE64[six as usize]));
        }
    }
    text
}

/// One text for one value: bits that the last character has left over must be zero.
fn decode(text: &str) -> Option<[u8; 2 * HALF]> {
    if text.len() != WIDTH {
        return None;
    }
    let mut bytes = [0; 2 * HALF];
    let (mut bits, mut held, mut filled) = (0u32, 0, 0);
    for c in text.bytes() {
        let six = BASE64.iter().position(|known| *known == c)?;
        bits = bits << 6 | u32::try_from(six).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            *bytes.get_mut(filled)? = (bits >> held & 0xff) as u8;
            filled += 1;
            bits &= (1 << held) - 1;
        }
    }
    (bits == 0 && filled == bytes.len()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(bits: u128) -> SubscriptionId {
        SubscriptionId(Uuid::from_u128(bits))
    }

    proptest! {
        #[test]
        fn links_read_back_as_they_were_written(bits: u128, key: Vec<u8>, other: Vec<u8>) {
            let links = OwnLinks::new(id(bits), &key);
            prop_assert_eq!(links.as_str().len(), 43);
            let read = OwnLinks::parse(links.as_str()).unwrap();
            prop_assert_eq!(&read, &links);
            prop_assert_eq!(read.subscription(), id(bits));
            prop_assert!(read.is_signed_by(&key));
            prop_assert_eq!(read.is_signed_by(&other), key == other);
        }

        #[test]
        fn what_is_read_is_what_would_be_written(text in "[A-Za-z0-9_-]{43}") {
            if let Some(links) = OwnLinks::parse(&text) {
                prop_assert_eq!(links.as_str(), text);
            }
        }

        #[test]
        fn no_text_is_too_odd_to_be_refused(text: String) {
            let _ = OwnLinks::parse(&text);
        }
    }

    #[test]
    fn a_changed_character_is_another_calendar_or_a_wrong_signature() {
        let links = OwnLinks::new(id(7), b"key");
        for place in 0..WIDTH {
            let mut text = links.as_str().to_owned().into_bytes();
            text[place] = if text[place] == b'A' { b'Q' } else { b'A' };
            let text = String::from_utf8(text).unwrap();
            let signed = OwnLinks::parse(&text).is_some_and(|read| read.is_signed_by(b"key"));
            assert!(!signed, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_links_is_refused() {
        for bad in [
            "",
            "A",
            &"A".repeat(42),
            &"A".repeat(44),
            &"+".repeat(43),
            &"é".repeat(22),
        ] {
            assert_eq!(OwnLinks::parse(bad), None, "{bad}");
        }
        assert_eq!(OwnLinks::parse(&format!("{}B", "A".repeat(42))), None);
    }

    #[test]
    fn a_log_shows_no_signature() {
        let links = OwnLinks::new(id(7), b"key");
        assert!(!format!("{links:?}").contains(links.as_str()));
    }

    #[test]
    fn addresses_differ_by_key_and_by_time_and_come_again() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let one = address("key", at("2026-11-22T03:00:00Z"));
        assert_eq!(one, address("key", at("2026-11-22T03:00:00Z")));
        assert_ne!(one, address("key", at("2026-11-22T03:00:00.001Z")));
        assert_ne!(one, address("kez", at("2026-11-22T03:00:00Z")));
        assert_ne!(digest("key"), digest(one.as_str()));
    }
}
