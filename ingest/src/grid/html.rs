//! The largest table of an HTML fragment: cells with their text, merged ones spread over the
//! places that they cover. A reader of what clipboards hold, not of HTML at large: no scripts,
//! no styles, no markup comes out of it.

use super::{PASTE_COLUMNS, PASTE_ROWS};

/// Deepest tables within tables.
const DEPTH: usize = 8;
/// Longest text of one cell, in bytes.
const CELL_BYTES: usize = 8 << 10;

/// The cells of the table with the most of them.
pub(super) fn table(html: &str) -> Option<Vec<Vec<String>>> {
    let mut reader = Reader::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, tail) = rest.split_at(at);
        reader.text(text);
        rest = reader.tag(tail);
    }
    reader.text(rest);
    while let Some(table) = reader.open.pop() {
        reader.done.push(table);
    }
    let all = reader.done.into_iter().map(Table::spread);
    let filled = |rows: &Vec<Vec<String>>| rows.iter().map(Vec::len).sum::<usize>();
    all.filter(|rows| filled(rows) > 0).rev().max_by_key(filled)
}

#[derive(Debug, Default)]
struct Reader {
    open: Vec<Table>,
    done: Vec<Table>,
}

#[derive(Debug, Default)]
struct Table {
    rows: Vec<Vec<Cell>>,
    /// Whether text goes into the last cell.
    in_cell: bool,
}

#[derive(Debug, Default, Clone)]
struct Cell {
    text: String,
    across: usize,
    down: usize,
}

impl Reader {
    fn text(&mut self, raw: &str) {
        let Some(table) = self.open.last_mut().filter(|table| table.in_cell) else {
            return;
        };
        let Some(cell) = table.rows.last_mut().and_then(|row| row.last_mut()) else {
            return;
        };
        if cell.text.len() < CELL_BYTES {
            decode(raw, &mut cell.text);
        }
    }

    /// Takes the tag that `tail` begins with; gives what follows it.
    fn tag<'h>(&mut self, tail: &'h str) -> &'h str {
        if let Some(comment) = tail.strip_prefix("<!--") {
            return comment.split_once("-->").map_or("", |(_, rest)| rest);
        }
        let Some(end) = end_of_tag(tail) else {
            return "";
        };
        let (tag, rest) = tail.split_at(end);
        let inner = tag.trim_start_matches('<').trim_end_matches('>');
        let closes = inner.starts_with('/');
        let inner = inner.trim_start_matches('/');
        let name: String = inner
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .take(10)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        match (name.as_str(), closes) {
            ("script" | "style" | "template" | "noscript", false) => return skip(rest, &name),
            ("table", false) if self.open.len() < DEPTH => self.open.push(Table::default()),
            ("table", true) => self.done.extend(self.open.pop()),
            _ => {}
        }
        if let Some(table) = self.open.last_mut() {
            table.tag(&name, closes, inner);
        }
        if matches!(name.as_str(), "br" | "p" | "div" | "li") {
            self.text(" ");
        }
        rest
    }
}

impl Table {
    fn tag(&mut self, name: &str, closes: bool, inner: &str) {
        match (name, closes) {
            ("tr", false) if self.rows.len() <= PASTE_ROWS => {
                self.rows.push(Vec::new());
                self.in_cell = false;
            }
            ("tr", true) => self.in_cell = false,
            ("td" | "th", true) => self.in_cell = false,
            ("td" | "th", false) => {
                if self.rows.is_empty() {
                    self.rows.push(Vec::new());
                }
                let span = |name| attribute(inner, name).unwrap_or(1).clamp(1, PASTE_ROWS);
                let cell = Cell {
                    text: String::new(),
                    across: span("colspan").min(PASTE_COLUMNS),
                    down: span("rowspan"),
                };
                let row = self
                    .rows
                    .last_mut()
                    .filter(|row| row.len() <= PASTE_COLUMNS);
                self.in_cell = row.map(|row| row.push(cell)).is_some();
            }
            _ => {}
        }
    }

    /// The cells as a grid: what covers several places stands in the first across and in all
    /// down, because a day merged over its rows is each row's day.
    fn spread(self) -> Vec<Vec<String>> {
        let mut grid: Vec<Vec<String>> = Vec::with_capacity(self.rows.len());
        let mut hanging: Vec<Option<(String, usize)>> = Vec::new();
        for row in self.rows {
            let mut out: Vec<String> = Vec::new();
            for cell in row {
                take_hanging(&mut hanging, &mut out);
                for place in 0..cell.across {
                    if out.len() > PASTE_COLUMNS {
                        break;
                    }
                    let text = if place == 0 {
                        cell.text.clone()
                    } else {
                        String::new()
                    };
                    let column = out.len();
                    if cell.down > 1 {
                        hanging.resize(hanging.len().max(column + 1), None);
                        hanging[column] = Some((text.clone(), cell.down - 1));
                    }
                    out.push(text);
                }
            }
            take_hanging(&mut hanging, &mut out);
            take_hanging(&mut hanging, &mut out);
            grid.push(out);
        }
        grid
    }
}

/// Puts down what hangs into the next places of a row.
fn take_hanging(hanging: &mut [Option<(String, usize)>], out: &mut Vec<String>) {
    while let Some(Some((text, left))) = hanging.get_mut(out.len()) {
        let column = out.len();
        out.push(text.clone());
        *left -= 1;
        if *left == 0 {
            hanging[column] = None;
        }
    }
}

/// Where a tag ends; quotation marks hold a `>`.
fn end_of_tag(tail: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tail.bytes().enumerate().skip(1) {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A mark that nobody closes ends with the tag all the same.
    tail.find('>').map(|at| at + 1)
}

/// What follows the end of an element whose content is no text.
fn skip<'h>(rest: &'h str, name: &str) -> &'h str {
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|tail| tail.find("</")) {
        let tail = &rest[from + at + 2..];
        let closes = tail
            .get(..name.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(name));
        if closes {
            return tail.split_once('>').map_or("", |(_, rest)| rest);
        }
        from += at + 2;
    }
    ""
}

/// A number in an attribute.
fn attribute(inner: &str, name: &str) -> Option<usize> {
    let lower = inner.to_ascii_lowercase();
    let after = lower.split_once(name)?.1.trim_start().strip_prefix('=')?;
    let digits = after.trim_start().trim_start_matches(['"', '\'']);
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// Text with its character references read.
fn decode(raw: &str, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((reference(&rest[1..end])?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "middot" => '·',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "times" => '×',
        "rarr" => '→',
        "eacute" => 'é',
        _ => return None,
    })
}
