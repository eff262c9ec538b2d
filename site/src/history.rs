//! What changed about an event, newest first, in words: old and new where a reader can weigh
//! them, else only which field.

use crate::rows::pill;
use domain::change::ChangeKind;
use domain::event::EventBody;
use domain::patch::{EventPatch, Field};
use store::events::Version;
use web::locale::T;
use web::when::Reading;

/// One version in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When, for machines.
    pub iso: String,
    /// When.
    pub at: String,
    /// What happened.
    pub what: &'static str,
    /// Field by field.
    pub details: Vec<String>,
    /// Where it was known from; empty for a hand edit.
    pub source: String,
}

/// The history in words. Versions without anything to see are left out.
pub fn entries(versions: &[Version], reading: &Reading, t: T) -> Vec<Entry> {
    let before = versions.iter().skip(1).map(Some).chain([None]);
    versions
        .iter()
        .zip(before)
        .filter(|(version, _)| version.kind != ChangeKind::Refreshed)
        .map(|(version, before)| entry(version, before, reading, t))
        .collect()
}

fn entry(version: &Version, before: Option<&Version>, reading: &Reading, t: T) -> Entry {
    let details = match (before, version.kind) {
        (_, ChangeKind::Created | ChangeKind::Removed) | (None, _) => Vec::new(),
        (Some(before), _) => details(&before.body, &version.body, reading, t),
    };
    Entry {
        iso: version.at.to_string(),
        at: reading.instant(version.at),
        what: t.s(match version.kind {
            ChangeKind::Created => "history.created",
            ChangeKind::Rescheduled => "history.rescheduled",
            ChangeKind::Edited => "history.edited",
            ChangeKind::Cancelled => "history.cancelled",
            ChangeKind::Restored => "history.restored",
            ChangeKind::Removed => "history.removed",
            ChangeKind::Refreshed => "history.refreshed",
        }),
        details,
        source: version.source.clone().unwrap_or_default(),
    }
}

fn details(before: &EventBody, after: &EventBody, reading: &Reading, t: T) -> Vec<String> {
    EventPatch::between(before, after)
        .fields()
        .map(|field| detail(field, before, after, reading, t))
        .collect()
}

fn detail(field: Field, before: &EventBody, after: &EventBody, reading: &Reading, t: T) -> String {
    let name = t.s(match field {
        Field::Title => "field.title",
        Field::Time => "field.time",
        Field::Series => "field.series",
        Field::Status => "field.status",
        Field::Place => "field.place",
        Field::Description => "field.description",
        Field::Url => "field.url",
        Field::Links => "field.links",
        Field::Tags => "field.tags",
        Field::Availability => "field.availability",
        Field::Result => "field.result",
        Field::Evidence => "field.evidence",
    });
    let value = |body: &EventBody| match field {
        Field::Title => Some(body.main.title.pick(t.lang(), t.lang()).to_owned()),
        Field::Place => Some(body.main.place.name.pick(t.lang(), t.lang()).to_owned()),
        Field::Time => Some(reading.speak(&body.main.time).absolute),
        Field::Status => Some(
            pill(body.main.status, t)
                .map_or(t.s("status.confirmed"), |pill| pill.text)
                .to_owned(),
        ),
        _ => None,
    };
    match (value(before), value(after)) {
        (Some(old), Some(new)) if !old.is_empty() && !new.is_empty() && old != new => t.f(
            "history.from_to",
            &[("field", name), ("old", &old), ("new", &new)],
        ),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{game, reading};
    use jiff::civil::datetime;
    use jiff::{Timestamp, ToSpan};
    use web::locale::UiLang;

    fn version(number: i64, kind: ChangeKind, body: EventBody) -> Version {
        let start: Timestamp = "2026-11-20T05:00:00Z".parse().unwrap();
        Version {
            version: number,
            at: start + number.hours(),
            kind,
            source: None,
            body,
        }
    }

    #[test]
    fn a_moved_game_is_told_with_both_times() {
        let before: EventBody = game("롯데 : 두산").into();
        let mut after = before.clone();
        after.main.time = domain::time::EventTime::zoned(
            datetime(2026, 11, 24, 18, 30, 0, 0),
            None,
            domain::zone::Zone::seoul(),
        );
        let versions = [
            version(3, ChangeKind::Refreshed, after.clone()),
            version(2, ChangeKind::Rescheduled, after),
            version(1, ChangeKind::Created, before),
        ];
        let told = entries(&versions, &reading(UiLang::Ko), T::new(UiLang::Ko));
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].at, "11월 20일 (금) 오후 4:00");
        assert!(
            told[0].details[0].contains("11월 23일 (월) 오후 6:30"),
            "{told:?}"
        );
        assert!(
            told[0].details[0].contains("11월 24일 (화) 오후 6:30"),
            "{told:?}"
        );
        assert!(told[1].details.is_empty());
    }
}
