//! Publication at a set time, on both engines: once, in time, whoever runs then.

use crate::databases::on_both;
use crate::desk::{change, editor, entry, patch, published, stands, time, tip};
use crate::given::{calendar, game, now};
use desk::{Decision, Desk, Error};
use domain::clock::Clock;
use domain::id::ProposalId;
use domain::patch::Field;
use domain::proposal::{Aim, Reason, State};
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::time::{Duration, Instant};
use store::{Db, events};

fn later(seconds: i64) -> Timestamp {
    now().checked_add(seconds.seconds()).unwrap()
}

/// A clock that begins at the tests' day and goes on as real time does.
fn running() -> Clock {
    let start = Instant::now();
    Clock::new(move || {
        let gone = SignedDuration::try_from(start.elapsed()).unwrap();
        now().checked_add(gone).unwrap()
    })
}

async fn wait_for(db: &Db, id: ProposalId, state: State) {
    let until = Instant::now() + Duration::from_secs(20);
    while entry(db, id).await.proposal.state != state {
        assert!(Instant::now() < until, "it becomes {state:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

on_both! {
    async fn what_is_due_is_published_once_and_what_clashes_waits_again(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let (one, two) = (published(db, &home, "a").await, published(db, &home, "b").await);
        let mina = editor();
        let desk = Desk::new(db, &mina, now());
        let mut drafts = Vec::new();
        for number in 0..40 {
            let body = game(&format!("제{number}차전"), "2027-04-05T18:30:00");
            drafts.push((Aim::Create(Box::new(body)), None));
        }
        drafts.push((change(one.id, 1, vec![time("17:00")]), None));
        drafts.push((change(two.id, 1, vec![time("17:00")]), None));
        let ids = desk.draft_all(home.id, drafts).await.unwrap();
        let report = desk.decide_all(&ids, &Decision::Schedule(later(60))).await.unwrap();
        assert_eq!(report.done(), 42);
        let waits = tip(db, &home, change(one.id, 1, vec![time("16:00")])).await;
        desk.schedule(waits, later(90)).await.unwrap();
        let refused = desk.schedule(waits, later(90)).await;
        assert!(refused.is_ok(), "it can be put to another time: {refused:?}");
        desk.edit(two.id, 1, patch([time("20:00")])).await.unwrap();

        ::jobs::once(db, later(59)).await.unwrap();
        assert_eq!(entry(db, ids[0]).await.proposal.state, State::Scheduled);
        ::jobs::once(db, later(60)).await.unwrap();
        ::jobs::once(db, later(61)).await.unwrap();
        let mut conn = db.read().await.unwrap();
        assert_eq!(events::of_calendar(&mut conn, home.id).await.unwrap().len(), 42);
        let revision = store::calendars::by_id(&mut conn, home.id).await.unwrap().unwrap().revision;
        assert_eq!(revision, 5, "two made, one edited, all the rest at once");
        drop(conn);
        let done = entry(db, ids[40]).await.handling;
        assert_eq!((done.decided_by.as_deref(), done.decided), (Some("mina"), Some(later(60))));
        let (body, version, _) = stands(db, one.id).await;
        assert_eq!((body.get(Field::Time), version), (time("17:00"), 2));
        let back = entry(db, ids[41]).await;
        assert_eq!((back.proposal.state, back.handling.reason), (State::Waiting, Some(Reason::Clash)));
        assert_eq!(stands(db, two.id).await.0.get(Field::Time), time("20:00"));
        // The later one was made on what the first has changed.
        ::jobs::once(db, later(90)).await.unwrap();
        assert_eq!(entry(db, waits).await.proposal.state, State::Waiting);
    }

    async fn what_is_taken_off_the_schedule_stays_unpublished(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let one = published(db, &home, "a").await;
        let mina = editor();
        let desk = Desk::new(db, &mina, now());
        let draft = desk.draft(home.id, change(one.id, 1, vec![time("17:00")]), None).await.unwrap();
        assert!(matches!(desk.unschedule(draft).await, Err(Error::NotNow { state: State::Draft })));
        desk.schedule(draft, later(60)).await.unwrap();
        assert_eq!(desk.unschedule(draft).await.unwrap().state, State::Draft);
        let other = desk.draft(home.id, change(one.id, 1, vec![time("16:00")]), None).await.unwrap();
        desk.schedule(other, later(60)).await.unwrap();
        desk.discard(other).await.unwrap();
        ::jobs::once(db, later(61)).await.unwrap();
        assert_eq!(stands(db, one.id).await.1, 1);
        let again = desk.undo(other).await.unwrap();
        assert_eq!(again.state, State::Draft);
        desk.decide(again.proposal, &Decision::Submit).await.unwrap();
        let tipped = tip(db, &home, change(one.id, 1, vec![time("15:00")])).await;
        desk.schedule(tipped, later(99)).await.unwrap();
        assert_eq!(desk.undo(tipped).await.unwrap().state, State::Waiting, "it came from outside");
        let stale = desk.draft(home.id, change(one.id, 7, vec![time("15:00")]), None).await;
        assert!(matches!(stale, Err(Error::NotFound("version"))));
    }

    async fn a_schedule_survives_its_runner_and_two_nodes_publish_once(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let one = published(db, &home, "a").await;
        let clock = running();
        let first = tokio::spawn(::jobs::run(db.clone(), clock.clone(), "one".to_owned()));
        let mina = editor();
        let due = clock.now().checked_add(2.seconds()).unwrap();
        let desk = Desk::new(db, &mina, clock.now());
        let id = desk.draft(home.id, change(one.id, 1, vec![time("17:00")]), None).await.unwrap();
        desk.schedule(id, due).await.unwrap();
        first.abort();
        let _ = first.await;
        // Two new nodes, one of them another process' view of the database.
        let other = fresh.again().await;
        let nodes = [db.clone(), other.clone()].map(|node| {
            tokio::spawn(::jobs::run(node, clock.clone(), "again".to_owned()))
        });
        wait_for(db, id, State::Accepted).await;
        let done = entry(db, id).await.handling.decided.unwrap();
        let late = done.duration_since(due);
        assert!(late >= SignedDuration::ZERO && late < SignedDuration::from_secs(3), "late by {late}");
        // One that is scheduled while the nodes sleep is as punctual.
        let desk = Desk::new(db, &mina, clock.now());
        let id = desk.draft(home.id, change(one.id, 2, vec![time("16:00")]), None).await.unwrap();
        let due = clock.now().checked_add(700.milliseconds()).unwrap();
        desk.schedule(id, due).await.unwrap();
        wait_for(db, id, State::Accepted).await;
        let late = entry(db, id).await.handling.decided.unwrap().duration_since(due);
        eprintln!("scheduled publication: late by {late}");
        assert!(late >= SignedDuration::ZERO && late < SignedDuration::from_secs(3), "late by {late}");
        assert_eq!(stands(db, one.id).await.1, 3);
        for node in nodes {
            node.abort();
            let _ = node.await;
        }
        other.close().await;
    }
    async fn a_node_that_dies_in_the_middle_delays_a_publication_by_its_lease(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let one = published(db, &home, "a").await;
        let mina = editor();
        let desk = Desk::new(db, &mina, now());
        let id = desk.draft(home.id, change(one.id, 1, vec![time("17:00")]), None).await.unwrap();
        desk.schedule(id, now()).await.unwrap();
        // It took the work, had written everything but the commit, and was gone.
        let mut tx = db.begin().await.unwrap();
        let holder = store::jobs::Holder { name: "dead", lease: SignedDuration::from_secs(2) };
        store::jobs::claim(&mut tx, desk::PUBLISH_DUE, holder, now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(desk::publish_due(&mut tx, now()).await.unwrap().published, 1);
        tx.roll_back().await.unwrap();
        assert_eq!(stands(db, one.id).await.1, 1);
        let node = tokio::spawn(::jobs::run(db.clone(), running(), "alive".to_owned()));
        let start = Instant::now();
        wait_for(db, id, State::Accepted).await;
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        assert_eq!(stands(db, one.id).await.1, 2);
        node.abort();
        let _ = node.await;
    }
}
