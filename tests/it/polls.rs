//! What a polling client sees: validators, conditional requests, codings, errors. The numbers of
//! the tests' comments are those of the findings on calendar clients that they keep.

use crate::given::{self, at, draft, event, game, now};
use bytes::Bytes;
use domain::calendar::{Calendar, Visibility};
use domain::event::Status;
use feeds::{Asked, Feeds, Settings};
use http::{HeaderMap, HeaderName, Method, Response, StatusCode};
use ingest::{Import, Reading, Removals, Target, bring_in};
use std::sync::Arc;
use store::Db;

struct Node {
    fresh: crate::databases::Fresh,
    feeds: Arc<Feeds>,
    calendar: Calendar,
}

impl Node {
    async fn start() -> Self {
        let fresh = crate::databases::Fresh::sqlite().await;
        let calendar = given::calendar(&fresh.db, "haneul").await;
        let node = Self {
            feeds: engine(&fresh.db).await,
            fresh,
            calendar,
        };
        node.import("하늘 대 바다", Status::Confirmed).await;
        node
    }

    async fn import(&self, title: &str, status: Status) {
        let mut body = game(title, "2027-04-05T18:30:00");
        body.main.status = status;
        let drafts = vec![
            draft(Some("a"), body),
            draft(Some("b"), game("하늘 대 숲", "2026-01-05T18:30:00")),
        ];
        let reading = Reading {
            drafts,
            ..Reading::default()
        };
        let target = Target::Known(&self.calendar);
        let import = Import {
            target,
            source: "import",
            reading: &reading,
            removals: Removals::Guarded,
            at: now(),
        };
        bring_in(&self.fresh.db, &import, false).await.unwrap();
        self.feeds.refresh().await.unwrap();
    }

    async fn ask(&self, target: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
        self.send(&Method::GET, target, headers).await
    }

    async fn send(
        &self,
        method: &Method,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Response<Bytes> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        self.feeds
            .answer(Asked {
                method,
                target,
                headers: &map,
                peer: None,
            })
            .await
    }
}

async fn engine(db: &Db) -> Arc<Feeds> {
    let settings = Settings {
        base_url: "https://almanac.example".into(),
        cache_bytes: 1 << 20,
        clock: domain::clock::Clock::fixed(at("2026-11-22T04:00:00Z")),
    };
    Feeds::start(db.clone(), settings, "lineage".into())
        .await
        .unwrap()
}

fn header<'a>(answer: &'a Response<Bytes>, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .map_or("", |v| v.to_str().unwrap())
}

fn text(answer: &Response<Bytes>) -> String {
    String::from_utf8(answer.body().to_vec())
        .unwrap()
        .replace("\r\n ", "")
}

const FEED: &str = "/feeds/haneul.ics";

#[tokio::test]
async fn a_feed_has_the_headers_that_clients_look_for() {
    let node = Node::start().await;
    let answer = node.ask(FEED, &[]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        header(&answer, "content-type"),
        "text/calendar; charset=utf-8"
    );
    assert_eq!(
        header(&answer, "content-length"),
        answer.body().len().to_string()
    );
    assert!(header(&answer, "etag").starts_with('"') && header(&answer, "etag").len() == 24);
    assert!(header(&answer, "last-modified").ends_with(" GMT"));
    assert!(header(&answer, "cache-control").starts_with("public, max-age="));
    assert_eq!(
        header(&answer, "vary"),
        "Accept-Encoding, Prefer, Sync-Token"
    );
    assert_eq!(header(&answer, "access-control-allow-origin"), "*");
    assert!(header(&answer, "content-disposition").starts_with("inline; filename=\"haneul.ics\""));
    assert!(answer.body().starts_with(b"BEGIN:VCALENDAR\r\n"));
    assert_eq!(
        feeds::verify(answer.body()),
        Ok(1),
        "the game of January lies outside the window"
    );
}

#[tokio::test]
async fn the_same_revision_is_the_same_bytes_on_every_node() {
    let node = Node::start().await;
    let first = node.ask(FEED, &[]).await;
    let other = Node {
        feeds: engine(&node.fresh.db).await,
        ..node
    };
    let second = other.ask(FEED, &[]).await;
    assert_eq!(first.body(), second.body());
    assert_eq!(header(&first, "etag"), header(&second, "etag"));
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let node = Node::start().await;
    let get = node.ask(FEED, &[("accept-encoding", "gzip")]).await;
    let head = node
        .send(&Method::HEAD, FEED, &[("accept-encoding", "gzip")])
        .await;
    assert!(head.body().is_empty());
    assert_eq!(get.headers(), head.headers());
    assert_eq!(get.status(), head.status());
}

#[tokio::test]
async fn the_validator_moves_with_the_calendar_and_with_the_question() {
    let node = Node::start().await;
    let etag = header(&node.ask(FEED, &[]).await, "etag").to_owned();
    let mut seen = vec![etag.clone()];
    for query in ["?for=standard", "?lang=en", "?past=all", "?past=30d"] {
        seen.push(header(&node.ask(&format!("{FEED}{query}"), &[]).await, "etag").to_owned());
    }
    seen.push(
        header(
            &node.ask(FEED, &[("accept-encoding", "gzip")]).await,
            "etag",
        )
        .to_owned(),
    );
    node.import("하늘 대 바다", Status::Cancelled).await;
    seen.push(header(&node.ask(FEED, &[]).await, "etag").to_owned());
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), seen.len(), "{seen:?}");
    let same = node.ask(&format!("{FEED}?utm=1&lang=ko"), &[]).await;
    assert_eq!(
        header(&same, "etag"),
        seen[6],
        "unknown keys and defaults ask the same"
    );
}

#[tokio::test]
async fn a_client_that_has_it_gets_304_with_the_same_validators() {
    let node = Node::start().await;
    let full = node.ask(FEED, &[]).await;
    let (etag, modified) = (header(&full, "etag"), header(&full, "last-modified"));
    for (name, value) in [("if-none-match", etag), ("if-modified-since", modified)] {
        let again = node.ask(FEED, &[(name, value)]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{name}");
        assert!(again.body().is_empty());
        assert_eq!(header(&again, "etag"), etag);
        assert_eq!(header(&again, "last-modified"), modified);
        assert_eq!(
            header(&again, "cache-control"),
            header(&full, "cache-control")
        );
    }
    node.import("하늘 대 바다", Status::Cancelled).await;
    let later = node
        .ask(
            FEED,
            &[("if-none-match", etag), ("if-modified-since", modified)],
        )
        .await;
    assert_eq!(later.status(), StatusCode::OK);
    let old = node.ask(FEED, &[("if-modified-since", modified)]).await;
    assert_eq!(old.status(), StatusCode::OK);
}

#[tokio::test]
async fn each_coding_has_a_validator_of_its_own_and_the_smallest_is_liked_best() {
    let node = Node::start().await;
    for (accept, name, suffix) in [
        ("gzip, deflate, br, zstd", "br", "-br\""),
        ("gzip, zstd", "zstd", "-zs\""),
        ("gzip", "gzip", "-gz\""),
        ("br;q=0, gzip;q=0.1", "gzip", "-gz\""),
    ] {
        // Twice: the second answer is the one that lies ready.
        for _ in 0..2 {
            let answer = node.ask(FEED, &[("accept-encoding", accept)]).await;
            assert_eq!(header(&answer, "content-encoding"), name, "{accept}");
            let tag = header(&answer, "etag").to_owned();
            assert!(tag.ends_with(suffix), "{tag}");
            let again = [("accept-encoding", accept), ("if-none-match", tag.as_str())];
            let again = node.ask(FEED, &again).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
            assert_eq!(header(&again, "etag"), tag);
        }
    }
}

#[tokio::test]
async fn gzip_holds_the_same_bytes() {
    use std::io::Read as _;
    let node = Node::start().await;
    let plain = node.ask(FEED, &[]).await;
    let packed = node.ask(FEED, &[("accept-encoding", "gzip")]).await;
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    assert_eq!(
        header(&packed, "content-length"),
        packed.body().len().to_string()
    );
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed.body()[..])
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain.body().to_vec());
    let tag = header(&packed, "etag");
    assert!(tag.ends_with("-gz\""));
    let again = node
        .ask(FEED, &[("accept-encoding", "gzip"), ("if-none-match", tag)])
        .await;
    assert_eq!(
        (again.status(), header(&again, "etag")),
        (StatusCode::NOT_MODIFIED, tag)
    );
}

#[tokio::test]
async fn a_called_off_game_stays_and_says_so_in_the_feed_s_language() {
    let node = Node::start().await;
    node.import("하늘 대 바다", Status::Cancelled).await;
    let ko = text(&node.ask(FEED, &[]).await);
    assert!(
        ko.contains("SUMMARY:[취소] 하늘 대 바다") && !ko.contains("STATUS:CANCELLED"),
        "{ko}"
    );
    let en = text(&node.ask(&format!("{FEED}?lang=en"), &[]).await);
    assert!(en.contains("SUMMARY:[Cancelled] 하늘 대 바다"), "{en}");
    let standard = text(&node.ask(&format!("{FEED}?for=standard"), &[]).await);
    assert!(standard.contains("SUMMARY:하늘 대 바다") && standard.contains("STATUS:CANCELLED"));
}

#[tokio::test]
async fn the_past_is_a_window_that_can_be_opened() {
    let node = Node::start().await;
    for (query, count) in [
        ("", 1),
        ("?past=30d", 1),
        ("?past=365d", 2),
        ("?past=all", 2),
    ] {
        let answer = node.ask(&format!("{FEED}{query}"), &[]).await;
        assert_eq!(feeds::verify(answer.body()), Ok(count), "{query}");
    }
}

#[tokio::test]
async fn strangers_get_problems_that_no_client_takes_for_a_calendar() {
    let node = Node::start().await;
    for (target, status, word) in [
        ("/feeds/nobody.ics", 404, "no such calendar"),
        ("/feeds/haneul.txt", 404, "no such calendar"),
        ("/feeds/", 404, "no such calendar"),
        ("/feeds/a/b.ics", 404, "no such calendar"),
        ("/feeds/..%2fhaneul.ics", 404, "no such calendar"),
        ("/feeds/haneul.ics?past=banana", 400, "\"field\":\"past\""),
        ("/feeds/haneul.ics?for=fax", 400, "\"field\":\"for\""),
        ("/feeds/haneul.ics?lang=xx", 400, "\"field\":\"lang\""),
    ] {
        let answer = node.ask(target, &[]).await;
        assert_eq!(answer.status().as_u16(), status, "{target}");
        assert_eq!(header(&answer, "content-type"), "application/problem+json");
        assert!(text(&answer).contains(word), "{target}: {}", text(&answer));
        assert_eq!(header(&answer, "etag"), "");
    }
    let posted = node.send(&Method::POST, FEED, &[]).await;
    assert_eq!(
        (posted.status().as_u16(), header(&posted, "allow")),
        (405, "GET, HEAD")
    );
}

#[tokio::test]
async fn a_feed_is_reached_by_every_name_it_ever_had_without_a_redirect() {
    let node = Node::start().await;
    let mut tx = node.fresh.db.begin().await.unwrap();
    let mut profile = node.calendar.profile.clone();
    profile.slug = given::slug("haneul-2027");
    store::calendars::update_profile(&mut tx, node.calendar.id, &profile, now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    node.feeds.refresh().await.unwrap();
    for name in ["haneul", "haneul-2027", node.calendar.public_id.as_str()] {
        assert_eq!(
            node.ask(&format!("/feeds/{name}.ics"), &[]).await.status(),
            StatusCode::OK,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_withdrawn_calendar_is_gone_and_can_come_back() {
    let node = Node::start().await;
    for (visibility, status) in [(Visibility::Withdrawn, 410), (Visibility::Public, 200)] {
        let mut tx = node.fresh.db.begin().await.unwrap();
        store::calendars::set_visibility(&mut tx, node.calendar.id, visibility, now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        node.feeds.refresh().await.unwrap();
        assert_eq!(node.ask(FEED, &[]).await.status().as_u16(), status);
    }
}

#[tokio::test]
async fn while_the_database_is_away_the_last_good_bytes_are_served_and_never_an_empty_feed() {
    let node = Node::start().await;
    given::calendar(&node.fresh.db, "never-asked").await;
    node.feeds.refresh().await.unwrap();
    let before = node.ask(FEED, &[]).await;
    node.fresh.db.close().await;
    assert!(node.feeds.refresh().await.is_err());
    let after = node.ask(FEED, &[]).await;
    assert_eq!(
        (before.status(), before.body()),
        (after.status(), after.body())
    );
    // Its events are in memory: other forms of it can still be made.
    let other_form = node.ask(&format!("{FEED}?past=all"), &[]).await;
    assert_eq!(other_form.status(), StatusCode::OK);
    assert_eq!(feeds::verify(other_form.body()), Ok(2));
    let never_made = node.ask("/feeds/never-asked.ics", &[]).await;
    assert_eq!(never_made.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&never_made, "retry-after"), "60");
    assert_eq!(
        header(&never_made, "content-type"),
        "application/problem+json"
    );
}

#[tokio::test]
async fn many_who_ask_at_once_get_the_same_bytes() {
    let node = Arc::new(Node::start().await);
    node.import("하늘 대 숲", Status::Confirmed).await;
    let mut tasks = Vec::new();
    for _ in 0..32 {
        let node = node.clone();
        tasks.push(tokio::spawn(async move {
            node.ask(FEED, &[]).await.into_body()
        }));
    }
    let mut bodies = Vec::new();
    for task in tasks {
        bodies.push(task.await.unwrap());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
}

#[tokio::test]
async fn memory_is_bounded_and_what_went_is_made_again() {
    let fresh = crate::databases::Fresh::sqlite().await;
    let mut tags = Vec::new();
    let settings = Settings {
        base_url: "https://almanac.example".into(),
        cache_bytes: 6_000,
        clock: domain::clock::Clock::fixed(at("2026-11-22T04:00:00Z")),
    };
    for name in ["c1", "c2", "c3", "c4", "c5"] {
        let calendar = given::calendar(&fresh.db, name).await;
        let mut tx = fresh.db.begin().await.unwrap();
        let zone = &calendar.profile.zone;
        let writes = vec![store::publish::Write::Create(event(
            "a",
            game("경기", "2027-04-05T18:30:00"),
        ))];
        let batch = store::publish::Batch {
            calendar: calendar.id,
            zone,
            source: None,
            at: at("2026-11-22T04:00:00Z"),
            writes,
        };
        store::publish::publish(&mut tx, batch).await.unwrap();
        tx.commit().await.unwrap();
    }
    let feeds = Feeds::start(fresh.db.clone(), settings, "lineage".into())
        .await
        .unwrap();
    let headers = HeaderMap::new();
    for round in 0..2 {
        for (n, name) in ["c1", "c2", "c3", "c4", "c5"].iter().enumerate() {
            let path = format!("/feeds/{name}.ics");
            let asked = Asked {
                method: &Method::GET,
                target: &path,
                headers: &headers,
                peer: None,
            };
            let answer = feeds.answer(asked).await;
            assert_eq!(answer.status(), StatusCode::OK);
            let body = answer.into_body();
            if round == 0 {
                tags.push(body);
            } else {
                assert_eq!(tags[n], body);
            }
        }
    }
}
