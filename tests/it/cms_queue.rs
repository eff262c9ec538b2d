//! The desk's pages over HTTP, signed in: what moderators see, decide and are told; and the lists
//! that they are made from, on both engines.

use crate::databases::{Fresh, on_both};
use crate::desk::{change, proposal, published, time, tip};
use crate::given::{calendar, event, game, ko, now};
use crate::support::http::{Request, Response};
use crate::support::people::open_session;
use crate::support::server::Server;
use domain::calendar::Calendar;
use domain::event::{Event, Occurrence, Place};
use domain::id::ProposalId;
use domain::key::digest;
use domain::merge::Pin;
use domain::patch::FieldValue;
use domain::people::Role;
use domain::proposal::{Aim, BurstId, Handling, State};
use domain::time::EventTime;
use jiff::{SignedDuration, ToSpan};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::desk_lists::{
    Kind, Queue, Way, burst_sizes, conflicts, glances, health, median_wait, queue_page,
    without_time,
};
use store::proposals::{self, Cursor};
use store::sessions::State as Progress;
use store::{Address, Db};
use web::base_url::BaseUrl;

/// The program on a test's database, and somebody who is signed in.
struct Desk {
    server: Server,
    _data: tempfile::TempDir,
}

impl Desk {
    fn open(fresh: &Fresh) -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = match &fresh.address {
            Address::Embedded(folder) => Server::start(folder, &[]),
            Address::Postgres(url) => Server::start(data.path(), &["--database-url", url]),
        };
        Self {
            server,
            _data: data,
        }
    }

    fn get(&self, cookie: &str, target: &str) -> Response {
        self.server
            .send(&Request::new("GET", target).header("Cookie", cookie))
    }

    fn post(&self, cookie: &str, target: &str, fields: &[(&str, &str)]) -> Response {
        let pairs: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let request = Request::new("POST", target)
            .header("Cookie", cookie)
            .header("Sec-Fetch-Site", "same-origin")
            .body("application/x-www-form-urlencoded", pairs.join("&"));
        self.server.send(&request)
    }
}

async fn signed_in(db: &Db, role: Role) -> String {
    let base = BaseUrl::parse("http://localhost:8080").unwrap();
    let opened = open_session(db, role, Progress::Full).await;
    opened.cookie(&base)
}

/// A calendar with a game at 18:30 that a reader says is at 17:00.
async fn with_tip(db: &Db) -> (Calendar, Event, ProposalId) {
    let home = calendar(db, "haneul").await;
    let game = published(db, &home, "a@haneul").await;
    let id = tip(db, &home, change(game.id, 1, vec![time("17:00")])).await;
    (home, game, id)
}

async fn burst_of(db: &Db, home: &Calendar, size: usize) -> BurstId {
    let burst = BurstId(store::new_id());
    let handling = Handling {
        burst: Some(burst),
        reports: 1,
        ..Handling::default()
    };
    let mut tx = db.begin().await.unwrap();
    for n in 0..size {
        let body = game(&format!("싼 알약 {n}"), "2027-05-01T10:00:00");
        let spam = proposal(home, Aim::Create(Box::new(body)));
        proposals::add_handled(&mut tx, &spam, &handling)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    burst
}

async fn state(db: &Db, id: ProposalId) -> State {
    let mut conn = db.read().await.unwrap();
    let entry = proposals::by_id(&mut conn, id).await.unwrap().unwrap();
    entry.proposal.state
}

async fn waiting(db: &Db) -> i64 {
    let mut conn = db.read().await.unwrap();
    proposals::count_waiting(&mut conn).await.unwrap()
}

fn to(answer: &Response) -> String {
    answer.header("location").unwrap_or_default().to_owned()
}

const SEEN: [(&str, &str); 2] = [("edition", "1"), ("seen_version", "1")];

fn doing<'a>(what: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = SEEN.to_vec();
    all.push(("do", what));
    all.extend(more);
    all
}

on_both! {
    async fn six_reporters_are_one_item_that_one_step_accepts(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let game = published(db, &home, "a@haneul").await;
        let desk = Desk::open(&fresh);
        let joon = signed_in(db, Role::Moderator).await;
        let mut receipts = Vec::new();
        for n in 0..6 {
            let told = json!({
                "kind": "correction", "calendar": "haneul", "event": "a@haneul",
                "changes": { "start": "2027-04-05T17:00" }, "note": format!("현장 공지를 봤어요 {n}"),
                "evidence_url": format!("https://haneul.example/notice/{n}"),
            });
            let request = Request::new("POST", "/api/v1/tips");
            let answer = desk.server.send(&request.body("application/json", told.to_string()));
            assert_eq!(answer.status, 201, "{}", answer.text());
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            let receipt = body["receipt"].as_str().unwrap().to_owned();
            receipts.push(receipt.rsplit('/').next().unwrap().to_owned());
        }
        let list = desk.get(&joon, "/cms/tips?lang=ko");
        assert_eq!(list.status, 200, "{}", list.text());
        assert_eq!(list.header("cache-control"), Some("no-store"));
        let list = list.text();
        assert_eq!(list.matches("data-item").count(), 1, "{list}");
        assert!(list.contains("6명이 제보") && list.contains("6:30") && list.contains("5:00"), "{list}");
        let mut conn = db.read().await.unwrap();
        let all = queue_page(&mut conn, &Queue::of(State::Waiting), (Cursor::START, Way::Later), 9).await.unwrap();
        drop(conn);
        let id = all[0].proposal.id;
        let item = desk.get(&joon, &format!("/cms/tips/{id}?lang=ko")).text();
        for said in ["제보한 사람 6명", "<del>", "<ins>", "haneul.example", "noreferrer nofollow", "현장 공지를 봤어요 5"] {
            assert!(item.contains(said), "{said}: {item}");
        }
        let started = Instant::now();
        let done = desk.post(&joon, &format!("/cms/tips/{id}"), &doing("accept", &[]));
        assert_eq!(done.status, 303, "{}", done.text());
        assert!(to(&done).contains("done=accepted"), "{}", to(&done));
        let limit = Duration::from_secs(20);
        desk.server.get_until("/feeds/haneul.ics", limit, |a| a.text().contains("20270405T170000"));
        let page = format!("/events/{}?lang=ko", game.public_id);
        desk.server.get_until(&page, limit, |a| a.text().contains("오후 5:00"));
        let api = format!("/api/v1/events/{}", game.public_id);
        desk.server.get_until(&api, limit, |a| a.text().contains("2027-04-05T17:00"));
        eprintln!("decided and public everywhere in {:?}", started.elapsed());
        for receipt in receipts {
            let mut conn = db.read().await.unwrap();
            let kept = store::tips::by_receipt(&mut conn, &digest(&receipt)).await.unwrap().unwrap();
            assert_eq!(kept.proposal.unwrap().state, State::Accepted);
        }
        let flash = desk.get(&joon, &to(&done)).text();
        assert!(flash.contains("/cms/tips/undo"), "{flash}");
        let back = desk.post(&joon, "/cms/tips/undo", &[("of", &id.to_string())]);
        assert_eq!(back.status, 303, "{}", back.text());
        desk.server.get_until(&api, limit, |a| a.text().contains("2027-04-05T18:30"));
    }

    async fn a_receipt_follows_its_tip_through_rejection_undo_and_merging(fresh) {
        let db = &fresh.db;
        let (home, game, other) = with_tip(db).await;
        let towards = store::tips::Towards::Proposal {
            calendar: home.id,
            aim: change(game.id, 1, vec![time("16:00")]),
            decided: store::tips::Decided::ByTheDesk,
        };
        let content = store::tips::Content {
            kind: domain::tip::Kind::Correction, instance: None, changes: serde_json::Map::new(),
            lang: domain::text::Lang::KO, note: None, evidence: None, upload: None,
        };
        let print = domain::tip::spam::Print { at_ms: now().as_millisecond(), shape: 1, host: 0, network: [1; 16] };
        let coming = store::tips::Coming { level: domain::tip::trust::Level::Unknown, score: 0, print };
        let mut tx = db.begin().await.unwrap();
        store::tips::send(&mut tx, &digest("r"), &content, &coming, &towards).await.unwrap();
        tx.commit().await.unwrap();
        let behind = async || {
            let mut conn = db.read().await.unwrap();
            let kept = store::tips::by_receipt(&mut conn, &digest("r")).await.unwrap().unwrap();
            let behind = kept.proposal.unwrap();
            (behind.id, behind.state)
        };
        let joon = crate::desk::moderator();
        let desk = desk::Desk::new(db, &joon, now());
        let (first, _) = behind().await;
        desk.mark_spam(first).await.unwrap();
        assert_eq!(behind().await, (first, State::Rejected));
        let again = desk.undo(first).await.unwrap().proposal;
        assert_eq!(behind().await, (again, State::Waiting));
        let mut conn = db.read().await.unwrap();
        assert_eq!(store::tips::of_proposal(&mut conn, again, 9).await.unwrap().len(), 1);
        drop(conn);
        desk.merge_into(again, other).await.unwrap();
        assert_eq!(behind().await, (other, State::Waiting));
        desk.accept(other, desk::Take::Whole).await.unwrap();
        assert_eq!(behind().await, (other, State::Accepted));
    }

    async fn a_burst_of_sixty_is_one_row_rejected_and_taken_back_as_one(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let burst = burst_of(db, &home, 60).await;
        let desk = Desk::open(&fresh);
        let joon = signed_in(db, Role::Moderator).await;
        let list = desk.get(&joon, "/cms/tips?lang=en").text();
        assert_eq!(list.matches("data-item").count(), 1);
        assert!(list.contains("burst of 60"), "{list}");
        let pick = format!("burst-{burst}");
        let done = desk.post(&joon, "/cms/tips", &[("pick", &pick), ("do", "spam")]);
        assert_eq!(done.status, 303, "{}", done.text());
        assert_eq!(waiting(db).await, 0);
        let told = desk.get(&joon, &format!("{}&lang=en", to(&done))).text();
        assert!(told.contains("60 decided."), "{told}");
        let batch = told.split("name=\"batch\" value=\"").nth(1).unwrap();
        let batch = &batch[..36];
        let back = desk.post(&joon, "/cms/tips/undo", &[("batch", batch)]);
        assert_eq!(back.status, 303);
        assert_eq!(waiting(db).await, 60);
        // All that are alike, ticked one by one.
        let alike = desk.get(&joon, &format!("/cms/tips?burst={burst}&all=1")).text();
        assert_eq!(alike.matches(" checked").count(), 50, "a page of them");
    }

    async fn of_two_moderators_one_decides_and_the_other_is_told(fresh) {
        let db = &fresh.db;
        let (home, game, id) = with_tip(db).await;
        let other = tip(db, &home, change(game.id, 1, vec![time("16:00")])).await;
        let desk = Desk::open(&fresh);
        let joon = signed_in(db, Role::Moderator).await;
        let mina = signed_in(db, Role::Editor).await;
        let path = format!("/cms/tips/{id}?lang=en");
        assert_eq!(desk.post(&joon, &path, &doing("claim", &[])).status, 303);
        let seen = desk.get(&mina, &path).text();
        assert!(seen.contains("moderator works on it until"), "{seen}");
        let refused = desk.post(&mina, &path, &doing("accept", &[]));
        assert_eq!(refused.status, 409);
        assert!(refused.text().contains("moderator works on it just now"), "{}", refused.text());
        let done = desk.post(&joon, &path, &doing("reject-known", &[("words", "thanks")]));
        assert_eq!(done.status, 303, "{}", done.text());
        assert!(to(&done).contains(&other.to_string()), "the next comes at once: {}", to(&done));
        let late = desk.post(&mina, &path, &doing("accept", &[]));
        assert_eq!(late.status, 409);
        let late = late.text();
        assert!(late.contains("moderator decided first: Rejected"), "{late}");
        assert!(late.contains("Known already") && late.contains("thanks"), "{late}");
        // At the same moment, on one that nobody has.
        let third = tip(db, &home, change(game.id, 1, vec![time("15:00")])).await;
        let path = format!("/cms/tips/{third}");
        let both = std::thread::scope(|scope| {
            let each = [&joon, &mina].map(|who| scope.spawn(|| desk.post(who, &path, &doing("spam", &[])).status));
            each.map(|one| one.join().unwrap())
        });
        assert!(both == [303, 409] || both == [409, 303], "{both:?}");
        assert_eq!(state(db, third).await, State::Rejected);
    }

    async fn fields_are_taken_one_by_one_edited_asked_about_and_merged(fresh) {
        let db = &fresh.db;
        let (home, game, first) = with_tip(db).await;
        let place = FieldValue::Place(Place { name: ko("바다구장"), geo: None });
        let both = tip(db, &home, change(game.id, 1, vec![time("17:00"), place])).await;
        let desk = Desk::open(&fresh);
        let joon = signed_in(db, Role::Moderator).await;
        let path = format!("/cms/tips/{both}?lang=en");
        let none = desk.post(&joon, &path, &doing("accept", &[("fields", "1")]));
        assert_eq!(none.status, 400);
        assert!(none.text().contains("Tick at least one field"));
        for (what, more, said) in [
            ("ask", [("question", "")], "Write a question"),
            ("reject-other", [("words", "")], "Write the reason"),
            ("merge", [("into", "x")], "Choose one to merge into"),
            ("publish", [("x", "")], "Choose what to do"),
            ("edit", [("start", "tomorrow")], "Please mend the marked fields"),
        ] {
            let refused = desk.post(&joon, &path, &doing(what, &more));
            assert_eq!(refused.status, 400, "{what}");
            assert!(refused.text().contains(said), "{what}: {}", refused.text());
        }
        let stale = [("edition", "7"), ("seen_version", "1"), ("do", "accept")];
        assert_eq!(desk.post(&joon, &path, &stale).status, 409, "amended since it was read");
        let some = desk.post(&joon, &path, &doing("accept", &[("fields", "1"), ("field", "place")]));
        assert_eq!(some.status, 303, "{}", some.text());
        let (body, version, _) = crate::desk::stands(db, game.id).await;
        assert_eq!((body.main.place.name, version), (ko("바다구장"), 2));
        assert_eq!(FieldValue::Time(body.main.time), time("18:30"));
        // Edited, then accepted.
        let path = format!("/cms/tips/{first}?lang=en");
        let edited = [
            ("edition", "1"), ("seen_version", "2"), ("do", "edit"), ("title", "하늘 대 바다"),
            ("start", "2027-04-05 16:30"), ("end", "2027-04-05 19:30"), ("place", "바다구장"),
            ("url", ""), ("result", ""), ("description", ""), ("status", "confirmed"),
        ];
        let done = desk.post(&joon, &path, &edited);
        assert_eq!(done.status, 303, "{}", done.text());
        let (body, version, _) = crate::desk::stands(db, game.id).await;
        assert_eq!((FieldValue::Time(body.main.time), version), (time("16:30"), 3));
        // Asked, and merged.
        let one = tip(db, &home, change(game.id, 3, vec![time("15:00")])).await;
        let two = tip(db, &home, change(game.id, 3, vec![time("15:10")])).await;
        let path = format!("/cms/tips/{one}?lang=en");
        let asked = desk.post(&joon, &path, &doing("ask", &[("question", "Which+gate%3F")]));
        assert_eq!(asked.status, 303, "{}", asked.text());
        assert!(desk.get(&joon, &path).text().contains("Which gate?"));
        let into = two.to_string();
        let merged = desk.post(&joon, &path, &doing("merge", &[("into", &into)]));
        assert_eq!(merged.status, 303, "{}", merged.text());
        assert_eq!(state(db, one).await, State::Superseded);
        // What others changed since stands beside it, and is overruled knowingly only.
        let path = format!("/cms/tips/{two}?lang=en");
        crate::desk::write(db, &home, vec![store::publish::Write::Replace { event: moved(db, &game).await, kind: domain::change::ChangeKind::Rescheduled }]).await;
        let seen = desk.get(&joon, &path).text();
        assert!(seen.contains("Changed since") && seen.contains("name=\"over\""), "{seen}");
        let refused = desk.post(&joon, &path, &[("edition", "1"), ("seen_version", "3"), ("do", "accept")]);
        assert_eq!(refused.status, 409, "{}", refused.text());
        let over = [("edition", "1"), ("seen_version", "4"), ("do", "accept"), ("fields", "1"), ("field", "time"), ("over", "1")];
        assert_eq!(desk.post(&joon, &path, &over).status, 303);
        let (body, ..) = crate::desk::stands(db, game.id).await;
        assert_eq!(FieldValue::Time(body.main.time), time("15:10"));
    }

    async fn a_moderator_decides_tips_and_reaches_nothing_else(fresh) {
        let db = &fresh.db;
        let (_, _, id) = with_tip(db).await;
        let image = store::uploads::Image {
            media_type: "image/webp".into(), bytes: b"RIFF....WEBP".to_vec(), width: 1, height: 1,
        };
        let mut tx = db.begin().await.unwrap();
        let upload = store::uploads::add(&mut tx, &image, now()).await.unwrap();
        tx.commit().await.unwrap();
        let desk = Desk::open(&fresh);
        let joon = signed_in(db, Role::Moderator).await;
        let mina = signed_in(db, Role::Editor).await;
        let bada = signed_in(db, Role::Partner).await;
        let upload = format!("/cms/uploads/{upload}");
        let item = format!("/cms/tips/{id}");
        for (target, moderator, editor) in [
            ("/cms/", 200, 200),
            ("/cms/tips", 200, 200),
            ("/cms/tips?state=rejected&kind=change", 200, 200),
            ("/cms/tips?state=banana", 400, 400),
            (item.as_str(), 200, 200),
            ("/cms/tips/x", 404, 404),
            (upload.as_str(), 200, 200),
            ("/cms/health", 200, 200),
            ("/cms/health?by=coverage", 200, 200),
            ("/cms/audit", 403, 200),
            ("/cms/audit?what=claim&who=system", 403, 200),
            ("/cms/people", 403, 403),
        ] {
            assert_eq!(desk.get(&joon, target).status, moderator, "{target}");
            assert_eq!(desk.get(&mina, target).status, editor, "{target}");
            assert_eq!(desk.get(&bada, target).status, 403, "{target}");
            assert_eq!(desk.server.get(target).status, 303, "{target}");
        }
        let shown = desk.get(&joon, &upload);
        for (name, value) in [
            ("content-type", "image/webp"),
            ("content-disposition", "inline"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("cache-control", "private, no-store"),
        ] {
            assert_eq!(shown.header(name), Some(value));
        }
        let foreign = Request::new("POST", &item).header("Cookie", &joon)
            .header("Sec-Fetch-Site", "cross-site")
            .body("application/x-www-form-urlencoded", "do=spam");
        assert_eq!(desk.server.send(&foreign).status, 403);
        assert_eq!(state(db, id).await, State::Waiting);
    }

    async fn ten_thousand_that_wait_are_listed_and_decided_quickly(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let game = published(db, &home, "a@haneul").await;
        let mut tx = db.begin().await.unwrap();
        let mut first = None;
        for n in 0..10_000_i64 {
            let hour = format!("{:02}:{:02}", n % 24, n % 60);
            let mut one = proposal(&home, change(game.id, 1, vec![time(&hour)]));
            one.created = now().checked_sub(SignedDuration::from_secs(n)).unwrap();
            proposals::add(&mut tx, &one).await.unwrap();
            first = Some(one.id);
        }
        tx.commit().await.unwrap();
        let desk = Desk::open(&fresh);
        let joon = signed_in(db, Role::Moderator).await;
        let quickest = |work: &dyn Fn() -> u16, want: u16| {
            let once = |_| {
                let started = Instant::now();
                assert_eq!(work(), want);
                started.elapsed()
            };
            (0..6).map(once).min().unwrap()
        };
        let list = quickest(&|| desk.get(&joon, "/cms/tips").status, 200);
        let narrow = format!("/cms/tips?kind=change&calendar={}", home.id);
        let narrowed = quickest(&|| desk.get(&joon, &narrow).status, 200);
        let next = std::cell::RefCell::new(first.unwrap().to_string());
        let decided = quickest(&|| {
            let path = format!("/cms/tips/{}", next.borrow());
            let done = desk.post(&joon, &path, &doing("reject-wrong", &[]));
            let to = to(&done);
            *next.borrow_mut() = to["/cms/tips/".len()..].split('?').next().unwrap().to_owned();
            done.status
        }, 303);
        eprintln!("of 10 000 waiting: list {list:?}, narrowed {narrowed:?}, decision {decided:?}");
        assert!(list < Duration::from_millis(1_500), "{list:?}");
        assert!(decided < Duration::from_millis(1_000), "{decided:?}");
    }

    async fn the_desk_s_lists_are_read(fresh) {
        let db = &fresh.db;
        let (home, game, first) = with_tip(db).await;
        let day = Occurrence::new(ko("추첨"), EventTime::DateOnly { date: jiff::civil::date(2026, 11, 25) });
        let open = event("open@haneul", day.into());
        crate::desk::write(db, &home, vec![store::publish::Write::Create(open.clone())]).await;
        let burst = burst_of(db, &home, 3).await;
        let mut tx = db.begin().await.unwrap();
        let pin = Pin { overruled: time("18:00"), conflict: Some(time("19:00")) };
        store::pins::replace(&mut tx, game.id, &[pin]).await.unwrap();
        store::sources::find_or_create(&mut tx, home.id, "file.ics", now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        let conn = &mut conn;
        let from = (Cursor::START, Way::Later);
        let all = Queue::of(State::Waiting);
        let listed = queue_page(conn, &all, from, 9).await.unwrap();
        assert_eq!(listed.len(), 2, "a burst is one row");
        let of = |kind| Queue { kind: Some(kind), ..all };
        for (queue, want) in [
            (of(Kind::New), 1), (of(Kind::Change), 1), (of(Kind::Cancellation), 0),
            (Queue { burst: Some(burst), ..all }, 3),
            (Queue { event: Some(game.id), ..all }, 1),
            (Queue { calendar: Some(home.id), ..all }, 2),
            (Queue::of(State::Rejected), 0),
        ] {
            assert_eq!(queue_page(conn, &queue, from, 9).await.unwrap().len(), want, "{queue:?}");
        }
        let end = Cursor::at(&listed[1].proposal);
        let before = queue_page(conn, &all, (end, Way::Earlier), 9).await.unwrap();
        assert_eq!(before.iter().map(|one| one.proposal.id).collect::<Vec<_>>(), [first]);
        assert_eq!(burst_sizes(conn, &[burst], State::Waiting).await.unwrap()[&burst], 3);
        let seen = glances(conn, &[game.id, open.id]).await.unwrap();
        assert_eq!((seen.len(), seen[&game.id].version), (2, 1));
        let ahead = (now(), now().checked_add(336.hours()).unwrap());
        let coming = without_time(conn, ahead, 9).await.unwrap();
        assert_eq!(coming.iter().map(|one| one.event).collect::<Vec<_>>(), [open.id]);
        let known = conflicts(conn, 9).await.unwrap();
        assert_eq!((known.len(), known[0].event, known[0].fields), (1, game.id, 1));
        let kept = &health(conn, ahead).await.unwrap()[&home.id];
        assert_eq!((kept.ahead, kept.without_time, kept.days, kept.ever, kept.waiting), (1, 1, 1, 2, 4));
        assert_eq!((kept.sources.len(), kept.changed.is_some()), (1, true));
        assert_eq!(median_wait(conn, now()).await.unwrap(), None);
        let joon = crate::desk::moderator();
        let later = now().checked_add(2.hours()).unwrap();
        desk::Desk::new(db, &joon, later).mark_spam(first).await.unwrap();
        assert_eq!(median_wait(conn, now()).await.unwrap(), Some(2 * 3_600_000));
    }
}

/// The game as somebody else moved it meanwhile.
async fn moved(db: &Db, game: &Event) -> Event {
    let mut conn = db.read().await.unwrap();
    let found = store::events::by_id(&mut conn, game.id)
        .await
        .unwrap()
        .unwrap();
    let mut event = found.event;
    event.body.set(time("20:00"));
    event.version += 1;
    event.sequence += 1;
    event
}
