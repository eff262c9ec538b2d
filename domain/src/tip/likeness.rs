//! Which tips are the same, and which are alike. The same: a digest of what is proposed, whoever
//! proposes it in whatever spelling; such tips gather into one item. Alike: a fingerprint of the
//! words in which small differences stay small; that is how a burst of spam is told.

use crate::filter::fold;
use crate::id::CalendarId;
use crate::patch::{Field, FieldValue};
use crate::proposal::Aim;
use serde_json::Value;

/// What a tip proposes, as 32 bytes that do not depend on spelling, order of fields or the version
/// that its reporter saw. `None` where it proposes nothing that could be compared: words alone.
pub fn digest(calendar: CalendarId, aim: &Aim) -> Option<[u8; 32]> {
    let mut hasher = blake3::Hasher::new_derive_key("almanac tips 2026: what is proposed");
    let values: Vec<FieldValue> = match aim {
        Aim::Create(body) => {
            hasher.update(calendar.0.as_bytes());
            Field::ALL.iter().map(|field| body.get(*field)).collect()
        }
        Aim::Change { event, patch, .. } => {
            hasher.update(event.0.as_bytes());
            let mut values = patch.values().to_vec();
            values.sort_by_key(FieldValue::field);
            values
        }
    };
    if values.is_empty() {
        return None;
    }
    for value in &values {
        hasher.update(written(value).as_bytes());
        hasher.update(b"\0");
    }
    Some(*hasher.finalize().as_bytes())
}

fn written(value: &FieldValue) -> String {
    let mut out = String::new();
    let folded = matches!(
        value.field(),
        Field::Title | Field::Place | Field::Description | Field::Result
    );
    // A value that cannot be written as JSON does not exist; if it did, all such would be equal.
    let json = serde_json::to_value(value).unwrap_or_default();
    write(&json, folded, &mut out);
    out
}

/// JSON with its keys in order, whatever map the library uses.
fn write(value: &Value, folded: bool, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            for name in names {
                out.push('{');
                out.push_str(name);
                out.push(':');
                write(&fields[name], folded, out);
                out.push('}');
            }
        }
        Value::Array(items) => {
            for item in items {
                out.push('[');
                write(item, folded, out);
                out.push(']');
            }
        }
        Value::String(text) if folded => out.push_str(&key(text)),
        other => out.push_str(&other.to_string()),
    }
}

/// A text as it is compared: folded, without blanks and punctuation; the text itself where nothing
/// else is left.
pub fn key(text: &str) -> String {
    let folded = fold(text);
    let key: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    if key.is_empty() { folded } else { key }
}

/// Letters that are too few for a fingerprint.
const FEW_LETTERS: usize = 10;

/// A fingerprint of words: texts that differ little differ in few bits ([`distance`]). Texts
/// of a few letters, which many people write, have the fingerprint 0.
pub fn shape(texts: &[&str]) -> u64 {
    let letters: Vec<char> = texts
        .iter()
        .flat_map(|text| {
            let text: String = text.chars().take(4_000).collect();
            key(&text).chars().collect::<Vec<_>>()
        })
        // Letters only: numbers are what a machine changes from one text to the next.
        .filter(|c| c.is_alphabetic())
        .collect();
    if letters.len() < FEW_LETTERS {
        return 0;
    }
    let mut votes = [0_i32; 64];
    for three in letters.windows(3) {
        let hash = fnv(three);
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    let set = |shape: u64, (bit, vote): (usize, &i32)| shape | u64::from(*vote > 0) << bit;
    votes.iter().enumerate().fold(0, set)
}

/// In how many of 64 bits two fingerprints differ; unrelated texts in about 32.
pub const fn distance(a: u64, b: u64) -> u32 {
    (a ^ b).count_ones()
}

/// FNV-1a and a final mix, because its high bits alone mix badly for short inputs.
fn fnv(letters: &[char]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in letters.iter().flat_map(|c| u32::from(*c).to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ hash >> 33
}

/// Hosts of the addresses in texts, each once, in order; as people write them, with or without a
/// scheme.
pub fn hosts(texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let ends = |c: char| c.is_whitespace() || "<>\"'()[]{}".contains(c);
    for word in texts.iter().flat_map(|text| text.split(ends)) {
        let rest = word.split_once("://").map(|(_, rest)| rest);
        let named = rest.or_else(|| word.starts_with("www.").then_some(word));
        let Some(host) = named.and_then(|rest| rest.split(['/', '?', '#', ':']).next()) else {
            continue;
        };
        let host = host.trim_start_matches("www.").to_lowercase();
        if host.contains('.') && !found.contains(&host) {
            found.push(host);
        }
        if found.len() >= 50 {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Occurrence, Status};
    use crate::id::EventId;
    use crate::patch::EventPatch;
    use crate::text::{Lang, Text};
    use crate::time::EventTime;
    use jiff::civil::date;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn create(title: &str) -> Aim {
        let time = EventTime::day(date(2027, 5, 1));
        Aim::Create(Box::new(
            Occurrence::new(Text::new(Lang::KO, title), time).into(),
        ))
    }

    fn change(values: &[FieldValue], base_version: i64) -> Aim {
        let mut patch = EventPatch::default();
        values.iter().for_each(|value| patch.put(value.clone()));
        Aim::Change {
            event: EventId(Uuid::from_u128(2)),
            base_version,
            patch,
        }
    }

    const HERE: CalendarId = CalendarId(Uuid::from_u128(1));

    #[test]
    fn the_same_in_another_spelling_is_the_same() {
        let one = digest(HERE, &create("롯데 vs 두산"));
        assert!(one.is_some());
        assert_eq!(one, digest(HERE, &create("롯데 VS. 두산")));
        assert_ne!(one, digest(HERE, &create("롯데 vs 한화")));
        assert_ne!(
            one,
            digest(CalendarId(Uuid::from_u128(9)), &create("롯데 vs 두산"))
        );
    }

    #[test]
    fn neither_the_order_of_fields_nor_the_version_matters() {
        let off = FieldValue::Status(Status::Cancelled);
        let day = FieldValue::Time(EventTime::day(date(2027, 5, 2)));
        let one = digest(HERE, &change(&[off.clone(), day.clone()], 1));
        assert_eq!(one, digest(HERE, &change(&[day.clone(), off.clone()], 7)));
        assert_ne!(one, digest(HERE, &change(&[off], 1)));
        assert_eq!(digest(HERE, &change(&[], 1)), None);
    }

    #[test]
    fn texts_that_differ_little_have_like_shapes() {
        let spam = "지금 가입하면 무료 쿠폰 증정! 최고의 바다 이야기 https://spam.example/";
        let shapes: Vec<u64> = (0..20).map(|n| shape(&[&format!("{spam}{n}")])).collect();
        assert!(shapes.iter().all(|one| distance(*one, shapes[0]) <= 6));
        let other = shape(&["경기 시간이 오후 다섯 시로 바뀌었어요, 구단 공지를 보세요"]);
        assert!(distance(other, shapes[0]) > 16);
        assert_eq!(shape(&["", "  ", "123"]), 0);
    }

    #[test]
    fn hosts_are_found_as_people_write_them() {
        let found = hosts(&[
            "보세요 (https://A.kr/x?y) www.b.kr/c",
            "http://a.kr:80 a.b c",
        ]);
        assert_eq!(found, ["a.kr", "b.kr"]);
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(a: String, b: String) {
            let _ = (hosts(&[&a, &b]), key(&a));
            prop_assert_eq!(shape(&[&a, &b]), shape(&[&a, &b]));
            prop_assert_eq!(distance(shape(&[&a]), shape(&[&a])), 0);
        }
    }
}
