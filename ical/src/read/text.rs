//! Bytes to logical lines (RFC 5545 §3.1): character set, line ends, unfolding. Lines are undone
//! at the level of bytes, because some producers fold in the middle of a character, and in one
//! pass with a cap on the length, because the bytes may be hostile.

use domain::caps;
use encoding_rs::{EUC_KR, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::memchr2;
use std::borrow::Cow;

/// What the bytes were written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, the standard's own (RFC 5545 §3.1.4).
    Utf8,
    /// UTF-8 with some bytes that are none; each of those becomes U+FFFD.
    DamagedUtf8,
    /// UTF-16, recognised by its byte order mark or by its first two characters.
    Utf16,
    /// Windows code page 949, a superset of EUC-KR.
    EucKr,
    /// Windows code page 1252, a superset of Latin-1.
    Windows1252,
}

impl Charset {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::DamagedUtf8 => "UTF-8 with damaged characters",
            Self::Utf16 => "UTF-16",
            Self::EucKr => "CP949 (EUC-KR)",
            Self::Windows1252 => "Windows-1252",
        }
    }
}

/// An input whose character set is known.
pub(crate) struct Source<'a> {
    bytes: Cow<'a, [u8]>,
    charset: Charset,
}

/// One logical line: unfolded, without its line end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Number of the first physical line, from 1.
    pub number: usize,
    /// The text; of an over-long line only its head.
    pub text: Cow<'a, str>,
    /// Longer than [`caps::ICAL_LINE_BYTES`]: the rest was passed over.
    pub too_long: bool,
}

impl<'a> Source<'a> {
    /// Finds out the character set.
    pub(crate) fn open(bytes: &'a [u8]) -> Self {
        let utf16 = match bytes {
            [0xff, 0xfe, ..] | [b'B', 0, b'E', 0, ..] => Some(UTF_16LE),
            [0xfe, 0xff, ..] | [0, b'B', 0, b'E', ..] => Some(UTF_16BE),
            _ => None,
        };
        if let Some(encoding) = utf16 {
            let (text, _) = encoding.decode_with_bom_removal(bytes);
            return Self {
                bytes: Cow::Owned(text.into_owned().into_bytes()),
                charset: Charset::Utf16,
            };
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        Self {
            bytes: Cow::Borrowed(bytes),
            charset: charset_of(bytes),
        }
    }

    /// What the input was written in.
    pub(crate) const fn charset(&self) -> Charset {
        self.charset
    }

    /// True when there is nothing but white space.
    pub(crate) fn is_blank(&self) -> bool {
        self.bytes.iter().all(u8::is_ascii_whitespace)
    }

    /// The logical lines.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let charset = self.charset;
        RawLines::new(&self.bytes).map(move |raw| Line {
            number: raw.number,
            text: decode(raw.bytes, charset),
            too_long: raw.too_long,
        })
    }
}

/// A file is UTF-8 if all of it is once unfolded, or if most characters beyond ASCII are: one
/// torn character must not turn a Korean calendar into Latin letters.
fn charset_of(bytes: &[u8]) -> Charset {
    if std::str::from_utf8(bytes).is_ok() {
        return Charset::Utf8;
    }
    let (mut good, mut bad) = (0usize, 0usize);
    for line in RawLines::new(bytes) {
        for chunk in line.bytes.utf8_chunks() {
            good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            bad += usize::from(!chunk.invalid().is_empty());
        }
    }
    if bad == 0 {
        return Charset::Utf8;
    }
    if good > bad {
        return Charset::DamagedUtf8;
    }
    if looks_korean(bytes) {
        Charset::EucKr
    } else {
        Charset::Windows1252
    }
}

/// Valid CP949 in which most characters are common ones (two bytes from A1 up): a single curly
/// quote of Windows-1252 with the letter after it is valid CP949 too.
fn looks_korean(bytes: &[u8]) -> bool {
    let (korean, broken) = EUC_KR.decode_without_bom_handling(bytes);
    if broken || !korean.chars().any(|c| ('가'..='힣').contains(&c)) {
        return false;
    }
    let (mut common, mut all, mut at) = (0usize, 0usize, 0usize);
    while at < bytes.len() {
        if bytes[at].is_ascii() {
            at += 1;
            continue;
        }
        all += 1;
        common += usize::from(bytes[at] > 0xa0 && bytes.get(at + 1).is_some_and(|b| *b > 0xa0));
        at += 2;
    }
    common * 2 > all
}

fn decode(bytes: Cow<'_, [u8]>, charset: Charset) -> Cow<'_, str> {
    let legacy = match charset {
        Charset::EucKr => EUC_KR,
        Charset::Windows1252 => WINDOWS_1252,
        Charset::Utf8 | Charset::DamagedUtf8 | Charset::Utf16 => return lossy(bytes),
    };
    match bytes {
        Cow::Borrowed(bytes) => legacy.decode_without_bom_handling(bytes).0,
        Cow::Owned(bytes) => Cow::Owned(legacy.decode_without_bom_handling(&bytes).0.into_owned()),
    }
}

fn lossy(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        },
        Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }),
    }
}

struct RawLine<'a> {
    number: usize,
    bytes: Cow<'a, [u8]>,
    too_long: bool,
}

struct RawLines<'a> {
    rest: &'a [u8],
    next_number: usize,
}

impl<'a> RawLines<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            next_number: 1,
        }
    }

    /// One physical line without its end.
    fn physical(&mut self) -> &'a [u8] {
        self.next_number += 1;
        let Some(end) = memchr2(b'\r', b'\n', self.rest) else {
            return std::mem::take(&mut self.rest);
        };
        let (line, tail) = self.rest.split_at(end);
        let end = match tail {
            [b'\r', b'\r', b'\n', ..] => 3,
            [b'\r', b'\n', ..] => 2,
            _ => 1,
        };
        self.rest = &tail[end..];
        line
    }

    /// True when the next line continues this one. Some producers double their line ends, so one
    /// blank line may stand between; it is taken here.
    fn is_folded(&mut self) -> bool {
        let (blank, next) = match self.rest {
            [b'\r', b'\n', next, ..] => (2, next),
            [b'\r' | b'\n', next, ..] => (1, next),
            [next, ..] => (0, next),
            [] => return false,
        };
        let folded = matches!(next, b' ' | b'\t');
        if folded && blank > 0 {
            self.rest = &self.rest[blank..];
            self.next_number += 1;
        }
        folded
    }
}

/// How much of an over-long line is kept, to name it by.
const HEAD_BYTES: usize = 256;

impl<'a> Iterator for RawLines<'a> {
    type Item = RawLine<'a>;

    fn next(&mut self) -> Option<RawLine<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let number = self.next_number;
        let first = self.physical();
        let mut too_long = first.len() > caps::ICAL_LINE_BYTES;
        let mut bytes = Cow::Borrowed(&first[..first.len().min(caps::ICAL_LINE_BYTES)]);
        while self.is_folded() {
            let more = &self.physical()[1..];
            if bytes.len() + more.len() > caps::ICAL_LINE_BYTES {
                too_long = true;
            }
            if !too_long {
                bytes.to_mut().extend_from_slice(more);
            }
        }
        if too_long {
            let head = bytes.len().min(HEAD_BYTES);
            bytes = Cow::Owned(bytes[..head].to_vec());
        }
        Some(RawLine {
            number,
            bytes,
            too_long,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<(usize, String)> {
        Source::open(bytes)
            .lines()
            .map(|l| (l.number, l.text.into_owned()))
            .collect()
    }

    #[test]
    fn every_line_end_is_known_and_folds_are_undone() {
        let expected = vec![(1, "A:bc".to_owned()), (3, "D:e".to_owned())];
        for end in ["\r\n", "\n", "\r", "\r\r\n"] {
            for fold in [" ", "\t"] {
                let text = format!("A:b{end}{fold}c{end}D:e{end}");
                assert_eq!(lines(text.as_bytes()), expected, "{end:?} {fold:?}");
            }
        }
    }

    #[test]
    fn a_blank_line_before_a_fold_belongs_to_it() {
        let text = b"VERSION\n\n :2.0\n\nA:b\n\n\n c\n";
        let wanted = [(1, "VERSION:2.0"), (4, ""), (5, "A:b"), (6, "c")];
        assert_eq!(lines(text), wanted.map(|(n, text)| (n, text.to_owned())));
    }

    #[test]
    fn b17_a_fold_inside_a_character_is_undone() {
        let bytes = [b"A:\xed\x95\r\n ".as_slice(), b"\x9c\xea\xb5\xad\r\n"].concat();
        assert_eq!(lines(&bytes), [(1, "A:한국".to_owned())]);
        assert_eq!(Source::open(&bytes).charset(), Charset::Utf8);
    }

    #[test]
    fn b17_other_character_sets_are_recognised() {
        let utf16 = |le: bool| -> Vec<u8> {
            "\u{feff}A:한\r\n"
                .encode_utf16()
                .flat_map(|u| if le { u.to_le_bytes() } else { u.to_be_bytes() })
                .collect()
        };
        let cases: [(Vec<u8>, Charset, &str); 7] = [
            (utf16(true), Charset::Utf16, "A:한"),
            (utf16(false), Charset::Utf16, "A:한"),
            (b"\xef\xbb\xbfA:x\r\n".to_vec(), Charset::Utf8, "A:x"),
            (b"A:\xb7\xd4\xb5\xa5\r\n".to_vec(), Charset::EucKr, "A:롯데"),
            (b"A:caf\xe9s\r\n".to_vec(), Charset::Windows1252, "A:cafés"),
            (b"A:Tom\x92s\r\n".to_vec(), Charset::Windows1252, "A:Tom’s"),
            (
                b"A:\xed\x95\x9c\xff\nB:\xed\x95\x9c\nC:\xed\x95\x9c\n".to_vec(),
                Charset::DamagedUtf8,
                "A:한\u{fffd}",
            ),
        ];
        for (bytes, charset, first) in cases {
            assert_eq!(Source::open(&bytes).charset(), charset);
            assert_eq!(lines(&bytes)[0].1, first);
        }
    }

    #[test]
    fn b6_long_lines_are_passed_over_and_named() {
        let long = format!("A:{}\r\nB:x\r\n", "y".repeat(caps::ICAL_LINE_BYTES));
        let source = Source::open(long.as_bytes());
        let seen: Vec<_> = source.lines().collect();
        assert!(seen[0].too_long && seen[0].text.len() <= HEAD_BYTES);
        assert_eq!((seen[1].number, &*seen[1].text), (2, "B:x"));
    }

    #[test]
    fn b6_eight_mebibytes_of_one_character_folds_end() {
        let mut bytes = b"DESCRIPTION:".to_vec();
        bytes.extend_from_slice(&b"\r\n x".repeat(2 << 20));
        assert!(Source::open(&bytes).lines().all(|l| l.too_long));
        let runs = b"\r".repeat(1 << 20);
        assert_eq!(Source::open(&runs).lines().count(), 1 << 20);
    }
}
