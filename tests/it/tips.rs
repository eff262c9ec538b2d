//! Tips: what the store keeps of them, on both engines; what programs and people tell, and what is
//! refused beside its field (security cases B20, C5, D2, D7, D12, D13).

use crate::databases::on_both;
use crate::given::{at, calendar, event, game, now};
use domain::calendar::Calendar;
use domain::event::{Event, EventBody};
use domain::id::ProposalId;
use domain::key::digest;
use domain::patch::{EventPatch, FieldValue};
use domain::proposal::{Aim, State};
use domain::text::{Lang, Text};
use domain::tip::Kind;
use domain::tip::likeness::shape;
use domain::tip::read::Wish;
use domain::tip::spam::Print;
use domain::tip::trust::{Level, TRUSTED};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::Db;
use store::publish::{Batch, Write, publish};
use store::tips::requests::{self, Answer, Stage};
use store::tips::{
    Coming, Content, Decided, Kept, Sent, TRUSTED_FROM, Towards, amend, body_at, by_receipt,
    by_uid, count_from, count_since, credit, move_to, of_proposal, recent, send, trusted_from,
    use_challenge, version_at, withdraw,
};
use store::uploads::{self, Image};

mod over_http;

fn content(words: &str) -> Content {
    Content {
        kind: Kind::Correction,
        instance: None,
        changes: json!({ "place": words }).as_object().unwrap().clone(),
        lang: Lang::KO,
        note: Some(words.to_owned()),
        evidence: None,
        upload: None,
    }
}

fn coming(words: &str, at: Timestamp) -> Coming {
    Coming {
        level: Level::Unknown,
        score: 10,
        print: Print {
            at_ms: at.as_millisecond(),
            shape: shape(&[words]),
            host: 0,
            network: [7; 16],
        },
    }
}

fn moved_to(calendar: &Calendar, event: &Event, place: &str) -> Towards {
    let mut patch = EventPatch::default();
    let mut there = event.body.main.place.clone();
    there.name = Text::new(Lang::KO, place);
    patch.put(FieldValue::Place(there));
    Towards::Proposal {
        calendar: calendar.id,
        aim: Aim::Change {
            event: event.id,
            base_version: event.version,
            patch,
        },
        decided: Decided::ByTheDesk,
    }
}

/// A calendar with one game in it.
async fn with_game(db: &Db) -> (Calendar, Event) {
    let calendar = calendar(db, "haneul").await;
    let event = event("a@haneul", game("개막전", "2027-04-05T18:30"));
    let mut tx = db.begin().await.unwrap();
    publish_one(&mut tx, &calendar, Write::Create(event.clone())).await;
    tx.commit().await.unwrap();
    let mut conn = db.read().await.unwrap();
    let found = store::calendars::by_id(&mut conn, calendar.id)
        .await
        .unwrap();
    (found.unwrap(), event)
}

async fn publish_one(tx: &mut store::Tx, calendar: &Calendar, write: Write) {
    let batch = Batch {
        calendar: calendar.id,
        zone: &calendar.profile.zone,
        source: None,
        at: now(),
        writes: vec![write],
    };
    publish(tx, batch).await.unwrap();
}

/// Sends one tip in a transaction of its own.
async fn told(db: &Db, receipt: &str, words: &str, towards: &Towards, at: Timestamp) -> Sent {
    let mut tx = db.begin().await.unwrap();
    let (content, coming) = (content(words), coming(words, at));
    let sent = send(&mut tx, &digest(receipt), &content, &coming, towards).await;
    tx.commit().await.unwrap();
    sent.unwrap()
}

async fn kept(db: &Db, receipt: &str) -> Kept {
    let mut conn = db.read().await.unwrap();
    let found = by_receipt(&mut conn, &digest(receipt)).await.unwrap();
    found.unwrap()
}

async fn waiting(db: &Db) -> i64 {
    let mut conn = db.read().await.unwrap();
    store::proposals::count_waiting(&mut conn).await.unwrap()
}

fn stands_behind(kept: &Kept) -> (ProposalId, i64, State) {
    let behind = kept.proposal.as_ref().unwrap();
    (behind.id, behind.reports, behind.state)
}

on_both! {
    async fn equal_tips_gather_into_one_item(fresh) {
        let (calendar, event) = with_game(&fresh.db).await;
        for n in 0..6 {
            let place = if n % 2 == 0 { "잠실 야구장" } else { "잠실야구장" };
            let towards = moved_to(&calendar, &event, place);
            let sent = told(&fresh.db, &format!("r{n}"), "바뀜", &towards, now()).await;
            assert!(matches!(sent, Sent::New(_)));
        }
        assert_eq!(waiting(&fresh.db).await, 1);
        let (first, reports, state) = stands_behind(&kept(&fresh.db, "r0").await);
        assert_eq!((reports, state), (6, State::Waiting));
        assert_eq!(stands_behind(&kept(&fresh.db, "r5").await).0, first);
        let other = moved_to(&calendar, &event, "사직 야구장");
        told(&fresh.db, "r6", "바뀜", &other, now()).await;
        assert_eq!(waiting(&fresh.db).await, 2);
        let mut conn = fresh.db.read().await.unwrap();
        let all = of_proposal(&mut conn, first, 10).await.unwrap();
        assert_eq!(all.len(), 6);
        drop(conn);
        // What was decided takes no further reporters.
        let mut tx = fresh.db.begin().await.unwrap();
        store::proposals::decide(&mut tx, first, State::Waiting, State::Rejected).await.unwrap();
        tx.commit().await.unwrap();
        told(&fresh.db, "r7", "바뀜", &moved_to(&calendar, &event, "잠실 야구장"), now()).await;
        let (again, reports, state) = stands_behind(&kept(&fresh.db, "r7").await);
        assert!(again != first && reports == 1 && state == State::Waiting);
        assert_eq!(stands_behind(&kept(&fresh.db, "r0").await).2, State::Rejected);
        // And the group goes on with the new one.
        told(&fresh.db, "r8", "바뀜", &moved_to(&calendar, &event, "잠실 야구장"), now()).await;
        assert_eq!(stands_behind(&kept(&fresh.db, "r8").await).0, again);
    }

    async fn a_tip_sent_twice_is_kept_once(fresh) {
        let (calendar, event) = with_game(&fresh.db).await;
        let towards = moved_to(&calendar, &event, "잠실");
        assert!(matches!(told(&fresh.db, "r", "바뀜", &towards, now()).await, Sent::New(_)));
        assert_eq!(told(&fresh.db, "r", "바뀜", &towards, now()).await, Sent::Before);
        assert_eq!(stands_behind(&kept(&fresh.db, "r").await).1, 1);
        let mut conn = fresh.db.read().await.unwrap();
        assert!(by_receipt(&mut conn, &digest("x")).await.unwrap().is_none());
    }

    async fn equal_tips_at_the_same_moment_make_one_item(fresh) {
        let (calendar, event) = with_game(&fresh.db).await;
        let towards = moved_to(&calendar, &event, "잠실");
        let mut all = Vec::new();
        for n in 0..8 {
            let (db, towards) = (fresh.db.clone(), towards.clone());
            all.push(tokio::spawn(async move {
                told(&db, &format!("r{n}"), "바뀜", &towards, now()).await
            }));
        }
        for one in all {
            assert!(matches!(one.await.unwrap(), Sent::New(_)));
        }
        assert_eq!(waiting(&fresh.db).await, 1);
        assert_eq!(stands_behind(&kept(&fresh.db, "r0").await).1, 8);
    }

    async fn a_tip_is_amended_and_taken_back_while_it_waits(fresh) {
        let (calendar, event) = with_game(&fresh.db).await;
        let (one, other) = (moved_to(&calendar, &event, "잠실"), moved_to(&calendar, &event, "사직"));
        told(&fresh.db, "a", "바뀜", &one, now()).await;
        told(&fresh.db, "b", "바뀜", &one, now()).await;
        let tip = kept(&fresh.db, "a").await;
        assert!(tip.is_open() && tip.content == content("바뀜") && tip.created == now());
        let later = now() + SignedDuration::from_secs(60);
        let mut tx = fresh.db.begin().await.unwrap();
        amend(&mut tx, &tip, &content("다시"), &coming("다시", later), &other).await.unwrap();
        tx.commit().await.unwrap();
        let amended = kept(&fresh.db, "a").await;
        assert_eq!((amended.amended, &amended.content), (Some(later), &content("다시")));
        assert_ne!(stands_behind(&amended).0, stands_behind(&tip).0);
        assert_eq!(stands_behind(&kept(&fresh.db, "b").await).1, 1);
        for receipt in ["a", "b"] {
            let tip = kept(&fresh.db, receipt).await;
            let mut tx = fresh.db.begin().await.unwrap();
            withdraw(&mut tx, &tip, later).await.unwrap();
            tx.commit().await.unwrap();
            let gone = kept(&fresh.db, receipt).await;
            assert_eq!(gone.withdrawn, Some(later));
            assert!(!gone.is_open());
            let behind = gone.proposal.unwrap();
            assert_eq!((behind.state, behind.reports), (State::Superseded, 0));
            assert_eq!(behind.reason.as_deref(), Some("withdrawn"));
        }
        assert_eq!(waiting(&fresh.db).await, 0);
    }

    async fn what_is_merged_takes_its_reporters_along(fresh) {
        let (calendar, event) = with_game(&fresh.db).await;
        told(&fresh.db, "a", "바뀜", &moved_to(&calendar, &event, "잠실"), now()).await;
        told(&fresh.db, "b", "바뀜", &moved_to(&calendar, &event, "서울 잠실"), now()).await;
        let (a, ..) = stands_behind(&kept(&fresh.db, "a").await);
        let (b, ..) = stands_behind(&kept(&fresh.db, "b").await);
        let mut tx = fresh.db.begin().await.unwrap();
        move_to(&mut tx, a, b).await.unwrap();
        store::proposals::decide(&mut tx, a, State::Waiting, State::Superseded).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(stands_behind(&kept(&fresh.db, "a").await), (b, 2, State::Waiting));
        // Whoever tells the merged one again joins the other, too.
        told(&fresh.db, "c", "바뀜", &moved_to(&calendar, &event, "잠실"), now()).await;
        assert_eq!(stands_behind(&kept(&fresh.db, "c").await), (b, 3, State::Waiting));
    }

    async fn d13_a_burst_is_held_together_as_one(fresh) {
        let (calendar, event) = with_game(&fresh.db).await;
        for n in 0..60 {
            let words = format!("무료 쿠폰 받으러 오세요 어서 빨리 {n}");
            let towards = moved_to(&calendar, &event, &words);
            let when = now() + SignedDuration::from_secs(n);
            told(&fresh.db, &format!("r{n}"), &words, &towards, when).await;
        }
        let other = moved_to(&calendar, &event, "고척돔");
        let words = "경기장이 고척돔으로 바뀌었다고 해요";
        told(&fresh.db, "other", words, &other, now() + SignedDuration::from_secs(61)).await;
        assert_eq!(bursts(&fresh.db).await, (1, 60, 1));
        let mut conn = fresh.db.read().await.unwrap();
        let found = recent(&mut conn, now() + SignedDuration::from_secs(61)).await.unwrap();
        assert_eq!(found.len(), 61);
        assert!(found[0].proposal.is_some());
        assert_eq!(count_from(&mut conn, &[7; 16]).await.unwrap(), 61);
        assert_eq!(count_from(&mut conn, &[8; 16]).await.unwrap(), 0);
        let since = now() + SignedDuration::from_secs(30);
        assert_eq!(count_since(&mut conn, since).await.unwrap(), 31);
    }

    async fn a_challenge_is_used_once(fresh) {
        let used = async |challenge: &'static str, expires: i64, at: Timestamp| {
            let mut tx = fresh.db.begin().await.unwrap();
            let fresh = use_challenge(&mut tx, challenge, (expires, at)).await.unwrap();
            tx.commit().await.unwrap();
            fresh
        };
        let soon = now().as_millisecond() + 1_000;
        assert!(used("a", soon, now()).await);
        assert!(!used("a", soon, now()).await);
        assert!(used("b", soon, now()).await);
        // Expired ones are swept out; the form itself is refused by then.
        assert!(used("a", soon, now() + SignedDuration::from_secs(2)).await);
    }

    async fn an_outcome_is_counted_once(fresh) {
        let (calendar, event) = with_game(&fresh.db).await;
        told(&fresh.db, "a", "바뀜", &moved_to(&calendar, &event, "잠실"), now()).await;
        let tip = kept(&fresh.db, "a").await;
        let mut tx = fresh.db.begin().await.unwrap();
        assert!(credit(&mut tx, tip.id, now()).await.unwrap());
        assert!(!credit(&mut tx, tip.id, now()).await.unwrap());
        assert_eq!(trusted_from(&mut tx).await.unwrap(), Some(TRUSTED));
        for (set, want) in [("3", Some(3)), ("never", None)] {
            store::settings::put(&mut tx, TRUSTED_FROM, set).await.unwrap();
            assert_eq!(trusted_from(&mut tx).await.unwrap(), want);
        }
        tx.commit().await.unwrap();
        assert_eq!(kept(&fresh.db, "a").await.credited, Some(now()));
    }

    async fn what_an_event_said_is_found_by_version_and_by_revision(fresh) {
        let (calendar, event) = with_game(&fresh.db).await;
        let seen = calendar.revision;
        let mut next = event.clone();
        next.version = 2;
        next.body.main.place.name = Text::new(Lang::KO, "잠실");
        let mut tx = fresh.db.begin().await.unwrap();
        let kind = domain::change::ChangeKind::Edited;
        publish_one(&mut tx, &calendar, Write::Replace { event: next.clone(), kind }).await;
        tx.commit().await.unwrap();
        let mut conn = fresh.db.read().await.unwrap();
        let at = async |conn: &mut store::Conn, revision| {
            version_at(conn, (calendar.id, revision), (event.id, 2)).await.unwrap()
        };
        assert_eq!(at(&mut conn, seen).await, 1);
        assert_eq!(at(&mut conn, seen + 1).await, 2);
        let body = async |conn: &mut store::Conn, version| -> Option<EventBody> {
            body_at(conn, event.id, version).await.unwrap()
        };
        assert_eq!(body(&mut conn, 1).await, Some(event.body.clone()));
        assert_eq!(body(&mut conn, 2).await, Some(next.body));
        assert_eq!(body(&mut conn, 3).await, None);
        let by = by_uid(&mut conn, calendar.id, "a@haneul").await.unwrap();
        assert_eq!(by, Some(event.id));
        assert_eq!(by_uid(&mut conn, calendar.id, "b@haneul").await.unwrap(), None);
    }

    async fn wishes_gather_and_are_answered(fresh) {
        let wish = |title: &str| Wish {
            title: title.to_owned(),
            key: domain::tip::likeness::key(title),
        };
        let mut tx = fresh.db.begin().await.unwrap();
        let one = requests::open(&mut tx, &wish("FC 서울"), Some("n"), now()).await.unwrap();
        let same = requests::open(&mut tx, &wish("fc서울!"), None, now()).await.unwrap();
        assert_eq!(one, same);
        for (voter, counts) in [([1; 16], true), ([2; 16], true), ([1; 16], false)] {
            assert_eq!(requests::second(&mut tx, one, &voter).await.unwrap(), counts);
        }
        let found = requests::by_id(&mut tx, one).await.unwrap().unwrap();
        assert_eq!((found.title.as_str(), found.seconds), ("FC 서울", 2));
        assert_eq!(found.stage, Stage::Waiting);
        let listed = Answer { stage: Stage::Listed, calendar: None, words: None };
        assert!(requests::answer(&mut tx, one, &listed, now()).await.unwrap());
        assert_eq!(requests::in_stage(&mut tx, Stage::Listed, 9).await.unwrap().len(), 1);
        let made = Answer { stage: Stage::Made, calendar: None, words: Some("만들었어요") };
        assert!(requests::answer(&mut tx, one, &made, now()).await.unwrap());
        assert!(!requests::answer(&mut tx, one, &listed, now()).await.unwrap());
        // Once answered, the same wish is a new one.
        let again = requests::open(&mut tx, &wish("FC 서울"), None, now()).await.unwrap();
        assert_ne!(again, one);
        let mut by_wish = content("x");
        by_wish.kind = Kind::NewCalendar;
        let towards = Towards::Request(again);
        send(&mut tx, &digest("w"), &by_wish, &coming("x", now()), &towards).await.unwrap();
        tx.commit().await.unwrap();
        let tip = kept(&fresh.db, "w").await;
        assert_eq!(tip.request.map(|wish| wish.id), Some(again));
        assert!(tip.proposal.is_none());
    }

    async fn the_same_image_is_kept_once_and_forgotten_when_nobody_sent_it(fresh) {
        let (calendar, event) = with_game(&fresh.db).await;
        let image = |byte: u8| Image {
            media_type: "image/jpeg".to_owned(),
            bytes: vec![byte; 100],
            width: 10,
            height: 20,
        };
        let mut tx = fresh.db.begin().await.unwrap();
        let one = uploads::add(&mut tx, &image(1), now()).await.unwrap();
        assert_eq!(uploads::add(&mut tx, &image(1), now()).await.unwrap(), one);
        let other = uploads::add(&mut tx, &image(2), now()).await.unwrap();
        assert_eq!(uploads::get(&mut tx, one).await.unwrap(), Some(image(1)));
        let mut sent = content("x");
        sent.upload = Some(one);
        let towards = moved_to(&calendar, &event, "잠실");
        send(&mut tx, &digest("u"), &sent, &coming("x", now()), &towards).await.unwrap();
        assert_eq!(uploads::forget_unused(&mut tx, now(), 9).await.unwrap(), 0);
        let later = at("2026-11-24T03:00:00Z");
        assert_eq!(uploads::forget_unused(&mut tx, later, 9).await.unwrap(), 1);
        assert!(uploads::get(&mut tx, other).await.unwrap().is_none());
        assert!(uploads::get(&mut tx, one).await.unwrap().is_some());
        tx.commit().await.unwrap();
    }
}

/// How many bursts there are, how many waiting proposals are in one, and how many in none.
async fn bursts(db: &Db) -> (usize, usize, usize) {
    let mut conn = db.read().await.unwrap();
    let all = store::proposals::in_state(&mut conn, State::Waiting, 1_000)
        .await
        .unwrap();
    let mut found = Vec::new();
    for proposal in &all {
        found.push(store::tips::burst_of(&mut conn, proposal.id).await.unwrap());
    }
    let mut held: Vec<_> = found.iter().flatten().collect();
    let inside = held.len();
    held.sort_unstable();
    held.dedup();
    (held.len(), inside, found.len() - inside)
}
