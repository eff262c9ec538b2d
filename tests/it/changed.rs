//! What changed, on both engines: which events a client lacks, and for how long an entry tells it.

use crate::databases::on_both;
use crate::given::{at, calendar, event, game, now};
use domain::calendar::Calendar;
use domain::change::ChangeKind;
use domain::event::Event;
use domain::id::EventId;
use domain::news::Difference;
use feeds::{FeedQuery, render};
use store::publish::{Batch, Write, publish};
use store::{Db, events, news};

const NOBODY: EventId = EventId(uuid::Uuid::nil());

async fn write(db: &Db, place: &Calendar, writes: Vec<Write>, when: &str) {
    let mut tx = db.begin().await.unwrap();
    let source = store::sources::find_or_create(&mut tx, place.id, "KBO", now())
        .await
        .unwrap();
    let batch = Batch {
        calendar: place.id,
        zone: &place.profile.zone,
        source: Some(source.id),
        at: at(when),
        writes,
    };
    publish(&mut tx, batch).await.unwrap();
    tx.commit().await.unwrap();
}

/// The same game at another time.
fn moved(event: &Event, start: &str, when: &str) -> Write {
    let event = Event {
        version: event.version + 1,
        modified: at(when),
        body: game("하늘 대 바다", start),
        ..event.clone()
    };
    let kind = ChangeKind::Rescheduled;
    Write::Replace { event, kind }
}

on_both! {
    async fn a_client_is_told_each_event_once_that_it_lacks(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let one = event("a", game("하늘 대 바다", "2027-04-05T18:30:00"));
        let two = event("b", game("하늘 대 숲", "2027-04-06T18:30:00"));
        let both = vec![Write::Create(one.clone()), Write::Create(two.clone())];
        write(db, &made, both, "2026-11-22T04:00:00Z").await;
        for (n, hour) in [17, 16].into_iter().enumerate() {
            let when = format!("2026-11-22T0{}:00:00Z", 5 + n);
            let start = format!("2027-04-05T{hour}:30:00");
            let stored = events::by_id(&mut db.read().await.unwrap(), one.id).await.unwrap().unwrap();
            write(db, &made, vec![moved(&stored.event, &start, &when)], &when).await;
        }
        let mut conn = db.read().await.unwrap();
        let since = async |conn: &mut store::Conn, revision, after, limit| {
            events::changed_since(conn, made.id, revision, after, limit).await.unwrap()
        };
        let mut all = vec![one.id, two.id];
        all.sort();
        assert_eq!(since(&mut conn, 1, NOBODY, 10).await, all);
        assert_eq!(since(&mut conn, 2, NOBODY, 10).await, [one.id]);
        assert_eq!(since(&mut conn, 4, NOBODY, 10).await, []);
        assert_eq!(since(&mut conn, 1, all[0], 10).await, [all[1]]);
        assert_eq!(since(&mut conn, 1, NOBODY, 1).await, [all[0]]);
        let some = events::some_of_calendar(&mut conn, made.id, &[one.id, NOBODY]).await.unwrap();
        assert_eq!(some.len(), 1);
        assert_eq!((some[0].id, some[0].version), (one.id, 3));
        drop(conn);
        let other = calendar(db, "bada").await;
        write(db, &made, vec![Write::Remove(one.id)], "2026-11-22T08:00:00Z").await;
        let mut conn = db.read().await.unwrap();
        let last = store::calendars::changed_last(&mut conn, 2).await.unwrap();
        let last: Vec<_> = last.iter().map(|one| (one.id, one.revision)).collect();
        assert_eq!(last, [(made.id, 5), (other.id, 1)]);
        drop(conn);
        let mut conn = db.read().await.unwrap();
        assert!(events::some_of_calendar(&mut conn, made.id, &[one.id]).await.unwrap().is_empty());
    }

    async fn an_entry_tells_what_changed_for_seven_days_and_a_job_takes_it_out(fresh) {
        let db = &fresh.db;
        let made = calendar(db, "haneul").await;
        let one = event("a", game("하늘 대 바다", "2027-04-05T18:30:00"));
        write(db, &made, vec![Write::Create(one.clone())], "2026-11-22T04:00:00Z").await;
        let changed = "2026-11-22T10:14:00Z";
        write(db, &made, vec![moved(&one, "2027-04-05T17:00:00", changed)], changed).await;
        let stored = async || {
            let mut conn = db.read().await.unwrap();
            let place = store::calendars::by_id(&mut conn, made.id).await.unwrap().unwrap();
            let all = events::of_calendar(&mut conn, made.id).await.unwrap();
            (place, all)
        };
        let (place, all) = stored().await;
        assert!(matches!(all[0].news[0].changes[..], [Difference::Time { .. }]));
        let told = |place: &Calendar, all: &[Event]| {
            let bytes = render(place, all, &FeedQuery::default(), "https://almanac.example");
            String::from_utf8(bytes).unwrap().replace("\r\n ", "")
        };
        let before = told(&place, &all);
        assert!(before.contains("18:30 → 17:00") && before.contains("KBO"), "{before}");

        let due = news::next_due(&mut db.read().await.unwrap()).await.unwrap().unwrap();
        assert_eq!(due, at("2026-11-29T10:14:00Z"));
        jobs::once(db, at("2026-11-29T10:13:59Z")).await.unwrap();
        assert_eq!(told(&place, &stored().await.1), before);
        let revision = stored().await.0.revision;
        jobs::once(db, due.checked_add(jiff::Span::new().hours(1)).unwrap()).await.unwrap();
        let (place, all) = stored().await;
        assert!(!told(&place, &all).contains("18:30 → 17:00"));
        assert!(place.revision > revision);
        assert!(all[0].modified > at(changed), "clients take it for news");
        assert_eq!(all[0].sequence, one.sequence, "nobody announced anything");
        let mut tx = db.begin().await.unwrap();
        assert_eq!(news::let_go(&mut tx, at("2027-01-01T00:00:00Z"), 10).await.unwrap(), 0);
        tx.commit().await.unwrap();
        assert_eq!(news::next_due(&mut db.read().await.unwrap()).await.unwrap(), None);
    }
}
