//! A text as the words that are searched: Hangul runs and runs of other letters and digits.

use super::keys::{is_hangul, is_jamo};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest word that is told apart, in characters; the rest of it is not searched.
const WORD: usize = 40;

/// A run of letters of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Word {
    /// Syllables, and single letters while somebody types.
    Hangul(String),
    /// Letters and digits of any other script, in small letters without accents.
    Other {
        /// As it is compared.
        folded: String,
        /// As it was written: capitals tell acronyms, and Shift on the other keyboard layout.
        written: String,
    },
}

impl Word {
    /// True for scripts that are written without spaces, where each character may begin a word.
    pub fn is_spaceless(&self) -> bool {
        match self {
            Self::Hangul(_) => true,
            Self::Other { folded, .. } => folded.chars().all(|c| !c.is_ascii() && is_cjk(c)),
        }
    }
}

/// Han and kana.
const fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut run = Run::default();
    for c in text.nfc().flat_map(plain) {
        if is_hangul(c) {
            run.push(c, true, &mut words);
        } else if c.is_alphanumeric() {
            run.push(c, false, &mut words);
        } else if !is_combining_mark(c) && !matches!(c, '\'' | '’') {
            run.finish(&mut words);
        }
    }
    run.finish(&mut words);
    words
}

/// Compatibility forms as what they stand for (Ａ as A). Hangul letters stay: normalising
/// takes the ones that people type for the parts of old syllables.
fn plain(c: char) -> impl Iterator<Item = char> {
    let conjoining = conjoining_to_jamo(c);
    let kept = conjoining.or_else(|| (is_jamo(c) || c.is_ascii()).then_some(c));
    let changed = kept.is_none().then(|| std::iter::once(c).nfkc());
    kept.into_iter().chain(changed.into_iter().flatten())
}

/// A leading consonant or vowel that composed with nothing, as the letter that people type.
fn conjoining_to_jamo(c: char) -> Option<char> {
    const LEADS: [char; 19] = [
        'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ',
        'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
    ];
    let at = |first: u32| u32::from(c).checked_sub(first).map(|n| n as usize);
    match c {
        '\u{1100}'..='\u{1112}' => LEADS.get(at(0x1100)?).copied(),
        '\u{1161}'..='\u{1175}' => char::from_u32(0x314f + u32::from(c) - 0x1161),
        _ => None,
    }
}

#[derive(Default)]
struct Run {
    text: String,
    length: usize,
    hangul: bool,
}

impl Run {
    fn push(&mut self, c: char, hangul: bool, words: &mut Vec<Word>) {
        if hangul != self.hangul {
            self.finish(words);
            self.hangul = hangul;
        }
        self.length += 1;
        if self.length <= WORD {
            self.text.push(c);
        }
    }

    fn finish(&mut self, words: &mut Vec<Word>) {
        let written = std::mem::take(&mut self.text);
        self.length = 0;
        if written.is_empty() {
            return;
        }
        words.push(if self.hangul {
            Word::Hangul(written)
        } else {
            Word::Other {
                folded: fold(&written),
                written,
            }
        });
    }
}

/// Small letters without accents. The marks of other scripts are letters to their readers.
fn fold(text: &str) -> String {
    let is_accent = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    let bare = text.nfd().filter(|c| !is_accent(c));
    bare.flat_map(char::to_lowercase).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |word: &Word| match word {
            Word::Hangul(text) => text.clone(),
            Word::Other { folded, .. } => format!("{folded}/"),
        };
        words(text).iter().map(show).collect()
    }

    #[test]
    fn words_end_where_the_script_or_the_sense_does() {
        for (text, parts) in [
            ("롯데 vs LG트윈스", vec!["롯데", "vs/", "lg/", "트윈스"]),
            ("뮤지컬 <시카고>", vec!["뮤지컬", "시카고"]),
            ("Beyoncé's T1", vec!["beyonces/", "t1/"]),
            ("ＫＢＯ 리그", vec!["kbo/", "리그"]),
            ("ㄹㄷ 2027시즌", vec!["ㄹㄷ", "2027/", "시즌"]),
            ("\u{1105}\u{1169}\u{11ba}", vec!["롯"]),
            ("\u{1105} \u{1169}", vec!["ㄹ", "ㅗ"]),
            ("東京ドーム", vec!["東京ドーム/"]),
            ("···", vec![]),
        ] {
            assert_eq!(shown(text), parts, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_words_without_separators(text in any::<String>()) {
            for word in words(&text) {
                let (Word::Hangul(text) | Word::Other { folded: text, .. }) = word;
                prop_assert!(!text.contains([' ', '"', '\\']));
                prop_assert!(text.chars().all(|c| !c.is_control()));
            }
        }
    }
}
