//! The form for one calendar: what is typed, what it means, what is said where it means nothing.

use super::*;
use crate::fixtures::{self, page_is_sound};
use domain::tag::Tag;
use domain::text::Lang;
use http::HeaderMap;
use proptest::prelude::*;
use web::locale::UiLang;

fn facts(pick: Pick) -> Facts {
    let mut one = fixtures::shown(fixtures::game("<i>경기"));
    one.what.tags = Tag::from_label("home", Lang::EN).into_iter().collect();
    Facts {
        calendar: fixtures::calendar(),
        pick,
        coming: vec![one],
        events: BTreeMap::new(),
    }
}

fn pick() -> Pick {
    Pick::all_of(fixtures::calendar().id)
}

fn html(ui: UiLang, facts: &Facts, typed: Typed, errors: Errors) -> String {
    let uri = format!("/my/k/calendars/x?lang={}", ui.as_str());
    let visit = Visit::of(&uri.parse().unwrap(), &HeaderMap::new()).unwrap();
    let now = fixtures::NOW.parse().unwrap();
    let page = PickPage::build(&visit, "k", facts, (typed, errors), now);
    page.render().unwrap()
}

#[test]
fn the_page_is_sound_in_both_languages() {
    let mut pick = pick();
    pick.hide(Hidden {
        uid: "<b>@x".into(),
        recurrence_id: None,
    });
    let facts = facts(pick);
    for ui in UiLang::ALL {
        let html = html(*ui, &facts, Typed::of(&facts.pick), Errors::default());
        page_is_sound(&html, ui.as_str());
        assert!(!html.contains("<b>@x") && html.contains("@x"));
        assert!(html.contains("name=\"with\" value=\"home\""));
        assert!(!html.contains("\"my.") && !html.contains(">my."));
    }
}

#[test]
fn a_fault_stands_beside_its_field_and_what_was_typed_stays() {
    let typed = Typed {
        words: "x".repeat(101),
        places: "잠실, 사직".into(),
        from: "18:00".into(),
        to: "18:00".into(),
        days: vec!["someday".into()],
        alarms: vec!["soon".into()],
        with: vec!["A B".into()],
        ..Typed::default()
    };
    let t = T::new(UiLang::Ko);
    let errors = typed.wishes(t).unwrap_err();
    for field in ["words", "hours", "day", "alarm", "tags"] {
        assert!(errors.of(field).is_some(), "{field}");
    }
    assert_eq!(errors.of("places"), None);
    let html = html(UiLang::Ko, &facts(pick()), typed, errors);
    page_is_sound(&html, "ko");
    assert!(html.contains("value=\"잠실, 사직\"") && html.contains("value=\"soon\""));
    assert!(html.contains("id=\"hours-fault\"") && html.contains("aria-describedby=\"words-fault"));
}

#[test]
fn an_open_end_of_the_hours_is_the_end_of_the_day() {
    let t = T::new(UiLang::En);
    for (from, to, hours) in [
        ("18:00", "", Some("18:00-24:00")),
        ("", "12:00", Some("00:00-12:00")),
        ("22:00", "02:00", Some("22:00-02:00")),
        ("", "", None),
    ] {
        let typed = Typed {
            from: from.into(),
            to: to.into(),
            ..Typed::default()
        };
        let (filter, _) = typed.wishes(t).unwrap();
        assert_eq!(filter.hours.map(|h| h.to_string()).as_deref(), hours);
    }
}

proptest! {
    /// What the form shows of a pick, sent back untouched, is the same pick.
    #[test]
    fn a_pick_survives_its_form(
        tags in proptest::collection::btree_set("[a-z]{1,8}", 0..4),
        words in "([a-z가-힣]{1,6} ){0,3}",
        place in "[a-z가-힣]{0,8}",
        days in proptest::sample::subsequence(vec!["mo", "tu", "we", "th", "fr", "sa", "su"], 0..7),
        hours in proptest::option::of((0u16..1440, 0u16..=1440)),
        ring in proptest::option::of(0u16..40_000),
    ) {
        let mut pick = pick();
        let tags: Vec<String> = tags.into_iter().collect();
        pick.filter.with = tags;
        pick.filter.words = Words::parse(&words).unwrap_or_default();
        pick.filter.places = vec![fold(&place)];
        pick.filter.places.retain(|place| !place.is_empty());
        pick.filter.days = Days::parse(&days.join(",")).unwrap_or_default();
        let clock = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
        pick.filter.hours = hours.and_then(|(from, to)| {
            Hours::parse(&format!("{}-{}", clock(from), clock(to)))
        });
        pick.alarms = ring.and_then(|m| Alarms::parse(&format!("{m}m"))).unwrap_or_default();
        let (filter, rings) = Typed::of(&pick).wishes(T::new(UiLang::En)).unwrap();
        prop_assert_eq!((filter, rings), (pick.filter, pick.alarms));
    }
}
