//! Words of a tip: one line or several, refused where they try to look like something else.

use super::read::Wrong;
use crate::text::{clean_block, clean_line};

/// A text of one line, at most `max` characters; empty where there is nothing.
pub fn line(raw: &str, max: usize) -> Result<String, Wrong> {
    tricks(raw)?;
    fits(clean_line(raw, crate::caps::LINE_BYTES), raw, max)
}

/// A text of several lines, at most `max` characters.
pub fn block(raw: &str, max: usize) -> Result<String, Wrong> {
    tricks(raw)?;
    fits(clean_block(raw, crate::caps::DESCRIPTION_BYTES), raw, max)
}

/// The cleaning cuts; a cut text would say something else than was sent.
fn fits(clean: String, raw: &str, max: usize) -> Result<String, Wrong> {
    // A cleaned character comes from at least one and at most a few written ones: what is far too
    // long is so without being counted.
    let far_too_long = raw.len() > 16 * max.max(64);
    if far_too_long || clean.chars().count() > max {
        return Err(Wrong::TooLong(max));
    }
    Ok(clean)
}

/// Control characters; characters that show a text in another order than it has. Line ends and
/// tabs are no trick, and neither are isolates that are closed again: Arabic and Hebrew need them.
fn tricks(raw: &str) -> Result<(), Wrong> {
    let mut open = 0_usize;
    for c in raw.chars() {
        match c {
            '\n' | '\r' | '\t' => {}
            '\u{202a}'..='\u{202e}' => return Err(Wrong::Direction),
            '\u{2066}'..='\u{2068}' => open += 1,
            '\u{2069}' if open == 0 => return Err(Wrong::Direction),
            '\u{2069}' => open -= 1,
            '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}' => {
                return Err(Wrong::Control);
            }
            c if c.is_control() || u32::from(c) & 0xfffe == 0xfffe => return Err(Wrong::Control),
            _ => {}
        }
    }
    match open {
        0 => Ok(()),
        _ => Err(Wrong::Direction),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b17_tricks_are_refused_and_not_cleaned_away() {
        for (raw, want) in [
            ("a\u{202e}b", Err(Wrong::Direction)),
            ("a\u{2067}b", Err(Wrong::Direction)),
            ("a\u{2069}b", Err(Wrong::Direction)),
            ("a\u{0}b", Err(Wrong::Control)),
            ("a\u{1b}[31m", Err(Wrong::Control)),
            ("a\u{feff}b", Err(Wrong::Control)),
            ("a\u{ffff}b", Err(Wrong::Control)),
            (
                "\u{2067}שלום\u{2069} 경기",
                Ok("\u{2067}שלום\u{2069} 경기".into()),
            ),
            (" 롯데\t vs\n두산 ", Ok("롯데 vs 두산".into())),
            ("👩‍👩‍👧", Ok("👩‍👩‍👧".into())),
            ("", Ok(String::new())),
        ] {
            assert_eq!(line(raw, 50), want, "{raw:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_refused_and_not_cut() {
        assert_eq!(line(&"가".repeat(50), 50).map(|t| t.len()), Ok(150));
        assert_eq!(line(&"가".repeat(51), 50), Err(Wrong::TooLong(50)));
        assert_eq!(block(&"x".repeat(10 << 20), 500), Err(Wrong::TooLong(500)));
        assert_eq!(block("a\r\nb", 3), Ok("a\nb".into()));
    }
}
