//! Workbooks (.xlsx) into sheets. What a formula last gave is read, formulas are not; merged
//! cells say in each of their cells what they say in the first.

use super::delimited::too_many;
use super::sheet::{Cell, Row, Sheet};
use crate::reading::Refusal;
use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx};
use domain::caps;
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

/// Days between the two calendars that workbooks count from, 1899-12-30 and 1904-01-01.
const EPOCH_1904: f64 = 1462.0;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// What a workbook holds: the sheets that people see, and a word on each that was left out.
pub(crate) struct Workbook {
    pub(crate) sheets: Vec<Sheet>,
    pub(crate) notes: Vec<String>,
}

/// Reads a workbook. One that would inflate past the caps is refused before it is read.
pub(crate) fn read(bytes: &[u8]) -> Result<Workbook, Refusal> {
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(Refusal::new(
            "an old .xls or a workbook with a password: save it as .xlsx without a password",
        ));
    }
    weigh(bytes)?;
    // The reader's arithmetic on a damaged sheet's own dimensions may panic: nothing is shared
    // with it, and the file is refused like any other that cannot be read.
    std::panic::catch_unwind(|| sheets(bytes)).unwrap_or_else(|_| Err(unreadable(&"it is damaged")))
}

fn sheets(bytes: &[u8]) -> Result<Workbook, Refusal> {
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| unreadable(&e))?;
    let mut found = Workbook {
        sheets: Vec::new(),
        notes: Vec::new(),
    };
    let mut budget = Budget::default();
    let listed = book.sheets_metadata().to_vec();
    if listed.len() > caps::XLSX_SHEETS {
        return Err(too_many("sheets", caps::XLSX_SHEETS));
    }
    for sheet in listed {
        if sheet.typ != SheetType::WorkSheet {
            continue;
        }
        if sheet.visible != SheetVisible::Visible {
            found
                .notes
                .push(format!("sheet {:?} left out: it is hidden", sheet.name));
            continue;
        }
        let rows = rows(&mut book, &sheet.name, &mut budget)?;
        found.sheets.push(Sheet {
            name: Some(sheet.name),
            rows,
        });
    }
    Ok(found)
}

fn unreadable(cause: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(format!("not readable as a workbook: {cause}"))
}

/// Inflates every part into nothing, to learn its true size: what the archive says about itself
/// may be a lie.
fn weigh(bytes: &[u8]) -> Result<(), Refusal> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| unreadable(&e))?;
    if archive.len() > caps::XLSX_PARTS {
        return Err(too_many("parts", caps::XLSX_PARTS));
    }
    let mut left = caps::XLSX_INFLATED_BYTES;
    let bomb = || {
        Refusal::new(format!(
            "the workbook holds more than {} MiB once unpacked: take out what is no schedule",
            caps::XLSX_INFLATED_BYTES >> 20
        ))
    };
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|e| unreadable(&e))?;
        if part.size() > left {
            return Err(bomb());
        }
        let size = std::io::copy(&mut part.take(left + 1), &mut std::io::sink())
            .map_err(|e| unreadable(&e))?;
        left = left.checked_sub(size).ok_or_else(bomb)?;
    }
    Ok(())
}

/// What is still allowed of one file.
struct Budget {
    cells: usize,
    text: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            cells: caps::TABLE_CELLS,
            text: caps::TABLE_TEXT_BYTES,
        }
    }
}

impl Budget {
    fn spend(&mut self, text: usize) -> Result<(), Refusal> {
        let cells = self.cells.checked_sub(1);
        self.cells = cells.ok_or_else(|| too_many("cells", caps::TABLE_CELLS))?;
        let text = self.text.checked_sub(text);
        self.text = text.ok_or_else(|| too_many("bytes of text", caps::TABLE_TEXT_BYTES))?;
        Ok(())
    }
}

fn rows(book: &mut Book<'_>, name: &str, budget: &mut Budget) -> Result<Vec<Row>, Refusal> {
    let in_sheet = |cause: &dyn std::fmt::Display| {
        Refusal::new(format!("sheet {name:?} is not readable: {cause}"))
    };
    let shift = if book.has_1904_epoch() {
        EPOCH_1904
    } else {
        0.0
    };
    let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
    let mut reader = book
        .worksheet_cells_reader(name)
        .map_err(|e| in_sheet(&e))?;
    while let Some(found) = reader.next_cell().map_err(|e| in_sheet(&e))? {
        let (row, column) = found.get_position();
        let cell = cell(found.get_value(), shift);
        if cell.is_blank() {
            continue;
        }
        let column = column_within(column)?;
        budget.spend(match &cell {
            Cell::Text(text) => text.len(),
            _ => 0,
        })?;
        put(&mut rows, row, column, &cell);
        if rows.len() > caps::TABLE_ROWS {
            return Err(too_many("rows", caps::TABLE_ROWS));
        }
    }
    drop(reader);
    let merged = book
        .merge_cells_by_sheet_name(name)
        .map_err(|e| in_sheet(&e))?;
    for area in merged {
        spread(&mut rows, area.start, area.end, budget)?;
    }
    Ok(rows.into_values().collect())
}

fn column_within(column: u32) -> Result<usize, Refusal> {
    usize::try_from(column)
        .ok()
        .filter(|column| *column < caps::TABLE_COLUMNS)
        .ok_or_else(|| too_many("columns", caps::TABLE_COLUMNS))
}

fn put(rows: &mut BTreeMap<u32, Row>, row: u32, column: usize, cell: &Cell) {
    let number = row as usize + 1;
    rows.entry(row)
        .or_insert_with(|| Row::new(number, Vec::new()))
        .fill(column, cell);
}

/// Fills a merged area from its first cell, in rows that say something already.
fn spread(
    rows: &mut BTreeMap<u32, Row>,
    start: (u32, u32),
    end: (u32, u32),
    budget: &mut Budget,
) -> Result<(), Refusal> {
    let first = column_within(start.1)?;
    let Some(cell) = rows.get(&start.0).map(|row| row.cell(first).clone()) else {
        return Ok(());
    };
    if cell.is_blank() || end.0 < start.0 || end.1 < start.1 {
        return Ok(());
    }
    // Merges over whole rows reach far beyond the table.
    let widest = rows.values().map(Row::width).max().unwrap_or(0);
    let last = (end.1 as usize).min(widest.saturating_sub(1));
    for (_, row) in rows.range_mut(start.0..=end.0) {
        for column in first..=last {
            budget.spend(match &cell {
                Cell::Text(text) => text.len(),
                _ => 0,
            })?;
            row.fill(column, &cell);
        }
    }
    Ok(())
}

fn cell(value: &DataRef<'_>, shift: f64) -> Cell {
    match value {
        DataRef::Empty => Cell::Blank,
        DataRef::Int(whole) => Cell::Number(*whole as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::Bool(flag) => Cell::text(if *flag { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(at) => serial(at, shift),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text_cell(text),
        DataRef::Error(error) => Cell::Broken(error.to_string()),
    }
}

fn text_cell(text: &str) -> Cell {
    match text.char_indices().nth(caps::CELL_CHARS) {
        Some((end, _)) => Cell::text(&text[..end]),
        None => Cell::text(text),
    }
}

fn serial(at: &ExcelDateTime, shift: f64) -> Cell {
    let value = at.as_f64();
    // A time of day has no day to count from.
    let days = if value < 1.0 { 0.0 } else { shift };
    Cell::Serial(value + days)
}
