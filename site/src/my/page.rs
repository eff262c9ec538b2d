//! `/my/{token}`: a personal calendar's own page: how to subscribe to it, what it is made of, and
//! what holds for all of it.

use super::choices::{Set, Settings, alarm_words};
use super::{KEY_COOKIE, back, done, pick_path, remember, shell};
use crate::catalogue::CalendarLink;
use crate::subscribe::{self, Subject};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::calendar::{Calendar, Visibility};
use domain::id::{CalendarId, PublicId};
use domain::recipe::{Pick, Recipe};
use domain::zone::Zone;
use http::{HeaderMap, StatusCode};
use store::Conn;
use store::subscriptions::Address;
use web::base_url::BaseUrl;
use web::colors::ColorSheet;
use web::failure::{Failure, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::personal::{self, page_path};
use web::qr::Qr;
use web::state::WebState;
use web::visit::{Segment, Visit, cookie};
use web::when::Reading;

/// One address and the ways to subscribe to it.
struct Device {
    id: String,
    name: String,
    shared: bool,
    created: String,
    fetched: Option<String>,
    ways: Option<Ways>,
    /// Its ways are in sight: the newest one's are.
    open: bool,
}

struct Ways {
    addresses: subscribe::Addresses,
    caldav: String,
}

/// One chosen calendar in a few words.
struct PickRow {
    /// Where it is changed; `None` where the calendar is withdrawn.
    edit: Option<String>,
    /// Where it is taken out.
    remove: String,
    link: CalendarLink,
    summary: Vec<String>,
}

/// Everything that is read for the page.
pub(super) struct Facts {
    pub recipe: Recipe,
    pub calendars: Vec<Calendar>,
    pub addresses: Vec<(Address, Option<PublicId>)>,
}

/// The page.
#[derive(Template)]
#[template(path = "my_calendar.html")]
pub(super) struct MyPage {
    t: T,
    shell: Shell,
    path: String,
    /// The page's absolute address, to be kept.
    own_address: String,
    notice: Option<&'static str>,
    /// A fault of the form for a new address.
    address_fault: Option<String>,
    devices: Vec<Device>,
    picks: Vec<PickRow>,
    settings: Settings,
    only_here: bool,
    /// This browser keeps the key.
    kept: bool,
    qr: Option<Qr>,
}

/// `GET /my/{token}`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    headers: HeaderMap,
    Segment(token): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let facts = Facts::read(&mut conn, &token).await?;
    let kept = cookie(&headers, KEY_COOKIE) == Some(token.as_str());
    let page = MyPage::build(&visit, &web, (&token, kept), &facts, None);
    Ok(Page::private(page).into_response())
}

/// `POST /my/{token}`: language, past and scores.
pub(crate) async fn change(
    State(web): State<WebState>,
    Segment(token): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let mut tx = web.db.begin().await?;
    let own = personal::open(&mut tx, &token).await?;
    let set = Set::read(&fields)?;
    if set != Set::of(&own.recipe) {
        let recipe = Recipe {
            lang: set.lang,
            past: set.past,
            results: set.results,
            picks: own.recipe.picks,
        };
        let now = web.clock.now();
        store::subscriptions::replace_recipe(&mut tx, own.id, &recipe, now).await?;
    }
    tx.commit().await?;
    Ok(back(&page_path(&token), "saved"))
}

/// `POST /my/{token}/remember`: this browser keeps the key from now on.
pub(crate) async fn keep(
    State(web): State<WebState>,
    Segment(token): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    personal::open(&mut conn, &token).await?;
    let mut response = back(&page_path(&token), "remembered");
    remember(&mut response, &token, &web);
    Ok(response)
}

impl Facts {
    pub async fn read(conn: &mut Conn, token: &str) -> Result<Self, Failure> {
        let own = personal::open(conn, token).await?;
        let ids: Vec<CalendarId> = own.recipe.picks.iter().map(|pick| pick.calendar).collect();
        Ok(Self {
            calendars: store::calendars::by_ids(conn, &ids).await?,
            addresses: personal::addresses(conn, token, own.id).await?,
            recipe: own.recipe,
        })
    }

    /// The clock of the first calendar.
    fn zone(&self) -> Zone {
        let first = self.recipe.picks.first();
        let first = first.and_then(|pick| self.calendars.iter().find(|c| c.id == pick.calendar));
        first.map_or_else(Zone::seoul, |calendar| calendar.profile.zone.clone())
    }
}

impl MyPage {
    /// `fault` is what was wrong with a wish for an address.
    pub fn build(
        visit: &Visit,
        web: &WebState,
        (token, kept): (&str, bool),
        facts: &Facts,
        fault: Option<String>,
    ) -> Self {
        let base = &web.base_url;
        let reading = Reading::new(visit.t, &facts.zone(), web.clock.now());
        Self::of(visit, base, (token, kept), facts, (&reading, fault))
    }

    fn of(
        visit: &Visit,
        base: &BaseUrl,
        (token, kept): (&str, bool),
        facts: &Facts,
        (reading, fault): (&Reading, Option<String>),
    ) -> Self {
        let t = visit.t;
        let path = page_path(token);
        let own_address = base.join(&path);
        let newest = facts.addresses.len().saturating_sub(1);
        let all = facts.addresses.iter().enumerate();
        let devices = all.map(|(number, (known, itself))| Device {
            open: number == newest,
            ..device(known, itself.as_ref(), base, reading, t)
        });
        let colors = ColorSheet::of(facts.calendars.iter().map(|c| c.profile.color));
        Self {
            shell: Shell {
                colors: colors.address(),
                ..shell(visit, &path)
            },
            devices: devices.collect(),
            picks: picks(facts, token, t),
            settings: Settings::of(Set::of(&facts.recipe), t),
            only_here: base.is_loopback(),
            notice: done(visit).filter(|_| fault.is_none()),
            address_fault: fault,
            qr: Qr::of(&own_address),
            own_address,
            kept,
            path,
            t,
        }
    }

    /// The answer to a wish that cannot be fulfilled.
    pub fn refused(self) -> Response {
        Page::refusal(StatusCode::BAD_REQUEST, self).into_response()
    }
}

fn device(
    known: &Address,
    itself: Option<&PublicId>,
    base: &BaseUrl,
    reading: &Reading,
    t: T,
) -> Device {
    let unnamed = if known.own {
        "my.own_device"
    } else {
        "my.friend"
    };
    let ways = |address: &PublicId| Ways {
        addresses: subscribe::Addresses::of(
            &Subject {
                path: &personal::feed_path(address),
                title: t.s("my.title"),
                tags: "",
                sheet: "",
                slug: None,
            },
            base,
        ),
        caldav: personal::caldav(base, address),
    };
    Device {
        id: known.id.to_string(),
        name: match known.label.is_empty() {
            true => t.s(unnamed).to_owned(),
            false => known.label.clone(),
        },
        shared: !known.own,
        created: reading.instant(known.created),
        fetched: known.fetched.as_ref().map(|(at, _)| reading.instant(*at)),
        ways: itself.map(ways),
        open: false,
    }
}

fn picks(facts: &Facts, token: &str, t: T) -> Vec<PickRow> {
    let row = |pick: &Pick| {
        let calendar = facts.calendars.iter().find(|c| c.id == pick.calendar)?;
        let path = pick_path(token, &calendar.public_id);
        let here = calendar.visibility == Visibility::Public;
        Some(PickRow {
            remove: format!("{path}/remove"),
            edit: here.then_some(path),
            link: CalendarLink::of(calendar, t),
            summary: summary(pick, t),
        })
    };
    facts.recipe.picks.iter().filter_map(row).collect()
}

/// What is asked of a calendar, each wish in a few words.
fn summary(pick: &Pick, t: T) -> Vec<String> {
    let filter = &pick.filter;
    let places = filter.places.join(", ");
    let wishes = [
        ("my.sum_tags", filter.tags_text()),
        ("my.sum_words", filter.words.to_string()),
        ("my.sum_places", places),
        ("my.sum_days", days(pick, t)),
        (
            "my.sum_hours",
            filter.hours.map(|h| h.to_string()).unwrap_or_default(),
        ),
        ("my.sum_alarms", alarm_words(&pick.alarms).join(", ")),
    ];
    let wishes = wishes.into_iter().filter(|(_, value)| !value.is_empty());
    let mut said: Vec<String> = wishes
        .map(|(key, value)| t.f(key, &[("what", &value)]))
        .collect();
    if !pick.hidden.is_empty() {
        said.push(t.n("my.sum_hidden", pick.hidden.len()));
    }
    said
}

fn days(pick: &Pick, t: T) -> String {
    let chosen = super::choices::days(pick.filter.days, t);
    let names = chosen.into_iter().filter(|day| day.chosen);
    names.map(|day| day.label).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, page_is_sound};
    use domain::alarm::Alarms;
    use domain::filter::{Days, Filter};
    use domain::id::AddressId;
    use domain::recipe::{Hidden, Past, Results};
    use web::locale::UiLang;

    fn facts() -> Facts {
        let calendar = fixtures::calendar();
        let mut pick = Pick::all_of(calendar.id);
        pick.filter = Filter::by_tags("home").unwrap();
        pick.filter.days = Days::parse("sa,su").unwrap();
        pick.alarms = Alarms::parse("2h").unwrap();
        pick.hide(Hidden {
            uid: "a@x".into(),
            recurrence_id: None,
        });
        let at = fixtures::NOW.parse().unwrap();
        let address = |number: u128, label: &str| Address {
            id: AddressId(uuid::Uuid::from_u128(number)),
            label: label.to_owned(),
            own: number == 1,
            created: at,
            fetched: (number == 1).then(|| (at, "\"x\"".to_owned())),
        };
        Facts {
            recipe: Recipe {
                picks: vec![pick],
                lang: None,
                past: Past::default(),
                results: Results::default(),
            },
            calendars: vec![calendar],
            addresses: vec![
                (address(1, "<b>내 폰"), Some(PublicId::from_bits(1))),
                (address(2, ""), None),
            ],
        }
    }

    fn html(ui: UiLang, facts: &Facts) -> String {
        let uri = format!("/my/k?lang={}&done=saved", ui.as_str());
        let visit = Visit::of(&uri.parse().unwrap(), &HeaderMap::new()).unwrap();
        let base = BaseUrl::parse("https://almanac.example").unwrap();
        let reading = fixtures::reading(ui);
        let page = MyPage::of(&visit, &base, ("k", false), facts, (&reading, None));
        page.render().unwrap()
    }

    #[test]
    fn the_page_is_sound_in_both_languages() {
        for ui in UiLang::ALL {
            let html = html(*ui, &facts());
            page_is_sound(&html, ui.as_str());
            assert!(!html.contains("<b>내 폰") && html.contains("내 폰"));
            assert!(!html.contains("\"my.") && !html.contains(">my."));
            assert!(html.contains("noindex"));
        }
    }

    #[test]
    fn every_address_has_its_ways_where_the_key_gives_it() {
        let html = html(UiLang::En, &facts());
        let address = PublicId::from_bits(1);
        let apple = format!("webcal://almanac.example/feeds/my/{address}.ics?for=apple");
        assert!(html.contains(&apple), "{html}");
        assert!(html.contains(&format!("https://almanac.example/dav/my/{address}/")));
        assert_eq!(html.matches("?for=apple\"").count(), 1);
    }

    #[test]
    fn a_pick_is_said_in_a_few_words() {
        let facts = facts();
        let said = summary(&facts.recipe.picks[0], T::new(UiLang::En));
        assert_eq!(said.len(), 4, "{said:?}");
        assert!(said[0].contains("home") && said[2].contains("2h"));
    }

    #[test]
    fn a_withdrawn_calendar_can_only_be_taken_out() {
        let mut facts = facts();
        facts.calendars[0].visibility = Visibility::Withdrawn;
        let rows = picks(&facts, "k", T::new(UiLang::Ko));
        assert!(rows[0].edit.is_none());
        page_is_sound(&html(UiLang::Ko, &facts), "ko");
    }
}
