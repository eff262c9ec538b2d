//! Every store operation, on both engines.

use crate::databases::on_both;
use crate::given::{self, at, calendar, event, game, ko, now};
use domain::calendar::Visibility;
use domain::change::ChangeKind;
use domain::event::{Event, Status};
use domain::id::{CalendarId, ProposalId};
use domain::merge::Pin;
use domain::patch::{EventPatch, FieldValue};
use domain::proposal::{Aim, Origin, Proposal, State};
use domain::series::Series;
use jiff::{Timestamp, ToSpan};
use std::time::{Duration, Instant};
use store::publish::{Batch, Write, publish};
use store::{Db, Error};

async fn write(db: &Db, calendar: &domain::calendar::Calendar, writes: Vec<Write>) -> i64 {
    write_at(db, calendar, writes, now()).await
}

async fn write_at(
    db: &Db,
    calendar: &domain::calendar::Calendar,
    writes: Vec<Write>,
    at: Timestamp,
) -> i64 {
    let mut tx = db.begin().await.unwrap();
    let zone = &calendar.profile.zone;
    let batch = Batch {
        calendar: calendar.id,
        zone,
        source: None,
        at,
        writes,
    };
    let revisions = publish(&mut tx, batch).await.unwrap();
    tx.commit().await.unwrap();
    revisions[&calendar.id]
}

fn next(event: &Event, change: impl Fn(&mut Event)) -> Event {
    let mut next = event.clone();
    next.version += 1;
    next.modified = event.modified.checked_add(1.second()).unwrap();
    change(&mut next);
    next
}

async fn revision(db: &Db, id: CalendarId) -> i64 {
    let mut conn = db.read().await.unwrap();
    store::calendars::by_id(&mut conn, id)
        .await
        .unwrap()
        .unwrap()
        .revision
}

on_both! {
    async fn migrating_again_changes_nothing_and_the_schema_is_current(fresh) {
        let before = fresh.db.schema_version().await.unwrap();
        let other = fresh.again().await;
        let (one, two) = tokio::join!(fresh.db.migrate(), other.migrate());
        one.unwrap();
        two.unwrap();
        assert_eq!(fresh.db.schema_version().await.unwrap(), before);
        fresh.db.check_schema().await.unwrap();
        assert!(["SQLite", "PostgreSQL"].contains(&fresh.db.engine()));
        other.close().await;
    }

    async fn a_calendar_is_found_by_every_name_it_ever_had(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let mut tx = db.begin().await.unwrap();
        let mut profile = made.profile.clone();
        profile.slug = given::slug("haneul-2027");
        let revision = store::calendars::update_profile(&mut tx, made.id, &profile, now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(revision, 2);
        let mut conn = db.read().await.unwrap();
        for (name, alias) in
            [("haneul", true), ("haneul-2027", false), (made.public_id.as_str(), true)]
        {
            let found = store::calendars::find(&mut conn, name).await.unwrap().unwrap();
            assert_eq!((found.calendar.id, found.alias), (made.id, alias), "{name}");
            assert_eq!(found.calendar.profile, profile);
        }
        assert_eq!(store::calendars::find(&mut conn, "nobody").await.unwrap(), None);
        let names = store::calendars::names(&mut conn).await.unwrap();
        assert_eq!(names.len(), 2);
        let mut of_it = store::calendars::names_of(&mut conn, &[made.id]).await.unwrap();
        of_it.sort();
        assert_eq!(of_it, names);
        assert!(store::calendars::names_of(&mut conn, &[]).await.unwrap().is_empty());
        assert_eq!(store::calendars::tally(&mut conn).await.unwrap(), (1, 2));
        assert_eq!(store::categories::all(&mut conn).await.unwrap(), [given::category()]);
    }

    async fn a_name_is_never_used_again(fresh) {
        let db = &fresh.db;
        let first = calendar(db, "haneul").await;
        let mut tx = db.begin().await.unwrap();
        let mut profile = first.profile.clone();
        profile.slug = given::slug("bada");
        store::calendars::update_profile(&mut tx, first.id, &profile, now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let second = store::calendars::draft(given::profile("haneul"), now());
        let refused = store::calendars::insert(&mut tx, &second).await;
        tx.roll_back().await.unwrap();
        assert!(matches!(refused, Err(Error::NameTaken(name)) if name == "haneul"));
    }

    async fn a_withdrawn_calendar_is_not_listed_but_still_known(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let mut tx = db.begin().await.unwrap();
        store::calendars::set_visibility(&mut tx, made.id, Visibility::Withdrawn, now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        assert!(store::calendars::all(&mut conn).await.unwrap().is_empty());
        assert_eq!(store::calendars::all_with_withdrawn(&mut conn).await.unwrap().len(), 1);
    }

    async fn a_batch_is_one_revision_however_many_events_it_touches(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let one = event("a", game("하늘 대 바다", "2027-04-05T18:30:00"));
        let two = event("b", game("하늘 대 숲", "2027-04-06T18:30:00"));
        let created = vec![Write::Create(one.clone()), Write::Create(two.clone())];
        assert_eq!(write(db, &made, created).await, 2);
        let off = next(&one, |e| e.body.main.status = Status::Cancelled);
        let writes = vec![
            Write::Replace { event: off.clone(), kind: ChangeKind::Cancelled },
            Write::Remove(two.id),
        ];
        assert_eq!(write(db, &made, writes).await, 3);

        let mut conn = db.read().await.unwrap();
        // What changed is told beside it.
        let off = domain::event::Event {
            news: domain::news::after(&[], &one.body, &off.body, now(), None),
            ..off
        };
        assert_eq!(store::events::of_calendar(&mut conn, made.id).await.unwrap(), std::slice::from_ref(&off));
        let log = store::events::changes_since(&mut conn, made.id, 2, 10).await.unwrap();
        let mut kinds: Vec<_> = log.iter().map(|c| (c.revision, c.event, c.kind)).collect();
        kinds.sort_by_key(|(_, event, _)| *event);
        let mut want =
            [(3, one.id, ChangeKind::Cancelled), (3, two.id, ChangeKind::Removed)];
        want.sort_by_key(|(_, event, _)| *event);
        assert_eq!(kinds, want);
        let history = store::events::history(&mut conn, one.id, 10).await.unwrap();
        let kinds: Vec<_> = history.iter().map(|v| (v.version, v.kind)).collect();
        assert_eq!(kinds, [(2, ChangeKind::Cancelled), (1, ChangeKind::Created)]);
        assert_eq!(history[1].body, one.body);
        let gone = store::events::by_public_id(&mut conn, &two.public_id).await.unwrap().unwrap();
        assert_eq!(gone.removed, Some(now()));
        assert_eq!(gone.calendars, [made.id]);
        assert_eq!(store::events::by_id(&mut conn, one.id).await.unwrap().unwrap().event, off);
        let uids = store::events::uids(&mut conn, made.id).await.unwrap();
        assert_eq!(uids.len(), 2, "a removed event keeps its uid: {uids:?}");
        assert_eq!(store::calendars::revisions(&mut conn).await.unwrap(), [(made.id, 3)]);
    }

    async fn last_modified_moves_a_second_with_each_revision(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let mut last = made.modified;
        for uid in ["a", "b", "c"] {
            write(db, &made, vec![Write::Create(event(uid, game("경기", "2027-04-05T18:30:00")))]).await;
            let mut conn = db.read().await.unwrap();
            let now = store::calendars::by_id(&mut conn, made.id).await.unwrap().unwrap().modified;
            assert!(now >= last.checked_add(1.second()).unwrap(), "{now} after {last}");
            last = now;
        }
    }

    async fn a_rolled_back_batch_leaves_no_trace(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let mut tx = db.begin().await.unwrap();
        let writes = vec![Write::Create(event("a", game("경기", "2027-04-05T18:30:00")))];
        let zone = &made.profile.zone;
        let batch = Batch { calendar: made.id, zone, source: None, at: now(), writes };
        publish(&mut tx, batch).await.unwrap();
        tx.roll_back().await.unwrap();
        assert_eq!(revision(db, made.id).await, 1);
        let mut conn = db.read().await.unwrap();
        assert!(store::events::of_calendar(&mut conn, made.id).await.unwrap().is_empty());
    }

    async fn a_snapshot_shows_one_moment(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let mut snapshot = db.snapshot().await.unwrap();
        let before = store::calendars::by_id(&mut snapshot, made.id).await.unwrap().unwrap();
        write(db, &made, vec![Write::Create(event("a", game("경기", "2027-04-05T18:30:00")))]).await;
        let events = store::events::of_calendar(&mut snapshot, made.id).await.unwrap();
        let after = store::calendars::by_id(&mut snapshot, made.id).await.unwrap().unwrap();
        snapshot.roll_back().await.unwrap();
        assert!(events.is_empty());
        assert_eq!(before.revision, after.revision);
        assert_eq!(revision(db, made.id).await, 2);
    }

    async fn writers_wait_for_one_another(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let mut tasks = Vec::new();
        for task in 0..8 {
            let (db, made) = (fresh.again().await, made.clone());
            tasks.push(tokio::spawn(async move {
                for turn in 0..5 {
                    let uid = format!("{task}-{turn}");
                    let new = event(&uid, game("경기", "2027-04-05T18:30:00"));
                    write(&db, &made, vec![Write::Create(new)]).await;
                }
                db.close().await;
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(revision(db, made.id).await, 41);
        let mut tx = db.begin().await.unwrap();
        assert_eq!(store::calendars::lock(&mut tx, made.id).await.unwrap(), Some(41));
        tx.roll_back().await.unwrap();
    }

    async fn occurrences_follow_series_and_their_changed_instances(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let mut body = game("주간 모임", "2027-04-01T09:00:00");
        let mut moved = game("주간 모임(변경)", "2027-04-09T10:00:00").main;
        moved.status = Status::Postponed;
        let id = |day: &str| domain::series::RecurrenceId::parse(&format!("{day}T09:00:00")).unwrap();
        body.series = Some(Series {
            rules: vec!["FREQ=WEEKLY;COUNT=4".parse().unwrap()],
            except: vec![id("2027-04-15")],
            overrides: vec![domain::series::Override { at: id("2027-04-08"), instead: moved }],
            ..Series::default()
        });
        let series = event("a", body);
        let single = event("b", game("단발", "2027-04-08T23:00:00"));
        write(db, &made, vec![Write::Create(series.clone()), Write::Create(single)]).await;
        let mut conn = db.read().await.unwrap();
        let (from, to) = (at("2027-03-31T15:00:00Z"), at("2027-04-30T15:00:00Z"));
        let shown = store::occurrences::between(&mut conn, Some(made.id), from, to, 50).await.unwrap();
        let seen: Vec<_> = shown
            .iter()
            .map(|s| (s.starts.to_string(), s.what.title.pick(domain::text::Lang::KO, domain::text::Lang::KO).to_owned(), s.repeats))
            .collect();
        assert_eq!(seen, [
            ("2027-04-01T00:00:00Z".to_owned(), "주간 모임".to_owned(), true),
            ("2027-04-08T14:00:00Z".to_owned(), "단발".to_owned(), false),
            ("2027-04-09T01:00:00Z".to_owned(), "주간 모임(변경)".to_owned(), true),
            ("2027-04-22T00:00:00Z".to_owned(), "주간 모임".to_owned(), true),
        ]);
        assert_eq!(shown[2].recurrence_id, Some(id("2027-04-08")));
        let all = store::occurrences::between(&mut conn, None, from, to, 2).await.unwrap();
        assert_eq!(all.len(), 2);
        let of_event = store::occurrences::of_event(&mut conn, series.id, at("2027-04-10T00:00:00Z"), 9).await.unwrap();
        assert_eq!(of_event.len(), 1);
        let next = store::occurrences::next_of(&mut conn, &[made.id], at("2027-04-02T00:00:00Z")).await.unwrap();
        assert_eq!(next.len(), 1);
        assert_eq!(next[0].uid, "b");
        let coming = store::occurrences::upcoming(&mut conn, made.id, at("2027-04-08T15:00:00Z"), 9).await.unwrap();
        assert_eq!(coming.len(), 3, "what is under way counts");
        let past = store::occurrences::past(&mut conn, made.id, at("2027-04-30T00:00:00Z"), 2).await.unwrap();
        assert_eq!(past[0].starts, at("2027-04-22T00:00:00Z"), "latest first");
        assert_eq!(store::events::repeating(&mut conn).await.unwrap(), [series]);
    }

    async fn an_event_in_two_calendars_moves_both_revisions(fresh) {
        let db = &fresh.db;
        let (one, two) = (calendar(db, "haneul").await, calendar(db, "bada").await);
        let derby = event("derby", game("하늘 대 바다", "2027-04-05T18:30:00"));
        write(db, &one, vec![Write::Create(derby.clone())]).await;
        let mut tx = db.begin().await.unwrap();
        store::events::place(&mut tx, &derby, two.id, now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((revision(db, one.id).await, revision(db, two.id).await), (2, 2));
        let moved = next(&derby, |e| e.body = game("하늘 대 바다", "2027-04-06T18:30:00"));
        let replace = Write::Replace { event: moved, kind: ChangeKind::Rescheduled };
        write(db, &one, vec![replace]).await;
        assert_eq!((revision(db, one.id).await, revision(db, two.id).await), (3, 3));
        let mut conn = db.read().await.unwrap();
        let mut places = store::events::placements(&mut conn, derby.id).await.unwrap();
        places.sort();
        let mut want = [one.id, two.id];
        want.sort();
        assert_eq!(places, want);
    }

    async fn sources_remember_what_they_said(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let one = event("a", game("경기", "2027-04-05T18:30:00"));
        write(db, &made, vec![Write::Create(one.clone())]).await;
        let mut tx = db.begin().await.unwrap();
        let source = store::sources::find_or_create(&mut tx, made.id, "club", now()).await.unwrap();
        for digest in [vec![1u8], vec![2]] {
            let said = store::sources::Said { source_uid: "x".into(), event: one.id, digest };
            store::sources::note(&mut tx, source.id, vec![said]).await.unwrap();
        }
        store::sources::seen(&mut tx, source.id, now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        assert_eq!(store::sources::find(&mut conn, made.id, "club").await.unwrap(), Some(source.clone()));
        let owned = store::sources::owned(&mut conn, source.id).await.unwrap();
        assert_eq!(owned["x"].digest, [2]);
        assert!(!owned["x"].removed);
        assert_eq!(store::events::of_source(&mut conn, source.id).await.unwrap(), std::slice::from_ref(&one));
        let coming = store::occurrences::coming_of_source(&mut conn, source.id, now()).await.unwrap();
        assert_eq!(coming, [one.id]);
        let later = at("2028-01-01T00:00:00Z");
        assert!(store::occurrences::coming_of_source(&mut conn, source.id, later).await.unwrap().is_empty());
    }

    async fn pins_are_kept_whole(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let one = event("a", game("경기", "2027-04-05T18:30:00"));
        write(db, &made, vec![Write::Create(one.clone())]).await;
        let pin = Pin {
            overruled: FieldValue::Title(ko("옛 이름")),
            conflict: Some(FieldValue::Title(ko("셋째 이름"))),
        };
        let mut tx = db.begin().await.unwrap();
        store::pins::replace(&mut tx, one.id, std::slice::from_ref(&pin)).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        assert_eq!(store::pins::of_event(&mut conn, one.id).await.unwrap(), [pin]);
        drop(conn);
        let mut tx = db.begin().await.unwrap();
        store::pins::replace(&mut tx, one.id, &[]).await.unwrap();
        assert!(store::pins::of_event(&mut tx, one.id).await.unwrap().is_empty());
        tx.commit().await.unwrap();
    }

    async fn a_proposal_is_decided_once(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let one = event("a", game("경기", "2027-04-05T18:30:00"));
        write(db, &made, vec![Write::Create(one.clone())]).await;
        let mut patch = EventPatch::default();
        patch.put(FieldValue::Status(Status::Cancelled));
        let proposals = [
            Aim::Change { event: one.id, base_version: 1, patch },
            Aim::Create(Box::new(game("새 경기", "2027-05-05T18:30:00"))),
        ]
        .map(|aim| Proposal {
            id: ProposalId(store::new_id()),
            calendar: made.id,
            origin: Origin::Tip,
            state: State::Waiting,
            aim,
            note: Some("공식 계정에서 봤어요".to_owned()),
            created: now(),
            due: None,
        });
        let mut tx = db.begin().await.unwrap();
        for proposal in &proposals {
            store::proposals::add(&mut tx, proposal).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        assert_eq!(store::proposals::in_state(&mut conn, State::Waiting, 9).await.unwrap(), proposals);
        drop(conn);
        let mut tx = db.begin().await.unwrap();
        let id = proposals[0].id;
        assert!(store::proposals::decide(&mut tx, id, State::Waiting, State::Accepted).await.unwrap());
        assert!(!store::proposals::decide(&mut tx, id, State::Waiting, State::Rejected).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn another_process_s_write_is_noticed_at_once(fresh) {
        let made = calendar(&fresh.db, "haneul").await;
        let mut watch = fresh.db.watch();
        watch.changed().await;
        let other = fresh.again().await;
        write(&other, &made, vec![Write::Create(event("a", game("경기", "2027-04-05T18:30:00")))]).await;
        let start = Instant::now();
        while revision(&fresh.db, made.id).await < 2 {
            watch.changed().await;
        }
        // A tenth of a second on an idle machine; this one runs other tests too.
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        other.close().await;
    }

    async fn windows_roll_once_a_week(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let mut rolled = Vec::new();
        for day in 1..=28i64 {
            let mut tx = db.begin().await.unwrap();
            let later = now().checked_add((24 * day).hours()).unwrap();
            if store::calendars::roll_windows(&mut tx, later, 100).await.unwrap() == 1 {
                rolled.push(day);
            }
            assert_eq!(store::calendars::roll_windows(&mut tx, later, 100).await.unwrap(), 0, "once a day");
            tx.commit().await.unwrap();
        }
        assert_eq!(rolled.len(), 4, "{rolled:?}");
        assert!(rolled.windows(2).all(|pair| pair[1] - pair[0] == 7), "{rolled:?}");
        assert_eq!(revision(db, made.id).await, 5);
        let mut conn = db.read().await.unwrap();
        assert!(store::events::changes_since(&mut conn, made.id, 0, 9).await.unwrap().is_empty());
    }

    async fn endless_series_are_expanded_further_as_time_goes_by(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let mut body = game("모임", "2027-01-01T09:00:00");
        body.series = Some(Series { rules: vec!["FREQ=YEARLY".parse().unwrap()], ..Series::default() });
        write(db, &made, vec![Write::Create(event("a", body))]).await;
        let later = at("2036-01-01T00:00:00Z");
        let mut tx = db.begin().await.unwrap();
        assert!(store::occurrences::upcoming(&mut tx, made.id, later, 9).await.unwrap().is_empty());
        assert_eq!(store::occurrences::extend(&mut tx, later).await.unwrap(), 1);
        let ahead = store::occurrences::upcoming(&mut tx, made.id, later, 9).await.unwrap();
        assert_eq!(ahead.len(), 4);
        assert_eq!(store::occurrences::rederive(&mut tx, now()).await.unwrap(), 1, "the horizon moved back");
        tx.commit().await.unwrap();
        assert_eq!(revision(db, made.id).await, 3);
    }

    async fn the_lineage_is_made_once(fresh) {
        let mut tx = fresh.db.begin().await.unwrap();
        let first = store::settings::lineage(&mut tx).await.unwrap();
        assert_eq!(store::settings::lineage(&mut tx).await.unwrap(), first);
        store::settings::put(&mut tx, "x", "1").await.unwrap();
        store::settings::put(&mut tx, "x", "2").await.unwrap();
        assert_eq!(store::settings::get(&mut tx, "x").await.unwrap().as_deref(), Some("2"));
        tx.commit().await.unwrap();
        assert_eq!(first.len(), 22);
    }

    async fn more_rows_than_one_statement_takes_fit_into_one_batch(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let body = game("경기", "2027-04-05T18:30:00");
        let many = (0..5_001).map(|n| Write::Create(event(&n.to_string(), body.clone()))).collect();
        assert_eq!(write(db, &made, many).await, 2);
        let mut conn = db.read().await.unwrap();
        assert_eq!(store::events::of_calendar(&mut conn, made.id).await.unwrap().len(), 5_001);
    }

    async fn pages_of_instances_join_whatever_comes_and_goes(fresh) {
        use store::occurrences::{Page, Placed, Position};
        let db = &fresh.db;
        let (one, two) = (calendar(db, "haneul").await, calendar(db, "bada").await);
        let mut body = game("모임", "2027-04-01T18:30:00");
        body.series = Some(Series { rules: vec!["FREQ=DAILY;COUNT=3".parse().unwrap()], ..Series::default() });
        let derby = event("derby", game("하늘 대 바다", "2027-04-02T18:30:00"));
        let writes = vec![Write::Create(event("series", body)), Write::Create(derby.clone())];
        write(db, &one, writes).await;
        let mut tx = db.begin().await.unwrap();
        store::events::place(&mut tx, &derby, two.id, now()).await.unwrap();
        tx.commit().await.unwrap();

        let (from, to) = (at("2027-04-01T00:00:00Z"), at("2027-05-01T00:00:00Z"));
        let page = |after: Position, limit: i64| Page { from, to, after, limit };
        let names = |placed: &[Placed]| -> Vec<String> {
            placed.iter().map(|p| format!("{} {}", p.shown.uid, p.shown.starts)).collect()
        };
        let mut conn = db.read().await.unwrap();
        let start = Position::before(Timestamp::MIN);
        let all = store::occurrences::page_of_calendar(&mut conn, one.id, page(start, 9)).await.unwrap();
        assert_eq!(all.len(), 4);
        assert!(all.is_sorted_by_key(|placed| placed.position));
        drop(conn);
        let earlier = event("earlier", game("앞", "2027-04-01T09:00:00"));
        write(db, &one, vec![Write::Create(earlier)]).await;
        let mut conn = db.read().await.unwrap();
        for cut in 0..4 {
            let rest = page(all[cut].position, 9);
            let rest = store::occurrences::page_of_calendar(&mut conn, one.id, rest).await.unwrap();
            assert_eq!(names(&rest), names(&all[cut + 1..]), "after {cut}");
        }
        let later = page(Position::before(at("2027-04-02T09:30:00Z")), 1);
        let later = store::occurrences::page_of_calendar(&mut conn, one.id, later).await.unwrap();
        assert_eq!(later[0].shown.starts, at("2027-04-02T09:30:00Z"), "starting then counts");

        for (category, count) in [(None, 5), (Some("sport"), 5), (Some("nothing"), 0)] {
            let listed = store::occurrences::page_of_category(&mut conn, category, page(start, 9)).await.unwrap();
            assert_eq!(listed.len(), count, "the derby stands in two calendars and is listed once");
        }
        let two_at_once = store::occurrences::page_of_category(&mut conn, None, page(start, 2)).await.unwrap();
        assert_eq!(two_at_once.len(), 2);
    }

    async fn pages_of_calendars_and_of_the_log_join(fresh) {
        let db = &fresh.db;
        let mut made = Vec::new();
        for name in ["haneul", "bada", "soop"] {
            made.push(calendar(db, name).await);
        }
        let mut conn = db.read().await.unwrap();
        let ids = |page: Vec<domain::calendar::Calendar>| page.into_iter().map(|c| c.id).collect::<Vec<_>>();
        let (first, second, third) = (made[0].id, made[1].id, made[2].id);
        let page = store::calendars::page(&mut conn, None, None, 2).await.unwrap();
        assert_eq!(ids(page), [first, second]);
        let page = store::calendars::page(&mut conn, Some("sport"), Some(first), 9).await.unwrap();
        assert_eq!(ids(page), [second, third]);
        assert!(store::calendars::page(&mut conn, Some("nothing"), None, 9).await.unwrap().is_empty());
        assert_eq!(store::calendars::log_floor(&mut conn, first).await.unwrap(), 0);
        drop(conn);
        let mut tx = db.begin().await.unwrap();
        store::calendars::set_visibility(&mut tx, second, Visibility::Withdrawn, now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        let page = store::calendars::page(&mut conn, None, Some(second), 9).await.unwrap();
        assert_eq!(ids(page), [third], "a page goes on after a calendar that is gone");
        drop(conn);

        let writes = ["a", "b", "c"].map(|uid| Write::Create(event(uid, game("경기", "2027-04-05T18:30:00"))));
        write(db, &made[0], writes.into()).await;
        let mut conn = db.read().await.unwrap();
        let from = (0, store::occurrences::Position::before(Timestamp::MIN).event);
        let all = store::events::changes_after(&mut conn, first, from, 9).await.unwrap();
        let mut uids: Vec<_> = all.iter().map(|row| row.uid.as_str()).collect();
        uids.sort_unstable();
        assert_eq!(uids, ["a", "b", "c"]);
        let after = (all[0].change.revision, all[0].change.event);
        let rest = store::events::changes_after(&mut conn, first, after, 9).await.unwrap();
        assert_eq!(rest, all[1..]);
    }

    async fn whatever_overlaps_a_span_is_listed_however_long_it_lasts(fresh) {
        use store::occurrences::{Page, Position, between, page_of_category};
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let epoch = jiff::civil::date(2027, 1, 1).at(0, 0, 0, 0);
        let mut given = Vec::new();
        for (number, hours) in [0i64, 2, 24, 191, 192, 193, 200, 720, 5_000].into_iter().cycle().take(90).enumerate() {
            let start = epoch.checked_add((37 * number as i64).hours()).unwrap();
            let end = (hours > 0).then(|| start.checked_add(hours.hours()).unwrap());
            let time = domain::time::EventTime::zoned(start, end, domain::zone::Zone::seoul());
            let body = domain::event::Occurrence::new(ko("전시"), time);
            given.push(event(&number.to_string(), body.into()));
        }
        write(db, &made, given.iter().cloned().map(Write::Create).collect()).await;
        let mut conn = db.read().await.unwrap();
        for day in (0..200).step_by(9) {
            for hours in [1, 24 * 7, 24 * 400] {
                let from = at("2026-12-20T15:00:00Z").checked_add((24 * day).hours()).unwrap();
                let to = from.checked_add(hours.hours()).unwrap();
                let mut want: Vec<_> = given
                    .iter()
                    .map(|one| (one.body.main.time.instants(&made.profile.zone).unwrap(), one.id))
                    .filter(|((starts, ends), _)| *starts < to && (*ends > from || *starts >= from))
                    .map(|((starts, _), id)| (starts, id))
                    .collect();
                want.sort();
                for scope in [Some(made.id), None] {
                    let got = between(&mut conn, scope, from, to, 500).await.unwrap();
                    let got: Vec<_> = got.iter().map(|one| (one.starts, one.event)).collect();
                    assert_eq!(got, want, "{scope:?} from {from} to {to}");
                }
                let (mut paged, mut after) = (Vec::new(), Position::before(Timestamp::MIN));
                loop {
                    let page = Page { from, to, after, limit: 7 };
                    let rows = page_of_category(&mut conn, Some("sport"), page).await.unwrap();
                    paged.extend(rows.iter().map(|one| (one.shown.starts, one.shown.event)));
                    match rows.last() {
                        Some(last) => after = last.position,
                        None => break,
                    }
                }
                assert_eq!(paged, want, "by pages from {from} to {to}");
            }
        }
    }

    async fn the_next_of_each_calendar_is_what_is_under_way_or_comes(fresh) {
        use store::occurrences::next_of;
        let db = &fresh.db;
        let (one, two, three) = (calendar(db, "haneul").await, calendar(db, "bada").await, calendar(db, "soop").await);
        let all = [one.id, two.id, three.id];
        let writes = ["2027-04-05T18:30:00", "2027-04-07T18:30:00"].map(|start| Write::Create(event(start, game("경기", start))));
        write(db, &one, writes.into()).await;
        let (first, last) = (jiff::civil::date(2027, 3, 1), jiff::civil::date(2027, 4, 30));
        let time = domain::time::EventTime::AllDay { first, last };
        let show = domain::event::Occurrence::new(ko("전시"), time);
        let show = event("show", show.into());
        write(db, &two, vec![Write::Create(show.clone())]).await;
        let mut conn = db.read().await.unwrap();
        for (now, want) in [
            ("2027-02-01T00:00:00Z", vec!["show", "2027-04-05T18:30:00"]),
            ("2027-04-05T10:00:00Z", vec!["show", "2027-04-05T18:30:00"]),
            ("2027-04-05T12:30:00Z", vec!["show", "2027-04-07T18:30:00"]),
            ("2027-05-01T00:00:00Z", vec![]),
        ] {
            let next = next_of(&mut conn, &all, at(now)).await.unwrap();
            let uids: Vec<_> = next.iter().map(|shown| shown.uid.as_str()).collect();
            assert_eq!(uids, want, "at {now}");
        }
        let only = next_of(&mut conn, &[one.id], at("2027-02-01T00:00:00Z")).await.unwrap();
        assert_eq!((only.len(), only[0].calendar, only[0].kind), (1, one.id, ChangeKind::Created));
        assert_eq!(only[0].modified, now());
        assert!(next_of(&mut conn, &[], now()).await.unwrap().is_empty());
        drop(conn);

        let mut tx = db.begin().await.unwrap();
        store::events::place(&mut tx, &show, three.id, now()).await.unwrap();
        store::calendars::set_visibility(&mut tx, two.id, Visibility::Withdrawn, now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        let next = next_of(&mut conn, &all, at("2027-04-01T00:00:00Z")).await.unwrap();
        let places: Vec<_> = next.iter().map(|shown| shown.calendar).collect();
        assert_eq!(places, [three.id, one.id], "withdrawn calendars show nothing");
    }

    async fn openings_are_found_once_and_marked_again_when_the_rule_changes(fresh) {
        use store::occurrences::{mark_openings, openings};
        let db = &fresh.db;
        let (one, two) = (calendar(db, "haneul").await, calendar(db, "bada").await);
        let sale = event("sale", game("개막전 예매 오픈", "2027-03-20T11:00:00"));
        let mut weekly = game("주간 모임", "2027-03-01T09:00:00");
        let id = domain::series::RecurrenceId::parse("2027-03-08T09:00:00").unwrap();
        weekly.series = Some(Series {
            rules: vec!["FREQ=WEEKLY;COUNT=4".parse().unwrap()],
            overrides: vec![domain::series::Override { at: id, instead: game("참가 신청 마감", "2027-03-08T09:00:00").main }],
            ..Series::default()
        });
        let writes = vec![
            Write::Create(sale.clone()),
            Write::Create(event("game", game("개막전", "2027-04-01T18:30:00"))),
            Write::Create(event("weekly", weekly)),
        ];
        write(db, &one, writes).await;
        let mut tx = db.begin().await.unwrap();
        store::events::place(&mut tx, &sale, two.id, now()).await.unwrap();
        tx.commit().await.unwrap();
        for marked_again in [false, true] {
            if marked_again {
                let mut tx = db.begin().await.unwrap();
                assert_eq!(mark_openings(&mut tx, now()).await.unwrap(), 2);
                tx.commit().await.unwrap();
            }
            let mut conn = db.read().await.unwrap();
            let shown = openings(&mut conn, at("2027-03-01T00:00:00Z"), at("2027-05-01T00:00:00Z"), 9).await.unwrap();
            let uids: Vec<_> = shown.iter().map(|one| one.uid.as_str()).collect();
            assert_eq!(uids, ["weekly", "sale"]);
            assert_eq!(shown[0].recurrence_id, Some(id));
            let later = openings(&mut conn, at("2027-03-20T02:00:01Z"), Timestamp::MAX, 9).await.unwrap();
            assert!(later.is_empty(), "it has begun");
        }
    }

    async fn instances_follow_their_calendar_into_another_category_and_zone(fresh) {
        use store::occurrences::{Page, Position, page_of_category};
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let mut abroad = given::profile("abroad");
        abroad.zone = domain::zone::Zone::parse("America/New_York").unwrap();
        let abroad = store::calendars::draft(abroad, at("2026-11-23T00:00:00Z"));
        let mut tx = db.begin().await.unwrap();
        store::calendars::insert(&mut tx, &abroad).await.unwrap();
        tx.commit().await.unwrap();
        let day = jiff::civil::date(2027, 4, 5);
        let time = domain::time::EventTime::AllDay { first: day, last: day };
        let holiday = event("day", domain::event::Occurrence::new(ko("쉬는 날"), time).into());
        write(db, &made, vec![Write::Create(holiday.clone())]).await;
        let mut tx = db.begin().await.unwrap();
        store::events::place(&mut tx, &holiday, abroad.id, now()).await.unwrap();
        tx.commit().await.unwrap();
        let later = next(&holiday, |e| e.body.main.title = ko("노는 날"));
        write(db, &made, vec![Write::Replace { event: later, kind: ChangeKind::Edited }]).await;
        let mut conn = db.read().await.unwrap();
        for (calendar, start) in [(&made, "2027-04-04T15:00:00Z"), (&abroad, "2027-04-05T04:00:00Z")] {
            let shown = store::occurrences::upcoming(&mut conn, calendar.id, now(), 9).await.unwrap();
            let starts: Vec<_> = shown.iter().map(|one| one.starts).collect();
            assert_eq!(starts, [at(start)], "each calendar counts days in its own zone");
        }
        let ids = |list: Vec<domain::calendar::Calendar>| list.into_iter().map(|c| c.id).collect::<Vec<_>>();
        assert_eq!(ids(store::calendars::newest(&mut conn, 9).await.unwrap()), [abroad.id, made.id]);
        assert_eq!(ids(store::calendars::newest(&mut conn, 1).await.unwrap()), [abroad.id]);
        let both = store::calendars::by_ids(&mut conn, &[abroad.id, made.id]).await.unwrap();
        assert_eq!(ids(both), [made.id, abroad.id]);
        drop(conn);

        let mut tx = db.begin().await.unwrap();
        let school = domain::calendar::Category { slug: given::slug("school"), title: ko("학교") };
        store::categories::put(&mut tx, &school).await.unwrap();
        let mut profile = made.profile.clone();
        profile.category = school.slug.clone();
        store::calendars::update_profile(&mut tx, made.id, &profile, now()).await.unwrap();
        tx.commit().await.unwrap();
        let (from, to) = (now(), Timestamp::MAX);
        let page = Page { from, to, after: Position::before(Timestamp::MIN), limit: 9 };
        let mut conn = db.read().await.unwrap();
        for (category, home) in [("school", made.id), ("sport", abroad.id)] {
            let listed = page_of_category(&mut conn, Some(category), page).await.unwrap();
            let places: Vec<_> = listed.iter().map(|one| one.shown.calendar).collect();
            assert_eq!(places, [home], "{category}");
        }
        let counts = |list: Vec<(domain::calendar::Category, i64)>| list.into_iter().map(|(c, n)| (c.slug.to_string(), n)).collect::<Vec<_>>();
        let counted = counts(store::categories::with_counts(&mut conn).await.unwrap());
        assert_eq!(counted, [("sport".to_owned(), 1), ("school".to_owned(), 1)]);
        drop(conn);
        let mut tx = db.begin().await.unwrap();
        store::calendars::set_visibility(&mut tx, made.id, Visibility::Withdrawn, now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        assert!(page_of_category(&mut conn, Some("school"), page).await.unwrap().is_empty());
        assert_eq!(counts(store::categories::with_counts(&mut conn).await.unwrap())[1].1, 0);
        drop(conn);
        let mut tx = db.begin().await.unwrap();
        store::calendars::set_visibility(&mut tx, made.id, Visibility::Public, now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        assert_eq!(page_of_category(&mut conn, Some("school"), page).await.unwrap().len(), 1);
    }

    async fn the_sitemap_names_each_coming_event_once_and_parts_join_without_gaps(fresh) {
        use store::sitemap::{self, Mark};
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let other = calendar(db, "bada").await;
        let hidden = calendar(db, "seoljak").await;
        let mut weekly = game("주간", "2026-11-02T19:00:00");
        weekly.series = Some(Series { rules: vec!["FREQ=WEEKLY;COUNT=40".parse().unwrap()], ..Series::default() });
        let past = event("past", game("지난", "2026-11-01T19:00:00"));
        let mut all = vec![event("weekly", weekly), past];
        // Several begin at one moment: a part may end between them.
        all.extend((0..5).map(|n| event(&format!("same-{n}"), game("같은", "2026-12-01T19:00:00"))));
        let coming: Vec<_> = all.iter().filter(|e| e.uid != "past").map(|e| e.public_id.clone()).collect();
        let shared = all[2].clone();
        write(db, &made, all.into_iter().map(Write::Create).collect()).await;
        write(db, &hidden, vec![Write::Create(event("h", game("감춤", "2026-12-01T19:00:00")))]).await;
        let mut tx = db.begin().await.unwrap();
        store::events::place(&mut tx, &shared, other.id, now()).await.unwrap();
        store::calendars::set_visibility(&mut tx, hidden.id, Visibility::Withdrawn, now()).await.unwrap();
        tx.commit().await.unwrap();

        let mut conn = db.read().await.unwrap();
        assert_eq!(sitemap::count_calendars(&mut conn).await.unwrap(), 2);
        let slugs = sitemap::calendars(&mut conn, 0, 9).await.unwrap();
        let slugs: Vec<_> = slugs.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(slugs, ["haneul", "bada"]);
        assert_eq!(sitemap::calendars(&mut conn, 1, 9).await.unwrap()[0].name, "bada");

        let mut marks = vec![Mark::before(now())];
        while let Some(mark) = sitemap::mark_after(&mut conn, now(), marks[marks.len() - 1], 2).await.unwrap() {
            assert_eq!(Mark::parse(&mark.as_text()), Some(mark));
            marks.push(mark);
        }
        assert_eq!(marks.len(), 4);
        let mut named = Vec::new();
        for (n, mark) in marks.iter().enumerate() {
            let range = (*mark, marks.get(n + 1).copied());
            let part = sitemap::events(&mut conn, now(), range, 9).await.unwrap();
            assert!(part.len() <= 2, "{part:?}");
            named.extend(part.into_iter().map(|one| one.name));
        }
        assert_eq!(named[0], coming[0], "the next of a series is its first");
        let sorted = |ids: &[domain::id::PublicId]| {
            let mut ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
            ids.sort();
            ids
        };
        assert_eq!(sorted(&named), sorted(&coming));
    }
}
