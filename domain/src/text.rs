//! Texts in several languages (R9) and the cleaning that every outside text passes.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// A language as its two-letter ISO 639-1 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lang([u8; 2]);

impl Lang {
    /// Korean: the product's first language.
    pub const KO: Self = Self(*b"ko");
    /// English: complete in every page and feed.
    pub const EN: Self = Self(*b"en");

    /// Reads a two-letter code, ignoring case and any region (`ko-KR`).
    pub fn parse(text: &str) -> Option<Self> {
        let head = text.split(['-', '_']).next()?;
        match head.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self([a.to_ascii_lowercase(), b.to_ascii_lowercase()]))
            }
            _ => None,
        }
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("und")
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl Serialize for Lang {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a two-letter language code"))
    }
}

/// One text in the languages it exists in: `{"ko": "...", "en": "..."}`. Empty values are not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(BTreeMap<Lang, String>);

impl Text {
    /// No text in any language.
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// A text in one language.
    pub fn new(lang: Lang, value: impl Into<String>) -> Self {
        Self::none().with(lang, value)
    }

    /// The same text with one more language.
    #[must_use]
    pub fn with(mut self, lang: Lang, value: impl Into<String>) -> Self {
        self.set(lang, value);
        self
    }

    /// Sets one language; an empty value takes it away.
    pub fn set(&mut self, lang: Lang, value: impl Into<String>) {
        let value = value.into();
        if value.is_empty() {
            self.0.remove(&lang);
        } else {
            self.0.insert(lang, value);
        }
    }

    /// The text in exactly this language.
    pub fn get(&self, lang: Lang) -> Option<&str> {
        self.0.get(&lang).map(String::as_str)
    }

    /// The best text there is: wanted language, then the calendar's primary one, then any (R9).
    /// Empty when there is none.
    pub fn pick(&self, wanted: Lang, primary: Lang) -> &str {
        self.pick_with_lang(wanted, primary).1
    }

    /// As [`Text::pick`], and which language it turned out to be (for `lang` attributes).
    pub fn pick_with_lang(&self, wanted: Lang, primary: Lang) -> (Lang, &str) {
        [wanted, primary]
            .iter()
            .find_map(|lang| self.get(*lang).map(|text| (*lang, text)))
            .or_else(|| {
                self.0
                    .iter()
                    .next()
                    .map(|(lang, text)| (*lang, text.as_str()))
            })
            .unwrap_or((primary, ""))
    }

    /// True when no language has a text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All languages with their texts, ordered by code.
    pub fn iter(&self) -> impl Iterator<Item = (Lang, &str)> {
        self.0.iter().map(|(lang, text)| (*lang, text.as_str()))
    }
}

/// Cleans text that stays on one line (titles, places, names): NFC, control and bidi-override
/// characters gone, every run of white space one space, cut at `max_bytes` on a character edge.
pub fn clean_line(raw: &str, max_bytes: usize) -> String {
    let mut out = String::with_capacity(raw.len().min(max_bytes));
    let mut gap = false;
    for c in raw.nfc() {
        if c.is_whitespace() || c == '\u{85}' || c == '\u{2028}' || c == '\u{2029}' {
            gap = !out.is_empty();
            continue;
        }
        if is_forbidden(c) {
            continue;
        }
        let need = c.len_utf8() + usize::from(gap);
        if out.len() + need > max_bytes {
            break;
        }
        if std::mem::take(&mut gap) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// Cleans text of several lines (descriptions): as [`clean_line`], but line ends stay, as `\n`,
/// and white space inside a line stays as written.
pub fn clean_block(raw: &str, max_bytes: usize) -> String {
    let mut out = String::with_capacity(raw.len().min(max_bytes));
    let mut chars = raw.nfc().peekable();
    while let Some(c) = chars.next() {
        let c = match c {
            '\r' => {
                if chars.peek() == Some(&'\n') {
                    continue;
                }
                '\n'
            }
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            other => other,
        };
        if c != '\n' && c != '\t' && is_forbidden(c) {
            continue;
        }
        if out.len() + c.len_utf8() > max_bytes {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    let lead = out.len() - out.trim_start_matches('\n').len();
    out.drain(..lead);
    out
}

/// Control characters, bidi embeddings and overrides, and code points that are no characters.
/// Isolates and marks (LRM, RLM, ZWJ) stay: Arabic, Hebrew and emoji need them.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || (u32::from(c) & 0xfffe) == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_back_from_wanted_to_primary_to_any() {
        let text = Text::new(Lang::EN, "Lotte").with(Lang::KO, "롯데");
        let japanese = Lang::parse("ja").unwrap_or(Lang::KO);
        assert_eq!(text.pick(Lang::EN, Lang::KO), "Lotte");
        assert_eq!(text.pick(japanese, Lang::KO), "롯데");
        assert_eq!(Text::new(japanese, "阪神").pick(Lang::EN, Lang::KO), "阪神");
        assert_eq!(Text::none().pick(Lang::EN, Lang::KO), "");
    }

    #[test]
    fn lines_lose_controls_bidi_tricks_and_line_ends() {
        assert_eq!(
            clean_line("A\r\nEND:VEVENT\u{0}\u{202e}x\u{2028}y", 99),
            "A END:VEVENTx y"
        );
        assert_eq!(clean_line("  롯데   vs\t두산 ", 99), "롯데 vs 두산");
        assert_eq!(clean_line("가나다", 7), "가나");
    }

    #[test]
    fn blocks_keep_their_lines() {
        assert_eq!(clean_block("\n\na\r\nb\rc\u{2028}d \n", 99), "a\nb\nc\nd");
    }

    #[test]
    fn decomposed_hangul_is_composed() {
        assert_eq!(clean_line("\u{1112}\u{1161}\u{11ab}", 99), "한");
    }
}
