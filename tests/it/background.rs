//! Background work and counting, on both engines: one node does it, a lost lease finishes nothing,
//! and nobody is remembered.

use crate::databases::on_both;
use crate::given::{at, calendar, event, game, now};
use domain::count::{Counted, Family, Sketch, readers};
use domain::id::{AddressId, CalendarId};
use domain::proposal::{Aim, Origin, Proposal, State};
use domain::recipe::Recipe;
use feeds::count::Counters;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use store::counts::{Added, Key};
use store::jobs::{Claimed, Holder, Job};
use store::publish::{Batch, Write, publish};
use store::subscriptions::NewAddress;
use store::{Db, counts, jobs, prune};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const PHONE: &[u8] = b"iOS/18.0 (22A3354) dataaccessd/1.0";

/// A holder whose lease has run out as soon as it begins: like one that died.
const DEAD: Holder<'_> = Holder {
    name: "dead",
    lease: SignedDuration::ZERO,
};
const ALIVE: Holder<'_> = Holder {
    name: "alive",
    lease: MINUTE,
};

async fn ensure(db: &Db, kind: &str, key: &str, run_at: Timestamp) {
    let mut tx = db.begin().await.unwrap();
    jobs::ensure(&mut tx, kind, key, run_at).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claim(db: &Db, holder: Holder<'_>, at: Timestamp) -> Option<Claimed> {
    let mut tx = db.begin().await.unwrap();
    let claimed = jobs::claim(&mut tx, "sweep", holder, at).await.unwrap();
    tx.commit().await.unwrap();
    claimed
}

/// Finishes as a handler does: commits when the fence holds, else rolls back.
async fn finish(db: &Db, claimed: &Claimed, at: Timestamp, next: Option<Timestamp>) -> bool {
    let mut tx = db.begin().await.unwrap();
    let finished = jobs::finish(&mut tx, claimed, at, next).await.unwrap();
    match finished {
        true => tx.commit().await.unwrap(),
        false => tx.roll_back().await.unwrap(),
    }
    finished
}

async fn job(db: &Db, kind: &str) -> Option<Job> {
    let mut conn = db.read().await.unwrap();
    let jobs = jobs::list(&mut conn).await.unwrap();
    jobs.into_iter().find(|job| job.kind == kind)
}

fn later(minutes: i64) -> Timestamp {
    now().checked_add(minutes.minutes()).unwrap()
}

async fn publish_one(db: &Db, made: &domain::calendar::Calendar, uid: &str, at: Timestamp) {
    let mut tx = db.begin().await.unwrap();
    let batch = Batch {
        calendar: made.id,
        zone: &made.profile.zone,
        source: None,
        at,
        writes: vec![Write::Create(event(
            uid,
            game("하늘 대 바다", "2027-04-05T18:30:00"),
        ))],
    };
    publish(&mut tx, batch).await.unwrap();
    tx.commit().await.unwrap();
}

fn visitors(seed: u64, count: u64) -> Option<Sketch> {
    let mut sketch = Sketch::new();
    for number in 0..count {
        sketch.note(
            (seed + number)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29)
                ^ number,
        );
    }
    Some(sketch)
}

async fn add(db: &Db, key: Key, fetches: u64, sketch: Option<Sketch>) {
    let mut tx = db.begin().await.unwrap();
    let rows = BTreeMap::from([(key, Added { fetches, sketch })]);
    counts::add(&mut tx, &rows).await.unwrap();
    tx.commit().await.unwrap();
}

async fn recent(db: &Db, calendar: CalendarId) -> Vec<Counted> {
    let mut conn = db.read().await.unwrap();
    counts::recent(&mut conn, calendar, date(2020, 1, 1))
        .await
        .unwrap()
}

on_both! {
    async fn work_is_taken_once_and_comes_again_when_it_is_due(fresh) {
        let db = &fresh.db;
        assert_eq!(claim(db, ALIVE, now()).await, None, "nothing was asked for");
        ensure(db, "sweep", "", now()).await;
        ensure(db, "dust", "", now()).await;
        assert_eq!(claim(db, ALIVE, later(-1)).await, None, "not due yet");
        let one = claim(db, ALIVE, now()).await.unwrap();
        assert_eq!((one.kind.as_str(), one.key.as_str(), one.attempts), ("sweep", "", 1));
        assert_eq!(claim(db, ALIVE, now()).await, None, "held");
        let held = job(db, "sweep").await.unwrap();
        assert_eq!(held.held.unwrap().0, "alive");
        assert_eq!((held.run_at, held.started), (None, Some(now())));
        assert!(finish(db, &one, later(1), Some(later(30))).await);
        assert!(!finish(db, &one, later(1), Some(later(30))).await, "once");
        let done = job(db, "sweep").await.unwrap();
        assert_eq!((done.run_at, done.finished, done.held), (Some(later(30)), Some(later(1)), None));
        assert_eq!(done.attempts, 0);
        assert_eq!(claim(db, ALIVE, later(29)).await, None);
        assert!(claim(db, ALIVE, later(30)).await.unwrap().fence > one.fence);
    }

    async fn work_that_is_asked_for_earlier_is_done_earlier_and_never_later(fresh) {
        let db = &fresh.db;
        ensure(db, "sweep", "a", later(10)).await;
        ensure(db, "sweep", "a", later(20)).await;
        assert_eq!(job(db, "sweep").await.unwrap().run_at, Some(later(10)));
        ensure(db, "sweep", "a", later(5)).await;
        ensure(db, "sweep", "b", later(4)).await;
        let first = claim(db, ALIVE, later(5)).await.unwrap();
        assert_eq!(first.key, "b", "due longest");
        assert!(finish(db, &first, later(5), None).await);
        let second = claim(db, ALIVE, later(5)).await.unwrap();
        assert_eq!(second.key, "a");
        // Asked for while it is worked on: what the work has read already may be out of date.
        ensure(db, "sweep", "a", later(6)).await;
        assert_eq!(claim(db, ALIVE, later(5)).await, None, "still held");
        assert!(finish(db, &second, later(6), Some(later(60))).await);
        assert_eq!(job(db, "sweep").await.unwrap().run_at, Some(later(6)));
        let third = claim(db, ALIVE, later(6)).await.unwrap();
        assert!(finish(db, &third, later(6), None).await);
        assert_eq!(job(db, "sweep").await, None, "done for good");
    }

    async fn a_dead_holder_is_followed_by_another_and_finishes_nothing(fresh) {
        let db = &fresh.db;
        let other = fresh.again().await;
        ensure(db, "sweep", "", now()).await;
        let dead = claim(db, DEAD, now()).await.unwrap();
        let alive = claim(&other, ALIVE, now()).await.unwrap();
        assert_eq!(alive.attempts, 2);
        assert!(!finish(db, &dead, later(1), Some(later(9))).await, "the fence");
        let mut tx = db.begin().await.unwrap();
        assert!(!jobs::renew(&mut tx, &dead, MINUTE, now()).await.unwrap());
        assert!(!jobs::fail(&mut tx, &dead, now(), "too late").await.unwrap());
        assert!(jobs::renew(&mut tx, &alive, MINUTE, now()).await.unwrap());
        tx.commit().await.unwrap();
        assert!(finish(&other, &alive, later(1), None).await);
        // The same name again: the dead one is refused still.
        ensure(db, "sweep", "", now()).await;
        for _ in 0..3 {
            claim(db, DEAD, now()).await.unwrap();
            assert!(!finish(&other, &dead, later(1), None).await);
        }
        other.close().await;
    }

    async fn failures_wait_longer_each_time_and_say_why(fresh) {
        let db = &fresh.db;
        ensure(db, "sweep", "", now()).await;
        let mut at = now();
        for seconds in [30, 60, 120] {
            let claimed = claim(db, ALIVE, at).await.unwrap();
            let mut tx = db.begin().await.unwrap();
            assert!(jobs::fail(&mut tx, &claimed, at, &"빗자루 ".repeat(1_000)).await.unwrap());
            tx.commit().await.unwrap();
            let failed = job(db, "sweep").await.unwrap();
            let next = at.checked_add(seconds.seconds()).unwrap();
            assert_eq!(failed.run_at, Some(next));
            assert!(failed.failure.unwrap().starts_with("빗자루"));
            at = next;
        }
        let claimed = claim(db, ALIVE, at).await.unwrap();
        assert_eq!(claimed.attempts, 4);
        assert!(finish(db, &claimed, at, Some(later(60))).await);
        let done = job(db, "sweep").await.unwrap();
        assert_eq!((done.failure, done.attempts), (None, 0));
    }

    async fn it_is_known_when_a_look_is_worth_while(fresh) {
        let db = &fresh.db;
        ensure(db, "sweep", "a", later(10)).await;
        ensure(db, "sweep", "b", now()).await;
        ensure(db, "dust", "", later(3)).await;
        let held = claim(db, ALIVE, now()).await.unwrap();
        let mut conn = db.read().await.unwrap();
        let due: BTreeMap<String, Timestamp> =
            jobs::due(&mut conn, now()).await.unwrap().into_iter().collect();
        drop(conn);
        assert_eq!(due["dust"], later(3));
        // The lease's end, by whichever clock it runs.
        let off = due["sweep"].duration_since(later(1)).abs();
        assert!(off < SignedDuration::from_secs(30), "{off:?}");
        assert!(finish(db, &held, now(), None).await);
        let mut conn = db.read().await.unwrap();
        let due = jobs::due(&mut conn, now()).await.unwrap();
        assert!(due.contains(&("sweep".to_owned(), later(10))), "{due:?}");
    }

    async fn of_two_nodes_that_ask_at_once_each_piece_goes_to_one(fresh) {
        let other = fresh.again().await;
        for key in 0..20 {
            ensure(&fresh.db, "sweep", &format!("{key:02}"), now()).await;
        }
        let node = async |db: &Db| {
            let mut keys = Vec::new();
            let mut misses = 0;
            while misses < 3 {
                match claim(db, ALIVE, now()).await {
                    Some(claimed) => keys.push(claimed.key),
                    None => misses += 1,
                }
            }
            keys
        };
        let (one, two) = tokio::join!(node(&fresh.db), node(&other));
        let mut all = [one, two].concat();
        all.sort();
        let want: Vec<String> = (0..20).map(|key| format!("{key:02}")).collect();
        assert_eq!(all, want);
        other.close().await;
    }

    async fn two_nodes_do_all_background_work_once(fresh) {
        let other = fresh.again().await;
        let mut made = Vec::new();
        for name in ["haneul", "bada", "sup"] {
            made.push(calendar(&fresh.db, name).await);
        }
        let day = now().checked_add((24 * 8).hours()).unwrap();
        let (one, two) = tokio::join!(jobs_once(&fresh.db, day), jobs_once(&other, day));
        one.unwrap();
        two.unwrap();
        jobs_once(&fresh.db, day).await.unwrap();
        let mut conn = fresh.db.read().await.unwrap();
        for calendar in &made {
            let found = store::calendars::by_id(&mut conn, calendar.id).await.unwrap().unwrap();
            assert_eq!(found.revision, calendar.revision + 1, "its window moved once");
        }
        let jobs = jobs::list(&mut conn).await.unwrap();
        assert_eq!(jobs.len(), 8, "{jobs:?}");
        for job in jobs {
            assert_eq!((job.held, job.failure, job.attempts), (None, None, 0), "{}", job.kind);
            assert!(job.run_at.unwrap() > day, "{}", job.kind);
        }
        drop(conn);
        other.close().await;
    }

    async fn work_of_a_node_that_died_is_done_by_another(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        ensure(db, "window-roll", "", now()).await;
        let mut tx = db.begin().await.unwrap();
        let dead = jobs::claim(&mut tx, "window-roll", DEAD, now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        // It had begun to write, and was gone before it could commit.
        let day = now().checked_add((24 * 8).hours()).unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(store::calendars::roll_windows(&mut tx, day, 9).await.unwrap(), 1);
        tx.roll_back().await.unwrap();
        jobs_once(db, day).await.unwrap();
        assert!(!finish(db, &dead, day, Some(day)).await);
        let mut conn = db.read().await.unwrap();
        let found = store::calendars::by_id(&mut conn, made.id).await.unwrap().unwrap();
        assert_eq!(found.revision, made.revision + 1);
    }

    async fn a_line_of_news_leaves_within_a_minute_of_its_time(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        publish_one(db, &made, "a", now()).await;
        let mut conn = db.read().await.unwrap();
        let mut next = store::events::of_calendar(&mut conn, made.id).await.unwrap().remove(0);
        drop(conn);
        next.body = game("하늘 대 바다", "2027-04-06T18:30:00");
        next.version += 1;
        let moved = Write::Replace { event: next, kind: domain::change::ChangeKind::Rescheduled };
        let zone = &made.profile.zone;
        let batch = Batch { calendar: made.id, zone, source: None, at: now(), writes: vec![moved] };
        let mut tx = db.begin().await.unwrap();
        publish(&mut tx, batch).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        let due = store::news::next_due(&mut conn).await.unwrap().expect("it is told");
        drop(conn);
        let before = due.checked_sub(30.minutes()).unwrap();
        jobs_once(db, before).await.unwrap();
        let planned = job(db, "change-lines").await.unwrap().run_at.unwrap();
        assert_eq!(planned, due);
        jobs_once(db, planned).await.unwrap();
        let mut conn = db.read().await.unwrap();
        assert_eq!(store::news::next_due(&mut conn).await.unwrap(), None);
        let told = store::events::of_calendar(&mut conn, made.id).await.unwrap().remove(0);
        assert!(told.news.is_empty());
    }

    async fn the_change_log_is_cut_from_its_old_end_in_batches(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let quiet = calendar(db, "bada").await;
        for (number, uid) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
            let days = 100 * i64::try_from(number).unwrap();
            publish_one(db, &made, uid, now().checked_add((24 * days).hours()).unwrap()).await;
        }
        publish_one(db, &quiet, "f", now()).await;
        let before = now().checked_add((24 * 250).hours()).unwrap();
        let cut = async |limit| {
            let mut tx = db.begin().await.unwrap();
            let gone = prune::change_log(&mut tx, before, limit).await.unwrap();
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let floor = store::calendars::log_floor(&mut conn, made.id).await.unwrap();
            let left = store::events::changes_since(&mut conn, made.id, 0, 9).await.unwrap();
            (gone, floor, left.len())
        };
        // Revision 1 is the calendar's birth; what is three batches old goes in two steps, and the
        // floor never promises more than there is.
        let (gone, floor, left) = cut(2).await;
        assert_eq!(gone, 2);
        assert!(left <= 5 && floor <= 4, "{floor} {left}");
        for _ in 0..3 {
            cut(2).await;
        }
        assert_eq!(cut(2).await, (0, 4, 2));
        let mut conn = db.read().await.unwrap();
        assert_eq!(store::calendars::log_floor(&mut conn, quiet.id).await.unwrap(), 2);
        assert_eq!(store::events::of_calendar(&mut conn, made.id).await.unwrap().len(), 5);
        drop(conn);
        // The same by the job, 400 days on.
        jobs_once(db, now().checked_add((24 * 750).hours()).unwrap()).await.unwrap();
        let mut conn = db.read().await.unwrap();
        assert!(store::events::changes_since(&mut conn, made.id, 5, 9).await.unwrap().len() == 1);
    }

    async fn many_windows_move_in_batches(fresh) {
        let db = &fresh.db;
        for name in ["haneul", "bada", "sup"] {
            calendar(db, name).await;
        }
        let day = now().checked_add((24 * 8).hours()).unwrap();
        let mut moved = Vec::new();
        for _ in 0..3 {
            let mut tx = db.begin().await.unwrap();
            moved.push(store::calendars::roll_windows(&mut tx, day, 2).await.unwrap());
            tx.commit().await.unwrap();
        }
        assert_eq!(moved, [2, 1, 0]);
    }

    async fn waiting_proposals_are_counted(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let mut tx = db.begin().await.unwrap();
        for state in [State::Waiting, State::Draft, State::Waiting] {
            let proposal = Proposal {
                id: domain::id::ProposalId(store::new_id()),
                calendar: made.id,
                origin: Origin::Tip,
                state,
                aim: Aim::Create(Box::new(game("하늘 대 바다", "2027-04-05T18:30:00"))),
                created: now(),
                due: None,
                note: None,
            };
            store::proposals::add(&mut tx, &proposal).await.unwrap();
        }
        assert_eq!(store::proposals::count_waiting(&mut tx).await.unwrap(), 2);
        tx.commit().await.unwrap();
    }

    async fn fetches_add_up_and_visitors_count_once_whichever_node_saw_them(fresh) {
        let db = &fresh.db;
        let other = fresh.again().await;
        let made = calendar(db, "haneul").await;
        let day = date(2026, 11, 22);
        let key = Key { calendar: made.id, day, family: Family::Apple };
        add(db, key, 300, visitors(0, 100)).await;
        tokio::join!(add(db, key, 5, visitors(50, 100)), add(&other, key, 7, visitors(100, 50)));
        add(db, Key { family: Family::Google, ..key }, 2, None).await;
        let stranger = Key { calendar: CalendarId(store::new_id()), ..key };
        add(db, stranger, 1, None).await;
        let found = recent(db, made.id).await;
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].family, found[0].fetches), (Family::Apple, 312));
        let told = found[0].visitors.unwrap();
        assert!((130..170).contains(&told), "150 told as {told}");
        assert_eq!((found[1].family, found[1].fetches, found[1].visitors), (Family::Google, 2, None));
        let mut conn = db.read().await.unwrap();
        let all = counts::recent_of_all(&mut conn, day).await.unwrap();
        assert_eq!(all, BTreeMap::from([(made.id, found)]));
        let tomorrow = day.tomorrow().unwrap();
        assert!(counts::recent_of_all(&mut conn, tomorrow).await.unwrap().is_empty());
        drop(conn);
        other.close().await;
    }

    async fn a_day_that_is_over_keeps_a_number_and_no_salt(fresh) {
        let db = &fresh.db;
        let other = fresh.again().await;
        let made = calendar(db, "haneul").await;
        let day = date(2026, 11, 22);
        let salt = async |db: &Db| {
            let mut tx = db.begin().await.unwrap();
            let salt = counts::salt(&mut tx, day).await.unwrap();
            tx.commit().await.unwrap();
            salt
        };
        let first = salt(db).await;
        assert_eq!(salt(&other).await, first, "all nodes agree");
        let key = Key { calendar: made.id, day, family: Family::Apple };
        add(db, key, 300, visitors(0, 100)).await;
        add(db, Key { family: Family::Other, ..key }, 1, visitors(0, 1)).await;
        let close = async |before, limit| {
            let mut tx = db.begin().await.unwrap();
            let closed = counts::close_days(&mut tx, before, limit).await.unwrap();
            tx.commit().await.unwrap();
            closed
        };
        assert_eq!(close(day, 10).await, 0, "it is not over");
        assert_eq!(salt(db).await, first);
        let open = recent(db, made.id).await;
        let tomorrow = day.tomorrow().unwrap();
        assert_eq!([close(tomorrow, 1).await, close(tomorrow, 1).await, close(tomorrow, 1).await], [1, 1, 0]);
        assert_eq!(recent(db, made.id).await, open, "the number is the sketch's");
        assert_ne!(salt(db).await, first, "forgotten");
        // A node that was late.
        add(db, key, 3, visitors(7, 5)).await;
        let late = recent(db, made.id).await;
        assert_eq!((late[0].fetches, late[0].visitors), (303, open[0].visitors));
        let mut tx = db.begin().await.unwrap();
        assert_eq!(counts::forget_days(&mut tx, day, 10).await.unwrap(), 0);
        assert_eq!(counts::forget_days(&mut tx, tomorrow, 10).await.unwrap(), 2);
        tx.commit().await.unwrap();
        assert!(recent(db, made.id).await.is_empty());
        other.close().await;
    }

    async fn polls_become_counts_and_the_salt_changes_with_the_day(fresh) {
        let db = &fresh.db;
        let other = fresh.again().await;
        let made = calendar(db, "haneul").await;
        let (one, two) = (Counters::new(now()), Counters::new(now()));
        one.flush(db, now()).await.unwrap();
        two.flush(&other, now()).await.unwrap();
        assert!(recent(db, made.id).await.is_empty(), "nobody came");
        let poll = |counters: &Counters, line: u32| {
            let ip = IpAddr::V4(Ipv4Addr::from(line));
            counters.note(&counters.of(made.id), ip, PHONE);
        };
        for line in 0..40 {
            poll(&one, line);
            poll(&two, line + 20);
        }
        one.flush(db, later(1)).await.unwrap();
        two.flush(&other, later(1)).await.unwrap();
        let told = recent(db, made.id).await;
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].day, told[0].fetches), (date(2026, 11, 22), 80));
        let seen = told[0].visitors.unwrap();
        assert!((54..=66).contains(&seen), "60 phones at two nodes told as {seen}");
        // After midnight the first writing belongs to the evening, the next to the new day.
        let midnight = at("2026-11-23T00:00:10Z");
        poll(&one, 1);
        one.flush(db, midnight).await.unwrap();
        poll(&one, 1);
        one.flush(db, midnight.checked_add(30.seconds()).unwrap()).await.unwrap();
        jobs_once(db, at("2026-11-23T00:10:01Z")).await.unwrap();
        let told = recent(db, made.id).await;
        let days: Vec<_> = told.iter().map(|day| (day.day, day.fetches)).collect();
        assert_eq!(days, [(date(2026, 11, 22), 81), (date(2026, 11, 23), 1)]);
        assert_eq!(told[0].visitors, Some(seen));
        assert_eq!(readers(&told)[0].subscribers, Some(seen));
        assert_eq!(job(db, "counters").await.unwrap().run_at, Some(at("2026-11-23T06:10:01Z")));
        other.close().await;
    }

    async fn fetches_of_personal_addresses_are_written_with_the_counts(fresh) {
        let db = &fresh.db;
        let mut tx = db.begin().await.unwrap();
        let first = NewAddress { digest: &[2; 32], label: "전화", own: true };
        let recipe = Recipe { picks: Vec::new(), lang: None, past: Default::default(), results: Default::default() };
        let id = store::subscriptions::create(&mut tx, &recipe, &[1; 32], first, now()).await.unwrap();
        tx.commit().await.unwrap();
        let addresses = async || {
            let mut conn = db.read().await.unwrap();
            store::subscriptions::addresses(&mut conn, id).await.unwrap()
        };
        let address = addresses().await[0].id;
        let counters = Counters::new(now());
        counters.fetched(address, now(), "a");
        counters.fetched(address, later(5), "b");
        counters.fetched(AddressId(store::new_id()), now(), "gone");
        counters.flush(db, later(6)).await.unwrap();
        assert_eq!(addresses().await[0].fetched, Some((later(5), "b".to_owned())));
    }
}

async fn jobs_once(db: &Db, at: Timestamp) -> Result<(), ::jobs::Failed> {
    ::jobs::once(db, at).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_wait_while_the_database_is_away() {
    let fresh = crate::databases::Fresh::sqlite().await;
    let made = calendar(&fresh.db, "haneul").await;
    let counters = Counters::new(now());
    counters.flush(&fresh.db, now()).await.unwrap();
    let away = fresh.again().await;
    away.close().await;
    let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    counters.note(&counters.of(made.id), ip, PHONE);
    assert!(counters.flush(&away, later(1)).await.is_err());
    counters.note(&counters.of(made.id), ip, PHONE);
    counters.flush(&fresh.db, later(2)).await.unwrap();
    let told = recent(&fresh.db, made.id).await;
    assert_eq!((told[0].fetches, told[0].visitors), (2, Some(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loop_does_what_is_due_and_survives_a_database_that_is_away() {
    let fresh = crate::databases::Fresh::sqlite().await;
    let (clock, _hand) = domain::clock::Clock::manual(now());
    let running = tokio::spawn(::jobs::run(fresh.db.clone(), clock, "test/1".to_owned()));
    let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while job(&fresh.db, "log-floor")
        .await
        .is_none_or(|job| job.finished.is_none())
    {
        assert!(std::time::Instant::now() < until, "the work is done");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    fresh.db.close().await;
    assert!(!running.is_finished());
    running.abort();
}
