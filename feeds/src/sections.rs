//! A person's feed by its calendars: when one of them changes, the others' entries are copied from
//! the bytes that are there.

use crate::choose::{Chosen, Entries, FRAME_BYTES, Writer, settle};
use crate::compile::Gathered;
use crate::names::{NAME_BYTES, Names};
use crate::plan::Plan;
use domain::id::CalendarId;
use ical::write::{Context, Ending, Used};
use jiff::civil::Date;
use std::ops::Range;

/// One calendar's entries in a feed.
#[derive(Debug)]
pub(crate) struct Section {
    calendar: CalendarId,
    revision: i64,
    /// Where they stand in the feed's bytes.
    at: Range<usize>,
    /// Whose they are, told or not.
    names: Names,
    used: Used,
}

impl Section {
    /// Bytes that keeping it takes, its entries not counted.
    pub(crate) fn weight(&self) -> usize {
        size_of::<Self>() + self.names.len() * NAME_BYTES
    }
}

/// A feed with its sections.
#[derive(Debug)]
pub(crate) struct Sectioned {
    pub bytes: Vec<u8>,
    pub sections: Vec<Section>,
}

/// What there was of the same feed by the same recipe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before<'a> {
    pub bytes: &'a [u8],
    pub sections: &'a [Section],
}

impl<'a> Before<'a> {
    fn of(&self, calendar: CalendarId) -> Option<&'a Section> {
        self.sections.iter().find(|one| one.calendar == calendar)
    }
}

/// A section to be: chosen anew, or as it was.
enum Next<'a> {
    Anew(Vec<Chosen<'a>>),
    Kept(&'a Section),
}

/// Writes a feed: what changed anew, the rest as it was. The bytes are those that
/// [`choose::body`](crate::choose::body) gives, whatever there was before.
pub(crate) fn write(
    plan: &Plan,
    gathered: &Gathered,
    before: Option<Before<'_>>,
    head: impl FnOnce(&mut Vec<u8>),
    (context, ending): (&Context<'_>, Option<&Ending>),
    as_of: Date,
) -> Sectioned {
    let (next, names) = compared(plan, gathered, before);
    let settled: Vec<Next<'_>> = next
        .into_iter()
        .enumerate()
        .map(|(place, next)| match next {
            Next::Anew(chosen) => Next::Anew(settle(chosen, &names[place].taken(&names[..place]))),
            kept @ Next::Kept(_) => kept,
        })
        .collect();
    let cast = crate::compile::cast_of(context);
    let entries: Vec<Option<Entries<'_>>> = settled
        .iter()
        .map(|next| match next {
            Next::Anew(chosen) => {
                let writer = Writer::new(cast, context.base_url, ending);
                Some(Entries::of(chosen, writer))
            }
            Next::Kept(_) => None,
        })
        .collect();
    let mut room = FRAME_BYTES;
    let mut used = Used::default();
    let mut own_used = Vec::with_capacity(settled.len());
    for (next, entries) in settled.iter().zip(&entries) {
        let (own, bytes) = match (next, entries) {
            (Next::Kept(section), _) => (section.used.clone(), section.at.len()),
            (Next::Anew(_), Some(entries)) => (entries.used(), entries.room()),
            (Next::Anew(_), None) => (Used::default(), 0),
        };
        used.merge(&own);
        own_used.push(own);
        room += bytes;
    }
    let mut out = Vec::with_capacity(room);
    head(&mut out);
    ical::write::zones(&mut out, &used, context.zone, as_of);
    let old = before.map_or(&[][..], |before| before.bytes);
    let each = settled.iter().zip(&entries).zip(names).zip(own_used);
    let mut sections = Vec::with_capacity(settled.len());
    for ((((next, entries), names), used), parts) in each.zip(&gathered.parts) {
        let begin = out.len();
        match (next, entries) {
            (Next::Kept(section), _) => out.extend_from_slice(&old[section.at.clone()]),
            (Next::Anew(_), Some(entries)) => entries.write(&mut out),
            (Next::Anew(_), None) => {}
        }
        sections.push(Section {
            calendar: parts.calendar.id,
            revision: parts.calendar.revision,
            at: begin..out.len(),
            names,
            used,
        });
    }
    ical::write::tail(&mut out);
    Sectioned {
        bytes: out,
        sections,
    }
}

/// Which sections are to be written anew, and the names in each. A section stays when its calendar
/// is as it was and no other calendar gained or lost an event of a UID that it has too.
fn compared<'a>(
    plan: &'a Plan,
    gathered: &'a Gathered,
    before: Option<Before<'a>>,
) -> (Vec<Next<'a>>, Vec<Names>) {
    let mut next = Vec::with_capacity(gathered.parts.len());
    let mut names = Vec::with_capacity(gathered.parts.len());
    let mut changed = Vec::new();
    for (place, parts) in gathered.parts.iter().enumerate() {
        let calendar = &parts.calendar;
        let was = before.and_then(|before| before.of(calendar.id));
        if let Some(section) = was.filter(|was| was.revision == calendar.revision) {
            next.push(Next::Kept(section));
            names.push(section.names.clone());
            continue;
        }
        let chosen = gathered.of_part(plan, place);
        let own = Names::of(&chosen);
        match was {
            Some(was) => changed.extend(own.changed(&was.names)),
            None => changed.extend(own.all()),
        }
        next.push(Next::Anew(chosen));
        names.push(own);
    }
    let is_here = |section: &&Section| {
        let mut here = gathered.parts.iter();
        here.any(|parts| parts.calendar.id == section.calendar)
    };
    let gone = before.map_or(&[][..], |before| before.sections).iter();
    for section in gone.filter(|section| !is_here(section)) {
        changed.extend(section.names.all());
    }
    if before.is_some() && !changed.is_empty() {
        for (place, next) in next.iter_mut().enumerate() {
            if matches!(next, Next::Kept(_)) && names[place].have_any(&changed) {
                *next = Next::Anew(gathered.of_part(plan, place));
            }
        }
    }
    (next, names)
}

#[cfg(test)]
mod tests;
