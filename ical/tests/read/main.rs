//! Reading iCalendar text: one test per oddity of the world, named by the case it stands for.

#![expect(
    clippy::unwrap_used,
    reason = "what cannot be unwrapped is a failed test"
)]

mod damage;
mod limits;
mod series;
mod values;

use domain::event::Draft;
use domain::text::Lang;
use domain::time::EventTime;
use ical::read::{Document, ReadOptions, Refusal, decode};

pub(crate) fn read(text: &str) -> Result<Document, Refusal> {
    decode(text.as_bytes(), ReadOptions::new(Lang::KO))
}

pub(crate) fn calendar(inside: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}END:VCALENDAR\r\n")
}

pub(crate) fn event(lines: &str) -> String {
    let lines = lines.trim().replace('\n', "\r\n");
    format!("BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n")
}

/// The only event of a calendar with these lines in it.
pub(crate) fn one(lines: &str) -> Draft {
    let document = read(&calendar(&event(lines))).unwrap();
    assert!(document.skipped.is_empty(), "{:?}", document.skipped);
    document.drafts.into_iter().next().unwrap()
}

pub(crate) fn all(events: &[&str]) -> Document {
    let events: String = events.iter().map(|lines| event(lines)).collect();
    read(&calendar(&events)).unwrap()
}

pub(crate) fn uids(document: &Document) -> Vec<&str> {
    let uid = |d: &'_ Draft| d.uid.is_some();
    assert!(document.drafts.iter().all(uid));
    document
        .drafts
        .iter()
        .filter_map(|d| d.uid.as_deref())
        .collect()
}

pub(crate) fn codes(document: &Document) -> Vec<&'static str> {
    document.warnings.iter().map(|w| w.code).collect()
}

pub(crate) fn skips(document: &Document) -> Vec<&'static str> {
    document.skipped.iter().map(|s| s.reason.code()).collect()
}

pub(crate) fn time(draft: &Draft) -> String {
    shown(&draft.body.main.time)
}

pub(crate) fn shown(time: &EventTime) -> String {
    let end = |end: Option<String>| end.unwrap_or_else(|| "-".to_owned());
    match time {
        EventTime::Zoned(z) => {
            format!(
                "{} {} {}",
                z.start.at,
                end(z.end.map(|e| e.at.to_string())),
                z.zone
            )
        }
        EventTime::Floating { start, end: e } => {
            format!("{start} {} floating", end(e.map(|e| e.to_string())))
        }
        EventTime::AllDay { first, last } => format!("{first} {last}"),
        other => format!("{other:?}"),
    }
}
