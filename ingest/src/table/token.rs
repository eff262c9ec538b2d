//! Words, numbers and marks of a date or time as people write it.

use jiff::civil::Weekday;
use unicode_normalization::UnicodeNormalization as _;

/// One token. White space is gone: `2025. 3. 22.` and `2025.3.22` are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Digits: their value and how many they were.
    Number(u32, usize),
    /// Letters, in lower case.
    Word(String),
    /// Anything else but white space.
    Mark(char),
}

/// Longest text that is looked at as a date: what people write is far shorter.
const LONGEST: usize = 120;

/// The text in one form: NFKC (full-width digits and brackets become plain ones), lower case, one
/// mark for every tilde and dash that means "until"; a hyphen stays a hyphen.
pub(super) fn fold(text: &str) -> String {
    let folded: String = text
        .nfkc()
        .take(LONGEST)
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '〜' | '∼' | '～' | '–' | '—' | '→' | '―' => '~',
            '−' | '‐' | '‑' | '\u{ad}' => '-',
            c => c,
        })
        .collect();
    folded
        .replace("a.m.", "am")
        .replace("p.m.", "pm")
        .replace("부터", "~")
        .replace("から", "~")
        .replace("까지", "")
        .replace("まで", "")
        .replace(" until ", "~")
        .replace(" to ", "~")
}

/// Cuts a folded text into tokens; `None` for numbers that no date has.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        if let Some(digit) = c.to_digit(10) {
            let (mut value, mut count) = (digit, 1);
            while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                value = value.checked_mul(10)?.checked_add(digit)?;
                count += 1;
                chars.next();
            }
            found.push(Token::Number(value, count));
        } else if c.is_alphabetic() {
            let mut word = String::from(c);
            while let Some(c) = chars.next_if(|c| c.is_alphabetic()) {
                word.push(c);
            }
            found.push(Token::Word(word));
        } else {
            found.push(Token::Mark(c));
        }
    }
    Some(found)
}

/// A day of the week by its name, long or short.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    let day = match word {
        "월" | "월요일" | "mon" | "monday" | "月" => Weekday::Monday,
        "화" | "화요일" | "tue" | "tues" | "tuesday" | "火" => Weekday::Tuesday,
        "수" | "수요일" | "wed" | "weds" | "wednesday" | "水" => Weekday::Wednesday,
        "목" | "목요일" | "thu" | "thur" | "thurs" | "thursday" | "木" => Weekday::Thursday,
        "금" | "금요일" | "fri" | "friday" | "金" => Weekday::Friday,
        "토" | "토요일" | "sat" | "saturday" | "土" => Weekday::Saturday,
        "일" | "일요일" | "sun" | "sunday" | "日" => Weekday::Sunday,
        _ => return None,
    };
    Some(day)
}

/// A month by its English name, 1 to 12.
pub(super) fn month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let is = |name: &&str| {
        word.len() >= 3 && (name.starts_with(word) || word == "sept" && **name == *"september")
    };
    (1..)
        .zip(NAMES)
        .find(|(_, name)| is(name))
        .map(|(number, _)| number)
}

/// Which half of the day a word stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Morning,
    Afternoon,
}

/// A word for a half of the day.
pub(super) fn half(word: &str) -> Option<Half> {
    match word {
        "오전" | "am" | "a" | "새벽" | "아침" | "午前" => Some(Half::Morning),
        "오후" | "pm" | "p" | "저녁" | "밤" | "낮" | "午後" => Some(Half::Afternoon),
        _ => None,
    }
}

/// True for words that say that a day or an hour is not known yet.
pub(super) fn is_undecided(folded: &str) -> bool {
    const WORDS: [&str; 10] = [
        "미정",
        "추후",
        "tbd",
        "tba",
        "tbc",
        "to be announced",
        "to be determined",
        "未定",
        "추후공지",
        "추후 공지",
    ];
    let plain = folded.trim_matches(|c: char| !c.is_alphanumeric());
    WORDS.contains(&plain) || plain.starts_with("추후") || plain.ends_with("미정")
}

/// True for words that say that something fills the day.
pub(super) fn is_whole_day(folded: &str) -> bool {
    matches!(
        folded.trim(),
        "종일" | "하루종일" | "하루 종일" | "all day" | "all-day" | "終日"
    )
}
