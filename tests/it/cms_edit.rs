//! The pages in which editors keep calendars, on both engines, through the router with a session of
//! an editor: from a pasted table to the feed's events, two editors on one event, undo and revert.

use crate::databases::on_both;
use crate::desk::{entry, published, stands, time};
use crate::given::{calendar, now};
use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn_with_state;
use domain::clock::Clock;
use domain::event::Status;
use domain::patch::Field;
use domain::people::{Email, Role};
use domain::proposal::State;
use domain::text::Lang;
use http::{Request, header};
use http_body_util::BodyExt as _;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use search::Search;
use std::sync::Arc;
use store::sessions::State as Progress;
use store::{Db, calendars, events, people};
use tower::ServiceExt as _;
use web::base_url::BaseUrl;
use web::kept::Kept;
use web::limit::{Quota, RateLimiter};
use web::session;
use web::state::WebState;

/// An editor's browser.
struct Browser {
    router: Router,
    cookie: String,
}

/// An answer, as far as these tests look at it.
struct Answer {
    status: u16,
    there: String,
    text: String,
}

impl Browser {
    async fn of(db: &Db, role: Role) -> Self {
        let base_url = BaseUrl::parse("http://localhost:8080").unwrap();
        let clock = Clock::new(now);
        let limit = Quota {
            requests: 10,
            seconds: 10,
        };
        let web = WebState {
            db: db.clone(),
            clock: clock.clone(),
            base_url: base_url.clone(),
            search: Search::start(db.clone()),
            kept: Kept::new(1 << 20),
            leaving: Arc::new(RateLimiter::new(clock.clone(), limit)),
            telling: Arc::new(RateLimiter::new(clock, limit)),
        };
        let email = Email::parse(&format!("{role}@team.example")).unwrap();
        let person = people::draft(email, role.as_str(), role, now());
        let mut tx = db.begin().await.unwrap();
        assert!(people::insert(&mut tx, &person).await.unwrap());
        let opened = session::open(&mut tx, person.id, (Progress::Full, "Test"), now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let router = web::route::router(cms::ROUTES)
            .with_state(web.clone())
            .route_layer(from_fn_with_state(web, session::load));
        Self {
            router,
            cookie: opened.cookie(&base_url),
        }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let there = answer.headers().get(header::LOCATION);
        let there = there.map_or("", |there| there.to_str().unwrap()).to_owned();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Answer {
            status,
            there,
            text,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, &self.cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let one = |(name, value): &(&str, &str)| {
            format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
        };
        let body = fields.iter().map(one).collect::<Vec<_>>().join("&");
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }
}

/// What a parameter of an address says.
fn parameter<'a>(address: &'a str, name: &str) -> &'a str {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(own, _)| *own == name)
        .map_or("", |(_, value)| value)
}

/// The value of the first field of this name on a page.
fn value<'a>(page: &'a str, name: &str) -> &'a str {
    let mark = format!("name=\"{name}\" value=\"");
    page.split_once(&mark)
        .and_then(|(_, rest)| rest.split('"').next())
        .unwrap_or_default()
}

fn table() -> String {
    let mut text = "날짜\t시간\t홈\t원정\t구장\n".to_owned();
    for number in 0..40 {
        let (month, day) = (4 + number / 20, 1 + number % 20);
        text += &format!("2027-{month:02}-{day:02}\t18:30\t하늘\t상대{number}\t구름구장\n");
    }
    text
}

on_both! {
    async fn forty_pasted_fixtures_are_drafted_and_published_at_six(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let browser = Browser::of(db, Role::Editor).await;
        let path = format!("/cms/calendars/{}/table", home.public_id);
        let table = table();
        let grid = browser.post(&path, &[("table", &table), ("do", "look")]).await;
        assert_eq!(grid.status, 200, "{}", grid.text);
        assert!(grid.text.contains("일정 40개"), "{}", grid.text);
        let kept = browser.post(&path, &[("table", &table), ("do", "draft")]).await;
        assert_eq!((kept.status, parameter(&kept.there, "n")), (303, "40"), "{}", kept.text);
        let list = browser.get(&kept.there).await.text;
        let ids: Vec<&str> = list.split("name=\"listed\" value=\"").skip(1)
            .filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(ids.len(), 40);
        let mut fields = vec![("calendar", home.public_id.as_str()), ("all", "1")];
        fields.extend(ids.iter().map(|id| ("listed", *id)));
        fields.extend([("due_date", "2026-11-22"), ("due_time", "18:00"), ("do", "schedule")]);
        let done = browser.post("/cms/drafts", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        // 18:00 in Seoul.
        let due = crate::given::at("2026-11-22T09:00:00Z");
        ::jobs::once(db, crate::given::at("2026-11-22T08:59:59Z")).await.unwrap();
        let mut conn = db.read().await.unwrap();
        assert!(events::of_calendar(&mut conn, home.id).await.unwrap().is_empty());
        drop(conn);
        ::jobs::once(db, due).await.unwrap();
        let mut conn = db.read().await.unwrap();
        let all = events::of_calendar(&mut conn, home.id).await.unwrap();
        assert_eq!(all.len(), 40);
        assert!(all.iter().all(|event| event.body.main.place.name.get(Lang::KO) == Some("구름구장")));
    }

    async fn two_editors_on_one_event_decide_field_by_field(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let one = published(db, &home, "a").await;
        let browser = Browser::of(db, Role::Editor).await;
        let path = format!("/cms/events/{}", one.public_id);
        let form = browser.get(&path).await;
        assert_eq!((form.status, value(&form.text, "base")), (200, "1"));
        let typed = |base, hour, place, more: &[(&'static str, &'static str)]| {
            let mut fields = vec![
                ("base", base), ("title_ko", "하늘 대 바다"), ("kind", "zoned"), ("zone", "Asia/Seoul"),
                ("date", "2027-04-05"), ("time", hour), ("end_time", if hour == "17:00" { "20:00" } else { "22:00" }), ("place_ko", place),
                ("repeat", "none"), ("status", "confirmed"), ("availability", "free"), ("do", "publish"),
            ];
            fields.extend(more);
            fields
        };
        let first = browser.post(&path, &typed("1", "17:00", "", &[])).await;
        assert_eq!(first.status, 303, "{}", first.text);
        let second = browser.post(&path, &typed("1", "19:00", "구름구장", &[])).await;
        assert_eq!(second.status, 409, "{}", second.text);
        assert!(second.text.contains("decide_time"));
        assert_eq!((value(&second.text, "base"), value(&second.text, "disputed")), ("2", "time"));
        assert!(second.text.contains("오후 5:00") && second.text.contains("오후 7:00"));
        assert!(second.text.contains("구름구장"), "what was typed stays");
        assert_eq!(stands(db, one.id).await.0.get(Field::Time), time("17:00"));
        let open = browser.post(&path, &typed("2", "19:00", "구름구장", &[("disputed", "time")])).await;
        assert_eq!(open.status, 409, "nothing is decided in silence");
        let theirs = [("disputed", "time"), ("decide_time", "current")];
        let done = browser.post(&path, &typed("2", "19:00", "구름구장", &theirs)).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let (body, version, _) = stands(db, one.id).await;
        assert_eq!((body.get(Field::Time), version), (time("17:00"), 3));
        assert_eq!(body.main.place.name.get(Lang::KO), Some("구름구장"));
        // Back to the first version, by one button.
        let history = browser.get(&format!("{path}/history")).await;
        assert!(history.text.contains("오후 5:00") && history.text.contains("editor"), "{}", history.text);
        let back = browser.post(&format!("{path}/history"), &[("version", "1"), ("seen", "3")]).await;
        assert_eq!(back.status, 303, "{}", back.text);
        assert_eq!(stands(db, one.id).await.0, one.body);
    }

    async fn many_are_moved_and_called_off_and_all_of_it_is_taken_back(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let (one, two) = (published(db, &home, "a").await, published(db, &home, "b").await);
        let browser = Browser::of(db, Role::Editor).await;
        let path = format!("/cms/calendars/{}/events", home.public_id);
        let chosen = [("event", one.public_id.as_str()), ("event", two.public_id.as_str())];
        for (act, more) in [("shift", ("minutes", "-90")), ("cancel", ("x", "")), ("remove", ("x", ""))] {
            let mut fields = chosen.to_vec();
            fields.extend([("do", act), more]);
            let done = browser.post(&path, &fields).await;
            assert_eq!((done.status, parameter(&done.there, "n")), (303, "2"), "{act} {}", done.text);
            let (body, _, removed) = stands(db, two.id).await;
            match act {
                "shift" => assert_eq!(body.get(Field::Time), time("17:00")),
                "cancel" => assert_eq!(body.main.status, Status::Cancelled),
                _ => assert!(removed),
            }
            let batch = parameter(&done.there, "batch");
            let undo = format!("/cms/batches/{batch}/undo");
            let undone = browser.post(&undo, &[("to", path.as_str())]).await;
            assert_eq!((undone.status, parameter(&undone.there, "done")), (303, "undone"));
            let (body, _, removed) = stands(db, two.id).await;
            assert_eq!((body, removed), (two.body.clone(), false), "{act}");
        }
        let mut fields = chosen.to_vec();
        fields.extend([("do", "shift"), ("days", "soon")]);
        let bad = browser.post(&path, &fields).await;
        assert!(bad.status == 400 && bad.text.contains("soon") && bad.text.contains("checked"));
        let rename = format!("/cms/calendars/{}/rename", home.public_id);
        let preview = browser.get(&format!("{rename}?what=title&from=%EB%B0%94%EB%8B%A4&to=%EA%B0%95")).await;
        assert!(preview.text.contains("하늘 대 강"), "{}", preview.text);
        let done = browser.post(&rename, &[("what", "title"), ("from", "바다"), ("to", "강")]).await;
        assert_eq!((done.status, parameter(&done.there, "n")), (303, "2"));
    }

    async fn calendars_are_made_renamed_and_merged_with_every_address_kept(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        published(db, &home, "a").await;
        let browser = Browser::of(db, Role::Editor).await;
        let profile = [
            ("slug", "bada"), ("title_ko", "바다구단"), ("category", "sport"), ("color", "#112233"),
            ("language", "ko"), ("zone", "Asia/Seoul"),
        ];
        let made = browser.post("/cms/calendars/new", &profile).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let path = made.there.split('?').next().unwrap().to_owned();
        let page = browser.get(&path).await.text;
        let seen = value(&page, "seen").replace("&#34;", "\"").replace("&quot;", "\"");
        let mut fields = profile.to_vec();
        fields[0].1 = "bada-2027";
        fields.push(("seen", &seen));
        let saved = browser.post(&path, &fields).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        fields[1].1 = "다른 이름";
        let late = browser.post(&path, &fields).await;
        assert!(late.status == 400 && late.text.contains("다른 이름"), "somebody was faster");
        assert!(browser.get(&path).await.text.contains("<code>bada</code>"));
        let merge = format!("/cms/calendars/{}/merge", home.public_id);
        let plan = browser.get(&format!("{merge}?into=bada-2027")).await;
        assert!(plan.text.contains("<code>haneul</code>"), "{}", plan.text);
        let done = browser.post(&merge, &[("into", "bada-2027")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let mut conn = db.read().await.unwrap();
        for name in ["haneul", "bada", "bada-2027", home.public_id.as_str()] {
            let found = calendars::find(&mut conn, name).await.unwrap().unwrap();
            assert_eq!(found.calendar.profile.slug.as_str(), "bada-2027", "{name}");
        }
    }

    async fn lines_become_events_and_hostile_texts_stay_texts(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let browser = Browser::of(db, Role::Moderator).await;
        let path = format!("/cms/calendars/{}/entry", home.public_id);
        let line = "2027-04-05 18:30 <script>alert(1)</script> @구름구장 #홈";
        let part = browser.post(&path, &[("lines", line), ("part", "lines")]).await;
        assert!(part.status == 200 && part.text.contains("mark-place") && !part.text.contains("<html"));
        assert!(!part.text.contains("<script>"), "{}", part.text);
        let bad = browser.post(&path, &[("lines", "아무 날도 아님\n4/5 경기"), ("do", "draft")]).await;
        assert!(bad.status == 400 && bad.text.contains("아무 날도 아님"), "{}", bad.text);
        let two = browser.post(&path, &[("lines", "4/5 경기\n4/6 경기"), ("do", "publish")]).await;
        assert_eq!(two.status, 403, "many at once are not a moderator's");
        let done = browser.post(&path, &[("lines", line), ("do", "publish")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let list = browser.get(&done.there).await.text;
        assert!(list.contains("&#60;script&#62;") && !list.contains("<script>alert"), "{list}");
        for (path, want) in [
            ("/cms/calendars", 200),
            ("/cms/drafts", 200),
            ("/cms/calendars/new", 403),
            ("/cms/drafts/no-such-draft", 404),
            ("/cms/events/no-such-event", 404),
        ] {
            assert_eq!(browser.get(path).await.status, want, "{path}");
        }
        let huge = "x".repeat(3 << 20);
        let refused = browser.post(&path, &[("lines", &huge), ("do", "draft")]).await;
        assert_eq!(refused.status, 413);
        let form = format!("/cms/calendars/{}/events/new", home.public_id);
        let fields = [("title_ko", "<b>경기"), ("kind", "zoned"), ("zone", "Asia/Seoul"), ("do", "draft")];
        let faulty = browser.post(&form, &fields).await;
        assert!(faulty.status == 400 && faulty.text.contains("&#60;b&#62;경기"), "{}", faulty.text);
        let mut fields = fields.to_vec();
        fields.extend([("date", "2027-04-05"), ("time", "18:30")]);
        let draft = browser.post(&form, &fields).await;
        assert_eq!(draft.status, 303, "{}", draft.text);
        let id = draft.there.split(['/', '?']).nth(3).unwrap();
        let id = domain::id::ProposalId(id.parse().unwrap());
        assert_eq!(entry(db, id).await.proposal.state, State::Draft);
        assert!(browser.get(&draft.there).await.text.contains("&#60;b&#62;경기"));
    }
}
