//! From the clipboard to cells.

use super::{Clip, GridError, PASTE_BYTES, PASTE_COLUMNS, PASTE_ROWS, html};
use crate::table;

/// Rows of cells, without blank rows and with nothing but white space trimmed.
pub(super) type Cells = Vec<Vec<String>>;

/// How many lines tell what stands between the cells.
const TOLD_BY: usize = 60;

pub(super) fn cells(clip: Clip<'_>) -> Result<Cells, GridError> {
    let (Clip::Text(text) | Clip::Html(text)) = clip;
    if text.len() > PASTE_BYTES {
        return Err(GridError::TooLarge { limit: PASTE_BYTES });
    }
    let mut rows = match clip {
        Clip::Html(text) => html::table(text).ok_or(GridError::NoTable)?,
        Clip::Text(text) => from_text(text),
    };
    for cell in rows.iter_mut().flatten() {
        let tidy = cell.split_whitespace().collect::<Vec<_>>().join(" ");
        *cell = tidy;
    }
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    if rows.is_empty() {
        return Err(GridError::NoTable);
    }
    if rows.len() > PASTE_ROWS {
        return Err(GridError::TooManyRows { limit: PASTE_ROWS });
    }
    if rows.iter().any(|row| row.len() > PASTE_COLUMNS) {
        return Err(GridError::TooManyColumns {
            limit: PASTE_COLUMNS,
        });
    }
    Ok(rows)
}

fn from_text(text: &str) -> Cells {
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.trim_matches(['\r', '\u{feff}']))
        .filter(|line| !line.trim().is_empty())
        .collect();
    let share = |is: &dyn Fn(&str) -> bool| {
        let told = lines.iter().take(TOLD_BY);
        let yes = told.clone().filter(|line| is(line)).count();
        yes * 2 >= told.count()
    };
    if share(&|line| line.trim_start().starts_with('|')) {
        return lines.iter().filter_map(|line| barred(line)).collect();
    }
    if share(&|line| line.contains('\t')) {
        // Quotation marks only where a spreadsheet put them, around tabs and line breaks.
        return quoted(text).unwrap_or_else(|| {
            let split = |line: &&str| line.split('\t').map(str::to_owned).collect();
            lines.iter().map(split).collect()
        });
    }
    if share(&|line| line.trim().contains("  ")) {
        return lines.iter().map(|line| spaced(line)).collect();
    }
    if share(&|line| line.contains([',', ';', '|'])) {
        let delimited = quoted(text);
        if let Some(rows) = delimited.filter(|rows| rows.iter().any(|row| row.len() > 1)) {
            return rows;
        }
    }
    let alone = |line: &&str| vec![(*line).to_owned()];
    lines.iter().map(alone).collect()
}

/// The reader of delimited files: it knows quotation marks.
fn quoted(text: &str) -> Option<Cells> {
    let sheet = table::read_delimited(text.as_bytes()).ok()?;
    let row = |row: &table::Row| (0..row.width()).map(|c| row.cell(c).says()).collect();
    Some(sheet.rows.iter().map(row).collect())
}

/// `| a | b |`; a line of dashes is none of the rows.
fn barred(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().trim_start_matches('|');
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    let ruled = inner
        .chars()
        .all(|c| matches!(c, '-' | ':' | '|' | '+' | ' '));
    (!ruled).then(|| {
        inner
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    })
}

/// Cells with at least two spaces between them.
fn spaced(line: &str) -> Vec<String> {
    let cells = line.split("  ").map(str::trim);
    cells
        .filter(|cell| !cell.is_empty())
        .map(str::to_owned)
        .collect()
}
