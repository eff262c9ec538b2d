//! A line as its readers see it: one character per step in one form, each knowing the bytes it
//! stands on, so that nothing that is found is ever off by a byte.

use std::ops::Range;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::compose;

#[derive(Debug, Clone, Copy)]
struct Glyph {
    c: char,
    start: usize,
    end: usize,
}

/// A line with every character folded: full-width forms are plain ones, letters are lower case,
/// dashes and dots of the same use are one, and Hangul in pieces is put together.
#[derive(Debug)]
pub(super) struct Folded {
    glyphs: Vec<Glyph>,
    bytes: usize,
}

impl Folded {
    pub(super) fn new(line: &str) -> Self {
        let mut glyphs: Vec<Glyph> = Vec::with_capacity(line.len());
        for (start, raw) in line.char_indices() {
            let end = start + raw.len_utf8();
            if let Some(last) = glyphs.last_mut()
                && let Some(joined) = compose(last.c, raw)
            {
                *last = Glyph {
                    c: joined,
                    end,
                    ..*last
                };
                continue;
            }
            glyphs.push(Glyph {
                c: fold(raw),
                start,
                end,
            });
        }
        Self {
            glyphs,
            bytes: line.len(),
        }
    }

    pub(super) const fn begin(&self) -> Cursor<'_> {
        Cursor { text: self, at: 0 }
    }
}

/// A text in the same form, for comparing names.
pub(super) fn folded(text: &str) -> Vec<char> {
    let folded = Folded::new(text.trim());
    folded.glyphs.iter().map(|glyph| glyph.c).collect()
}

/// True for every character that is read as a quotation mark.
pub(super) fn is_quote(c: char) -> bool {
    fold(c) == '"'
}

fn fold(raw: char) -> char {
    let mapped = match raw {
        '〜' | '∼' | '～' | '˜' => '~',
        '–' | '—' | '―' | '−' | '‐' | '‑' => '-',
        'ㆍ' | '・' | '‧' | '∙' | '•' | '⋅' => '·',
        '“' | '”' | '„' | '「' | '」' | '『' | '』' => '"',
        '‘' | '’' => '\'',
        raw => raw,
    };
    if mapped.is_ascii() {
        return mapped.to_ascii_lowercase();
    }
    // What would be several characters stays as it is.
    let mut wide = std::iter::once(mapped).nfkc();
    let plain = match (wide.next(), wide.next()) {
        (Some(only), None) => only,
        _ => mapped,
    };
    let mut lower = plain.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => plain,
    }
}

/// A place in a line. Copied freely: whoever reads ahead and finds nothing drops it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'t> {
    text: &'t Folded,
    at: usize,
}

impl PartialEq for Cursor<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Cursor<'_> {
    pub(super) fn peek(self) -> Option<char> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(self, ahead: usize) -> Option<char> {
        self.text.glyphs.get(self.at + ahead).map(|glyph| glyph.c)
    }

    /// The character before it.
    pub(super) fn before(self) -> Option<char> {
        let glyph = self.text.glyphs.get(self.at.checked_sub(1)?);
        glyph.map(|glyph| glyph.c)
    }

    pub(super) fn is_end(self) -> bool {
        self.at >= self.text.glyphs.len()
    }

    pub(super) const fn index(self) -> usize {
        self.at
    }

    pub(super) fn next(self) -> Self {
        let at = (self.at + 1).min(self.text.glyphs.len());
        Self { at, ..self }
    }

    /// The byte that it stands before.
    pub(super) fn byte(self) -> usize {
        let glyph = self.text.glyphs.get(self.at);
        glyph.map_or(self.text.bytes, |glyph| glyph.start)
    }

    /// The bytes from `start` up to here, without white space at the end.
    pub(super) fn range_from(self, start: Self) -> Range<usize> {
        let glyphs = self.text.glyphs.get(start.at..self.at).unwrap_or_default();
        let last = glyphs.iter().rfind(|glyph| !glyph.c.is_whitespace());
        let from = start.byte();
        from..last.map_or(from, |glyph| glyph.end)
    }

    pub(super) fn space(self) -> Self {
        let mut at = self;
        while at.peek().is_some_and(char::is_whitespace) {
            at = at.next();
        }
        at
    }

    pub(super) fn eat(self, c: char) -> Option<Self> {
        (self.peek() == Some(c)).then(|| self.next())
    }

    pub(super) fn eat_any(self, chars: &[char]) -> Option<Self> {
        self.peek()
            .filter(|c| chars.contains(c))
            .map(|_| self.next())
    }

    /// The text, as it stands; nothing is asked of what follows.
    pub(super) fn literal(self, text: &str) -> Option<Self> {
        let mut at = self;
        for c in text.chars() {
            at = at.eat(c)?;
        }
        Some(at)
    }

    /// The text, not as the beginning of a longer English word.
    pub(super) fn word(self, text: &str) -> Option<Self> {
        let after = self.literal(text)?;
        let ends = text.ends_with(|c: char| !c.is_ascii_alphanumeric());
        let longer = after.peek().is_some_and(|c| c.is_ascii_alphanumeric());
        (ends || !longer).then_some(after)
    }

    /// The first word of a table that stands here. Longer ones stand first in tables.
    pub(super) fn one_of<T: Copy>(self, table: &[(&str, T)]) -> Option<(Self, T)> {
        table
            .iter()
            .find_map(|(text, value)| self.word(text).map(|after| (after, *value)))
    }

    /// The first of these words that stands here.
    pub(super) fn any_word(self, words: &[&str]) -> Option<Self> {
        words.iter().find_map(|word| self.word(word))
    }

    /// A whole number of at most `most` digits: what follows, its value, how many digits it has.
    pub(super) fn digits(self, most: usize) -> Option<(Self, u32, usize)> {
        let (mut at, mut value, mut count) = (self, 0u32, 0);
        while let Some(digit) = at.peek().and_then(|c| c.to_digit(10)) {
            count += 1;
            if count > most {
                return None;
            }
            value = value.checked_mul(10)?.checked_add(digit)?;
            at = at.next();
        }
        (count > 0).then_some((at, value, count))
    }

    /// True where a date or time may end.
    pub(super) fn is_edge(self) -> bool {
        self.peek()
            .is_none_or(|c| c.is_whitespace() || ",;:()[]~-/·\"".contains(c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_characters_know_their_bytes() {
        let text = "４／５ \u{1110}\u{1169}\u{110b}\u{116d} ＠A";
        let folded = Folded::new(text);
        let (after, month, _) = folded.begin().digits(2).unwrap();
        assert_eq!((month, after.byte()), (4, 3));
        let word = after.eat('/').unwrap().next().space();
        let end = word.literal("토요").unwrap();
        assert_eq!(
            &text[end.range_from(word)],
            "\u{1110}\u{1169}\u{110b}\u{116d}"
        );
        assert_eq!(end.space().literal("@a").map(Cursor::is_end), Some(true));
    }
}
