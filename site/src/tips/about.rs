//! What a tip's form is about: an event, or one date of it; a calendar; or a calendar that does not
//! exist.

use crate::catalogue::{CalendarLink, Catalogue};
use crate::event::facts::{Facts, asked_instance};
use crate::rows::title_or_untitled;
use crate::said::Said;
use domain::calendar::{Calendar, Slug, Visibility};
use domain::event::Occurrence;
use domain::id::PublicId;
use domain::series::RecurrenceId;
use domain::text::Lang;
use domain::time::EventTime;
use domain::tip::Kind;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use store::Conn;
use web::failure::{Failure, PageFailure};
use web::locale::T;
use web::tips::Told;
use web::visit::Params;
use web::when::Reading;

/// The subject.
pub(super) enum About {
    /// An event.
    Event(Box<OfEvent>),
    /// A calendar that lacks an event.
    Calendar(Box<Calendar>),
    /// A calendar that there should be.
    Wish,
}

/// An event as the form shows it.
pub(super) struct OfEvent {
    facts: Facts,
    what: Occurrence,
    calendar: Calendar,
    lang: Lang,
}

impl About {
    /// Reads `event`, `at` and `calendar`.
    pub async fn read(
        conn: &mut Conn,
        params: &Params,
        t: T,
        now: Timestamp,
    ) -> Result<Self, PageFailure> {
        if let Some(id) = params.one("event")? {
            let at = asked_instance(params)?;
            return Self::event(conn, id, at, (t, now)).await;
        }
        match params.one("calendar")? {
            Some(name) => Self::calendar(conn, name).await,
            None => Ok(Self::Wish),
        }
    }

    async fn calendar(conn: &mut Conn, name: &str) -> Result<Self, PageFailure> {
        if Slug::parse(name).is_err() && PublicId::parse(name).is_none() {
            return Err(PageFailure(Failure::NotFound));
        }
        let found = store::calendars::find(conn, name).await?;
        let calendar = found.ok_or(Failure::NotFound)?.calendar;
        match calendar.visibility {
            Visibility::Public => Ok(Self::Calendar(Box::new(calendar))),
            Visibility::Withdrawn => Err(PageFailure(Failure::Gone)),
        }
    }

    /// An event by the address of its page.
    pub async fn event(
        conn: &mut Conn,
        id: &str,
        at: Option<RecurrenceId>,
        (t, now): (T, Timestamp),
    ) -> Result<Self, PageFailure> {
        let id = PublicId::parse(id).ok_or(Failure::NotFound)?;
        let found = store::events::by_public_id(conn, &id).await?;
        let found = found.ok_or(Failure::NotFound)?;
        if found.removed.is_some() {
            return Err(PageFailure(Failure::Gone));
        }
        let catalogue = Catalogue::by_ids(conn, found.calendars.iter().copied()).await?;
        let facts = Facts::read(conn, &catalogue, found, at, now).await?;
        let calendar = facts.calendar().cloned().ok_or(Failure::Gone)?;
        let what = match at {
            Some(at) => facts.event.body.instance(at).occurrence(),
            None => facts.event.body.main.clone(),
        };
        let lang = language(&what, &calendar, t);
        Ok(Self::Event(Box::new(OfEvent {
            facts,
            what,
            calendar,
            lang,
        })))
    }

    /// Where the form is.
    pub fn path(&self) -> String {
        match self {
            Self::Event(of) => {
                let at = of.facts.at.map(|at| format!("&at={at}"));
                format!(
                    "/tips/new?event={}{}",
                    of.facts.event.public_id,
                    at.unwrap_or_default()
                )
            }
            Self::Calendar(calendar) => format!("/tips/new?calendar={}", calendar.profile.slug),
            Self::Wish => "/tips/new".to_owned(),
        }
    }

    /// The calendar that it is in.
    pub fn in_calendar(&self) -> Option<&Calendar> {
        match self {
            Self::Event(of) => Some(&of.calendar),
            Self::Calendar(calendar) => Some(calendar),
            Self::Wish => None,
        }
    }

    /// A link to that calendar.
    pub fn link(&self, t: T) -> Option<CalendarLink> {
        self.in_calendar()
            .map(|calendar| CalendarLink::of(calendar, t))
    }

    /// The event, where it is about one.
    pub fn of_event(&self) -> Option<&OfEvent> {
        match self {
            Self::Event(of) => Some(of),
            Self::Calendar(_) | Self::Wish => None,
        }
    }

    /// A tip about it that says nothing yet.
    pub fn told(&self, t: T) -> Told {
        match self {
            Self::Event(of) => Told {
                event: Some(of.facts.event.public_id.to_string()),
                calendar: Some(of.calendar.profile.slug.to_string()),
                instance: of.facts.at.map(|at| at.to_string()),
                lang: Some(of.lang),
                ..Told::new(Kind::Correction)
            },
            Self::Calendar(calendar) => Told {
                calendar: Some(calendar.profile.slug.to_string()),
                ..Told::new(Kind::NewEvent)
            },
            Self::Wish => Told {
                lang: Some(t.lang()),
                ..Told::new(Kind::NewCalendar)
            },
        }
    }
}

/// The language of the reader where all that can be corrected is there in it; else the calendar's.
fn language(what: &Occurrence, calendar: &Calendar, t: T) -> Lang {
    let texts = [&what.title, &what.place.name];
    let own = texts
        .iter()
        .all(|text| text.is_empty() || text.get(t.lang()).is_some());
    if own {
        t.lang()
    } else {
        calendar.profile.language
    }
}

/// What an event says now, as the fields of a form have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Present {
    pub title: String,
    /// First day.
    pub date: String,
    /// Clock times; empty where there are none.
    pub start: String,
    pub end: String,
    /// Last day, inclusive; empty where it is the first.
    pub last: String,
    pub all_day: bool,
    pub place: String,
}

impl OfEvent {
    /// The version that the form shows.
    pub fn version(&self) -> i64 {
        self.facts.event.version
    }

    /// The event repeats, and which date is meant is not said.
    pub fn is_whole_series(&self) -> bool {
        self.facts.event.body.series.is_some() && self.facts.at.is_none()
    }

    /// Dates to choose from.
    pub fn dates(&self, reading: &Reading) -> Vec<(String, String)> {
        let id = &self.facts.event.public_id;
        let coming = self.facts.coming.iter().filter_map(|one| {
            let at = one.recurrence_id?;
            let when = reading.speak(&one.what.time).absolute;
            Some((format!("/tips/new?event={id}&at={at}"), when))
        });
        coming.collect()
    }

    /// Its title as people read it.
    pub fn title(&self, t: T) -> Said {
        title_or_untitled(
            Said::of(&self.what.title, t, self.calendar.profile.language),
            t,
        )
    }

    /// Its place as people read it.
    pub fn place(&self, t: T) -> Said {
        Said::of(&self.what.place.name, t, self.calendar.profile.language)
    }

    /// Its time as people read it.
    pub fn when(&self, reading: &Reading) -> String {
        reading.speak(&self.what.time).absolute
    }

    /// What it says.
    pub const fn what(&self) -> &Occurrence {
        &self.what
    }

    /// The values that the form begins with.
    pub fn present(&self) -> Present {
        let primary = self.calendar.profile.language;
        let mut present = Present {
            title: self.what.title.pick(self.lang, primary).to_owned(),
            place: self.what.place.name.pick(self.lang, primary).to_owned(),
            all_day: matches!(self.what.time, EventTime::AllDay { .. }),
            ..Present::default()
        };
        let zone = &self.calendar.profile.zone;
        let Some((first, last)) = clock_days(&self.what.time, zone) else {
            return present;
        };
        present.date = first.0.to_string();
        present.start = first.1.map(clock).unwrap_or_default();
        if let Some((day, time)) = last {
            present.end = time.map(clock).unwrap_or_default();
            // Until after midnight is the same evening.
            let next = first.0.tomorrow().is_ok_and(|next| next == day);
            let overnight = next && time.zip(first.1).is_some_and(|(end, start)| end <= start);
            if day != first.0 && !overnight {
                present.last = day.to_string();
            }
        }
        present
    }
}

type DayAndTime = (Date, Option<Time>);

/// First and last day with clock times, as a form's fields take them.
fn clock_days(
    time: &EventTime,
    home: &domain::zone::Zone,
) -> Option<(DayAndTime, Option<DayAndTime>)> {
    let split = |at: jiff::civil::DateTime| (at.date(), Some(at.time()));
    match time {
        EventTime::Zoned(z) => {
            // On its own clock, but for times in UTC, which are read on the calendar's.
            let zone = if z.zone.is_utc() { home } else { &z.zone };
            let on = |wall: domain::time::WallTime| {
                domain::time::WallTime::of(wall.instant(&z.zone), zone).at
            };
            Some((split(on(z.start)), z.end.map(|end| split(on(end)))))
        }
        EventTime::Floating { start, end } => Some((split(*start), end.map(split))),
        other => {
            let (first, last) = other.days(home)?;
            Some(((first, None), Some((last, None))))
        }
    }
}

fn clock(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::fixtures::{calendar, game, span};
    use domain::event::Event;
    use domain::id::EventId;
    use jiff::civil::{date, datetime};
    use web::locale::UiLang;

    pub(in crate::tips) fn of_event(what: Occurrence) -> OfEvent {
        let calendar = calendar();
        let event = Event {
            id: EventId(uuid::Uuid::from_u128(2)),
            public_id: PublicId::from_bits(2),
            uid: "x".into(),
            version: 3,
            sequence: 0,
            created: calendar.created,
            modified: calendar.created,
            body: what.clone().into(),
            news: Vec::new(),
        };
        OfEvent {
            lang: language(&what, &calendar, T::new(UiLang::Ko)),
            facts: Facts {
                event,
                calendars: vec![calendar.clone()],
                at: None,
                coming: Vec::new(),
                versions: Vec::new(),
            },
            what,
            calendar,
        }
    }

    fn times(time: EventTime) -> [String; 4] {
        let mut what = game("x");
        what.time = time;
        let present = of_event(what).present();
        [present.date, present.start, present.end, present.last]
    }

    #[test]
    fn the_form_begins_with_what_there_is() {
        let zoned = |start, end| EventTime::zoned(start, end, domain::zone::Zone::seoul());
        let at = |day, hour| datetime(2026, 11, day, hour, 30, 0, 0);
        for (time, want) in [
            (
                zoned(at(23, 18), Some(at(23, 21))),
                ["2026-11-23", "18:30", "21:30", ""],
            ),
            (zoned(at(23, 18), None), ["2026-11-23", "18:30", "", ""]),
            (
                zoned(at(23, 22), Some(at(24, 1))),
                ["2026-11-23", "22:30", "01:30", ""],
            ),
            (
                zoned(at(23, 9), Some(at(24, 18))),
                ["2026-11-23", "09:30", "18:30", "2026-11-24"],
            ),
            (
                span(date(2026, 11, 1), date(2026, 11, 3)).time,
                ["2026-11-01", "", "", "2026-11-03"],
            ),
            (
                EventTime::day(date(2026, 11, 1)),
                ["2026-11-01", "", "", ""],
            ),
            (EventTime::Undecided { was: None }, ["", "", "", ""]),
        ] {
            assert_eq!(times(time.clone()), want, "{time:?}");
        }
    }
}
