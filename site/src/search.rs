//! Finding events and calendars: the page with all results, and the few that show while somebody
//! types.

mod wanted;

use self::wanted::Wanted;
use crate::cards::{Card, CategoryLink};
use crate::catalogue::Catalogue;
use crate::rows::{Day, Row, by_day, by_day_of_all};
use crate::span::common_zone;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::id::CalendarId;
use jiff::Timestamp;
use jiff::civil::Date;
use search::Found;
use std::collections::HashSet;
use store::Conn;
use store::occurrences::Shown;
use web::failure::PageFailure;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::Visit;
use web::when::Reading;

/// Events on one page.
const PAGE: usize = 30;
/// Events and calendars while somebody types, and the events read to find so many different ones:
/// a weekly show would else fill the list alone.
const LIVE_EVENTS: usize = 6;
const LIVE_READ: usize = 24;
const LIVE_CALENDARS: usize = 3;

/// A category to narrow the results to.
struct Choice {
    href: String,
    category: Option<CategoryLink>,
    current: bool,
}

/// Dates and texts as the form shows them again.
#[derive(Default)]
struct Form {
    text: String,
    category: String,
    place: String,
    tags: String,
    from: String,
    to: String,
    open: bool,
}

impl Form {
    fn of(wanted: &Wanted) -> Self {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        Self {
            text: wanted.text.clone(),
            category: wanted.category.clone().unwrap_or_default(),
            place: wanted.place.clone().unwrap_or_default(),
            tags: wanted.tags.clone().unwrap_or_default(),
            from: day(wanted.from),
            to: day(wanted.to),
            open: wanted.has_filters(),
        }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "search.html")]
pub(crate) struct SearchPage {
    t: T,
    shell: Shell,
    form: Form,
    choices: Vec<Choice>,
    read_as: Option<String>,
    calendars: Vec<Card>,
    days: Vec<Day>,
    undated: Vec<Row>,
    past: Vec<Day>,
    next: Option<String>,
    continued: bool,
}

/// What shows under the field while somebody types.
#[derive(Template)]
#[template(path = "parts/search_live.html")]
pub(crate) struct LiveResults {
    t: T,
    count_words: String,
    all: String,
    colors: Option<String>,
    calendars: Vec<Card>,
    rows: Vec<LiveRow>,
}

struct LiveRow {
    row: Row,
    day: String,
}

/// `GET /search?q=`; with `live=1` the few results that show while typing.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
) -> Result<Response, PageFailure> {
    let wanted = Wanted::read(&visit.params)?;
    let reading = Reading::new(visit.t, &common_zone(), web.clock.now());
    let mut conn = web.db.read().await?;
    if visit.params.one("live")?.is_some() {
        let found = web
            .search
            .find(&wanted.asked(&reading, LIVE_READ, false))
            .await?;
        let facts = Facts::read(&mut conn, found, reading.now(), false).await?;
        let page = LiveResults::build(&wanted, &facts, &reading);
        return Ok(Page::public(page).into_response());
    }
    let found = web.search.find(&wanted.asked(&reading, PAGE, true)).await?;
    let facts = Facts::read(&mut conn, found, reading.now(), true).await?;
    let categories = store::categories::with_counts(&mut conn).await?;
    let categories = categories
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(category, count)| CategoryLink::of(category, *count, visit.t))
        .collect();
    // Results are one page to search engines, whatever was looked for.
    let shell = facts.catalogue.shell(&visit, &web.base_url, "/search");
    let page = SearchPage::build(shell, &wanted, &facts, categories, &reading);
    Ok(Page::public(page).into_response())
}

/// What was found and what it takes to show it.
struct Facts {
    found: Found,
    next: Vec<Shown>,
    catalogue: Catalogue,
}

impl Facts {
    async fn read(
        conn: &mut Conn,
        found: Found,
        now: Timestamp,
        with_next: bool,
    ) -> store::Result<Self> {
        let own = found.calendars.iter().map(|calendar| calendar.id);
        let ids: Vec<CalendarId> = own.collect();
        let next = if with_next {
            store::occurrences::next_of(conn, &ids, now).await?
        } else {
            Vec::new()
        };
        let named = found.events.iter().map(|shown| shown.calendar).chain(ids);
        let catalogue = Catalogue::by_ids(conn, named).await?;
        Ok(Self {
            found,
            next,
            catalogue,
        })
    }
}

impl SearchPage {
    fn build(
        shell: Shell,
        wanted: &Wanted,
        facts: &Facts,
        categories: Vec<CategoryLink>,
        reading: &Reading,
    ) -> Self {
        let t = reading.t();
        let Facts {
            found, catalogue, ..
        } = facts;
        let is_undated = |one: &&Shown| one.what.time.days(reading.zone()).is_none();
        let is_over = |one: &&Shown| one.ends < reading.now() && !is_undated(one);
        let all = found.events.iter();
        let coming: Vec<Shown> = all
            .clone()
            .filter(|one| !is_over(one) && !is_undated(one))
            .cloned()
            .collect();
        let past = all.clone().filter(is_over);
        Self {
            t,
            shell,
            form: Form::of(wanted),
            choices: choices(wanted, categories),
            read_as: found.read_as.clone(),
            calendars: cards(facts, reading),
            days: by_day_of_all(&coming, catalogue, reading),
            undated: all
                .filter(is_undated)
                .filter_map(|one| row(one, catalogue, reading))
                .collect(),
            past: past_days(past, catalogue, reading),
            next: found
                .next
                .map(|next| wanted.address(wanted.category.as_deref(), Some(next))),
            continued: wanted.after.is_some(),
        }
    }

    fn is_empty(&self) -> bool {
        self.calendars.is_empty()
            && self.days.is_empty()
            && self.undated.is_empty()
            && self.past.is_empty()
    }
}

fn choices(wanted: &Wanted, categories: Vec<CategoryLink>) -> Vec<Choice> {
    let everywhere = Choice {
        href: wanted.address(None, None),
        category: None,
        current: wanted.category.is_none(),
    };
    let each = categories.into_iter().map(|category| Choice {
        href: wanted.address(Some(&category.slug), None),
        current: wanted.category.as_deref() == Some(category.slug.as_str()),
        category: Some(category),
    });
    std::iter::once(everywhere).chain(each).collect()
}

fn cards(facts: &Facts, reading: &Reading) -> Vec<Card> {
    let calendars = facts.found.calendars.iter();
    calendars
        .map(|calendar| Card::of(calendar, &facts.next, reading.now(), reading.t()))
        .collect()
}

fn row(shown: &Shown, catalogue: &Catalogue, reading: &Reading) -> Option<Row> {
    let calendar = catalogue.get(shown.calendar)?;
    Some(Row::among_others(shown, calendar, reading, reading.t()))
}

fn past_days<'a>(
    shown: impl Iterator<Item = &'a Shown>,
    catalogue: &Catalogue,
    reading: &Reading,
) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for one in shown {
        let Some(calendar) = catalogue.get(one.calendar) else {
            continue;
        };
        for day in by_day(std::slice::from_ref(one), calendar, reading, reading.t()) {
            let rows = day.rows.into_iter().map(|_| row(one, catalogue, reading));
            let rows: Vec<Row> = rows.flatten().collect();
            match days.last_mut() {
                Some(last) if last.tile.iso == day.tile.iso => last.rows.extend(rows),
                _ => days.push(Day {
                    anchor: None,
                    tile: day.tile,
                    rows,
                }),
            }
        }
    }
    days
}

impl LiveResults {
    fn build(wanted: &Wanted, facts: &Facts, reading: &Reading) -> Self {
        let t = reading.t();
        let rows = facts.found.events.iter().filter_map(|one| {
            let day = match one.what.time.days(reading.zone()) {
                Some((first, _)) => {
                    let near = reading.relative(first).map(str::to_owned);
                    near.unwrap_or_else(|| reading.date(first))
                }
                None => String::new(),
            };
            Some(LiveRow {
                row: row(one, &facts.catalogue, reading)?,
                day,
            })
        });
        let mut seen = HashSet::new();
        let mut is_new = |one: &LiveRow| {
            let home = one.row.calendar.as_ref().map(|link| link.href.clone());
            seen.insert((home, one.row.title.text.clone()))
        };
        let rows: Vec<LiveRow> = rows.filter(|one| is_new(one)).take(LIVE_EVENTS).collect();
        let mut calendars = cards(facts, reading);
        calendars.truncate(LIVE_CALENDARS);
        let colors = facts.catalogue.calendars.iter().map(|c| c.profile.color);
        Self {
            t,
            count_words: t.n("count.results", rows.len() + calendars.len()),
            all: wanted.address(None, None),
            colors: web::colors::ColorSheet::of(colors).address(),
            calendars,
            rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, game, page_is_sound, reading, shown};
    use jiff::ToSpan;
    use web::failure::Failure;
    use web::locale::UiLang;
    use web::visit::Params;

    fn wanted(query: &str) -> Result<Wanted, Failure> {
        Wanted::read(&Params::of(&format!("/search?{query}").parse().unwrap()).unwrap())
    }

    fn facts(events: Vec<Shown>) -> Facts {
        Facts {
            found: Found {
                events,
                ..Found::default()
            },
            next: Vec::new(),
            catalogue: fixtures::catalogue(),
        }
    }

    fn page(ui: UiLang, query: &str, facts: &Facts) -> String {
        let t = T::new(ui);
        let shell = Shell::bare(t, "/search");
        let wanted = wanted(query).unwrap();
        let page = SearchPage::build(shell, &wanted, facts, Vec::new(), &reading(t.ui()));
        page.render().unwrap()
    }

    #[test]
    fn the_form_keeps_what_was_typed() {
        let html = page(
            UiLang::Ko,
            "q=%22%3Cb%3E&place=%EC%9E%A0%EC%8B%A4&from=2027-04-01",
            &facts(vec![]),
        );
        page_is_sound(&html, "ko");
        for part in [
            "value=\"&#34;&#60;b&#62;\"",
            "value=\"잠실\"",
            "value=\"2027-04-01\"",
            "open",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn what_is_over_stands_apart_from_what_is_to_come() {
        let coming = shown(game("다람못 축제"));
        let mut over = shown(game("다람못 지난 축제"));
        over.starts -= 400.hours();
        over.ends -= 400.hours();
        let html = page(UiLang::Ko, "q=x", &facts(vec![coming, over]));
        page_is_sound(&html, "ko");
        let at = |text: &str| html.find(text).unwrap_or_else(|| unreachable!("{text}"));
        assert!(at("다람못 축제") < at("지난 일정") && at("지난 일정") < at("다람못 지난 축제"));
    }

    #[test]
    fn c5_results_are_never_markup() {
        let facts = facts(vec![shown(game("<svg onload=alert(1)>"))]);
        page_is_sound(
            &page(UiLang::En, "q=%3Csvg%20onload=alert(1)%3E", &facts),
            "en",
        );
        let t = T::new(UiLang::En);
        let live = LiveResults::build(&wanted("q=%3Csvg%3E").unwrap(), &facts, &reading(t.ui()));
        let html = live.render().unwrap();
        assert!(
            !html.contains("<svg") && html.contains("&#60;svg"),
            "{html}"
        );
    }

    #[test]
    fn while_typing_one_name_stands_once() {
        let t = T::new(UiLang::Ko);
        let again = vec![
            shown(game("라디오")),
            shown(game("라디오")),
            shown(game("잔치")),
        ];
        let live = LiveResults::build(&wanted("q=x").unwrap(), &facts(again), &reading(t.ui()));
        let html = live.render().unwrap();
        assert_eq!(html.matches("live-title").count(), 2, "{html}");
        assert!(html.contains("결과 2개"), "{html}");
    }
}
