//! Everything that is read about an event for its page, its share image and its file.

use crate::catalogue::Catalogue;
use domain::calendar::Calendar;
use domain::event::{Event, Occurrence};
use domain::series::RecurrenceId;
use domain::text::Lang;
use domain::time::WallTime;
use domain::zone::Zone;
use jiff::{Timestamp, ToSpan};
use store::Conn;
use store::events::{Found, Version};
use store::occurrences::{self, Shown};
use web::failure::{Failure, Message, PageFailure};
use web::locale::T;
use web::visit::Params;
use web::when::Reading;

/// Coming instances that are listed.
const INSTANCES: i64 = 6;
/// Instances read to find one of a given day: those of the day before, of the day, and a few more.
const AROUND: i64 = 200;
/// Versions in the history.
const VERSIONS: i64 = 20;

/// The event, where it stands, when it is and what it was.
pub(crate) struct Facts {
    /// The event and where it stands.
    pub event: Event,
    /// Its public calendars, the first of which gives zone and language.
    pub calendars: Vec<Calendar>,
    /// The instance that was asked for.
    pub at: Option<RecurrenceId>,
    /// Those that have not ended.
    pub coming: Vec<Shown>,
    /// Newest first.
    pub versions: Vec<Version>,
}

/// Reads `at`.
pub(crate) fn asked_instance(params: &Params) -> Result<Option<RecurrenceId>, Failure> {
    let parse = |text: &str| {
        RecurrenceId::parse(text).ok_or_else(|| Failure::invalid("at", Message::new("invalid.at")))
    };
    params.one("at")?.map(parse).transpose()
}

impl Facts {
    /// Reads what there is; an instance that the event does not have is not found.
    pub(crate) async fn read(
        conn: &mut Conn,
        catalogue: &Catalogue,
        found: Found,
        at: Option<RecurrenceId>,
        now: Timestamp,
    ) -> Result<Self, PageFailure> {
        let known = found.calendars.iter().filter_map(|id| catalogue.get(*id));
        let calendars: Vec<Calendar> = known.cloned().collect();
        let first = calendars.first().ok_or(Failure::Gone)?;
        let event = found.event;
        if let Some(at) = at {
            let from = WallTime::new(at.at()).instant(&first.profile.zone);
            let from = from.checked_sub(48.hours()).unwrap_or(Timestamp::MIN);
            let near = occurrences::of_event(conn, event.id, from, AROUND).await?;
            if !is_instance(&event, &near, at) {
                return Err(PageFailure(Failure::NotFound));
            }
        }
        Ok(Self {
            coming: occurrences::of_event(conn, event.id, now, INSTANCES).await?,
            versions: store::events::history(conn, event.id, VERSIONS).await?,
            event,
            calendars,
            at,
        })
    }

    /// The calendar that gives zone, language and colour.
    pub(crate) fn calendar(&self) -> Option<&Calendar> {
        self.calendars.first()
    }

    /// The language that texts are written in first.
    pub(crate) fn primary(&self, t: T) -> Lang {
        self.calendar().map_or(t.lang(), |c| c.profile.language)
    }

    /// The instance that was asked for; else the next one of a series; else the event itself. With
    /// it, which instance that is.
    pub(crate) fn shown(&self) -> (Occurrence, Option<RecurrenceId>) {
        let body = &self.event.body;
        if let Some(at) = self.at {
            return (body.instance(at).occurrence(), Some(at));
        }
        match self.coming.first() {
            Some(next) if next.repeats => (next.what.clone(), next.recurrence_id),
            _ => (body.main.clone(), None),
        }
    }

    /// The clock that its times are read on.
    pub(crate) fn reading(&self, t: T, now: Timestamp) -> Reading {
        Self::reading_in(self.calendar(), t, now)
    }

    /// The clock that a calendar's times are read on.
    pub(crate) fn reading_in(calendar: Option<&Calendar>, t: T, now: Timestamp) -> Reading {
        let zone = calendar.map(|c| c.profile.zone.clone());
        Reading::new(t, &zone.unwrap_or_else(Zone::seoul), now)
    }
}

/// An instance may have been moved far from where the rule put it; then the event itself knows it.
fn is_instance(event: &Event, near: &[Shown], at: RecurrenceId) -> bool {
    let series = event.body.series.as_ref();
    series.is_some_and(|s| s.overrides.iter().any(|o| o.at == at))
        || near.iter().any(|one| one.recurrence_id == Some(at))
}
