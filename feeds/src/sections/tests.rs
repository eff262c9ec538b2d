use crate::catalogue::Catalogue;
use crate::compile::{Gathered, persons_file, written};
use crate::formats::examples::{BASE, at, calendar, event, in_zone, says, stamp};
use crate::parts::Parts;
use crate::person::Person;
use crate::plan::Plan;
use crate::query::FeedQuery;
use crate::shelf::Loaded;
use domain::alarm::Alarms;
use domain::calendar::Calendar;
use domain::event::Event;
use domain::id::{CalendarId, EventId, PublicId, SubscriptionId};
use domain::recipe::{Past, Pick, Recipe, Results};
use proptest::prelude::*;
use std::sync::Arc;
use store::subscriptions::Subscription;
use uuid::Uuid;

const CALENDARS: usize = 4;

/// An event by three small numbers: its UID, which of several events it is, and what it says.
type Small = (u8, u8, u8);
/// A calendar: whether it is there, and what it holds. No UID stands twice in one.
type World = Vec<Option<Vec<Small>>>;

fn world() -> impl Strategy<Value = World> {
    let events = prop::collection::btree_map(0..5u8, (0..2u8, 0..4u8), 0..5);
    let events = events.prop_map(|all| all.into_iter().map(|(a, (b, c))| (a, b, c)).collect());
    prop::collection::vec(prop::option::weighted(0.9, events), CALENDARS)
}

fn made((uid, which, says_what): Small) -> Event {
    let zone = ["Asia/Seoul", "Europe/Vienna"][usize::from(says_what) % 2];
    let mut what = says(in_zone(zone, at(5 + says_what as i8, 18), None));
    if says_what == 3 {
        what.description = Default::default();
    }
    let mut event = event(&format!("uid-{uid}"), what);
    event.id = EventId(Uuid::from_u128(u128::from(uid) * 16 + u128::from(which)));
    event.public_id = PublicId::from_bits(u128::from(uid) * 999 + u128::from(which));
    event
}

fn calendar_at(place: usize, revision: i64) -> Calendar {
    let mut calendar = calendar();
    calendar.id = CalendarId(Uuid::from_u128(place as u128 + 1));
    calendar.public_id = PublicId::from_bits(place as u128 + 40);
    calendar.revision = revision;
    calendar
}

/// A world with a revision for each of its calendars.
fn gathered(world: &World, revisions: &[i64]) -> (Catalogue, Vec<Option<Loaded>>) {
    let loaded = world.iter().zip(revisions).enumerate();
    let loaded: Vec<Option<Loaded>> = loaded
        .map(|(place, (events, revision))| {
            let events: Vec<Event> = events.as_ref()?.iter().copied().map(made).collect();
            Some(Loaded::from_events(&calendar_at(place, *revision), &events))
        })
        .collect();
    let calendars = loaded.iter().flatten().map(|one| (*one.calendar).clone());
    (Catalogue::of(calendars), loaded)
}

fn person() -> Arc<Person> {
    let pick = |place: usize| {
        let mut pick = Pick::all_of(calendar_at(place, 1).id);
        if place == 1 {
            pick.alarms = Alarms::parse("2h,30m").unwrap();
        }
        pick
    };
    Arc::new(Person::with(Subscription {
        id: SubscriptionId(Uuid::from_u128(5)),
        recipe: Recipe {
            picks: (0..CALENDARS).map(pick).collect(),
            lang: None,
            past: Past::All,
            results: Results::Shown,
        },
        link_key: vec![7; 32],
        revision: 3,
        modified: stamp("2026-11-20T00:00:00Z"),
        created: stamp("2026-11-20T00:00:00Z"),
    }))
}

fn planned(world: &World, revisions: &[i64], query: &str) -> (Plan, Gathered) {
    let (catalogue, loaded) = gathered(world, revisions);
    let plan = Plan::personal(person(), &catalogue, FeedQuery::parse(query).unwrap());
    let parts = loaded.iter().flatten().map(|one| {
        let cast = plan.cast(&one.calendar);
        Arc::new(Parts::of(one, cast, BASE, None))
    });
    let gathered = Gathered::of(parts.collect());
    (plan, gathered)
}

proptest! {
    #[test]
    fn what_is_taken_over_is_what_would_be_written(
        first in world(),
        then in world(),
        same in prop::collection::vec(prop::bool::weighted(0.6), CALENDARS),
        query in prop::sample::select(vec!["", "for=outlook", "for=apple&lang=en", "alarm=1d"]),
    ) {
        // Calendars that stay the same keep their revision.
        let mut next = first.clone();
        let mut revisions = [1; CALENDARS];
        for (place, same) in same.iter().enumerate() {
            if !same {
                next[place].clone_from(&then[place]);
                revisions[place] = 2;
            }
        }
        let (plan, old) = planned(&first, &[1; CALENDARS], query);
        let before = persons_file(&plan, &old, None, &old.state(&plan), BASE);
        let (plan, new) = planned(&next, &revisions, query);
        let state = new.state(&plan);
        let kept = super::Before { bytes: &before.bytes, sections: &before.sections };
        let renewed = persons_file(&plan, &new, Some(kept), &state, BASE);
        let anew = persons_file(&plan, &new, None, &state, BASE);
        let plain = written(&plan, &new, &state, BASE);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        prop_assert_eq!(text(&renewed.bytes), text(&plain));
        prop_assert_eq!(text(&anew.bytes), text(&plain));
        let places = |all: &super::Sectioned| {
            let all = all.sections.iter();
            all.map(|one| (one.calendar, one.at.clone(), one.names.clone())).collect::<Vec<_>>()
        };
        prop_assert_eq!(places(&renewed), places(&anew));
    }
}

#[test]
fn one_change_leaves_the_other_calendars_bytes_alone() {
    let world: World = (0..4).map(|n| Some(vec![(n, 0, 0)])).collect();
    let (plan, old) = planned(&world, &[1; 4], "");
    let before = persons_file(&plan, &old, None, &old.state(&plan), BASE);
    // What is taken over is not looked at: these bytes are nobody's.
    let marked = before.bytes.iter().map(|_| b'x').collect::<Vec<_>>();
    let mut next = world.clone();
    next[2] = Some(vec![(2, 0, 2)]);
    let (plan, new) = planned(&next, &[1, 1, 2, 1], "");
    let kept = super::Before {
        bytes: &marked,
        sections: &before.sections,
    };
    let renewed = persons_file(&plan, &new, Some(kept), &new.state(&plan), BASE);
    let text = String::from_utf8(renewed.bytes).unwrap();
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
    let copied: usize = [0, 1, 3].map(|n| before.sections[n].at.len()).iter().sum();
    assert!(text.contains(&"x".repeat(before.sections[3].at.len())));
    assert!(text.matches('x').count() >= copied);
}
