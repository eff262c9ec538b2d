//! What one subscriber adds to entries that are written once for all: a few lines of text and
//! alarms. Fragments are kept; the additions go into copies of them at the places that were noted
//! when they were written, without reading or rendering the entries again.
//!
//! What is added is one subscriber's business: nothing here is ever kept with the fragments.

use super::html;
use super::line::{self, Line};
use super::number::Digits;
use domain::alarm::Alarms;
use domain::id::PublicId;
use std::ops::Range;

/// Where one VEVENT of a fragment can be added to, in bytes from the fragment's beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The value of SUMMARY as it stands there, escaped and folded.
    pub summary: Range<u32>,
    /// The end of DESCRIPTION's value, before its CRLF; `None` where there is none.
    pub text: Option<u32>,
    /// The end of the text within X-ALT-DESC, before the tags that close it.
    pub html: Option<u32>,
    /// Where `END:VEVENT` begins.
    pub end: u32,
    /// Which alarms it can have.
    pub rings: Rings,
}

/// When an alarm of an entry rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rings {
    /// Not at all: called off, put off, or without any date. An alarm would send people to it.
    Never,
    /// As long before its start as asked for.
    Clock,
    /// At nine in the morning: it is shown on whole days, which begin when people sleep.
    Days,
}

/// What a subscriber adds to every entry.
#[derive(Debug, Clone, Copy)]
pub struct Additions<'a> {
    /// What is put at the end of the description.
    pub ending: &'a Ending,
    /// Whose words they are: what stands in their places for an id.
    pub id: &'a PublicId,
    /// When a client rings.
    pub alarms: &'a Alarms,
}

/// Ending for the ends of descriptions, written once for all entries of a feed, with places for the
/// id of each.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    text: Written,
    html: Written,
    /// As a description of its own.
    alone: Written,
}

/// A value as it stands in a file, and where in it the id's characters go, in their order.
#[derive(Debug, Clone, Default)]
struct Written {
    bytes: Vec<u8>,
    places: Vec<u32>,
}

impl Ending {
    /// Ending that differ from entry to entry in nothing but the id; lines apart by `\n`. To begin on
    /// a line of their own they begin with `\n`, which an entry without a description drops. All
    /// ids are equally long and hold nothing that is escaped, so that the lines fold alike.
    pub fn with_id(text: impl Fn(&str) -> String) -> Self {
        let [one, other] = ["0", "1"].map(|digit| text(&digit.repeat(PublicId::WIDTH)));
        let of = |write: fn(&mut Vec<u8>, &str)| {
            let [one, other] = [&one, &other].map(|text| {
                let mut out = Vec::new();
                write(&mut out, text);
                out
            });
            let differs = one.iter().zip(&other).enumerate();
            let places = differs
                .filter(|(_, (one, other))| one != other)
                .filter_map(|(at, _)| u32::try_from(at).ok());
            Written {
                places: places.collect(),
                bytes: one,
            }
        };
        Self {
            text: of(|out, text| on_a_fold(out, |line| line.piece(text))),
            html: of(|out, text| on_a_fold(out, |line| html::text(line, text))),
            alone: of(|out, text| match text.trim_start_matches('\n') {
                "" => {}
                text => line::text(out, "DESCRIPTION", text),
            }),
        }
    }

    /// Ending that are the same everywhere.
    pub fn fixed(text: &str) -> Self {
        Self::with_id(|_| text.to_owned())
    }
}

impl Written {
    fn write(&self, out: &mut Vec<u8>, id: &PublicId) {
        let begin = out.len();
        out.extend_from_slice(&self.bytes);
        let written = &mut out[begin..];
        for (place, byte) in self.places.iter().zip(id.as_str().bytes().cycle()) {
            written[*place as usize] = byte;
        }
    }
}

/// How many bytes [`splice`] adds at most to one VEVENT.
pub fn most_added(ending: &Ending, alarms: &Alarms) -> usize {
    let text = ending.text.bytes.len().max(ending.alone.bytes.len());
    text + ending.html.bytes.len() + alarms.minutes().len() * 192 + 8
}

/// Writes a fragment with additions. `cuts` are those that [`event`](super::event) noted for it;
/// where they do not fit the fragment, nothing is added.
pub fn splice(out: &mut Vec<u8>, fragment: &[u8], cuts: &[Cut], additions: &Additions<'_>) {
    let Additions { ending, id, alarms } = *additions;
    let mut copied = 0;
    for cut in cuts {
        if cut
            .text
            .is_some_and(|at| copy(out, fragment, &mut copied, at))
        {
            ending.text.write(out, id);
        }
        if cut
            .html
            .is_some_and(|at| copy(out, fragment, &mut copied, at))
        {
            ending.html.write(out, id);
            // What follows continues a line of unknown length; at a fold it already does.
            if !ending.html.bytes.is_empty() && !fragment[copied..].starts_with(b"\r\n") {
                out.extend_from_slice(b"\r\n ");
            }
        }
        if !copy(out, fragment, &mut copied, cut.end) {
            continue;
        }
        if cut.text.is_none() {
            ending.alone.write(out, id);
        }
        let summary = cut.summary.start as usize..cut.summary.end as usize;
        let summary = fragment.get(summary).unwrap_or_default();
        add_alarms(out, alarms, cut.rings, summary);
    }
    out.extend_from_slice(&fragment[copied..]);
}

/// Copies the fragment up to a place; false where that is not ahead of what was copied.
fn copy(out: &mut Vec<u8>, fragment: &[u8], copied: &mut usize, to: u32) -> bool {
    let part = fragment.get(*copied..to as usize);
    if let Some(part) = part {
        out.extend_from_slice(part);
        *copied = to as usize;
    }
    part.is_some()
}

/// Continues a value on a line of its own. Where nothing is written, no empty line stays.
fn on_a_fold(out: &mut Vec<u8>, write: impl FnOnce(&mut Line<'_>)) {
    let before = out.len();
    let mut line = Line::continued(out);
    let begun = line.written();
    write(&mut line);
    if line.written() == begun {
        out.truncate(before);
    }
}

/// Writes the VALARMs of one VEVENT (RFC 5545 §3.6.6).
fn add_alarms(out: &mut Vec<u8>, alarms: &Alarms, rings: Rings, summary: &[u8]) {
    let mut last = None;
    for &minutes in alarms.minutes() {
        let trigger = match rings {
            Rings::Never => return,
            Rings::Clock => Trigger::Before(minutes),
            Rings::Days => Trigger::Morning(minutes / DAY),
        };
        // Sorted, so that those which ring together stand together.
        if last != Some(trigger) {
            alarm(out, trigger, summary);
            last = Some(trigger);
        }
    }
}

/// Minutes of a day.
const DAY: u16 = 24 * 60;
/// The hour at which alarms of whole days ring.
const MORNING: u16 = 9;
/// How much of a value can follow `DESCRIPTION:` on its line.
const BESIDE_NAME: usize = super::LINE_OCTETS - "DESCRIPTION:".len();

/// When an alarm rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trigger {
    /// So many minutes before the start.
    Before(u16),
    /// In the morning so many days before the first day.
    Morning(u16),
}

fn alarm(out: &mut Vec<u8>, trigger: Trigger, summary: &[u8]) {
    out.extend_from_slice(b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:");
    match trigger {
        Trigger::Before(0) => out.extend_from_slice(b"PT0S"),
        Trigger::Before(m) if m % DAY == 0 => span(out, b"-P", m / DAY, b"D"),
        Trigger::Before(m) if m % 60 == 0 => span(out, b"-PT", m / 60, b"H"),
        Trigger::Before(m) => span(out, b"-PT", m, b"M"),
        Trigger::Morning(0) => span(out, b"PT", MORNING, b"H"),
        Trigger::Morning(1) => span(out, b"-PT", 24 - MORNING, b"H"),
        // Days by the calendar, then hours by the clock: nine also when the clocks were set.
        Trigger::Morning(days) => {
            span(out, b"-P", days - 1, b"DT");
            span(out, b"", 24 - MORNING, b"H");
        }
    }
    out.extend_from_slice(b"\r\nDESCRIPTION:");
    // The summary is folded already, with a shorter name before it and more than a space.
    if summary.len() > BESIDE_NAME {
        out.extend_from_slice(b"\r\n ");
    }
    out.extend_from_slice(summary);
    out.extend_from_slice(b"\r\nEND:VALARM\r\n");
}

fn span(out: &mut Vec<u8>, before: &[u8], number: u16, unit: &[u8]) {
    out.extend_from_slice(before);
    out.extend_from_slice(Digits::of(number.into()).as_str().as_bytes());
    out.extend_from_slice(unit);
}
