//! Words that a mistyped one may have meant: those with a beginning that differs from it by few
//! letters (Hyyrö's bit-parallel edit distance, a word of the query in one machine word).

/// Longest query word that is compared, in letters: one bit each.
const LONGEST: usize = 64;

/// A word to compare others with.
#[derive(Debug)]
pub struct Guess {
    /// For each ASCII letter the places where the query has it.
    places: [u64; 128],
    /// The same for other letters.
    rare: Vec<(char, u64)>,
    length: usize,
    allowed: usize,
    letters: u64,
}

/// Slips that are forgiven in a word of so many letters. A syllable has two or three.
const fn allowed(length: usize) -> usize {
    match length {
        0..5 => 0,
        5..9 => 1,
        _ => 2,
    }
}

/// A set of letters, lossy: for telling quickly that too many are missing.
fn letter(c: char) -> u64 {
    1 << (u32::from(c) % 64)
}

/// A word's letters as a set, to be kept beside it.
pub fn letters(word: &str) -> u64 {
    word.chars().fold(0, |set, c| set | letter(c))
}

impl Guess {
    /// For a word as it was typed; `None` where it is too short to be guessed at, or too long.
    pub fn of(word: &str) -> Option<Self> {
        let length = word.chars().count();
        let allowed = allowed(length);
        if allowed == 0 || length > LONGEST {
            return None;
        }
        let mut guess = Self {
            places: [0; 128],
            rare: Vec::new(),
            length,
            allowed,
            letters: letters(word),
        };
        for (at, c) in word.chars().enumerate() {
            guess.add(c, 1 << at);
        }
        Some(guess)
    }

    fn add(&mut self, c: char, place: u64) {
        if let Some(places) = self.places.get_mut(c as usize) {
            *places |= place;
        } else if let Some((_, places)) = self.rare.iter_mut().find(|(r, _)| *r == c) {
            *places |= place;
        } else {
            self.rare.push((c, place));
        }
    }

    fn places(&self, c: char) -> u64 {
        self.places.get(c as usize).copied().unwrap_or_else(|| {
            let rare = self.rare.iter().find(|(r, _)| *r == c);
            rare.map_or(0, |(_, places)| *places)
        })
    }

    /// The slips between the query and the beginning of `word` that fits it best, and the length
    /// of that beginning in bytes; `None` where they are too many. `set` is [`letters`] of it.
    pub fn compare(&self, word: &str, set: u64) -> Option<(usize, usize)> {
        let missing = (self.letters & !set).count_ones() as usize;
        if missing > self.allowed || word.len() + self.allowed < self.length {
            return None;
        }
        let (mut plus, mut minus) = (u64::MAX, 0u64);
        let (mut distance, top) = (self.length, 1u64 << (self.length - 1));
        let mut best = None;
        let letters = word.char_indices().take(self.length + self.allowed);
        for (n, (at, c)) in letters.enumerate() {
            let equal = self.places(c);
            let diagonal = (((equal & plus).wrapping_add(plus)) ^ plus) | equal | minus;
            let mut up = minus | !(diagonal | plus);
            let down = plus & diagonal;
            if up & top != 0 {
                distance += 1;
            } else if down & top != 0 {
                distance -= 1;
            }
            // The beginning of the word is fixed: skipping letters of it costs.
            up = (up << 1) | 1;
            plus = (down << 1) | !(diagonal | up);
            minus = up & diagonal;
            // Of equals the one as long as the query: a shorter one means more words.
            let is_better = best.is_none_or(|(least, _)| {
                distance < least || (distance == least && n < self.length)
            });
            if distance <= self.allowed && is_better {
                best = Some((distance, at + c.len_utf8()));
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn compare(query: &str, word: &str) -> Option<(usize, usize)> {
        Guess::of(query)?.compare(word, letters(word))
    }

    /// The distance by the textbook's table, and the beginning that has it.
    fn slowly(query: &str, word: &str) -> Option<(usize, usize)> {
        let query: Vec<char> = query.chars().collect();
        let allowed = allowed(query.len());
        let mut column: Vec<usize> = (0..=query.len()).collect();
        let mut best: Option<(usize, usize)> = None;
        for (n, (at, c)) in word.char_indices().enumerate() {
            let mut next = vec![n + 1];
            for i in 0..query.len() {
                let change = column[i] + usize::from(query[i] != c);
                next.push(change.min(column[i + 1] + 1).min(next[i] + 1));
            }
            column = next;
            let distance = column[query.len()];
            let is_tie = |least| distance == least && n < query.len();
            if distance <= allowed
                && best.is_none_or(|(least, _)| distance < least || is_tie(least))
            {
                best = Some((distance, at + c.len_utf8()));
            }
        }
        best
    }

    #[test]
    fn slips_are_forgiven_by_length() {
        for (query, word, found) in [
            ("cnrwo", "cnrwp", Some((1, 5))),
            ("cnrwo", "cnrwpakekd", Some((1, 5))),
            ("arsnal", "arsenal", Some((1, 7))),
            ("wkdldjsxm", "wkdldjscm", Some((1, 9))),
            ("rkqt", "rkqs", None),
            ("arsnal", "chelsea", None),
        ] {
            assert_eq!(compare(query, word), found, "{query} {word}");
        }
        assert!(Guess::of("abcd").is_none() && Guess::of(&"a".repeat(65)).is_none());
    }

    proptest! {
        #[test]
        fn it_agrees_with_the_textbook(query in "[abcd東]{5,14}", word in "[abcd東]{0,20}") {
            prop_assert_eq!(compare(&query, &word), slowly(&query, &word));
        }
    }
}
