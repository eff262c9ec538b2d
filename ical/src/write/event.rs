//! One fragment per UID: the event and, where it repeats, its changed instances. A fragment is
//! made of the event and the [`Context`] alone, so that it can be kept and spliced.

use super::Context;
use super::form::{open_words, status_words};
use super::line::{Line, plain, text};
use super::series;
use super::stamp::Stamp;
use super::time::{Clock, Shown};
use super::words::Words;
use super::zone::{Used, tzid};
use domain::event::{Availability, Event, Geo, LinkKind, Occurrence, Status};
use domain::series::RecurrenceId;
use domain::text::Text;
use domain::time::EventTime;

/// Writes all VEVENTs of an event and notes the zones they name. An event that has no day, and
/// never had one, has nothing to show and writes nothing.
pub fn event(out: &mut Vec<u8>, used: &mut Used, event: &Event, context: &Context<'_>) {
    let main = &event.body.main;
    match &event.body.series {
        Some(series) if main.time.can_repeat() => {
            series::series(out, used, event, series, context);
        }
        _ => {
            if let Some(shown) = Shown::once(&main.time, context.form) {
                let part = Part::new(event, main, shown);
                part.write(out, used, context, |_| {});
            }
        }
    }
}

/// One VEVENT to be written.
pub(super) struct Part<'a> {
    pub event: &'a Event,
    pub says: &'a Occurrence,
    pub shown: Shown<'a>,
    /// Its own UID, where an instance stands for itself.
    pub uid: Option<String>,
    /// Which instance of a series it replaces, on the series' clock.
    pub replaces: Option<(Clock<'a>, RecurrenceId)>,
}

impl<'a> Part<'a> {
    pub(super) const fn new(event: &'a Event, says: &'a Occurrence, shown: Shown<'a>) -> Self {
        Self {
            event,
            says,
            shown,
            uid: None,
            replaces: None,
        }
    }

    /// Writes the component. `recurrence` writes RRULE, RDATE and EXDATE at their place.
    pub(super) fn write(
        &self,
        out: &mut Vec<u8>,
        used: &mut Used,
        context: &Context<'_>,
        recurrence: impl FnOnce(&mut Vec<u8>),
    ) {
        plain(out, "BEGIN", "VEVENT");
        self.identity(out);
        self.shown.write(out, used);
        recurrence(out);
        if let Some((clock, at)) = self.replaces {
            clock.instance(out, "RECURRENCE-ID", at);
        }
        self.texts(out, context);
        self.states(out, context);
        if context.form.keeps_everything() {
            self.extras(out, context);
        }
        plain(out, "END", "VEVENT");
    }

    /// DTSTAMP is the stored time of revision, never now: without METHOD that is what it means
    /// (RFC 5545 §3.8.7.2), and the same event must give the same bytes.
    fn identity(&self, out: &mut Vec<u8>) {
        let modified = Stamp::utc(self.event.modified);
        text(out, "UID", self.uid.as_deref().unwrap_or(&self.event.uid));
        plain(out, "DTSTAMP", modified.as_str());
        plain(out, "CREATED", Stamp::utc(self.event.created).as_str());
        plain(out, "LAST-MODIFIED", modified.as_str());
        plain(out, "SEQUENCE", &self.event.sequence.to_string());
    }

    fn texts(&self, out: &mut Vec<u8>, context: &Context<'_>) {
        let says = self.says;
        let (before, after) = context
            .form
            .around_title(says.status, self.shown.open, context.lang);
        let (lang, title) = says.title.pick_with_lang(context.lang, context.primary);
        let summary = in_language(out, "SUMMARY", lang, context);
        if before.is_empty() && after.is_empty() {
            summary.text(title);
        } else {
            summary.text(&[before, title, after].concat());
        }
        self.description(out, context);
        optional_text(out, "LOCATION", &says.place.name, context);
        if let Some(geo) = says.place.geo {
            plain(out, "GEO", &position(geo));
        }
        match &says.url {
            Some(address) => Line::new(out, "URL").uri(address.as_str()),
            None if context.form.lends_address() => {
                Line::new(out, "URL").uri(&self.page(context));
            }
            None => {}
        }
    }

    fn description(&self, out: &mut Vec<u8>, context: &Context<'_>) {
        if !context.form.spells_out_links() {
            optional_text(out, "DESCRIPTION", &self.says.description, context);
            return;
        }
        let words = Words::of(context.lang);
        let pick = |text: &'a Text| text.pick(context.lang, context.primary);
        let mut all = String::with_capacity(512);
        all.push_str(pick(&self.says.description));
        if !all.is_empty() {
            all.push_str("\n\n");
        }
        if context.shows_result(self.says) {
            all.push_str(words.result);
            all.push_str(pick(&self.says.result));
            all.push('\n');
        }
        for link in &self.says.links {
            all.push_str(words.link(link.kind));
            all.push_str(link.address.as_str());
            all.push('\n');
        }
        if let Some(own) = &self.says.url {
            all.push_str(own.as_str());
            all.push('\n');
        }
        all.push_str(&self.page(context));
        text(out, "DESCRIPTION", &all);
    }

    fn states(&self, out: &mut Vec<u8>, context: &Context<'_>) {
        let says = self.says;
        let busy = context.form.availability(says) == Availability::Busy;
        plain(out, "STATUS", context.form.status(says.status));
        plain(out, "TRANSP", if busy { "OPAQUE" } else { "TRANSPARENT" });
        if !says.tags.is_empty() {
            let labels =
                says.tags
                    .iter()
                    .map(|tag| match tag.label.pick(context.lang, context.primary) {
                        "" => tag.key.as_str(),
                        label => label,
                    });
            Line::new(out, "CATEGORIES").texts(labels);
        }
        if context.form.tells_outlook() {
            let state = if busy { "BUSY" } else { "FREE" };
            plain(out, "X-MICROSOFT-CDO-BUSYSTATUS", state);
        }
    }

    /// What RFC 5545 has no property for. COMMENT says it to people, the `X-ALMANAC-` properties
    /// to our own reader.
    fn extras(&self, out: &mut Vec<u8>, context: &Context<'_>) {
        let says = self.says;
        let open = open_words(self.shown.open, context.lang);
        if !open.is_empty() {
            text(out, "COMMENT", open.trim());
        }
        if says.status == Status::Postponed {
            let words = status_words(says.status, context.lang);
            text(out, "COMMENT", words.trim());
            plain(out, "X-ALMANAC-STATUS", "POSTPONED");
        }
        match says.time {
            EventTime::DateOnly { .. } => plain(out, "X-ALMANAC-TIME", "DATE-ONLY"),
            EventTime::Window { .. } => plain(out, "X-ALMANAC-TIME", "WINDOW"),
            EventTime::Undecided { was: Some(_) } => plain(out, "X-ALMANAC-TIME", "UNDECIDED"),
            EventTime::Undecided { was: None } => plain(out, "X-ALMANAC-TIME", "NEVER-DATED"),
            EventTime::Zoned(_) | EventTime::Floating { .. } | EventTime::AllDay { .. } => {}
        }
        if let Clock::Utc(zone) = self.shown.clock
            && !zone.is_utc()
        {
            text(out, "X-ALMANAC-ZONE", &tzid(zone));
        }
        if context.shows_result(says) {
            optional_text(out, "X-ALMANAC-RESULT", &says.result, context);
        }
        for link in &says.links {
            let kind = match link.kind {
                LinkKind::Tickets => "TICKETS",
                LinkKind::Stream => "STREAM",
                LinkKind::More => "MORE",
            };
            Line::new(out, "X-ALMANAC-LINK")
                .param("VALUE", "URI")
                .param("X-KIND", kind)
                .uri(link.address.as_str());
        }
    }

    fn page(&self, context: &Context<'_>) -> String {
        let base = context.base_url.trim_end_matches('/');
        format!("{base}/events/{}", self.event.public_id)
    }
}

fn optional_text(out: &mut Vec<u8>, name: &'static str, value: &Text, context: &Context<'_>) {
    if !value.is_empty() {
        let (lang, value) = value.pick_with_lang(context.lang, context.primary);
        in_language(out, name, lang, context).text(value);
    }
}

/// Begins a text. Where only another language than the feed's exists, the form that keeps
/// everything says which (RFC 5545 §3.2.10).
fn in_language<'a>(
    out: &'a mut Vec<u8>,
    name: &'static str,
    lang: domain::text::Lang,
    context: &Context<'_>,
) -> Line<'a> {
    let line = Line::new(out, name);
    if context.form.keeps_everything() && lang != context.lang {
        line.param("LANGUAGE", lang.as_str())
    } else {
        line
    }
}

/// Degrees with six decimals (RFC 5545 §3.8.1.6), from whole millionths: floating point would
/// round differently one day.
fn position(geo: Geo) -> String {
    let degrees = |e6: i32| {
        let sign = if e6 < 0 { "-" } else { "" };
        let e6 = e6.unsigned_abs();
        format!("{sign}{}.{:06}", e6 / 1_000_000, e6 % 1_000_000)
    };
    format!("{};{}", degrees(geo.lat_e6), degrees(geo.lon_e6))
}
