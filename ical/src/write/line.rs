//! The one place that writes content lines (RFC 5545 §3.1). Everything that leaves passes here:
//! escaping, quoting, folding and line ends are decided once, so no value can end its line.

/// Most octets of one physical line, CRLF not counted (RFC 5545 §3.1). Octets, not characters:
/// a Hangul syllable has three.
pub const LINE_OCTETS: usize = 75;

/// One content line under construction. The closing method ([`text`](Self::text),
/// [`plain`](Self::plain), [`uri`](Self::uri)) writes the value and ends the line; a value that is
/// made of pieces stands between `open` and `end`.
#[must_use = "a line without its value is no line"]
pub struct Line<'a> {
    out: &'a mut Vec<u8>,
    room: usize,
}

impl<'a> Line<'a> {
    /// Begins a line. Names are ours, never from outside.
    #[inline]
    pub fn new(out: &'a mut Vec<u8>, name: &'static str) -> Self {
        out.reserve(LINE_OCTETS + 2);
        let mut line = Self {
            out,
            room: LINE_OCTETS,
        };
        line.put(name);
        line
    }

    /// Adds a parameter, quoted and encoded where its value needs it (RFC 5545 §3.2, RFC 6868 §3).
    pub fn param(mut self, name: &'static str, value: &str) -> Self {
        self.put(";");
        self.put(name);
        self.put("=");
        if all(value, |b| {
            b.is_ascii_alphanumeric() | matches!(b, b'/' | b'_' | b'+' | b'-')
        }) {
            self.put(value);
        } else {
            let quote = if value.contains([':', ';', ',']) {
                "\""
            } else {
                ""
            };
            self.put(quote);
            self.put_parameter(value);
            self.put(quote);
        }
        self
    }

    /// Goes on with the value of a line that was ended before and whose CRLF is not in `out`: on
    /// a fold, so that it does not matter how full the line was.
    pub(super) fn continued(out: &'a mut Vec<u8>) -> Self {
        let mut line = Self { out, room: 0 };
        line.fold();
        line
    }

    /// Adds a parameter whose value is always quoted: for readers that split at the first space.
    pub(super) fn quoted(mut self, name: &'static str, value: &str) -> Self {
        self.put(";");
        self.put(name);
        self.put("=\"");
        self.put_parameter(value);
        self.put("\"");
        self
    }

    /// Ends the line with a TEXT value (RFC 5545 §3.3.11). Every kind of line break becomes `\n`,
    /// other control characters vanish; a tab stays, as the grammar allows.
    pub fn text(self, value: &str) {
        let mut line = self.open();
        line.piece(value);
        line.end();
    }

    /// Begins a value that is written in pieces.
    pub(super) fn open(mut self) -> Self {
        self.put(":");
        self
    }

    /// Writes a piece of a TEXT value, escaped.
    #[inline]
    pub(super) fn piece(&mut self, value: &str) {
        self.out.reserve(value.len() + value.len() / 16 + 16);
        if all(value, is_plain) {
            self.put(value);
        } else {
            self.put_escaped(value);
        }
    }

    /// Writes a line break within a TEXT value.
    pub(super) fn line_break(&mut self) {
        self.put_whole("\\n");
    }

    /// Writes a piece that needs no escape whatever the value's type is: digits, names of ours,
    /// escape pairs. It is not cut by a fold.
    pub(super) fn constant(&mut self, whole: &'static str) {
        self.put_whole(whole);
    }

    /// Writes ASCII digits, letters and signs that need no escape.
    pub(super) fn ascii(&mut self, value: &str) {
        self.put(value);
    }

    /// How many bytes the output has up to here.
    pub(super) fn written(&self) -> usize {
        self.out.len()
    }

    /// Ends the line with a list of TEXT values (RFC 5545 §3.1.1).
    pub fn texts<'v>(mut self, values: impl IntoIterator<Item = &'v str>) {
        for (index, value) in values.into_iter().enumerate() {
            self.put(if index == 0 { ":" } else { "," });
            self.put_escaped(value);
        }
        self.end();
    }

    /// Ends the line with a value that is not TEXT: dates, rules, numbers, our own constants.
    /// It holds no control characters by construction; should one get in, it is left out.
    pub fn plain(mut self, value: &str) {
        self.put(":");
        if all(value, |b| matches!(b, b' '..=b'~')) {
            self.put(value);
        } else {
            let kept = value
                .chars()
                .filter(|c| !c.is_control() && !breaks_line(*c));
            self.put(&kept.collect::<String>());
        }
        self.end();
    }

    /// Ends the line with a URI value (RFC 5545 §3.3.13), which has no escapes of its own: what
    /// may not stand in an address is percent-encoded.
    pub fn uri(mut self, value: &str) {
        self.put(":");
        if all(value, |b| b.is_ascii_graphic() && !no_address(b.into())) {
            self.put(value);
        } else {
            self.put_address(value);
        }
        self.end();
    }

    fn put_parameter(&mut self, value: &str) {
        let mut chars = value.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' => self.put_whole("^'"),
                '^' => self.put_whole("^^"),
                '\r' if chars.peek() == Some(&'\n') => {}
                c if breaks_line(c) => self.put_whole("^n"),
                c if c.is_control() => {}
                c => self.put(c.encode_utf8(&mut [0; 4])),
            }
        }
    }

    fn put_address(&mut self, value: &str) {
        for c in value.chars() {
            let mut utf8 = [0; 4];
            let text = c.encode_utf8(&mut utf8);
            if !no_address(c) && !c.is_control() && !c.is_whitespace() {
                self.put(text);
                continue;
            }
            for byte in text.bytes() {
                let hex = |digit: u8| b"0123456789ABCDEF"[usize::from(digit)];
                let encoded = [b'%', hex(byte >> 4), hex(byte & 15)];
                self.put_whole(std::str::from_utf8(&encoded).unwrap_or_default());
            }
        }
    }

    fn put_escaped(&mut self, value: &str) {
        let bytes = value.as_bytes();
        let (mut from, mut at) = (0, 0);
        while let Some(step) = bytes[at..].iter().position(|b| !is_plain(*b)) {
            let found = at + step;
            let (escape, len) = match &bytes[found..] {
                [b'\\', ..] => ("\\\\", 1),
                [b';', ..] => ("\\;", 1),
                [b',', ..] => ("\\,", 1),
                [b'\r', b'\n', ..] => ("\\n", 2),
                [b'\n' | b'\r' | 0x0b | 0x0c, ..] => ("\\n", 1),
                [0xc2, 0x85, ..] => ("\\n", 2),
                [0xc2, 0x80..=0x9f, ..] => ("", 2),
                [0xe2, 0x80, 0xa8 | 0xa9, ..] => ("\\n", 3),
                // Tabs and the rest of the characters that share a lead byte with the above.
                [b'\t' | 0xc2 | 0xe2, ..] => {
                    at = found + 1;
                    continue;
                }
                _ => ("", 1),
            };
            self.put(&value[from..found]);
            self.put_whole(escape);
            at = found + len;
            from = at;
        }
        self.put(&value[from..]);
    }

    /// Writes text that needs no escape, folding at character edges: some readers decode before
    /// they unfold.
    #[inline]
    fn put(&mut self, safe: &str) {
        if safe.len() > self.room {
            return self.put_folded(safe);
        }
        self.out.extend_from_slice(safe.as_bytes());
        self.room -= safe.len();
    }

    fn put_folded(&mut self, safe: &str) {
        let mut rest = safe;
        while rest.len() > self.room {
            let cut = rest.floor_char_boundary(self.room);
            self.out.extend_from_slice(&rest.as_bytes()[..cut]);
            self.fold();
            rest = &rest[cut..];
        }
        self.put(rest);
    }

    /// As [`put`](Self::put), for pairs that must stay on one line.
    fn put_whole(&mut self, pair: &str) {
        if pair.len() > self.room {
            self.fold();
        }
        self.put(pair);
    }

    fn fold(&mut self) {
        self.out.extend_from_slice(b"\r\n ");
        self.room = LINE_OCTETS - 1;
    }

    /// Ends the line.
    pub(super) fn end(self) {
        self.out.extend_from_slice(b"\r\n");
    }
}

/// Writes `NAME:value` with a TEXT value.
pub fn text(out: &mut Vec<u8>, name: &'static str, value: &str) {
    Line::new(out, name).text(value);
}

/// Writes `NAME:value` with a value that is not TEXT.
pub fn plain(out: &mut Vec<u8>, name: &'static str, value: &str) {
    Line::new(out, name).plain(value);
}

/// Writes `NAME:value` unfolded and unescaped, cut at a character edge to what one line holds:
/// for readers that take the rest of the physical line as it stands.
pub fn raw_line(out: &mut Vec<u8>, name: &'static str, value: &str) {
    let clean: String = value
        .chars()
        .filter_map(|c| match c {
            // A reader that does unescape must not see an escape here.
            '\\' => Some('/'),
            c if c.is_whitespace() || breaks_line(c) => Some(' '),
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect();
    let room = LINE_OCTETS.saturating_sub(name.len() + 1);
    let cut = clean.floor_char_boundary(room.min(clean.len()));
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    out.extend_from_slice(clean[..cut].trim_end().as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Bytes that need no second look in a TEXT value. 0xC2 and 0xE2 lead the C1 controls and the
/// line and paragraph separators; Hangul has neither.
const fn is_plain(byte: u8) -> bool {
    (byte >= 0x20)
        & (byte != 0x7f)
        & (byte != b'\\')
        & (byte != b';')
        & (byte != b',')
        & (byte != 0xc2)
        & (byte != 0xe2)
}

/// Whether every byte is of a kind, without leaving early: that is what vectorises.
fn all(value: &str, is: impl Fn(u8) -> bool) -> bool {
    value.bytes().fold(true, |all, b| all & is(b))
}

/// ASCII that no address holds as it is (RFC 3986 §2).
const fn no_address(c: char) -> bool {
    matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
}

const fn breaks_line(c: char) -> bool {
    matches!(
        c,
        '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_is_escaped_and_line_breaks_never_stay_raw() {
        for (value, expected) in [
            ("plain: \"quoted\"", "X:plain: \"quoted\"\r\n"),
            ("a\\b;c,d", "X:a\\\\b\\;c\\,d\r\n"),
            (
                "A\r\nEND:VEVENT\rB\nC\u{b}\u{85}",
                "X:A\\nEND:VEVENT\\nB\\nC\\n\\n\r\n",
            ),
            ("l\u{2028}p\u{2029}–’", "X:l\\np\\n–’\r\n"),
            ("\0\u{1}\u{1b}\u{7f}\u{80}\u{9f}é\t.", "X:é\t.\r\n"),
            ("", "X:\r\n"),
        ] {
            assert_eq!(written(|out| text(out, "X", value)), expected, "{value:?}");
        }
    }

    #[test]
    fn parameters_are_quoted_and_encoded() {
        let line = |value| written(|out| Line::new(out, "X").param("P", value).plain("v"));
        assert_eq!(line("plain"), "X;P=plain:v\r\n");
        assert_eq!(line("a:b"), "X;P=\"a:b\":v\r\n");
        assert_eq!(line("say \"hi\"^\r\n;\0"), "X;P=\"say ^'hi^'^^^n;\":v\r\n");
    }

    #[test]
    fn addresses_are_percent_encoded_where_they_must() {
        let line = |value| written(|out| Line::new(out, "URL").uri(value));
        assert_eq!(
            line("https://한글.kr/a,b;c"),
            "URL:https://한글.kr/a,b;c\r\n"
        );
        assert_eq!(
            line("https://a.kr/\r\nEND:\u{2028} \""),
            "URL:https://a.kr/%0D%0AEND:%E2%80%A8%20%22\r\n"
        );
    }

    #[test]
    fn folds_count_octets_and_keep_characters_and_escapes_whole() {
        for value in ["가".repeat(100), "😀".repeat(10_000), ",".repeat(200)] {
            let line = written(|out| text(out, "SUMMARY", &value));
            let folded: Vec<&str> = line.trim_end_matches("\r\n").split("\r\n").collect();
            assert!(folded.len() > 1);
            for part in &folded {
                assert!(part.len() <= LINE_OCTETS);
                assert_eq!(part.matches(',').count(), part.matches('\\').count());
            }
            let unfolded = line.replace("\r\n ", "").replace('\\', "");
            assert_eq!(unfolded, format!("SUMMARY:{value}\r\n"));
        }
        let exact = written(|out| text(out, "X", &"a".repeat(73)));
        assert_eq!(exact.matches("\r\n").count(), 1);
    }

    #[test]
    fn raw_lines_are_one_line() {
        let name = "롯데, 두산; A\\B\r\nEND:VCALENDAR ".repeat(9);
        let line = written(|out| raw_line(out, "X-WR-CALNAME", &name));
        assert!(line.starts_with("X-WR-CALNAME:롯데, 두산; A/B  END:VCALENDAR "));
        assert!(line.len() <= LINE_OCTETS + 2);
        assert_eq!(line.find("\r\n"), Some(line.len() - 2));
    }
}
