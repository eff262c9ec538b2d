//! Finding the header row, and what its columns mean: by its words first, by the values below
//! them second.

use super::mapping::{Choice, Mapping};
use super::meaning::{Hint, Meaning, hints};
use super::moment::{Order, Stands};
use super::sheet::{Cell, Row, Sheet};
use super::written::{Written, has_days, has_hours_only, read};
use std::cmp::Reverse;
use std::collections::HashSet;

/// How many rows from the top may stand above the header.
const SEARCHED_ROWS: usize = 25;
/// How many rows below the header are looked at as witnesses.
const WITNESSES: usize = 300;
/// Least weight of a hint for meanings that a loose likeness would give away too easily.
const SURE: u32 = 300;

/// A table's header, found.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    /// Its index among the sheet's rows.
    pub(super) at: usize,
    /// What the columns mean.
    pub(super) mapping: Mapping,
    /// How `3/4` is read here.
    pub(super) order: Order,
    /// True when every `3/4` could be read both ways.
    pub(super) order_unsure: bool,
}

/// The header row, where there is one: the row that gives the most columns a meaning.
pub(super) fn find(sheet: &Sheet, choices: &[Choice]) -> Option<Header> {
    let mut best: Option<Header> = None;
    for at in 0..sheet.rows.len().min(SEARCHED_ROWS) {
        let found = understand(sheet, at, choices);
        let better = |found: &Header| {
            best.as_ref()
                .is_none_or(|b| found.mapping.len() > b.mapping.len())
        };
        if let Some(found) = found.filter(better) {
            best = Some(found);
        }
    }
    best
}

/// The texts of a row, one for each column of the sheet.
pub(super) fn texts(row: &Row, width: usize) -> Vec<String> {
    let text = |column| {
        row.cell(column)
            .says()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    (0..width).map(text).collect()
}

fn understand(sheet: &Sheet, at: usize, choices: &[Choice]) -> Option<Header> {
    let row = sheet.rows.get(at)?;
    let body = sheet.rows.get(at + 1..)?;
    if body.is_empty() || row.sayings().len() < 2 {
        return None;
    }
    let headers = texts(row, sheet.width());
    if choices.is_empty() && !headers.iter().any(|header| tells_when(header)) {
        return None;
    }
    let mut mapping = Mapping::new(headers);
    for choice in choices {
        if choice.column.is_empty() {
            mapping.refuse(choice.meaning);
        } else if choice.stated_year().is_none() {
            let column = choice.find(mapping.headers())?;
            mapping.assign(choice.meaning, column);
        }
    }
    let (order, order_unsure) = order(body);
    let mut guess = Guess::new(mapping, body, order);
    guess.times();
    guess.titles();
    guess.rest();
    let mapping = guess.mapping;
    mapping.is_enough().then_some(Header {
        at,
        mapping,
        order,
        order_unsure,
    })
}

/// True for headers over days or hours. Without one a row is no header: it need not be asked what
/// stands below.
fn tells_when(header: &str) -> bool {
    let when = |(hint, _): &(Hint, u32)| !matches!(hint, Hint::Is(_) | Hint::Finish);
    hints(header).iter().any(when)
}

/// Whether `3/4/2025` is in March or April: some other day of the table is past the twelfth.
fn order(body: &[Row]) -> (Order, bool) {
    let (mut second, mut seen) = (false, false);
    for row in body {
        for column in 0..row.width() {
            let Cell::Text(text) = row.cell(column) else {
                continue;
            };
            let Some((a, b)) = slashed(text) else {
                continue;
            };
            seen = true;
            if (13..=31).contains(&a) && b <= 12 {
                return (Order::DayFirst, false);
            }
            second |= b > 12;
        }
    }
    (Order::MonthFirst, seen && !second)
}

/// The first two numbers of `3/4/2025`.
fn slashed(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split_whitespace().next()?.splitn(3, '/');
    let (a, b, year) = (parts.next()?, parts.next()?, parts.next()?);
    let short = |part: &str| part.parse::<u32>().ok().filter(|n| *n <= 99);
    (year.len() == 4).then_some(())?;
    Some((short(a)?, short(b)?))
}

/// What is known of one column's values.
#[derive(Debug, Clone, Default)]
struct Witness {
    filled: usize,
    days: usize,
    hours: usize,
    words: usize,
    numbers: usize,
    addresses: usize,
    distinct: usize,
}

impl Witness {
    fn of(body: &[Row], column: usize, order: Order) -> Self {
        let mut witness = Self::default();
        let mut seen = HashSet::new();
        let cells = body
            .iter()
            .map(|row| row.cell(column))
            .filter(|cell| !cell.is_blank());
        for cell in cells.take(WITNESSES) {
            let says = cell.says();
            witness.filled += 1;
            witness.days += usize::from(has_days(cell, order));
            witness.hours += usize::from(has_hours_only(cell, order));
            witness.addresses += usize::from(is_address(&says));
            let number = says.parse::<f64>().is_ok();
            witness.numbers += usize::from(number);
            let flag = matches!(says.to_lowercase().as_str(), "true" | "false" | "o" | "x");
            let dated = matches!(read(cell, Stands::Days, order), Ok(Written::Span(..)));
            witness.words +=
                usize::from(matches!(cell, Cell::Text(_)) && !number && !flag && !dated);
            seen.insert(says);
        }
        witness.distinct = seen.len();
        witness
    }

    /// True when at least `percent` of the filled cells are such.
    const fn mostly(&self, such: usize, percent: usize) -> bool {
        self.filled > 0 && such * 100 >= self.filled * percent
    }
}

fn is_address(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.starts_with("http://") || text.starts_with("https://") || text.starts_with("www.")
}

struct Guess<'a> {
    mapping: Mapping,
    body: &'a [Row],
    hints: Vec<Vec<(Hint, u32)>>,
    witnesses: Vec<Witness>,
}

impl<'a> Guess<'a> {
    fn new(mapping: Mapping, body: &'a [Row], order: Order) -> Self {
        let hints: Vec<_> = mapping
            .headers()
            .iter()
            .map(|header| hints(header))
            .collect();
        let witness = |(column, hints): (usize, &Vec<_>)| {
            let idle = hints.is_empty() && mapping.headers()[column].is_empty();
            if idle {
                Witness::default()
            } else {
                Witness::of(body, column, order)
            }
        };
        let witnesses = hints.iter().enumerate().map(witness).collect();
        Self {
            mapping,
            body,
            hints,
            witnesses,
        }
    }

    /// The free column with the heaviest hint that the values bear out; of equals the first.
    fn best(
        &self,
        weigh: impl Fn(Hint, u32) -> Option<u32>,
        fits: impl Fn(&Witness) -> bool,
    ) -> Option<(usize, u32)> {
        let columns = self.hints.iter().enumerate();
        columns
            .filter(|(column, _)| self.mapping.is_free(*column))
            .filter(|(column, _)| self.witnesses.get(*column).is_some_and(&fits))
            .filter_map(|(column, hints)| {
                let weight = hints
                    .iter()
                    .filter_map(|(hint, weight)| weigh(*hint, *weight))
                    .max()?;
                Some((column, weight))
            })
            .max_by_key(|(column, weight)| (*weight, Reverse(*column)))
    }

    fn assign(&mut self, meaning: Meaning, found: Option<(usize, u32)>) {
        if let Some((column, _)) = found {
            self.mapping.assign(meaning, column);
        }
    }

    fn times(&mut self) {
        let days = |w: &Witness| w.mostly(w.days, 50) && !w.mostly(w.hours, 95);
        let hours = |w: &Witness| w.mostly(w.hours, 30);
        if self.mapping.wants(Meaning::Date) {
            let found = self.best(
                |hint, weight| match hint {
                    Hint::Begin => Some(weight + 50),
                    Hint::Day => Some(weight),
                    Hint::Clock => Some(weight / 2),
                    _ => None,
                },
                days,
            );
            self.assign(Meaning::Date, found);
        }
        let finish = |hint, weight| (hint == Hint::Finish).then_some(weight);
        if self.mapping.wants(Meaning::End) {
            let found = self.best(finish, days);
            self.assign(Meaning::End, found);
        }
        if self.mapping.wants(Meaning::Time) {
            let clock = |hint, weight| match hint {
                Hint::Begin | Hint::Clock => Some(weight + 50),
                Hint::Day => Some(weight),
                _ => None,
            };
            let exact =
                |hint, weight| (hint == Hint::Clock && weight > SURE + 100).then_some(weight);
            let found = self
                .best(clock, hours)
                .or_else(|| self.best(exact, |w| w.filled > 0));
            self.assign(Meaning::Time, found);
        }
        if self.mapping.wants(Meaning::EndTime) {
            let found = self.best(finish, hours);
            self.assign(Meaning::EndTime, found);
        }
    }

    fn titles(&mut self) {
        let is =
            |meaning: Meaning| move |hint, weight| (hint == Hint::Is(meaning)).then_some(weight);
        let words = |w: &Witness| w.mostly(w.words, 50);
        let sided = self.mapping.has(Meaning::Opponent);
        if self.mapping.wants(Meaning::Title) && !sided {
            let found = self.best(is(Meaning::Title), words);
            self.assign(Meaning::Title, found);
        }
        let other = self.best(is(Meaning::Opponent), words);
        if let Some((column, _)) = other {
            self.mapping.assign(Meaning::Opponent, column);
        }
        if self.mapping.has(Meaning::Opponent) && self.mapping.wants(Meaning::Team) {
            let found = self.best(is(Meaning::Team), words);
            self.assign(Meaning::Team, found);
        }
        if self.mapping.wants(Meaning::Title) && !self.mapping.has(Meaning::Opponent) {
            let found = self.telling_column();
            self.assign(Meaning::Title, found);
        }
    }

    /// True where the column names what stands in the header: in a grid of teams each row says who
    /// plays the team above.
    fn names_headers(&self, column: usize) -> bool {
        let mut says = self
            .body
            .iter()
            .take(WITNESSES)
            .map(|row| row.cell(column).says());
        says.any(|text| !text.is_empty() && self.mapping.headers().contains(&text))
    }

    /// Where no header names a title: the first column of words that are mostly different ones.
    fn telling_column(&self) -> Option<(usize, u32)> {
        let known = |column: usize| {
            let hints = self.hints.get(column);
            hints.is_some_and(|hints| hints.iter().any(|(_, weight)| *weight >= SURE))
        };
        let mut columns = (0..self.mapping.headers().len()).filter(|column| {
            self.mapping.is_free(*column)
                && !known(*column)
                && !self.mapping.headers()[*column].is_empty()
        });
        let telling = |column: &usize| {
            self.witnesses.get(*column).is_some_and(|w| {
                w.mostly(w.words, 80)
                    && w.mostly(w.distinct, 60)
                    && w.filled * 10 >= self.body.len().min(WITNESSES) * 8
            })
        };
        columns
            .find(|column| telling(column) && !self.names_headers(*column))
            .map(|column| (column, 0))
    }

    fn rest(&mut self) {
        // Before its address: words such as "location" may stand for both.
        if self.mapping.wants(Meaning::Place) {
            let place = |hint, weight| (hint == Hint::Is(Meaning::Place)).then_some(weight);
            let found = self.best(place, |w| w.filled > 0 && !w.mostly(w.addresses, 50));
            self.assign(Meaning::Place, found);
        }
        let mut all: Vec<(u32, Reverse<usize>, Meaning)> = Vec::new();
        for (column, hints) in self.hints.iter().enumerate() {
            for (hint, weight) in hints {
                if let Hint::Is(meaning) = hint {
                    all.push((*weight, Reverse(column), *meaning));
                }
            }
        }
        all.sort_by_key(|(weight, column, meaning)| Reverse((*weight, *column, Reverse(*meaning))));
        for (weight, Reverse(column), meaning) in all {
            if self.mapping.wants(meaning) && self.bears_out(meaning, column, weight) {
                self.mapping.assign(meaning, column);
            }
        }
    }

    fn bears_out(&self, meaning: Meaning, column: usize, weight: u32) -> bool {
        let Some(w) = self.witnesses.get(column).filter(|w| w.filled > 0) else {
            return false;
        };
        match meaning {
            Meaning::Title | Meaning::Team | Meaning::Opponent => false,
            Meaning::Place | Meaning::Description | Meaning::Tags => !w.mostly(w.addresses, 50),
            Meaning::Address => !w.mostly(w.addresses, 50) && weight >= SURE,
            Meaning::Url => w.mostly(w.addresses, 50),
            Meaning::Latitude | Meaning::Longitude => weight >= SURE && w.mostly(w.numbers, 80),
            Meaning::Uid => weight >= SURE && self.tells_rows_apart(column),
            _ => weight >= SURE,
        }
    }

    /// True for a column that gives nearly each row a name of its own. Row numbers are none: they
    /// name another row as soon as one is put in between.
    fn tells_rows_apart(&self, column: usize) -> bool {
        let filled = || {
            let cells = self.body.iter().map(|row| row.cell(column));
            cells.filter(|cell| !cell.is_blank())
        };
        let different: HashSet<String> = filled().map(Cell::says).collect();
        let numbered = filled()
            .zip(1u64..)
            .all(|(cell, n)| cell.says() == n.to_string());
        different.len() * 10 >= filled().count() * 9 && !numbered
    }
}
