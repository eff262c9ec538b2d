//! The VCALENDAR around the fragments (RFC 5545 §3.6, RFC 7986 §5).
//!
//! Never METHOD: it asks for an ORGANIZER on every event (RFC 5546 §3.2.1) and its absence costs
//! nothing. Never a calendar-level UID: vdirsyncer folds all events of such a feed into one.

use super::Context;
use super::color::nearest_name;
use super::event::{Sheet, event};
use super::line::{Line, plain, raw_line, text};
use super::series;
use super::stamp::Stamp;
use super::words::Words;
use super::zone::{Used, Years, timezone, timezones, tzid};
use domain::calendar::{Attribution, Calendar, Color};
use domain::event::Event;
use domain::series::RecurrenceId;
use domain::text::Text;
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::Date;

/// What the first lines of a feed say: of one calendar, or of one person's selection.
#[derive(Debug, Clone)]
pub struct Head<'a> {
    /// The name that clients propose.
    pub title: &'a Text,
    /// What it holds.
    pub description: &'a Text,
    /// Whose data it is, where that is to be said.
    pub attribution: Option<&'a Attribution>,
    /// Whether all of it is invented; it then says so in its name.
    pub sample: bool,
    /// Its colour.
    pub color: Option<Color>,
    /// The page for people.
    pub page: &'a str,
    /// The address of this feed itself, as subscribed.
    pub source: &'a str,
    /// When anything in it last changed.
    pub modified: Timestamp,
}

/// A whole feed of one calendar, as its permanent address serves it. Events may come in any
/// order.
pub fn calendar(calendar: &Calendar, events: &[Event], context: &Context<'_>) -> Vec<u8> {
    let base = context.base_url.trim_end_matches('/');
    let profile = &calendar.profile;
    let head = Head {
        title: &profile.title,
        description: &profile.description,
        attribution: profile.attribution.as_ref(),
        sample: profile.sample,
        color: Some(profile.color),
        page: &format!("{base}/calendars/{}", profile.slug),
        source: &format!("{base}/feeds/{}.ics", calendar.public_id),
        modified: calendar.modified,
    };
    let mut ordered: Vec<&Event> = events.iter().collect();
    ordered.sort_by_cached_key(|event| (first_moment(event, context.zone), event.uid.clone()));
    let (mut fragments, mut used, mut cuts) = (Vec::new(), Used::default(), Vec::new());
    for one in ordered {
        cuts.clear();
        event(&mut fragments, &mut used, &mut cuts, one, context);
    }
    let mut out = Vec::with_capacity(fragments.len() + 4096);
    self::head(&mut out, &head, context);
    zones(&mut out, &used, context.zone, calendar.as_of);
    out.extend_from_slice(&fragments);
    tail(&mut out);
    out
}

/// A file of one event alone, to be taken over once: without a name and without an address to come
/// back to, so that no client takes it for a subscription. Of a series either all of it or one
/// instance, which then stands for itself. `None` when the event has no day.
pub fn single(
    event: &Event,
    instance: Option<RecurrenceId>,
    context: &Context<'_>,
) -> Option<Vec<u8>> {
    let (mut fragment, mut used, mut cuts) = (Vec::new(), Used::default(), Vec::new());
    match instance {
        Some(id) => {
            let mut sheet = Sheet {
                out: &mut fragment,
                used: &mut used,
                cuts: &mut cuts,
                base: 0,
            };
            series::alone(&mut sheet, event, id, context);
        }
        None => self::event(&mut fragment, &mut used, &mut cuts, event, context),
    }
    if fragment.is_empty() {
        return None;
    }
    let mut out = Vec::with_capacity(fragment.len() + 1024);
    begin(&mut out);
    timezones(&mut out, &used);
    out.extend_from_slice(&fragment);
    tail(&mut out);
    Some(out)
}

/// The first instant of an event. Feeds are ordered by it, then by the bytes of the UID (R11).
pub fn first_moment(event: &Event, zone: &Zone) -> Option<Timestamp> {
    event.body.main.time.instants(zone).map(|(start, _)| start)
}

/// Begins a feed. The first bytes are what iOS looks for: BEGIN:VCALENDAR, and the name on one
/// unfolded line without parameters near the top, before any description.
pub fn head(out: &mut Vec<u8>, head: &Head<'_>, context: &Context<'_>) {
    let label = if head.sample {
        Words::of(context.lang).sample
    } else {
        ""
    };
    begin(out);
    let (lang, title) = head.title.pick_with_lang(context.lang, context.primary);
    let title = [label, title].concat();
    // Commas and semicolons stay bare: no reader takes this name for a list, and iOS shows the
    // bytes as they are.
    raw_line(out, "X-WR-CALNAME", &title);
    let name = Line::new(out, "NAME");
    name.param("LANGUAGE", lang.as_str()).text(&title);
    describe(out, head, context);
    if context.form.names_home() {
        text(out, "X-WR-TIMEZONE", &tzid(context.zone));
    }
    let pause = hours_and_minutes(context.refresh_minutes);
    Line::new(out, "REFRESH-INTERVAL")
        .param("VALUE", "DURATION")
        .plain(&pause);
    plain(out, "X-PUBLISHED-TTL", &pause);
    Line::new(out, "URL").uri(head.page);
    Line::new(out, "SOURCE")
        .param("VALUE", "URI")
        .uri(head.source);
    if let Some(color) = head.color {
        plain(out, "COLOR", nearest_name(color));
        plain(out, "X-APPLE-CALENDAR-COLOR", &color.to_string());
    }
    plain(out, "LAST-MODIFIED", Stamp::utc(head.modified).as_str());
}

/// Begins a calendar that says nothing about itself: `BEGIN:VCALENDAR` to CALSCALE.
pub fn begin(out: &mut Vec<u8>) {
    plain(out, "BEGIN", "VCALENDAR");
    plain(out, "VERSION", "2.0");
    plain(out, "PRODID", super::PRODID);
    plain(out, "CALSCALE", "GREGORIAN");
}

fn describe(out: &mut Vec<u8>, head: &Head<'_>, context: &Context<'_>) {
    let (lang, description) = head
        .description
        .pick_with_lang(context.lang, context.primary);
    let mut all = description.to_owned();
    if let Some(whose) = head.attribution {
        let address = whose.address.as_ref().map(|a| a.as_str());
        let parts = [Some(whose.name.as_str()), whose.licence.as_deref(), address];
        let line: Vec<&str> = parts.into_iter().flatten().collect();
        if !all.is_empty() {
            all.push_str("\n\n");
        }
        all.push_str(&line.join(", "));
    }
    if !all.is_empty() {
        text(out, "X-WR-CALDESC", &all);
        let line = Line::new(out, "DESCRIPTION");
        line.param("LANGUAGE", lang.as_str()).text(&all);
    }
}

/// Writes the zones that the fragments use. A feed that uses none describes the zone it is shown
/// in: RFC 5545 §3.6 wants at least one component, also in an empty calendar.
pub fn zones(out: &mut Vec<u8>, used: &Used, shown_in: &Zone, as_of: Date) {
    if used.is_empty() {
        let years = Years {
            first: as_of.year(),
            last: as_of.year(),
        };
        timezone(out, shown_in, years);
    }
    timezones(out, used);
}

/// Ends a feed.
pub fn tail(out: &mut Vec<u8>) {
    plain(out, "END", "VCALENDAR");
}

/// A DURATION of whole hours or minutes (RFC 5545 §3.3.6), never zero.
fn hours_and_minutes(minutes: u32) -> String {
    match minutes.max(1) {
        minutes if minutes % 60 == 0 => format!("PT{}H", minutes / 60),
        minutes => format!("PT{minutes}M"),
    }
}
