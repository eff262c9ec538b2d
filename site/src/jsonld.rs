//! An event for search engines: schema.org's Event as JSON-LD. It is data inside a script
//! element, so `<`, `>` and `&` are written as JSON escapes and cannot end the element.

use crate::event::facts::Facts;
use domain::change::ChangeKind;
use domain::event::{LinkKind, Occurrence, Status};
use domain::text::Text;
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use serde_json::{Map, Value, json};
use store::events::Version;
use web::layout::ShareImage;
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

/// The document of the instance that a page shows. It never tells a result.
pub(crate) fn event(
    what: &Occurrence,
    facts: &Facts,
    (page, image): (&str, Option<&ShareImage>),
    t: T,
) -> String {
    let calendar = facts.calendar();
    let primary = facts.primary(t);
    let pick = |text: &Text| text.pick(t.lang(), primary).to_owned();
    let sports = calendar.is_some_and(|c| SPORTS.contains(&c.profile.category.as_str()));
    let zone = calendar.map_or_else(Zone::seoul, |c| c.profile.zone.clone());
    let previous = previous(facts).and_then(|time| dates(time, &zone).0);
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
    put("image", json!(image.map(|image| &image.address)));
    put("description", json!(pick(&what.description)));
    put(
        "eventStatus",
        json!(status(what.status, previous.is_some())),
    );
    let (start, end) = dates(&what.time, &zone);
    put("startDate", json!(start));
    put("previousStartDate", json!(previous));
    put("endDate", json!(end));
    put("location", location(what, &pick(&what.place.name)));
    put("offers", offers(what));
    put("sameAs", json!(what.url.as_ref().map(ToString::to_string)));
    escape(&Value::Object(out).to_string())
}

/// The time before it was last moved, of an event that happens once.
fn previous(facts: &Facts) -> Option<&EventTime> {
    if facts.event.body.series.is_some() {
        return None;
    }
    let pairs = facts.versions.iter().zip(facts.versions.iter().skip(1));
    let moved = |(after, before): &(&Version, &Version)| {
        after.kind == ChangeKind::Rescheduled && after.body.main.time != before.body.main.time
    };
    let last = pairs.into_iter().find(moved);
    last.map(|(_, before)| &before.body.main.time)
}

fn offers(what: &Occurrence) -> Value {
    let tickets = what
        .links
        .iter()
        .find(|link| link.kind == LinkKind::Tickets);
    tickets.map_or(
        Value::Null,
        |link| json!({ "@type": "Offer", "url": link.address.as_str() }),
    )
}

const fn status(status: Status, moved: bool) -> &'static str {
    match status {
        Status::Tentative | Status::Confirmed if moved => "https://schema.org/EventRescheduled",
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
    use crate::event::tests::facts;
    use crate::fixtures::{game, span};
    use domain::event::{Link, WebAddress};
    use domain::text::Lang;
    use jiff::civil::{date, datetime};
    use web::locale::UiLang;

    fn document_of(what: &Occurrence, facts: &Facts) -> Value {
        let page = ("https://a.kr/events/x", None);
        let text = event(what, facts, page, T::new(UiLang::Ko));
        assert!(!text.contains(['<', '>', '&']), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    fn document(what: &Occurrence) -> Value {
        document_of(what, &facts(what.clone()))
    }

    #[test]
    fn a_moved_event_names_the_day_it_was_first_announced_for() {
        let what = game("롯데 : 두산");
        let mut facts = facts(what.clone());
        let mut before = facts.versions[0].clone();
        before.body.main.time =
            EventTime::zoned(datetime(2026, 11, 20, 14, 0, 0, 0), None, Zone::seoul());
        facts.versions[0].kind = ChangeKind::Rescheduled;
        facts.versions.push(before);
        let moved = document_of(&what, &facts);
        assert_eq!(moved["eventStatus"], "https://schema.org/EventRescheduled");
        assert_eq!(moved["previousStartDate"], "2026-11-20T14:00:00+09:00");
        let mut off = what;
        off.status = Status::Cancelled;
        let off = document_of(&off, &facts);
        assert_eq!(off["eventStatus"], "https://schema.org/EventCancelled");
    }

    #[test]
    fn tickets_are_told_and_results_are_not() {
        let mut what = game("경기");
        what.result = Text::new(Lang::KO, "7:3 승리");
        what.links = vec![Link {
            kind: LinkKind::Tickets,
            address: WebAddress::parse("https://tickets.example/1").unwrap(),
        }];
        let told = document(&what);
        assert_eq!(told["offers"]["url"], "https://tickets.example/1");
        assert!(!told.to_string().contains("7:3"));
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
