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

/// A form of fields and perhaps a picture, as a browser sends it.
fn form(path: &str, fields: &[(&str, &str)], image: Option<&[u8]>) -> Request {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--zz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    if let Some(image) = image {
        let head = "--zz\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\
                    Content-Type: image/png\r\n\r\n";
        body.extend(head.as_bytes());
        body.extend(image);
        body.extend(b"\r\n");
    }
    body.extend(b"--zz--\r\n");
    Request::new("POST", path)
        .header("Sec-Fetch-Site", "same-origin")
        .header("Accept-Language", "ko")
        .body("multipart/form-data; boundary=zz", body)
}

fn hidden(page: &str, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let rest = page.split(&start).nth(1).unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}

/// The address of the form about the single event.
fn about_event(server: &Server) -> String {
    let list = server.get("/calendars/bada?view=list").text();
    let id = list
        .split("/events/")
        .find(|rest| rest.contains("바다 첫 경기"));
    let id = id.unwrap().chars().take(22).collect::<String>();
    format!("/tips/new?event={id}")
}

fn receipt_of(answer: &Response) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let to = answer.header("location").unwrap();
    to.split('?').next().unwrap().to_owned()
}

#[test]
fn a_reader_corrects_an_event_amends_it_and_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    let path = about_event(&server);
    let page = server.get(&path).text();
    assert!(page.contains("바다 첫 경기") && page.contains("value=\"18:30\""));
    let mut fields = vec![
        ("title", "바다 첫 경기"),
        ("date", "2027-04-05"),
        ("start", "17:00"),
        ("end", "20:00"),
        ("place", "바다구장"),
        ("note", "<img src=x onerror=alert(1)>"),
    ];
    let (challenge, version) = (hidden(&page, "challenge"), hidden(&page, "version"));
    fields.extend([("challenge", challenge.as_str()), ("version", &version)]);
    let answer = server.send(&form(&path, &fields, None));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("tips=") && cookie.contains("HttpOnly"));
    let receipt = receipt_of(&answer);
    // A second tap on the button.
    assert_eq!(
        receipt_of(&server.send(&form(&path, &fields, None))),
        receipt
    );
    let seen = server.get(&format!("{receipt}?done=sent"));
    for (name, want) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex"),
    ] {
        assert_eq!(seen.header(name), Some(want));
    }
    let text = seen.text();
    // C5: what a stranger wrote is inert.
    assert!(!text.contains("<img src=x") && text.contains("onerror"));
    assert!(
        text.contains("오후 6:30") && text.contains("오후 5:00"),
        "{text}"
    );
    let amend = format!("{receipt}/amend");
    let page = server.get(&amend).text();
    assert!(
        page.contains("value=\"17:00\""),
        "what was told stands in the form"
    );
    fields[2] = ("start", "16:00");
    let answer = server.send(&form(&amend, &fields, None));
    assert_eq!(receipt_of(&answer), receipt);
    assert!(server.get(&receipt).text().contains("오후 4:00"));
    let withdraw = format!("{receipt}/withdraw");
    let request = Request::new("POST", &withdraw).header("Origin", "null");
    assert_eq!(server.send(&request).status, 303);
    assert_eq!(server.send(&request).status, 409);
    assert!(server.get(&receipt).text().contains("거둬들인"));
    assert_eq!(server.get(&amend).status, 409);
    assert_eq!(server.get("/tips/0123456789abcdefABCDEF").status, 404);
}

#[test]
fn what_was_typed_stays_where_something_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    let path = about_event(&server);
    let long = "가".repeat(600);
    let cases: [(&str, &str, &str); 5] = [
        ("title", "<b>나\u{202e}", "title-fault"),
        ("date", "2027-02-30", "date-fault"),
        ("end", "이런", "end-fault"),
        ("evidence_url", "javascript:alert(1)", "evidence-fault"),
        ("note", &long, "note-fault"),
    ];
    for (field, value, fault) in cases {
        let mut fields = vec![
            ("title", "바다 첫 경기"),
            ("date", "2027-04-05"),
            ("start", "17:30"),
            ("end", "20:00"),
            ("place", "달구장"),
        ];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let answer = server.send(&form(&path, &fields, None));
        let text = answer.text();
        assert_eq!(answer.status, 400, "{field}: {text}");
        assert!(text.contains(&format!("id=\"{fault}\"")), "{field}: {text}");
        assert!(text.contains("달구장"), "{field}");
        assert!(!text.contains("<b>나"), "{field}");
    }
}

#[test]
fn b20_pictures_are_taken_and_what_is_none_is_refused_beside_its_field() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    let path = about_event(&server);
    let fields = [
        ("title", "바다 첫 경기"),
        ("note", "사진을 보세요"),
        ("date", "2027-04-05"),
        ("start", "18:30"),
        ("end", "21:30"),
        ("place", "바다구장"),
    ];
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[200; 192]).unwrap();
    writer.finish().unwrap();
    let sent = server.send(&form(&path, &fields, Some(&bytes)));
    let receipt = receipt_of(&sent);
    assert!(server.get(&receipt).text().contains("함께 보냈어요"));
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let refused = server.send(&form(&path, &fields, Some(svg)));
    assert_eq!(refused.status, 400);
    assert!(
        refused.text().contains("id=\"image-fault\"") && refused.text().contains("사진을 보세요")
    );
    // The picture of a form with another fault need not be chosen again.
    let mut faulty = fields.to_vec();
    faulty.push(("evidence_url", "no address"));
    let refused = server.send(&form(&path, &faulty, Some(&bytes)));
    assert_eq!(refused.status, 400);
    let kept = hidden(&refused.text(), "kept");
    assert!(kept.len() > 60, "{kept}");
    let mut again = fields.to_vec();
    again.push(("kept", &kept));
    let sent = server.send(&form(&path, &again, None));
    assert!(
        server
            .get(&receipt_of(&sent))
            .text()
            .contains("함께 보냈어요")
    );
}

#[test]
fn d13_what_a_machine_fills_in_is_taken_without_a_word_and_scored() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    let fields = [
        ("title", "공짜 쿠폰"),
        ("date", "2027-05-01"),
        ("homepage", "https://spam.example"),
    ];
    let sent = server.send(&form("/tips/new?calendar=bada", &fields, None));
    assert!(receipt_of(&sent).starts_with("/tips/"));
}

#[test]
fn a_wish_is_seen_by_nobody_before_the_desk_has_listed_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path());
    let sent = server.send(&form("/tips/new", &[("title", "여자 축구")], None));
    let receipt = server.get(&receipt_of(&sent)).text();
    assert!(receipt.contains("여자 축구"));
    assert!(!server.get("/tips/requests").text().contains("여자 축구"));
    let second = "/tips/requests/00000000-0000-0000-0000-000000000000/second";
    let request = Request::new("POST", second).body("application/x-www-form-urlencoded", "x=1");
    assert_eq!(server.send(&request).status, 404);
}
