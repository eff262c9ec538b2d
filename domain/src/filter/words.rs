//! Words that somebody wants to find or to be spared.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Words as somebody types them: all that are named must be there, those after a hyphen must not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Words {
    with: Vec<String>,
    without: Vec<String>,
}

/// Longest wish for words, in characters.
const WORDS_CHARS: usize = 100;

impl Words {
    /// Reads `축제 -예매`; `None` where nothing is named or it is too long.
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().count() > WORDS_CHARS || text.chars().any(char::is_control) {
            return None;
        }
        let mut words = Self::default();
        for word in text.split_whitespace() {
            let (list, word) = match word.strip_prefix('-') {
                Some(word) => (&mut words.without, word),
                None => (&mut words.with, word),
            };
            list.push(fold(word));
        }
        for list in [&mut words.with, &mut words.without] {
            list.retain(|word| !word.is_empty());
            list.sort();
            list.dedup();
        }
        (!words.is_empty()).then_some(words)
    }

    /// True when nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.with.is_empty() && self.without.is_empty()
    }

    pub(super) fn take(&self, folded: &str) -> bool {
        self.with.iter().all(|word| folded.contains(word.as_str()))
            && !self
                .without
                .iter()
                .any(|word| folded.contains(word.as_str()))
    }
}

impl std::fmt::Display for Words {
    /// The same wish always as the same text; [`Words::parse`] reads it back.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unwanted = self.without.iter().map(|word| format!("-{word}"));
        let all: Vec<String> = self.with.iter().cloned().chain(unwanted).collect();
        f.write_str(&all.join(" "))
    }
}

impl Serialize for Words {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(d)?;
        Ok(Self::parse(&text).unwrap_or_default())
    }
}

/// A text as texts are compared: NFKC, small letters.
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_named_words_must_be_there_and_unwanted_ones_not() {
        let text = fold("２０２７ 봄 축제 개막\nBusan");
        for (asked, taken) in [
            ("축제", true),
            ("축제 개막", true),
            ("축제 폐막", false),
            ("BUSAN -폐막", true),
            ("-개막", false),
            ("2027", true),
        ] {
            assert_eq!(Words::parse(asked).unwrap().take(&text), taken, "{asked}");
        }
        for none in ["", "  ", "-", "- -", "a\u{0}b", &"x".repeat(101)] {
            assert_eq!(Words::parse(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in "[가-힣a-zA-Z -]{0,60}") {
            if let Some(words) = Words::parse(&text) {
                prop_assert_eq!(Words::parse(&words.to_string()), Some(words));
            }
        }
    }
}
