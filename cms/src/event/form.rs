//! The form of an event: what it says as fields of text, and back. Whatever stands untouched in
//! the form keeps the value that the event had, so that nothing is lost that a form cannot show.
//!
//! Days and hours are [`super::time`]'s, repetition is [`super::repeat`]'s.

use super::{repeat, time};
use domain::caps;
use domain::event::{
    Availability, EventBody, Evidence, Geo, Link, LinkKind, Occurrence, Status, WebAddress,
};
use domain::tag::Tag;
use domain::text::{Lang, Text, clean_block, clean_line};
use domain::time::EventTime;
use std::collections::BTreeMap;
use web::failure::Message;
use web::form::Fields;

/// Fields that stand once.
const NAMES: &[&str] = &[
    "title_ko",
    "title_en",
    "kind",
    "date",
    "time",
    "end_date",
    "end_time",
    "zone",
    "second",
    "end_second",
    "repeat",
    "interval",
    "nth_day",
    "ends",
    "until",
    "count",
    "rules",
    "extra",
    "except",
    "status",
    "place_ko",
    "place_en",
    "lat",
    "lon",
    "url",
    "tags",
    "availability",
    "result_ko",
    "result_en",
    "description_ko",
    "description_en",
    "evidence",
    "checked",
];
/// Fields that may stand more than once; kept with commas between.
const LISTS: &[&str] = &["repeat_day", "nth"];
/// Most links of one event.
pub(super) const LINKS: usize = 24;
/// Most changed instances that are listed; the others stay as they are.
pub(super) const CHANGED: usize = 60;
/// What is said of a link, and of a changed instance.
const LINK_PARTS: &[&str] = &["kind", "address"];
pub(super) const CHANGED_PARTS: &[&str] = &[
    "at", "drop", "date", "time", "end_date", "end_time", "status", "title_ko", "title_en",
    "place_ko", "place_en",
];

/// The fields of the form as typed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Typed(BTreeMap<String, String>);

/// What is wrong with which field.
pub(crate) type Faults = Vec<(String, Message)>;

impl Typed {
    /// What stands in a field; empty where nothing does.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    pub(crate) fn put(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        if value.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), value);
        }
    }

    /// Whether a list of a field holds a value.
    pub(crate) fn holds(&self, name: &str, value: &str) -> bool {
        self.get(name).split(',').any(|one| one == value)
    }

    /// Takes the form from what a browser sent. Line ends are `\n` afterwards.
    pub(crate) fn read(fields: &Fields) -> Self {
        let mut typed = Self::default();
        for name in NAMES {
            typed.put(name, fields.exactly(name).replace("\r\n", "\n"));
        }
        for name in LISTS {
            typed.put(name, fields.all(name).collect::<Vec<_>>().join(","));
        }
        for (stem, most, parts) in [("link", LINKS, LINK_PARTS), ("one", CHANGED, CHANGED_PARTS)] {
            for at in 0..most {
                for part in parts {
                    let name = format!("{stem}{at}_{part}");
                    typed.put(&name, fields.exactly(&name));
                }
            }
        }
        typed
    }

    /// An empty form for a new event of a calendar in this zone.
    pub(crate) fn new(zone: &str) -> Self {
        let mut typed = Self::default();
        for (name, value) in [
            ("kind", "zoned"),
            ("zone", zone),
            ("repeat", "none"),
            ("ends", "never"),
            ("status", "confirmed"),
            ("availability", "free"),
        ] {
            typed.put(name, value);
        }
        typed
    }

    /// The form of an event.
    pub(crate) fn of(body: &EventBody, zone: &str) -> Self {
        let mut typed = Self::new(zone);
        let main = &body.main;
        for (name, text) in [
            ("title", &main.title),
            ("description", &main.description),
            ("place", &main.place.name),
            ("result", &main.result),
        ] {
            typed.put_text(name, text);
        }
        time::put(&mut typed, &main.time);
        repeat::put(&mut typed, body);
        typed.put("status", main.status.as_str());
        if let Some(geo) = main.place.geo {
            typed.put("lat", geo.lat().to_string());
            typed.put("lon", geo.lon().to_string());
        }
        typed.put("url", main.url.as_ref().map_or("", WebAddress::as_str));
        for (at, link) in main.links.iter().take(LINKS).enumerate() {
            typed.put(&format!("link{at}_kind"), link_word(link.kind));
            typed.put(&format!("link{at}_address"), link.address.as_str());
        }
        let labels: Vec<_> = main.tags.iter().map(label).collect();
        typed.put("tags", labels.join(", "));
        let availability = match main.availability {
            Availability::Free => "free",
            Availability::Busy => "busy",
        };
        typed.put("availability", availability);
        if let Some(evidence) = &main.evidence {
            typed.put("evidence", evidence.address.as_str());
            let checked = evidence.checked.map(|day| day.to_string());
            typed.put("checked", checked.unwrap_or_default());
        }
        typed
    }

    pub(super) fn put_text(&mut self, name: &str, text: &Text) {
        for lang in [Lang::KO, Lang::EN] {
            let value = text.get(lang).unwrap_or_default();
            self.put(&format!("{name}_{lang}"), value);
        }
    }

    /// Whether all fields whose names begin with one of these words stand as they stood.
    pub(super) fn agrees(&self, other: &Self, names: &[&str]) -> bool {
        let ours = |name: &&String| names.iter().any(|stem| name.starts_with(stem));
        let all = self.0.keys().chain(other.0.keys());
        all.filter(ours)
            .all(|name| self.get(name).trim() == other.get(name).trim())
    }

    /// What the form says, on what the event said before; or what is wrong with which field.
    pub(crate) fn body(&self, before: Option<&EventBody>, zone: &str) -> Result<EventBody, Faults> {
        let stood = before.map(|body| (body, Self::of(body, zone)));
        let kept = |names: &[&str]| {
            let stood = stood.as_ref();
            let stood = stood.filter(|(_, stood)| self.agrees(stood, names));
            stood.map(|(body, _)| *body)
        };
        let mut faults = Faults::new();
        let when = match kept(time::NAMES) {
            Some(body) => body.main.time.clone(),
            None => time::read(self).unwrap_or_else(|wrong| {
                faults.extend(wrong);
                EventTime::Undecided { was: None }
            }),
        };
        let mut main = match before {
            Some(body) => Occurrence {
                time: when,
                ..body.main.clone()
            },
            None => Occurrence::new(Text::none(), when),
        };
        self.read_texts("", &mut main, &mut faults);
        if main.title.is_empty() {
            faults.push(("title_ko".to_owned(), Message::new("cms_event.no_title")));
        }
        if kept(&["lat", "lon"]).is_none() {
            main.place.geo = self.geo().unwrap_or_else(|()| {
                faults.push(("lat".to_owned(), Message::new("cms_event.bad_geo")));
                None
            });
        }
        main.status = status(self.get("status"));
        main.availability = match self.get("availability") {
            "busy" => Availability::Busy,
            _ => Availability::Free,
        };
        main.url = self.address("url", &mut faults);
        if kept(&["link"]).is_none() {
            main.links = self.links(&mut faults);
        }
        if kept(&["tags"]).is_none() {
            let known = before.map_or(&[][..], |body| &body.main.tags);
            main.tags = self.tags(known, &mut faults);
        }
        if kept(&["evidence", "checked"]).is_none() {
            main.evidence = self.evidence(&mut faults);
        }
        let mut body = EventBody { main, series: None };
        let untouched = kept(repeat::NAMES).filter(|was| was.main.time == body.main.time);
        body.series = match untouched {
            Some(was) => was.series.clone(),
            None => repeat::read(self, &body.main, before, &mut faults),
        };
        if faults.is_empty() {
            Ok(body)
        } else {
            Err(faults)
        }
    }

    /// The texts of an event, or with `stem` those of a changed instance that are asked for.
    pub(super) fn read_texts(&self, stem: &str, what: &mut Occurrence, faults: &mut Faults) {
        let texts: [(&str, &mut Text); 4] = [
            ("title", &mut what.title),
            ("place", &mut what.place.name),
            ("result", &mut what.result),
            ("description", &mut what.description),
        ];
        for (name, text) in texts {
            if !stem.is_empty() && !matches!(name, "title" | "place") {
                continue;
            }
            let block = name == "description";
            let (clean, most): (fn(&str, usize) -> String, usize) = if block {
                (clean_block, caps::DESCRIPTION_BYTES)
            } else {
                (clean_line, caps::LINE_BYTES)
            };
            for lang in [Lang::KO, Lang::EN] {
                let field = format!("{stem}{name}_{lang}");
                let typed = self.get(&field);
                if typed.len() > most {
                    let fault = Message::new("cms_event.too_long").with("max", most.to_string());
                    faults.push((field, fault));
                } else if text.get(lang).unwrap_or_default() != typed.trim() {
                    text.set(lang, clean(typed, most));
                }
            }
        }
    }

    fn geo(&self) -> Result<Option<Geo>, ()> {
        let (lat, lon) = (self.get("lat").trim(), self.get("lon").trim());
        if lat.is_empty() && lon.is_empty() {
            return Ok(None);
        }
        let number = |text: &str| text.parse::<f64>().map_err(|_| ());
        let geo = Geo::from_degrees(number(lat)?, number(lon)?);
        geo.map(Some).ok_or(())
    }

    fn address(&self, name: &str, faults: &mut Faults) -> Option<WebAddress> {
        let text = self.get(name).trim();
        let address = WebAddress::parse(text);
        if address.is_none() && !text.is_empty() {
            faults.push((name.to_owned(), Message::new("cms_event.bad_address")));
        }
        address
    }

    fn links(&self, faults: &mut Faults) -> Vec<Link> {
        let one = |at: usize| {
            let address = self.address(&format!("link{at}_address"), faults)?;
            let kind = match self.get(&format!("link{at}_kind")) {
                "tickets" => LinkKind::Tickets,
                "stream" => LinkKind::Stream,
                _ => LinkKind::More,
            };
            Some(Link { kind, address })
        };
        (0..LINKS).filter_map(one).collect()
    }

    fn tags(&self, known: &[Tag], faults: &mut Faults) -> Vec<Tag> {
        let words = self.get("tags").split([',', '\n']);
        let words = words.map(|word| word.trim().trim_start_matches('#'));
        let mut tags: Vec<Tag> = Vec::new();
        for word in words.filter(|word| !word.is_empty()) {
            let same = known.iter().find(|tag| label(tag) == word);
            let tag = same.cloned().or_else(|| Tag::from_label(word, Lang::KO));
            match tag {
                Some(tag) if tags.iter().any(|other| other.key == tag.key) => {}
                Some(tag) => tags.push(tag),
                None => faults.push(("tags".to_owned(), Message::new("cms_event.bad_tag"))),
            }
        }
        if tags.len() > caps::TAGS {
            let fault = Message::new("cms_event.many_tags").with("max", caps::TAGS.to_string());
            faults.push(("tags".to_owned(), fault));
        }
        tags
    }

    fn evidence(&self, faults: &mut Faults) -> Option<Evidence> {
        let address = self.address("evidence", faults);
        let checked = match self.get("checked") {
            "" => None,
            text => {
                let day = crate::edit::day(text);
                if day.is_none() {
                    faults.push(("checked".to_owned(), Message::new("cms_event.bad_day")));
                }
                day
            }
        };
        if address.is_none() && checked.is_some() && self.get("evidence").is_empty() {
            faults.push(("evidence".to_owned(), Message::new("cms_event.no_evidence")));
        }
        address.map(|address| Evidence { address, checked })
    }
}

/// A status by its word.
pub(crate) fn status(word: &str) -> Status {
    match word {
        "tentative" => Status::Tentative,
        "postponed" => Status::Postponed,
        "cancelled" => Status::Cancelled,
        _ => Status::Confirmed,
    }
}

pub(super) const fn link_word(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Tickets => "tickets",
        LinkKind::Stream => "stream",
        LinkKind::More => "more",
    }
}

/// What people call a tag.
pub(crate) fn label(tag: &Tag) -> String {
    match tag.label.pick(Lang::KO, Lang::KO) {
        "" => tag.key.clone(),
        label => label.to_owned(),
    }
}

#[cfg(test)]
mod tests;
