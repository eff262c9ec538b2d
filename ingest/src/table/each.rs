//! One table seen column by column and row by row, for a grid in which people correct both: the
//! same header, values and rows as an import reads, told apart instead of summed up.

use super::header::{self, Header};
use super::meaning::{Hint, Meaning, hints};
use super::moment::{Order, Partial, Stands, Unread};
use super::sheet::{Cell, Row, Sheet};
use super::walk::Walk;
use super::written::{Written, has_days, has_hours_only, read};
use crate::reading::{ReadOptions, Skipped};
use domain::event::Draft;
use jiff::civil::{Date, Weekday};

/// Weight from which a header word is the word itself or ends with it.
const SURE: u32 = 300;

/// A table, seen.
pub(crate) struct Seen {
    /// Index of the header among the sheet's rows.
    pub(crate) header: usize,
    /// What each column means, and whether its header says so by itself.
    pub(crate) columns: Vec<Option<(Meaning, bool)>>,
    /// Rows that are events; their lines are the rows' numbers.
    pub(crate) drafts: Vec<Draft>,
    /// Rows that are none but should be.
    pub(crate) skipped: Vec<Skipped>,
    /// What was decided about the table as a whole.
    pub(crate) told: Vec<String>,
    order: Order,
}

/// What a cell of days or hours cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bad {
    /// The form of one, but no such day or hour.
    Impossible,
    /// No day or hour at all.
    Unknown,
}

/// Sees a table; `None` where no row says what the columns are.
pub(crate) fn see(sheet: &Sheet, options: &ReadOptions<'_>) -> Option<Seen> {
    let header = header::find(sheet, options.choices)?;
    let walked = Walk::new(sheet, &header, options).run();
    Some(Seen {
        header: header.at,
        columns: columns(&header),
        drafts: walked.drafts,
        skipped: walked.skipped,
        told: walked.told,
        order: header.order,
    })
}

fn columns(header: &Header) -> Vec<Option<(Meaning, bool)>> {
    let mapping = &header.mapping;
    let mut columns = vec![None; mapping.headers().len()];
    for meaning in Meaning::ALL {
        if let Some(column) = mapping.column(*meaning)
            && let Some(place) = columns.get_mut(column)
        {
            *place = Some((*meaning, says(mapping.header(*meaning), *meaning)));
        }
    }
    columns
}

/// Whether a header word says a meaning by itself.
fn says(header: &str, meaning: Meaning) -> bool {
    let of_times = |hint: Hint| match meaning {
        Meaning::Date => matches!(hint, Hint::Day | Hint::Begin),
        Meaning::End | Meaning::EndTime => hint == Hint::Finish,
        Meaning::Time => matches!(hint, Hint::Clock | Hint::Begin),
        _ => hint == Hint::Is(meaning),
    };
    let hints = hints(header);
    hints
        .iter()
        .any(|(hint, weight)| *weight >= SURE && of_times(*hint))
}

impl Seen {
    /// Why a cell of days or hours cannot be read.
    pub(crate) fn bad(&self, cell: &Cell, meaning: Meaning) -> Option<Bad> {
        match read(cell, stands(meaning)?, self.order) {
            Ok(Written::Span(start, _)) => start
                .day
                .filter(|day| !may_be(*day))
                .map(|_| Bad::Impossible),
            Ok(_) => None,
            Err(Unread::Impossible) => Some(Bad::Impossible),
            Err(Unread::Unknown) => Some(Bad::Unknown),
        }
    }

    /// The weekday that a cell of days names.
    pub(crate) fn weekday(&self, cell: &Cell) -> Option<Weekday> {
        match read(cell, Stands::Days, self.order) {
            Ok(Written::Span(start, _)) => start.weekday,
            _ => None,
        }
    }
}

/// Whether some year has the day; a month that is not written has every day.
fn may_be(day: Partial) -> bool {
    let leap = day.year.unwrap_or(2028);
    day.month
        .is_none_or(|month| Date::new(leap, month, day.day).is_ok())
}

const fn stands(meaning: Meaning) -> Option<Stands> {
    match meaning {
        Meaning::Date | Meaning::End => Some(Stands::Days),
        Meaning::Time | Meaning::EndTime => Some(Stands::Hours),
        _ => None,
    }
}

/// What a cell looks like where no header tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looks {
    /// Nothing in it.
    Blank,
    /// A day, perhaps with an hour.
    Day,
    /// An hour.
    Hour,
    /// A web address.
    Address,
    /// A number and no more.
    Number,
    /// Words.
    Words,
}

/// What a cell looks like.
pub(crate) fn looks(cell: &Cell) -> Looks {
    let text = cell.says();
    if text.is_empty() {
        return Looks::Blank;
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return Looks::Address;
    }
    let order = Order::default();
    // A number alone is read as a day of the month, which it hardly ever is in a table.
    if text.parse::<f64>().is_ok() {
        return Looks::Number;
    }
    let undecided = matches!(read(cell, Stands::Days, order), Ok(Written::Undecided));
    if has_days(cell, order) && !undecided {
        Looks::Day
    } else if has_hours_only(cell, order) {
        Looks::Hour
    } else {
        Looks::Words
    }
}

/// Whether a row could be a header: no cell of it is a day, an hour or a number.
pub(crate) fn may_be_header(row: &Row) -> bool {
    let cells = (0..row.width()).map(|column| looks(row.cell(column)));
    cells
        .filter(|looks| *looks != Looks::Blank)
        .all(|looks| looks == Looks::Words)
}
