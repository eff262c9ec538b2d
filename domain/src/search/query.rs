//! What somebody typed, as clauses over terms.

use super::keys::{from_latin, initials, is_consonant, keys, to_latin};
use super::terms::{Mark, Reading, calendar_term, term};
use super::words::{Word, words};

/// Most words of a query; what is behind them is not looked at.
const WORDS: usize = 8;
/// Keys from which a word is found in the middle of others too: fewer mean too much.
const INSIDE: usize = 3;
/// Words between two names that titles write in many ways.
const BETWEEN: [&str; 3] = ["vs", "v", "versus"];

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    /// As keys.
    Hangul(String),
    /// Several consonants and nothing else, as keys.
    Initials(String),
    /// Folded, and as written.
    Other {
        folded: String,
        written: String,
        spaceless: bool,
    },
}

/// What somebody looks for. Every word must be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    words: Vec<Asked>,
}

/// How far a query reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Words of the title, from their beginning.
    Titles,
    /// Also the middle of words, places, calendars, tags and descriptions.
    Everywhere,
}

/// A term to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Term {
    /// The term. Letters and digits of any script, `-` and `_`: never a quote or a space.
    pub text: String,
    /// Whether longer terms that begin with it are meant too.
    pub prefix: bool,
}

/// What must be found, and what must not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clauses {
    /// Lists of terms: one of each must be found.
    pub all: Vec<Vec<Term>>,
    /// Terms of which none may be found.
    pub none: Vec<Term>,
}

/// What else must hold of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Words of the place, each from its beginning.
    pub place: Option<String>,
    /// Tags, of which it must have one, where any is named.
    pub tags: Vec<String>,
    /// Tags that it must not have.
    pub without: Vec<String>,
}

/// Other readings of a query's words, for when nothing was found as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guessed {
    /// For each word of the query the beginnings of words that it may have meant.
    pub words: Vec<Vec<Reading>>,
}

impl Query {
    /// Reads a query; `None` where it has no word.
    pub fn parse(text: &str) -> Option<Self> {
        let words = words(text).into_iter().take(WORDS);
        let words: Vec<Asked> = words
            .map(Asked::of)
            .filter(|word| !word.is_empty())
            .collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// The clauses that find events.
    pub fn clauses(&self, reach: Reach, filters: &Filters) -> Clauses {
        let needed = self.needed(reach);
        filters.hold(needed.map(|word| word.terms(reach)).collect())
    }

    /// The clauses that find calendars.
    pub fn calendar_clauses(&self, reach: Reach) -> Clauses {
        let needed = self.needed(reach);
        Clauses::of_calendars(needed.map(|word| word.terms(reach)))
    }

    /// The words that must be found: "vs" only in titles.
    fn needed(&self, reach: Reach) -> impl Iterator<Item = &Asked> {
        let all = reach == Reach::Titles || self.words.iter().all(Asked::is_between);
        self.words
            .iter()
            .filter(move |word| all || !word.is_between())
    }

    /// The words as they are compared with those of the index to find typing errors; `None`
    /// where a word is not to be guessed at.
    pub fn typed(&self) -> Vec<Option<Reading>> {
        let typed = self.words.iter().map(|word| match word {
            Asked::Hangul(keys) => Some(Reading::Hangul(keys.clone())),
            Asked::Initials(_) => None,
            Asked::Other { folded, .. } => Some(Reading::Other(folded.clone())),
        });
        typed.collect()
    }

    /// The words as the other keyboard layout would have written them, where that is possible.
    pub fn other_layout(&self) -> Vec<Option<Reading>> {
        let words = self.words.iter().map(|word| match word {
            Asked::Hangul(keys) | Asked::Initials(keys) => Some(Reading::Other(to_latin(keys))),
            Asked::Other { written, .. } => from_latin(written).map(Reading::Hangul),
        });
        words.collect()
    }

    /// The clauses with other readings of the words beside what was typed.
    pub fn guessed_clauses(&self, guessed: &Guessed, filters: &Filters) -> Clauses {
        filters.hold(self.guessed(guessed).collect())
    }

    /// The same for calendars.
    pub fn guessed_calendar_clauses(&self, guessed: &Guessed) -> Clauses {
        Clauses::of_calendars(self.guessed(guessed))
    }

    fn guessed(&self, guessed: &Guessed) -> impl Iterator<Item = Vec<Term>> {
        self.words
            .iter()
            .zip(&guessed.words)
            .map(|(word, readings)| {
                let mut terms = word.terms(Reach::Everywhere);
                terms.extend(readings.iter().flat_map(|reading| match reading {
                    Reading::Hangul(keys) => hangul_terms(keys, Reach::Everywhere),
                    Reading::Other(letters) => latin_terms(letters, Reach::Everywhere, false),
                }));
                terms.sort_unstable();
                terms.dedup();
                terms
            })
    }
}

impl Asked {
    fn of(word: Word) -> Self {
        let spaceless = word.is_spaceless();
        match word {
            Word::Hangul(text) => {
                let consonants = text.chars().all(is_consonant);
                let several = keys(&text).len() > 1;
                if consonants && several {
                    Self::Initials(initials(&text))
                } else {
                    Self::Hangul(keys(&text))
                }
            }
            Word::Other { folded, written } => Self::Other {
                folded,
                written,
                spaceless,
            },
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Hangul(text) | Self::Initials(text) | Self::Other { folded: text, .. } => {
                text.is_empty()
            }
        }
    }

    fn is_between(&self) -> bool {
        matches!(self, Self::Other { folded, .. } if BETWEEN.contains(&folded.as_str()))
    }

    fn terms(&self, reach: Reach) -> Vec<Term> {
        match self {
            Self::Hangul(keys) => hangul_terms(keys, reach),
            Self::Initials(keys) => match reach {
                Reach::Titles => vec![prefix(Mark::Initials, keys)],
                Reach::Everywhere => vec![
                    prefix(Mark::Initials, keys),
                    prefix(Mark::BesideInitials, keys),
                ],
            },
            Self::Other {
                folded, spaceless, ..
            } => latin_terms(folded, reach, *spaceless),
        }
    }
}

fn hangul_terms(keys: &str, reach: Reach) -> Vec<Term> {
    let mut terms = vec![prefix(Mark::Start, keys)];
    if reach == Reach::Everywhere {
        terms.push(prefix(Mark::Beside, keys));
        if keys.len() >= INSIDE {
            terms.push(prefix(Mark::Inside, keys));
            terms.push(prefix(Mark::BesideInside, keys));
        }
    }
    terms
}

fn latin_terms(folded: &str, reach: Reach, spaceless: bool) -> Vec<Term> {
    let mut terms = vec![prefix(Mark::Latin, folded)];
    if reach == Reach::Everywhere {
        terms.push(prefix(Mark::BesideLatin, folded));
    }
    if spaceless || (reach == Reach::Everywhere && folded.len() >= INSIDE) {
        terms.push(prefix(Mark::LatinInside, folded));
    }
    terms
}

fn prefix(mark: Mark, word: &str) -> Term {
    Term {
        text: term(mark, word),
        prefix: true,
    }
}

impl Filters {
    /// The clauses with those of the filters.
    fn hold(&self, mut all: Vec<Vec<Term>>) -> Clauses {
        let place = self.place.as_deref().map(words).unwrap_or_default();
        all.extend(place.into_iter().take(WORDS).map(|word| {
            let text = match &word {
                Word::Hangul(text) => keys(text),
                Word::Other { folded, .. } => folded.clone(),
            };
            vec![prefix(Mark::Place, &text)]
        }));
        let tag = |key: &String| Term {
            text: term(Mark::Tag, key),
            prefix: false,
        };
        if !self.tags.is_empty() {
            all.push(self.tags.iter().map(tag).collect());
        }
        Clauses {
            all,
            none: self.without.iter().map(tag).collect(),
        }
    }
}

impl Clauses {
    /// The same over the terms of calendars.
    fn of_calendars(all: impl Iterator<Item = Vec<Term>>) -> Self {
        let term = |term: Term| Term {
            text: calendar_term(&term.text),
            ..term
        };
        let clause = |clause: Vec<Term>| clause.into_iter().map(term).collect();
        Self {
            all: all.map(clause).collect(),
            none: Vec::new(),
        }
    }
}
