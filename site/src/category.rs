//! A category's page: what is on this week, and its calendars with their next events.

use crate::cards::{Card, CategoryLink, cards};
use crate::catalogue::Catalogue;
use crate::rows::{Day, by_day_of_all};
use crate::said::Said;
use crate::span::{WEEK_DAYS, beginning, common_zone, midnight};
use askama::Template;
use axum::extract::State;
use domain::calendar::{Calendar, Category};
use domain::id::CalendarId;
use store::Conn;
use store::occurrences::{self, Shown};
use web::failure::{Failure, Message, PageFailure};
use web::layout::{ShareCard, Shell};
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::Reading;

/// Most calendars on one page.
const PAGE: usize = 24;
/// Most rows of this week.
const WEEK: usize = 8;

/// What is read for the page.
struct Facts {
    category: Category,
    count: i64,
    /// One more than fits, to know whether there is more.
    calendars: Vec<Calendar>,
    /// The list does not begin at its beginning.
    later: bool,
    next: Vec<Shown>,
    week: Vec<Shown>,
    /// Every calendar that is named.
    catalogue: Catalogue,
}

/// The page.
#[derive(Template)]
#[template(path = "category.html")]
pub(crate) struct CategoryPage {
    t: T,
    shell: Shell,
    category: CategoryLink,
    week: Vec<Day>,
    more_week: bool,
    cards: Vec<Card>,
    first: Option<String>,
    next: Option<String>,
}

/// `GET /categories/{slug}`, `?after=` the short name of a page's last calendar.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(slug): Segment,
) -> Result<Page<CategoryPage>, PageFailure> {
    let reading = Reading::new(visit.t, &common_zone(), web.clock.now());
    let after = visit.params.one("after")?;
    let mut conn = web.db.read().await?;
    let (category, count) = find(&mut conn, &slug).await?.ok_or(Failure::NotFound)?;
    let after = match after {
        Some(name) => Some(calendar_named(&mut conn, name).await?),
        None => None,
    };
    let facts = read(&mut conn, (category, count), after, &reading).await?;
    let path = format!("/categories/{}", facts.category.slug);
    let title = Said::of(&facts.category.title, visit.t, visit.t.lang()).text;
    let card = ShareCard::new(&title, visit.t.s("site.description"));
    let shell = facts.catalogue.shell(&visit, &web.base_url, &path);
    let shell = shell.with_card(card);
    Ok(Page::public(CategoryPage::build(shell, &facts, &reading)))
}

/// A category and how many public calendars it has.
pub(crate) async fn find(conn: &mut Conn, slug: &str) -> store::Result<Option<(Category, i64)>> {
    let all = store::categories::with_counts(conn).await?;
    Ok(all
        .into_iter()
        .find(|(category, _)| category.slug.as_str() == slug))
}

async fn calendar_named(conn: &mut Conn, name: &str) -> Result<CalendarId, PageFailure> {
    let found = store::calendars::find(conn, name).await?;
    let none = || Failure::invalid("after", Message::new("invalid.after"));
    Ok(found.ok_or_else(none)?.calendar.id)
}

async fn read(
    conn: &mut Conn,
    (category, count): (Category, i64),
    after: Option<CalendarId>,
    reading: &Reading,
) -> store::Result<Facts> {
    let slug = Some(category.slug.as_str());
    let now = reading.now();
    let most = |rows: usize| i64::try_from(rows + 1).unwrap_or(i64::MAX);
    let calendars = store::calendars::page(conn, slug, after, most(PAGE)).await?;
    let span = (midnight(reading, 0), midnight(reading, WEEK_DAYS));
    let week = match after {
        Some(_) => Vec::new(),
        None => beginning(conn, slug, span, now, most(WEEK)).await?,
    };
    let ids: Vec<CalendarId> = calendars.iter().take(PAGE).map(|c| c.id).collect();
    let shown = week.iter().map(|one| one.calendar);
    Ok(Facts {
        catalogue: Catalogue::by_ids(conn, shown.chain(ids.iter().copied())).await?,
        next: occurrences::next_of(conn, &ids, now).await?,
        later: after.is_some(),
        category,
        count,
        calendars,
        week,
    })
}

impl CategoryPage {
    fn build(shell: Shell, facts: &Facts, reading: &Reading) -> Self {
        let t = reading.t();
        let category = CategoryLink::of(&facts.category, facts.count, t);
        let here = &facts.calendars[..facts.calendars.len().min(PAGE)];
        let more = facts.calendars.len() > PAGE;
        let last = here.last().filter(|_| more);
        let week = &facts.week[..facts.week.len().min(WEEK)];
        let shelf = Catalogue {
            calendars: here.to_vec(),
        };
        Self {
            t,
            shell,
            week: by_day_of_all(week, &facts.catalogue, reading),
            more_week: facts.week.len() > WEEK,
            cards: cards(&shelf, &facts.next, reading.now(), t),
            first: facts.later.then(|| category.href.clone()),
            next: last.map(|calendar| {
                let name = calendar.profile.slug.as_str();
                format!("{}?after={name}", category.href)
            }),
            category,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, NOW, game, page_is_sound, shown};
    use web::locale::UiLang;

    fn page(ui: UiLang, calendars: usize, later: bool) -> String {
        let t = T::new(ui);
        let reading = Reading::new(t, &common_zone(), NOW.parse().unwrap());
        let facts = Facts {
            category: fixtures::category(),
            count: 40,
            calendars: vec![fixtures::calendar(); calendars],
            later,
            next: vec![shown(game("<svg onload=alert(1)>"))],
            week: vec![shown(game("롯데 : 두산"))],
            catalogue: fixtures::catalogue(),
        };
        CategoryPage::build(Shell::bare(t, "/"), &facts, &reading)
            .render()
            .unwrap()
    }

    #[test]
    fn a_category_shows_its_week_its_calendars_and_its_feeds() {
        for ui in UiLang::ALL {
            let html = page(*ui, 1, false);
            page_is_sound(&html, ui.as_str());
            for kind in ["ics", "json", "rss"] {
                let feed = format!("/feeds/discover/week/sports.{kind}");
                assert!(html.contains(&feed), "{feed}");
            }
            assert!(html.contains("롯데 : 두산") && html.contains("/calendars/giants"));
        }
    }

    #[test]
    fn a_full_page_of_calendars_goes_on_behind_its_last_one() {
        let full = page(UiLang::Ko, PAGE + 1, false);
        assert_eq!(full.matches("<li class=\"card ").count(), PAGE);
        assert!(full.contains("/categories/sports?after=giants"));
        let last = page(UiLang::Ko, PAGE, true);
        assert!(!last.contains("?after=") && last.contains("rel=\"prev"));
    }
}
