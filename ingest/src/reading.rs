//! From bytes to drafts, whatever the format.

use crate::flat;
use domain::caps;
use domain::event::Draft;
use domain::text::{Lang, Text};
use domain::zone::Zone;
use std::fmt;

/// A format that schedules come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// iCalendar (RFC 5545).
    Ics,
    /// A list of flat objects, or our own export.
    Json,
}

impl Format {
    /// By the file's name, else by how the content begins.
    pub fn guess(name: &str, bytes: &[u8]) -> Result<Self, Refusal> {
        let ending = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
        match ending.as_deref() {
            Some("ics" | "ical" | "ifb" | "icalendar" | "vcs") => return Ok(Self::Ics),
            Some("json") => return Ok(Self::Json),
            Some(other @ ("csv" | "xlsx" | "xls")) => {
                return Err(Refusal::new(format!(
                    "this version reads .ics and .json; save the .{other} table as one of them"
                )));
            }
            _ => {}
        }
        let head = bytes.iter().find(|b| !b.is_ascii_whitespace());
        Ok(if matches!(head, Some(b'[' | b'{')) {
            Self::Json
        } else {
            Self::Ics
        })
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
}

/// Reads a schedule. `lang` is the language of texts that name none, `zone` the zone of times
/// that name none (JSON only: iCalendar has floating times for that).
pub fn read(format: Format, bytes: &[u8], lang: Lang, zone: &Zone) -> Result<Reading, Refusal> {
    if bytes.len() > caps::IMPORT_BYTES {
        return Err(Refusal::new(format!(
            "the file has more than {} MiB: split it",
            caps::IMPORT_BYTES >> 20
        )));
    }
    match format {
        Format::Ics => read_ics(bytes, lang),
        Format::Json => flat::read(bytes, lang, zone),
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
    })
}
