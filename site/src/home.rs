//! The home page: what this is, what is on these days, and every calendar with its next event.

use crate::catalogue::{CalendarLink, Catalogue};
use crate::rows::{Day, Row, by_day_of_all, first_day};
use crate::said::Said;
use askama::Template;
use axum::extract::State;
use domain::calendar::Calendar;
use domain::zone::Zone;
use jiff::{Timestamp, ToSpan};
use store::occurrences::Shown;
use web::failure::PageFailure;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::Visit;
use web::when::{Reading, Tile};

/// Most rows in the list of these days.
const THESE_DAYS: usize = 7;
/// Instances read to find them: spans that began earlier are left out.
const NEAR: i64 = 120;

/// The next event of a calendar.
struct Next {
    tile: Tile,
    row: Row,
}

/// One calendar of the catalogue.
struct Card {
    link: CalendarLink,
    description: Said,
    next: Option<Next>,
}

/// A category with its calendars.
struct Section {
    slug: String,
    title: Said,
    cards: Vec<Card>,
}

/// The page.
#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    t: T,
    shell: Shell,
    these_days: Vec<Day>,
    sections: Vec<Section>,
}

/// `GET /`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
) -> Result<Page<HomePage>, PageFailure> {
    let now = web.clock.now();
    let mut conn = web.db.read().await?;
    let catalogue = Catalogue::read(&mut conn).await?;
    let next = store::occurrences::next_for_each(&mut conn, now).await?;
    let week = now.checked_add((7 * 24).hours()).unwrap_or(now);
    let soon = store::occurrences::between(&mut conn, None, now, week, NEAR).await?;
    let shell = catalogue.shell(&visit, &web.base_url, "/");
    Ok(Page::public(HomePage::build(
        visit.t, shell, &catalogue, &next, &soon, now,
    )))
}

impl HomePage {
    fn build(
        t: T,
        shell: Shell,
        catalogue: &Catalogue,
        next: &[Shown],
        soon: &[Shown],
        now: Timestamp,
    ) -> Self {
        // Days of several calendars are counted in the first one's zone.
        let zone = catalogue
            .calendars
            .first()
            .map_or_else(Zone::seoul, |c| c.profile.zone.clone());
        let today = Reading::new(t, &zone, now);
        let begun = today.today().yesterday().unwrap_or(today.today());
        let fresh = soon.iter().filter(|one| first_day(one, &today) > begun);
        let soon: Vec<Shown> = fresh.take(THESE_DAYS).cloned().collect();
        Self {
            t,
            shell,
            these_days: by_day_of_all(&soon, catalogue, now, t, &today),
            sections: sections(t, catalogue, next, now),
        }
    }
}

/// The catalogue by category. A calendar whose category is unknown stands at the end under its
/// category's short name, so that none is ever lost.
fn sections(t: T, catalogue: &Catalogue, next: &[Shown], now: Timestamp) -> Vec<Section> {
    let known = catalogue.categories.iter().map(|category| Section {
        slug: category.slug.to_string(),
        title: Said::of(&category.title, t, t.lang()),
        cards: Vec::new(),
    });
    let mut sections: Vec<Section> = known.collect();
    for calendar in &catalogue.calendars {
        let card = card(t, calendar, next, now);
        let slug = calendar.profile.category.as_str();
        match sections.iter_mut().find(|s| s.slug == slug) {
            Some(section) => section.cards.push(card),
            None => sections.push(Section {
                slug: slug.to_owned(),
                title: Said {
                    lang: t.code().to_owned(),
                    text: slug.to_owned(),
                },
                cards: vec![card],
            }),
        }
    }
    sections.retain(|section| !section.cards.is_empty());
    sections
}

fn card(t: T, calendar: &Calendar, next: &[Shown], now: Timestamp) -> Card {
    let reading = Reading::new(t, &calendar.profile.zone, now);
    let shown = next.iter().find(|one| one.calendar == calendar.id);
    Card {
        link: CalendarLink::of(calendar, t),
        description: Said::of(&calendar.profile.description, t, calendar.profile.language),
        next: shown.map(|one| Next {
            tile: reading.tile(first_day(one, &reading)),
            row: Row::of(one, calendar, &reading, t),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, NOW, game, page_is_sound, shown};
    use web::locale::UiLang;

    fn page(ui: UiLang, shown: &[Shown]) -> String {
        let t = T::new(ui);
        let shell = Shell::bare(t, "/");
        let now = NOW.parse().unwrap();
        HomePage::build(t, shell, &fixtures::catalogue(), shown, shown, now)
            .render()
            .unwrap()
    }

    #[test]
    fn the_home_page_shows_each_calendar_with_its_next_event() {
        let ko = page(UiLang::Ko, &[shown(game("롯데 : 두산"))]);
        page_is_sound(&ko, "ko");
        for part in ["거인 야구단", "예시", "롯데 : 두산", "내일", "오후 6:30"] {
            assert!(ko.contains(part), "{part}");
        }
        page_is_sound(&page(UiLang::En, &[shown(game("x"))]), "en");
    }

    #[test]
    fn an_empty_installation_says_what_to_do() {
        let t = T::new(UiLang::En);
        let empty = Catalogue {
            calendars: vec![],
            categories: vec![],
        };
        let now = NOW.parse().unwrap();
        let html = HomePage::build(t, Shell::bare(t, "/"), &empty, &[], &[], now)
            .render()
            .unwrap();
        assert!(html.contains("almanac import"), "{html}");
    }

    #[test]
    fn c5_titles_are_never_markup() {
        page_is_sound(
            &page(UiLang::Ko, &[shown(game("<svg onload=alert(1)>"))]),
            "ko",
        );
    }
}
