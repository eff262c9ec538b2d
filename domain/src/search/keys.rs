//! Hangul as the keys it is typed with on the Korean standard keyboard (dubeolsik, KS X 5002).
//! A half-typed syllable is then a prefix of the finished word, a slip of a finger is one letter,
//! and a word typed with the wrong keyboard layout is the same word.

/// Keys of the nineteen leading consonants. The five double ones are typed with Shift: here they
/// are digits, so that keys have no case.
const LEADS: [&str; 19] = [
    "r", "1", "s", "e", "2", "f", "a", "q", "3", "t", "4", "d", "w", "5", "c", "z", "x", "v", "g",
];
const VOWELS: [&str; 21] = [
    "k", "o", "i", "6", "j", "p", "u", "7", "h", "hk", "ho", "hl", "y", "n", "nj", "np", "nl", "b",
    "m", "ml", "l",
];
const TAILS: [&str; 28] = [
    "", "r", "1", "rt", "s", "sw", "sg", "e", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg", "a",
    "q", "qt", "t", "4", "d", "w", "c", "z", "x", "v", "g",
];
/// Compatibility jamo from U+3131 (ㄱ) to U+3163 (ㅣ), as they are typed.
const JAMO: [&str; 51] = [
    "r", "1", "rt", "s", "sw", "sg", "e", "2", "f", "fr", "fa", "fq", "ft", "fx", "fv", "fg", "a",
    "q", "3", "qt", "t", "4", "d", "w", "5", "c", "z", "x", "v", "g", "k", "o", "i", "6", "j", "p",
    "u", "7", "h", "hk", "ho", "hl", "y", "n", "nj", "np", "nl", "b", "m", "ml", "l",
];
const FIRST_SYLLABLE: u32 = 0xac00;
const FIRST_JAMO: u32 = 0x3131;
/// Vowels begin here among the compatibility jamo.
const FIRST_VOWEL: char = 'ㅏ';
/// Letters typed with Shift, and the digit that stands for each.
const SHIFTED: [(char, char); 7] = [
    ('R', '1'),
    ('E', '2'),
    ('Q', '3'),
    ('T', '4'),
    ('W', '5'),
    ('O', '6'),
    ('P', '7'),
];

/// True for a Hangul syllable or compatibility jamo.
pub fn is_hangul(c: char) -> bool {
    is_syllable(c) || is_jamo(c)
}

/// True for a whole syllable.
pub fn is_syllable(c: char) -> bool {
    ('가'..='힣').contains(&c)
}

/// True for a letter that stands alone, as while typing.
pub fn is_jamo(c: char) -> bool {
    ('ㄱ'..='ㅣ').contains(&c)
}

/// True for a consonant that stands alone.
pub fn is_consonant(c: char) -> bool {
    is_jamo(c) && c < FIRST_VOWEL
}

/// Offset of a character in its block of the code charts.
fn offset(c: char, first: u32) -> usize {
    // Blocks are of at most 11,172 characters, which any usize holds.
    u32::from(c).saturating_sub(first) as usize
}

/// Adds the keys of one Hangul character; nothing for any other.
pub fn push_keys(out: &mut String, c: char) {
    if is_syllable(c) {
        let index = offset(c, FIRST_SYLLABLE);
        out.push_str(LEADS[index / 588]);
        out.push_str(VOWELS[index % 588 / 28]);
        out.push_str(TAILS[index % 28]);
    } else if is_jamo(c) {
        out.push_str(JAMO[offset(c, FIRST_JAMO)]);
    }
}

/// The keys of a Hangul text.
pub fn keys(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|c| push_keys(&mut out, c));
    out
}

/// The keys of the syllables' leading consonants (초성), and of consonants that stand alone.
pub fn initials(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if is_syllable(c) {
            out.push_str(LEADS[offset(c, FIRST_SYLLABLE) / 588]);
        } else if is_consonant(c) {
            push_keys(&mut out, c);
        }
    }
    out
}

/// What the Latin letters of a word would have been on the Korean layout; `None` where a
/// character is not one of its letter keys.
pub fn from_latin(typed: &str) -> Option<String> {
    let key = |c: char| {
        if !c.is_ascii_alphabetic() {
            return None;
        }
        let shifted = SHIFTED.iter().find(|(letter, _)| *letter == c);
        Some(shifted.map_or(c.to_ascii_lowercase(), |(_, digit)| *digit))
    };
    typed.chars().map(key).collect()
}

/// What keys would have been on the English layout, in small letters.
pub fn to_latin(keys: &str) -> String {
    let letter = |c: char| {
        let shifted = SHIFTED.iter().find(|(_, digit)| *digit == c);
        shifted.map_or(c, |(letter, _)| letter.to_ascii_lowercase())
    };
    keys.chars().map(letter).collect()
}

/// Keys as the Hangul that typing them gives: for telling people how their words were read.
pub fn compose(keys: &str) -> String {
    let mut out = String::new();
    let mut rest = keys;
    while !rest.is_empty() {
        let Some((syllable, used)) = first_syllable(rest) else {
            let (letter, used) = first_letter(rest);
            out.push(letter);
            rest = &rest[used..];
            continue;
        };
        out.push(syllable);
        rest = &rest[used..];
    }
    out
}

/// The longest entry of a table that `keys` begins with.
fn longest(table: &[&str], keys: &str) -> Option<usize> {
    let fits = |(_, key): &(usize, &&str)| !key.is_empty() && keys.starts_with(**key);
    let best = table.iter().enumerate().filter(fits);
    best.max_by_key(|(_, key)| key.len())
        .map(|(index, _)| index)
}

fn first_syllable(keys: &str) -> Option<(char, usize)> {
    let lead = longest(&LEADS, keys)?;
    let mut used = LEADS[lead].len();
    let vowel = longest(&VOWELS, keys.get(used..)?)?;
    used += VOWELS[vowel].len();
    let (tail, tail_len) = tail_before_next(keys.get(used..)?);
    let index = lead * 588 + vowel * 28 + tail;
    // At most 11,171.
    let c = char::from_u32(FIRST_SYLLABLE + u32::try_from(index).ok()?)?;
    Some((c, used + tail_len))
}

/// The final consonant, unless it begins the next syllable: a vowel after it takes it along.
fn tail_before_next(keys: &str) -> (usize, usize) {
    let is_free = |index: &usize| {
        let after = &keys[TAILS[*index].len()..];
        longest(&VOWELS, after).is_none()
    };
    let fitting = (1..TAILS.len()).filter(|index| keys.starts_with(TAILS[*index]));
    let tail = fitting.filter(is_free).max_by_key(|i| TAILS[*i].len());
    tail.map_or((0, 0), |index| (index, TAILS[index].len()))
}

fn first_letter(keys: &str) -> (char, usize) {
    let jamo = longest(&JAMO, keys).and_then(|index| {
        let c = char::from_u32(FIRST_JAMO + u32::try_from(index).ok()?)?;
        // One key after another: only letters of a single key are taken as typed.
        (JAMO[index].len() == 1).then_some((c, 1))
    });
    jamo.or_else(|| keys.chars().next().map(|c| (c, c.len_utf8())))
        .unwrap_or((' ', 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hangul_is_written_as_its_keys() {
        for (text, typed) in [
            ("롯데", "fhtep"),
            ("롯ㄷ", "fhte"),
            ("값", "rkqt"),
            ("까치", "1kcl"),
            ("쎄", "4p"),
            ("의", "dml"),
            ("ㄹㄷ", "fe"),
            ("ㄳ", "rt"),
            ("abc", ""),
        ] {
            assert_eq!(keys(text), typed, "{text}");
        }
        assert_eq!(initials("롯데자이언츠"), "fewddc");
        assert_eq!(initials("ㄳ까ㅏ"), "rt1");
    }

    #[test]
    fn the_other_layout_is_read_both_ways() {
        assert_eq!(from_latin("fhtep").as_deref(), Some("fhtep"));
        assert_eq!(from_latin("Rkcl").as_deref(), Some("1kcl"));
        assert_eq!(from_latin("T1"), None);
        assert_eq!(to_latin(&keys("ㅁㄱㄴ두미")), "arsenal");
        assert_eq!(compose("fhtep"), "롯데");
        assert_eq!(compose("wkdldjscm"), "자이언츠");
        assert_eq!(compose("fe"), "ㄹㄷ");
        assert_eq!(compose("rkqtdl"), "값이");
        assert_eq!(compose("k9"), "ㅏ9");
    }

    proptest! {
        #[test]
        fn composing_types_the_same_keys(text in "[가-힣]{0,12}") {
            let typed = keys(&text);
            prop_assert_eq!(keys(&compose(&typed)), typed);
        }

        #[test]
        fn a_half_typed_syllable_is_a_prefix(text in "[가-힣]{1,6}", next in "[가-힣]") {
            let whole = keys(&format!("{text}{next}"));
            prop_assert!(whole.starts_with(&keys(&text)));
        }

        #[test]
        fn any_text_is_taken(text in any::<String>()) {
            let typed = keys(&text);
            prop_assert!(typed.is_ascii());
            compose(&text);
            initials(&text);
        }
    }
}
