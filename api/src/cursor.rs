//! Where a page of a list ended, as an opaque word for the next request. It holds the key of the
//! last item and a check over it and the list it belongs to, so that one from another list, from
//! other filters or made up is refused instead of giving a page of something else.

use domain::id::{CalendarId, EventId};
use jiff::Timestamp;
use store::occurrences::Position;
use uuid::Uuid;

/// Bytes of the check. It keeps mistakes out, not attackers: a key is no secret.
const CHECK_BYTES: usize = 8;

/// Length of the shortest cursor: an id and a check.
const SHORTEST: usize = 2 * (16 + CHECK_BYTES);

/// The place of an item in its list.
pub trait Key: Sized {
    /// The key as bytes.
    fn to_bytes(&self) -> Vec<u8>;
    /// The key from exactly these bytes.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

/// Writes the cursor for the items of `list` after `key`.
pub fn seal(list: &str, key: &impl Key) -> String {
    let mut bytes = key.to_bytes();
    bytes.extend(check(list, &bytes));
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a cursor of `list`; `None` when it is none.
pub fn open<K: Key>(list: &str, text: &str) -> Option<K> {
    let bytes = from_hex(text)?;
    let (key, found) = bytes.split_at_checked(bytes.len().checked_sub(CHECK_BYTES)?)?;
    (check(list, key) == found).then(|| K::from_bytes(key))?
}

/// Whether a text could be a cursor of some list: what the description of the API promises.
pub fn is_shaped(text: &str) -> bool {
    text.len() >= SHORTEST && from_hex(text).is_some()
}

fn check(list: &str, key: &[u8]) -> [u8; CHECK_BYTES] {
    let mut hasher = blake3::Hasher::new_derive_key("almanac 2026 cursor of the read API");
    hasher.update(&(list.len() as u64).to_be_bytes());
    hasher.update(list.as_bytes());
    hasher.update(key);
    let mut check = [0; CHECK_BYTES];
    hasher.finalize_xof().fill(&mut check);
    check
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let plain = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if !text.len().is_multiple_of(2) || text.len() > 200 || !text.bytes().all(plain) {
        return None;
    }
    let byte = |at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(byte).collect()
}

impl Key for CalendarId {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Uuid::from_slice(bytes).ok().map(Self)
    }
}

/// A row of the change log: revision and event.
impl Key for (i64, EventId) {
    fn to_bytes(&self) -> Vec<u8> {
        [&self.0.to_be_bytes()[..], self.1.0.as_bytes()].concat()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (revision, event) = bytes.split_first_chunk()?;
        let event = Uuid::from_slice(event).ok()?;
        Some((i64::from_be_bytes(*revision), EventId(event)))
    }
}

impl Key for Position {
    fn to_bytes(&self) -> Vec<u8> {
        let starts = self.starts.as_millisecond().to_be_bytes();
        let ordinal = self.ordinal.to_be_bytes();
        [&starts[..], &ordinal, self.event.0.as_bytes()].concat()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (starts, rest) = bytes.split_first_chunk()?;
        let (ordinal, event) = rest.split_first_chunk()?;
        Some(Self {
            starts: Timestamp::from_millisecond(i64::from_be_bytes(*starts)).ok()?,
            event: EventId(Uuid::from_slice(event).ok()?),
            ordinal: i64::from_be_bytes(*ordinal),
        })
    }
}

impl Key for search::Cursor {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::parse(std::str::from_utf8(bytes).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn position(ms: i64, ordinal: i64, id: u128) -> Position {
        Position {
            starts: Timestamp::from_millisecond(ms).unwrap(),
            event: EventId(Uuid::from_u128(id)),
            ordinal,
        }
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back_in_its_own_list_only(
            ms in -377_705_023_201_000_i64..=253_402_207_200_999,
            ordinal: i64,
            id: u128,
            list in ".{0,40}",
            other in ".{0,40}",
        ) {
            let key = position(ms, ordinal, id);
            let text = seal(&list, &key);
            prop_assert_eq!(open::<Position>(&list, &text), Some(key));
            if list != other {
                prop_assert_eq!(open::<Position>(&other, &text), None);
            }
            let row = (ordinal, EventId(Uuid::from_u128(id)));
            prop_assert_eq!(open::<(i64, EventId)>(&list, &seal(&list, &row)), Some(row));
        }

        #[test]
        fn what_is_no_cursor_is_refused(text in ".{0,120}") {
            prop_assert_eq!(open::<Position>("list", &text), None);
        }

        #[test]
        fn a_cursor_with_one_changed_letter_is_refused(at in 0usize..80, to in "[0-9a-f]") {
            let mut text = seal("list", &position(1, 2, 3));
            let same = text[at..=at] == to;
            text.replace_range(at..=at, &to);
            prop_assert_eq!(open::<Position>("list", &text).is_some(), same);
        }
    }

    #[test]
    fn keys_of_different_lists_are_not_confused() {
        let calendar = CalendarId(Uuid::from_u128(7));
        let text = seal("x", &calendar);
        assert_eq!(open::<CalendarId>("x", &text), Some(calendar));
        assert_eq!(open::<Position>("x", &text), None);
    }
}
