//! Calendars and the categories they stand in.

use super::Instance;
use domain::calendar::{Attribution, Calendar, Category};
use domain::text::{Lang, Text};
use jiff::Timestamp;
use serde::Serialize;
use web::base_url::BaseUrl;

/// A calendar.
#[derive(Debug, Serialize)]
pub struct CalendarItem {
    id: String,
    slug: String,
    title: String,
    titles: Text,
    description: Option<String>,
    category: String,
    color: String,
    language: String,
    zone: String,
    revision: i64,
    modified: Timestamp,
    next_event: Option<Instance>,
    page: String,
    feed: String,
    url: Option<String>,
    sample: bool,
    attribution: Option<Attribution>,
}

impl CalendarItem {
    /// A calendar and what starts next in it.
    pub fn of(calendar: &Calendar, next_event: Option<Instance>, base: &BaseUrl) -> Self {
        let profile = &calendar.profile;
        let own = profile.language;
        let description = profile.description.pick(own, own);
        Self {
            id: calendar.public_id.to_string(),
            slug: profile.slug.to_string(),
            title: profile.title.pick(own, own).to_owned(),
            titles: profile.title.clone(),
            description: (!description.is_empty()).then(|| description.to_owned()),
            category: profile.category.to_string(),
            color: profile.color.to_string(),
            language: own.to_string(),
            zone: profile.zone.to_string(),
            revision: calendar.revision,
            modified: calendar.modified,
            next_event,
            page: base.join(&format!("/calendars/{}", profile.slug)),
            feed: base.join(&format!("/feeds/{}.ics", profile.slug)),
            url: profile.url.as_ref().map(ToString::to_string),
            sample: profile.sample,
            attribution: profile.attribution.clone(),
        }
    }
}

/// A calendar by its names alone.
#[derive(Debug, Serialize)]
pub struct CalendarName {
    id: String,
    slug: String,
    title: String,
    revision: i64,
}

impl CalendarName {
    /// The names of a calendar.
    pub fn of(calendar: &Calendar) -> Self {
        let profile = &calendar.profile;
        Self {
            id: calendar.public_id.to_string(),
            slug: profile.slug.to_string(),
            title: profile
                .title
                .pick(profile.language, profile.language)
                .to_owned(),
            revision: calendar.revision,
        }
    }
}

/// A category.
#[derive(Debug, Serialize)]
pub struct CategoryItem {
    slug: String,
    title: String,
    titles: Text,
    calendars: i64,
}

impl CategoryItem {
    /// A category and how many calendars stand in it. It has no language of its own: Korean
    /// first, as everywhere.
    pub fn of(category: &Category, calendars: i64) -> Self {
        Self {
            slug: category.slug.to_string(),
            title: category.title.pick(Lang::KO, Lang::KO).to_owned(),
            titles: category.title.clone(),
            calendars,
        }
    }
}
