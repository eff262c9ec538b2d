//! What every page of the desk stands in: where else one can go, who somebody is, how old something
//! is. Nothing here reads the queue.

use desk::Actor;
use domain::calendar::Calendar;
use domain::id::CalendarId;
use domain::policy::Permission;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use store::Conn;
use web::failure::Failure;
use web::locale::T;
use web::session::Staff;

/// From this age on something that waits is late.
pub(crate) const LATE: SignedDuration = SignedDuration::from_hours(24);

/// A link of the desk's own navigation.
pub(crate) struct NavLink {
    pub(crate) href: &'static str,
    pub(crate) label: &'static str,
    pub(crate) current: bool,
}

/// The desk's own navigation: what this person may open.
pub(crate) struct Frame {
    pub(crate) links: Vec<NavLink>,
    pub(crate) name: String,
}

impl Frame {
    /// Around the page at `here`.
    pub(crate) fn of(staff: &Staff, t: T, here: &str) -> Self {
        let all = [
            ("/cms/", "desk.nav_today", Permission::ReadDesk),
            ("/cms/tips", "desk.nav_tips", Permission::DecideTips),
            (
                "/cms/calendars",
                "edit_nav.calendars",
                Permission::EditSchedule,
            ),
            ("/cms/drafts", "edit_nav.drafts", Permission::EditSchedule),
            ("/cms/health", "desk.nav_health", Permission::ReadDesk),
            ("/cms/audit", "desk.nav_audit", Permission::ReadAudit),
            ("/cms/people", "desk.nav_people", Permission::ManagePeople),
        ];
        let open = all.into_iter().filter(|(.., needed)| staff.may(*needed));
        let link = |(href, key, _)| NavLink {
            href,
            label: t.s(key),
            current: href == here,
        };
        Self {
            links: open.map(link).collect(),
            name: staff.name.clone(),
        }
    }
}

/// Who works at the desk, as the desk knows them.
pub(crate) fn actor(staff: &Staff) -> Actor {
    Actor::person(staff.person.to_string())
}

/// How long something has waited.
#[derive(Clone)]
pub(crate) struct Age {
    pub(crate) words: String,
    pub(crate) late: bool,
}

impl Age {
    pub(crate) fn since(then: Timestamp, now: Timestamp, t: T) -> Self {
        let age = now.duration_since(then);
        Self {
            words: span(age, t),
            late: age >= LATE,
        }
    }
}

/// A length of time in its largest whole unit.
pub(crate) fn span(length: SignedDuration, t: T) -> String {
    let minutes = usize::try_from(length.as_mins()).unwrap_or(0);
    match minutes {
        0..60 => t.n("desk.minutes", minutes),
        60..2_880 => t.n("desk.hours", minutes / 60),
        _ => t.n("desk.days", minutes / 1_440),
    }
}

/// Names of people by what the desk stores of them.
pub(crate) struct Names {
    known: HashMap<String, String>,
    t: T,
}

impl Names {
    pub(crate) async fn read(conn: &mut Conn, t: T) -> Result<Self, Failure> {
        let all = store::people::everybody(conn).await?;
        let known = all.into_iter().map(|one| (one.id.to_string(), one.name));
        Ok(Self {
            known: known.collect(),
            t,
        })
    }

    /// Everybody, by name.
    pub(crate) fn all(&self) -> Vec<(String, String)> {
        let mut all: Vec<_> = self.known.clone().into_iter().collect();
        all.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
        all
    }

    /// What people call whoever this is.
    pub(crate) fn of(&self, word: &str) -> String {
        if let Some(name) = self.known.get(word) {
            return name.clone();
        }
        let key = match word {
            "reporter" => "desk.by_reporter",
            "operator" => "desk.by_operator",
            "system" => "desk.by_system",
            _ => "desk.by_somebody",
        };
        self.t.s(key).to_owned()
    }
}

/// A calendar as lists name it.
pub(crate) struct Home {
    pub(crate) calendar: Calendar,
    pub(crate) title: String,
    /// Class of its colour.
    pub(crate) color: String,
}

/// All calendars by id, withdrawn ones too.
pub(crate) async fn homes(conn: &mut Conn, t: T) -> Result<HashMap<CalendarId, Home>, Failure> {
    let all = store::calendars::all_with_withdrawn(conn).await?;
    let home = |calendar: Calendar| {
        let profile = &calendar.profile;
        let title = profile.title.pick(t.lang(), profile.language).to_owned();
        let color = web::colors::class(profile.color);
        let home = Home {
            title,
            color,
            calendar,
        };
        (home.calendar.id, home)
    };
    Ok(all.into_iter().map(home).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::locale::UiLang;

    #[test]
    fn ages_are_told_in_their_largest_unit_and_late_from_a_day_on() {
        let t = T::new(UiLang::En);
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        for (then, words, late) in [
            ("2026-11-22T03:00:00Z", "0 min", false),
            ("2026-11-22T02:01:00Z", "59 min", false),
            ("2026-11-22T01:00:00Z", "2 h", false),
            ("2026-11-21T03:00:01Z", "23 h", false),
            ("2026-11-21T03:00:00Z", "24 h", true),
            ("2026-11-20T03:00:00Z", "2 days", true),
            ("2026-11-22T03:09:00Z", "0 min", false),
        ] {
            let age = Age::since(then.parse().unwrap(), now, t);
            assert_eq!((age.words.as_str(), age.late), (words, late), "{then}");
        }
    }
}
