//! Finding events and calendars: the page with all results, and the few that show while somebody
//! types.

use crate::cards::{Card, CategoryLink};
use crate::catalogue::Catalogue;
use crate::rows::{Day, Row, by_day, by_day_of_all};
use crate::span::common_zone;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calendar::Slug;
use domain::filter;
use domain::id::CalendarId;
use domain::search::Filters;
use jiff::Timestamp;
use jiff::civil::Date;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use search::{Asked, Cursor, Found};
use store::Conn;
use store::occurrences::Shown;
use web::failure::{Failure, Message, PageFailure};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::{Params, Visit};
use web::when::Reading;

/// Events on one page.
const PAGE: usize = 30;
/// Events and calendars while somebody types.
const LIVE_EVENTS: usize = 6;
const LIVE_CALENDARS: usize = 3;
/// Longest text that is looked for, in characters.
const LONGEST: usize = 100;

/// What is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Wanted {
    text: String,
    category: Option<String>,
    place: Option<String>,
    tags: Option<String>,
    from: Option<Date>,
    to: Option<Date>,
    after: Option<Cursor>,
}

impl Wanted {
    fn read(params: &Params) -> Result<Self, Failure> {
        let text = |key: &str| -> Result<Option<String>, Failure> {
            let text = params
                .one(key)?
                .map(|text| domain::text::clean_line(text, LONGEST * 4));
            let is_long = |text: &String| text.chars().count() > LONGEST;
            match text.filter(|text| !text.is_empty()) {
                Some(text) if is_long(&text) => {
                    let fault = Message::new("invalid.words").with("max", LONGEST.to_string());
                    Err(Failure::invalid(key, fault))
                }
                text => Ok(text),
            }
        };
        let day = |key: &str| -> Result<Option<Date>, Failure> {
            let given = params.one(key)?.filter(|text| !text.is_empty());
            let read = |text: &str| text.parse().ok().filter(is_usual_year);
            let fault = || Failure::invalid(key, Message::new("invalid.day"));
            given.map(|text| read(text).ok_or_else(fault)).transpose()
        };
        let wanted = Self {
            text: text("q")?.unwrap_or_default(),
            category: text("category")?,
            place: text("place")?,
            tags: text("tags")?,
            from: day("from")?,
            to: day("to")?,
            after: params.one("after")?.map(after).transpose()?,
        };
        wanted.check()?;
        Ok(wanted)
    }

    fn check(&self) -> Result<(), Failure> {
        let is_wrong = |slug: &String| Slug::parse(slug).is_err();
        if self.category.as_ref().is_some_and(is_wrong) {
            return Err(Failure::invalid(
                "category",
                Message::new("invalid.category"),
            ));
        }
        if self
            .tags
            .as_deref()
            .is_some_and(|tags| filter::tags(tags).is_none())
        {
            return Err(Failure::invalid("tags", Message::new("invalid.tags")));
        }
        if self.from.zip(self.to).is_some_and(|(from, to)| to < from) {
            return Err(Failure::invalid(
                "to",
                Message::new("invalid.to_before_from"),
            ));
        }
        Ok(())
    }

    /// Days are those of the common zone; the last one is meant whole.
    fn asked(&self, reading: &Reading, limit: usize, is_final: bool) -> Asked<'_> {
        let zone = reading.zone().rules();
        let instant = |day: Date| day.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
        let (tags, without) = self
            .tags
            .as_deref()
            .and_then(filter::tags)
            .unwrap_or_default();
        Asked {
            text: &self.text,
            filters: Filters {
                place: self.place.clone(),
                tags,
                without,
            },
            calendar: None,
            category: self.category.as_deref(),
            from: self.from.and_then(instant),
            to: self.to.and_then(|day| instant(day.tomorrow().ok()?)),
            now: reading.now(),
            after: self.after,
            limit,
            is_final,
        }
    }

    /// The address of the same search with another category, or from another place on.
    fn address(&self, category: Option<&str>, after: Option<Cursor>) -> String {
        let mut address = format!("/search?q={}", escaped(&self.text));
        let mut add = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                address.push_str(&format!("&{key}={}", escaped(&value)));
            }
        };
        add("category", category.map(str::to_owned));
        add("place", self.place.clone());
        add("tags", self.tags.clone());
        add("from", self.from.map(|day| day.to_string()));
        add("to", self.to.map(|day| day.to_string()));
        add("after", after.map(|after| after.to_string()));
        address
    }

    fn has_filters(&self) -> bool {
        self.place.is_some() || self.tags.is_some() || self.from.is_some() || self.to.is_some()
    }
}

fn is_usual_year(day: &Date) -> bool {
    (domain::time::FIRST_YEAR..=domain::time::LAST_YEAR).contains(&day.year())
}

fn after(text: &str) -> Result<Cursor, Failure> {
    let fault = || Failure::invalid("after", Message::new("invalid.after"));
    Cursor::parse(text).ok_or_else(fault)
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

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
            .find(&wanted.asked(&reading, LIVE_EVENTS, false))
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
    let shell = facts
        .catalogue
        .shell(&visit, &web.base_url, "/search")
        .unlisted();
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
        let rows: Vec<LiveRow> = rows.collect();
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
