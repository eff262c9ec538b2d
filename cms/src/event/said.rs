//! What a field of an event says, in words: for differences, for clashes, for the history. Texts
//! are given in every language that they have.

use super::form::{label, link_word};
use domain::event::{Availability, EventBody, Link, Status};
use domain::patch::{EventPatch, Field, FieldValue};
use domain::series::Series;
use domain::text::Text;
use web::locale::T;
use web::when::Reading;

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub name: &'static str,
    pub was: String,
    pub is: String,
}

/// The name of a field.
pub(crate) fn name(field: Field, t: T) -> &'static str {
    t.s(match field {
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
    })
}

/// A status in a word.
pub(crate) fn status(status: Status, t: T) -> &'static str {
    t.s(match status {
        Status::Tentative => "status.tentative",
        Status::Confirmed => "status.confirmed",
        Status::Postponed => "status.postponed",
        Status::Cancelled => "status.cancelled",
    })
}

/// A value in words; a dash where there is none.
pub(crate) fn value(value: &FieldValue, reading: &Reading) -> String {
    let t = reading.t();
    let said = match value {
        FieldValue::Title(text) | FieldValue::Description(text) | FieldValue::Result(text) => {
            texts(text)
        }
        FieldValue::Time(time) => {
            let zone = match time {
                domain::time::EventTime::Zoned(z) if z.zone != *reading.zone() => {
                    format!(" ({})", z.zone)
                }
                _ => String::new(),
            };
            format!("{}{zone}", reading.speak(time).absolute)
        }
        FieldValue::Series(series) => series.as_ref().map(rules).unwrap_or_default(),
        FieldValue::Status(one) => status(*one, t).to_owned(),
        FieldValue::Place(place) => {
            let geo = place.geo.map(|geo| format!("{}, {}", geo.lat(), geo.lon()));
            joined([Some(texts(&place.name)), geo].into_iter().flatten())
        }
        FieldValue::Url(address) => address
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        FieldValue::Links(links) => {
            let one = |link: &Link| format!("{}: {}", link_word(link.kind), link.address);
            joined(links.iter().map(one))
        }
        FieldValue::Tags(tags) => joined(tags.iter().map(label)),
        FieldValue::Availability(one) => t
            .s(match one {
                Availability::Free => "cms_event.free",
                Availability::Busy => "cms_event.busy",
            })
            .to_owned(),
        FieldValue::Evidence(evidence) => evidence.as_ref().map_or_else(String::new, |one| {
            let checked = one.checked.map(|day| day.to_string());
            joined(
                [Some(one.address.to_string()), checked]
                    .into_iter()
                    .flatten(),
            )
        }),
    };
    if said.is_empty() {
        "–".to_owned()
    } else {
        said
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    let parts = parts.filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" · ")
}

fn texts(text: &Text) -> String {
    joined(text.iter().map(|(_, value)| value.to_owned()))
}

/// A series by its rules' text: exact, and the same in the form.
fn rules(series: &Series) -> String {
    let rules = series.rules.iter().map(ToString::to_string);
    let extra = series.extra.iter().map(|one| format!("+{}", one.start));
    let except = series.except.iter().map(|one| format!("−{one}"));
    let changed = series.overrides.iter().map(|one| format!("≠{}", one.at));
    joined(rules.chain(extra).chain(except).chain(changed))
}

/// What is different between two bodies, field by field.
pub(crate) fn differences(
    before: &EventBody,
    after: &EventBody,
    reading: &Reading,
) -> Vec<Difference> {
    let patch = EventPatch::between(before, after);
    let one = |is: &FieldValue| Difference {
        name: name(is.field(), reading.t()),
        was: value(&before.get(is.field()), reading),
        is: value(is, reading),
    };
    patch.values().iter().map(one).collect()
}
