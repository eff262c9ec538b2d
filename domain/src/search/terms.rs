//! The terms under which a text is found. A term is a mark for where it stands, then the word:
//! Hangul as keys, other scripts as folded letters. Queries are prefixes of terms, so one term a
//! word serves every state of typing it.

use super::keys::{compose, initials, keys};
use super::synonyms;
use super::words::{Word, words};
use std::collections::BTreeSet;

/// Longest word of a term, in bytes; queries are cut at the same place.
const TERM: usize = 40;
/// Least letters left of a Latin word that is found from its middle, and least cut off.
const LATIN_PART: usize = 4;
/// Least keys of a word that is worth guessing at when it was mistyped.
const GUESSABLE: usize = 3;

/// Where a word stands, as the first letter of its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// A Hangul word of the title, joined with the Hangul word after it.
    Start,
    /// The rest of a Hangul word of the title, from each syllable on.
    Inside,
    /// The leading consonants of the title's words.
    Initials,
    /// A word of the title in another script.
    Latin,
    /// The rest of one.
    LatinInside,
    /// A Hangul word beside the title: place, calendar, tags, description.
    Beside,
    /// The rest of one.
    BesideInside,
    /// The leading consonants of the place and the calendar.
    BesideInitials,
    /// A word beside the title in another script.
    BesideLatin,
    /// A word of the place: for the filter.
    Place,
    /// A tag's key, whole: for the filter.
    Tag,
}

impl Mark {
    const fn letter(self) -> char {
        match self {
            Self::Start => 'k',
            Self::Inside => 'i',
            Self::Initials => 'c',
            Self::Latin => 'e',
            Self::LatinInside => 'j',
            Self::Beside => 'q',
            Self::BesideInside => 'n',
            Self::BesideInitials => 'd',
            Self::BesideLatin => 'f',
            Self::Place => 'p',
            Self::Tag => 'g',
        }
    }
}

/// A mark and a word, cut to the length that is kept.
pub(super) fn term(mark: Mark, word: &str) -> String {
    let cut = word
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .take_while(|end| *end <= TERM)
        .last()
        .unwrap_or(0);
    let mut term = String::with_capacity(cut + 1);
    term.push(mark.letter());
    term.push_str(&word[..cut]);
    term
}

/// Put before the terms of calendars.
const CALENDAR: char = 'y';

/// A term among those of calendars.
pub(super) fn calendar_term(term: &str) -> String {
    format!("{CALENDAR}{term}")
}

/// What a document is found by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// The terms, each once.
    pub terms: BTreeSet<String>,
    /// Words that a mistyped query is compared with, each as [`Reading::written`] has it.
    pub words: BTreeSet<String>,
}

/// How much of a text is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Titles: from every syllable on, by initials, with synonyms and typing errors.
    Title,
    /// Names beside the title: from every syllable on, by initials.
    Name,
    /// Running text: from the beginning of words.
    Prose,
}

impl Terms {
    /// Adds a text.
    pub(super) fn add(&mut self, text: &str, depth: Depth) {
        self.add_words(&words(text), depth);
    }

    pub(super) fn add_words(&mut self, words: &[Word], depth: Depth) {
        for (at, word) in words.iter().enumerate() {
            let after = &words[at + 1..];
            match word {
                Word::Hangul(text) => self.add_hangul(text, after, depth),
                Word::Other { folded, written } => {
                    self.add_other(folded, written, after, depth);
                }
            }
            if depth != Depth::Prose {
                self.add_synonyms(word, after, depth);
            }
        }
    }

    /// Adds the words of a place for its filter.
    pub(super) fn add_place(&mut self, text: &str) {
        for word in words(text) {
            let word = match &word {
                Word::Hangul(text) => keys(text),
                Word::Other { folded, .. } => folded.clone(),
            };
            self.terms.insert(term(Mark::Place, &word));
        }
    }

    /// Adds a tag's key for its filter.
    pub(super) fn add_tag(&mut self, key: &str) {
        self.terms.insert(term(Mark::Tag, key));
    }

    /// The same terms as a calendar's: they share the index with those of events, and never meet.
    pub(super) fn of_calendar(self) -> Self {
        Self {
            terms: self.terms.iter().map(|term| calendar_term(term)).collect(),
            words: self.words,
        }
    }

    fn add_hangul(&mut self, text: &str, after: &[Word], depth: Depth) {
        let (start, inside, initial) = match depth {
            Depth::Title => (Mark::Start, Mark::Inside, Mark::Initials),
            Depth::Name | Depth::Prose => (Mark::Beside, Mark::BesideInside, Mark::BesideInitials),
        };
        let whole = keys(text) + &run_of(after, 1, keys);
        self.terms.insert(term(start, &whole));
        if depth == Depth::Prose {
            return;
        }
        let consonants = initials(text) + &run_of(after, 2, initials);
        self.terms.insert(term(initial, &consonants));
        for (from, _) in text.char_indices().skip(1) {
            let rest = keys(&text[from..]);
            self.guessable(Mark::Start, &rest);
            self.terms.insert(term(inside, &rest));
        }
        self.guessable(Mark::Start, &whole);
    }

    fn add_other(&mut self, folded: &str, written: &str, after: &[Word], depth: Depth) {
        let title = depth == Depth::Title;
        let start = if title {
            Mark::Latin
        } else {
            Mark::BesideLatin
        };
        // "New Jeans" is found by "newjeans".
        let joined = match after.first() {
            Some(Word::Other { folded: next, .. }) => format!("{folded}{next}"),
            _ => folded.to_owned(),
        };
        self.terms.insert(term(start, &joined));
        if depth == Depth::Prose {
            return;
        }
        if let Some(spelled) = spell(written) {
            self.add_hangul(&spelled, after, depth);
        }
        self.guessable(Mark::Latin, folded);
        if !title {
            return;
        }
        let least = if folded.is_ascii() { LATIN_PART } else { 1 };
        let from = if folded.is_ascii() { 2 } else { 1 };
        for (at, _) in folded.char_indices().skip(from) {
            if folded[at..].chars().count() >= least {
                self.terms.insert(term(Mark::LatinInside, &folded[at..]));
            }
        }
    }

    /// The same name under its other names, with what was written behind it.
    fn add_synonyms(&mut self, word: &Word, after: &[Word], depth: Depth) {
        for other in synonyms::others(word) {
            match other {
                Word::Hangul(text) => self.add_hangul(&text, after, depth),
                Word::Other { folded, .. } => {
                    let title = depth == Depth::Title;
                    let mark = if title {
                        Mark::Latin
                    } else {
                        Mark::BesideLatin
                    };
                    self.terms.insert(term(mark, &folded));
                }
            }
        }
    }

    fn guessable(&mut self, mark: Mark, word: &str) {
        if word.len() >= GUESSABLE {
            self.words.insert(term(mark, word));
        }
    }
}

/// A word as it may have been meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reading {
    /// As keys.
    Hangul(String),
    /// As small letters.
    Other(String),
}

impl Reading {
    /// How an index keeps it.
    pub fn written(&self) -> String {
        match self {
            Self::Hangul(keys) => term(Mark::Start, keys),
            Self::Other(letters) => term(Mark::Latin, letters),
        }
    }

    /// Reads what [`Reading::written`] wrote.
    pub fn read(written: &str) -> Option<Self> {
        let mut rest = written.chars();
        match rest.next()? {
            'k' => Some(Self::Hangul(rest.as_str().to_owned())),
            'e' => Some(Self::Other(rest.as_str().to_owned())),
            _ => None,
        }
    }

    /// The keys or letters.
    pub fn letters(&self) -> &str {
        match self {
            Self::Hangul(text) | Self::Other(text) => text,
        }
    }

    /// The first letters of it, as many bytes as are said.
    #[must_use]
    pub fn cut(&self, bytes: usize) -> Self {
        let cut = |text: &str| text.get(..bytes).unwrap_or(text).to_owned();
        match self {
            Self::Hangul(text) => Self::Hangul(cut(text)),
            Self::Other(text) => Self::Other(cut(text)),
        }
    }

    /// As people read it.
    pub fn shown(&self) -> String {
        match self {
            Self::Hangul(keys) => compose(keys),
            Self::Other(letters) => letters.clone(),
        }
    }
}

/// What the Hangul words that follow at once add.
fn run_of(after: &[Word], most: usize, read: fn(&str) -> String) -> String {
    let hangul = after.iter().take(most).map_while(|word| match word {
        Word::Hangul(text) => Some(read(text)),
        Word::Other { .. } => None,
    });
    hangul.collect()
}

/// An acronym as its letters are said in Korean: LG as 엘지.
fn spell(written: &str) -> Option<String> {
    const NAMES: [&str; 26] = [
        "에이",
        "비",
        "씨",
        "디",
        "이",
        "에프",
        "지",
        "에이치",
        "아이",
        "제이",
        "케이",
        "엘",
        "엠",
        "엔",
        "오",
        "피",
        "큐",
        "알",
        "에스",
        "티",
        "유",
        "브이",
        "더블유",
        "엑스",
        "와이",
        "지",
    ];
    let acronym =
        (2..=4).contains(&written.len()) && written.bytes().all(|b| b.is_ascii_uppercase());
    acronym.then(|| {
        let letters = written.bytes().map(|b| usize::from(b - b'A'));
        letters.filter_map(|at| NAMES.get(at).copied()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let mut terms = Terms::default();
        terms.add(text, Depth::Title);
        terms.terms.into_iter().collect()
    }

    #[test]
    fn a_title_is_found_from_every_syllable() {
        let found = terms("다람못 축제");
        for wanted in [
            "kekfkaahtcnrwp",
            "kcnrwp",
            "ifkaaht",
            "iaht",
            "iwp",
            "cefacw",
            "ccw",
        ] {
            assert!(found.iter().any(|t| t == wanted), "{wanted} in {found:?}");
        }
    }

    #[test]
    fn acronyms_are_found_as_they_are_said() {
        let found = terms("LG 트윈스");
        for wanted in ["elg", "kdpfwlxmdnlstm"] {
            assert!(found.iter().any(|t| t == wanted), "{wanted} in {found:?}");
        }
        assert_eq!(spell("FC").as_deref(), Some("에프씨"));
        for plain in ["Lg", "A", "ABCDE", "T1"] {
            assert_eq!(spell(plain), None, "{plain}");
        }
    }

    #[test]
    fn latin_words_are_found_joined_and_from_the_middle() {
        let found = terms("New Jeans baseball");
        for wanted in ["enewjeans", "ejeansbaseball", "ebaseball", "jball"] {
            assert!(found.iter().any(|t| t == wanted), "{wanted} in {found:?}");
        }
        assert!(!found.iter().any(|t| t == "jeans"), "{found:?}");
    }

    #[test]
    fn terms_are_cut_between_characters() {
        let long = "東".repeat(30);
        let cut = term(Mark::Latin, &long);
        assert_eq!(cut, format!("e{}", "東".repeat(13)));
    }
}
