//! The read API over HTTP, as a stranger's program sees it: a schedule is imported, asked for in
//! every way there is, and compared with what the OpenAPI document promises.

use crate::support::http::{Request, Response};
use crate::support::schema::misfits;
use crate::support::server::{Server, cli};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A game that is called off, a festival of two days, and four weekly meetings, of which the
/// third does not take place and the second is moved. Far enough ahead that all is to come.
const ICS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//KO\r\n\
    BEGIN:VEVENT\r\nUID:game\r\nDTSTAMP:20260101T000000Z\r\n\
    DTSTART;TZID=Asia/Seoul:21500405T183000\r\nDTEND;TZID=Asia/Seoul:21500405T213000\r\n\
    SUMMARY:하늘 대 바다\r\nLOCATION:하늘 구장\r\nSTATUS:CANCELLED\r\nCATEGORIES:home,cup\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:festival\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:21500410\r\n\
    DTEND;VALUE=DATE:21500412\r\nSUMMARY:하늘 축제\r\nURL:https://haneul.example/festival\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:weekly\r\nDTSTAMP:20260101T000000Z\r\n\
    DTSTART;TZID=Asia/Seoul:21500402T090000\r\nDTEND;TZID=Asia/Seoul:21500402T100000\r\n\
    RRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE;TZID=Asia/Seoul:21500416T090000\r\nSUMMARY:주간 모임\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:weekly\r\nRECURRENCE-ID;TZID=Asia/Seoul:21500409T090000\r\n\
    DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Asia/Seoul:21500409T140000\r\n\
    DTEND;TZID=Asia/Seoul:21500409T150000\r\nSUMMARY:주간 모임(오후)\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:abroad\r\nDTSTAMP:20260101T000000Z\r\n\
    DTSTART;TZID=America/New_York:21500420T190000\r\nSUMMARY:원정\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

struct Scene {
    folder: tempfile::TempDir,
    server: Server,
}

impl Scene {
    /// A server with one calendar, `haneul`.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        import(folder.path(), ICS);
        let server = Server::start(&data(folder.path()), &[]);
        Self { folder, server }
    }

    fn import(&self, ics: &str) {
        import(self.folder.path(), ics);
    }

    fn json(&self, target: &str) -> Value {
        let answer = self.server.get(target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        read(&answer)
    }

    fn items(&self, target: &str) -> Vec<Value> {
        self.json(target)["items"]
            .as_array()
            .expect("items")
            .clone()
    }

    /// A range of the calendar, each item in short.
    fn range(&self, query: &str) -> Vec<String> {
        let target =
            format!("/api/v1/calendars/haneul/events?from=2150-04-01&to=2150-05-01{query}");
        self.items(&target).iter().map(short).collect()
    }

    /// All pages of a list, by following its cursors.
    fn walk(&self, target: &str) -> Vec<Value> {
        let (mut all, mut address) = (Vec::new(), target.to_owned());
        for _ in 0..50 {
            let page = self.json(&address);
            all.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next"].as_str() {
                Some(next) => address = format!("{target}&cursor={next}"),
                None => return all,
            }
        }
        unreachable!("{target} never ends")
    }
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn import(folder: &Path, ics: &str) {
    let file = folder.join("haneul.ics");
    std::fs::write(&file, ics).expect("the file is written");
    let (file, data) = (
        file.display().to_string(),
        data(folder).display().to_string(),
    );
    let done = cli(&[
        "import",
        &file,
        "--calendar",
        "haneul",
        "--title",
        "하늘구단",
        "--data-dir",
        &data,
    ]);
    assert_eq!(done.code, 0, "{}", done.stderr);
}

fn read(answer: &Response) -> Value {
    serde_json::from_slice(&answer.body).expect("JSON")
}

fn text<'a>(item: &'a Value, key: &str) -> &'a str {
    item[key].as_str().unwrap_or("-")
}

fn short(item: &Value) -> String {
    let at = text(item, "recurrence_id");
    format!("{} {} {at}", text(item, "uid"), text(item, "start"))
}

#[test]
fn a_range_is_expanded_instance_by_instance() {
    let scene = Scene::new();
    assert_eq!(
        scene.range(""),
        [
            "weekly 2150-04-02T09:00:00+09:00 2150-04-02T09:00:00",
            "game 2150-04-05T18:30:00+09:00 -",
            "weekly 2150-04-09T14:00:00+09:00 2150-04-09T09:00:00",
            "festival 2150-04-10 -",
            "abroad 2150-04-20T19:00:00-04:00 -",
            "weekly 2150-04-23T09:00:00+09:00 2150-04-23T09:00:00",
        ]
    );
    let items = scene.items("/api/v1/calendars/haneul/events?from=2150-04-01&to=2150-05-01");
    let of = |uid: &str| {
        items
            .iter()
            .find(|item| item["uid"] == uid)
            .expect("listed")
    };
    let (game, festival) = (of("game"), of("festival"));
    assert_eq!(game["status"], "cancelled");
    assert_eq!(game["end"], "2150-04-05T21:30:00+09:00");
    assert_eq!(game["place"], "하늘 구장");
    assert_eq!(game["tags"], serde_json::json!(["home", "cup"]));
    assert_eq!(game["recurrence_id"], Value::Null);
    assert_eq!(festival["all_day"], true);
    assert_eq!(festival["end"], "2150-04-12", "exclusive");
    assert_eq!(festival["url"], "https://haneul.example/festival");
    assert_eq!(of("abroad")["end"], Value::Null);
    assert_eq!(of("abroad")["zone"], "America/New_York");
    let calendar = scene.json("/api/v1/calendars/haneul");
    assert!(
        items
            .iter()
            .all(|item| item["revision"] == calendar["revision"])
    );
    assert!(items.iter().all(|item| item["calendar"] == "haneul"));
    // The page of each is where it says.
    let base = "http://localhost:8080";
    let page = text(&items[2], "page")
        .strip_prefix(base)
        .expect("our address");
    assert!(scene.server.get(page).text().contains("주간 모임(오후)"));
}

#[test]
fn ranges_and_filters_choose() {
    let scene = Scene::new();
    let only = |query: &str| -> Vec<String> {
        let uid = |line: &String| line.split(' ').next().unwrap_or_default().to_owned();
        scene.range(query).iter().map(uid).collect()
    };
    assert_eq!(only("&status=cancelled"), ["game"]);
    assert_eq!(only("&tags=home"), ["game"]);
    assert_eq!(only("&tags=home,-cup"), [""; 0]);
    assert_eq!(only("&tags=-home&limit=2"), ["weekly", "weekly"]);
    let range = |from: &str, to: &str| -> usize {
        let target = format!("/api/v1/calendars/haneul/events?from={from}&to={to}");
        scene.items(&target).len()
    };
    assert_eq!(
        range("2150-04-11", "2150-04-12"),
        1,
        "the second day of the festival"
    );
    assert_eq!(range("2150-04-12", "2150-04-13"), 0);
    assert_eq!(
        range("2150-04-05T19:00:00%2B09:00", "2150-04-05T11:00:00Z"),
        1,
        "under way"
    );
    assert_eq!(
        range("2150-04-05T19:00:00+09:00", "2150-04-05T11:00:00Z"),
        1,
        "a bare plus"
    );
    assert_eq!(range("2150-04-02T00:00:00Z", "2150-04-02T00:00:01Z"), 1);
    // Nothing of this is in the next ninety days.
    assert!(scene.items("/api/v1/calendars/haneul/events").is_empty());
    let next = scene.items("/api/v1/calendars/haneul/next");
    assert_eq!(
        next.iter().map(short).collect::<Vec<_>>(),
        [scene.range("")[0].clone()]
    );
    assert_eq!(
        scene.items("/api/v1/calendars/haneul/next?limit=3").len(),
        3
    );
}

#[test]
fn pages_join_without_a_gap_though_events_come_and_go() {
    let scene = Scene::new();
    let target = "/api/v1/calendars/haneul/events?from=2150-04-01&to=2150-05-01&limit=2";
    let pages: Vec<String> = scene.walk(target).iter().map(short).collect();
    assert_eq!(pages, scene.range(""));
    let first = scene.json(target);
    let cursor = text(&first, "next").to_owned();
    let opening = "BEGIN:VEVENT\r\nUID:opening\r\nDTSTAMP:20260101T000000Z\r\n\
        DTSTART;VALUE=DATE:21500401\r\nSUMMARY:개막\r\nEND:VEVENT\r\nEND:VCALENDAR";
    scene.import(&ICS.replace("END:VCALENDAR", opening));
    assert_eq!(scene.range("").len(), 7);
    let second = scene.items(&format!("{target}&cursor={cursor}"));
    let second: Vec<String> = second.iter().map(short).collect();
    assert_eq!(
        second,
        pages[2..4],
        "what came before the page moves nothing on it"
    );
    for (address, status) in [
        (format!("{target}&cursor={cursor}&x=1"), 200),
        (
            format!("{}&cursor={cursor}", target.replace("limit=2", "limit=9")),
            200,
        ),
        (
            format!("{}&cursor={cursor}", target.replace("05-01", "05-02")),
            409,
        ),
        (format!("{target}&status=confirmed&cursor={cursor}"), 409),
        (format!("/api/v1/calendars?cursor={cursor}"), 409),
    ] {
        assert_eq!(scene.server.get(&address).status, status, "{address}");
    }
}

#[test]
fn a_category_lists_all_its_calendars_events() {
    let scene = Scene::new();
    let range = "from=2150-04-01&to=2150-05-01";
    let all: Vec<String> = scene
        .items(&format!("/api/v1/events?{range}"))
        .iter()
        .map(short)
        .collect();
    assert_eq!(all, scene.range(""));
    let categories = scene.items("/api/v1/categories");
    let used: Vec<&Value> = categories
        .iter()
        .filter(|one| one["calendars"] == 1)
        .collect();
    assert_eq!(used.len(), 1, "{categories:?}");
    let slug = text(used[0], "slug");
    let target = format!("/api/v1/events?category={slug}&{range}&limit=4");
    assert_eq!(scene.walk(&target).len(), 6);
    assert!(
        scene
            .items(&format!("/api/v1/events?category=nothing&{range}"))
            .is_empty()
    );
    assert_eq!(
        scene
            .items(&format!("/api/v1/calendars?category={slug}"))
            .len(),
        1
    );
    assert!(scene.items("/api/v1/calendars?category=nothing").is_empty());
    let calendar = &scene.items("/api/v1/calendars")[0];
    assert_eq!(text(&calendar["next_event"], "uid"), "weekly");
    let id = text(calendar, "id");
    assert_eq!(scene.json(&format!("/api/v1/calendars/{id}")), *calendar);
    assert_eq!(scene.json("/api/v1/calendars")["next"], Value::Null);
}

#[test]
fn changes_are_told_from_a_revision_on_and_an_event_knows_its_history() {
    let scene = Scene::new();
    let before = scene.json("/api/v1/calendars/haneul")["revision"]
        .as_i64()
        .expect("a number");
    let moved = ICS
        .replace("T183000", "T170000")
        .replace("STATUS:CANCELLED", "STATUS:CONFIRMED");
    scene.import(&moved);
    let since = |n: i64| format!("/api/v1/calendars/haneul/changes?since={n}");
    let news = scene.json(&since(before));
    assert_eq!(news["revision"], before + 1);
    let kinds: Vec<_> = news["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|c| (text(c, "kind"), text(c, "uid")))
        .collect();
    assert_eq!(kinds, [("restored", "game")]);
    let id = text(&news["items"][0], "id");
    let event = scene.json(&format!("/api/v1/events/{id}"));
    assert_eq!(event["start"], "2150-04-05T17:00:00+09:00");
    let history: Vec<_> = event["history"]
        .as_array()
        .expect("history")
        .iter()
        .map(|v| (text(v, "kind"), text(v, "start")))
        .collect();
    assert_eq!(
        history,
        [
            ("restored", "2150-04-05T17:00:00+09:00"),
            ("created", "2150-04-05T18:30:00+09:00"),
        ]
    );
    let all = scene.walk(&format!("{}&limit=2", since(0)));
    assert_eq!(all.len(), 5, "four created, one restored");
    assert!(scene.items(&since(before + 1)).is_empty());
    let ahead = scene.server.get(&since(before + 2));
    assert_eq!(ahead.status, 409);
    assert!(read(&ahead)["errors"][0]["field"] == "since");
    assert_eq!(
        scene.server.get("/api/v1/calendars/haneul/changes").status,
        400
    );

    let weekly = scene.items("/api/v1/calendars/haneul/next").remove(0);
    let series = scene.json(&format!("/api/v1/events/{}", text(&weekly, "id")));
    assert_eq!(series["rules"], serde_json::json!(["FREQ=WEEKLY;COUNT=4"]));
    assert_eq!(series["coming"].as_array().map(Vec::len), Some(3));
}

#[test]
fn faults_are_problem_documents_that_name_their_field() {
    let scene = Scene::new();
    let events = "/api/v1/calendars/haneul/events";
    for (query, fields) in [
        ("from=banana", &["from"][..]),
        ("from=2150-04-02&to=2150-04-01", &["to"]),
        ("from=2150-04-01&to=2160-04-01", &["to"]),
        ("from=9999-04-01", &["from"]),
        ("limit=0", &["limit"]),
        ("limit=201&status=late", &["limit", "status"]),
        ("limit=1&limit=2", &["limit"]),
        ("cursor=banana", &["cursor"]),
        ("tags=%00", &["tags"]),
    ] {
        let answer = scene.server.get(&format!("{events}?{query}"));
        let problem = read(&answer);
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(
            (answer.status, &problem["status"]),
            (400, &Value::from(400)),
            "{query}"
        );
        let named: Vec<&str> = problem["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|e| text(e, "field"))
            .collect();
        assert_eq!(named, fields, "{query}");
        assert!(text(&problem, "detail").contains(fields[0]), "{problem}");
    }
    for (target, status) in [
        ("/api/v1/calendars/nobody", 404),
        ("/api/v1/calendars/nobody/events", 404),
        ("/api/v1/calendars/%00%ff/next", 404),
        ("/api/v1/events/0000000000000000000000", 404),
        ("/api/v1/events/nothing", 404),
        ("/api/v1/nothing", 404),
        ("/api", 404),
    ] {
        let answer = scene.server.get(target);
        assert_eq!(answer.status, status, "{target}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json"),
            "{target}"
        );
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("*"),
            "{target}"
        );
        assert!(answer.header("ratelimit").is_some(), "{target}");
    }
}

#[test]
fn what_a_client_has_is_not_sent_again_and_any_page_may_read() {
    let scene = Scene::new();
    let target = "/api/v1/calendars/haneul/events?from=2150-04-01&to=2150-05-01";
    let first = scene.server.get(target);
    let tag = first.header("etag").expect("a tag").to_owned();
    assert!(tag.starts_with('"'), "{tag} is strong");
    assert!(
        first
            .header("cache-control")
            .is_some_and(|v| v.contains("max-age=30"))
    );
    assert_eq!(first.header("vary"), None);
    let ask = |method: &str| Request::new(method, target).header("If-None-Match", &tag);
    for method in ["GET", "HEAD"] {
        let again = scene.server.send(&ask(method));
        assert_eq!((again.status, again.body.len()), (304, 0), "{method}");
        assert_eq!(again.header("etag"), Some(&*tag));
        assert_eq!(again.header("access-control-allow-origin"), Some("*"));
    }
    scene.import(&ICS.replace("하늘 축제", "하늘 축제 이틀"));
    let changed = |answer: &Response| answer.header("etag") != Some(&*tag);
    scene
        .server
        .get_until(target, Duration::from_secs(2), changed);
    assert_eq!(scene.server.send(&ask("GET")).status, 200);

    let preflight = Request::new("OPTIONS", target)
        .header("Origin", "https://page.example")
        .header("Access-Control-Request-Method", "GET")
        .header("Access-Control-Request-Headers", "if-none-match");
    let preflight = scene.server.send(&preflight);
    assert_eq!(preflight.status, 204);
    let allowed = |name: &str, what: &str| {
        let value = preflight.header(name).unwrap_or_default();
        assert!(value.contains(what), "{name}: {value}");
    };
    allowed("access-control-allow-origin", "*");
    allowed("access-control-allow-methods", "GET");
    allowed("access-control-allow-headers", "If-None-Match");
    assert_eq!(preflight.header("access-control-allow-credentials"), None);
}

#[test]
fn too_many_requests_are_told_when_to_come_back() {
    let scene = Scene::new();
    let target = "/api/v1/categories";
    let claim = Request::new("GET", target).header("X-Forwarded-For", "192.0.2.9");
    let mut refused = None;
    for _ in 0..3_000 {
        let answer = scene.server.send(&claim);
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        let limit = answer.header("ratelimit").expect("told each time");
        assert!(limit.starts_with("\"api\";r="), "{limit}");
        assert_eq!(
            answer.header("ratelimit-policy"),
            Some("\"api\";q=600;w=60")
        );
    }
    let refused = refused.expect("a header of the caller's own does not help");
    assert_eq!(
        refused.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
    for free in ["/", "/healthz", "/feeds/haneul.ics"] {
        assert_eq!(scene.server.get(free).status, 200, "{free} is not the API");
    }
}

#[test]
fn the_document_describes_every_route_and_every_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    let document = read(&server.get("/api/v1/openapi.json"));
    assert!(text(&document, "openapi").starts_with("3.1"));
    let routes = almanac::server::routes();
    let ours = routes
        .iter()
        .filter(|route| route.surface == web::route::Surface::Api);
    let paths: BTreeSet<&str> = ours.map(|route| route.path).collect();
    let described: BTreeSet<&str> = document["paths"]
        .as_object()
        .expect("paths")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(described, paths);
    let list = read(&server.get("/api/v1/events?limit=1"));
    let event = text(&list["items"][0], "id");
    let mut found = Vec::new();
    for (target, path, status) in [
        ("/api/v1/calendars".to_owned(), "/api/v1/calendars", 200),
        (
            "/api/v1/calendars/f1-2026".to_owned(),
            "/api/v1/calendars/{calendar}",
            200,
        ),
        ("/api/v1/categories".to_owned(), "/api/v1/categories", 200),
        ("/api/v1/events?limit=200".to_owned(), "/api/v1/events", 200),
        (
            format!("/api/v1/events/{event}"),
            "/api/v1/events/{id}",
            200,
        ),
        (
            "/api/v1/calendars/rust-project-meetings/events".to_owned(),
            "/api/v1/calendars/{calendar}/events",
            200,
        ),
        (
            "/api/v1/calendars/f1-2026/next?limit=9".to_owned(),
            "/api/v1/calendars/{calendar}/next",
            200,
        ),
        (
            "/api/v1/calendars/f1-2026/changes?since=1".to_owned(),
            "/api/v1/calendars/{calendar}/changes",
            200,
        ),
        (
            "/api/v1/calendars/f1-2026/changes".to_owned(),
            "/api/v1/calendars/{calendar}/changes",
            400,
        ),
        (
            "/api/v1/calendars/nobody".to_owned(),
            "/api/v1/calendars/{calendar}",
            404,
        ),
        ("/readyz".to_owned(), "/readyz", 200),
    ] {
        let answer = server.get(&target);
        assert_eq!(answer.status, status, "{target}");
        let mut response = &document["paths"][path]["get"]["responses"][status.to_string()];
        if let Some(shared) = response["$ref"].as_str() {
            response = document
                .pointer(shared.trim_start_matches('#'))
                .expect("shared");
        }
        let media_type = answer.header("content-type").expect("a type");
        let schema = &response["content"][media_type]["schema"];
        assert!(schema.is_object(), "{target}: {media_type}");
        misfits(&document, schema, &read(&answer), &target, &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
    let page = server.get("/api/docs");
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(paths.iter().all(|path| page.text().contains(path)));
}
