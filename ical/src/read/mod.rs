//! Reading iCalendar text as the world writes it; none of it is trusted. Bytes become logical
//! lines (`text`), lines components (`component`), components entries (`event`), and
//! entries of one UID drafts (`group`). Nothing is dropped in silence: a file is refused with
//! a [`Refusal`], an entry skipped with a [`Reason`], a repair named in a [`Warning`].

mod clock;
pub(crate) mod component;
mod event;
mod group;
pub(crate) mod line;
mod notice;
mod own;
mod series;
mod split;
mod text;
mod time;
pub(crate) mod value;

pub use notice::{Looks, Reason, Refusal, Skipped, Warning};
pub use text::Charset;

use clock::{Effort, Zones};
use component::{Calendar, Kind};
use domain::calendar::Color;
use domain::caps;
use domain::event::Draft;
use domain::text::{Lang, clean_block, clean_line};
use domain::zone::Zone;
use line::Name;
use notice::Warnings;

/// What the caller decides about reading.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions {
    /// The language of texts that name none: the calendar's primary one.
    pub lang: Lang,
    /// Most entries before the whole file is refused (R26).
    pub entries: usize,
}

impl ReadOptions {
    /// For imports from the command line and approved mirrors.
    pub const fn new(lang: Lang) -> Self {
        Self {
            lang,
            entries: caps::IMPORT_ENTRIES,
        }
    }
}

/// What an iCalendar file holds.
///
/// The books balance: `entries` = drafts + their changed instances + `merged` + skipped.
#[derive(Debug, Default)]
pub struct Document {
    /// NAME or X-WR-CALNAME, cleaned.
    pub name: Option<String>,
    /// The calendar's DESCRIPTION or X-WR-CALDESC, cleaned.
    pub description: Option<String>,
    /// X-WR-TIMEZONE: where the calendar is at home. Its floating times are read in it, and so
    /// are repeating ones that are written in UTC.
    pub zone: Option<Zone>,
    /// X-APPLE-CALENDAR-COLOR or COLOR, where it is written as `#RRGGBB`.
    pub color: Option<Color>,
    /// The events, in the order of the file.
    pub drafts: Vec<Draft>,
    /// Entries that were left out, by line.
    pub skipped: Vec<Skipped>,
    /// What was repaired, guessed or passed over, by line.
    pub warnings: Vec<Warning>,
    /// Components in the file that are not time zones: events and others.
    pub entries: usize,
    /// Entries that said the same as another, and are part of its draft.
    pub merged: usize,
}

/// Reads iCalendar text (RFC 5545) in whatever character set and state it comes. Several
/// calendars in one input are joined. Errors: see [`Refusal`]; then nothing may be used.
pub fn decode(bytes: &[u8], options: ReadOptions) -> Result<Document, Refusal> {
    if bytes.len() > caps::IMPORT_BYTES {
        return Err(Refusal::TooLarge);
    }
    let source = text::Source::open(bytes);
    if source.is_blank() {
        return Err(Refusal::Empty);
    }
    let mut warnings = Warnings::default();
    if source.charset() != Charset::Utf8 {
        let text = format!("the file is not UTF-8; read as {}", source.charset().name());
        warnings.push(1, "charset", text);
    }
    let calendars = component::read(&source, options.entries, &mut warnings)?;
    let mut document = Document::default();
    let mut entries = Vec::new();
    let mut effort = Effort::default();
    for calendar in &calendars {
        describe(&mut document, calendar);
        let mut zones = Zones::new(calendar, &mut effort);
        for component in &calendar.entries {
            document.entries += 1;
            let read = match &component.kind {
                Kind::Event => event::read(component, &mut zones, options.lang, &mut warnings),
                other => Err(Reason::NotAnEvent(other.name().to_owned())),
            };
            match read {
                Ok(entry) => entries.push(entry),
                Err(reason) => document.skipped.push(Skipped {
                    line: component.line,
                    what: event::what_of(component),
                    uid: event::uid_of(component),
                    reason,
                }),
            }
        }
    }
    let joined = group::join(entries, options.lang, &mut warnings);
    document.drafts = joined.drafts;
    document.drafts.sort_by_key(|draft| draft.line);
    document.skipped.extend(joined.skipped);
    document.skipped.sort_by_key(|skipped| skipped.line);
    document.merged = joined.merged;
    document.warnings = warnings.into_vec();
    Ok(document)
}

/// Takes over what a calendar says about itself; the first calendar that says it counts.
fn describe(document: &mut Document, calendar: &Calendar<'_>) {
    for property in &calendar.properties {
        let text = value::unescape(&property.value);
        let line = || Some(clean_line(&text, caps::LINE_BYTES)).filter(|t| !t.is_empty());
        let block = || Some(clean_block(&text, caps::DESCRIPTION_BYTES)).filter(|t| !t.is_empty());
        match property.name {
            Name::Title | Name::CalendarTitle => document.name = document.name.take().or_else(line),
            Name::Description | Name::CalendarText => {
                document.description = document.description.take().or_else(block);
            }
            Name::CalendarZone | Name::TimezoneId => {
                let zone = || crate::zones::by_name_or_likeness(&text);
                document.zone = document.zone.take().or_else(zone);
            }
            Name::AppleColor | Name::Color => {
                // Apple adds an alpha part to the six digits.
                let color = || Color::parse(text.trim().get(..7)?);
                document.color = document.color.take().or_else(color);
            }
            _ => {}
        }
    }
}
