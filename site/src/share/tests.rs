//! What share images show, and how they are answered.

use super::*;
use crate::event::tests::facts;
use crate::fixtures::{NOW, calendar, game, span};
use domain::text::Lang;
use jiff::civil::date;

fn picture(what: domain::event::Occurrence, ui: UiLang) -> Picture {
    of_event(&facts(what), T::new(ui), NOW.parse().unwrap()).unwrap()
}

#[test]
fn the_day_is_the_largest_line_in_the_reader_s_language() {
    let ko = picture(game("롯데 : 두산"), UiLang::Ko);
    assert_eq!(ko.head, "11월 23일 (월)");
    assert_eq!(ko.sub, "오후 6:30~9:30");
    assert_eq!(
        (ko.over.as_str(), ko.foot.as_str()),
        ("거인 야구단 · 예시", "사직야구장")
    );
    let en = picture(game("롯데 : 두산"), UiLang::En);
    assert_eq!(en.over, "The Giants · Sample");
    assert_ne!(en.version(), ko.version());
    let days = span(date(2026, 12, 5), date(2026, 12, 7));
    let days = picture(days, UiLang::Ko);
    assert_eq!(days.head, "12월 5일 (토) ~ 12월 7일 (월)");
}

#[test]
fn states_are_visible_and_results_are_not() {
    let mut what = game("경기");
    what.result = Text::new(Lang::KO, "7:3 승리");
    assert!(!format!("{:?}", picture(what.clone(), UiLang::Ko)).contains("7:3"));
    for (status, mark, word) in [
        (Status::Cancelled, Mark::CalledOff, "취소"),
        (Status::Postponed, Mark::Open, "연기"),
        (Status::Tentative, Mark::Open, "잠정"),
    ] {
        what.status = status;
        assert_eq!(
            picture(what.clone(), UiLang::Ko).mark,
            Some((mark, word.into()))
        );
    }
    what.status = Status::Confirmed;
    what.time = EventTime::Undecided { was: None };
    assert_eq!(picture(what, UiLang::Ko).head, "날짜 미정");
}

#[test]
fn a_calendar_s_picture_follows_its_words() {
    let before = of_calendar(&calendar(), T::new(UiLang::Ko));
    assert_eq!(before.head, "거인 야구단");
    assert_eq!(before.sub, "홈과 원정 경기 전부. https://club.example");
    let mut renamed = calendar();
    renamed.profile.title = Text::new(Lang::KO, "바다 야구단");
    assert_ne!(
        of_calendar(&renamed, T::new(UiLang::Ko)).version(),
        before.version()
    );
}

#[test]
fn tags_are_compared_as_a_list_of_weak_or_strong_ones() {
    for (header, want) in [
        ("\"a\"", true),
        ("W/\"a\"", true),
        ("\"b\", \"a\"", true),
        ("*", true),
        ("\"b\"", false),
        ("a", false),
    ] {
        assert_eq!(
            names(&HeaderValue::from_static(header), "\"a\""),
            want,
            "{header}"
        );
    }
}
