//! Calendars as written fragments, one for each event: what whole feeds, personal feeds and CalDAV
//! resources are put together from. A new revision takes over the fragments of all events that did
//! not change.

use crate::cache::Weighed;
use crate::shelf::{Kept, Loaded};
use domain::calendar::Calendar;
use domain::event::Event;
use domain::recipe::Results;
use domain::text::Lang;
use domain::time::WallTime;
use domain::zone::Zone;
use ical::write::{Context, Cut, Form, Repeats, Used};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use std::ops::Range;
use std::sync::Arc;

/// How often clients are asked to come, in minutes.
const REFRESH_MINUTES: u32 = 60;
/// How far ahead a series is written out where its rule is one that clients disagree about.
const HORIZON_DAYS: i32 = 2 * 366;

/// What decides the bytes of a fragment besides the event and its calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Cast {
    pub form: Form,
    pub lang: Lang,
    pub results: Results,
    pub repeats: Repeats,
}

impl Cast {
    /// Everything that writing events of this calendar needs to know.
    pub(crate) fn context<'a>(&self, calendar: &'a Calendar, base_url: &'a str) -> Context<'a> {
        let profile = &calendar.profile;
        Context {
            form: self.form,
            lang: self.lang,
            primary: profile.language,
            zone: &profile.zone,
            base_url,
            refresh_minutes: REFRESH_MINUTES,
            horizon: shifted(calendar.as_of, HORIZON_DAYS),
            results: self.results,
            repeats: self.repeats,
        }
    }
}

/// The end of the time for which repeating events are written out.
pub(crate) fn horizon(calendar: &Calendar) -> Timestamp {
    begin_of(
        shifted(calendar.as_of, HORIZON_DAYS + 1),
        &calendar.profile.zone,
    )
}

pub(crate) fn shifted(day: Date, days: i32) -> Date {
    day.checked_add(days.days()).unwrap_or(day)
}

pub(crate) fn begin_of(day: Date, zone: &Zone) -> Timestamp {
    WallTime::new(day.at(0, 0, 0, 0)).instant(zone)
}

/// One event, written.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub event: Arc<Event>,
    at: Range<usize>,
    cuts: Range<usize>,
    /// The zones it names; neighbours share theirs.
    pub used: Arc<Used>,
    /// When the last of it is over.
    pub last: Timestamp,
}

/// Bytes that a piece takes besides its fragment and its cuts; its zones are mostly shared.
const PIECE_BYTES: usize = size_of::<Piece>() + 32;

/// A calendar's events at one revision, written.
#[derive(Debug)]
pub(crate) struct Parts {
    pub calendar: Arc<Calendar>,
    cast: Cast,
    bytes: Vec<u8>,
    cuts: Vec<Cut>,
    pub pieces: Vec<Piece>,
}

impl Weighed for Parts {
    fn weight(&self) -> usize {
        // The events themselves are on the shelf.
        self.bytes.len() + self.cuts.len() * size_of::<Cut>() + self.pieces.len() * PIECE_BYTES
    }
}

impl Parts {
    /// Writes what `before` does not have.
    pub(crate) fn of(loaded: &Loaded, cast: Cast, base_url: &str, before: Option<&Self>) -> Self {
        let calendar = &loaded.calendar;
        let context = cast.context(calendar, base_url);
        let before = before.filter(|before| before.is_like(calendar, cast));
        let mut written = Written::new(before, loaded.events.len());
        for kept in &loaded.events {
            written.add(kept, &context);
        }
        Self {
            calendar: calendar.clone(),
            cast,
            bytes: written.bytes,
            cuts: written.cuts,
            pieces: written.pieces,
        }
    }

    /// Whether an unchanged event is written the same way here and there.
    fn is_like(&self, calendar: &Calendar, cast: Cast) -> bool {
        self.cast == cast
            && self.calendar.as_of == calendar.as_of
            && self.calendar.profile == calendar.profile
    }

    /// The language it is written in.
    pub(crate) const fn lang(&self) -> Lang {
        self.cast.lang
    }

    /// The bytes of a piece.
    pub(crate) fn fragment(&self, piece: &Piece) -> &[u8] {
        &self.bytes[piece.at.clone()]
    }

    /// Where a piece can be added to, counted from its beginning.
    pub(crate) fn cuts(&self, piece: &Piece) -> &[Cut] {
        &self.cuts[piece.cuts.clone()]
    }
}

struct Written<'a> {
    before: Option<&'a Parts>,
    /// Where in the pieces of `before` the next event is looked for.
    next: usize,
    bytes: Vec<u8>,
    cuts: Vec<Cut>,
    /// The zones of the event that is being written.
    used: Used,
    pieces: Vec<Piece>,
}

/// How far ahead an unchanged event is looked for: further than an edit ever moves one past.
const LOOK_AHEAD: usize = 64;

impl<'a> Written<'a> {
    fn new(before: Option<&'a Parts>, events: usize) -> Self {
        let room = before.map_or(events * 600, |before| before.bytes.len() + 4096);
        Self {
            before,
            next: 0,
            bytes: Vec::with_capacity(room),
            cuts: Vec::with_capacity(events),
            used: Used::default(),
            pieces: Vec::with_capacity(events),
        }
    }

    fn add(&mut self, kept: &Kept, context: &Context<'_>) {
        let event = &kept.event;
        let (start, first) = (self.bytes.len(), self.cuts.len());
        if let Some((before, piece)) = self.known(event) {
            self.bytes.extend_from_slice(before.fragment(piece));
            self.cuts.extend_from_slice(before.cuts(piece));
            self.pieces.push(Piece {
                at: start..self.bytes.len(),
                cuts: first..self.cuts.len(),
                ..piece.clone()
            });
            return;
        }
        self.used.clear();
        let (bytes, used, cuts) = (&mut self.bytes, &mut self.used, &mut self.cuts);
        ical::write::event(bytes, used, cuts, event, context);
        let neighbour = self.pieces.last().map(|piece| &piece.used);
        let used = match neighbour.filter(|same| ***same == self.used) {
            Some(same) => same.clone(),
            None => Arc::new(self.used.clone()),
        };
        self.pieces.push(Piece {
            event: event.clone(),
            at: start..self.bytes.len(),
            cuts: first..self.cuts.len(),
            used,
            last: kept.last,
        });
    }

    fn known(&mut self, event: &Arc<Event>) -> Option<(&'a Parts, &'a Piece)> {
        let before = self.before?;
        let ahead = before.pieces.get(self.next..)?.iter().take(LOOK_AHEAD);
        let place = ahead
            .map(|piece| &piece.event)
            .position(|known| Arc::ptr_eq(known, event))?;
        let piece = &before.pieces[self.next + place];
        self.next += place + 1;
        Some((before, piece))
    }
}
