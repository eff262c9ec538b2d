//! Content lines (RFC 5545 §3.1), taken apart.

/// A content line: a name in small letters, parameters, and a value as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub name: String,
    pub params: Vec<(String, Vec<String>)>,
    pub value: &'a str,
}

/// The lines of a text, folds undone. A fold may have no carriage return: some tools take it away.
pub(super) fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for physical in text.lines() {
        let rest = physical.strip_prefix([' ', '\t']);
        match (rest, lines.last_mut()) {
            (Some(rest), Some(line)) => line.push_str(rest),
            _ => lines.push(physical.to_owned()),
        }
    }
    lines
}

impl<'a> Line<'a> {
    /// Reads a line; `None` where no value begins.
    pub(super) fn read(line: &'a str) -> Option<Self> {
        let mut parts = Vec::new();
        let (mut from, mut quoted) = (0, false);
        for (at, c) in line.char_indices() {
            match c {
                '"' => quoted = !quoted,
                ';' if !quoted => {
                    parts.push(&line[from..at]);
                    from = at + 1;
                }
                ':' if !quoted => {
                    parts.push(&line[from..at]);
                    let (name, params) = parts.split_first()?;
                    return Some(Self {
                        name: name.to_ascii_lowercase(),
                        params: joined(params),
                        value: &line[at + 1..],
                    });
                }
                _ => {}
            }
        }
        None
    }

    /// The value type that VALUE names, in small letters.
    pub(super) fn kind(&self) -> Option<String> {
        let (_, values) = self.params.iter().find(|(name, _)| name == "value")?;
        values.first().map(|kind| kind.to_ascii_lowercase())
    }
}

/// The parameters, each name once: JSON has no room for a second one.
fn joined(params: &[&str]) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for (name, values) in params.iter().filter_map(|param| param.split_once('=')) {
        let name = name.to_ascii_lowercase();
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.extend(listed(values)),
            None => all.push((name, listed(values))),
        }
    }
    all
}

/// `value,"value"`, decoded.
fn listed(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match (c, all.last_mut()) {
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => all.push(String::new()),
            (c, Some(last)) => last.push(c),
            (_, None) => {}
        }
    }
    all.iter().map(|value| decoded(value)).collect()
}

/// RFC 6868 §3.1, from left to right: `^^n` is a caret and an n. Any other caret is itself.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('^') {
        out.push_str(before);
        let stands_for = match after.chars().next() {
            Some('n') => '\n',
            Some('\'') => '"',
            Some('^') => '^',
            _ => {
                out.push('^');
                rest = after;
                continue;
            }
        };
        out.push(stands_for);
        rest = &after[1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(line: &str) -> Vec<(String, Vec<String>)> {
        Line::read(line).unwrap().params
    }

    #[test]
    fn parameters_are_decoded_from_left_to_right() {
        for (written, meant) in [
            ("a^^nb", "a^nb"),
            ("a^nb", "a\nb"),
            ("^'x^'", "\"x\""),
            ("^^^^", "^^"),
            ("^", "^"),
            ("^x^", "^x^"),
            ("^가", "^가"),
        ] {
            assert_eq!(decoded(written), meant);
        }
    }

    #[test]
    fn names_are_small_and_values_as_they_are() {
        let line = Line::read("X-A;TZID=\"a:b;c\",d;tzid=e:f;g:h").unwrap();
        assert_eq!((line.name.as_str(), line.value), ("x-a", "f;g:h"));
        let values = ["a:b;c", "d", "e"].map(str::to_owned).to_vec();
        assert_eq!(line.params, [("tzid".to_owned(), values)]);
        assert_eq!(params("X;A:b"), []);
        for bad in ["", "BEGIN", "X;A=\"b:c"] {
            assert_eq!(Line::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn folds_are_undone() {
        assert_eq!(unfolded("A:b\r\n c\r\n\td\nE:f\n g"), ["A:bcd", "E:fg"]);
        assert_eq!(unfolded(" A:b"), [" A:b"]);
    }
}
