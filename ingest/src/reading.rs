//! From bytes to drafts, whatever the format.

use crate::flat;
use crate::table::{self, Choice};
use domain::caps;
use domain::event::Draft;
use domain::text::{Lang, Text};
use domain::zone::Zone;
use jiff::civil::Date;
use std::fmt;

/// A format that schedules come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// iCalendar (RFC 5545).
    Ics,
    /// A list of flat objects, or our own export.
    Json,
    /// Delimited text: one row per event.
    Csv,
    /// A workbook (Office Open XML): one row per event.
    Xlsx,
}

impl Format {
    /// By the file's name, else by how the content begins.
    pub fn guess(name: &str, bytes: &[u8]) -> Result<Self, Refusal> {
        let ending = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
        match ending.as_deref() {
            Some("ics" | "ical" | "ifb" | "icalendar" | "vcs") => return Ok(Self::Ics),
            Some("json") => return Ok(Self::Json),
            Some("csv" | "tsv" | "xlsx" | "xlsm" | "xls") => return Ok(Self::table(bytes)),
            _ => {}
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let head = text.trim_ascii_start();
        let begins = head
            .get(..6)
            .is_some_and(|word| word.eq_ignore_ascii_case(b"BEGIN:"));
        let first_line = head.split(|b| *b == b'\n').next().unwrap_or_default();
        Ok(match head.first() {
            Some(b'[' | b'{') => Self::Json,
            _ if bytes.starts_with(b"PK\x03\x04") => Self::Xlsx,
            _ if !begins && first_line.iter().any(|b| b",;\t".contains(b)) => Self::Csv,
            _ => Self::Ics,
        })
    }

    /// Which kind of table the bytes are, whatever the name says: a workbook is an archive, an
    /// old or locked one a compound file, which the workbook reader refuses by name.
    fn table(bytes: &[u8]) -> Self {
        let book = [b"PK\x03\x04".as_slice(), b"\xd0\xcf\x11\xe0"];
        if book.iter().any(|mark| bytes.starts_with(mark)) {
            Self::Xlsx
        } else {
            Self::Csv
        }
    }
}

/// Why a whole file is refused: nothing of it was taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(String);

impl Refusal {
    /// A refusal with a reason on one line that says what and what to do.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into().replace(['\n', '\r'], " "))
    }
}

/// An entry that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Line of the source on which the entry begins, from 1.
    pub line: usize,
    /// The source's identifier of it, where it could be read: what we have of it stays.
    pub uid: Option<String>,
    /// Why, on one line, naming the entry where it has a name.
    pub reason: String,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What the source calls itself.
    pub title: Text,
    /// What it says about itself.
    pub description: Text,
    /// The zone that it names as its own.
    pub zone: Option<Zone>,
    /// What was understood.
    pub drafts: Vec<Draft>,
    /// What was not.
    pub skipped: Vec<Skipped>,
    /// Oddities that were mended, with their lines.
    pub warnings: Vec<String>,
    /// How a table's columns were understood, one line for each arrangement of columns.
    pub columns: Vec<String>,
}

/// What a file may leave open, and where that comes from.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions<'a> {
    /// The language of texts that name none.
    pub lang: Lang,
    /// The zone of times that name none (JSON and tables: iCalendar has floating times for that).
    pub zone: &'a Zone,
    /// The file's name: a table's dates may have their year from it.
    pub name: &'a str,
    /// Today, for tables whose dates name no year; without it they are refused.
    pub today: Option<Date>,
    /// Columns that a person named.
    pub choices: &'a [Choice],
}

impl<'a> ReadOptions<'a> {
    /// Options that leave nothing but language and zone to the file's surroundings.
    pub const fn new(lang: Lang, zone: &'a Zone) -> Self {
        Self {
            lang,
            zone,
            name: "",
            today: None,
            choices: &[],
        }
    }
}

/// Reads a schedule. `lang` is the language of texts that name none, `zone` the zone of times
/// that name none.
pub fn read(format: Format, bytes: &[u8], lang: Lang, zone: &Zone) -> Result<Reading, Refusal> {
    read_with(format, bytes, &ReadOptions::new(lang, zone))
}

/// As [`read`], with all that the file's surroundings can tell.
pub fn read_with(
    format: Format,
    bytes: &[u8],
    options: &ReadOptions<'_>,
) -> Result<Reading, Refusal> {
    if bytes.len() > caps::IMPORT_BYTES {
        return Err(Refusal::new(format!(
            "the file has more than {} MiB: split it",
            caps::IMPORT_BYTES >> 20
        )));
    }
    if matches!(format, Format::Ics | Format::Json) && !options.choices.is_empty() {
        return Err(Refusal::new(
            "--map names the columns of a table (.csv or .xlsx): this file is none",
        ));
    }
    match format {
        Format::Ics => read_ics(bytes, options.lang),
        Format::Json => flat::read(bytes, options.lang, options.zone),
        Format::Csv => table::read_csv(bytes, options),
        Format::Xlsx => table::read_xlsx(bytes, options),
    }
}

fn read_ics(bytes: &[u8], lang: Lang) -> Result<Reading, Refusal> {
    let document = ical::read::decode(bytes, ical::read::ReadOptions::new(lang))
        .map_err(|refusal| Refusal::new(refusal.to_string()))?;
    let text = |text: Option<String>| text.map_or(Text::none(), |text| Text::new(lang, text));
    let skipped = document.skipped.into_iter().map(|s| Skipped {
        line: s.line,
        reason: if s.what.is_empty() {
            s.reason.to_string()
        } else {
            format!("{}: {}", s.what, s.reason)
        },
        uid: s.uid,
    });
    Ok(Reading {
        title: text(document.name),
        description: text(document.description),
        zone: document.zone,
        drafts: document.drafts,
        skipped: skipped.collect(),
        warnings: document.warnings.iter().map(ToString::to_string).collect(),
        columns: Vec::new(),
    })
}
