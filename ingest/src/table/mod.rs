//! Tables as schedules: CSV and XLSX files with one row per event.
//!
//! Bytes become sheets of typed cells (`delimited`, `workbook`); the header row tells what the
//! columns mean (`header`), as a person chose it ([`Choice`]) or by its words and the values
//! below; each row becomes a draft, a word on why it is no entry, or a named refusal. Layouts
//! that are no such table (calendar grids, printed pages) are refused with what is expected.

mod delimited;
mod draft;
mod each;
mod header;
mod layout;
mod mapping;
mod meaning;
mod moment;
mod notes;
mod sheet;
mod span;
mod token;
mod walk;
mod workbook;
mod written;
mod year;

pub use mapping::{Choice, ChoiceError};
pub use meaning::Meaning;

pub(crate) use delimited::read as read_delimited;
pub(crate) use each::{Bad, Looks, Seen, looks, may_be_header, see};
pub(crate) use sheet::{Cell, Row, Sheet};

use crate::reading::{ReadOptions, Reading, Refusal, Skipped};
use domain::caps;
use domain::text::{Text, clean_line};
use notes::Notes;
use std::collections::HashSet;
use walk::{Walk, Walked};

/// Reads delimited text.
pub(crate) fn read_csv(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Reading, Refusal> {
    let sheet = delimited::read(bytes)?;
    gather(vec![sheet], Vec::new(), options)
}

/// Reads a workbook.
pub(crate) fn read_xlsx(bytes: &[u8], options: &ReadOptions<'_>) -> Result<Reading, Refusal> {
    let book = workbook::read(bytes)?;
    gather(book.sheets, book.notes, options)
}

/// The schedule of all sheets that are tables of events.
fn gather(
    sheets: Vec<Sheet>,
    notes: Vec<String>,
    options: &ReadOptions<'_>,
) -> Result<Reading, Refusal> {
    let mut reading = Reading {
        warnings: notes,
        ..Reading::default()
    };
    let (mut columns, mut told) = (BySheet::default(), BySheet::default());
    let (mut rest, mut walked_any) = (Vec::new(), false);
    let several = sheets.iter().filter(|sheet| !sheet.rows.is_empty()).count() > 1;
    for sheet in sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
        let label = sheet.name.as_deref().filter(|_| several);
        if let Some(name) = label.filter(|name| is_sample(name)) {
            let note = format!("sheet {name:?} left out: its name says that it is a sample");
            reading.warnings.push(note);
            continue;
        }
        let Some(header) = header::find(sheet, options.choices) else {
            rest.push(sheet);
            continue;
        };
        walked_any = true;
        columns.add(header.mapping.to_string(), label);
        let walked = Walk::new(sheet, &header, options).run();
        walked
            .told
            .iter()
            .for_each(|line| told.add(line.clone(), label));
        take(&mut reading, walked, label)?;
    }
    if !walked_any {
        let empty = Sheet::default();
        let widest = rest.iter().max_by_key(|sheet| sheet.rows.len());
        let reason = layout::refusal(widest.unwrap_or(&&empty), options.choices);
        return Err(Refusal::new(reason));
    }
    for name in rest.iter().filter_map(|sheet| sheet.name.as_deref()) {
        let note = format!("sheet {name:?} left out: no header row names a date and a title");
        reading.warnings.push(note);
    }
    reading.warnings.splice(..0, told.lines());
    reading.columns = columns.lines().collect();
    keep_uids_apart(&mut reading);
    readable(reading)
}

/// Lines about sheets; what holds for several is told once.
#[derive(Default)]
struct BySheet(Vec<(String, Vec<String>)>);

impl BySheet {
    fn add(&mut self, line: String, sheet: Option<&str>) {
        let name = sheet.map(|name| format!("{name:?}"));
        match self.0.iter_mut().find(|(known, _)| *known == line) {
            Some((_, sheets)) => sheets.extend(name),
            None => self.0.push((line, name.into_iter().collect())),
        }
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(line, sheets)| match sheets.as_slice() {
            [] => line.clone(),
            sheets => format!("sheet {}: {line}", sheets.join(", ")),
        })
    }
}

/// Of rows with the same identifier only the first keeps it: two events cannot share one.
fn keep_uids_apart(reading: &mut Reading) {
    let mut seen = HashSet::new();
    let mut notes = Notes::default();
    for draft in &mut reading.drafts {
        if draft
            .uid
            .as_ref()
            .is_some_and(|uid| !seen.insert(uid.clone()))
        {
            let uid = draft.uid.take().unwrap_or_default();
            notes.row("identifier used before, left out", draft.line, &uid);
        }
    }
    reading.warnings.extend(notes.lines());
}

/// A table of which nothing could be read is refused, with its mapping: that is what is wrong.
fn readable(reading: Reading) -> Result<Reading, Refusal> {
    match (reading.drafts.first(), reading.skipped.first()) {
        (None, Some(first)) => Err(Refusal::new(format!(
            "no row could be read ({} tried); {first}; {}",
            reading.skipped.len(),
            reading.columns.join("; ")
        ))),
        (None, None) => Err(Refusal::new(format!(
            "there is no event below the header row; {}",
            reading.columns.join("; ")
        ))),
        _ => Ok(reading),
    }
}

/// Sheets that show how to fill in the others.
fn is_sample(name: &str) -> bool {
    let name = name.to_lowercase();
    let words = [
        "example",
        "sample",
        "template",
        "예시",
        "견본",
        "양식",
        "작성법",
    ];
    words.iter().any(|word| name.contains(word))
}

fn take(reading: &mut Reading, walked: Walked, sheet: Option<&str>) -> Result<(), Refusal> {
    let place = sheet.map_or(String::new(), |name| format!("sheet {name:?}: "));
    if reading.title.is_empty() {
        reading.title = walked.title.map_or(Text::none(), |(lang, title)| {
            Text::new(lang, clean_line(&title, caps::LINE_BYTES))
        });
    }
    reading.drafts.extend(walked.drafts);
    let skipped = walked.skipped.into_iter().map(|skipped| Skipped {
        reason: format!("{place}{}", skipped.reason),
        ..skipped
    });
    reading.skipped.extend(skipped);
    reading.warnings.extend(
        walked
            .notes
            .into_iter()
            .map(|note| format!("{place}{note}")),
    );
    if reading.drafts.len() + reading.skipped.len() > caps::IMPORT_ENTRIES {
        return Err(Refusal::new(format!(
            "more than {} entries: split the file",
            caps::IMPORT_ENTRIES
        )));
    }
    Ok(())
}
