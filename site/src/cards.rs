//! Calendars as cards, each with its next event; and categories as names with counts.

use crate::catalogue::{CalendarLink, Catalogue};
use crate::rows::{Row, first_day};
use crate::said::Said;
use domain::calendar::{Calendar, Category};
use jiff::Timestamp;
use store::occurrences::Shown;
use web::locale::T;
use web::when::{Reading, Tile};

/// The next event of a calendar.
pub struct Next {
    /// Its day.
    pub tile: Tile,
    /// What it is.
    pub row: Row,
}

/// One calendar.
pub struct Card {
    /// Its name and page.
    pub link: CalendarLink,
    /// What it holds.
    pub description: Said,
    /// What comes next in it.
    pub next: Option<Next>,
}

impl Card {
    /// The card of a calendar, its next event looked for among these.
    pub fn of(calendar: &Calendar, next: &[Shown], now: Timestamp, t: T) -> Self {
        let reading = Reading::new(t, &calendar.profile.zone, now);
        let shown = next.iter().find(|one| one.calendar == calendar.id);
        Self {
            link: CalendarLink::of(calendar, t),
            description: Said::of(&calendar.profile.description, t, calendar.profile.language),
            next: shown.map(|one| Next {
                tile: reading.tile(first_day(one, &reading).max(reading.today())),
                row: Row::of(one, calendar, &reading, t),
            }),
        }
    }
}

/// A category as a name that leads to its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryLink {
    /// Its page.
    pub href: String,
    /// Its short name.
    pub slug: String,
    /// Its name.
    pub title: Said,
    /// How many public calendars it has.
    pub count: usize,
    /// The same in words.
    pub count_words: String,
}

impl CategoryLink {
    /// The link to a category.
    pub fn of(category: &Category, count: i64, t: T) -> Self {
        let count = usize::try_from(count).unwrap_or_default();
        Self {
            href: category_path(category),
            slug: category.slug.to_string(),
            title: Said::of(&category.title, t, t.lang()),
            count,
            count_words: t.n("count.calendars", count),
        }
    }
}

/// The path of a category's page.
pub fn category_path(category: &Category) -> String {
    format!("/categories/{}", category.slug)
}

/// The cards of calendars in their order.
pub fn cards(catalogue: &Catalogue, next: &[Shown], now: Timestamp, t: T) -> Vec<Card> {
    let all = catalogue.calendars.iter();
    all.map(|calendar| Card::of(calendar, next, now, t))
        .collect()
}
