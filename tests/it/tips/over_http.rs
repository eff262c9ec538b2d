//! Tips over HTTP: what programs send, and what is refused.

use crate::support::http::{Request, Response};
use crate::support::server::{Server, cli};
use serde_json::{Value, json};
use std::path::Path;

/// A program with one calendar of a weekly and a single event.
fn started(folder: &Path) -> Server {
    let data = folder.join("data");
    let file = folder.join("bada.ics");
    let lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//test//test//KO",
        "BEGIN:VEVENT",
        "UID:a@bada",
        "DTSTAMP:20261101T000000Z",
        "DTSTART;TZID=Asia/Seoul:20270405T183000",
        "DTEND;TZID=Asia/Seoul:20270405T213000",
        "SUMMARY:바다 첫 경기",
        "LOCATION:바다구장",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:w@bada",
        "DTSTAMP:20261101T000000Z",
        "DTSTART;TZID=Asia/Seoul:20270401T100000",
        "DTEND;TZID=Asia/Seoul:20270401T110000",
        "RRULE:FREQ=WEEKLY;COUNT=5",
        "SUMMARY:바다 연습",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ];
    std::fs::write(&file, lines.join("\r\n")).unwrap();
    import(folder, &file);
    Server::start(&data, &[])
}

fn import(folder: &Path, file: &Path) {
    let (file, data) = (file.display().to_string(), folder.join("data"));
    let data = data.display().to_string();
    let done = cli(&["import", &file, "--calendar", "bada", "--data-dir", &data]);
    assert_eq!(done.code, 0, "{}", done.stderr);
}

fn post(server: &Server, tip: &Value) -> Response {
    let request = Request::new("POST", "/api/v1/tips");
    server.send(&request.body("application/json", tip.to_string()))
}

fn fields(answer: &Response) -> Vec<String> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    errors
        .iter()
        .map(|one| one["field"].as_str().unwrap().to_owned())
        .collect()
}

fn new_event(title: &str) -> Value {
    json!({
        "kind": "new_event", "calendar": "bada", "note": "비밀 쪽지",
        "changes": { "title": title, "start": "2027-05-01T18:30" },
    })
}

#[test]
fn d7_nothing_of_a_tip_is_public_before_a_decision() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    let answer = post(&server, &new_event("제보카나리아"));
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.header("location"), body["receipt"].as_str());
    let search = "/search?q=%EC%A0%9C%EB%B3%B4%EC%B9%B4%EB%82%98%EB%A6%AC%EC%95%84";
    for path in [
        "/",
        "/week",
        "/calendars/bada?view=list",
        "/calendars/bada?month=2027-05",
        "/feeds/bada.ics",
        "/feeds/bada.json",
        "/feeds/bada.rss",
        "/api/v1/calendars",
        "/api/v1/calendars/bada/events?from=2027-01-01&to=2027-12-01",
        "/api/v1/calendars/bada/changes?since=0",
        "/tips/requests",
        "/sitemap/events-1.xml",
        search,
    ] {
        let text = server.get(path).text();
        assert!(!text.contains("비밀 쪽지"), "{path}");
        let found = text.replace("value=\"제보카나리아\"", "");
        let searched = path == search;
        assert!(searched || !found.contains("제보카나리아"), "{path}");
    }
    let api = server
        .get(&format!("/api/v1{search}&from=2027-01-01"))
        .text();
    assert!(api.contains("\"items\":[]"), "{api}");
}

#[test]
fn d2_every_fault_is_a_problem_document_that_names_the_field() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    let change = |changes: Value| json!({ "kind": "correction", "calendar": "bada", "event": "a@bada", "changes": changes });
    let long = "가".repeat(5_000);
    for (tip, want) in [
        (json!({ "kind": "fax" }), "kind"),
        (json!({ "kind": "new_event", "changes": {} }), "calendar"),
        (
            json!({ "kind": "new_event", "calendar": "nope" }),
            "calendar",
        ),
        (json!({ "kind": "correction", "changes": {} }), "event"),
        (json!({ "kind": "correction", "event": "a@bada" }), "event"),
        (
            json!({ "kind": "correction", "event": "0000000000000000000000" }),
            "event",
        ),
        (
            json!({ "kind": "new_calendar", "changes": {} }),
            "changes.title",
        ),
        (
            json!({ "kind": "correction", "status": "published" }),
            "status",
        ),
        (change(json!({ "verified": true })), "changes.verified"),
        (change(json!({ "title": "a\u{202e}b" })), "changes.title"),
        (change(json!({ "place": "a\u{0}b" })), "changes.place"),
        (
            change(json!({ "description": long })),
            "changes.description",
        ),
        (
            change(json!({ "start": "2027-02-30T10:00" })),
            "changes.start",
        ),
        (change(json!({ "end": "2027-04-05T10:00" })), "changes.end"),
        (
            change(json!({ "url": "javascript:alert(1)" })),
            "changes.url",
        ),
        (change(json!({ "place": "바다구장" })), "changes"),
        (change(json!({})), "changes"),
        (
            json!({ "kind": "correction", "calendar": "bada", "event": "a@bada", "revision": 99,
                "changes": { "place": "x" } }),
            "revision",
        ),
        (
            json!({ "kind": "correction", "calendar": "bada", "event": "a@bada", "note": "n",
                "evidence_url": "data:text/html,x" }),
            "evidence_url",
        ),
        (
            json!({ "kind": "cancellation", "calendar": "bada", "event": "w@bada" }),
            "recurrence_id",
        ),
        (
            json!({ "kind": "cancellation", "calendar": "bada", "event": "w@bada",
                "recurrence_id": "2027-04-02T10:00:00" }),
            "recurrence_id",
        ),
    ] {
        let answer = post(&server, &tip);
        assert_eq!(answer.status, 400, "{tip}: {}", answer.text());
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(fields(&answer), [want], "{tip}");
    }
    let huge = json!({ "kind": "new_event", "note": "x".repeat(600 << 10) });
    assert_eq!(post(&server, &huge).status, 413);
    let form = Request::new("POST", "/api/v1/tips").body("text/plain", "{}");
    assert_eq!(server.send(&form).status, 415);
}

#[test]
fn one_date_of_a_series_can_be_called_off() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    let tip = json!({
        "kind": "cancellation", "calendar": "bada", "event": "w@bada",
        "recurrence_id": "2027-04-08T10:00:00", "note": "비가 와요",
    });
    assert_eq!(post(&server, &tip).status, 201);
}

#[test]
fn a_patch_against_an_old_revision_is_refused_only_where_both_changed_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    let list = "/api/v1/calendars/bada/events?from=2027-04-05&to=2027-04-06";
    let items: Value = serde_json::from_slice(&server.get(list).body).unwrap();
    let revision = items["items"][0]["revision"].as_i64().unwrap();
    let file = folder.path().join("bada.ics");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("바다구장", "강구장")).unwrap();
    import(folder.path(), &file);
    server.get_until(list, std::time::Duration::from_secs(5), |answer| {
        answer.text().contains("강구장")
    });
    let tip = |changes: Value| {
        json!({ "kind": "correction", "calendar": "bada", "event": "a@bada",
            "revision": revision, "changes": changes })
    };
    let clash = post(&server, &tip(json!({ "place": "산구장" })));
    assert_eq!(clash.status, 409);
    assert_eq!(fields(&clash), ["changes.place"]);
    let other = post(&server, &tip(json!({ "start": "2027-04-05T17:00" })));
    assert_eq!(other.status, 201, "{}", other.text());
}

#[test]
fn a_program_that_tries_again_gets_the_same_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    let send = |tip: &Value, key: &str| {
        let request = Request::new("POST", "/api/v1/tips").header("Idempotency-Key", key);
        let answer = server.send(&request.body("application/json", tip.to_string()));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.header("location").unwrap().to_owned()
    };
    let (one, other) = (new_event("경기 하나"), new_event("경기 둘"));
    let first = send(&one, "k");
    assert_eq!(send(&one, "k"), first);
    assert_ne!(send(&one, "l"), first);
    assert_ne!(send(&other, "k"), first);
}

#[test]
fn d13_ten_thousand_tips_from_one_network_end_at_its_quota() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    let refused = (0..200)
        .map(|n| post(&server, &new_event(&format!("경기 {n}"))))
        .find(|answer| answer.status != 201)
        .expect("there is a quota");
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
}
