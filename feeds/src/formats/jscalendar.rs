//! A JSCalendar group (RFC 8984 §1.4.3): the events themselves, in all their languages, and how they
//! repeat.
//!
//! JSCalendar knows local times with a zone, floating ones and whole days. What is known less well
//! than that (a day without an hour, a span of possible days, a lost date) is shown as whole days
//! with a word in the title, as in the iCalendar form that fails safe. Nothing is expanded here: a
//! series is its rule and what differs from it.

mod patch;
mod rule;
mod series;
mod when;

use domain::alarm::Alarms;
use domain::calendar::Calendar;
use domain::event::{Availability, Event, Link, LinkKind, Occurrence, Status};
use domain::recipe::Results;
use domain::text::{Lang, Text};
use ical::write::{Context, Words, news_lines};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use when::{Open, When};

/// The media type (RFC 8984 §6).
pub const MEDIA_TYPE: &str = "application/jscalendar+json;type=group";

/// What the group says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Group<'a> {
    /// Names it for ever.
    pub uid: &'a str,
    /// What it is called.
    pub title: &'a Text,
    /// What it holds.
    pub description: &'a Text,
    /// Its own address.
    pub source: &'a str,
    /// When anything in it last changed.
    pub modified: Timestamp,
}

/// Writes a group of events, each with its calendar and its alarms. An event that has no day, and
/// never had one, has no start to write and is left out, as in iCalendar.
pub fn write<'a>(
    group: &Group<'_>,
    events: impl Iterator<Item = (&'a Event, &'a Calendar, &'a Alarms)>,
    context: &Context<'_>,
) -> Vec<u8> {
    let events: Vec<_> = events.collect();
    let sample = super::sample(
        events.iter().map(|(_, calendar, _)| *calendar),
        context.lang,
    );
    let entries: Vec<Value> = events
        .into_iter()
        .filter_map(|(event, calendar, alarms)| {
            let context = Context {
                primary: calendar.profile.language,
                zone: &calendar.profile.zone,
                ..*context
            };
            let telling = Telling {
                event,
                alarms,
                context,
            };
            telling.entry()
        })
        .collect();
    let pick = |text: &Text| text.pick(context.lang, context.primary).to_owned();
    let mut whole = Map::new();
    put(&mut whole, "@type", "Group");
    put(&mut whole, "uid", group.uid);
    put(&mut whole, "prodId", ical::write::PRODID);
    put(&mut whole, "updated", utc(group.modified));
    let title = format!("{sample}{}", pick(group.title));
    put(&mut whole, "title", title);
    put_text(&mut whole, "description", &pick(group.description));
    put(&mut whole, "locale", context.lang.as_str());
    put(&mut whole, "source", group.source);
    put(&mut whole, "entries", entries);
    // Maps of texts always serialise.
    serde_json::to_vec(&whole).unwrap_or_default()
}

fn put(map: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    map.insert(name.to_owned(), value.into());
}

fn put_text(map: &mut Map<String, Value>, name: &str, value: &str) {
    if !value.is_empty() {
        put(map, name, value);
    }
}

/// A UTCDateTime (§1.4.4), at the grain of a second that LAST-MODIFIED has.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// An event and everything besides it that decides how it is told.
struct Telling<'a> {
    event: &'a Event,
    alarms: &'a Alarms,
    context: Context<'a>,
}

impl Telling<'_> {
    /// An Event (§5.1); `None` where it has no day.
    fn entry(&self) -> Option<Value> {
        let event = self.event;
        let main = &event.body.main;
        let repeating = event.body.series.as_ref();
        let repeating = repeating.filter(|_| main.time.can_repeat());
        let when = match repeating {
            Some(_) => When::repeating(&main.time),
            None => When::once(&main.time),
        };
        let when = when?;
        let said = self.said(main, &when);
        let mut map = said.clone();
        put(&mut map, "@type", "Event");
        put(&mut map, "uid", event.uid.as_str());
        put(&mut map, "created", utc(event.created));
        put(&mut map, "updated", utc(event.modified));
        put(&mut map, "sequence", event.sequence.max(0));
        put(&mut map, "locale", self.context.lang.as_str());
        if let Some(series) = repeating {
            let rules = rule::rules(series, &main.time);
            if !rules.is_empty() {
                put(&mut map, "recurrenceRules", rules);
            }
            let overrides = self.overrides(series, &said);
            if !overrides.is_empty() {
                put(&mut map, "recurrenceOverrides", overrides);
            }
        }
        let zones = when::own_zones(&event.body);
        if !zones.is_empty() {
            put(&mut map, "timeZones", zones);
        }
        Some(Value::Object(map))
    }

    /// What one instance says: everything that may differ between the instances of a series.
    fn said(&self, what: &Occurrence, when: &When) -> Map<String, Value> {
        let mut map = self.texts(what, when, self.context.lang);
        when.put_into(&mut map);
        put(&mut map, "status", status(what.status));
        let off = is_off(what.status);
        let busy = what.availability == Availability::Busy && !off;
        let state = if busy { "busy" } else { "free" };
        put(&mut map, "freeBusyStatus", state);
        if !what.tags.is_empty() {
            let keys = what.tags.iter();
            let keywords = keys.map(|tag| (tag.key.clone(), Value::Bool(true)));
            put(&mut map, "keywords", keywords.collect::<Map<_, _>>());
        }
        let localizations = self.localizations(what, when);
        if !localizations.is_empty() {
            put(&mut map, "localizations", localizations);
        }
        let rings = !off && !matches!(when.open, Some(Open::Day | Open::All));
        let alerts = if rings {
            alerts(self.alarms, when.whole_days)
        } else {
            Map::new()
        };
        if !alerts.is_empty() {
            put(&mut map, "alerts", alerts);
        }
        map
    }

    /// What is said in a language: texts, and the objects that have texts.
    fn texts(&self, what: &Occurrence, when: &When, lang: Lang) -> Map<String, Value> {
        let mut map = Map::new();
        put(&mut map, "title", self.title(what, when.open, lang));
        put_text(&mut map, "description", &self.description(what, lang));
        if !what.place.is_empty() {
            let mut location = Map::new();
            put(&mut location, "@type", "Location");
            put_text(&mut location, "name", self.pick(&what.place.name, lang));
            if let Some(geo) = what.place.geo {
                let position = format!("geo:{:.6},{:.6}", geo.lat(), geo.lon());
                put(&mut location, "coordinates", position);
            }
            put(&mut map, "locations", json!({ "1": location }));
        }
        put(&mut map, "links", self.links(what, lang));
        map
    }

    /// What every other language says otherwise (§4.6.1): the same texts once more, in that
    /// language, and the difference.
    fn localizations(&self, what: &Occurrence, when: &When) -> Map<String, Value> {
        let mut texts = vec![&what.title, &what.description, &what.place.name];
        if self.context.results == Results::Shown {
            texts.push(&what.result);
        }
        let known = texts.into_iter().flat_map(Text::iter);
        let mut langs: BTreeSet<Lang> = known.map(|(lang, _)| lang).collect();
        langs.remove(&self.context.lang);
        let own = self.texts(what, when, self.context.lang);
        langs
            .into_iter()
            .map(|lang| {
                let patch = patch::between(&own, &self.texts(what, when, lang));
                (lang.as_str().to_owned(), patch)
            })
            .filter(|(_, patch)| !patch.is_empty())
            .map(|(lang, patch)| (lang, Value::Object(patch)))
            .collect()
    }

    fn pick<'t>(&self, text: &'t Text, lang: Lang) -> &'t str {
        // A language that lacks a text reads the feed's own, not whichever the calendar prefers.
        match text.get(lang) {
            Some(text) => text,
            None => text.pick(self.context.lang, self.context.primary),
        }
    }

    fn title(&self, what: &Occurrence, open: Option<Open>, lang: Lang) -> String {
        let words = Words::of(lang);
        // `status` says what is called off; what is put off has no value of its own (§5.1.3).
        let before = match what.status {
            Status::Postponed => words.postponed,
            Status::Confirmed | Status::Tentative | Status::Cancelled => "",
        };
        let after = match open {
            None => "",
            Some(Open::Hour) => words.hour_open,
            Some(Open::Day) => words.day_open,
            Some(Open::All) => words.all_open,
        };
        [before, self.pick(&what.title, lang), after].concat()
    }

    fn description(&self, what: &Occurrence, lang: Lang) -> String {
        let result = match (self.context.results, what.result.is_empty()) {
            (Results::Shown, false) => {
                let result = self.pick(&what.result, lang);
                format!("{}{result}", Words::of(lang).result)
            }
            _ => String::new(),
        };
        let context = Context {
            lang,
            ..self.context
        };
        let news = news_lines(&self.event.news, &context);
        let mut parts = vec![
            self.pick(&what.description, lang),
            news.trim_end(),
            &*result,
        ];
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }

    /// The event's page, its own address and its links (§4.2.7). Tickets and streams have no
    /// relation in IANA's registry; their titles tell them apart.
    fn links(&self, what: &Occurrence, lang: Lang) -> Map<String, Value> {
        let link = |href: &str, rel: &str, title: &str| {
            let mut link = Map::new();
            put(&mut link, "@type", "Link");
            put(&mut link, "href", href);
            put(&mut link, "rel", rel);
            put_text(&mut link, "title", title);
            Value::Object(link)
        };
        let base = self.context.base_url.trim_end_matches('/');
        let page = format!("{base}/events/{}", self.event.public_id);
        let mut all = Map::new();
        put(&mut all, "1", link(&page, "alternate", ""));
        if let Some(own) = &what.url {
            put(&mut all, "2", link(own.as_str(), "describedby", ""));
        }
        for (place, Link { kind, address }) in what.links.iter().enumerate() {
            let rel = match kind {
                LinkKind::Tickets | LinkKind::Stream => "related",
                LinkKind::More => "describedby",
            };
            let title = Words::of(lang).link(*kind).trim_end_matches([':', ' ']);
            let id = (place + 3).to_string();
            put(&mut all, &id, link(address.as_str(), rel, title));
        }
        all
    }
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Confirmed => "confirmed",
        Status::Tentative | Status::Postponed => "tentative",
        Status::Cancelled => "cancelled",
    }
}

const fn is_off(status: Status) -> bool {
    matches!(status, Status::Cancelled | Status::Postponed)
}

/// Alerts (§4.5.2), at the moments at which the iCalendar feeds ring: whole days at nine in the
/// morning of the day itself or of an earlier one.
fn alerts(alarms: &Alarms, whole_days: bool) -> Map<String, Value> {
    let offset = |minutes: u16| match (i64::from(minutes), whole_days) {
        (minutes, false) => -minutes,
        (minutes, true) => 9 * 60 - minutes / (24 * 60) * 24 * 60,
    };
    let mut offsets: Vec<i64> = alarms.minutes().iter().map(|m| offset(*m)).collect();
    offsets.dedup();
    let alert = |offset: &i64| {
        let sign = if *offset < 0 { "-" } else { "" };
        let offset = format!("{sign}{}", when::exact(offset.abs() * 60));
        let trigger = json!({ "@type": "OffsetTrigger", "offset": offset });
        json!({ "@type": "Alert", "action": "display", "trigger": trigger })
    };
    let numbered = offsets.iter().enumerate();
    numbered
        .map(|(place, offset)| ((place + 1).to_string(), alert(offset)))
        .collect()
}

#[cfg(test)]
mod tests;
