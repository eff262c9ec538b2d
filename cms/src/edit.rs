//! What the pages in which calendars are kept share: faults beside fields, the desk's refusals in
//! words, and finding what an address names. The pages themselves are in the modules beside this.

use axum::response::Response;
use desk::{Actor, CannotShift};
use domain::calendar::Calendar;
use domain::id::{ProposalId, PublicId};
use domain::proposal::Unfit;
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use std::collections::BTreeMap;
use store::Conn;
use store::events::Found;
use web::failure::{Failure, Message};
use web::layout::Shell;
use web::locale::T;
use web::session::{Staff, see_other};
use web::visit::Visit;

/// What is wrong with the fields of a form, in the reader's words.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Errors(BTreeMap<String, String>);

impl Errors {
    /// One more; the first of a field stays.
    pub(crate) fn put(&mut self, field: &str, message: &Message, t: T) {
        let field = field.to_owned();
        self.0.entry(field).or_insert_with(|| message.say(t));
    }

    /// The sentence beside a field.
    pub(crate) fn of(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// Whether nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Who works at the desk, as proposals and the audit log name them.
pub(crate) fn actor(staff: &Staff) -> Actor {
    Actor::person(staff.person.to_string())
}

/// The layout of a page of the desk.
pub(crate) fn shell(visit: &Visit) -> Shell {
    Shell::bare(visit.t, &visit.here)
}

/// 303 to a path with what was done behind its question mark.
pub(crate) fn back(path: &str, done: &str) -> Response {
    let mark = if path.contains('?') { '&' } else { '?' };
    see_other(&format!("{path}{mark}done={done}"))
}

/// A refusal of the desk in words; a failure of the database is none of ours to say.
pub(crate) fn refusal(error: desk::Error) -> Result<Message, Failure> {
    use desk::Error as E;
    let key = match error {
        E::Store(error) => return Err(error.into()),
        E::NotFound(_) => "cms_refused.not_found",
        E::AlreadyDecided { .. } => "cms_refused.decided",
        E::Held { .. } => "cms_refused.held",
        E::NotNow { .. } => "cms_refused.not_now",
        E::Clash(_) => "cms_refused.clash",
        E::Amended { .. } => "cms_refused.amended",
        E::CalendarChanged(_) | E::UpkeepChanged(_) => "cms_refused.calendar_changed",
        E::Upkeep(_) => "cms_refused.refresh",
        E::Circle => "cms_refused.circle",
        E::Gone => "cms_refused.gone",
        E::Nothing => "cms_refused.nothing",
        E::AlreadyUndone { .. } => "cms_refused.undone",
        E::Unfit(Unfit::NoTitle) => "cms_refused.no_title",
        E::Unfit(Unfit::Time(_)) => "cms_refused.time",
        E::Unfit(Unfit::CannotRepeat) => "cms_refused.cannot_repeat",
        E::Unfit(Unfit::TooOften(_)) => "cms_refused.too_often",
        E::CannotShift(CannotShift::Repeats) => "cms_refused.repeats",
        E::CannotShift(CannotShift::NoClock) => "cms_refused.no_clock",
        E::CannotShift(CannotShift::OutOfRange) => "cms_refused.out_of_range",
        E::OfEvent { cause, .. } => return refusal(*cause),
        E::NameTaken(_) => "cms_refused.name_taken",
    };
    Ok(Message::new(key))
}

/// A refusal that has no page of its own.
pub(crate) fn failure(error: desk::Error) -> Failure {
    match error {
        desk::Error::NotFound(_) => Failure::NotFound,
        error => match refusal(error) {
            Ok(message) => Failure::stale("do", message),
            Err(failure) => failure,
        },
    }
}

/// The calendar that a path names by its permanent id or a short name.
pub(crate) async fn calendar(conn: &mut Conn, name: &str) -> Result<Calendar, Failure> {
    let found = store::calendars::find(conn, name).await?;
    Ok(found.ok_or(Failure::NotFound)?.calendar)
}

/// The event that a path names.
pub(crate) async fn event(conn: &mut Conn, id: &str) -> Result<Found, Failure> {
    let id = PublicId::parse(id).ok_or(Failure::NotFound)?;
    let found = store::events::by_public_id(conn, &id).await?;
    found.ok_or(Failure::NotFound)
}

/// The proposal that a path names.
pub(crate) fn proposal_id(text: &str) -> Result<ProposalId, Failure> {
    text.parse().map(ProposalId).map_err(|_| Failure::NotFound)
}

/// A day as forms send it.
pub(crate) fn day(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// A clock time as forms send it: `18:30` or `18:30:15`.
pub(crate) fn clock(text: &str) -> Option<Time> {
    match text.len() {
        5 => format!("{text}:00").parse().ok(),
        8 => text.parse().ok(),
        _ => None,
    }
}

/// The moment that a form's day and hour name in a zone, if it lies ahead.
pub(crate) fn due(
    (date, time): (&str, &str),
    zone: &Zone,
    now: Timestamp,
) -> Result<Timestamp, Message> {
    let at = day(date).zip(clock(time));
    let (date, time) = at.ok_or_else(|| Message::new("cms_refused.due"))?;
    let wall = domain::time::WallTime::new(date.to_datetime(time));
    let due = wall.instant(zone);
    if due > now {
        Ok(due)
    } else {
        Err(Message::new("cms_refused.due_past"))
    }
}

/// People's names by the ids that proposals hold.
pub(crate) async fn names(conn: &mut Conn) -> Result<BTreeMap<String, String>, Failure> {
    let people = store::people::everybody(conn).await?;
    let pair = |person: domain::people::Person| (person.id.to_string(), person.name);
    Ok(people.into_iter().map(pair).collect())
}

/// A choice of a select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

impl Choice {
    pub(crate) fn new(value: &str, label: &str, chosen: &str) -> Self {
        Self {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen: value == chosen,
        }
    }
}

/// What was just done, in words; nothing for what we never say.
pub(crate) fn done(visit: &Visit) -> Option<&'static str> {
    let key = match visit.params.one("done").ok().flatten()? {
        "saved" => "cms_done.saved",
        "made" => "cms_done.made",
        "drafted" => "cms_done.drafted",
        "published" => "cms_done.published",
        "scheduled" => "cms_done.scheduled",
        "unscheduled" => "cms_done.unscheduled",
        "discarded" => "cms_done.discarded",
        "undone" => "cms_done.undone",
        "undone_some" => "cms_done.undone_some",
        "reverted" => "cms_done.reverted",
        "merged" => "cms_done.merged",
        "changed" => "cms_done.changed",
        _ => return None,
    };
    Some(visit.t.s(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publication_lies_ahead() {
        let now = "2026-11-22T03:00:00Z".parse().unwrap();
        let seoul = Zone::seoul();
        let at = |date, time| due((date, time), &seoul, now);
        assert_eq!(
            at("2026-11-22", "18:00").unwrap().to_string(),
            "2026-11-22T09:00:00Z"
        );
        for (date, time) in [("2026-11-22", "11:00"), ("", "18:00"), ("2026-11-22", "")] {
            assert!(at(date, time).is_err(), "{date} {time}");
        }
    }

    #[test]
    fn hours_are_read_as_browsers_send_them() {
        assert_eq!(clock("18:30"), Some(jiff::civil::time(18, 30, 0, 0)));
        assert_eq!(clock("18:30:15"), Some(jiff::civil::time(18, 30, 15, 0)));
        for bad in ["", "8:30", "24:00", "18:60", "가나다라"] {
            assert_eq!(clock(bad), None, "{bad}");
        }
    }
}
