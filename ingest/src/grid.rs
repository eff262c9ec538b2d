//! A table pasted from a spreadsheet or a web page, as a grid that people correct before it is
//! saved: cells, what each column is taken for, and for each row a draft or what is wrong with
//! which cell.
//!
//! What columns and cells mean is decided by the table reader of the import
//! ([`crate::table`]); this module finds the cells, puts dates in headings and merged cells where
//! the rows need them, and remembers what a person chose.

mod html;
mod mapping;
mod paste;
mod row;
mod shape;

#[cfg(test)]
mod tests;

pub use mapping::{MappedColumn, Mapping};
pub use row::{CellFault, GridRow, Outcome};

use crate::reading::ReadOptions;
use crate::table::{self, Choice, Meaning};
use domain::text::Lang;
use domain::zone::Zone;
use jiff::civil::Date;

/// Largest paste, in bytes.
pub const PASTE_BYTES: usize = 2 << 20;
/// Most rows of a paste.
pub const PASTE_ROWS: usize = 2_000;
/// Most columns of a paste.
pub const PASTE_COLUMNS: usize = 60;

/// What the clipboard holds. Browsers and spreadsheets offer both; HTML keeps merged cells.
#[derive(Debug, Clone, Copy)]
pub enum Clip<'a> {
    /// Text: tabs, commas, bars or runs of spaces between cells.
    Text(&'a str),
    /// HTML with at least one table.
    Html(&'a str),
}

/// What a paste is read with.
#[derive(Debug, Clone, Copy)]
pub struct GridOptions<'a> {
    /// The language of its texts.
    pub lang: Lang,
    /// The zone of its times.
    pub zone: &'a Zone,
    /// Today: dates without a year are those of the year whose weekdays fit, else of this one.
    pub today: Date,
    /// What was chosen before, for this paste or one like it; where the headers are others it is
    /// left aside.
    pub mapping: Option<&'a Mapping>,
}

/// Why a paste is no grid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// Too many bytes.
    #[error("the paste has more than {limit} bytes: import it as a file")]
    TooLarge {
        /// Most bytes.
        limit: usize,
    },
    /// Too many rows.
    #[error("the paste has more than {limit} rows: import it as a file")]
    TooManyRows {
        /// Most rows.
        limit: usize,
    },
    /// Too many columns.
    #[error("the paste has more than {limit} columns")]
    TooManyColumns {
        /// Most columns.
        limit: usize,
    },
    /// No table in it.
    #[error("there is no table in the paste")]
    NoTable,
    /// A table without days or titles.
    #[error("no columns of days and titles were found: choose them")]
    NoColumns {
        /// The cells, so that they can be shown and columns chosen.
        cells: Vec<Vec<String>>,
    },
}

impl GridError {
    /// The key of its translation.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "grid.too_large",
            Self::TooManyRows { .. } => "grid.too_many_rows",
            Self::TooManyColumns { .. } => "grid.too_many_columns",
            Self::NoTable => "grid.no_table",
            Self::NoColumns { .. } => "grid.no_columns",
        }
    }
}

/// How sure it is what a column means; the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A person said so.
    Chosen,
    /// The header says so.
    Sure,
    /// The header is like it, or the values are.
    Likely,
}

impl Confidence {
    /// The name that pages call it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::Sure => "sure",
            Self::Likely => "likely",
        }
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What stands over it; empty where nothing does.
    pub header: String,
    /// What it is taken for; `None` where it is not used.
    pub meaning: Option<(Meaning, Confidence)>,
}

/// A paste, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows below the header, in order.
    pub rows: Vec<GridRow>,
    /// What was decided about the table as a whole, in English.
    pub told: Vec<String>,
    /// What its columns mean, to be kept for the next paste like this one.
    pub mapping: Mapping,
}

impl Grid {
    /// The rows that are events.
    pub fn drafts(&self) -> impl Iterator<Item = &domain::event::Draft> {
        self.rows.iter().filter_map(|row| match &row.outcome {
            Outcome::Draft(draft) => Some(draft.as_ref()),
            Outcome::Faults(_) | Outcome::NoEntry => None,
        })
    }
}

/// Reads a paste.
pub fn read(clip: Clip<'_>, options: &GridOptions<'_>) -> Result<Grid, GridError> {
    let cells = paste::cells(clip)?;
    let shaped = shape::shape(cells);
    let chosen = options
        .mapping
        .filter(|mapping| mapping.fits(&shaped.headers()));
    let choices: Vec<Choice> = match chosen {
        Some(mapping) => mapping.choices(),
        None => shaped.choices(),
    };
    let read_options = ReadOptions {
        today: Some(options.today),
        choices: &choices,
        ..ReadOptions::new(options.lang, options.zone)
    };
    let no_columns = || GridError::NoColumns {
        cells: shaped.texts(),
    };
    let seen = table::see(&shaped.sheet, &read_options).ok_or_else(no_columns)?;
    let headers = shaped.headers_at(seen.header);
    let confidence = |sure: bool| match (chosen.is_some(), sure) {
        (true, _) => Confidence::Chosen,
        (false, true) if !shaped.made_up => Confidence::Sure,
        (false, _) => Confidence::Likely,
    };
    let columns: Vec<Column> = headers
        .into_iter()
        .zip(seen.columns.iter().copied().chain(std::iter::repeat(None)))
        .map(|(header, meaning)| Column {
            header,
            meaning: meaning.map(|(meaning, sure)| (meaning, confidence(sure))),
        })
        .collect();
    let mapping = Mapping::of(&columns, chosen.and_then(|mapping| mapping.year));
    let rows = row::rows(&shaped, &seen);
    Ok(Grid {
        columns,
        rows,
        told: seen.told,
        mapping,
    })
}
