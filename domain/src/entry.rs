//! Fast entry: one line that an editor types becomes an event, shown before it is saved.
//!
//! [`read_line`] understands what the line says and tells which of its bytes it understood as
//! what, and what it had to guess; [`write_line`] says an event in the same grammar. The grammar
//! is described for editors in `docs/fast-entry.md`. Nothing here looks at a clock or at stored
//! events: today, the zone and the known places and tags come in the [`Context`].

mod build;
mod clock;
pub mod closing;
mod dates;
mod day;
mod fault;
mod glyphs;
pub mod lunar;
mod marks;
mod mention;
mod number;
mod repeat;
mod rule;
mod scan;
mod stretch;
mod write;

#[cfg(test)]
mod tests;

pub use fault::{Fault, Guess, Guessed, Reason};
pub use write::write_line;

pub(crate) use fault::weekday;
pub(crate) use mention::{mentions, status_in};

use crate::event::{EventBody, Place};
use crate::tag::Tag;
use crate::text::Lang;
use crate::zone::Zone;
use jiff::civil::Date;
use std::ops::Range;

/// Longest line, in bytes: as long as the longest title, so that no title is ever cut.
pub const LINE_BYTES: usize = crate::caps::LINE_BYTES;

/// What a line is read with.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Today, in `zone`.
    pub today: Date,
    /// The zone of times that name none.
    pub zone: &'a Zone,
    /// The language of the line's texts.
    pub lang: Lang,
    /// How long an event lasts that names no end, in minutes; `None` where such events have none.
    pub minutes: Option<u32>,
    /// How many months a day without a year may lie back and still be this year's.
    pub months_back: u8,
    /// Places that the desk knows.
    pub places: &'a [Known<'a, Place>],
    /// Tags that the desk knows.
    pub tags: &'a [Known<'a, Tag>],
}

impl<'a> Context<'a> {
    /// A context without known places and tags, in which events without an end have none.
    pub const fn new(today: Date, zone: &'a Zone, lang: Lang) -> Self {
        Self {
            today,
            zone,
            lang,
            minutes: None,
            months_back: 3,
            places: &[],
            tags: &[],
        }
    }
}

/// Something that the desk knows by several names.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a, T> {
    /// The thing itself; its own names need not be repeated in `names`.
    pub what: &'a T,
    /// What else people call it.
    pub names: &'a [String],
}

/// A line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The event that the line says.
    pub body: EventBody,
    /// What was understood as what, in the order of the line, without overlaps.
    pub spans: Vec<Understood>,
    /// What the line left open and was decided for it.
    pub guesses: Vec<Guess>,
}

/// A part of the line and what it was understood as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// Bytes of the line; both ends lie between characters.
    pub range: Range<usize>,
    /// What they say.
    pub what: What,
}

/// What a part of a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum What {
    /// The day or days.
    Date,
    /// The hours.
    Time,
    /// The time zone.
    Zone,
    /// That day or hour is not known yet.
    Open,
    /// How it repeats.
    Repeat,
    /// Up to when it repeats, or how often.
    Until,
    /// Days on which it does not take place, or takes place besides.
    Except,
    /// Whether it takes place.
    Status,
    /// Where.
    Place,
    /// A tag.
    Tag,
    /// A web address.
    Address,
    /// The outcome.
    Result,
    /// What else there is to say.
    Description,
    /// What it is called.
    Title,
}

impl What {
    /// The name that pages mark it with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::Zone => "zone",
            Self::Open => "open",
            Self::Repeat => "repeat",
            Self::Until => "until",
            Self::Except => "except",
            Self::Status => "status",
            Self::Place => "place",
            Self::Tag => "tag",
            Self::Address => "address",
            Self::Result => "result",
            Self::Description => "description",
            Self::Title => "title",
        }
    }
}

/// Reads one line. It is an event or a [`Fault`] that names the bytes it is about; a line is
/// never half taken.
pub fn read_line(line: &str, context: &Context<'_>) -> Result<Entry, Fault> {
    if line.len() > LINE_BYTES {
        return Err(Fault::new(0..0, Reason::TooLong { limit: LINE_BYTES }));
    }
    if let Some(at) = line.trim_end().find(['\n', '\r']) {
        let at = at..at + 1;
        return Err(Fault::new(at, Reason::SeveralLines));
    }
    let folded = glyphs::Folded::new(line);
    let found = scan::scan(&folded, context, line)?;
    build::build(found, context)
}
