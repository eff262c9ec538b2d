//! A calendar's page: its months and weeks, its coming and past events, filtered by tag and on the
//! reader's clock, and how to subscribe.

use crate::cards::category_path;
use crate::catalogue::{CalendarLink, calendar_path};
use crate::month::{Month, grid_instants};
use crate::opened::{Opened, open};
use crate::prose::{Line, paragraphs};
use crate::rows::{Day, Spread, by_day};
use crate::said::Said;
use crate::share::calendar_card;
use crate::subscribe::Addresses;
use crate::tags::{self, Chip};
use crate::week::{Week, week_instants};
use crate::zone_choice::ZoneChoice;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calendar::{Attribution, Calendar, Category};
use jiff::civil::Date;
use store::Conn;
use store::occurrences::{self, Shown};
use web::base_url::BaseUrl;
use web::failure::PageFailure;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::{Segment, Visit};
use web::when::Reading;

mod ask;

pub(crate) use ask::{Ask, View};

/// Rows on one page of a list.
const PAGE: usize = 40;
/// Most instances in one month's grid or one week.
const GRID: i64 = 1_000;

/// The category that the calendar stands in.
struct Up {
    href: String,
    title: Said,
}

/// A neighbour of what is shown.
struct Turn {
    href: String,
    name: String,
}

/// Where what is shown stands among its neighbours.
struct Turns {
    previous: Option<Turn>,
    next: Option<Turn>,
    /// Back to the month or week of today, where another is shown.
    back: Option<String>,
}

/// What the page shows.
enum Body {
    Month(Box<Month>),
    Week(Week),
    Coming(Vec<Day>),
    Past(Vec<Day>),
}

/// One of the page's views.
struct Tab {
    href: String,
    name: &'static str,
    current: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "calendar.html")]
pub(crate) struct CalendarPage {
    t: T,
    shell: Shell,
    calendar: CalendarLink,
    up: Option<Up>,
    description: Vec<Vec<Line>>,
    description_lang: String,
    url: Option<String>,
    attribution: Option<Attribution>,
    zone: ZoneChoice,
    addresses: Addresses,
    tabs: [Tab; 4],
    chips: Vec<Chip>,
    all_tags: Option<String>,
    coming: String,
    page: String,
    missing: String,
    turns: Turns,
    body: Body,
}

/// `GET /calendars/{name}`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(name): Segment,
) -> Result<Response, PageFailure> {
    let ask = Ask::parse(&visit.params)?;
    let mut conn = web.db.read().await?;
    let (catalogue, calendar) = match open(&mut conn, &name, &visit, "").await? {
        Opened::Here(catalogue, calendar) => (catalogue, calendar),
        Opened::Elsewhere(response) => return Ok(response),
    };
    let zone = ask.zone.as_ref().unwrap_or(&calendar.profile.zone);
    let reading = Reading::new(visit.t, zone, web.clock.now());
    let shown = read(&mut conn, &calendar, &ask, &reading).await?;
    let categories = store::categories::all(&mut conn).await?;
    let own = |category: &&Category| category.slug == calendar.profile.category;
    let category = categories.iter().find(own);
    let shell = catalogue
        .shell(&visit, &web.base_url, &calendar_path(&calendar))
        .with_card(calendar_card(&calendar, &web.base_url, visit.t));
    let shell = match ask.view {
        View::Past(_) => shell.unlisted(),
        _ => shell,
    };
    let page = CalendarPage::build(
        shell,
        &calendar,
        category,
        &web.base_url,
        &ask,
        &shown,
        &reading,
    );
    Ok(Page::public(page).into_response())
}

/// Reads what a view shows; of a list one row more than fits, to know whether there is more. A
/// list that is filtered is looked for among as many rows as an unfiltered one has at most.
async fn read(
    conn: &mut Conn,
    calendar: &Calendar,
    ask: &Ask,
    reading: &Reading,
) -> store::Result<Vec<Shown>> {
    let now = reading.now();
    let up_to = |page: usize| {
        let pages = if ask.filter.is_open() {
            page
        } else {
            ask::LAST_PAGE
        };
        i64::try_from(pages * PAGE + 1).unwrap_or(i64::MAX)
    };
    match ask.view {
        View::Month(month) => {
            let month = month.unwrap_or_else(|| reading.today().first_of_month());
            let (from, to) = grid_instants(month, reading.zone(), reading.t());
            occurrences::between(conn, Some(calendar.id), from, to, GRID).await
        }
        View::Week(day) => {
            let first = ask::week_shown(day, reading.today(), reading.t());
            let (from, to) = week_instants(first, reading.zone());
            occurrences::between(conn, Some(calendar.id), from, to, GRID).await
        }
        View::List(page) => occurrences::upcoming(conn, calendar.id, now, up_to(page)).await,
        View::Past(page) => occurrences::past(conn, calendar.id, now, up_to(page)).await,
    }
}

impl CalendarPage {
    fn build(
        shell: Shell,
        calendar: &Calendar,
        category: Option<&Category>,
        base: &BaseUrl,
        ask: &Ask,
        shown: &[Shown],
        reading: &Reading,
    ) -> Self {
        let t = reading.t();
        let profile = &calendar.profile;
        let link = CalendarLink::of(calendar, t);
        let path = calendar_path(calendar);
        let description = Said::of(&profile.description, t, profile.language);
        let wanted = shown.iter().filter(|one| ask.filter.takes(&one.what));
        let wanted: Vec<Shown> = wanted.cloned().collect();
        let scene = Scene {
            calendar,
            ask,
            path: &path,
            reading,
            t,
        };
        let (body, turns) = scene.body(&wanted);
        Self {
            t,
            shell,
            description: paragraphs(&description.text),
            description_lang: description.lang,
            url: profile.url.as_ref().map(ToString::to_string),
            attribution: profile.attribution.clone(),
            zone: ZoneChoice::of(calendar, ask, &path, reading, t),
            addresses: Addresses::filtered(calendar, &link.title.text, base, &ask.filter),
            calendar: link,
            up: category.map(|category| Up {
                href: category_path(category),
                title: Said::of(&category.title, t, t.lang()),
            }),
            tabs: scene.tabs(),
            chips: tags::chips(shown, ask, &path, profile.language, t),
            all_tags: tags::cleared(ask, &path),
            coming: ask.with_view(View::List(1)).address(&path),
            page: base.join(&path),
            missing: format!("/tips/new?calendar={}", calendar.profile.slug),
            turns,
            body,
        }
    }
}

/// What every view of the page is built from.
struct Scene<'a> {
    calendar: &'a Calendar,
    ask: &'a Ask,
    path: &'a str,
    reading: &'a Reading,
    t: T,
}

impl Scene<'_> {
    fn body(&self, shown: &[Shown]) -> (Body, Turns) {
        match self.ask.view {
            View::Month(month) => {
                let first = month.unwrap_or_else(|| self.reading.today().first_of_month());
                let month = Month::of(first, &self.spread(shown), self.reading, self.t);
                let turns = self.month_turns(&month);
                (Body::Month(Box::new(month)), turns)
            }
            View::Week(day) => {
                let first = ask::week_shown(day, self.reading.today(), self.t);
                let week = Week::of(first, &self.spread(shown), self.reading, self.t);
                let turns = self.week_turns(&week);
                (Body::Week(week), turns)
            }
            View::List(page) => {
                let (days, turns) = self.list(shown, page, View::List);
                (Body::Coming(days), turns)
            }
            View::Past(page) => {
                let (days, turns) = self.list(shown, page, View::Past);
                (Body::Past(days), turns)
            }
        }
    }

    fn spread(&self, shown: &[Shown]) -> Vec<Spread> {
        let one = |one| Spread::of(one, self.calendar, self.reading, self.t);
        shown.iter().map(one).collect()
    }

    fn to(&self, view: View) -> String {
        self.ask.with_view(view).address(self.path)
    }

    fn tabs(&self) -> [Tab; 4] {
        let tab = |view: View, key: &'static str, current: bool| Tab {
            href: self.to(view),
            name: self.t.s(key),
            current,
        };
        let view = self.ask.view;
        [
            tab(
                View::Month(None),
                "calendar.view_month",
                matches!(view, View::Month(_)),
            ),
            tab(
                View::Week(None),
                "calendar.view_week",
                matches!(view, View::Week(_)),
            ),
            tab(
                View::List(1),
                "calendar.view_list",
                matches!(view, View::List(_)),
            ),
            tab(
                View::Past(1),
                "calendar.view_past",
                matches!(view, View::Past(_)),
            ),
        ]
    }

    fn month_turns(&self, month: &Month) -> Turns {
        let turn = |first: Date| Turn {
            href: self.to(View::Month(Some(first))),
            name: self.reading.month(first),
        };
        Turns {
            previous: month.previous.map(turn),
            next: month.next.map(turn),
            back: month.elsewhere.then(|| self.to(View::Month(None))),
        }
    }

    fn week_turns(&self, week: &Week) -> Turns {
        let turn = |key: &'static str, first: Date| Turn {
            href: self.to(View::Week(Some(first))),
            name: self.t.s(key).to_owned(),
        };
        Turns {
            previous: week
                .previous
                .map(|first| turn("calendar.week_before", first)),
            next: week.next.map(|first| turn("calendar.week_after", first)),
            back: week.elsewhere.then(|| self.to(View::Week(None))),
        }
    }

    fn list(&self, shown: &[Shown], page: usize, view: fn(usize) -> View) -> (Vec<Day>, Turns) {
        let start = ((page - 1) * PAGE).min(shown.len());
        let end = (page * PAGE).min(shown.len());
        let turn = |page: usize, key: &'static str| Turn {
            href: self.to(view(page)),
            name: self.t.s(key).to_owned(),
        };
        let more = shown.len() > end && page < ask::LAST_PAGE;
        let turns = Turns {
            previous: (page > 1).then(|| turn(page - 1, "calendar.page_previous")),
            next: more.then(|| turn(page + 1, "calendar.page_next")),
            back: None,
        };
        let days = by_day(&shown[start..end], self.calendar, self.reading, self.t);
        (days, turns)
    }
}

#[cfg(test)]
mod tests;
