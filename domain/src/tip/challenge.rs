//! Proof of work: a form carries a challenge, a script in the browser looks for a number whose hash
//! with it begins with enough zero bits, and the server checks that with one hash. Nothing is kept
//! for a challenge until it is used; then it is remembered until it expires, so that none is used
//! twice. Without a solution a tip still reaches the queue: work is a point in its favour, no gate.

use super::seal::{BYTES, Keys, Purpose, hex, unhex};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// How long a form may lie open until its challenge is no longer taken, in milliseconds.
pub const LIFE_MS: i64 = 2 * 3600 * 1000;
/// Zero bits asked for in quiet times: some thousand hashes, less than half a second on a phone.
pub const QUIET_BITS: u32 = 12;
/// Most zero bits ever asked for: some ten seconds on a phone.
pub const MOST_BITS: u32 = 18;
/// Tips within ten minutes that are no load.
const QUIET_TIPS: u32 = 16;
/// Longest solution that is looked at, in characters.
const SOLUTION_CHARS: usize = 20;

/// How many zero bits to ask for, after so many tips within the last ten minutes: one more each
/// time their number doubles.
pub fn bits(recent: u32) -> u32 {
    let doubled = (recent / QUIET_TIPS).checked_ilog2().map_or(0, |n| n + 1);
    (QUIET_BITS + doubled).min(MOST_BITS)
}

/// A challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What it was made for; one for tips is none for wishes.
    purpose: &'static str,
    /// When it is no longer taken.
    pub expires_ms: i64,
    /// Zero bits that are asked for.
    pub bits: u32,
    nonce: [u8; 16],
}

impl Challenge {
    /// A new one; the caller brings the random bits.
    pub fn new(purpose: &'static str, now: Timestamp, bits: u32, nonce: u128) -> Self {
        Self {
            purpose,
            expires_ms: now.as_millisecond().saturating_add(LIFE_MS),
            bits: bits.min(MOST_BITS),
            nonce: nonce.to_le_bytes(),
        }
    }

    fn body(&self) -> String {
        let nonce = hex(&self.nonce);
        format!("{:x}.{}.{nonce}", self.expires_ms.max(0), self.bits)
    }

    fn message(&self) -> String {
        format!("{} {}", self.purpose, self.body())
    }

    /// As it stands in a form.
    pub fn sealed(&self, keys: &Keys) -> String {
        let signature = keys.sign(Purpose::Challenge, self.message().as_bytes());
        format!("{}.{}", self.body(), hex(&signature))
    }

    /// Reads one of ours, made for `purpose`; `None` for anything else. It may have expired.
    pub fn open(text: &str, purpose: &'static str, keys: &Keys) -> Option<Self> {
        let mut parts = text.split('.');
        let expires_ms = i64::from_str_radix(parts.next()?, 16).ok()?;
        let bits = parts.next()?.parse().ok()?;
        let nonce = unhex(parts.next()?)?;
        let signature = unhex::<BYTES>(parts.next()?)?;
        let read = Self {
            purpose,
            expires_ms,
            bits,
            nonce,
        };
        let ours = keys.is_ours(Purpose::Challenge, read.message().as_bytes(), &signature);
        (ours && read.sealed(keys) == text).then_some(read)
    }

    /// Whether it is still taken.
    pub fn is_open(&self, now: Timestamp) -> bool {
        now.as_millisecond() < self.expires_ms
    }
}

/// Whether a number solves a challenge, as it stood in the form.
pub fn is_solved(sealed: &str, bits: u32, solution: &str) -> bool {
    let plain = (1..=SOLUTION_CHARS).contains(&solution.len())
        && solution.bytes().all(|b| b.is_ascii_digit());
    plain && leading_zeros(&Sha256::digest(format!("{sealed}:{solution}"))) >= bits
}

fn leading_zeros(hash: &[u8]) -> u32 {
    let whole = hash.iter().take_while(|byte| **byte == 0).count();
    let rest = hash.get(whole).map_or(0, |byte| byte.leading_zeros());
    8 * u32::try_from(whole).unwrap_or(0) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys() -> Keys {
        Keys::of(&[7; 32])
    }

    fn now() -> Timestamp {
        "2026-11-22T03:00:00Z".parse().unwrap()
    }

    proptest! {
        #[test]
        fn challenges_read_back(nonce: u128, bits in 0u32..=MOST_BITS) {
            let made = Challenge::new("tip", now(), bits, nonce);
            let text = made.sealed(&keys());
            prop_assert_eq!(Challenge::open(&text, "tip", &keys()), Some(made));
            prop_assert_eq!(Challenge::open(&text, "wish", &keys()), None);
            prop_assert_eq!(Challenge::open(&text, "tip", &Keys::of(&[8; 32])), None);
        }

        #[test]
        fn no_text_is_too_odd_to_be_refused(text: String) {
            prop_assert_eq!(Challenge::open(&text, "tip", &keys()), None);
        }
    }

    #[test]
    fn a_changed_challenge_is_not_ours() {
        let text = Challenge::new("tip", now(), 12, 5).sealed(&keys());
        for place in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = if bytes[place] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(Challenge::open(&changed, "tip", &keys()), None, "{changed}");
        }
    }

    #[test]
    fn it_expires() {
        let made = Challenge::new("tip", now(), 12, 5);
        assert!(made.is_open(now()));
        let later = Timestamp::from_millisecond(now().as_millisecond() + LIFE_MS).unwrap();
        assert!(!made.is_open(later));
    }

    #[test]
    fn a_solution_is_found_and_another_one_is_none() {
        let text = Challenge::new("tip", now(), 10, 5).sealed(&keys());
        let found = (0..100_000_u32).find(|n| is_solved(&text, 10, &n.to_string()));
        let found = found.unwrap().to_string();
        assert!(is_solved(&text, 10, &found));
        assert!(!is_solved(&text, 64, &found));
        for bad in ["", "x", "-1", &"1".repeat(21)] {
            assert!(!is_solved(&text, 0, bad), "{bad}");
        }
    }

    #[test]
    fn more_is_asked_for_under_load_but_never_too_much() {
        for (recent, want) in [(0, 12), (15, 12), (16, 13), (31, 13), (32, 14), (64, 15)] {
            assert_eq!(bits(recent), want, "{recent}");
        }
        assert_eq!(bits(u32::MAX), MOST_BITS);
    }
}
