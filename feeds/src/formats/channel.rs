//! A calendar's events as entries of news: what changed last stands first.

use super::{Author, Channel, Entry, Facts};
use domain::calendar::{Attribution, Calendar};
use domain::event::{Event, Occurrence, Status};
use domain::recipe::Results;
use domain::text::{Lang, Text};
use domain::time::{EventTime, WallTime};
use domain::zone::Zone;
use ical::write::{Context, Words, news_lines};
use std::collections::HashSet;

/// Most entries of a feed of news: readers show the newest, and keep what they have seen.
const ENTRIES: usize = 500;

/// What stands around the entries.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The feed's name.
    pub title: &'a Text,
    /// What it holds.
    pub description: &'a Text,
    /// The page for people, absolute.
    pub home: &'a str,
    /// The feed's own address, absolute.
    pub address: &'a str,
}

/// The channel of some events, each with its calendar. An event that repeats is one entry: when it
/// takes place first, and that it repeats.
pub fn of_events<'a>(
    about: &About<'_>,
    events: impl Iterator<Item = (&'a Event, &'a Calendar)>,
    context: &Context<'_>,
) -> Channel {
    let mut events: Vec<(&Event, &Calendar)> = events.collect();
    events.sort_by_cached_key(|(event, calendar)| {
        let start = event.body.main.time.instants(&calendar.profile.zone);
        (std::cmp::Reverse(event.modified), start, event.uid.clone())
    });
    // One event may stand in several of a person's calendars; an id stands once in a feed.
    let mut seen = HashSet::new();
    events.retain(|(event, _)| seen.insert(&event.public_id));
    let sample = super::sample(events.iter().map(|(_, calendar)| *calendar), context.lang);
    let pick = |text: &Text| text.pick(context.lang, context.primary).to_owned();
    Channel {
        title: format!("{sample}{}", pick(about.title)),
        description: pick(about.description),
        home: about.home.to_owned(),
        address: about.address.to_owned(),
        lang: context.lang,
        entries: events
            .into_iter()
            .take(ENTRIES)
            .map(|(event, calendar)| entry(event, calendar, context))
            .collect(),
    }
}

fn entry(event: &Event, calendar: &Calendar, context: &Context<'_>) -> Entry {
    let profile = &calendar.profile;
    let what = &event.body.main;
    let (lang, primary) = (context.lang, profile.language);
    let words = Words::of(lang);
    let before = match what.status {
        Status::Cancelled => words.cancelled,
        Status::Postponed => words.postponed,
        Status::Confirmed | Status::Tentative => "",
    };
    let after = match what.time {
        EventTime::DateOnly { .. } => words.hour_open,
        EventTime::Window { .. } => words.day_open,
        EventTime::Undecided { .. } => words.all_open,
        EventTime::Zoned(_) | EventTime::Floating { .. } | EventTime::AllDay { .. } => "",
    };
    let base = context.base_url.trim_end_matches('/');
    let address = format!("{base}/events/{}", event.public_id);
    let label = |label: &Text, key: &str| match label.pick(lang, primary) {
        "" => key.to_owned(),
        label => label.to_owned(),
    };
    Entry {
        id: address.clone(),
        title: [before, what.title.pick(lang, primary), after].concat(),
        text: text(event, &profile.zone, context, primary),
        address,
        tags: what
            .tags
            .iter()
            .map(|tag| label(&tag.label, &tag.key))
            .collect(),
        published: event.created,
        modified: event.modified,
        author: profile.attribution.as_ref().map(author),
        event: Some(facts(event, &profile.zone, lang, primary)),
    }
}

fn author(attribution: &Attribution) -> Author {
    Author {
        name: attribution.name.clone(),
        address: attribution.address.as_ref().map(ToString::to_string),
        licence: attribution.licence.clone(),
    }
}

fn text(event: &Event, zone: &Zone, context: &Context<'_>, primary: Lang) -> String {
    let what = &event.body.main;
    let words = Words::of(context.lang);
    let pick = |text: &Text| text.pick(context.lang, primary).to_owned();
    let own = Context {
        zone,
        primary,
        ..*context
    };
    let result = match (context.results, what.result.is_empty()) {
        (Results::Shown, false) => format!("{}{}", words.result, pick(&what.result)),
        _ => String::new(),
    };
    let links = what.links.iter();
    let links = links.map(|link| format!("{}{}", words.link(link.kind), link.address));
    let mut lines = vec![
        crate::words::when(&what.time, zone, context.lang),
        match event.body.series {
            Some(_) => crate::words::repeats(context.lang).to_owned(),
            None => String::new(),
        },
        pick(&what.place.name),
        news_lines(&event.news, &own).trim_end().to_owned(),
        result,
        pick(&what.description),
    ];
    lines.extend(links);
    lines.extend(what.url.iter().map(ToString::to_string));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// The event for machines; times carry the offset of its own zone.
fn facts(event: &Event, home: &Zone, lang: Lang, primary: Lang) -> Facts {
    let what = &event.body.main;
    let (start, end) = span(what, home);
    let rules = event.body.series.iter().flat_map(|series| &series.rules);
    Facts {
        uid: event.uid.clone(),
        kind: kind(&what.time),
        start,
        end,
        all_day: what.time.is_all_day(),
        status: what.status.as_str(),
        place: what.place.name.pick(lang, primary).to_owned(),
        repeats: rules.map(ToString::to_string).collect(),
    }
}

const fn kind(time: &EventTime) -> &'static str {
    match time {
        EventTime::Zoned(_) => "zoned",
        EventTime::Floating { .. } => "floating",
        EventTime::AllDay { .. } => "all_day",
        EventTime::DateOnly { .. } => "date_only",
        EventTime::Window { .. } => "window",
        EventTime::Undecided { .. } => "undecided",
    }
}

fn span(what: &Occurrence, home: &Zone) -> (Option<String>, Option<String>) {
    let offset = |wall: WallTime, zone: &Zone| {
        let at = wall.instant(zone).to_zoned(zone.rules().clone());
        at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    match &what.time {
        EventTime::Zoned(zoned) => (
            Some(offset(zoned.start, &zoned.zone)),
            zoned.end.map(|end| offset(end, &zoned.zone)),
        ),
        EventTime::Floating { start, end } => (
            Some(offset(WallTime::new(*start), home)),
            end.map(|end| offset(WallTime::new(end), home)),
        ),
        other => match other.days(home) {
            Some((first, last)) => {
                let after = last.tomorrow().unwrap_or(last);
                (Some(first.to_string()), Some(after.to_string()))
            }
            None => (None, None),
        },
    }
}

#[cfg(test)]
mod tests;
