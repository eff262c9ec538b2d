//! Events: what an instance says, a whole event, one of its versions.

use super::{CalendarName, Times};
use domain::calendar::Calendar;
use domain::event::{Event, Link, Occurrence};
use domain::id::PublicId;
use domain::series::RecurrenceId;
use domain::text::Text;
use jiff::Timestamp;
use serde::Serialize;
use store::events::{Found, Version};
use store::occurrences::Shown;
use web::base_url::BaseUrl;

/// What an event or one instance of it says. Texts are in the calendar's own language where
/// there is one, and in all languages beside it where that matters.
#[derive(Debug, Serialize)]
struct Content {
    title: String,
    titles: Text,
    #[serde(flatten)]
    times: Times,
    status: &'static str,
    place: Option<String>,
    geo: Option<Point>,
    url: Option<String>,
    links: Vec<Link>,
    tags: Vec<String>,
    description: Option<String>,
    result: Option<String>,
}

/// Degrees (WGS 84).
#[derive(Debug, Serialize)]
struct Point {
    lat: f64,
    lon: f64,
}

impl Content {
    fn of(what: &Occurrence, calendar: &Calendar) -> Self {
        let own = calendar.profile.language;
        let say = |text: &Text| (!text.is_empty()).then(|| text.pick(own, own).to_owned());
        Self {
            title: what.title.pick(own, own).to_owned(),
            titles: what.title.clone(),
            times: Times::of(&what.time, &calendar.profile.zone),
            status: what.status.as_str(),
            place: say(&what.place.name),
            geo: what.place.geo.map(|geo| Point {
                lat: geo.lat(),
                lon: geo.lon(),
            }),
            url: what.url.as_ref().map(ToString::to_string),
            links: what.links.clone(),
            tags: what.tags.iter().map(|tag| tag.key.clone()).collect(),
            description: say(&what.description),
            result: say(&what.result),
        }
    }
}

/// One instance of an event.
#[derive(Debug, Serialize)]
pub struct Instance {
    uid: String,
    recurrence_id: Option<String>,
    revision: i64,
    calendar: String,
    #[serde(flatten)]
    content: Content,
    id: String,
    page: String,
}

impl Instance {
    /// An instance as it stands in a calendar.
    pub fn of(shown: &Shown, calendar: &Calendar, base: &BaseUrl) -> Self {
        Self {
            uid: shown.uid.clone(),
            recurrence_id: shown.recurrence_id.map(|id| id.to_string()),
            revision: calendar.revision,
            calendar: calendar.profile.slug.to_string(),
            content: Content::of(&shown.what, calendar),
            id: shown.public_id.to_string(),
            page: event_page(base, &shown.public_id, shown.recurrence_id),
        }
    }
}

/// The address of an event's page, or of one instance on it.
pub fn event_page(base: &BaseUrl, id: &PublicId, at: Option<RecurrenceId>) -> String {
    let at = at.map(|at| format!("?at={at}")).unwrap_or_default();
    base.join(&format!("/events/{id}{at}"))
}

/// A whole event: what it says (of a series, what its first instance says), where it stands, how
/// it repeats, what comes next, and what changed.
#[derive(Debug, Serialize)]
pub struct EventItem {
    id: String,
    uid: String,
    revision: i64,
    calendar: String,
    calendars: Vec<CalendarName>,
    #[serde(flatten)]
    content: Content,
    repeats: bool,
    rules: Vec<String>,
    version: i64,
    sequence: i64,
    created: Timestamp,
    modified: Timestamp,
    page: String,
    coming: Vec<Instance>,
    history: Vec<VersionItem>,
}

impl EventItem {
    /// Puts an event together. `calendars` are the public ones it stands in, `home` the first.
    pub fn of(
        found: &Found,
        home: &Calendar,
        calendars: &[Calendar],
        coming: &[Shown],
        versions: &[Version],
        base: &BaseUrl,
    ) -> Self {
        let event: &Event = &found.event;
        let rules = event.body.series.iter().flat_map(|series| &series.rules);
        Self {
            id: event.public_id.to_string(),
            uid: event.uid.clone(),
            revision: home.revision,
            calendar: home.profile.slug.to_string(),
            calendars: calendars.iter().map(CalendarName::of).collect(),
            content: Content::of(&event.body.main, home),
            repeats: event.body.series.is_some(),
            rules: rules.map(ToString::to_string).collect(),
            version: event.version,
            sequence: event.sequence,
            created: event.created,
            modified: event.modified,
            page: event_page(base, &event.public_id, None),
            coming: coming
                .iter()
                .map(|shown| Instance::of(shown, home, base))
                .collect(),
            history: versions
                .iter()
                .map(|version| VersionItem::of(version, home))
                .collect(),
        }
    }
}

/// What an event said after one change.
#[derive(Debug, Serialize)]
pub struct VersionItem {
    version: i64,
    at: Timestamp,
    kind: &'static str,
    source: Option<String>,
    #[serde(flatten)]
    content: Content,
    repeats: bool,
}

impl VersionItem {
    fn of(version: &Version, home: &Calendar) -> Self {
        Self {
            version: version.version,
            at: version.at,
            kind: version.kind.as_str(),
            source: version.source.clone(),
            content: Content::of(&version.body.main, home),
            repeats: version.body.series.is_some(),
        }
    }
}
