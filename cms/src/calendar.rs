//! `/cms/calendars/{id}`: what a calendar says about itself, how it is kept, who sees it. Two
//! editors on one calendar: the second is told, and sees what stands there now.

pub(crate) mod form;
pub(crate) mod merge;

use crate::calendars::{named, others};
use crate::edit::{self, Choice, Errors, actor, back, done, refusal, shell};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use desk::{Desk, Error};
use domain::alarm::Alarms;
use domain::calendar::{Calendar, CalendarProfile, Upkeep, Visibility};
use form::{CalendarForm, Typed};
use http::StatusCode;
use serde_json::{from_str, to_string};
use store::Conn;
use web::colors::{ColorSheet, class};
use web::failure::{Failure, Message, PageFailure};
use web::form::Fields;
use web::layout::Shell;
use web::locale::T;
use web::page::Page;
use web::session::Staff;
use web::state::WebState;
use web::visit::{Segment, Visit};

/// How a calendar is kept, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct TypedUpkeep {
    alarms: String,
    refresh: String,
    ended: String,
    successor: String,
    keeper: String,
}

/// What is shown besides what stands in the database.
#[derive(Default)]
struct Shown {
    profile: Option<Typed>,
    upkeep: Option<TypedUpkeep>,
    errors: Errors,
    refused: Option<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "cms_calendar.html")]
struct CalendarPage {
    t: T,
    shell: Shell,
    title: String,
    color: String,
    path: String,
    public: String,
    names: Vec<String>,
    withdrawn: bool,
    notice: Option<&'static str>,
    refused: Option<String>,
    form: CalendarForm,
    /// What stood there when the form was made, to tell whether somebody else was faster.
    seen: String,
    seen_upkeep: String,
    upkeep: TypedUpkeep,
    successors: Vec<Choice>,
    keepers: Vec<Choice>,
    /// What it says now, where somebody else was faster.
    now: Vec<(&'static str, String)>,
}

async fn build(
    conn: &mut Conn,
    visit: &Visit,
    calendar: &Calendar,
    shown: Shown,
) -> Result<CalendarPage, Failure> {
    let t = visit.t;
    let profile = &calendar.profile;
    let stands = store::calendars::upkeep(conn, calendar.id)
        .await?
        .unwrap_or_default();
    let all = others(conn, calendar).await?;
    let typed = match shown.upkeep {
        Some(typed) => typed,
        None => TypedUpkeep {
            alarms: stands.alarms.to_string(),
            refresh: stands
                .refresh_minutes
                .map(|n| n.to_string())
                .unwrap_or_default(),
            ended: stands.ended.map(|day| day.to_string()).unwrap_or_default(),
            successor: all
                .iter()
                .find(|one| Some(one.id) == stands.succeeded_by)
                .map(|one| one.profile.slug.to_string())
                .unwrap_or_default(),
            keeper: stands.keeper.clone().unwrap_or_default(),
        },
    };
    let nobody = |chosen: &str| Choice::new("", t.s("cms_calendars.nobody"), chosen);
    let none = |chosen: &str| Choice::new("", t.s("cms_calendars.none"), chosen);
    let successor = |one: &Calendar| {
        let slug = one.profile.slug.as_str();
        let title = one.profile.title.pick(t.lang(), one.profile.language);
        Choice::new(slug, &format!("{title} ({slug})"), &typed.successor)
    };
    let people = edit::names(conn).await?;
    let keeper = |(id, name): (&String, &String)| Choice::new(id, name, &typed.keeper);
    let names = store::calendars::names_of(conn, &[calendar.id]).await?;
    let mut names: Vec<_> = names.into_iter().map(|(name, _)| name).collect();
    names.retain(|name| name != profile.slug.as_str());
    names.sort();
    let now = match &shown.profile {
        Some(typed) if shown.refused.is_some() => differences(typed, profile, t),
        _ => Vec::new(),
    };
    let form = shown.profile.unwrap_or_else(|| Typed::of(profile));
    Ok(CalendarPage {
        shell: Shell {
            colors: ColorSheet::of([profile.color]).address(),
            ..shell(visit)
        },
        title: profile.title.pick(t.lang(), profile.language).to_owned(),
        color: class(profile.color),
        path: format!("/cms/calendars/{}", calendar.public_id),
        public: format!("/calendars/{}", profile.slug),
        names,
        withdrawn: calendar.visibility == Visibility::Withdrawn,
        notice: done(visit),
        refused: shown.refused,
        form: CalendarForm::build(conn, t, form, shown.errors).await?,
        seen: to_string(profile).unwrap_or_default(),
        seen_upkeep: to_string(&stands).unwrap_or_default(),
        successors: std::iter::once(none(&typed.successor))
            .chain(all.iter().map(successor))
            .collect(),
        keepers: std::iter::once(nobody(&typed.keeper))
            .chain(people.iter().map(keeper))
            .collect(),
        upkeep: typed,
        now,
        t,
    })
}

/// What the calendar says now where the form says something else.
fn differences(typed: &Typed, profile: &CalendarProfile, t: T) -> Vec<(&'static str, String)> {
    let now = Typed::of(profile);
    let all = [
        ("cms_calendars.slug", &typed.slug, now.slug),
        ("cms_calendars.title_ko", &typed.title_ko, now.title_ko),
        ("cms_calendars.title_en", &typed.title_en, now.title_en),
        (
            "cms_calendars.description_ko",
            &typed.description_ko,
            now.description_ko,
        ),
        (
            "cms_calendars.description_en",
            &typed.description_en,
            now.description_en,
        ),
        ("cms_calendars.category", &typed.category, now.category),
        ("cms_calendars.color", &typed.color, now.color),
        ("cms_calendars.language", &typed.language, now.language),
        ("cms_calendars.zone", &typed.zone, now.zone),
        ("cms_calendars.url", &typed.url, now.url),
    ];
    let differs = all.into_iter().filter(|(_, typed, now)| *typed != now);
    differs.map(|(key, _, now)| (t.s(key), now)).collect()
}

/// `GET /cms/calendars/{id}`.
pub(crate) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Segment(id): Segment,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    let page = build(&mut conn, &visit, &calendar, Shown::default()).await?;
    Ok(Page::private(page).into_response())
}

async fn refused(
    web: &WebState,
    visit: &Visit,
    id: &str,
    shown: Shown,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, id).await?;
    let page = build(&mut conn, visit, &calendar, shown).await?;
    Ok(Page::refusal(StatusCode::BAD_REQUEST, page).into_response())
}

/// `POST /cms/calendars/{id}`: another profile.
pub(crate) async fn change(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let t = visit.t;
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    drop(conn);
    let typed = Typed::read(&fields);
    let seen: Option<CalendarProfile> = from_str(fields.one("seen")).ok();
    let seen = seen.ok_or_else(|| Failure::invalid("seen", Message::new("invalid.form")))?;
    let mut shown = Shown::default();
    match typed.profile(Some(&seen)) {
        Err(faults) => {
            for (field, message) in &faults {
                shown.errors.put(field, message, t);
            }
        }
        Ok(profile) => {
            let by = actor(&staff);
            let desk = Desk::new(&web.db, &by, web.clock.now());
            match desk.edit_calendar(calendar.id, &seen, &profile).await {
                Ok(_) => {
                    let there = format!("/cms/calendars/{}", calendar.public_id);
                    return Ok(back(&there, "saved"));
                }
                Err(error @ Error::NameTaken(_)) => shown.errors.put("slug", &refusal(error)?, t),
                Err(error) => shown.refused = Some(refusal(error)?.say(t)),
            }
        }
    }
    shown.profile = Some(typed);
    refused(&web, &visit, &id, shown).await
}

/// `POST /cms/calendars/{id}/upkeep`: how it is kept.
pub(crate) async fn keep(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let t = visit.t;
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    let one = |name| fields.one(name).to_owned();
    let typed = TypedUpkeep {
        alarms: one("alarms"),
        refresh: one("refresh"),
        ended: one("ended"),
        successor: one("successor"),
        keeper: one("keeper"),
    };
    let seen: Option<Upkeep> = from_str(fields.one("seen_upkeep")).ok();
    let seen = seen.ok_or_else(|| Failure::invalid("seen", Message::new("invalid.form")))?;
    let successor = match typed.successor.as_str() {
        "" => None,
        name => named(&mut conn, name).await?,
    };
    drop(conn);
    let mut shown = Shown::default();
    if let Some(upkeep) = typed.read(successor, &mut shown.errors, t) {
        let by = actor(&staff);
        let desk = Desk::new(&web.db, &by, web.clock.now());
        match desk.set_upkeep(calendar.id, &seen, &upkeep).await {
            Ok(_) => {
                return Ok(back(
                    &format!("/cms/calendars/{}", calendar.public_id),
                    "saved",
                ));
            }
            Err(error @ Error::Upkeep(_)) => shown.errors.put("refresh", &refusal(error)?, t),
            Err(error @ Error::Circle) => shown.errors.put("successor", &refusal(error)?, t),
            Err(error) => shown.refused = Some(refusal(error)?.say(t)),
        }
    }
    shown.upkeep = Some(typed);
    refused(&web, &visit, &id, shown).await
}

impl TypedUpkeep {
    fn read(&self, successor: Option<Calendar>, errors: &mut Errors, t: T) -> Option<Upkeep> {
        let mut wrong = |field, key| errors.put(field, &Message::new(key), t);
        let alarms = match self.alarms.as_str() {
            "" => Some(Alarms::default()),
            text => Alarms::parse(text),
        };
        if alarms.is_none() {
            wrong("alarms", "cms_calendars.bad_alarms");
        }
        let refresh = match self.refresh.as_str() {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        };
        if refresh.is_none() {
            wrong("refresh", "cms_refused.refresh");
        }
        let ended = match self.ended.as_str() {
            "" => Some(None),
            text => edit::day(text).map(Some),
        };
        if ended.is_none() {
            wrong("ended", "cms_event.bad_day");
        }
        if successor.is_none() && !self.successor.is_empty() {
            wrong("successor", "invalid.no_calendar");
        }
        if !errors.is_empty() {
            return None;
        }
        Some(Upkeep {
            alarms: alarms?,
            refresh_minutes: refresh?,
            ended: ended?,
            succeeded_by: successor.map(|one| one.id),
            keeper: Some(self.keeper.clone()).filter(|keeper| !keeper.is_empty()),
        })
    }
}

/// `POST /cms/calendars/{id}/visibility`: withdraws it, or brings it back.
pub(crate) async fn set_visibility(
    State(web): State<WebState>,
    staff: Staff,
    visit: Visit,
    Segment(id): Segment,
    fields: Fields,
) -> Result<Response, PageFailure> {
    let mut conn = web.db.read().await?;
    let calendar = edit::calendar(&mut conn, &id).await?;
    drop(conn);
    let visibility = match fields.one("visibility") {
        "withdrawn" => Visibility::Withdrawn,
        _ => Visibility::Public,
    };
    let by = actor(&staff);
    let desk = Desk::new(&web.db, &by, web.clock.now());
    match desk.set_visibility(calendar.id, visibility).await {
        Ok(_) => Ok(back(
            &format!("/cms/calendars/{}", calendar.public_id),
            "changed",
        )),
        Err(error) => {
            let shown = Shown {
                refused: Some(refusal(error)?.say(visit.t)),
                ..Shown::default()
            };
            self::refused(&web, &visit, &id, shown).await
        }
    }
}
