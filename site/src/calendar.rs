//! A calendar's page: its month, its coming and past events, and how to subscribe.

use crate::catalogue::{CalendarLink, Catalogue, calendar_path};
use crate::month::{Month, grid_instants, parse_month};
use crate::prose::{Line, paragraphs};
use crate::rows::{Day, by_day};
use crate::said::Said;
use crate::subscribe::Addresses;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::calendar::{Attribution, Calendar, Visibility};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use jiff::civil::Date;
use store::Conn;
use store::occurrences::{self, Shown};
use web::base_url::BaseUrl;
use web::failure::{Failure, Message, PageFailure};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::{Params, Segment, Visit};
use web::when::Reading;

/// Rows on one page of a list.
const PAGE: usize = 40;
/// Last page of a list; what lies behind is in the feed.
const LAST_PAGE: usize = 50;
/// Most instances in one month's grid.
const MONTH: i64 = 1_000;

/// Which part of the calendar is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// A month, given by its first day; `None` is this month.
    Month(Option<Date>),
    /// What is to come, page by page from 1.
    List(usize),
    /// What is over, latest first, page by page from 1.
    Past(usize),
}

impl View {
    /// Reads `view`, `month` and `page`.
    pub(crate) fn parse(params: &Params) -> Result<Self, Failure> {
        let month = params.one("month")?.map(|text| {
            parse_month(text)
                .ok_or_else(|| Failure::invalid("month", Message::new("invalid.month")))
        });
        let month = month.transpose()?;
        let page = params.one("page")?.map_or(Ok(1), |text| {
            let number = text.parse().ok().filter(|n| (1..=LAST_PAGE).contains(n));
            let last = LAST_PAGE.to_string();
            number.ok_or_else(|| {
                Failure::invalid("page", Message::new("invalid.page").with("last", last))
            })
        })?;
        match params.one("view")? {
            None | Some("month") => Ok(Self::Month(month)),
            Some("list") => Ok(Self::List(page)),
            Some("past") => Ok(Self::Past(page)),
            Some(_) => Err(Failure::invalid("view", Message::new("invalid.view"))),
        }
    }
}

/// A calendar that was asked for by a name.
pub(crate) enum Opened {
    /// It is here.
    Here(Catalogue, Box<Calendar>),
    /// It has another name by now, or is withdrawn: the answer.
    Elsewhere(Response),
}

/// Finds a calendar; `below` is what follows its name in the path.
pub(crate) async fn open(
    conn: &mut Conn,
    name: &str,
    visit: &Visit,
    below: &str,
) -> Result<Opened, PageFailure> {
    let found = store::calendars::find(conn, name).await?;
    let found = found.ok_or(Failure::NotFound)?;
    if found.calendar.visibility == Visibility::Withdrawn {
        let page = WithdrawnPage::build(visit, &found.calendar);
        let response = Page::refusal(StatusCode::GONE, page).into_response();
        return Ok(Opened::Elsewhere(response));
    }
    if found.alias {
        let query = visit.here.split_once('?').map(|(_, query)| query);
        let query = query.map(|q| format!("?{q}")).unwrap_or_default();
        let target = format!("{}{below}{query}", calendar_path(&found.calendar));
        return Ok(Opened::Elsewhere(moved(&target)));
    }
    let catalogue = Catalogue::read(conn).await?;
    Ok(Opened::Here(catalogue, Box::new(found.calendar)))
}

/// 301: the old name is never given to anybody else (R10).
fn moved(target: &str) -> Response {
    match HeaderValue::try_from(target) {
        Ok(value) => (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, value)]).into_response(),
        Err(_) => Redirect::to("/").into_response(),
    }
}

/// The page of a calendar that was taken back.
#[derive(Template)]
#[template(path = "withdrawn.html")]
struct WithdrawnPage {
    t: T,
    shell: Shell,
    title: Said,
}

impl WithdrawnPage {
    fn build(visit: &Visit, calendar: &Calendar) -> Self {
        let profile = &calendar.profile;
        Self {
            t: visit.t,
            shell: Shell::bare(visit.t, &visit.here),
            title: Said::of(&profile.title, visit.t, profile.language),
        }
    }
}

/// A list with its neighbours.
struct List {
    days: Vec<Day>,
    previous: Option<String>,
    next: Option<String>,
    past: bool,
}

/// What the page shows.
enum Body {
    Month(Box<Month>),
    List(List),
}

impl Body {
    const fn is_month(&self) -> bool {
        matches!(self, Self::Month(_))
    }

    const fn is_coming(&self) -> bool {
        matches!(self, Self::List(List { past: false, .. }))
    }

    const fn is_past(&self) -> bool {
        matches!(self, Self::List(List { past: true, .. }))
    }
}

/// The page.
#[derive(Template)]
#[template(path = "calendar.html")]
pub(crate) struct CalendarPage {
    t: T,
    shell: Shell,
    calendar: CalendarLink,
    description: Vec<Vec<Line>>,
    description_lang: String,
    url: Option<String>,
    attribution: Option<Attribution>,
    zone: String,
    addresses: Addresses,
    body: Body,
}

/// `GET /calendars/{name}`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(name): Segment,
) -> Result<Response, PageFailure> {
    let view = View::parse(&visit.params)?;
    let now = web.clock.now();
    let mut conn = web.db.read().await?;
    let (catalogue, calendar) = match open(&mut conn, &name, &visit, "").await? {
        Opened::Here(catalogue, calendar) => (catalogue, calendar),
        Opened::Elsewhere(response) => return Ok(response),
    };
    let shown = read(&mut conn, &calendar, view, now, visit.t).await?;
    let shell = catalogue.shell(&visit, &web.base_url, &calendar_path(&calendar));
    let page = CalendarPage::build(visit.t, shell, &calendar, &web.base_url, view, &shown, now);
    Ok(Page::public(page).into_response())
}

/// Reads what a view shows; of a list one row more than fits, to know whether there is more.
async fn read(
    conn: &mut Conn,
    calendar: &Calendar,
    view: View,
    now: Timestamp,
    t: T,
) -> store::Result<Vec<Shown>> {
    let up_to = |page: usize| i64::try_from(page * PAGE + 1).unwrap_or(i64::MAX);
    match view {
        View::Month(month) => {
            let zone = &calendar.profile.zone;
            let month = month.unwrap_or_else(|| this_month(t, calendar, now));
            let (from, to) = grid_instants(month, zone, t);
            occurrences::between(conn, Some(calendar.id), from, to, MONTH).await
        }
        View::List(page) => occurrences::upcoming(conn, calendar.id, now, up_to(page)).await,
        View::Past(page) => occurrences::past(conn, calendar.id, now, up_to(page)).await,
    }
}

fn this_month(t: T, calendar: &Calendar, now: Timestamp) -> Date {
    let reading = Reading::new(t, &calendar.profile.zone, now);
    reading.today().first_of_month()
}

impl CalendarPage {
    fn build(
        t: T,
        shell: Shell,
        calendar: &Calendar,
        base: &BaseUrl,
        view: View,
        shown: &[Shown],
        now: Timestamp,
    ) -> Self {
        let profile = &calendar.profile;
        let reading = Reading::new(t, &profile.zone, now);
        let link = CalendarLink::of(calendar, t);
        let description = Said::of(&profile.description, t, profile.language);
        let body = match view {
            View::Month(month) => {
                let month = month.unwrap_or_else(|| reading.today().first_of_month());
                Body::Month(Box::new(Month::of(month, shown, calendar, &reading, t)))
            }
            View::List(page) => Body::List(list(page, "list", shown, calendar, &reading, t)),
            View::Past(page) => Body::List(list(page, "past", shown, calendar, &reading, t)),
        };
        Self {
            t,
            shell,
            description: paragraphs(&description.text),
            description_lang: description.lang,
            url: profile.url.as_ref().map(ToString::to_string),
            attribution: profile.attribution.clone(),
            zone: reading.zone_name(&profile.zone, now),
            addresses: Addresses::of(calendar, &link.title.text, base),
            calendar: link,
            body,
        }
    }
}

fn list(
    page: usize,
    view: &str,
    shown: &[Shown],
    calendar: &Calendar,
    reading: &Reading,
    t: T,
) -> List {
    let start = ((page - 1) * PAGE).min(shown.len());
    let end = (page * PAGE).min(shown.len());
    let address = |page: usize| format!("{}?view={view}&page={page}", calendar_path(calendar));
    List {
        days: by_day(&shown[start..end], calendar, reading, t),
        previous: (page > 1).then(|| address(page - 1)),
        next: (shown.len() > end && page < LAST_PAGE).then(|| address(page + 1)),
        past: view == "past",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, NOW, game, page_is_sound, shown};
    use web::locale::UiLang;

    fn page(ui: UiLang, view: View, shown: &[Shown]) -> String {
        let t = T::new(ui);
        let base = BaseUrl::parse("https://almanac.example").unwrap();
        let calendar = fixtures::calendar();
        let now = NOW.parse().unwrap();
        CalendarPage::build(t, Shell::bare(t, "/"), &calendar, &base, view, shown, now)
            .render()
            .unwrap()
    }

    fn view(query: &str) -> Result<View, Failure> {
        let uri = format!("/x?{query}").parse().unwrap();
        View::parse(&Params::of(&uri).unwrap())
    }

    #[test]
    fn values_that_mean_nothing_are_refused_by_name() {
        for (query, field) in [
            ("month=2026-13", "month"),
            ("view=grid", "view"),
            ("view=list&page=0", "page"),
            ("view=list&page=51", "page"),
            ("month=2026-12&month=2026-11", "month"),
        ] {
            let Err(Failure::Invalid(fields)) = view(query) else {
                panic!("{query} was taken");
            };
            assert!(fields.contains_key(field), "{query}");
        }
        assert_eq!(view("view=past&page=2&x=y").unwrap(), View::Past(2));
    }

    #[test]
    fn every_view_is_sound_in_both_languages() {
        let shown = [shown(game("<svg onload=alert(1)>"))];
        for ui in UiLang::ALL {
            for view in [View::Month(None), View::List(1), View::Past(1)] {
                let html = page(*ui, view, &shown);
                page_is_sound(&html, ui.as_str());
                assert!(html.contains("webcal://almanac.example/feeds/giants.ics?for=apple"));
                assert!(html.contains("&#60;svg onload") || html.contains("&lt;svg onload"));
            }
            page_is_sound(&page(*ui, View::List(1), &[]), ui.as_str());
        }
    }

    #[test]
    fn a_long_list_goes_on_on_the_next_page() {
        let many = vec![shown(game("경기")); PAGE + 1];
        let first = page(UiLang::Ko, View::List(1), &many);
        assert!(first.contains("view=list&#38;page=2") || first.contains("view=list&amp;page=2"));
        let second = page(UiLang::Ko, View::List(2), &many);
        assert!(second.contains("page=1") && !second.contains("page=3"));
    }
}
