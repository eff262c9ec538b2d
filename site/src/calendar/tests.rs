//! A calendar's page, from values to markup.

use super::*;
use crate::fixtures::{self, NOW, game, page_is_sound, shown};
use domain::filter::Filter;
use domain::tag::Tag;
use domain::text::Lang;
use domain::zone::Zone;
use web::locale::UiLang;

/// The grids of November and of its last full week hold the game of the 23rd.
const VIEWS: [View; 4] = [
    View::Month(None),
    View::Week(Some(jiff::civil::date(2026, 11, 23))),
    View::List(1),
    View::Past(1),
];

fn ask(view: View) -> Ask {
    Ask {
        view,
        filter: Filter::default(),
        zone: None,
    }
}

fn page(ui: UiLang, ask: &Ask, shown: &[Shown]) -> String {
    let t = T::new(ui);
    let base = BaseUrl::parse("https://almanac.example").unwrap();
    let zone = ask.zone.clone().unwrap_or_else(Zone::seoul);
    let reading = Reading::new(t, &zone, NOW.parse().unwrap());
    let (calendar, category) = (fixtures::calendar(), fixtures::category());
    CalendarPage::build(
        Shell::bare(t, "/"),
        &calendar,
        Some(&category),
        &base,
        ask,
        shown,
        &reading,
    )
    .render()
    .unwrap()
}

fn tagged(title: &str, label: &str) -> Shown {
    let mut one = shown(game(title));
    one.what.tags = Tag::from_label(label, Lang::KO).into_iter().collect();
    one
}

#[test]
fn every_view_is_sound_in_both_languages() {
    let shown = [shown(game("<svg onload=alert(1)>"))];
    for ui in UiLang::ALL {
        for view in VIEWS {
            let html = page(*ui, &ask(view), &shown);
            page_is_sound(&html, ui.as_str());
            assert!(html.contains("webcal://almanac.example/feeds/giants.ics?for=apple"));
            assert!(html.contains("&#60;svg onload") || html.contains("&lt;svg onload"));
            page_is_sound(&page(*ui, &ask(view), &[]), ui.as_str());
        }
    }
}

#[test]
fn the_current_view_is_marked() {
    for view in VIEWS {
        let html = page(UiLang::Ko, &ask(view), &[]);
        assert_eq!(html.matches("aria-current=\"page\"").count(), 1, "{view:?}");
    }
}

#[test]
fn a_long_list_goes_on_on_the_next_page() {
    let many = vec![shown(game("경기")); PAGE + 1];
    let first = page(UiLang::Ko, &ask(View::List(1)), &many);
    assert!(first.contains("view=list&#38;page=2") || first.contains("view=list&amp;page=2"));
    let second = page(UiLang::Ko, &ask(View::List(2)), &many);
    assert!(second.contains("rel=\"prev") && !second.contains("page=3"));
}

#[test]
fn a_tag_leaves_only_its_events_in_every_view_and_stays_in_the_links() {
    let both = [tagged("바다 경기", "홈"), tagged("산 경기", "원정")];
    for view in &VIEWS[..3] {
        let filtered = Ask {
            filter: Filter::by_tags("hom").unwrap(),
            ..ask(*view)
        };
        let html = page(UiLang::Ko, &filtered, &both);
        assert!(
            html.contains("바다 경기") && !html.contains("산 경기"),
            "{view:?}"
        );
        assert!(html.contains("view=past&#38;tags=hom"), "{view:?}");
        assert!(
            html.contains("원정"),
            "{view:?}: the other tag is still offered"
        );
    }
}

#[test]
fn times_on_another_clock_say_whose_clock_it_is() {
    let all = [shown(game("경기"))];
    let own = page(UiLang::Ko, &ask(View::List(1)), &all);
    assert!(own.contains("오후 6:30") && !own.contains("row-zone"));
    let london = Ask {
        zone: Zone::parse("Europe/London"),
        ..ask(View::List(1))
    };
    let html = page(UiLang::Ko, &london, &all);
    assert!(html.contains("오전 9:30"), "{html}");
    assert!(html.contains("<span class=\"row-zone\">런던</span>"));
    assert!(html.contains("view=week&#38;zone=Europe/London"));
}

#[test]
fn a_result_is_there_for_those_who_ask() {
    let mut played = shown(game("경기"));
    played.what.result = domain::text::Text::new(Lang::KO, "7:0");
    let html = page(UiLang::Ko, &ask(View::List(1)), &[played]);
    let hidden = html.split("<details").find(|part| part.contains("7:0"));
    assert!(hidden.is_some_and(|part| part.starts_with(" class=\"spoiler\"")));
}
