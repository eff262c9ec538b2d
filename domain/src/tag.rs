//! Tags: an ASCII key that addresses and filters can carry, and a label for people (R9).

use crate::text::{Lang, Text};
use serde::{Deserialize, Serialize};

/// One tag of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// `[a-z0-9-]`, at most 40 characters.
    pub key: String,
    /// What people read.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub label: Text,
}

impl Tag {
    /// A tag from what a person or a source wrote; `None` when nothing of it can be a key.
    pub fn from_label(label: &str, lang: Lang) -> Option<Self> {
        let label = crate::text::clean_line(label, 80);
        let key = key_of(&label);
        (!key.is_empty()).then(|| Self {
            key,
            label: Text::new(lang, label),
        })
    }
}

const LEADS: [&str; 19] = [
    "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p",
    "h",
];
const VOWELS: [&str; 21] = [
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we",
    "wi", "yu", "eu", "ui", "i",
];
const TAILS: [&str; 28] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p",
    "t", "t", "ng", "t", "t", "k", "t", "p", "t",
];

/// The ASCII key of a label: letters and digits lower-cased, Hangul letter by letter in Revised
/// Romanisation without sound changes (so that the same word always gives the same key), any
/// other script as its code points, everything else a hyphen.
pub fn key_of(label: &str) -> String {
    let mut key = String::new();
    for c in label.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => key.push(c),
            '가'..='힣' => {
                let index = u32::from(c) - 0xac00;
                let part = |n: u32| n as usize;
                key.push_str(LEADS[part(index / 588)]);
                key.push_str(VOWELS[part(index % 588 / 28)]);
                key.push_str(TAILS[part(index % 28)]);
            }
            c if c.is_alphanumeric() => key.push_str(&format!("u{:x}", u32::from(c))),
            _ if !key.is_empty() && !key.ends_with('-') => key.push('-'),
            _ => {}
        }
        if key.len() >= 40 {
            break;
        }
    }
    key.truncate(40);
    key.truncate(key.trim_end_matches('-').len());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_keys() {
        assert_eq!(key_of("홈 경기"), "hom-gyeonggi");
        assert_eq!(key_of("Pre-Season 2026!"), "pre-season-2026");
        assert_eq!(key_of("야구"), "yagu");
        assert_eq!(key_of("野球"), "u91ceu7403");
        assert_eq!(key_of("!!"), "");
        assert!(key_of(&"가나다".repeat(40)).len() <= 40);
    }
}
