//! Being found and passed on: share images, single events as files, the sitemap, languages and the
//! heads of pages, as a crawler and a chat see them.

use crate::support::http::Request;
use crate::support::server::Server;
use std::collections::BTreeSet;

fn demo() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    (folder, server)
}

/// The values of `name="..."` in elements that hold all of some words.
fn attributes(page: &str, words: &[&str], name: &str) -> Vec<String> {
    let elements = page.split('<').filter_map(|rest| rest.split('>').next());
    let wanted = elements.filter(|element| words.iter().all(|word| element.contains(word)));
    let value = |element: &str| {
        let rest = element.split_once(&format!("{name}=\""))?.1;
        Some(rest.split('"').next()?.replace("&#38;", "&"))
    };
    wanted.filter_map(value).collect()
}

fn attribute(page: &str, words: &[&str], name: &str) -> String {
    let mut found = attributes(page, words, name);
    assert_eq!(found.len(), 1, "{words:?} {name}: {found:?}");
    found.remove(0)
}

/// The path of an address of this installation.
fn path(address: &str) -> &str {
    let path = address.strip_prefix("http://localhost:8080");
    path.unwrap_or_else(|| panic!("{address} is not from the base address"))
}

fn text_between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let each = text.split(start).skip(1);
    each.filter_map(|rest| rest.split(end).next()).collect()
}

/// Names of calendars whose pages are tried.
const CALENDAR: &str = "sample-baseball";

fn an_event(server: &Server) -> String {
    let list = server
        .get(&format!("/calendars/{CALENDAR}?view=list"))
        .text();
    let link = attributes(&list, &["row-link"], "href");
    link.into_iter().next().expect("the demo has coming games")
}

#[test]
fn every_picture_that_a_page_names_is_one() {
    let (_folder, server) = demo();
    let event = an_event(&server);
    let pages = [
        event.clone(),
        format!("{event}?lang=en"),
        format!("/calendars/{CALENDAR}"),
    ];
    for page in pages {
        let html = server.get(&page).text();
        let image = attribute(&html, &["property=\"og:image\""], "content");
        let answer = server.get(path(&image));
        assert_eq!(answer.status, 200, "{image}");
        assert_eq!(answer.header("content-type"), Some("image/png"));
        assert_eq!(
            answer.header("cache-control"),
            Some("public, max-age=86400")
        );
        assert!(answer.body.len() < 150_000, "{}", answer.body.len());
        let tag = answer.header("etag").expect("an ETag").to_owned();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&answer.body))
            .read_info()
            .expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a whole picture");
        assert_eq!((info.width, info.height), (1200, 630));
        let known = Request::new("GET", path(&image)).header("If-None-Match", &tag);
        assert_eq!(server.send(&known).status, 304);
        let other = image.split("&v=").next().expect("an address");
        let other = server.get(&format!("{}&v=0", path(other)));
        assert_eq!(other.body, answer.body);
        assert_ne!(other.header("cache-control"), Some("public, max-age=86400"));
    }
    for bad in [
        "/share/events/x.png",
        "/share/events/0000000000000000000000",
        "/share/calendars/..%2f..%2fetc%2fpasswd.png",
        "/share/calendars/nobody.png",
    ] {
        assert_eq!(server.get(bad).status, 404, "{bad}");
    }
}

#[test]
fn a_single_event_s_file_is_the_feed_s_event() {
    let (_folder, server) = demo();
    let event = an_event(&server);
    let html = server.get(&event).text();
    let file = attribute(&html, &["type=\"text/calendar\""], "href");
    let answer = server.get(&file);
    assert_eq!(
        answer.header("content-type"),
        Some("text/calendar; charset=utf-8")
    );
    let disposition = answer.header("content-disposition").expect("a name");
    assert!(disposition.starts_with("attachment; filename=\"event.ics\"; filename*=UTF-8''"));
    assert_eq!(answer.header("x-robots-tag"), Some("noindex"));
    let single = answer.text();
    assert_eq!(single.matches("BEGIN:VEVENT").count(), 1);
    for absent in ["METHOD", "X-WR-CALNAME", "REFRESH-INTERVAL", "SOURCE"] {
        assert!(!single.contains(absent), "{absent}");
    }
    let feed = server.get(&format!("/feeds/{CALENDAR}.ics")).text();
    let own = text_between(&single, "BEGIN:VEVENT", "END:VEVENT")[0];
    assert!(feed.contains(own), "{own}");
}

#[test]
fn one_instance_of_a_series_stands_for_itself() {
    let (_folder, server) = demo();
    let list = server
        .get("/calendars/rust-project-meetings?view=list")
        .text();
    let links = attributes(&list, &["row-link"], "href");
    let instance = links.iter().find(|link| link.contains("?at="));
    let instance = instance.expect("a meeting that repeats");
    let html = server.get(instance).text();
    let file = attribute(&html, &["type=\"text/calendar\""], "href");
    let single = server.get(&file).text();
    assert_eq!(single.matches("BEGIN:VEVENT").count(), 1, "{file}");
    let entry = text_between(&single, "BEGIN:VEVENT", "END:VEVENT")[0];
    assert!(!entry.contains("RRULE") && !entry.contains("RECURRENCE-ID"));
    let day = instance.split("?at=").nth(1).expect("a day")[..10].replace('-', "");
    let uid = text_between(&single, "UID:", "\r\nDTSTAMP")[0].replace("\r\n ", "");
    assert!(uid.contains(&format!("-{day}")), "{uid} {instance}");
    let none = format!("{}?at=1999-01-01", file.split('?').next().expect("a path"));
    assert_eq!(server.get(&none).status, 404);
}

#[test]
fn c8_the_name_of_a_file_is_one_header_and_no_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let file = folder.path().join("evil.json");
    let title = "../../\"한글\"\r\nSet-Cookie: x=1";
    let entry = serde_json::json!([{ "uid": "a", "title": title, "start": "2027-04-05T18:30" }]);
    std::fs::write(&file, entry.to_string()).expect("the file is written");
    let done = crate::support::server::cli(&[
        "import",
        &file.display().to_string(),
        "--calendar",
        "bada",
        "--data-dir",
        &data.display().to_string(),
    ]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let server = Server::start(&data, &[]);
    let list = server.get("/calendars/bada?view=list").text();
    let event = attributes(&list, &["row-link"], "href").remove(0);
    let answer = server.get(&format!("{event}/event.ics"));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("set-cookie"), None);
    let name = answer.header("content-disposition").expect("a name");
    assert_eq!(
        name,
        "attachment; filename=\"event.ics\"; filename*=UTF-8''%ED%95%9C%EA%B8%80%20Set%2DCookie%20x%201.ics"
    );
    let html = server.get(&event).text();
    assert!(
        !html.contains("\"한글\""),
        "quotes of a title are escaped everywhere"
    );
}

#[test]
fn the_sitemap_names_pages_that_are_there() {
    let (_folder, server) = demo();
    let robots = server.get("/robots.txt").text();
    assert!(robots.contains("Sitemap: http://localhost:8080/sitemap.xml"));
    assert!(!robots.contains("Disallow: /feeds"));
    let index = server.get("/sitemap.xml");
    assert_eq!(
        index.header("content-type"),
        Some("application/xml; charset=utf-8")
    );
    let index = index.text();
    let files = text_between(&index, "<loc>", "</loc>");
    assert_eq!(files.len(), 2, "{index}");
    let mut named = BTreeSet::new();
    for file in &files {
        let set = server.get(path(file)).text();
        assert!(
            set.starts_with("<?xml") && set.trim_end().ends_with("</urlset>"),
            "{file}"
        );
        let (urls, ends) = (set.matches("<url>").count(), set.matches("</url>").count());
        assert!(
            urls == ends && (1..=10_000).contains(&urls),
            "{file}: {urls} {ends}"
        );
        for address in text_between(&set, "<loc>", "</loc>") {
            assert!(named.insert(address.to_owned()), "{address} is named twice");
        }
    }
    assert!(named.len() > 100, "{}", named.len());
    let step = named.len() / 40;
    for address in named.iter().step_by(step.max(1)) {
        assert_eq!(server.get(path(address)).status, 200, "{address}");
    }
    assert!(named.contains(&format!("http://localhost:8080{}", an_event(&server))));
    for bad in [
        "/sitemap/events-2.xml",
        "/sitemap/events-0.xml",
        "/sitemap/x.xml",
    ] {
        assert_eq!(server.get(bad).status, 404, "{bad}");
    }
}

#[test]
fn the_languages_of_a_page_name_each_other() {
    let (_folder, server) = demo();
    let event = an_event(&server);
    for page in ["/", "/about", &format!("/calendars/{CALENDAR}"), &event] {
        let named = |html: &str| -> Vec<(String, String)> {
            let codes = attributes(html, &["rel=\"alternate\"", "hreflang"], "hreflang");
            let hrefs = attributes(html, &["rel=\"alternate\"", "hreflang"], "href");
            codes.into_iter().zip(hrefs).collect()
        };
        let start = server.get(page).text();
        let all = named(&start);
        assert_eq!(all.len(), 3, "{page}: {all:?}");
        for (code, href) in &all {
            let answer = server.get(path(href));
            assert_eq!(answer.header("set-cookie"), None, "{href}");
            let html = answer.text();
            assert_eq!(named(&html), all, "{href}");
            if code != "x-default" {
                assert!(html.contains(&format!("<html lang=\"{code}\">")), "{href}");
                assert_eq!(&attribute(&html, &["rel=\"canonical\""], "href"), href);
            }
        }
        // The address without a language is its own, whoever reads it: a canonical address that
        // is another language's is taken for a mistake.
        let english = Request::new("GET", page).header("Accept-Language", "en");
        let html = server.send(&english).text();
        let canonical = attribute(&html, &["rel=\"canonical\""], "href");
        assert_eq!(path(&canonical), page);
    }
}

#[test]
fn only_what_is_worth_finding_is_listed() {
    let (_folder, server) = demo();
    for (page, listed) in [
        ("/", true),
        (&*format!("/calendars/{CALENDAR}"), true),
        (&*format!("/calendars/{CALENDAR}?view=past"), false),
        ("/search?q=a", true),
        ("/nowhere", false),
    ] {
        let html = server.get(page).text();
        assert_eq!(!html.contains("content=\"noindex\""), listed, "{page}");
        assert_eq!(html.contains("rel=\"canonical\""), listed, "{page}");
    }
}

#[test]
fn the_subscribe_sheet_carries_tags_and_a_code_for_phones() {
    let (_folder, server) = demo();
    let html = server
        .get(&format!(
            "/calendars/{CALENDAR}/subscribe?tags=home,-friendly"
        ))
        .text();
    let address = attribute(&html, &["id=\"address\""], "value");
    assert!(
        address.ends_with(&format!("/feeds/{CALENDAR}.ics?tags=home,-friendly")),
        "{address}"
    );
    assert!(html.contains("<svg class=\"qr\"") && html.contains("<path d=\"M4 4h7"));
    let bad = server.get(&format!(
        "/calendars/{CALENDAR}/subscribe?tags=%3Cscript%3E"
    ));
    assert_eq!(bad.status, 400);
    assert!(!bad.text().contains("<script>"));
}

#[test]
fn a_feed_of_some_tags_holds_their_events_and_is_another_feed() {
    let (_folder, server) = demo();
    let feed = |query: &str| server.get(&format!("/feeds/{CALENDAR}.ics{query}"));
    let uids = |text: &str| -> BTreeSet<String> {
        let each = text_between(text, "\r\nUID:", "\r\n").into_iter();
        each.map(str::to_owned).collect()
    };
    let (all, home, away) = (feed(""), feed("?tags=home"), feed("?tags=-home"));
    let (every, at_home, others) = (uids(&all.text()), uids(&home.text()), uids(&away.text()));
    assert!(!at_home.is_empty() && !others.is_empty() && at_home.is_disjoint(&others));
    assert_eq!(&at_home | &others, every);
    let same = feed("?tags=home&x=1");
    assert_eq!(same.header("etag"), home.header("etag"));
    assert_ne!(all.header("etag"), home.header("etag"));
    let known = Request::new("GET", &format!("/feeds/{CALENDAR}.ics?tags=home"));
    let known = known.header("If-None-Match", home.header("etag").expect("an ETag"));
    assert_eq!(server.send(&known).status, 304);
    assert_eq!(feed("?tags=%3Cb%3E").status, 400);
    assert_eq!(
        feed("?tags=nothing-has-this")
            .text()
            .matches("BEGIN:VEVENT")
            .count(),
        0
    );
}
