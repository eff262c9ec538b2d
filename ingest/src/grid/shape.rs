//! A pasted table in the shape that the table reader knows: one header row, every row with its
//! own day. Pages write the day once, over several rows or as a heading between them.

use super::paste::Cells;
use crate::table::{Cell, Choice, Looks, Meaning, Row, Sheet, looks, may_be_header};

/// How many rows are looked at to tell what a column holds.
const WITNESSES: usize = 200;

/// A table, shaped.
pub(super) struct Shaped {
    pub(super) sheet: Sheet,
    /// For each row of the sheet the cells that were taken from above.
    pub(super) filled: Vec<Vec<usize>>,
    /// No row of the paste names the columns.
    pub(super) made_up: bool,
    /// What the columns are for by their values, where no row names them.
    guessed: Vec<(Meaning, usize)>,
}

pub(super) fn shape(cells: Cells) -> Shaped {
    let cells = with_day_column(cells);
    let (cells, guessed, made_up) = with_header(cells);
    let (cells, filled) = with_days(cells);
    let row = |(number, cells): (usize, &Vec<String>)| {
        Row::new(number, cells.iter().map(|cell| Cell::text(cell)).collect())
    };
    let rows = (1..).zip(&cells).map(row).collect();
    Shaped {
        sheet: Sheet { name: None, rows },
        filled,
        made_up,
        guessed,
    }
}

impl Shaped {
    /// The cells of the row that looks like the header.
    pub(super) fn headers(&self) -> Vec<String> {
        let at = self.sheet.rows.iter().position(may_be_header);
        self.headers_at(at.unwrap_or(0))
    }

    pub(super) fn headers_at(&self, at: usize) -> Vec<String> {
        let width = self.sheet.width();
        let row = self.sheet.rows.get(at);
        let text = |column| row.map_or(String::new(), |row| row.cell(column).says());
        let texts = (0..width).map(text);
        if self.made_up {
            texts.map(|_| String::new()).collect()
        } else {
            texts.collect()
        }
    }

    pub(super) fn texts(&self) -> Cells {
        let width = self.sheet.width();
        let skip = usize::from(self.made_up);
        let row = |row: &Row| (0..width).map(|column| row.cell(column).says()).collect();
        self.sheet.rows.iter().skip(skip).map(row).collect()
    }

    /// What the values say, where no header does.
    pub(super) fn choices(&self) -> Vec<Choice> {
        let one = |(meaning, column): &(Meaning, usize)| {
            format!("{meaning}=#{}", column + 1).parse().ok()
        };
        self.guessed.iter().filter_map(one).collect()
    }
}

fn looks_of(text: &str) -> Looks {
    looks(&Cell::text(text))
}

/// The only filled cell of a row.
fn alone(row: &[String]) -> Option<&String> {
    let mut filled = row.iter().filter(|cell| !cell.is_empty());
    let first = filled.next()?;
    // Merged over the whole row it may stand there several times.
    filled.all(|cell| cell == first).then_some(first)
}

/// Days as headings between the rows become a column of their own.
fn with_day_column(cells: Cells) -> Cells {
    let heading = |row: &Vec<String>| alone(row).is_some_and(|text| looks_of(text) == Looks::Day);
    let headings = cells.iter().filter(|row| heading(row)).count();
    let tabled = cells.iter().filter(|row| alone(row).is_none()).count();
    let dated = cells
        .iter()
        .filter(|row| alone(row).is_none() && row.iter().any(|cell| looks_of(cell) == Looks::Day))
        .count();
    if headings == 0 || tabled == 0 || dated * 2 > tabled {
        return cells;
    }
    let mut day = String::new();
    let mut named = false;
    let mut out = Vec::with_capacity(cells.len());
    for mut row in cells {
        if let Some(text) = alone(&row).filter(|text| looks_of(text) == Looks::Day) {
            day = text.clone();
            continue;
        }
        let cells = row.iter().filter(|cell| !cell.is_empty());
        let header = !named && cells.count() > 1 && row.iter().all(|c| is_word(c));
        row.insert(
            0,
            if header {
                "날짜".to_owned()
            } else {
                day.clone()
            },
        );
        // The same header stands under each heading: once is enough.
        let again = out
            .iter()
            .any(|known: &Vec<String>| named && known[1..] == row[1..]);
        named |= header;
        if !(again && row[1..].iter().all(|cell| is_word(cell))) {
            out.push(row);
        }
    }
    out
}

fn is_word(text: &str) -> bool {
    matches!(looks_of(text), Looks::Words | Looks::Blank)
}

/// Puts a header over a table that has none: what its columns hold tells what they are for.
fn with_header(mut cells: Cells) -> (Cells, Vec<(Meaning, usize)>, bool) {
    let width = cells.iter().map(Vec::len).max().unwrap_or(0);
    let many = |row: &Vec<String>| row.iter().filter(|cell| !cell.is_empty()).count() > 1;
    let wide: Vec<&Vec<String>> = cells.iter().filter(|row| many(row)).collect();
    let named = wide
        .first()
        .is_some_and(|row| row.iter().all(|cell| is_word(cell)));
    if named || wide.is_empty() {
        return (cells, Vec::new(), false);
    }
    let mut guessed: Vec<(Meaning, usize)> = Vec::new();
    let mut words: Vec<(usize, usize)> = Vec::new();
    for column in 0..width {
        let mut counts = [0usize; 4];
        let mut different = std::collections::BTreeSet::new();
        for row in wide.iter().take(WITNESSES) {
            let Some(text) = row.get(column) else {
                continue;
            };
            match looks_of(text) {
                Looks::Day => counts[0] += 1,
                Looks::Hour => counts[1] += 1,
                Looks::Address => counts[2] += 1,
                Looks::Words => {
                    counts[3] += 1;
                    different.insert(text.as_str());
                }
                Looks::Blank | Looks::Number => {}
            }
        }
        let filled: usize = counts.iter().sum();
        let most = |n: usize| n * 2 > filled;
        let found = [Meaning::Date, Meaning::Time, Meaning::Url];
        let sure = found
            .into_iter()
            .zip(counts)
            .find(|(_, count)| most(*count));
        let vs = different.iter().all(|text| is_versus(text));
        match sure {
            Some((meaning, _)) if guessed.iter().all(|(m, _)| *m != meaning) => {
                guessed.push((meaning, column));
            }
            // Words that are the same in each row name nothing.
            None if counts[3] > 0 && !vs => words.push((different.len(), column)),
            _ => {}
        }
    }
    name_words(&wide, &mut words, &mut guessed);
    let mut header = vec![String::new(); width];
    for (meaning, column) in &guessed {
        header[*column] = meaning.to_string();
    }
    cells.insert(0, header);
    (cells, guessed, true)
}

fn is_versus(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "vs" | "vs." | "v" | "v." | ":" | "-" | "대" | "@"
    )
}

/// Which columns of words are titles, sides and places.
fn name_words(
    wide: &[&Vec<String>],
    words: &mut [(usize, usize)],
    guessed: &mut Vec<(Meaning, usize)>,
) {
    let column_is = |column: usize, is: fn(&str) -> bool| {
        let texts = wide.iter().filter_map(|row| row.get(column));
        let mut filled = texts.filter(|text| !text.is_empty()).peekable();
        filled.peek().is_some() && filled.all(|text| is(text))
    };
    let width = wide.iter().map(|row| row.len()).max().unwrap_or(0);
    // Two sides with a column of `vs` between them.
    let between = (1..width.saturating_sub(1)).find(|column| column_is(*column, is_versus));
    if let Some(between) = between {
        guessed.push((Meaning::Team, between - 1));
        guessed.push((Meaning::Opponent, between + 1));
    }
    let taken =
        |column: usize, guessed: &[(Meaning, usize)]| guessed.iter().any(|(_, c)| *c == column);
    // The column with the most different words names the events; of equals the first.
    words.sort_by_key(|(different, column)| (std::cmp::Reverse(*different), *column));
    for (_, column) in words.iter() {
        if taken(*column, guessed) {
            continue;
        }
        let has = |meaning| guessed.iter().any(|(m, _)| *m == meaning);
        let meaning = if !has(Meaning::Title) && !has(Meaning::Opponent) {
            Meaning::Title
        } else if !has(Meaning::Place) {
            Meaning::Place
        } else {
            break;
        };
        guessed.push((meaning, *column));
    }
}

/// Gives rows without a day that of the row above, and moves rows whose first cells are missing
/// because the copied text leaves merged cells out.
fn with_days(mut cells: Cells) -> (Cells, Vec<Vec<usize>>) {
    let mut filled = vec![Vec::new(); cells.len()];
    let width = cells.iter().map(Vec::len).max().unwrap_or(0);
    let days = |column: &usize| {
        let texts = cells.iter().filter_map(|row| row.get(*column));
        texts.filter(|text| looks_of(text) == Looks::Day).count()
    };
    let column = (0..width)
        .rev()
        .max_by_key(days)
        .filter(|column| days(column) > 0);
    let Some(column) = column else {
        return (cells, filled);
    };
    let after = |row: &[String]| row.get(column + 1).map(|text| looks_of(text));
    let hours_follow = cells.iter().any(|row| after(row) == Some(Looks::Hour));
    let mut above: Option<String> = None;
    for (row, filled) in cells.iter_mut().zip(&mut filled) {
        let text = row.get(column).cloned().unwrap_or_default();
        let short = row.len() < width && hours_follow && looks_of(&text) == Looks::Hour;
        if short && above.is_some() {
            row.insert(column, String::new());
        }
        let text = row.get(column).cloned().unwrap_or_default();
        if looks_of(&text) == Looks::Day {
            above = Some(text);
        } else if text.is_empty()
            && alone(row).is_none()
            && let (Some(day), Some(place)) = (&above, row.get_mut(column))
        {
            place.clone_from(day);
            filled.push(column);
        }
    }
    (cells, filled)
}
