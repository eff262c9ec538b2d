//! The visitor's rooms over HTTP, with the demo: home, category, week, a calendar's views, and the
//! feeds of discovery read back by others.

use crate::support::clients::python;
use crate::support::http::{Request, Response};
use crate::support::server::Server;
use std::path::Path;
use tempfile::TempDir;

/// A demo server at a time of which the demo holds something in every list.
struct Rooms {
    server: Server,
    folder: TempDir,
}

const NOW: &str = "2026-11-22T10:00:00Z";

impl Rooms {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = folder.path().join("clock");
        std::fs::write(&clock, NOW).expect("the clock is set");
        let data = folder.path().join("data");
        let server = Server::start_at(&clock, &data, &["--demo", "--allow-now"]);
        Self { server, folder }
    }

    fn set(&self, now: &str) {
        let clock = self.folder.path().join("clock");
        std::fs::write(clock, now).expect("the clock is set");
    }

    fn page(&self, path: &str, lang: &str) -> String {
        let request = Request::new("GET", path).header("Accept-Language", lang);
        let answer = self.server.send(&request);
        assert_eq!(answer.status, 200, "{path}");
        answer.text()
    }

    fn feed(&self, path: &str) -> Response {
        let answer = self.server.get(path);
        assert_eq!(answer.status, 200, "{path}");
        answer
    }
}

fn links<'a>(page: &'a str, prefix: &str) -> Vec<&'a str> {
    let targets = page.split("href=\"").skip(1);
    targets
        .filter_map(|rest| rest.split('"').next())
        .filter(|target| target.starts_with(prefix))
        .collect()
}

/// What Python's parsers make of a feed: how many entries, and whether their ids are distinct.
fn read_back(folder: &Path, name: &str, feed: &Response) -> (usize, usize) {
    let file = folder.join(name);
    std::fs::write(&file, &feed.body).expect("the feed is written");
    let script = match name.rsplit('.').next() {
        Some("ics") => {
            "import icalendar,sys; c=icalendar.Calendar.from_ical(open(sys.argv[1],'rb').read()); \
             i=[str(e['UID']) for e in c.walk('VEVENT')]"
        }
        Some("rss") => {
            "import xml.etree.ElementTree as x,sys; \
             i=[g.text for g in x.parse(sys.argv[1]).getroot().iter('guid')]"
        }
        _ => {
            "import json,sys; f=json.load(open(sys.argv[1])); \
             assert f['version']=='https://jsonfeed.org/version/1.1'; \
             i=[e['id'] for e in f['items']]"
        }
    };
    let script = format!("{script}; print(len(i), len(set(i)))");
    let output = python()
        .args(["-c", &script])
        .arg(&file)
        .output()
        .expect("python starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let fault = String::from_utf8_lossy(&output.stderr).into_owned();
    let counts = said.trim().split_once(' ');
    let (all, distinct) = counts.unwrap_or_else(|| panic!("{name}: {fault}"));
    (all.parse().unwrap(), distinct.parse().unwrap())
}

#[test]
fn a_visitor_walks_from_home_through_a_category_to_a_calendar() {
    let rooms = Rooms::open();
    let home = rooms.page("/", "ko");
    for part in ["오늘", "이번 주", "새 캘린더"] {
        assert!(home.contains(part), "{part}");
    }
    let category = links(&home, "/categories/");
    assert!(category.contains(&"/categories/football"), "{category:?}");
    let football = rooms.page("/categories/football", "ko");
    assert!(football.contains("/feeds/discover/week/football.ics"));
    assert!(links(&football, "/calendars/").contains(&"/calendars/premier-league-2025-26"));
    assert_eq!(rooms.server.get("/categories/nothing").status, 404);
    assert_eq!(
        rooms.server.get("/categories/football?after=nobody").status,
        400
    );
    let calendar = rooms.page("/calendars/premier-league-2025-26", "en");
    for tab in ["?view=week", "?view=list", "?view=past"] {
        let target = format!("/calendars/premier-league-2025-26{tab}");
        assert!(
            links(&calendar, &target).contains(&target.as_str()),
            "{tab}"
        );
        rooms.page(&target, "en");
    }
}

#[test]
fn the_week_goes_on_page_by_page_without_a_row_twice() {
    let rooms = Rooms::open();
    let mut path = "/week".to_owned();
    let mut seen = Vec::new();
    for _ in 0..20 {
        let page = rooms.page(&path, "ko");
        seen.extend(links(&page, "/events/").into_iter().map(str::to_owned));
        let Some(next) = links(&page, "/week?after=")
            .first()
            .map(|l| (*l).to_owned())
        else {
            break;
        };
        path = next;
    }
    let all = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert!(all > 60, "the demo fills more than a page: {all}");
    assert_eq!(seen.len(), all);
    assert_eq!(rooms.server.get("/week?after=1.2.3").status, 400);
    assert_eq!(rooms.server.get("/week?category=nothing").status, 400);
}

#[test]
fn a_calendar_can_be_sieved_by_tag_and_read_on_another_clock() {
    let rooms = Rooms::open();
    let path = "/calendars/premier-league-2025-26?view=list";
    let all = rooms.page(path, "en");
    let arsenal = rooms.page(&format!("{path}&tags=arsenal"), "en");
    let titles = |page: &str| page.matches("class=\"row-title\"").count();
    assert!(titles(&arsenal) > 0 && titles(&arsenal) < titles(&all));
    let rows = arsenal.split("class=\"row-title\"").skip(1);
    for row in rows {
        let title = row.split("</span>").next().unwrap();
        assert!(title.contains("Arsenal"), "{title}");
    }
    assert!(
        arsenal.contains("subscribe?tags=arsenal"),
        "the choice is carried on"
    );
    let without = rooms.page(&format!("{path}&tags=-arsenal"), "en");
    assert!(!without.contains(">Arsenal FC vs"), "{without}");
    let there = rooms.page(&format!("{path}&tags=arsenal&zone=America/New_York"), "en");
    assert_eq!(
        there.matches("class=\"row-zone\">New York").count(),
        titles(&there)
    );
    assert!(there.contains("view=past&#38;tags=arsenal&#38;zone=America/New_York"));
}

#[test]
fn a_former_name_leads_to_the_same_view() {
    let rooms = Rooms::open();
    let feed = rooms.feed("/feeds/f1-2026.ics").text();
    let named = feed.split("/feeds/").nth(1);
    let id = named.and_then(|rest| rest.split(".ics").next());
    let id = id.expect("SOURCE names the permanent address");
    let moved = rooms
        .server
        .get(&format!("/calendars/{id}?view=week&tags=race&zone=UTC"));
    assert_eq!(moved.status, 301);
    let target = "/calendars/f1-2026?view=week&tags=race&zone=UTC";
    assert_eq!(moved.header("location"), Some(target));
    rooms.page(target, "ko");
}

#[test]
fn e12_absurd_questions_to_a_calendar_name_the_field() {
    let rooms = Rooms::open();
    for (query, field) in [
        ("week=2026-W99", "week"),
        ("week=9999-99-99", "week"),
        ("month=0000-00", "month"),
        ("zone=Mars", "zone"),
        ("zone=..%2F..%2Fetc%2Fpasswd", "zone"),
        ("tags=%00", "tags"),
        ("tags=A", "tags"),
        ("page=-1", "page"),
        ("page=18446744073709551616", "page"),
        ("view=%3Csvg%3E", "view"),
    ] {
        let answer = rooms.server.get(&format!("/calendars/f1-2026?{query}"));
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.text().contains(field), "{query}");
        assert!(!answer.text().contains("<svg>"), "{query}");
    }
}

#[test]
fn a_page_s_colours_are_made_from_their_address() {
    let rooms = Rooms::open();
    let home = rooms.page("/", "ko");
    let sheet = links(&home, "/assets/colors-");
    let answer = rooms.server.get(sheet[0]);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    for class in home.split("cal-").skip(1).filter_map(|rest| rest.get(..6)) {
        if class.bytes().all(|b| b.is_ascii_hexdigit()) {
            assert!(
                answer.text().contains(&format!(".cal-{class}{{")),
                "{class}"
            );
        }
    }
    assert_eq!(rooms.server.get("/assets/colors-FFFFFF.css").status, 404);
}

#[test]
fn feeds_of_discovery_are_read_by_others() {
    let rooms = Rooms::open();
    for name in ["new", "week/football"] {
        let mut counts = Vec::new();
        for (kind, media) in [
            ("ics", "text/calendar; charset=utf-8"),
            ("json", "application/feed+json; charset=utf-8"),
            ("rss", "application/rss+xml; charset=utf-8"),
        ] {
            let feed = rooms.feed(&format!("/feeds/discover/{name}.{kind}?lang=en"));
            assert_eq!(feed.header("content-type"), Some(media));
            assert_eq!(feed.header("cache-control"), Some("public, max-age=3600"));
            let (all, distinct) = read_back(rooms.folder.path(), &format!("feed.{kind}"), &feed);
            assert!(all > 3, "{name}.{kind} holds {all}");
            assert_eq!(all, distinct, "{name}.{kind}");
            counts.push(all);
        }
        counts.dedup();
        assert_eq!(counts.len(), 1, "{name}: every format holds the same");
    }
    for bad in [
        "/feeds/discover/week/nothing.ics",
        "/feeds/discover/old.rss",
        "/feeds/discover/new.pdf",
        "/feeds/discover/",
    ] {
        let answer = rooms.server.get(bad);
        assert_eq!(answer.status, 404, "{bad}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
    }
    assert_eq!(
        rooms.server.get("/feeds/discover/new.ics?lang=x").status,
        400
    );
}

#[test]
fn a_feed_of_discovery_is_validated_by_its_bytes() {
    let rooms = Rooms::open();
    let path = "/feeds/discover/week/football.json";
    let first = rooms.feed(path);
    let tag = first.header("etag").expect("an ETag").to_owned();
    let again = |name: &str, value: &str| {
        let request = Request::new("GET", path).header(name, value);
        rooms.server.send(&request)
    };
    let same = again("If-None-Match", &tag);
    assert_eq!((same.status, same.body.len()), (304, 0));
    let modified = first.header("last-modified").expect("a date").to_owned();
    assert_eq!(again("If-Modified-Since", &modified).status, 304);
    // An hour later nothing has changed but the time; a day later the week is another.
    rooms.set("2026-11-22T11:00:00Z");
    assert_eq!(rooms.feed(path).header("etag"), Some(tag.as_str()));
    rooms.set("2026-11-23T10:00:00Z");
    let next_day = again("If-None-Match", &tag);
    assert_eq!(next_day.status, 200);
    assert_ne!(next_day.header("etag"), Some(tag.as_str()));
    assert_eq!(again("If-Modified-Since", &modified).status, 200);
    let packed = again("Accept-Encoding", "gzip");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(
        packed
            .header("etag")
            .is_some_and(|tag| tag.ends_with("-gz\""))
    );
}
