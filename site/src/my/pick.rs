//! `/my/{token}/calendars/{calendar}`: which events of one calendar, and when to ring.

use super::choices::{AlarmChoice, Choice, alarm_words, alarms, days, typed_alarms};
use super::{Errors, back, pick_path, shell};
use crate::catalogue::CalendarLink;
use crate::rows::title_or_untitled;
use crate::said::Said;
use crate::tags;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::alarm::Alarms;
use domain::calendar::{Calendar, Visibility};
use domain::caps;
use domain::event::Event;
use domain::filter::{self, Days, Filter, Hours, Words, fold};
use domain::id::{CalendarId, PublicId};
use domain::recipe::{Hidden, Pick, Recipe};
use domain::series::RecurrenceId;
use http::StatusCode;
use jiff::Timestamp;
use std::collections::BTreeMap;
use store::Conn;
use store::occurrences::Shown;
use store::subscriptions::Subscription;
use web::colors::ColorSheet;
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::personal::{self, page_path};
use web::state::WebState;
use web::visit::{Segments, Visit};
use web::when::Reading;

/// Coming events whose tags are offered.
const LOOKED_AT: i64 = 200;
/// Hidden events that are listed; beyond, all can be taken back at once.
const LISTED: usize = 100;
/// Longest wish for words or a place, in characters.
const WORDS_CHARS: usize = 100;

/// One tag to tick.
struct TagBox {
    key: String,
    label: Said,
    with: bool,
    without: bool,
}

/// One event that is left out.
struct HiddenRow {
    uid: String,
    at: String,
    title: Said,
    when: String,
}

/// The form as typed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Typed {
    with: Vec<String>,
    without: Vec<String>,
    words: String,
    places: String,
    days: Vec<String>,
    from: String,
    to: String,
    alarms: Vec<String>,
}

/// What is read for the page.
struct Facts {
    calendar: Calendar,
    pick: Pick,
    coming: Vec<Shown>,
    /// The hidden events that are listed, by UID.
    events: BTreeMap<String, Event>,
}

/// The page.
#[derive(Template)]
#[template(path = "my_pick.html")]
struct PickPage {
    t: T,
    shell: Shell,
    back: String,
    path: String,
    link: CalendarLink,
    tags: Vec<TagBox>,
    days: Vec<Choice>,
    alarm: AlarmChoice,
    typed: Typed,
    zone: String,
    errors: Errors,
    hidden: Vec<HiddenRow>,
    more_hidden: bool,
}

/// `GET /my/{token}/calendars/{calendar}`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segments([token, calendar]): Segments<2>,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let (_, calendar, pick) = open(&mut conn, &token, &calendar).await?;
    let now = web.clock.now();
    let facts = Facts::read(&mut conn, calendar, pick, now).await?;
    let typed = Typed::of(&facts.pick);
    let page = PickPage::build(&visit, &token, &facts, (typed, Errors::default()), now);
    Ok(Page::private(page).into_response())
}

/// `POST /my/{token}/calendars/{calendar}`: another choice.
pub(crate) async fn change(
    State(web): State<WebState>,
    visit: Visit,
    Segments([token, calendar]): Segments<2>,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let typed = Typed::read(&fields);
    let now = web.clock.now();
    let mut tx = web.db.begin().await?;
    let (mut own, calendar, pick) = open(&mut tx, &token, &calendar).await?;
    match typed.wishes(visit.t) {
        Ok((filter, rings)) => {
            if let Some(pick) = own.recipe.pick_mut(calendar.id) {
                pick.filter = filter;
                pick.alarms = rings;
            }
            store::subscriptions::replace_recipe(&mut tx, own.id, &own.recipe, now).await?;
            tx.commit().await?;
            Ok(back(&page_path(&token), "saved"))
        }
        Err(errors) => {
            let facts = Facts::read(&mut tx, calendar, pick, now).await?;
            tx.roll_back().await?;
            let page = PickPage::build(&visit, &token, &facts, (typed, errors), now);
            Ok(Page::refusal(StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// `POST /my/{token}/calendars/{calendar}/remove`. The last one stays: an empty calendar is
/// nobody's wish, and deleting all of it has its own button.
pub(crate) async fn remove(
    State(web): State<WebState>,
    Segments([token, calendar]): Segments<2>,
) -> Result<Response, PageFailure> {
    let mut tx = web.db.begin().await?;
    let (own, calendar, _) = open(&mut tx, &token, &calendar).await?;
    let mut recipe = own.recipe;
    recipe.picks.retain(|pick| pick.calendar != calendar.id);
    if recipe.picks.is_empty() {
        let fault = Message::new("my.last_one");
        return Err(Failure::invalid("calendar", fault).into());
    }
    let now = web.clock.now();
    store::subscriptions::replace_recipe(&mut tx, own.id, &recipe, now).await?;
    tx.commit().await?;
    Ok(back(&page_path(&token), "removed"))
}

/// `POST /my/{token}/calendars/{calendar}/show`: takes one hidden event back in, or all.
pub(crate) async fn show_again(
    State(web): State<WebState>,
    Segments([token, calendar]): Segments<2>,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let mut tx = web.db.begin().await?;
    let (mut own, calendar, _) = open(&mut tx, &token, &calendar).await?;
    let shown = Hidden {
        uid: fields.one("uid").to_owned(),
        recurrence_id: RecurrenceId::parse(fields.one("at")),
    };
    if let Some(pick) = own.recipe.pick_mut(calendar.id) {
        match fields.one("all") {
            "" => drop(pick.show(&shown)),
            _ => pick.hidden.clear(),
        }
    }
    let now = web.clock.now();
    store::subscriptions::replace_recipe(&mut tx, own.id, &own.recipe, now).await?;
    tx.commit().await?;
    Ok(back(&pick_path(&token, &calendar.public_id), "shown"))
}

/// The personal calendar, one of its calendars, and what is chosen of it. One that is withdrawn
/// can still be taken out.
async fn open(
    conn: &mut Conn,
    token: &str,
    calendar: &str,
) -> Result<(Subscription, Calendar, Pick), Failure> {
    let own = personal::open(conn, token).await?;
    PublicId::parse(calendar).ok_or(Failure::NotFound)?;
    let found = store::calendars::find(conn, calendar).await?;
    let calendar = found.ok_or(Failure::NotFound)?.calendar;
    let pick = pick_of(&own.recipe, calendar.id).ok_or(Failure::NotFound)?;
    let pick = pick.clone();
    Ok((own, calendar, pick))
}

fn pick_of(recipe: &Recipe, calendar: CalendarId) -> Option<&Pick> {
    recipe.picks.iter().find(|pick| pick.calendar == calendar)
}

impl Facts {
    async fn read(
        conn: &mut Conn,
        calendar: Calendar,
        pick: Pick,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        if calendar.visibility == Visibility::Withdrawn {
            return Err(Failure::Gone);
        }
        let coming = store::occurrences::upcoming(conn, calendar.id, now, LOOKED_AT).await?;
        let mut events = BTreeMap::new();
        if !pick.hidden.is_empty() {
            let uids = store::events::uids(conn, calendar.id).await?;
            let ids: BTreeMap<String, _> = uids.into_iter().collect();
            for hidden in pick.hidden.iter().take(LISTED) {
                let Some(id) = ids.get(&hidden.uid) else {
                    continue;
                };
                if let Some(found) = store::events::by_id(conn, *id).await? {
                    events.insert(hidden.uid.clone(), found.event);
                }
            }
        }
        Ok(Self {
            calendar,
            pick,
            coming,
            events,
        })
    }
}

impl Typed {
    /// The form of a pick.
    fn of(pick: &Pick) -> Self {
        let filter = &pick.filter;
        let hours = filter.hours.map(|hours| hours.to_string());
        let hours = hours.unwrap_or_default();
        let (from, to) = hours.split_once('-').unwrap_or_default();
        let days = filter.days.to_string();
        let days = days.split(',').filter(|day| !day.is_empty());
        Self {
            with: filter.with.clone(),
            without: filter.without.clone(),
            words: filter.words.to_string(),
            places: filter.places.join(", "),
            days: days.map(str::to_owned).collect(),
            from: from.to_owned(),
            // Browsers know no 24:00; an open end means it.
            to: to.strip_prefix("24:00").unwrap_or(to).to_owned(),
            alarms: alarm_words(&pick.alarms),
        }
    }

    fn read(fields: &Fields) -> Self {
        let all = |name| fields.all(name).map(str::to_owned).collect();
        let one = |name| fields.one(name).to_owned();
        Self {
            with: all("with"),
            without: all("without"),
            words: one("words"),
            places: one("places"),
            days: all("day"),
            from: one("from"),
            to: one("to"),
            alarms: typed_alarms(fields),
        }
    }

    /// What it asks for, or what is wrong with it.
    fn wishes(&self, t: T) -> Result<(Filter, Alarms), Errors> {
        let mut errors = Errors::default();
        let mut keep = |field, message: Message| errors.put(field, &message, t);
        let mut filter = Filter::default();
        match self.tags() {
            Some((with, without)) => (filter.with, filter.without) = (with, without),
            None => keep("tags", Message::new("invalid.tags")),
        }
        if !self.words.is_empty() {
            let max = WORDS_CHARS.to_string();
            match Words::parse(&self.words) {
                Some(words) => filter.words = words,
                None => keep("words", Message::new("invalid.words").with("max", max)),
            }
        }
        match self.places() {
            Some(places) => filter.places = places,
            None => {
                let max = caps::FILTER_PLACES.to_string();
                keep("places", Message::new("invalid.places").with("max", max));
            }
        }
        if !self.days.is_empty() {
            match Days::parse(&self.days.join(",")) {
                Some(days) => filter.days = days,
                None => keep("day", Message::new("invalid.days")),
            }
        }
        match self.hours() {
            Ok(hours) => filter.hours = hours,
            Err(fault) => keep("hours", fault),
        }
        match alarms(&self.alarms) {
            Ok(rings) if errors.is_empty() => Ok((filter, rings)),
            Ok(_) => Err(errors),
            Err(fault) => {
                errors.put("alarm", &fault, t);
                Err(errors)
            }
        }
    }

    fn tags(&self) -> Option<(Vec<String>, Vec<String>)> {
        let unwanted = self.without.iter().map(|key| format!("-{key}"));
        let all: Vec<String> = self.with.iter().cloned().chain(unwanted).collect();
        match all.is_empty() {
            true => Some((Vec::new(), Vec::new())),
            false => filter::tags(&all.join(",")),
        }
    }

    fn places(&self) -> Option<Vec<String>> {
        let place = |text: &str| fold(&domain::text::clean_line(text, 4 * WORDS_CHARS));
        let mut places: Vec<String> = self.places.split([',', '\n']).map(place).collect();
        places.retain(|place| !place.is_empty());
        places.sort();
        places.dedup();
        let fit = |place: &String| place.chars().count() <= WORDS_CHARS;
        (places.len() <= caps::FILTER_PLACES && places.iter().all(fit)).then_some(places)
    }

    fn hours(&self) -> Result<Option<Hours>, Message> {
        if self.from.is_empty() && self.to.is_empty() {
            return Ok(None);
        }
        let or = |text: &str, other: &str| match text.is_empty() {
            true => other.to_owned(),
            false => text.to_owned(),
        };
        let text = format!("{}-{}", or(&self.from, "00:00"), or(&self.to, "24:00"));
        let hours = Hours::parse(&text);
        hours.map(Some).ok_or_else(|| Message::new("invalid.hours"))
    }
}

impl PickPage {
    fn build(
        visit: &Visit,
        token: &str,
        facts: &Facts,
        (typed, errors): (Typed, Errors),
        now: Timestamp,
    ) -> Self {
        let t = visit.t;
        let profile = &facts.calendar.profile;
        let path = pick_path(token, &facts.calendar.public_id);
        let reading = Reading::new(t, &profile.zone, now);
        let named = Filter {
            with: typed.with.clone(),
            without: typed.without.clone(),
            ..Filter::default()
        };
        let tick = |(key, label): (String, Said)| TagBox {
            with: typed.with.contains(&key),
            without: typed.without.contains(&key),
            key,
            label,
        };
        let known = tags::known(&facts.coming, &named, profile.language, t);
        let chosen = Days::parse(&typed.days.join(",")).unwrap_or_default();
        Self {
            shell: Shell {
                colors: ColorSheet::of([profile.color]).address(),
                ..shell(visit, &path)
            },
            back: page_path(token),
            path,
            link: CalendarLink::of(&facts.calendar, t),
            tags: known.into_iter().map(tick).collect(),
            days: days(chosen, t),
            alarm: AlarmChoice::of(&typed.alarms, t),
            typed,
            zone: reading.zone_name(&profile.zone, now),
            errors,
            hidden: hidden(facts, &reading, t),
            more_hidden: facts.pick.hidden.len() > LISTED,
            t,
        }
    }
}

fn hidden(facts: &Facts, reading: &Reading, t: T) -> Vec<HiddenRow> {
    let row = |hidden: &Hidden| {
        let event = facts.events.get(&hidden.uid);
        let primary = facts.calendar.profile.language;
        let title = event.map(|e| title_or_untitled(Said::of(&e.body.main.title, t, primary), t));
        let when = event.map(|event| match hidden.recurrence_id {
            Some(at) => reading.speak(&event.body.instance(at).time()).absolute,
            None if event.body.series.is_some() => t.s("my.whole_series").to_owned(),
            None => reading.speak(&event.body.main.time).absolute,
        });
        HiddenRow {
            uid: hidden.uid.clone(),
            at: hidden
                .recurrence_id
                .map(|at| at.to_string())
                .unwrap_or_default(),
            // The calendar no longer has it, or spells it another way.
            title: title.unwrap_or_else(|| Said {
                lang: t.code().to_owned(),
                text: hidden.uid.clone(),
            }),
            when: when.unwrap_or_default(),
        }
    };
    facts.pick.hidden.iter().take(LISTED).map(row).collect()
}

#[cfg(test)]
mod tests;
