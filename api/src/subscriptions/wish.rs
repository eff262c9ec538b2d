//! The recipe of a personal calendar as JSON, both ways. All faults are told at once, each with
//! the way to its field (`calendars[1].alarm`). Fields that nobody knows are refused: a slip of
//! the pen in a body would otherwise be a wish that is silently not fulfilled.

use crate::subscriptions::faults::{Faults, Object};
use domain::alarm::Alarms;
use domain::calendar::{Calendar, Slug, Visibility};
use domain::caps;
use domain::filter::{self, Days, Filter, Hours, Words, fold};
use domain::id::{CalendarId, PublicId};
use domain::recipe::{Hidden, Past, Pick, Recipe, Results};
use domain::series::RecurrenceId;
use domain::text::Lang;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use store::Conn;
use web::failure::{Failure, Message};
use web::locale::UiLang;

/// Longest place or wish for words, in characters.
const WORDS_CHARS: usize = 100;

/// What somebody asks for, calendars by whatever name they gave.
#[derive(Debug)]
pub struct Wish {
    picks: Vec<WishedPick>,
    lang: Option<Lang>,
    past: Past,
    results: Results,
    faults: Faults,
}

#[derive(Debug)]
struct WishedPick {
    /// Where it stands in the body.
    path: String,
    /// The calendar's id or any of its short names; `None` where none can be read.
    name: Option<String>,
    filter: Filter,
    alarms: Alarms,
    hidden: Vec<Hidden>,
}

impl Wish {
    /// Reads a body.
    pub fn read(body: &Value) -> Self {
        let mut faults = Faults::default();
        let mut wish = Self {
            picks: Vec::new(),
            lang: None,
            past: Past::default(),
            results: Results::default(),
            faults: Faults::default(),
        };
        let known = ["calendars", "lang", "past", "spoilers"];
        if let Some(mut body) = Object::of(body, String::new(), &known, &mut faults) {
            wish.lang = body.parsed("lang", Message::new("invalid.lang"), lang);
            wish.past = body
                .parsed("past", past_fault(), Past::parse)
                .unwrap_or_default();
            if body.flag("spoilers") == Some(false) {
                wish.results = Results::Hidden;
            }
            let max = caps::RECIPE_CALENDARS;
            let fault = Message::new("invalid.calendars").with("max", max.to_string());
            let items = body.items("calendars", fault.clone());
            if items.is_empty() || items.len() > max {
                body.fault_once("calendars", fault);
            } else {
                for (number, item) in items.iter().enumerate() {
                    let path = format!("calendars[{number}]");
                    wish.picks.extend(pick(item, path, &mut faults));
                }
            }
        }
        wish.faults = faults;
        wish
    }

    /// Finds the calendars. Those that the recipe has already, `kept`, may be withdrawn: nobody
    /// must take them out only to change something else.
    pub async fn resolve(self, conn: &mut Conn, kept: &[CalendarId]) -> Result<Recipe, Failure> {
        let Self {
            picks: wished,
            lang,
            past,
            results,
            mut faults,
        } = self;
        let mut picks: Vec<Pick> = Vec::with_capacity(wished.len());
        for one in wished {
            let Some(name) = one.name else { continue };
            let field = format!("{}.calendar", one.path);
            let found = store::calendars::find(conn, &name).await?;
            let found = found.map(|found| found.calendar);
            let found =
                found.filter(|c| c.visibility == Visibility::Public || kept.contains(&c.id));
            match found {
                None => faults.add(&field, Message::new("invalid.no_calendar")),
                Some(calendar) if picks.iter().any(|pick| pick.calendar == calendar.id) => {
                    faults.add(&field, Message::new("invalid.calendar_twice"));
                }
                Some(calendar) => picks.push(Pick {
                    calendar: calendar.id,
                    filter: one.filter,
                    alarms: one.alarms,
                    hidden: one.hidden,
                }),
            }
        }
        faults.none_or_all()?;
        Ok(Recipe {
            picks,
            lang,
            past,
            results,
        })
    }
}

fn lang(text: &str) -> Option<Lang> {
    UiLang::parse(text).map(UiLang::lang)
}

fn past_fault() -> Message {
    Message::new("invalid.past").with("max", caps::PAST_DAYS.to_string())
}

/// A name that can be looked up: not every text is one to a database.
fn name(text: &str) -> Option<String> {
    let known = Slug::parse(text).is_ok() || PublicId::parse(text).is_some();
    known.then(|| text.to_owned())
}

const PICK: [&str; 8] = [
    "calendar", "tags", "q", "places", "days", "hours", "alarm", "hide",
];

fn pick(item: &Value, path: String, faults: &mut Faults) -> Option<WishedPick> {
    let mut item = Object::of(item, path.clone(), &PICK, faults)?;
    let name = item.parsed("calendar", Message::new("invalid.calendar"), name);
    if name.is_none() {
        item.fault_once("calendar", Message::new("invalid.calendar"));
    }
    let words = Message::new("invalid.words").with("max", WORDS_CHARS.to_string());
    let alarm = Message::new("invalid.alarm").with("max", caps::ALARMS.to_string());
    let (with, without) = item
        .listed("tags", Message::new("invalid.tags"), filter::tags)
        .unwrap_or_default();
    let filter = Filter {
        with,
        without,
        states: Vec::new(),
        words: item.parsed("q", words, Words::parse).unwrap_or_default(),
        places: places(&mut item),
        days: item
            .listed("days", Message::new("invalid.days"), Days::parse)
            .unwrap_or_default(),
        hours: item.parsed("hours", Message::new("invalid.hours"), Hours::parse),
    };
    Some(WishedPick {
        name,
        filter,
        alarms: item
            .listed("alarm", alarm, Alarms::parse)
            .unwrap_or_default(),
        hidden: hidden(&mut item),
        path,
    })
}

fn places(item: &mut Object<'_, '_>) -> Vec<String> {
    let max = caps::FILTER_PLACES;
    let fault = Message::new("invalid.places").with("max", max.to_string());
    let items = item.items("places", fault.clone());
    let place = |one: &Value| {
        let place = fold(&domain::text::clean_line(one.as_str()?, 4 * WORDS_CHARS));
        (1..=WORDS_CHARS)
            .contains(&place.chars().count())
            .then_some(place)
    };
    let mut places: Vec<String> = items.iter().filter_map(place).collect();
    if places.len() < items.len() || places.len() > max {
        item.fault_once("places", fault);
    }
    places.sort();
    places.dedup();
    places
}

fn hidden(item: &mut Object<'_, '_>) -> Vec<Hidden> {
    let max = caps::RECIPE_HIDDEN;
    let fault = Message::new("invalid.hide").with("max", max.to_string());
    let items = item.items("hide", fault.clone());
    let mut all = Vec::with_capacity(items.len().min(max));
    if items.len() > max {
        item.fault_once("hide", fault);
        return all;
    }
    for (number, one) in items.iter().enumerate() {
        match hidden_one(one) {
            Some(hidden) => all.push(hidden),
            None => item.fault_once(&format!("hide[{number}]"), fault.clone()),
        }
    }
    all.sort();
    all.dedup();
    all
}

/// A UID, or an object with one and perhaps the instance.
fn hidden_one(value: &Value) -> Option<Hidden> {
    let (uid, at) = match value {
        Value::String(uid) => (uid.as_str(), None),
        Value::Object(fields) if fields.keys().all(|k| k == "uid" || k == "recurrence_id") => {
            (fields.get("uid")?.as_str()?, fields.get("recurrence_id"))
        }
        _ => return None,
    };
    let fits = (1..=caps::UID_BYTES).contains(&uid.len()) && !uid.chars().any(char::is_control);
    let recurrence_id = match at {
        None | Some(Value::Null) => None,
        Some(at) => Some(RecurrenceId::parse(at.as_str()?)?),
    };
    fits.then(|| Hidden {
        uid: uid.to_owned(),
        recurrence_id,
    })
}

/// A recipe as it is shown; what is shown can be sent back as it is.
#[derive(Debug, Serialize)]
pub struct RecipeItem {
    calendars: Vec<PickItem>,
    lang: Option<String>,
    past: Past,
    spoilers: bool,
}

#[derive(Debug, Serialize)]
struct PickItem {
    calendar: String,
    tags: Option<String>,
    q: Option<String>,
    places: Vec<String>,
    days: Option<String>,
    hours: Option<String>,
    alarm: Option<String>,
    hide: Vec<HiddenItem>,
}

#[derive(Debug, Serialize)]
struct HiddenItem {
    uid: String,
    recurrence_id: Option<String>,
}

impl RecipeItem {
    /// A recipe, its calendars by their permanent ids.
    pub fn of(recipe: &Recipe, calendars: &[Calendar]) -> Self {
        let ids: BTreeMap<CalendarId, &PublicId> =
            calendars.iter().map(|c| (c.id, &c.public_id)).collect();
        let item = |pick: &Pick| Some(PickItem::of(pick, ids.get(&pick.calendar)?));
        Self {
            calendars: recipe.picks.iter().filter_map(item).collect(),
            lang: recipe.lang.map(|lang| lang.as_str().to_owned()),
            past: recipe.past,
            spoilers: recipe.results == Results::Shown,
        }
    }
}

impl PickItem {
    fn of(pick: &Pick, calendar: &PublicId) -> Self {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let filter = &pick.filter;
        let hide = pick.hidden.iter().map(|hidden| HiddenItem {
            uid: hidden.uid.clone(),
            recurrence_id: hidden.recurrence_id.map(|at| at.to_string()),
        });
        Self {
            calendar: calendar.to_string(),
            tags: some(filter.tags_text()),
            q: some(filter.words.to_string()),
            places: filter.places.clone(),
            days: some(filter.days.to_string()),
            hours: filter.hours.map(|hours| hours.to_string()),
            alarm: some(pick.alarms.to_string()),
            hide: hide.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(body: &Value) -> Vec<String> {
        match Wish::read(body).faults.none_or_all() {
            Ok(()) => Vec::new(),
            Err(Failure::Invalid(fields)) => fields.into_keys().collect(),
            Err(other) => vec![format!("{other:?}")],
        }
    }

    fn with(field: &str, value: Value) -> Value {
        let mut pick = json!({ "calendar": "kbo" });
        pick[field] = value;
        json!({ "calendars": [pick] })
    }

    #[test]
    fn every_fault_is_told_with_the_way_to_its_field() {
        let many = vec![json!({ "calendar": "kbo" }); caps::RECIPE_CALENDARS + 1];
        for (body, want) in [
            (json!([]), &["body"][..]),
            (json!({}), &["calendars"]),
            (json!({ "calendars": [] }), &["calendars"]),
            (json!({ "calendars": "kbo" }), &["calendars"]),
            (json!({ "calendars": many }), &["calendars"]),
            (json!({ "calendars": ["kbo"] }), &["calendars[0]"]),
            (json!({ "calendars": [{}] }), &["calendars[0].calendar"]),
            (
                json!({ "calendars": [{ "calendar": "kbo", "alarms": "2h" }], "langs": "ko" }),
                &["calendars[0].alarms", "langs"],
            ),
            (
                json!({ "calendars": [
                    { "calendar": "No such", "tags": "A", "q": "", "days": "x", "hours": "25:00-26:00" },
                    { "calendar": "kbo", "alarm": "9w", "places": [""], "hide": [1, { "uid": "a", "x": 1 }] },
                ], "lang": "korean", "past": "9999d", "spoilers": "no" }),
                &[
                    "calendars[0].calendar",
                    "calendars[0].days",
                    "calendars[0].hours",
                    "calendars[0].q",
                    "calendars[0].tags",
                    "calendars[1].alarm",
                    "calendars[1].hide[0]",
                    "calendars[1].hide[1]",
                    "calendars[1].places",
                    "lang",
                    "past",
                    "spoilers",
                ],
            ),
            (
                with("hide", json!([{ "uid": "a", "recurrence_id": "soon" }])),
                &["calendars[0].hide[0]"],
            ),
            (with("hide", json!(["a\nb"])), &["calendars[0].hide[0]"]),
            (with("hide", json!([""])), &["calendars[0].hide[0]"]),
            (
                with("alarm", json!("1m,2m,3m,4m,5m,6m")),
                &["calendars[0].alarm"],
            ),
            (with("alarm", json!(5)), &["calendars[0].alarm"]),
        ] {
            assert_eq!(faults(&body), want, "{body}");
        }
    }

    #[test]
    fn a_wish_is_read_as_text_or_as_a_list_and_null_is_nothing() {
        for (tags, alarm) in [
            (json!("home,-cup"), json!("2h,30m")),
            (json!(["home", "-cup"]), json!(["2h", "30m"])),
        ] {
            let body = json!({
                "calendars": [{
                    "calendar": "kbo", "tags": tags, "alarm": alarm, "q": null, "days": "sa,su",
                    "hours": "18:00-24:00", "places": ["잠실"],
                    "hide": ["b@x", { "uid": "a@x", "recurrence_id": "2027-04-15T09:00:00" }, "b@x"],
                }],
                "lang": "ko", "past": "all", "spoilers": false,
            });
            assert!(faults(&body).is_empty(), "{:?}", faults(&body));
            let wish = Wish::read(&body);
            assert_eq!(wish.results, Results::Hidden);
            assert_eq!((wish.past, wish.lang), (Past::All, Some(Lang::KO)));
            let pick = &wish.picks[0];
            assert_eq!(pick.filter.tags_text(), "home,-cup");
            assert_eq!(pick.alarms.to_string(), "2h,30m");
            assert_eq!(pick.hidden.len(), 2);
        }
    }

    #[test]
    fn what_is_shown_can_be_sent_back() {
        let body = with("tags", json!("home"));
        let one = Wish::read(&body).picks.remove(0);
        let id = CalendarId(uuid::Uuid::from_u128(1));
        let mut pick = Pick::all_of(id);
        pick.filter = one.filter;
        pick.hide(Hidden {
            uid: "a@x".into(),
            recurrence_id: RecurrenceId::parse("2027-04-15"),
        });
        let item = PickItem::of(&pick, &PublicId::from_bits(7));
        let sent = json!({ "calendars": [item], "lang": null, "past": "180d", "spoilers": true });
        assert!(faults(&sent).is_empty(), "{:?}", faults(&sent));
        let read = Wish::read(&sent).picks.remove(0);
        assert_eq!((read.filter, read.hidden), (pick.filter, pick.hidden));
    }
}
