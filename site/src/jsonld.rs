//! An event for search engines: schema.org's Event as JSON-LD. It is data inside a script
//! element, so `<`, `>` and `&` are written as JSON escapes and cannot end the element.

use domain::calendar::Calendar;
use domain::event::{Occurrence, Status};
use domain::text::Text;
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use serde_json::{Map, Value, json};
use web::locale::T;

/// Calendars of these categories hold sports events.
const SPORTS: [&str; 6] = [
    "sports",
    "football",
    "baseball",
    "motor-racing",
    "cycling",
    "esports",
];

/// The document of one instance.
pub fn event(what: &Occurrence, calendar: Option<&Calendar>, page: &str, t: T) -> String {
    let primary = calendar.map_or(t.lang(), |c| c.profile.language);
    let pick = |text: &Text| text.pick(t.lang(), primary).to_owned();
    let sports = calendar.is_some_and(|c| SPORTS.contains(&c.profile.category.as_str()));
    let zone = calendar.map_or_else(Zone::seoul, |c| c.profile.zone.clone());
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() && value != "" {
            out.insert(name.to_owned(), value);
        }
    };
    put("@context", json!("https://schema.org"));
    put("@type", json!(if sports { "SportsEvent" } else { "Event" }));
    put("name", json!(pick(&what.title)));
    put("url", json!(page));
    put("description", json!(pick(&what.description)));
    put("eventStatus", json!(status(what.status)));
    let (start, end) = dates(&what.time, &zone);
    put("startDate", json!(start));
    put("endDate", json!(end));
    put("location", location(what, &pick(&what.place.name)));
    put("sameAs", json!(what.url.as_ref().map(ToString::to_string)));
    escape(&Value::Object(out).to_string())
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Tentative | Status::Confirmed => "https://schema.org/EventScheduled",
        Status::Postponed => "https://schema.org/EventPostponed",
        Status::Cancelled => "https://schema.org/EventCancelled",
    }
}

/// Start and end: dates for whole days (the last day, inclusive), else times with an offset.
fn dates(time: &EventTime, zone: &Zone) -> (Option<String>, Option<String>) {
    match time {
        EventTime::Zoned(z) => (Some(offset(z, z.start)), z.end.map(|end| offset(z, end))),
        EventTime::Floating { start, end } => (
            Some(start.to_string()),
            end.as_ref().map(ToString::to_string),
        ),
        _ => match time.days(zone) {
            Some((first, last)) => (Some(first.to_string()), Some(last.to_string())),
            None => (None, None),
        },
    }
}

fn offset(z: &Zoned, wall: WallTime) -> String {
    let zoned = wall.instant(&z.zone).to_zoned(z.zone.rules().clone());
    zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

fn location(what: &Occurrence, name: &str) -> Value {
    if what.place.is_empty() {
        return Value::Null;
    }
    let mut place = json!({ "@type": "Place", "name": name });
    if let (Some(geo), Some(fields)) = (what.place.geo, place.as_object_mut()) {
        let point = json!({
            "@type": "GeoCoordinates",
            "latitude": geo.lat(),
            "longitude": geo.lon(),
        });
        fields.insert("geo".to_owned(), point);
    }
    place
}

fn escape(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{calendar, game, span};
    use jiff::civil::date;
    use web::locale::UiLang;

    fn document(what: &Occurrence) -> Value {
        let text = event(
            what,
            Some(&calendar()),
            "https://a.kr/events/x",
            T::new(UiLang::Ko),
        );
        assert!(!text.contains(['<', '>', '&']), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn hours_carry_their_offset_and_days_are_inclusive() {
        let game = document(&game("롯데 : 두산"));
        assert_eq!(game["@type"], "SportsEvent");
        assert_eq!(game["startDate"], "2026-11-23T18:30:00+09:00");
        assert_eq!(game["location"]["name"], "사직야구장");
        let days = document(&span(date(2026, 12, 5), date(2026, 12, 7)));
        assert_eq!(days["startDate"], "2026-12-05");
        assert_eq!(days["endDate"], "2026-12-07");
    }

    #[test]
    fn c5_a_title_cannot_end_the_script_element() {
        let title = "</script><svg onload=alert(1)>";
        assert_eq!(document(&game(title))["name"], title);
    }
}
