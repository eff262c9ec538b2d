//! The home page: today and this week across calendars, what is soon to open, what is new, and
//! the categories with a few calendars each. However many calendars there are, it reads a few.

use crate::cards::{Card, CategoryLink, cards};
use crate::catalogue::{CalendarLink, Catalogue};
use crate::rows::{Day, by_day_of_all};
use crate::span::{WEEK_DAYS, beginning, common_zone, midnight};
use askama::Template;
use axum::extract::State;
use domain::calendar::{Calendar, Category};
use domain::id::CalendarId;
use jiff::{Timestamp, ToSpan};
use store::Conn;
use store::occurrences::{self, Shown};
use web::failure::PageFailure;
use web::layout::{ShareCard, Shell};
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::Visit;
use web::when::Reading;

/// Most rows of today.
const TODAY: usize = 5;
/// Most rows of each of the days after.
const EACH_DAY: usize = 2;
/// Most openings, and how many days ahead.
const OPENINGS: i64 = 5;
const OPENING_DAYS: i64 = 30;
/// Most new calendars.
const NEWEST: i64 = 5;
/// Most categories that show calendars, and most calendars of each.
const SHELVES: usize = 8;
const ON_SHELF: i64 = 4;

/// A calendar that was not there before.
struct Fresh {
    link: CalendarLink,
    since: String,
    iso: String,
}

/// A category with a few of its calendars.
struct Section {
    category: CategoryLink,
    cards: Vec<Card>,
    /// "All 12 calendars", where there are more than are shown.
    all: Option<String>,
}

/// What is read for the page.
#[derive(Default)]
struct Facts {
    today: Vec<Shown>,
    week: Vec<Shown>,
    openings: Vec<Shown>,
    newest: Vec<Calendar>,
    categories: Vec<(Category, i64)>,
    shelves: Vec<(CategoryIndex, Vec<Calendar>)>,
    next: Vec<Shown>,
    /// Every calendar that is named.
    catalogue: Catalogue,
}

/// Where a category stands among those that were read.
type CategoryIndex = usize;

/// The page.
#[derive(Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    t: T,
    shell: Shell,
    empty: bool,
    categories: Vec<CategoryLink>,
    today: Vec<Day>,
    more_today: bool,
    week: Vec<Day>,
    openings: Vec<Day>,
    newest: Vec<Fresh>,
    sections: Vec<Section>,
}

/// `GET /`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
) -> Result<Page<HomePage>, PageFailure> {
    let reading = Reading::new(visit.t, &common_zone(), web.clock.now());
    let mut conn = web.db.read().await?;
    let facts = read(&mut conn, &reading).await?;
    let shell = facts.catalogue.shell(&visit, &web.base_url, "/");
    let card = ShareCard::new(visit.t.s("home.title"), visit.t.s("site.description"));
    let shell = shell.with_card(card);
    Ok(Page::public(HomePage::build(shell, &facts, &reading)))
}

async fn read(conn: &mut Conn, reading: &Reading) -> store::Result<Facts> {
    let now = reading.now();
    let mut facts = Facts {
        today: day(conn, reading, 0, TODAY + 1).await?,
        openings: openings(conn, now).await?,
        newest: store::calendars::newest(conn, NEWEST).await?,
        categories: store::categories::with_counts(conn).await?,
        ..Facts::default()
    };
    for days in 1..WEEK_DAYS {
        facts.week.extend(day(conn, reading, days, EACH_DAY).await?);
    }
    let filled = facts.categories.iter().enumerate();
    let filled: Vec<usize> = filled
        .filter(|(_, (_, n))| *n > 0)
        .map(|(at, _)| at)
        .collect();
    for at in filled.into_iter().take(SHELVES) {
        let slug = facts.categories[at].0.slug.as_str();
        let calendars = store::calendars::page(conn, Some(slug), None, ON_SHELF).await?;
        facts.shelves.push((at, calendars));
    }
    let on_shelves = facts.shelves.iter().flat_map(|(_, calendars)| calendars);
    let ids: Vec<CalendarId> = on_shelves.map(|calendar| calendar.id).collect();
    facts.next = occurrences::next_of(conn, &ids, now).await?;
    let lists = [&facts.today, &facts.week, &facts.openings];
    let shown = lists.into_iter().flatten().map(|one| one.calendar);
    let newest = facts.newest.iter().map(|calendar| calendar.id);
    facts.catalogue = Catalogue::by_ids(conn, shown.chain(newest).chain(ids)).await?;
    Ok(facts)
}

/// What begins on one day, some days from today.
async fn day(
    conn: &mut Conn,
    reading: &Reading,
    days: i64,
    most: usize,
) -> store::Result<Vec<Shown>> {
    let span = (midnight(reading, days), midnight(reading, days + 1));
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    beginning(conn, None, span, reading.now(), most).await
}

async fn openings(conn: &mut Conn, now: Timestamp) -> store::Result<Vec<Shown>> {
    let to = now.checked_add((OPENING_DAYS * 24).hours()).unwrap_or(now);
    occurrences::openings(conn, now, to, OPENINGS).await
}

impl HomePage {
    fn build(shell: Shell, facts: &Facts, reading: &Reading) -> Self {
        let t = reading.t();
        let days = |shown: &[Shown], most: usize| {
            let shown = &shown[..shown.len().min(most)];
            by_day_of_all(shown, &facts.catalogue, reading)
        };
        let link = |(category, count): &(Category, i64)| CategoryLink::of(category, *count, t);
        let fresh = |calendar: &Calendar| {
            let day = calendar
                .created
                .to_zoned(reading.zone().rules().clone())
                .date();
            Fresh {
                link: CalendarLink::of(calendar, t),
                since: reading
                    .relative(day)
                    .map_or_else(|| reading.date(day), str::to_owned),
                iso: day.to_string(),
            }
        };
        let categories = facts.categories.iter().filter(|(_, count)| *count > 0);
        Self {
            t,
            shell,
            empty: facts.catalogue.calendars.is_empty(),
            categories: categories.map(link).collect(),
            today: days(&facts.today, TODAY),
            more_today: facts.today.len() > TODAY,
            week: days(&facts.week, facts.week.len()),
            openings: days(&facts.openings, facts.openings.len()),
            newest: facts.newest.iter().map(fresh).collect(),
            sections: sections(facts, reading.now(), t),
        }
    }
}

fn sections(facts: &Facts, now: Timestamp, t: T) -> Vec<Section> {
    let section = |(at, calendars): &(CategoryIndex, Vec<Calendar>)| {
        let (category, count) = &facts.categories[*at];
        let category = CategoryLink::of(category, *count, t);
        let shelf = Catalogue {
            calendars: calendars.clone(),
        };
        let hidden = category.count > calendars.len();
        let n = category.count.to_string();
        Section {
            cards: cards(&shelf, &facts.next, now, t),
            all: hidden.then(|| t.f("home.all_of", &[("n", &n)])),
            category,
        }
    };
    facts.shelves.iter().map(section).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, NOW, game, page_is_sound, shown};
    use web::locale::UiLang;

    fn page(ui: UiLang, facts: &Facts) -> String {
        let t = T::new(ui);
        let reading = Reading::new(t, &common_zone(), NOW.parse().unwrap());
        HomePage::build(Shell::bare(t, "/"), facts, &reading)
            .render()
            .unwrap()
    }

    fn facts(title: &str) -> Facts {
        let one = vec![shown(game(title))];
        Facts {
            week: one.clone(),
            newest: vec![fixtures::calendar()],
            categories: vec![(fixtures::category(), 12)],
            shelves: vec![(0, vec![fixtures::calendar()])],
            next: one,
            catalogue: fixtures::catalogue(),
            ..Facts::default()
        }
    }

    #[test]
    fn the_home_page_shows_calendars_by_category_with_their_next_event() {
        let ko = page(UiLang::Ko, &facts("롯데 : 두산"));
        page_is_sound(&ko, "ko");
        for part in ["거인 야구단", "예시", "롯데 : 두산", "내일", "오후 6:30"] {
            assert!(ko.contains(part), "{part}");
        }
        assert!(ko.contains("href=\"/categories/sports\""));
        assert!(ko.contains("12개"), "{ko}");
        page_is_sound(&page(UiLang::En, &facts("x")), "en");
    }

    #[test]
    fn a_day_that_is_too_full_leads_to_the_rest() {
        let mut full = facts("경기");
        full.today = vec![full.week[0].clone(); TODAY + 1];
        let html = page(UiLang::Ko, &full);
        let today = html.split("id=\"today\"").nth(1).unwrap();
        let today = today.split("id=\"this-week\"").next().unwrap();
        assert_eq!(today.matches("<li class=\"row ").count(), TODAY);
        assert!(html.contains("href=\"/week\""));
    }

    #[test]
    fn a_quiet_day_says_so() {
        let html = page(UiLang::En, &facts("x"));
        assert!(html.contains("Nothing is on today"), "{html}");
    }

    #[test]
    fn an_empty_installation_says_what_to_do() {
        let html = page(UiLang::En, &Facts::default());
        assert!(html.contains("almanac import"), "{html}");
        page_is_sound(&html, "en");
    }

    #[test]
    fn c5_titles_are_never_markup() {
        let mut bad = facts("<svg onload=alert(1)>");
        bad.today = bad.week.clone();
        bad.openings = bad.week.clone();
        page_is_sound(&page(UiLang::Ko, &bad), "ko");
    }
}
