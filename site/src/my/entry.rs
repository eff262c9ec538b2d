//! `/my/not/{links}/{event}`: where "not this one" in an entry leads. The page shows the event and
//! asks; only its button leaves the event out, and the same page takes it back in. The signature in
//! the address allows this much and nothing else: it does not tell the manage key.

use super::{done, shell};
use crate::catalogue::CalendarLink;
use crate::event::facts::Facts as EventFacts;
use crate::rows::title_or_untitled;
use crate::said::Said;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::calendar::{Calendar, Visibility};
use domain::caps;
use domain::event::Event;
use domain::id::PublicId;
use domain::key::OwnLinks;
use domain::recipe::{Hidden, Recipe};
use domain::series::RecurrenceId;
use jiff::Timestamp;
use std::collections::BTreeSet;
use store::Conn;
use store::occurrences::Shown;
use store::subscriptions::Subscription;
use web::colors::ColorSheet;
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::state::WebState;
use web::visit::{Segments, Visit};

/// Coming dates of a series that can be picked.
const DATES: i64 = 12;

/// An event of a personal calendar, reached by a link in one of its entries.
pub(super) struct Entry {
    pub own: Subscription,
    pub event: Event,
    /// The public calendars of the recipe that have it; never empty.
    pub calendars: Vec<Calendar>,
}

/// What a page says about an event.
pub(super) struct Told {
    pub title: Said,
    pub when: String,
    pub place: Said,
    pub link: CalendarLink,
}

/// One date of a series.
struct DateRow {
    at: String,
    when: String,
    hidden: bool,
}

/// The page.
#[derive(Template)]
#[template(path = "my_not.html")]
struct NotPage {
    t: T,
    shell: Shell,
    path: String,
    notice: Option<&'static str>,
    told: Told,
    whole_hidden: bool,
    series: bool,
    dates: Vec<DateRow>,
}

impl Entry {
    /// Opens a link. A wrong or old signature, an event that is gone and one that the recipe does
    /// not have are all the same: not found.
    pub async fn open(conn: &mut Conn, links: &str, event: &str) -> Result<Self, Failure> {
        let links = OwnLinks::parse(links).ok_or(Failure::NotFound)?;
        let id = PublicId::parse(event).ok_or(Failure::NotFound)?;
        let own = store::subscriptions::by_id(conn, links.subscription()).await?;
        let own = own.filter(|own| links.is_signed_by(&own.link_key));
        let own = own.ok_or(Failure::NotFound)?;
        let found = store::events::by_public_id(conn, &id).await?;
        let found = found.filter(|found| found.removed.is_none());
        let found = found.ok_or(Failure::NotFound)?;
        let mut calendars = store::calendars::by_ids(conn, &found.calendars).await?;
        let chosen = |id| own.recipe.picks.iter().any(|pick| pick.calendar == id);
        calendars.retain(|c| c.visibility == Visibility::Public && chosen(c.id));
        if calendars.is_empty() {
            return Err(Failure::NotFound);
        }
        Ok(Self {
            own,
            event: found.event,
            calendars,
        })
    }

    /// The event in words: the instance that is asked about, else the next one of a series.
    pub fn told(&self, next: Option<&Shown>, t: T, now: Timestamp) -> Option<Told> {
        let calendar = self.calendars.first()?;
        let reading = EventFacts::reading_in(Some(calendar), t, now);
        let what = match next.filter(|next| next.repeats) {
            Some(next) => &next.what,
            None => &self.event.body.main,
        };
        let say = |text| Said::of(text, t, calendar.profile.language);
        Some(Told {
            title: title_or_untitled(say(&what.title), t),
            when: reading.speak(&what.time).absolute,
            place: say(&what.place.name),
            link: CalendarLink::of(calendar, t),
        })
    }

    /// The layout of a page about it.
    pub fn shell(&self, visit: &Visit, here: &str) -> Shell {
        let colors = ColorSheet::of(self.calendars.iter().map(|c| c.profile.color));
        Shell {
            colors: colors.address(),
            ..shell(visit, here)
        }
    }
}

fn path(links: &str, event: &str) -> String {
    format!("/my/not/{links}/{event}")
}

/// `GET /my/not/{links}/{event}`.
pub(crate) async fn ask(
    State(web): State<WebState>,
    visit: Visit,
    Segments([links, event]): Segments<2>,
) -> Result<Response, PageFailure> {
    let now = web.clock.now();
    let mut conn = web.db.read().await?;
    let entry = Entry::open(&mut conn, &links, &event).await?;
    let coming = store::occurrences::of_event(&mut conn, entry.event.id, now, DATES).await?;
    let path = path(&links, &event);
    let page = NotPage::build(&visit, &entry, &coming, (&path, now)).ok_or(Failure::NotFound)?;
    Ok(Page::private(page).into_response())
}

/// `POST /my/not/{links}/{event}`: leaves it out (or with `do=show` takes it back in), whole or
/// one date of it.
pub(crate) async fn hide(
    State(web): State<WebState>,
    Segments([links, event]): Segments<2>,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let at = match fields.one("at") {
        "" => None,
        text => {
            let fault = || Failure::invalid("at", Message::new("invalid.at"));
            Some(RecurrenceId::parse(text).ok_or_else(fault)?)
        }
    };
    let mut tx = web.db.begin().await?;
    let entry = Entry::open(&mut tx, &links, &event).await?;
    let hidden = Hidden {
        uid: entry.event.uid.clone(),
        recurrence_id: at.filter(|_| entry.event.body.series.is_some()),
    };
    let calendars: BTreeSet<_> = entry.calendars.iter().map(|calendar| calendar.id).collect();
    let mut recipe = entry.own.recipe.clone();
    let picks = recipe.picks.iter_mut();
    let done = match fields.one("do") {
        "show" => {
            for pick in picks.filter(|pick| calendars.contains(&pick.calendar)) {
                pick.show(&hidden);
            }
            "shown"
        }
        _ => {
            for pick in picks.filter(|pick| calendars.contains(&pick.calendar)) {
                if !pick.hide(hidden.clone()) && !pick.hidden.contains(&hidden) {
                    let max = caps::RECIPE_HIDDEN.to_string();
                    let fault = Message::new("my.too_many_hidden").with("max", max);
                    return Err(Failure::invalid("hide", fault).into());
                }
            }
            "hidden"
        }
    };
    if recipe != entry.own.recipe {
        let now = web.clock.now();
        store::subscriptions::replace_recipe(&mut tx, entry.own.id, &recipe, now).await?;
    }
    tx.commit().await?;
    let there = format!("{}?done={done}", path(&links, &event));
    Ok(Redirect::to(&there).into_response())
}

/// Whether the recipe leaves an event, or an instance of it, out of every calendar that has it.
fn is_hidden(recipe: &Recipe, entry: &Entry, at: Option<RecurrenceId>) -> bool {
    let hidden = Hidden {
        uid: entry.event.uid.clone(),
        recurrence_id: at,
    };
    let own = |pick: &&domain::recipe::Pick| entry.calendars.iter().any(|c| c.id == pick.calendar);
    let mut picks = recipe.picks.iter().filter(own);
    picks.all(|pick| pick.hidden.contains(&hidden))
}

impl NotPage {
    fn build(
        visit: &Visit,
        entry: &Entry,
        coming: &[Shown],
        (path, now): (&str, Timestamp),
    ) -> Option<Self> {
        let t = visit.t;
        let recipe = &entry.own.recipe;
        let series = entry.event.body.series.is_some();
        let reading = EventFacts::reading_in(entry.calendars.first(), t, now);
        // Those that are left out come first: they are what somebody may want back.
        let own = recipe.picks.iter().flat_map(|pick| &pick.hidden);
        let own = own.filter(|hidden| hidden.uid == entry.event.uid);
        let left: BTreeSet<RecurrenceId> = own.filter_map(|hidden| hidden.recurrence_id).collect();
        let next = coming.iter().filter_map(|one| one.recurrence_id);
        let next = next.filter(|at| !left.contains(at));
        let dates = left.iter().copied().chain(next).map(|at| DateRow {
            when: reading
                .speak(&entry.event.body.instance(at).time())
                .absolute,
            hidden: is_hidden(recipe, entry, Some(at)),
            at: at.to_string(),
        });
        Some(Self {
            shell: entry.shell(visit, path),
            notice: done(visit),
            told: entry.told(coming.first(), t, now)?,
            whole_hidden: is_hidden(recipe, entry, None),
            dates: if series { dates.collect() } else { Vec::new() },
            path: path.to_owned(),
            series,
            t,
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::fixtures::{self, page_is_sound};
    use domain::event::EventBody;
    use domain::id::{EventId, SubscriptionId};
    use domain::recipe::{Past, Pick, Results};
    use domain::series::Series;
    use http::HeaderMap;
    use uuid::Uuid;
    use web::locale::UiLang;

    /// A game of the fictional club in a personal calendar.
    pub fn entry() -> Entry {
        let at = fixtures::NOW.parse().unwrap();
        let body: EventBody = fixtures::game("<i>거인").into();
        Entry {
            own: Subscription {
                id: SubscriptionId(Uuid::from_u128(9)),
                recipe: Recipe {
                    picks: vec![Pick::all_of(fixtures::calendar().id)],
                    lang: None,
                    past: Past::default(),
                    results: Results::default(),
                },
                link_key: vec![1; 16],
                revision: 1,
                modified: at,
                created: at,
            },
            event: Event {
                id: EventId(Uuid::from_u128(2)),
                public_id: PublicId::from_bits(2),
                uid: "game-1@club.example".into(),
                version: 3,
                sequence: 0,
                created: at,
                modified: at,
                body,
                news: Vec::new(),
            },
            calendars: vec![fixtures::calendar()],
        }
    }

    /// A visit to a page in a language.
    pub fn visit(ui: UiLang) -> Visit {
        let uri = format!("/my/not/x/y?lang={}", ui.as_str());
        Visit::of(&uri.parse().unwrap(), &HeaderMap::new()).unwrap()
    }

    fn html(ui: UiLang, entry: &Entry, coming: &[Shown]) -> String {
        let now = fixtures::NOW.parse().unwrap();
        let page = NotPage::build(&visit(ui), entry, coming, ("/my/not/x/y", now));
        page.unwrap().render().unwrap()
    }

    #[test]
    fn the_page_asks_before_it_leaves_anything_out() {
        for ui in UiLang::ALL {
            let coming = [fixtures::shown(fixtures::game("거인"))];
            let html = html(*ui, &entry(), &coming);
            page_is_sound(&html, ui.as_str());
            assert!(html.contains("action=\"/my/not/x/y\" method=\"post\""));
            assert!(!html.contains("<i>거인") && !html.contains("value=\"show\""));
            assert!(!html.contains("\"my.") && !html.contains(">my."));
        }
    }

    #[test]
    fn what_is_left_out_can_be_taken_back_on_the_same_page() {
        let mut entry = entry();
        let uid = entry.event.uid.clone();
        let hidden = Hidden {
            uid,
            recurrence_id: None,
        };
        entry.own.recipe.picks[0].hide(hidden);
        let html = html(UiLang::Ko, &entry, &[]);
        page_is_sound(&html, "ko");
        assert!(html.contains("value=\"show\""));
    }

    #[test]
    fn one_date_of_a_series_can_be_left_out() {
        let mut entry = entry();
        entry.event.body.series = Some(Series::default());
        let mut one = fixtures::shown(fixtures::game("거인"));
        one.repeats = true;
        one.recurrence_id = RecurrenceId::parse("2026-11-23T18:30:00");
        let gone = RecurrenceId::parse("2026-11-30T18:30:00");
        entry.own.recipe.picks[0].hide(Hidden {
            uid: entry.event.uid.clone(),
            recurrence_id: gone,
        });
        let html = html(UiLang::En, &entry, &[one]);
        page_is_sound(&html, "en");
        assert!(html.contains("value=\"2026-11-23T18:30:00\""), "{html}");
        assert!(html.contains("value=\"2026-11-30T18:30:00\""));
        assert_eq!(html.matches("value=\"show\"").count(), 1);
    }
}
