//! Words on rows that were mended or are no entries, gathered by kind: a thousand of one kind
//! are told in one line.

/// How many rows of a kind are named.
const NAMED: usize = 5;
/// Longest value that is shown, in characters.
const SHOWN: usize = 40;

/// What is to be told, in the order in which each kind came up first.
#[derive(Debug, Default)]
pub(super) struct Notes {
    kinds: Vec<Kind>,
}

#[derive(Debug)]
struct Kind {
    what: String,
    rows: usize,
    named: Vec<String>,
}

impl Notes {
    /// A row of a kind, with the value that it is about.
    pub(super) fn row(&mut self, what: &str, number: usize, value: &str) {
        let at = self.kinds.iter().position(|kind| kind.what == what);
        let at = at.unwrap_or_else(|| {
            self.kinds.push(Kind {
                what: what.to_owned(),
                rows: 0,
                named: Vec::new(),
            });
            self.kinds.len() - 1
        });
        let Some(kind) = self.kinds.get_mut(at) else {
            return;
        };
        kind.rows += 1;
        if kind.named.len() < NAMED {
            kind.named.push(if value.is_empty() {
                format!("line {number}")
            } else {
                format!("line {number} {}", shown(value))
            });
        }
    }

    /// One line for each kind.
    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        self.kinds.iter().map(|kind| {
            let more = kind.rows - kind.named.len();
            let more = if more > 0 {
                format!(", and {more} more")
            } else {
                String::new()
            };
            format!("{}: {}{more}", kind.what, kind.named.join(", "))
        })
    }
}

/// A value in quotation marks, on one line, cut where it is long.
pub(super) fn shown(value: &str) -> String {
    let line = domain::text::clean_line(value, value.len());
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}", format!("{}…", &line[..end])),
        None => format!("{line:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_of_a_kind_are_one_line() {
        let mut notes = Notes::default();
        (1..=7).for_each(|n| notes.row("no entry", n, "합계"));
        notes.row("odd", 9, "");
        let lines: Vec<String> = notes.lines().collect();
        assert!(
            lines[0].starts_with("no entry: line 1 \"합계\", line 2"),
            "{lines:?}"
        );
        assert!(lines[0].ends_with("and 2 more"));
        assert_eq!(lines[1], "odd: line 9");
        assert_eq!(shown(&"가".repeat(99)).chars().count(), SHOWN + 3);
    }
}
