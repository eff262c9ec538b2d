//! iCalendar text out of the domain's events: pure, without a clock, the same bytes for the same
//! data every time. iOS compares digests of what it fetched, every client compares ETags; a byte
//! that moves without a reason costs all subscribers a download.
//!
//! [`calendar`] writes a whole feed. [`head`], [`zones`], [`event`] and [`tail`] are its parts,
//! for feeds that keep the fragments of their events; [`splice`] puts one subscriber's text and
//! alarms into them. [`deleted`] and [`dropped`] name what is gone to clients that fetch only changes.

mod calendar;
mod color;
mod deleted;
mod description;
mod event;
mod form;
mod html;
mod line;
mod news;
mod number;
mod pattern;
mod series;
mod splice;
mod stamp;
mod time;
mod words;
mod zone;

pub use domain::recipe::Results;

pub use calendar::{Head, begin, calendar, first_moment, head, single, tail, zones};
pub use deleted::{deleted, dropped};
pub use event::event;
pub use form::Form;
pub use line::{LINE_OCTETS, Line};
pub use news::news_lines;
pub use series::last_moment;
pub use splice::{Additions, Cut, Ending, Rings, most_added, splice};
pub use words::Words;
pub use zone::{Used, Years, timezone, timezones, tzid};

use domain::event::Occurrence;
use domain::text::Lang;
use domain::zone::Zone;
use jiff::civil::Date;

/// PRODID of everything that this program writes (RFC 5545 §3.7.3).
pub const PRODID: &str = "-//Almanac//Almanac//EN";

/// Everything besides the event that decides the bytes of its fragment.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// For which client.
    pub form: Form,
    /// The feed's language.
    pub lang: Lang,
    /// The language of the calendar that the event stands in, where the feed's has no text.
    pub primary: Lang,
    /// The zone that the calendar is shown in.
    pub zone: &'a Zone,
    /// The public address of this server, as in `https://almanac.example`.
    pub base_url: &'a str,
    /// How long clients are asked to wait between visits, in minutes.
    pub refresh_minutes: u32,
    /// Last day up to which a series is written out date by date, where its rule is one that
    /// clients disagree about.
    pub horizon: Date,
    /// Whether scores are told.
    pub results: Results,
    /// How series are written.
    pub repeats: Repeats,
}

/// How a series is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Repeats {
    /// As the form decides: with its rule, or date by date where clients disagree about the rule.
    #[default]
    ByForm,
    /// Always as one UID with its rule: a CalDAV resource holds one (RFC 4791 §4.1).
    AsRule,
}

impl Context<'_> {
    fn shows_result(&self, of: &Occurrence) -> bool {
        self.results == Results::Shown && !of.result.is_empty()
    }
}
