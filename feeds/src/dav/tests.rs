//! Whole requests, as clients send them, and the answers to them.

mod answers;
mod clients;
mod hostile;

use super::*;
use bytes::Bytes;
use domain::event::{EventBody, Occurrence};
use domain::id::{EventId, PublicId};
use domain::recur::{Freq, Rule};
use domain::series::{RecurrenceId, Series};
use domain::text::{Lang, Text as Words};
use domain::time::EventTime;
use http::Method as Verb;
use jiff::civil::datetime;

const CALENDAR: &str = "/dav/calendars/kbo/";

/// An answer as text: status, the headers that matter, the body with a line per element.
fn told(answer: &crate::Answer) -> String {
    let mut text = format!("{}\n", answer.status());
    for (name, value) in answer.headers() {
        text += &format!("{name}: {}\n", value.to_str().unwrap());
    }
    let body = std::str::from_utf8(answer.body()).unwrap();
    text + "\n" + &body.replace("><", ">\n<")
}

fn ask(verb: &str, path: &str, headers: &[(&'static str, &str)], body: &str) -> Parsed {
    try_ask(verb, path, headers, body).unwrap_or_else(|refused| panic!("{}", told(&refused)))
}

#[expect(clippy::result_large_err, reason = "as the function under test")]
fn try_ask(
    verb: &str,
    path: &str,
    headers: &[(&'static str, &str)],
    body: &str,
) -> Result<Parsed, crate::Answer> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().unwrap());
    }
    let verb = Verb::from_bytes(verb.as_bytes()).unwrap();
    parse(&verb, path, &map, body.as_bytes())
}

fn member(id: u128, title: &str, body: EventBody) -> Member {
    let created = "2026-11-01T09:00:00Z".parse().unwrap();
    let modified = "2026-11-22T10:00:00Z".parse().unwrap();
    let public_id = PublicId::from_bits(id);
    let uid = format!("{id}@almanac.example");
    let text = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Almanac//Almanac//EN\r\nBEGIN:VEVENT\r\n\
         UID:{uid}\r\nDTSTAMP:20261122T100000Z\r\nSUMMARY;LANGUAGE=ko:{title}\\, 1\r\n \
         차전\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let event = Event {
        id: EventId(uuid::Uuid::from_u128(id)),
        public_id: public_id.clone(),
        uid,
        version: 1,
        sequence: 0,
        created,
        modified,
        body,
        news: Vec::new(),
    };
    Member {
        name: format!("{public_id}.ics"),
        etag: format!("\"{id}-1\""),
        modified,
        event: Arc::new(event),
        body: Body::ready(Bytes::from(text)),
    }
}

fn game(title: &str, start: jiff::civil::DateTime) -> Occurrence {
    let end = start.checked_add(jiff::Span::new().hours(3)).unwrap();
    let time = EventTime::zoned(start, Some(end), Zone::seoul());
    Occurrence::new(Words::new(Lang::KO, title), time)
}

/// A game in April 2027, weekly meetings from March on but for one, and a day in May.
fn members() -> Vec<Member> {
    let once = game("롯데 <vs> LG & 두산", datetime(2027, 4, 5, 18, 30, 0, 0));
    let weekly = game("Weekly", datetime(2027, 3, 1, 9, 0, 0, 0));
    let series = Series {
        rules: vec![Rule::every(Freq::Weekly)],
        except: vec![RecurrenceId::Local(datetime(2027, 3, 8, 9, 0, 0, 0))],
        ..Series::default()
    };
    let weekly = EventBody {
        main: weekly,
        series: Some(series),
    };
    let day = EventTime::day(jiff::civil::date(2027, 5, 5));
    let day = Occurrence::new(Words::new(Lang::KO, "어린이날"), day);
    vec![
        member(1, "롯데 <vs> LG & 두산", once.into()),
        member(2, "Weekly", weekly),
        member(3, "어린이날", day.into()),
    ]
}

fn calendar() -> Collection {
    Collection {
        href: "/dav/calendars/kbo/".to_owned(),
        title: "KBO 리그 & 친구".to_owned(),
        description: "모든 경기".to_owned(),
        lang: "ko".to_owned(),
        color: Some("#0A5FFF".to_owned()),
        timezone: Some("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned()),
        zone: Zone::seoul(),
        sync_token: "https://almanac.example/sync/kbo/7".to_owned(),
        source: None,
        members: members(),
    }
}

fn pointer() -> Collection {
    Collection {
        href: "/dav/my/T0k3n/calendars/kbo/".to_owned(),
        description: String::new(),
        timezone: None,
        source: Some("https://almanac.example/feeds/kbo.ics?a=1&b=2".to_owned()),
        members: Vec::new(),
        ..calendar()
    }
}

/// What stands in the answer's hrefs, in order, but for that of the target itself.
fn hrefs(answer: &crate::Answer) -> Vec<String> {
    let text = std::str::from_utf8(answer.body()).unwrap();
    let parts = text.split("<D:response><D:href>").skip(1);
    parts
        .map(|part| part.split('<').next().unwrap().to_owned())
        .collect()
}

/// Which of the three members (1, 2, 3) an answer tells of.
fn numbers(answer: &crate::Answer) -> Vec<usize> {
    let all = members();
    let number = |href: &String| {
        let found = all.iter().position(|one| href.ends_with(&one.name));
        found.map(|at| at + 1)
    };
    hrefs(answer).iter().filter_map(number).collect()
}
