//! Finding what is published, on both engines and over HTTP.

use crate::databases::on_both;
use crate::given::{at, calendar, event, game, ko, now};
use crate::support::server::{Server, cli};
use domain::calendar::Visibility;
use domain::change::ChangeKind;
use domain::event::{Event, EventBody, Occurrence};
use domain::search::Filters;
use domain::series::Series;
use domain::tag::Tag;
use domain::text::{Lang, Text};
use domain::time::EventTime;
use jiff::ToSpan;
use jiff::civil::date;
use search::{Asked, Found, Search};
use store::Db;
use store::publish::{Batch, Write, publish};

async fn write(db: &Db, calendar: &domain::calendar::Calendar, writes: Vec<Write>) {
    let mut tx = db.begin().await.unwrap();
    let batch = Batch {
        calendar: calendar.id,
        zone: &calendar.profile.zone,
        source: None,
        at: now(),
        writes,
    };
    publish(&mut tx, batch).await.unwrap();
    tx.commit().await.unwrap();
}

fn create(events: &[Event]) -> Vec<Write> {
    events.iter().cloned().map(Write::Create).collect()
}

fn asked(text: &str) -> Asked<'_> {
    Asked {
        text,
        filters: Filters::default(),
        calendar: None,
        category: None,
        from: None,
        to: None,
        now: now(),
        after: None,
        limit: 10,
        is_final: true,
    }
}

async fn find(search: &Search, asked: &Asked<'_>) -> Found {
    search.find(asked).await.unwrap()
}

fn uids(found: &Found) -> Vec<&str> {
    found.events.iter().map(|one| one.uid.as_str()).collect()
}

async fn found(search: &Search, text: &str) -> Vec<String> {
    let found = find(search, &asked(text)).await;
    found.events.iter().map(|one| one.uid.clone()).collect()
}

/// The queries of the design text and what a title must have to be meant by them.
const QUERIES: &[(&str, &[&[&str]])] = &[
    ("롯데", &[&["롯데", "Lotte"]]),
    ("세일", &[&["세일"]]),
    ("대학", &[&["대학"]]),
    ("자이언츠", &[&["자이언츠"]]),
    (
        "ㄹ",
        &[&["롯데", "레미제라블", "라디오", "랜더스", "라이온즈"]],
    ),
    ("로", &[&["롯데", "로컬"]]),
    ("롯", &[&["롯데"]]),
    ("롯ㄷ", &[&["롯데"]]),
    ("ㄹㄷ", &[&["롯데", "라디오", "랜더스"]]),
    ("ㄹㄷㅈㅇㅇㅊ", &[&["롯데 자이언츠"]]),
    ("롯데자이언츠", &[&["롯데 자이언츠"]]),
    ("롯데 자이언트", &[&["롯데 자이언츠"]]),
    ("뉴진수", &[&["뉴진스"]]),
    ("올리브옝", &[&["올리브영"]]),
    ("두산 엘지", &[&["두산"], &["LG"]]),
    ("두산 vs", &[&["두산"], &["vs"]]),
    ("롯데 vs lg", &[&["롯데"], &["LG"]]),
    ("arsen", &[&["Arsenal"]]),
    ("arsnal", &[&["Arsenal"]]),
    ("chelsea vs ars", &[&["Chelsea"], &["Arsenal"]]),
    ("콘서트 부산", &[&["콘서트"], &["부산"]]),
    ("이마트 휴무", &[&["이마트"], &["휴무"]]),
    ("레미제", &[&["레미제라블"]]),
    ("중간고사", &[&["중간고사"]]),
    ("fhtep", &[&["롯데"]]),
];

/// Titles of the kinds that the queries are about, among many others.
fn titles() -> Vec<(String, String)> {
    let clubs = [
        "롯데 자이언츠",
        "두산 베어스",
        "LG 트윈스",
        "KT 위즈",
        "한화 이글스",
        "삼성 라이온즈",
        "키움 히어로즈",
        "NC 다이노스",
        "SSG 랜더스",
        "KIA 타이거즈",
    ];
    let english = [
        "Arsenal",
        "Chelsea",
        "Liverpool",
        "Everton",
        "Fulham",
        "Brentford",
    ];
    let cities = ["서울", "부산", "대구", "인천", "광주", "제주"];
    let artists = ["뉴진스", "에스파", "아이유", "밤하늘 밴드", "초록달"];
    let mut titles = Vec::new();
    for (n, home) in clubs.iter().enumerate() {
        for away in clubs.iter().filter(|away| *away != home) {
            let mark = if n % 2 == 0 { "vs" } else { ":" };
            titles.push((
                format!("{home} {mark} {away}"),
                format!("{} 야구장", cities[n % 6]),
            ));
        }
    }
    for home in english {
        for away in english.iter().filter(|away| **away != home) {
            titles.push((format!("{home} vs {away}"), format!("{home} Park")));
        }
    }
    for artist in artists {
        for city in cities {
            titles.push((format!("{artist} 콘서트 {city}"), format!("{city} 체육관")));
            titles.push((format!("{artist} 팬사인회"), city.to_owned()));
        }
    }
    for shop in ["올리브영", "이마트", "동네서점", "초록마켓"] {
        titles.push((format!("{shop} 여름 세일"), String::new()));
        titles.push((format!("{shop} 창립 기념 세일"), String::new()));
        titles.push((format!("{shop} 의무 휴무"), String::new()));
    }
    for school in ["서울대학교", "부산대학교", "한빛대학", "숲고등학교"] {
        for what in ["중간고사", "기말고사", "개강", "수강신청", "축제"] {
            titles.push((format!("{school} {what}"), school.to_owned()));
        }
    }
    for show in ["레미제라블", "시카고", "로컬 라디오 공개 방송"] {
        titles.push((format!("뮤지컬 <{show}>"), "한강 극장".to_owned()));
    }
    titles
}

on_both! {
    async fn each_query_of_the_design_finds_what_it_means_first(fresh) {
        let home = calendar(&fresh.db, "many").await;
        let first = date(2026, 11, 1);
        let titles = titles();
        let events: Vec<Event> = titles.iter().enumerate().map(|(n, (title, place))| {
            // Some are over, most are to come, in an order that says nothing about titles.
            let day = first.checked_add(i64::try_from(n * 37 % 300).unwrap().days()).unwrap();
            let mut body = game(title, &format!("{day}T18:30:00"));
            body.main.place.name = ko(place);
            event(&format!("e{n}"), body)
        }).collect();
        write(&fresh.db, &home, create(&events)).await;
        let search = Search::start(fresh.db.clone());
        let mut wrong = Vec::new();
        for (query, wanted) in QUERIES {
            let found = find(&search, &asked(query)).await;
            let meant = |title: &str| {
                wanted.iter().all(|any| any.iter().any(|part| title.contains(part)))
            };
            let first: Vec<String> = found.events.iter().take(3)
                .map(|one| one.what.title.pick(Lang::KO, Lang::KO).to_owned())
                .collect();
            let known = titles.iter().filter(|(title, _)| meant(title)).count();
            if first.len() < known.min(3) || !first.iter().all(|title| meant(title)) {
                wrong.push(format!("{query}: {first:?} of {known}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn what_is_to_come_is_first_then_what_is_over_page_by_page(fresh) {
        let home = calendar(&fresh.db, "order").await;
        let days = ["2026-11-20", "2026-11-01", "2027-02-01", "2026-12-01", "2026-11-23"];
        let mut events: Vec<Event> = days.iter()
            .map(|day| event(day, game("다람못 모임", &format!("{day}T18:30:00"))))
            .collect();
        let undecided = Occurrence::new(ko("다람못 모임"), EventTime::Undecided { was: None });
        events.push(event("undecided", undecided.into()));
        // Every week since long ago: found once, at its next instance.
        let mut weekly = game("다람못 모임", "2026-01-06T10:00:00");
        weekly.series = Some(weekly_series());
        events.push(event("weekly", weekly));
        write(&fresh.db, &home, create(&events)).await;
        let search = Search::start(fresh.db.clone());
        let all = [
            "2026-11-23", "weekly", "2026-12-01", "2027-02-01", "undecided", "2026-11-20",
            "2026-11-01",
        ];
        assert_eq!(found(&search, "다람").await, all);
        let mut pages = Vec::new();
        let mut after = None;
        loop {
            let page = find(&search, &Asked { after, limit: 2, ..asked("다람") }).await;
            assert!(page.events.len() <= 2);
            pages.extend(uids(&page).into_iter().map(str::to_owned));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(pages, all);
        let weekly = find(&search, &asked("다람")).await.events[1].clone();
        assert_eq!(weekly.starts, at("2026-11-24T01:00:00Z"));
        assert!(weekly.recurrence_id.is_some());
        let december = Asked {
            from: Some(at("2026-12-01T00:00:00Z")),
            to: Some(at("2026-12-05T00:00:00Z")),
            ..asked("다람")
        };
        let found = find(&search, &december).await;
        assert_eq!(uids(&found), ["weekly", "2026-12-01"]);
    }

    async fn what_changes_is_found_as_it_is_at_once(fresh) {
        let home = calendar(&fresh.db, "live").await;
        let search = Search::start(fresh.db.clone());
        let first = event("a", game("다람못 축제", "2027-04-10T18:30:00"));
        write(&fresh.db, &home, create(std::slice::from_ref(&first))).await;
        assert_eq!(found(&search, "축재").await, ["a"], "a typing error");
        let mut renamed = first.clone();
        renamed.version = 2;
        renamed.modified = first.modified + 1.second();
        renamed.body.main.title = ko("딱따구리 잔치");
        let next = Write::Replace { event: renamed.clone(), kind: ChangeKind::Edited };
        write(&fresh.db, &home, vec![next]).await;
        assert!(found(&search, "다람못").await.is_empty());
        assert_eq!(found(&search, "ㄸㄸㄱㄹ").await, ["a"]);
        assert_eq!(found(&search, "딱다구리").await, ["a"], "a slip in a word that is new");
        write(&fresh.db, &home, vec![Write::Remove(first.id)]).await;
        assert!(found(&search, "딱따구리").await.is_empty());

        // A calendar's name finds it and its events; another name takes the first one's place.
        let second = event("b", game("아침 달리기", "2027-04-11T06:00:00"));
        write(&fresh.db, &home, create(std::slice::from_ref(&second))).await;
        assert_eq!(found(&search, "하늘구단").await, ["b"]);
        let mut profile = home.profile.clone();
        profile.title = ko("바다모임");
        let mut tx = fresh.db.begin().await.unwrap();
        store::calendars::update_profile(&mut tx, home.id, &profile, now()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(found(&search, "하늘구단").await.is_empty());
        let by_name = find(&search, &asked("ㅂㄷㅁ")).await;
        assert_eq!(uids(&by_name), ["b"]);
        assert_eq!(by_name.calendars.len(), 1);
        assert_eq!(find(&search, &asked("바다모인")).await.read_as.as_deref(), Some("바다모임"));

        // Nothing of a withdrawn calendar is found, and all of it again when it is back.
        for (visibility, count) in [(Visibility::Withdrawn, 0), (Visibility::Public, 1)] {
            let mut tx = fresh.db.begin().await.unwrap();
            store::calendars::set_visibility(&mut tx, home.id, visibility, now()).await.unwrap();
            tx.commit().await.unwrap();
            let found = find(&search, &asked("바다모임")).await;
            assert_eq!((found.events.len(), found.calendars.len()), (count, count));
        }

        // In two calendars it is found once.
        let other = calendar(&fresh.db, "other").await;
        let mut tx = fresh.db.begin().await.unwrap();
        store::events::place(&mut tx, &second, other.id, now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(found(&search, "달리기").await, ["b"]);
    }

    async fn the_index_can_be_made_anew(fresh) {
        let home = calendar(&fresh.db, "anew").await;
        let events = [event("a", game("다람못 축제", "2027-04-10T18:30:00"))];
        write(&fresh.db, &home, create(&events)).await;
        let mut tx = fresh.db.begin().await.unwrap();
        assert!(store::search::is_current(&mut tx).await.unwrap(), "a new database");
        store::settings::put(&mut tx, "search_analyser", "0").await.unwrap();
        assert!(!store::search::is_current(&mut tx).await.unwrap());
        tx.commit().await.unwrap();
        let search = Search::start(fresh.db.clone());
        assert_eq!(found(&search, "축재").await, ["a"]);
        search.keep_current().await.unwrap();
        let mut conn = fresh.db.read().await.unwrap();
        assert!(store::search::is_current(&mut conn).await.unwrap());
        drop(conn);
        assert_eq!(found(&search, "다람못").await, ["a"]);
        assert_eq!(found(&search, "축재").await, ["a"], "the words are there again");
        assert_eq!(store::search::rebuild(&fresh.db).await.unwrap(), 1);
    }

    async fn an_index_that_is_half_made_does_not_pass_for_whole(fresh) {
        for n in 0..40 {
            let home = calendar(&fresh.db, &format!("half-{n}")).await;
            let body = game("다람못 축제", "2027-04-10T18:30:00");
            write(&fresh.db, &home, create(&[event("a", body)])).await;
        }
        let half = {
            let rebuild = store::search::rebuild(&fresh.db);
            tokio::pin!(rebuild);
            loop {
                tokio::select! {
                    biased;
                    done = &mut rebuild => break done.is_err(),
                    () = tokio::task::yield_now() => {
                        let mut conn = fresh.db.read().await.unwrap();
                        if !store::search::is_current(&mut conn).await.unwrap() {
                            break true;
                        }
                    }
                }
            }
        };
        assert!(half, "it says so while it is being made");
        // Broken off, as by a crash: the next start makes it anew.
        let search = Search::start(fresh.db.clone());
        search.keep_current().await.unwrap();
        let mut conn = fresh.db.read().await.unwrap();
        assert!(store::search::is_current(&mut conn).await.unwrap());
        drop(conn);
        assert_eq!(find(&search, &asked("축재")).await.events.len(), 10);
    }

    async fn filters_leave_out_the_rest(fresh) {
        let home = calendar(&fresh.db, "filters").await;
        let body = |title: &str, place: &str, tag: &str| -> EventBody {
            let mut body = game(title, "2027-04-10T18:30:00");
            body.main.place.name = Text::new(Lang::KO, place);
            body.main.tags = Tag::from_label(tag, Lang::EN).into_iter().collect();
            body
        };
        let events = [
            event("a", body("다람못 경기", "부산 야구장", "home")),
            event("b", body("다람못 경기", "서울 야구장", "away")),
        ];
        write(&fresh.db, &home, create(&events)).await;
        let other = calendar(&fresh.db, "elsewhere").await;
        write(&fresh.db, &other, create(&[event("c", body("다람못 경기", "", "away"))])).await;
        let search = Search::start(fresh.db.clone());
        let with = |filters: Filters| Asked { filters, ..asked("다람") };
        let place = with(Filters { place: Some("부산".to_owned()), ..Filters::default() });
        let tag = with(Filters { tags: vec!["away".to_owned()], ..Filters::default() });
        let not = with(Filters { without: vec!["away".to_owned()], ..Filters::default() });
        let here = Asked { calendar: Some(other.id), ..asked("다람") };
        let sport = Asked { category: Some("sport"), ..asked("다람") };
        let music = Asked { category: Some("music"), ..asked("다람") };
        for (asked, wanted) in [
            (place, vec!["a"]),
            (tag, vec!["b", "c"]),
            (not, vec!["a"]),
            (here, vec!["c"]),
            (sport, vec!["a", "b", "c"]),
            (music, vec![]),
        ] {
            let found = find(&search, &asked).await;
            let mut uids = uids(&found);
            uids.sort_unstable();
            assert_eq!(uids, wanted, "{asked:?}");
        }
    }

    async fn searches_without_results_are_counted_by_day(fresh) {
        calendar(&fresh.db, "misses").await;
        let day = date(2026, 11, 22);
        let mut tx = fresh.db.begin().await.unwrap();
        for text in ["없는 말", "없는 말", "또 없는 말"] {
            store::search::miss(&mut tx, day, text).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut conn = fresh.db.read().await.unwrap();
        let misses = store::search::misses(&mut conn, day, 10).await.unwrap();
        let told: Vec<_> = misses.iter().map(|m| (m.query.as_str(), m.times)).collect();
        assert_eq!(told, [("없는 말", 2), ("또 없는 말", 1)]);
        assert!(store::search::misses(&mut conn, date(2026, 11, 23), 10).await.unwrap().is_empty());
        let words = store::search::words_after(&mut conn, 0, 100).await.unwrap();
        assert!(words.iter().all(|(_, word)| !word.contains("없")), "what is asked is not learnt");
        let clauses = domain::search::Query::parse("하늘").unwrap()
            .calendar_clauses(domain::search::Reach::Titles);
        let found = store::search::calendars(&mut conn, &clauses, None, None, 5).await.unwrap();
        assert_eq!(found.len(), 1);
        let none = domain::search::Clauses { all: clauses.all.clone(), ..Default::default() };
        assert!(store::search::exists(&mut conn, &clauses).await.unwrap());
        let nowhere = domain::search::Query::parse("다람못").unwrap()
            .calendar_clauses(domain::search::Reach::Titles);
        assert!(!store::search::exists(&mut conn, &nowhere).await.unwrap());
        let over = store::search::Over {
            clauses: &none, before: now(), calendar: None, category: None, after: None, limit: 5,
        };
        assert!(store::search::over(&mut conn, over).await.unwrap().hits.is_empty());
        let coming = store::search::Coming {
            clauses: &none, except: None, from: now(), to: None, calendar: None, category: None,
            after: None, limit: 5,
        };
        assert!(store::search::coming(&mut conn, coming).await.unwrap().hits.is_empty());
    }
}

fn weekly_series() -> Series {
    Series {
        rules: vec!["FREQ=WEEKLY".parse().unwrap()],
        ..Series::default()
    }
}

#[test]
fn the_site_and_the_api_find_the_same_and_a_missed_search_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let file = folder.path().join("events.json");
    let text = r#"[{"uid":"a","title":"다람못 축제 이틀","start":"2027-04-10","end":"2027-04-11","place":"다람못 광장"}]"#;
    std::fs::write(&file, text).expect("the file is written");
    let shown = data.display().to_string();
    let arguments = [
        "import",
        file.to_str().unwrap(),
        "--calendar",
        "darammot",
        "--data-dir",
        &shown,
    ];
    let done = cli(&arguments);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let server = Server::start(&data, &[]);
    for query in [
        "%E3%84%B7%E3%84%B9%E3%85%81",
        "%EB%8B%A4%EB%9D%BC",
        "%EC%B6%95%EC%9E%AC",
    ] {
        let page = server.get(&format!("/search?q={query}"));
        assert!(
            page.text().contains("다람못 축제 이틀"),
            "{query}: {}",
            page.text()
        );
        assert!(
            page.text()
                .contains("rel=\"canonical\" href=\"http://localhost:8080/search\""),
            "results are one page to search engines"
        );
        let live = server.get(&format!("/search?q={query}&live=1")).text();
        assert!(
            live.contains("다람못 축제 이틀") && !live.contains("<html"),
            "{live}"
        );
        let answer = server.get(&format!("/api/v1/search?q={query}"));
        let told: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(told["items"][0]["uid"], "a", "{told}");
    }
    for (target, field) in [
        ("/search?q=a&q=b", "q"),
        ("/search?q=a&from=banana", "from"),
        ("/search?q=a&from=2027-04-02&to=2027-04-01", "to"),
        ("/search?q=a&category=%3Cx%3E", "category"),
        ("/search?q=a&tags=A%20B", "tags"),
        ("/search?q=a&after=9.9.9", "after"),
        ("/api/v1/search", "q"),
        ("/api/v1/search?q=%20", "q"),
        ("/api/v1/search?q=a&cursor=00", "cursor"),
        ("/api/v1/search?q=a&calendar=%3Cx%3E", "calendar"),
    ] {
        let answer = server.get(target);
        assert_eq!(answer.status, 400, "{target}");
        assert!(answer.text().contains(field), "{target}");
    }
    let hostile = "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    assert!(!server.get(hostile).text().contains("<script>alert"));
    let none = server
        .get("/search?q=%EC%97%86%EB%8A%94%EB%82%B1%EB%A7%90")
        .text();
    assert!(
        none.contains("없는낱말") && none.contains("찾지 못했어요"),
        "{none}"
    );
    let done = cli(&["reindex", "--data-dir", &shown]);
    assert_eq!(
        (done.code, done.stdout.trim()),
        (0, "search index made anew from 1 calendars")
    );
    let page = server.get("/search?q=%EC%B6%95%EC%A0%9C").text();
    assert!(page.contains("다람못 축제 이틀"), "{page}");
}
