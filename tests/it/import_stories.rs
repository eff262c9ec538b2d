//! Importing: what a source says, becomes, and takes back (R6), on both engines.

use crate::databases::on_both;
use crate::given::{self, draft, game, ko, now};
use domain::calendar::Calendar;
use domain::change::ChangeKind;
use domain::event::{Draft, Place, Status};
use domain::merge::Pin;
use domain::patch::FieldValue;
use domain::text::Lang;
use domain::time::EventTime;
use domain::zone::Zone;
use ingest::{Error, Format, Import, Outcome, Reading, Removals, Target, bring_in};
use store::Db;

fn reading(drafts: Vec<Draft>) -> Reading {
    Reading {
        drafts,
        ..Reading::default()
    }
}

async fn import(db: &Db, calendar: &Calendar, reading: &Reading) -> Result<Outcome, Error> {
    import_as(db, calendar, reading, "import", Removals::Guarded).await
}

async fn import_as(
    db: &Db,
    calendar: &Calendar,
    reading: &Reading,
    source: &str,
    removals: Removals,
) -> Result<Outcome, Error> {
    let target = Target::Known(calendar);
    bring_in(
        db,
        &Import {
            target,
            source,
            reading,
            removals,
            at: now(),
        },
        false,
    )
    .await
}

fn season() -> Vec<Draft> {
    (1..=9)
        .map(|day| {
            draft(
                Some(&format!("g{day}")),
                game("하늘 대 바다", &format!("2027-04-0{day}T18:30:00")),
            )
        })
        .collect()
}

async fn events(db: &Db, calendar: &Calendar) -> Vec<domain::event::Event> {
    let mut conn = db.read().await.unwrap();
    let mut events = store::events::of_calendar(&mut conn, calendar.id)
        .await
        .unwrap();
    events.sort_by(|a, b| a.uid.cmp(&b.uid));
    events
}

async fn revision(db: &Db, calendar: &Calendar) -> i64 {
    let mut conn = db.read().await.unwrap();
    store::calendars::by_id(&mut conn, calendar.id)
        .await
        .unwrap()
        .unwrap()
        .revision
}

on_both! {
    async fn moved_called_off_removed_and_new_entries_are_told_apart(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        let first = import(db, &made, &reading(season())).await.unwrap();
        assert_eq!(first, Outcome { created: 9, ..Outcome::default() });
        let mut changed = season();
        changed[0].body = game("하늘 대 바다", "2027-04-01T14:00:00");
        changed[1].body.main.status = Status::Cancelled;
        changed.remove(8);
        changed.push(draft(Some("g10"), game("하늘 대 숲", "2027-04-10T18:30:00")));
        let second = import(db, &made, &reading(changed)).await.unwrap();
        let want = Outcome { created: 1, updated: 1, unchanged: 6, cancelled: 1, removed: 1, ..Outcome::default() };
        assert_eq!(second, want);
        let now_there = events(db, &made).await;
        assert_eq!(now_there.len(), 9);
        let moved = now_there.iter().find(|e| e.uid == "g1").unwrap();
        assert_eq!((moved.version, moved.sequence), (2, 1));
        assert!(moved.modified > moved.created);
        assert_eq!(revision(db, &made).await, 3);
    }

    async fn the_same_file_again_changes_nothing_at_all(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        import(db, &made, &reading(season())).await.unwrap();
        let (before, rev) = (events(db, &made).await, revision(db, &made).await);
        let mut reversed = season();
        reversed.reverse();
        let again = import(db, &made, &reading(reversed)).await.unwrap();
        assert_eq!(again, Outcome { unchanged: 9, ..Outcome::default() });
        assert_eq!((events(db, &made).await, revision(db, &made).await), (before, rev));
    }

    async fn entries_without_uid_keep_their_identity(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        let nameless = |start: &str| draft(None, game("하늘 대 바다", start));
        let file = vec![nameless("2027-04-01T14:00:00"), nameless("2027-04-01T18:30:00")];
        import(db, &made, &reading(file)).await.unwrap();
        let before = events(db, &made).await;
        assert!(before.iter().all(|e| e.uid.len() == 22), "random uids");
        let file = vec![nameless("2027-04-02T18:30:00"), nameless("2027-04-01T14:00:00")];
        let outcome = import(db, &made, &reading(file)).await.unwrap();
        assert_eq!(outcome, Outcome { updated: 1, unchanged: 1, ..Outcome::default() });
        let uids = |events: &[domain::event::Event]| events.iter().map(|e| e.uid.clone()).collect::<Vec<_>>();
        assert_eq!(uids(&events(db, &made).await), uids(&before));
    }

    async fn a_file_that_would_empty_much_is_refused_and_nothing_changes(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        import(db, &made, &reading(season())).await.unwrap();
        let five = reading(season().split_off(4));
        let refused = import(db, &made, &five).await.unwrap_err();
        assert!(matches!(refused, Error::TooManyRemovals { removed: 4, coming: 9 }), "{refused}");
        assert_eq!(events(db, &made).await.len(), 9);
        let empty = import(db, &made, &reading(Vec::new())).await.unwrap_err();
        assert!(matches!(empty, Error::Empty));
        let three = reading(season().split_off(3));
        assert_eq!(import(db, &made, &three).await.unwrap().removed, 3, "a third is not more than a third");
        let allowed = import_as(db, &made, &reading(season().split_off(8)), "import", Removals::Allowed).await;
        assert_eq!(allowed.unwrap().removed, 5);
    }

    async fn a_source_removes_only_what_it_owns(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        import(db, &made, &reading(season())).await.unwrap();
        let other = reading(vec![draft(Some("x1"), game("팬 모임", "2027-04-20T14:00:00"))]);
        import_as(db, &made, &other, "fans", Removals::Guarded).await.unwrap();
        let less = reading(season().split_off(1));
        assert_eq!(import(db, &made, &less).await.unwrap().removed, 1);
        assert_eq!(events(db, &made).await.len(), 9);
    }

    async fn two_sources_with_the_same_uid_do_not_meet(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        let one = reading(vec![draft(Some("same"), game("하나", "2027-04-20T14:00:00"))]);
        let two = reading(vec![draft(Some("same"), game("둘", "2027-04-21T14:00:00"))]);
        import_as(db, &made, &one, "one", Removals::Guarded).await.unwrap();
        import_as(db, &made, &two, "two", Removals::Guarded).await.unwrap();
        let events = events(db, &made).await;
        assert_eq!(events.len(), 2);
        assert_eq!(events.iter().filter(|e| e.uid == "same").count(), 1, "the first keeps the name");
        let again = import_as(db, &made, &two, "two", Removals::Guarded).await.unwrap();
        assert_eq!(again.unchanged, 1);
    }

    async fn a_removed_entry_that_comes_back_is_the_same_event(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        import(db, &made, &reading(season())).await.unwrap();
        let before = events(db, &made).await;
        import(db, &made, &reading(season().split_off(1))).await.unwrap();
        let back = import(db, &made, &reading(season())).await.unwrap();
        assert_eq!(back, Outcome { updated: 1, unchanged: 8, ..Outcome::default() });
        let after = events(db, &made).await;
        assert_eq!(after[0].id, before[0].id);
        assert!(after[0].sequence > before[0].sequence && after[0].modified > before[0].modified);
        let mut conn = db.read().await.unwrap();
        let kinds: Vec<_> = store::events::history(&mut conn, after[0].id, 9).await.unwrap().iter().map(|v| v.kind).collect();
        assert_eq!(kinds, [ChangeKind::Restored, ChangeKind::Removed, ChangeKind::Created]);
    }

    async fn what_people_pinned_stays_until_the_source_agrees(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        let said = |start: &str| reading(vec![draft(Some("g"), game("하늘 대 바다", start))]);
        let (six, five, nine) = ("2027-04-01T18:30:00", "2027-04-01T17:00:00", "2027-04-01T21:00:00");
        import(db, &made, &said(six)).await.unwrap();
        let event = events(db, &made).await.remove(0);
        // What accepting a tip does: the field moves, and is pinned against what the source said.
        let mut tipped = event.clone();
        tipped.version += 1;
        tipped.body = game("하늘 대 바다", five);
        let mut tx = db.begin().await.unwrap();
        let zone = Zone::seoul();
        let writes = vec![store::publish::Write::Replace { event: tipped.clone(), kind: ChangeKind::Rescheduled }];
        let batch = store::publish::Batch { calendar: made.id, zone: &zone, source: None, at: now(), writes };
        store::publish::publish(&mut tx, batch).await.unwrap();
        let pin = Pin { overruled: FieldValue::Time(event.body.main.time.clone()), conflict: None };
        store::pins::replace(&mut tx, event.id, &[pin]).await.unwrap();
        tx.commit().await.unwrap();
        // The source repeats itself: the tip holds, even when another field moves.
        let mut repeated = said(six);
        repeated.drafts[0].body.main.place = Place { name: ko("하늘구장"), geo: None };
        assert_eq!(import(db, &made, &repeated).await.unwrap().updated, 1);
        let held = events(db, &made).await.remove(0);
        assert_eq!(held.body.main.time, tipped.body.main.time);
        assert_eq!(held.body.main.place.name, ko("하늘구장"));
        // It says a third thing: a decision is wanted, nothing moves.
        assert_eq!(import(db, &made, &said(nine)).await.unwrap().conflicts, 1);
        assert_eq!(events(db, &made).await[0].body.main.time, tipped.body.main.time);
        // It agrees: the pin is gone, and the next move counts again.
        assert_eq!(import(db, &made, &said(five)).await.unwrap().conflicts, 0);
        let mut conn = db.read().await.unwrap();
        assert!(store::pins::of_event(&mut conn, event.id).await.unwrap().is_empty());
        drop(conn);
        import(db, &made, &said(nine)).await.unwrap();
        let EventTime::Zoned(moved) = &events(db, &made).await[0].body.main.time.clone() else { panic!() };
        assert_eq!(moved.start.at.hour(), 21);
    }

    async fn a_source_without_a_column_does_not_empty_it(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        let full = r#"[{"uid":"a","title":"경기","start":"2027-04-01T18:30","place":"하늘구장","tags":["홈"]}]"#;
        let bare = r#"[{"uid":"a","title":"경기","start":"2027-04-01T17:00"}]"#;
        for json in [full, bare] {
            let reading = ingest::read(Format::Json, json.as_bytes(), Lang::KO, &Zone::seoul()).unwrap();
            import(db, &made, &reading).await.unwrap();
        }
        let event = events(db, &made).await.remove(0);
        assert_eq!(event.body.main.place.name, ko("하늘구장"));
        assert_eq!(event.body.main.tags[0].key, "hom");
    }

    async fn a_skipped_entry_is_not_taken_for_a_removed_one(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        import(db, &made, &reading(season())).await.unwrap();
        let mut rest = reading(season().split_off(1));
        rest.skipped.push(ingest::Skipped { line: 3, uid: Some("g1".into()), reason: "x".into() });
        let outcome = import(db, &made, &rest).await.unwrap();
        assert_eq!((outcome.removed, outcome.skipped), (0, 1));
    }

    async fn a_dry_run_tells_the_same_and_writes_nothing(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        let reading = reading(season());
        let target = Target::Known(&made);
        let import = Import { target, source: "import", reading: &reading, removals: Removals::Guarded, at: now() };
        let dry = bring_in(db, &import, true).await.unwrap();
        assert!(events(db, &made).await.is_empty());
        assert_eq!(revision(db, &made).await, 1);
        assert_eq!(bring_in(db, &import, false).await.unwrap(), dry);
    }

    async fn a_calendar_is_made_together_with_its_events(fresh) {
        let db = &fresh.db;
        let new = store::calendars::draft(given::profile("bada"), now());
        let category = given::category();
        let reading = reading(season());
        let target = Target::New(&new, &category);
        let import = Import { target, source: "import", reading: &reading, removals: Removals::Guarded, at: now() };
        assert_eq!(bring_in(db, &import, false).await.unwrap().created, 9);
        let mut conn = db.read().await.unwrap();
        let found = store::calendars::find(&mut conn, "bada").await.unwrap().unwrap();
        assert_eq!(found.calendar.id, new.id);
        assert_eq!(store::events::of_calendar(&mut conn, new.id).await.unwrap().len(), 9);
    }

    async fn our_own_export_comes_back_whole(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        let mut drafts = season();
        drafts[0].body.series = Some(domain::series::Series {
            rules: vec!["FREQ=WEEKLY;COUNT=3".parse().unwrap()],
            ..domain::series::Series::default()
        });
        drafts[1].body.main.result = ko("3:2");
        drafts[2].body.main.time = EventTime::DateOnly { date: "2027-04-03".parse().unwrap() };
        import(db, &made, &reading(drafts)).await.unwrap();
        let before = events(db, &made).await;
        let json = ingest::export::json(&made, &before).unwrap();
        let read = ingest::read(Format::Json, json.as_bytes(), Lang::EN, &Zone::utc()).unwrap();
        assert!(read.skipped.is_empty(), "{:?}", read.skipped);
        assert_eq!(read.title, made.profile.title);
        let again = given::calendar(db, "copy").await;
        import(db, &again, &read).await.unwrap();
        let bodies = |events: Vec<domain::event::Event>| events.into_iter().map(|e| (e.uid, e.body)).collect::<Vec<_>>();
        assert_eq!(bodies(events(db, &again).await), bodies(before));
    }

    async fn importers_at_the_same_time_do_not_lose_or_double_anything(fresh) {
        let db = &fresh.db;
        let made = given::calendar(db, "haneul").await;
        let mut tasks = Vec::new();
        for n in 0..4 {
            let (db, made) = (fresh.again().await, made.clone());
            tasks.push(tokio::spawn(async move {
                let source = format!("s{n}");
                let mine = draft(Some(&format!("u{n}")), game("경기", "2027-04-01T18:30:00"));
                let common = draft(Some("common"), game("공통", "2027-04-02T18:30:00"));
                let reading = reading(vec![mine, common]);
                for _ in 0..3 {
                    match import_as(&db, &made, &reading, &source, Removals::Guarded).await {
                        Ok(_) | Err(Error::Busy) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
                db.close().await;
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let events = events(db, &made).await;
        assert_eq!(events.len(), 8);
        let mut uids: Vec<_> = events.iter().map(|e| &e.uid).collect();
        uids.dedup();
        assert_eq!(uids.len(), 8);
    }
}
