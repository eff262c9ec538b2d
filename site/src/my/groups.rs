//! The catalogue as boxes to tick, under its categories.

use crate::catalogue::CalendarLink;
use crate::said::Said;
use domain::calendar::{Calendar, Category, Slug, Visibility};
use domain::caps;
use domain::id::{CalendarId, PublicId};
use domain::recipe::{Pick, Recipe};
use store::Conn;
use web::failure::{Failure, Message};
use web::form::Fields;
use web::locale::T;

/// Most calendars that are listed; any other is added from its own page.
const LISTED: i64 = 500;

/// A category and its calendars.
#[derive(Debug)]
pub(super) struct Group {
    pub title: Said,
    pub calendars: Vec<Tick>,
}

/// One calendar to tick.
#[derive(Debug)]
pub(super) struct Tick {
    /// Its permanent id.
    pub id: String,
    pub link: CalendarLink,
    pub ticked: bool,
}

/// What can be chosen.
pub(super) struct Offer {
    pub categories: Vec<Category>,
    pub calendars: Vec<Calendar>,
}

impl Offer {
    /// The catalogue without what a recipe has already, and with what was asked for by name
    /// before all others.
    pub async fn read(
        conn: &mut Conn,
        asked: Option<&str>,
        recipe: Option<&Recipe>,
    ) -> Result<Self, Failure> {
        let mut calendars = store::calendars::page(conn, None, None, LISTED).await?;
        if let Some(asked) = asked
            && let Some(calendar) = find(conn, asked).await?
            && !calendars.iter().any(|one| one.id == calendar.id)
        {
            calendars.insert(0, calendar);
        }
        let has = |id: CalendarId| {
            recipe.is_some_and(|recipe| recipe.picks.iter().any(|pick| pick.calendar == id))
        };
        calendars.retain(|calendar| !has(calendar.id));
        Ok(Self {
            categories: store::categories::all(conn).await?,
            calendars,
        })
    }

    /// The boxes; `ticked` are ids or short names.
    pub fn groups(&self, ticked: &[String], t: T) -> Vec<Group> {
        let is_ticked = |calendar: &Calendar| {
            let names = [calendar.public_id.as_str(), calendar.profile.slug.as_str()];
            ticked.iter().any(|one| names.contains(&one.as_str()))
        };
        let group = |category: &Category| {
            let own = self.calendars.iter();
            let own = own.filter(|calendar| calendar.profile.category == category.slug);
            Group {
                title: Said::of(&category.title, t, t.lang()),
                calendars: own
                    .map(|calendar| Tick {
                        id: calendar.public_id.to_string(),
                        link: CalendarLink::of(calendar, t),
                        ticked: is_ticked(calendar),
                    })
                    .collect(),
            }
        };
        let groups = self.categories.iter().map(group);
        groups.filter(|group| !group.calendars.is_empty()).collect()
    }
}

/// A public calendar by its id or a short name. What can be neither is not looked up.
pub(super) async fn find(conn: &mut Conn, name: &str) -> Result<Option<Calendar>, Failure> {
    if Slug::parse(name).is_err() && PublicId::parse(name).is_none() {
        return Ok(None);
    }
    let found = store::calendars::find(conn, name).await?;
    let found = found.map(|found| found.calendar);
    Ok(found.filter(|calendar| calendar.visibility == Visibility::Public))
}

/// The names that were ticked, each once.
pub(super) fn ticked(fields: &Fields) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in fields.all("calendar").filter(|name| !name.is_empty()) {
        if !all.iter().any(|one| one == name) {
            all.push(name.to_owned());
        }
    }
    all
}

/// A recipe with the ticked calendars after those that it has. What is gone meanwhile is left out;
/// a fault where nothing is left, or too much.
pub(super) async fn with_ticked(
    conn: &mut Conn,
    mut picks: Vec<Pick>,
    ticked: &[String],
) -> Result<Result<Vec<Pick>, Message>, Failure> {
    let max = caps::RECIPE_CALENDARS;
    let fault = || Message::new("invalid.calendars").with("max", max.to_string());
    if ticked.len() + picks.len() > max {
        return Ok(Err(fault()));
    }
    let before = picks.len();
    for name in ticked {
        let Some(calendar) = find(conn, name).await? else {
            continue;
        };
        if !picks.iter().any(|pick| pick.calendar == calendar.id) {
            picks.push(Pick::all_of(calendar.id));
        }
    }
    Ok(match picks.len() > before {
        true => Ok(picks),
        false => Err(Message::new("my.choose_one")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use web::locale::UiLang;

    #[test]
    fn what_is_ticked_stays_ticked_by_id_and_by_name() {
        let offer = Offer {
            categories: vec![fixtures::category()],
            calendars: vec![fixtures::calendar()],
        };
        let t = T::new(UiLang::Ko);
        for (ticked, want) in [("giants", true), ("bears", false)] {
            let groups = offer.groups(&[ticked.to_owned()], t);
            assert_eq!(groups[0].calendars[0].ticked, want);
        }
        let id = fixtures::calendar().public_id.to_string();
        assert!(offer.groups(&[id], t)[0].calendars[0].ticked);
    }

    #[test]
    fn a_box_that_is_sent_twice_counts_once() {
        let sent: Fields = [("calendar", "a1"), ("calendar", ""), ("calendar", "a1")]
            .into_iter()
            .collect();
        assert_eq!(ticked(&sent), ["a1"]);
    }
}
