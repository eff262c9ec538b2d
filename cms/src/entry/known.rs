//! What the desk knows of a calendar when it reads lines: the places and tags of its events, and
//! how long they usually last.

use domain::calendar::Calendar;
use domain::entry::{Context, Known};
use domain::event::{Event, Place};
use domain::tag::Tag;
use jiff::Timestamp;
use std::collections::BTreeMap;
use web::when::Reading;

/// Most places and tags that are looked at.
const MOST: usize = 500;

/// Places, tags and the usual length of a calendar's events.
pub(super) struct KnownThings {
    places: Vec<Place>,
    tags: Vec<Tag>,
    minutes: Option<u32>,
}

impl KnownThings {
    pub(super) fn of(events: &[Event], calendar: &Calendar) -> Self {
        let mut places: Vec<Place> = Vec::new();
        let mut tags: Vec<Tag> = Vec::new();
        let mut lengths: BTreeMap<u32, usize> = BTreeMap::new();
        for event in events {
            let main = &event.body.main;
            let is_new = !main.place.name.is_empty() && !places.contains(&main.place);
            if is_new && places.len() < MOST {
                places.push(main.place.clone());
            }
            for tag in &main.tags {
                if tags.len() < MOST && !tags.iter().any(|known| known.key == tag.key) {
                    tags.push(tag.clone());
                }
            }
            if main.time.is_all_day() {
                continue;
            }
            let span = main.time.instants(&calendar.profile.zone);
            let minutes = span.map_or(0, |(start, end)| end.duration_since(start).as_mins());
            if let Ok(minutes @ 1..) = u32::try_from(minutes) {
                *lengths.entry(minutes).or_default() += 1;
            }
        }
        // The order in which the database gives events means nothing.
        places.sort_by_key(|place| format!("{:?}", place.name));
        tags.sort_by(|a, b| a.key.cmp(&b.key));
        let usual = lengths.iter().max_by_key(|(_, count)| **count);
        Self {
            places,
            tags,
            minutes: usual.map(|(minutes, _)| *minutes),
        }
    }

    /// Calls `read` with all that a line is read with.
    pub(super) fn with<R>(
        &self,
        calendar: &Calendar,
        now: Timestamp,
        read: impl FnOnce(&Context<'_>) -> R,
    ) -> R {
        let profile = &calendar.profile;
        let known = |what| Known { what, names: &[] };
        let places: Vec<_> = self.places.iter().map(known).collect();
        let known = |what| Known { what, names: &[] };
        let tags: Vec<_> = self.tags.iter().map(known).collect();
        let t = web::locale::T::new(web::locale::UiLang::Ko);
        let today = Reading::new(t, &profile.zone, now).today();
        read(&Context {
            minutes: self.minutes,
            places: &places,
            tags: &tags,
            ..Context::new(today, &profile.zone, profile.language)
        })
    }
}
