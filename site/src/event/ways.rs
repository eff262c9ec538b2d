//! Where an event leads: maps, tickets, streams, and other people's forms for a new entry.

use domain::event::{LinkKind, Occurrence, Place, WebAddress};
use domain::time::EventTime;
use domain::zone::Zone;
use jiff::ToSpan;
use jiff::civil::Date;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use web::locale::{T, UiLang};

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anchor {
    /// Where it leads.
    pub href: String,
    /// What it says.
    pub label: String,
}

impl Anchor {
    fn new(href: impl ToString, label: &str) -> Self {
        Self {
            href: href.to_string(),
            label: label.to_owned(),
        }
    }
}

/// Maps of a place: the exact point where it is known, else searches for its name. In Korea the
/// Korean maps know more than others, and their readers have them.
pub(crate) fn maps(place: &Place, name: &str, t: T) -> Vec<Anchor> {
    let escaped = escape(name);
    let osm = |href: String| Anchor::new(href, t.s("event.map_osm"));
    match (place.geo, t.ui()) {
        (Some(geo), UiLang::Ko) => {
            let (lat, lon) = (geo.lat(), geo.lon());
            let point = match name {
                "" => format!("https://map.kakao.com/link/map/{lat},{lon}"),
                _ => format!("https://map.kakao.com/link/map/{escaped},{lat},{lon}"),
            };
            let naver = naver(if name.is_empty() {
                None
            } else {
                Some(&escaped)
            });
            let mut maps = vec![Anchor::new(point, t.s("event.map_kakao"))];
            maps.extend(naver.map(|href| Anchor::new(href, t.s("event.map_naver"))));
            maps
        }
        (Some(geo), UiLang::En) => {
            let (lat, lon) = (geo.lat(), geo.lon());
            vec![osm(format!(
                "https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=17/{lat}/{lon}"
            ))]
        }
        // A meeting on the web has an address, which no map knows.
        (None, _) if name.is_empty() || name.contains("://") => Vec::new(),
        (None, UiLang::Ko) => {
            let kakao = format!("https://map.kakao.com/link/search/{escaped}");
            let mut maps = vec![Anchor::new(kakao, t.s("event.map_kakao"))];
            maps.extend(
                naver(Some(&escaped)).map(|href| Anchor::new(href, t.s("event.map_naver"))),
            );
            maps
        }
        (None, UiLang::En) => vec![osm(format!(
            "https://www.openstreetmap.org/search?query={escaped}"
        ))],
    }
}

fn naver(escaped: Option<&str>) -> Option<String> {
    escaped.map(|name| format!("https://map.naver.com/p/search/{name}"))
}

/// Links of one kind, in the order of the event.
pub(crate) fn links_of(what: &Occurrence, kind: LinkKind, label: &str) -> Vec<Anchor> {
    let same = what.links.iter().filter(|link| link.kind == kind);
    same.map(|link| Anchor::new(&link.address, label)).collect()
}

/// The event's own page elsewhere and what else there is to read.
pub(crate) fn more(what: &Occurrence, t: T) -> Vec<Anchor> {
    let own = what
        .url
        .iter()
        .map(|url| Anchor::new(url, t.s("event.link_own")));
    let own: Vec<Anchor> = own.collect();
    let more = links_of(what, LinkKind::More, t.s("event.link_more"));
    own.into_iter().chain(more).collect()
}

/// Google Calendar's form for a new entry, filled in; `None` for what has no day.
pub(crate) fn google(what: &Occurrence, title: &str, place: &str, page: &str) -> Option<String> {
    let (dates, zone) = google_dates(&what.time)?;
    let mut address = format!(
        "https://calendar.google.com/calendar/render?action=TEMPLATE&text={}&dates={dates}&details={}",
        escape(title),
        escape(page)
    );
    if let Some(zone) = zone {
        address.push_str(&format!("&ctz={}", escape(zone.name())));
    }
    if !place.is_empty() {
        address.push_str(&format!("&location={}", escape(place)));
    }
    Some(address)
}

/// Both ends, the second exclusive, as the form reads them, and the zone that they are read in.
fn google_dates(time: &EventTime) -> Option<(String, Option<&Zone>)> {
    let clock = |at: jiff::civil::DateTime| at.strftime("%Y%m%dT%H%M%S").to_string();
    let span = |start, end: Option<_>| format!("{}/{}", clock(start), clock(end.unwrap_or(start)));
    match time {
        EventTime::Zoned(z) => {
            let dates = span(z.start.at, z.end.map(|end| end.at));
            Some((dates, Some(&z.zone)))
        }
        EventTime::Floating { start, end } => Some((span(*start, *end), None)),
        EventTime::AllDay { first, last } => days(*first, *last),
        EventTime::DateOnly { date } => days(*date, *date),
        EventTime::Window { .. } | EventTime::Undecided { .. } => None,
    }
}

fn days(first: Date, last: Date) -> Option<(String, Option<&'static Zone>)> {
    let after = last.checked_add(1.day()).ok()?;
    let word = |date: Date| date.strftime("%Y%m%d").to_string();
    Some((format!("{}/{}", word(first), word(after)), None))
}

/// The sentence about where it is known from.
pub(crate) fn evidence(address: &WebAddress, checked: Option<String>) -> Anchor {
    Anchor::new(address, &checked.unwrap_or_default())
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{game, span};
    use domain::event::Geo;
    use jiff::civil::date;

    fn hrefs(place: &Place, name: &str, ui: UiLang) -> Vec<String> {
        let maps = maps(place, name, T::new(ui));
        maps.into_iter().map(|map| map.href).collect()
    }

    #[test]
    fn readers_of_korean_get_korean_maps_and_others_an_open_one() {
        let mut place = Place::default();
        assert_eq!(
            hrefs(&place, "사직", UiLang::Ko),
            [
                "https://map.kakao.com/link/search/%EC%82%AC%EC%A7%81",
                "https://map.naver.com/p/search/%EC%82%AC%EC%A7%81"
            ]
        );
        assert!(hrefs(&place, "https://meet.example/x", UiLang::Ko).is_empty());
        place.geo = Geo::from_degrees(35.194, 129.0615);
        assert_eq!(
            hrefs(&place, "", UiLang::Ko),
            ["https://map.kakao.com/link/map/35.194,129.0615"]
        );
        assert_eq!(
            hrefs(&place, "사직", UiLang::En),
            ["https://www.openstreetmap.org/?mlat=35.194&mlon=129.0615#map=17/35.194/129.0615"]
        );
    }

    #[test]
    fn google_s_form_reads_exclusive_ends_and_the_zone() {
        let timed = google(&game("A & B"), "A & B", "", "https://a.kr/events/x").unwrap();
        assert!(timed.contains("text=A%20%26%20B&dates=20261123T183000/20261123T213000"));
        assert!(timed.ends_with("&ctz=Asia%2FSeoul"), "{timed}");
        let days = span(date(2026, 12, 5), date(2026, 12, 7));
        let days = google(&days, "x", "y", "z").unwrap();
        assert!(days.contains("&dates=20261205/20261208&"), "{days}");
        let mut open = game("x");
        open.time = EventTime::Undecided { was: None };
        assert_eq!(google(&open, "x", "", "z"), None);
    }
}
