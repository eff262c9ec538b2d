//! Which events of which calendars a feed holds, and in what words: pure, so that a body, a
//! difference and a CalDAV resource of the same feed always agree.

use crate::parts::{Cast, Parts, Piece, begin_of, horizon, shifted};
use domain::alarm::Alarms;
use domain::event::Event;
use domain::filter::{Filter, without};
use domain::id::EventId;
use domain::recipe::{Hidden, Past};
use ical::write::{Additions, Context, Cut, Form, Used};
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What a reader wants of one calendar.
#[derive(Debug, Clone)]
pub(crate) struct Wish<'a> {
    pub filter: &'a Filter,
    pub hidden: &'a [Hidden],
    pub alarms: &'a Alarms,
    /// How much of what is over; everything where `None` too.
    pub past: Past,
}

/// One event of a feed.
#[derive(Debug, Clone)]
pub(crate) struct Chosen<'a> {
    pub parts: &'a Parts,
    pub piece: &'a Piece,
    /// The event where it is told otherwise than in its calendar's own feed: without some
    /// instances, or under another UID.
    pub otherwise: Option<Box<Event>>,
    pub alarms: &'a Alarms,
    /// Whether it lies in the feed's window of the past.
    pub recent: bool,
}

impl Chosen<'_> {
    /// What it says.
    pub(crate) fn event(&self) -> &Event {
        self.otherwise.as_deref().unwrap_or(&self.piece.event)
    }
}

/// The events of one calendar that a wish takes, in the order of feeds; those that are over too.
pub(crate) fn of_calendar<'a>(parts: &'a Parts, wish: &Wish<'a>) -> Vec<Chosen<'a>> {
    let calendar = &parts.calendar;
    let zone = &calendar.profile.zone;
    let first = match wish.past {
        Past::All => Timestamp::MIN,
        Past::Days(days) => begin_of(shifted(calendar.as_of, -i32::from(days)), zone),
    };
    let until = horizon(calendar);
    let open = wish.filter.is_open();
    let (alarms, hidden) = (wish.alarms, HiddenOf::new(wish.hidden));
    let chosen = parts.pieces.iter().filter_map(|piece| {
        let event = match open {
            true => Cow::Borrowed(&*piece.event),
            false => wish.filter.part_of(&piece.event, zone, until)?,
        };
        let otherwise = match hidden.part_of(event)? {
            Cow::Borrowed(_) => None,
            Cow::Owned(event) => Some(Box::new(event)),
        };
        Some(Chosen {
            parts,
            piece,
            otherwise,
            alarms,
            recent: piece.last >= first,
        })
    });
    chosen.collect()
}

/// What a person left out, by UID.
struct HiddenOf<'a>(HashMap<&'a str, Vec<&'a Hidden>>);

impl<'a> HiddenOf<'a> {
    fn new(hidden: &'a [Hidden]) -> Self {
        let mut by_uid: HashMap<&str, Vec<&Hidden>> = HashMap::new();
        for one in hidden {
            by_uid.entry(&one.uid).or_default().push(one);
        }
        Self(by_uid)
    }

    fn part_of<'e>(&self, event: Cow<'e, Event>) -> Option<Cow<'e, Event>> {
        let Some(hidden) = self.0.get(event.uid.as_str()) else {
            return Some(event);
        };
        let instances: Option<Vec<_>> = hidden.iter().map(|one| one.recurrence_id).collect();
        let (Some(instances), Some(series)) = (instances, &event.body.series) else {
            return None;
        };
        let kept = series
            .overrides
            .iter()
            .filter(|one| !instances.contains(&one.at));
        let kept = kept.cloned().collect();
        let except = series.except.iter().copied().chain(instances).collect();
        Some(Cow::Owned(without(&event, except, kept)))
    }
}

/// Several calendars as one: an event that stands in two is told once, where it was chosen first;
/// two events with the same UID are both told, the second under a UID of its own, so that nobody
/// can hide another's event by naming his alike (R17).
pub(crate) fn as_one<'a>(calendars: Vec<Vec<Chosen<'a>>>) -> Vec<Chosen<'a>> {
    if calendars.len() == 1 {
        return calendars.into_iter().flatten().collect();
    }
    let mut owner: HashMap<&'a str, EventId> = HashMap::new();
    let mut all = Vec::with_capacity(calendars.iter().map(Vec::len).sum());
    for mut chosen in calendars.into_iter().flatten() {
        let event = &chosen.piece.event;
        match owner.get(event.uid.as_str()) {
            Some(first) if *first == event.id => continue,
            Some(_) => {
                let mut renamed = chosen.event().clone();
                renamed.uid = second_uid(&renamed.uid, chosen.parts);
                chosen.otherwise = Some(Box::new(renamed));
            }
            None => {
                owner.insert(&chosen.piece.event.uid, event.id);
            }
        }
        all.push(chosen);
    }
    all
}

/// The UID of an event whose own one another calendar has already.
pub(crate) fn second_uid(uid: &str, parts: &Parts) -> String {
    format!("{uid}-{}", parts.calendar.public_id)
}

/// The links that a person's own entries end with.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    /// Before the id of the event: "not this one".
    pub not: String,
    /// The same: "report an error".
    pub report: String,
}

impl Links {
    fn write(&self, out: &mut String, event: &Event) {
        for before in [&self.not, &self.report] {
            out.push('\n');
            out.push_str(before);
            out.push_str(event.public_id.as_str());
        }
    }
}

/// Google takes a megabyte; what stands around the events is allowed for.
const GOOGLE_BYTES: usize = 980_000;

/// Writes events one after another and notes their zones.
pub(crate) struct Writer<'a> {
    cast: Cast,
    base_url: &'a str,
    links: Option<&'a Links>,
    text: String,
    used: Vec<Arc<Used>>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(cast: Cast, base_url: &'a str, links: Option<&'a Links>) -> Self {
        Self {
            cast,
            base_url,
            links,
            text: String::with_capacity(256),
            used: Vec::new(),
        }
    }

    /// Writes one event.
    pub(crate) fn write(&mut self, out: &mut Vec<u8>, chosen: &Chosen<'_>) {
        let Some(event) = &chosen.otherwise else {
            let piece = chosen.piece;
            self.note(&piece.used);
            self.add(out, chosen.parts.fragment(piece), &piece.cuts, chosen);
            return;
        };
        let cast = Cast {
            lang: chosen.parts.lang(),
            ..self.cast
        };
        let context = cast.context(&chosen.parts.calendar, self.base_url);
        let (mut fragment, mut used, mut cuts) = (Vec::new(), Used::default(), Vec::new());
        ical::write::event(&mut fragment, &mut used, &mut cuts, event, &context);
        self.note(&Arc::new(used));
        self.add(out, &fragment, &cuts, chosen);
    }

    fn add(&mut self, out: &mut Vec<u8>, fragment: &[u8], cuts: &[Cut], chosen: &Chosen<'_>) {
        if self.links.is_none() && chosen.alarms.is_empty() {
            out.extend_from_slice(fragment);
            return;
        }
        self.text.clear();
        if let Some(links) = self.links {
            links.write(&mut self.text, chosen.event());
        }
        let additions = Additions {
            text: &self.text,
            alarms: chosen.alarms,
        };
        ical::write::splice(out, fragment, cuts, &additions);
    }

    fn note(&mut self, used: &Arc<Used>) {
        // Neighbours mostly share theirs.
        if self.used.last().is_none_or(|last| !Arc::ptr_eq(last, used)) {
            self.used.push(used.clone());
        }
    }

    /// The zones of all that was written.
    pub(crate) fn used(&self) -> Used {
        let mut all = Used::default();
        for used in &self.used {
            all.merge(used);
        }
        all
    }
}

/// A whole feed out of its events. `head` writes its first lines.
pub(crate) fn body(
    chosen: &[Chosen<'_>],
    head: impl FnOnce(&mut Vec<u8>),
    context: &Context<'_>,
    writer: &mut Writer<'_>,
    as_of: jiff::civil::Date,
) -> Vec<u8> {
    let recent: Vec<&Chosen<'_>> = chosen.iter().filter(|one| one.recent).collect();
    let room = recent
        .iter()
        .map(|one| one.parts.fragment(one.piece).len() + 64)
        .sum();
    let mut entries: Vec<u8> = Vec::with_capacity(room);
    let mut ends = Vec::with_capacity(recent.len());
    for one in &recent {
        writer.write(&mut entries, one);
        ends.push(entries.len());
    }
    let mut out = Vec::with_capacity(entries.len() + 8192);
    head(&mut out);
    ical::write::zones(&mut out, &writer.used(), context.zone, as_of);
    if context.form == Form::Google && entries.len() > GOOGLE_BYTES {
        fit_google(&mut out, &entries, &ends, &recent, as_of, context);
    } else {
        out.extend_from_slice(&entries);
    }
    ical::write::tail(&mut out);
    out
}

/// Lets the oldest entries go until the rest fits; where all that is over does not suffice, those
/// furthest ahead, which come in as time goes by. One entry more costs one entry: nothing vanishes
/// in heaps.
fn fit_google(
    out: &mut Vec<u8>,
    entries: &[u8],
    ends: &[usize],
    chosen: &[&Chosen<'_>],
    as_of: jiff::civil::Date,
    context: &Context<'_>,
) {
    let now = begin_of(as_of, context.zone);
    let length = |n: usize| ends[n] - n.checked_sub(1).map_or(0, |before| ends[before]);
    let mut order: Vec<usize> = (0..chosen.len()).collect();
    let last = |n: &usize| (chosen[*n].piece.last, *n);
    order.sort_by_key(last);
    let over = order
        .iter()
        .take_while(|n| chosen[**n].piece.last < now)
        .count();
    // What is over goes oldest first, what is to come latest first.
    let (past, coming) = order.split_at(over);
    let going = past.iter().chain(coming.iter().rev());
    let mut size = entries.len();
    let mut gone = BTreeSet::new();
    for n in going {
        if size <= GOOGLE_BYTES {
            break;
        }
        size -= length(*n);
        gone.insert(*n);
    }
    for n in (0..chosen.len()).filter(|n| !gone.contains(n)) {
        out.extend_from_slice(&entries[ends[n] - length(n)..ends[n]]);
    }
}
