//! Calendars at the desk, on both engines: edited by two, kept, merged with every address kept.

use crate::databases::on_both;
use crate::desk::{editor, published, stands, tip, write};
use crate::given::{self, calendar, event, game, ko, now, slug};
use desk::{Desk, Error};
use domain::alarm::Alarms;
use domain::calendar::{Category, Upkeep, Visibility};
use domain::proposal::Aim;
use domain::recipe::{Pick, Recipe};
use domain::text::Lang;
use store::links::{Kind, Link};
use store::publish::Write;
use store::subscriptions::NewAddress;
use store::{Db, calendars, events, links};

async fn found(db: &Db, name: &str) -> Option<calendars::Found> {
    let mut conn = db.read().await.unwrap();
    calendars::find(&mut conn, name).await.unwrap()
}

on_both! {
    async fn a_calendar_is_made_edited_by_two_and_renamed_with_its_old_address_kept(fresh) {
        let db = &fresh.db;
        let mina = editor();
        let desk = Desk::new(db, &mina, now());
        let profile = given::profile("haneul");
        assert!(matches!(desk.create_calendar(profile.clone()).await, Err(Error::NotFound("category"))));
        desk.add_category(&given::category()).await.unwrap();
        let made = desk.create_calendar(profile.clone()).await.unwrap();
        assert!(matches!(desk.create_calendar(profile.clone()).await, Err(Error::NameTaken(name)) if name == "haneul"));
        let mut next = profile.clone();
        next.slug = slug("haneul-2027");
        next.title = ko("하늘구단").with(Lang::EN, "Haneul");
        assert_eq!(desk.edit_calendar(made.id, &profile, &next).await.unwrap(), 2);
        assert!(found(db, "haneul").await.unwrap().alias);
        let mut other = profile.clone();
        other.description = ko("안내");
        let late = desk.edit_calendar(made.id, &profile, &other).await;
        assert!(matches!(late, Err(Error::CalendarChanged(now)) if *now == next));
        assert!(matches!(desk.edit_calendar(made.id, &next, &next).await, Err(Error::Nothing)));
        other.category = slug("nowhere");
        assert!(matches!(desk.edit_calendar(made.id, &next, &other).await, Err(Error::NotFound("category"))));
        desk.add_category(&Category { slug: slug("music"), title: ko("음악") }).await.unwrap();
        desk.set_visibility(made.id, Visibility::Withdrawn).await.unwrap();
        assert!(matches!(desk.set_visibility(made.id, Visibility::Withdrawn).await, Err(Error::Nothing)));
    }

    async fn a_calendar_is_kept_ended_and_succeeded(fresh) {
        let db = &fresh.db;
        let (old, new) = (calendar(db, "haneul").await, calendar(db, "haneul-2028").await);
        let mina = editor();
        let desk = Desk::new(db, &mina, now());
        let none = Upkeep::default();
        let kept = Upkeep {
            alarms: Alarms::parse("1h").unwrap(),
            refresh_minutes: Some(60),
            ended: Some(jiff::civil::date(2027, 11, 1)),
            succeeded_by: Some(new.id),
            keeper: Some("mina".into()),
        };
        assert_eq!(desk.set_upkeep(old.id, &none, &kept).await.unwrap(), 2);
        let mut tx = db.begin().await.unwrap();
        assert_eq!(calendars::upkeep(&mut tx, old.id).await.unwrap(), Some(kept.clone()));
        assert_eq!(calendars::upkeep(&mut tx, new.id).await.unwrap(), Some(none.clone()));
        assert_eq!(calendars::set_upkeep(&mut tx, old.id, &none, now()).await.unwrap(), 3);
        tx.roll_back().await.unwrap();
        let late = desk.set_upkeep(old.id, &none, &Upkeep { ended: None, ..kept.clone() }).await;
        assert!(matches!(late, Err(Error::UpkeepChanged(now)) if *now == kept));
        let circle = Upkeep { succeeded_by: Some(old.id), ..none.clone() };
        assert!(matches!(desk.set_upkeep(new.id, &none, &circle).await, Err(Error::Circle)));
        let often = Upkeep { refresh_minutes: Some(1), ..none.clone() };
        assert!(matches!(desk.set_upkeep(new.id, &none, &often).await, Err(Error::Upkeep(_))));
    }

    async fn two_calendars_become_one_and_every_address_leads_there(fresh) {
        let db = &fresh.db;
        let (gone, home) = (calendar(db, "haneul-fans").await, calendar(db, "haneul").await);
        let (a, b) = (published(db, &gone, "a").await, published(db, &home, "b").await);
        let same_uid = published(db, &home, "a").await;
        let derby = published(db, &gone, "derby").await;
        let mut tx = db.begin().await.unwrap();
        events::place(&mut tx, &derby, home.id, now()).await.unwrap();
        for place in [&gone, &home] {
            store::sources::find_or_create(&mut tx, place.id, "club", now()).await.unwrap();
        }
        let recipe = Recipe { picks: vec![Pick::all_of(gone.id)], lang: None, past: Default::default(), results: Default::default() };
        let first = NewAddress { digest: &[2; 32], label: "전화", own: true };
        let person = store::subscriptions::create(&mut tx, &recipe, &[1; 32], first, now()).await.unwrap();
        tx.commit().await.unwrap();
        let removed = event("old", game("지난 경기", "2027-04-01T18:30:00"));
        write(db, &gone, vec![Write::Create(removed.clone())]).await;
        write(db, &gone, vec![Write::Remove(removed.id)]).await;
        let waiting = tip(db, &gone, Aim::Create(Box::new(game("제보", "2027-04-05T18:30:00")))).await;

        let settings = feeds::Settings {
            base_url: "https://almanac.example".into(),
            cache_bytes: 1 << 20,
            clock: domain::clock::Clock::fixed(now()),
        };
        let node = feeds::Feeds::start(db.clone(), settings, "lineage".into()).await.unwrap();
        let mina = editor();
        let desk = Desk::new(db, &mina, now());
        assert!(matches!(desk.merge_calendars(home.id, home.id).await, Err(Error::Nothing)));
        desk.merge_calendars(gone.id, home.id).await.unwrap();
        for name in ["haneul", "haneul-fans", gone.public_id.as_str(), home.public_id.as_str()] {
            assert_eq!(found(db, name).await.unwrap().calendar.id, home.id, "{name}");
        }
        node.refresh().await.unwrap();
        for name in ["haneul-fans", gone.public_id.as_str()] {
            assert_eq!(node.catalogue().find(name).unwrap().id, home.id, "a node that was up: {name}");
        }
        let mut conn = db.read().await.unwrap();
        let all = events::of_calendar(&mut conn, home.id).await.unwrap();
        let mut ids: Vec<_> = all.iter().map(|event| event.id).collect();
        ids.sort();
        let mut want = [a.id, b.id, same_uid.id, derby.id];
        want.sort();
        assert_eq!(ids, want);
        let uids: std::collections::HashSet<_> = all.iter().map(|event| event.uid.as_str()).collect();
        assert_eq!(uids.len(), 4, "{uids:?}");
        assert!(events::of_calendar(&mut conn, gone.id).await.unwrap().is_empty());
        assert_eq!(events::placements(&mut conn, removed.id).await.unwrap(), [home.id]);
        let listed = calendars::all(&mut conn).await.unwrap();
        assert_eq!(listed.iter().map(|c| c.id).collect::<Vec<_>>(), [home.id]);
        let from = now();
        let coming = store::occurrences::upcoming(&mut conn, home.id, from, 9).await.unwrap();
        assert_eq!(coming.len(), 4);
        let theirs = store::subscriptions::by_id(&mut conn, person).await.unwrap().unwrap();
        assert_eq!(theirs.recipe.picks[0].calendar, home.id);
        assert!(store::sources::find(&mut conn, home.id, "club (haneul-fans)").await.unwrap().is_some());
        drop(conn);
        let out = desk.publish_now(waiting).await.unwrap();
        assert!(!stands(db, out.event.unwrap()).await.2);
        let mut conn = db.read().await.unwrap();
        assert_eq!(events::placements(&mut conn, out.event.unwrap()).await.unwrap(), [home.id]);
        drop(conn);
        // The name that is left over can be given to the calendar that took it over.
        let now_named = found(db, "haneul").await.unwrap().calendar.profile;
        let renamed = domain::calendar::CalendarProfile { slug: slug("haneul-fans"), ..now_named.clone() };
        desk.edit_calendar(home.id, &now_named, &renamed).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        store::absorb(&mut tx, home.id, domain::id::CalendarId(store::new_id()), now()).await.unwrap();
        tx.roll_back().await.unwrap();
    }

    async fn events_are_linked_and_unlinked(fresh) {
        let db = &fresh.db;
        let home = calendar(db, "haneul").await;
        let (a, b) = (published(db, &home, "a").await, published(db, &home, "b").await);
        let mina = editor();
        let desk = Desk::new(db, &mina, now());
        let link = Link { a: a.id, b: b.id, kind: Kind::Resumes };
        desk.link(link).await.unwrap();
        assert!(matches!(desk.link(link).await, Err(Error::Nothing)));
        let other = Link { kind: Kind::Opens, ..link };
        let mut tx = db.begin().await.unwrap();
        assert!(links::link(&mut tx, other).await.unwrap());
        assert!(!links::link(&mut tx, other).await.unwrap());
        assert_eq!(links::links_of(&mut tx, b.id).await.unwrap().len(), 2);
        assert!(links::unlink(&mut tx, other).await.unwrap());
        tx.commit().await.unwrap();
        let mut conn = db.read().await.unwrap();
        assert_eq!(links::links_of(&mut conn, a.id).await.unwrap(), [link]);
        drop(conn);
        desk.unlink(link).await.unwrap();
        assert!(matches!(desk.unlink(link).await, Err(Error::Nothing)));
        let nowhere = Link { b: domain::id::EventId(store::new_id()), ..link };
        assert!(matches!(desk.link(nowhere).await, Err(Error::NotFound("event"))));
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
        }
    }
}
