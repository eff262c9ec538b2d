//! All of this week across calendars, or in one category, a page at a time.

use crate::cards::CategoryLink;
use crate::catalogue::Catalogue;
use crate::category;
use crate::rows::{Day, by_day_of_all};
use crate::span::{WEEK_DAYS, common_zone, midnight};
use askama::Template;
use axum::extract::State;
use domain::id::EventId;
use jiff::Timestamp;
use store::occurrences::{Page as Stretch, Placed, Position, Shown, page_of_category};
use uuid::Uuid;
use web::failure::{Failure, Message, PageFailure};
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::Visit;
use web::when::Reading;

/// Rows on one page.
const PAGE: usize = 60;

/// The page.
#[derive(Template)]
#[template(path = "this_week.html")]
pub(crate) struct ThisWeekPage {
    t: T,
    shell: Shell,
    category: Option<CategoryLink>,
    days: Vec<Day>,
    first: Option<String>,
    next: Option<String>,
}

/// `GET /week`, `?category=` a category's short name, `?after=` where the page before ended.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
) -> Result<Page<ThisWeekPage>, PageFailure> {
    let now = web.clock.now();
    let reading = Reading::new(visit.t, &common_zone(), now);
    let after = visit.params.one("after")?.map(|text| {
        let none = || Failure::invalid("after", Message::new("invalid.after"));
        parse(text).ok_or_else(none)
    });
    let after = after.transpose()?;
    let mut conn = web.db.read().await?;
    let category = match visit.params.one("category")? {
        Some(slug) => {
            let none = || Failure::invalid("category", Message::new("invalid.no_category"));
            let found = category::find(&mut conn, slug).await?;
            Some(found.ok_or_else(none)?)
        }
        None => None,
    };
    let slug = category
        .as_ref()
        .map(|(category, _)| category.slug.as_str());
    let stretch = Stretch {
        from: now,
        to: midnight(&reading, WEEK_DAYS),
        after: after.unwrap_or_else(|| Position::before(midnight(&reading, 0))),
        limit: i64::try_from(PAGE + 1).unwrap_or(i64::MAX),
    };
    let placed = page_of_category(&mut conn, slug, stretch).await?;
    let ids = placed.iter().map(|one| one.shown.calendar);
    let catalogue = Catalogue::by_ids(&mut conn, ids).await?;
    let category = category.map(|(category, n)| CategoryLink::of(&category, n, visit.t));
    let path = path(category.as_ref());
    let shell = catalogue.shell(&visit, &web.base_url, &path);
    let page = ThisWeekPage::build(
        shell,
        category,
        &placed,
        after.is_some(),
        &catalogue,
        &reading,
    );
    Ok(Page::public(page))
}

/// The page's address: of all calendars, or of one category's.
fn path(category: Option<&CategoryLink>) -> String {
    match category {
        Some(category) => format!("/week?category={}", category.slug),
        None => "/week".to_owned(),
    }
}

/// A place in the list as one word of an address.
fn write(at: Position) -> String {
    let (starts, event) = (at.starts.as_millisecond(), at.event.0.simple());
    format!("{starts}.{event}.{}", at.ordinal)
}

/// Reads what [`write`] wrote.
fn parse(text: &str) -> Option<Position> {
    let mut parts = text.splitn(3, '.');
    let starts = parts.next()?.parse().ok()?;
    Some(Position {
        starts: Timestamp::from_millisecond(starts).ok()?,
        event: EventId(Uuid::try_parse(parts.next()?).ok()?),
        ordinal: parts.next()?.parse().ok()?,
    })
}

impl ThisWeekPage {
    fn build(
        shell: Shell,
        category: Option<CategoryLink>,
        placed: &[Placed],
        later: bool,
        catalogue: &Catalogue,
        reading: &Reading,
    ) -> Self {
        let here = &placed[..placed.len().min(PAGE)];
        let shown: Vec<Shown> = here.iter().map(|one| one.shown.clone()).collect();
        let path = path(category.as_ref());
        let sign = if path.contains('?') { '&' } else { '?' };
        let last = here.last().filter(|_| placed.len() > PAGE);
        Self {
            t: reading.t(),
            shell,
            days: by_day_of_all(&shown, catalogue, reading),
            next: last.map(|one| format!("{path}{sign}after={}", write(one.position))),
            first: later.then_some(path),
            category,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, NOW, game, page_is_sound, shown};
    use web::locale::UiLang;

    fn placed() -> Placed {
        let shown = shown(game("롯데 : 두산"));
        Placed {
            position: Position {
                starts: shown.starts,
                event: shown.event,
                ordinal: 3,
            },
            shown,
        }
    }

    fn page(ui: UiLang, category: bool, placed: &[Placed]) -> String {
        let t = T::new(ui);
        let reading = Reading::new(t, &common_zone(), NOW.parse().unwrap());
        let category = category.then(|| CategoryLink::of(&fixtures::category(), 1, t));
        let shell = Shell::bare(t, "/week");
        ThisWeekPage::build(
            shell,
            category,
            placed,
            false,
            &fixtures::catalogue(),
            &reading,
        )
        .render()
        .unwrap()
    }

    #[test]
    fn the_week_goes_on_behind_its_last_row() {
        let many = vec![placed(); PAGE + 1];
        let word = write(placed().position);
        assert_eq!(parse(&word), Some(placed().position));
        assert!(page(UiLang::Ko, false, &many).contains(&format!("/week?after={word}")));
        let sports = page(UiLang::Ko, true, &many);
        assert!(sports.contains(&format!("/week?category=sports&#38;after={word}")));
        assert!(!page(UiLang::Ko, true, &many[..PAGE]).contains("after="));
    }

    #[test]
    fn both_languages_are_sound_full_and_empty() {
        for ui in UiLang::ALL {
            page_is_sound(&page(*ui, true, &[placed()]), ui.as_str());
            page_is_sound(&page(*ui, false, &[]), ui.as_str());
        }
    }

    #[test]
    fn e12_places_that_no_page_wrote_are_refused() {
        for bad in [
            "",
            "1",
            "1.2.3",
            "x.y.z",
            "99999999999999999999.0.0",
            "1..1",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
