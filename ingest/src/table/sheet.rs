//! What a table is before anybody knows what its columns mean: sheets of rows of typed cells,
//! each row with the number that people see beside it.

/// One cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Cell {
    /// Nothing, or only white space.
    #[default]
    Blank,
    /// Text, trimmed.
    Text(String),
    /// A number without a date's format.
    Number(f64),
    /// A number that the workbook shows as a date or a time of day: days since 1899-12-30.
    Serial(f64),
    /// A formula's error, such as `#REF!`.
    Broken(String),
}

impl Cell {
    /// A text cell; blank where nothing is left of it.
    pub(crate) fn text(raw: &str) -> Self {
        let trimmed = raw.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
        if trimmed.is_empty() {
            Self::Blank
        } else {
            Self::Text(trimmed.to_owned())
        }
    }

    pub(crate) const fn is_blank(&self) -> bool {
        matches!(self, Self::Blank)
    }

    /// What the cell says as text; numbers without a needless fraction.
    pub(crate) fn says(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) | Self::Broken(text) => text.clone(),
            Self::Number(value) | Self::Serial(value) => value.to_string(),
        }
    }
}

/// One row that is not blank.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// Line of the file or row of the sheet, from 1.
    pub(crate) number: usize,
    cells: Vec<Cell>,
}

impl Row {
    pub(crate) fn new(number: usize, mut cells: Vec<Cell>) -> Self {
        let filled = cells
            .iter()
            .rposition(|c| !c.is_blank())
            .map_or(0, |i| i + 1);
        cells.truncate(filled);
        Self { number, cells }
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.cells.is_empty()
    }

    pub(crate) fn width(&self) -> usize {
        self.cells.len()
    }

    pub(crate) fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Blank)
    }

    /// Puts a cell where there is none yet.
    pub(crate) fn fill(&mut self, column: usize, cell: &Cell) {
        if self.cells.len() <= column {
            self.cells.resize(column + 1, Cell::Blank);
        }
        if let Some(place) = self.cells.get_mut(column).filter(|place| place.is_blank()) {
            *place = cell.clone();
        }
    }

    /// The different things that the row says, in order.
    pub(crate) fn sayings(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for cell in self.cells.iter().filter(|cell| !cell.is_blank()) {
            let says = cell.says();
            if !all.contains(&says) {
                all.push(says);
            }
        }
        all
    }
}

/// One sheet of a workbook, or a whole text file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Sheet {
    /// Its name, where it has one.
    pub(crate) name: Option<String>,
    /// Its rows in order, without blank ones.
    pub(crate) rows: Vec<Row>,
}

impl Sheet {
    /// The widest row's number of columns.
    pub(crate) fn width(&self) -> usize {
        self.rows.iter().map(Row::width).max().unwrap_or(0)
    }
}
