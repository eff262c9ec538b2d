//! The pages over HTTP: what their own crates cannot try without a server.

use crate::support::server::{Server, cli};
use std::path::Path;

fn file(folder: &Path, name: &str, events: &[(&str, &str, &str)]) -> String {
    let entries: Vec<String> = events
        .iter()
        .map(|(uid, title, start)| {
            serde_json::json!({ "uid": uid, "title": title, "start": start }).to_string()
        })
        .collect();
    let path = folder.join(name);
    std::fs::write(&path, format!("[{}]", entries.join(",\n"))).expect("the file is written");
    path.display().to_string()
}

fn import(data: &Path, file: &str, more: &[&str]) -> String {
    let data = data.display().to_string();
    let mut arguments = vec!["import", file, "--calendar", "bada", "--data-dir", &data];
    arguments.extend(more);
    let done = cli(&arguments);
    assert_eq!(done.code, 0, "{}", done.stderr);
    done.stdout
}

fn links(page: &str, prefix: &str) -> Vec<String> {
    let ends = |rest: &str| {
        rest.split(['"', '?', '#'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    page.split("href=\"")
        .skip(1)
        .filter(|r| r.starts_with(prefix))
        .map(ends)
        .collect()
}

#[test]
fn a_removed_event_says_what_happened_and_its_calendar_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let both = [
        ("a", "바다 첫 경기", "2027-04-05T18:30"),
        ("b", "바다 둘째 경기", "2027-04-06T18:30"),
    ];
    import(
        &data,
        &file(folder.path(), "one.json", &both),
        &["--title", "바다 일정"],
    );
    let server = Server::start(&data, &[]);
    let list = server.get("/calendars/bada?view=list").text();
    let pages = links(&list, "/events/");
    assert_eq!(pages.len(), 2, "{list}");
    let first = server.get(&pages[0]);
    assert!(first.text().contains("바다 첫 경기") && first.text().contains("application/ld+json"));
    let told = import(&data, &file(folder.path(), "two.json", &both[1..]), &[]);
    assert!(
        told.ends_with("unchanged 1, cancelled 0, skipped 0, removed 1\n"),
        "{told}"
    );
    let gone = server.get(&pages[0]);
    assert_eq!(gone.status, 410);
    assert!(gone.text().contains("바다 첫 경기") && gone.text().contains("/calendars/bada"));
    assert_eq!(server.get(&pages[1]).status, 200);
    let feed = server.get("/feeds/bada.ics").text();
    assert!(!feed.contains("첫 경기") && feed.contains("둘째 경기"));
}

#[test]
fn a_calendar_s_former_names_lead_to_its_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    import(
        &data,
        &file(
            folder.path(),
            "one.json",
            &[("a", "바다 경기", "2027-04-05T18:30")],
        ),
        &[],
    );
    let server = Server::start(&data, &[]);
    let feed = server.get("/feeds/bada.ics").text();
    let id = feed
        .split("/feeds/")
        .nth(1)
        .and_then(|rest| rest.split(".ics").next());
    let id = id.expect("SOURCE names the permanent address").to_owned();
    let moved = server.get(&format!("/calendars/{id}"));
    assert_eq!(moved.status, 301);
    assert_eq!(moved.header("location"), Some("/calendars/bada"));
    assert_eq!(server.get("/calendars/bada?month=banana").status, 400);
    assert!(
        server
            .get("/calendars/bada?month=banana")
            .text()
            .contains("banana")
    );
}

#[test]
fn pages_speak_the_reader_s_language() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    import(
        &data,
        &file(
            folder.path(),
            "one.json",
            &[("a", "바다 경기", "2027-04-05T18:30")],
        ),
        &[],
    );
    let server = Server::start(&data, &[]);
    for (path, ko, en) in [
        ("/", "구독", "Subscribe"),
        ("/calendars/bada", "구독", "Subscribe"),
    ] {
        for (lang, word) in [("ko", ko), ("en", en)] {
            let request = crate::support::http::Request::new("GET", path);
            let page = server.send(&request.header("Accept-Language", lang)).text();
            assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{path}");
            assert!(page.contains(word), "{path} in {lang}");
        }
    }
}
