//! The same events in other formats: JSON Feed, RSS and Atom over a few plain entries, JSCalendar from
//! the events themselves, jCal from their iCalendar text. Pure writers: the same data gives the same
//! bytes, without a clock.

pub mod atom;
pub mod channel;
pub mod jcal;
pub mod jscalendar;
pub mod json_feed;
pub mod rss;
mod xml;

use domain::calendar::Calendar;
use domain::text::Lang;
use ical::write::Words;
use jiff::Timestamp;
use serde::Serialize;

/// A feed: what it is and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub title: String,
    /// What it holds, in a sentence.
    pub description: String,
    /// The page for people, absolute.
    pub home: String,
    /// The feed's own address, absolute.
    pub address: String,
    /// The language of its own words.
    pub lang: Lang,
    /// What it holds, in the order that readers shall see.
    pub entries: Vec<Entry>,
}

/// One entry. All texts are plain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Names the entry for ever; unique in its feed.
    pub id: String,
    /// Its headline.
    pub title: String,
    /// What it says; may have several lines.
    pub text: String,
    /// Its page, absolute.
    pub address: String,
    /// What it can be filed under.
    pub tags: Vec<String>,
    /// When it was first there.
    pub published: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
    /// Whose data it is, where that is to be said.
    pub author: Option<Author>,
    /// What machines want to know of an event, where it is one.
    pub event: Option<Facts>,
}

/// Whose data an entry is, and on what terms it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Person, project or authority.
    pub name: String,
    /// Where it comes from, absolute.
    pub address: Option<String>,
    /// Licence, by its SPDX name where it has one.
    pub licence: Option<String>,
}

/// An event for machines, as JSON Feed's extensions carry it (JSON Feed 1.1, "Extensions").
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Its public UID.
    pub uid: String,
    /// What is known of its time: `zoned`, `floating` (start and end are then read in the calendar's
    /// zone), `all_day`, `date_only` (no hour yet), `window` (a span of possible days) or
    /// `undecided` (the days it was last announced for).
    pub kind: &'static str,
    /// When it starts: RFC 3339 with an offset, or a date for whole days; `null` where nobody knows.
    pub start: Option<String>,
    /// When it ends, exclusive.
    pub end: Option<String>,
    /// Whether it lasts whole days.
    pub all_day: bool,
    /// `confirmed`, `tentative`, `postponed` or `cancelled`.
    pub status: &'static str,
    /// What the place is called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// How it repeats: RRULE values (RFC 5545 §3.3.10).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repeats: Vec<String>,
}

/// What stands before the name of a feed whose events all are invented.
fn sample<'a>(calendars: impl Iterator<Item = &'a Calendar>, lang: Lang) -> &'static str {
    let mut calendars = calendars.peekable();
    let any = calendars.peek().is_some();
    match any && calendars.all(|calendar| calendar.profile.sample) {
        true => Words::of(lang).sample,
        false => "",
    }
}

#[cfg(test)]
pub(crate) mod examples;

#[cfg(test)]
pub(crate) mod samples {
    //! A channel out of any texts.

    use super::*;

    /// A channel with one entry that says this everywhere.
    pub(crate) fn channel(text: &str) -> Channel {
        let at = "2026-11-22T10:00:00Z".parse().unwrap();
        let entry = Entry {
            id: text.to_owned(),
            title: text.to_owned(),
            text: text.to_owned(),
            address: format!("https://almanac.example/events/1?x={text}"),
            tags: vec![text.to_owned()],
            published: at,
            modified: at,
            author: Some(Author {
                name: text.to_owned(),
                address: Some(format!("https://almanac.example/?x={text}")),
                licence: Some(text.to_owned()),
            }),
            event: None,
        };
        Channel {
            title: text.to_owned(),
            description: text.to_owned(),
            home: "https://almanac.example/".to_owned(),
            address: "https://almanac.example/feeds/x.rss".to_owned(),
            lang: Lang::KO,
            entries: vec![entry],
        }
    }
}
