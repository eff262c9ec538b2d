//! One fragment per event: its component and, where it repeats, those of its changed instances. A
//! fragment is made of the event and the [`Context`] alone, so that it can be kept and spliced;
//! where to cut it is noted while it is written.

use super::Context;
use super::description::{Description, page};
use super::form::{open_words, status_words};
use super::html;
use super::line::{Line, plain, text};
use super::news::{Of, lines};
use super::number::Digits;
use super::series;
use super::splice::{Cut, Rings};
use super::stamp::Stamp;
use super::time::{Clock, Open, Shown};
use super::zone::{Used, tzid};
use domain::event::{Availability, Event, Geo, LinkKind, Occurrence, Status};
use domain::series::RecurrenceId;
use domain::text::{Lang, Text};
use domain::time::EventTime;

/// Writes all VEVENTs of an event, notes the zones they name, and adds one [`Cut`] for each of
/// them, counted from the end of `out` at the call. An event that has no day, and never had one,
/// has nothing to show and writes nothing.
pub fn event(
    out: &mut Vec<u8>,
    used: &mut Used,
    cuts: &mut Vec<Cut>,
    event: &Event,
    context: &Context<'_>,
) {
    let base = out.len();
    let mut sheet = Sheet {
        out,
        used,
        cuts,
        base,
    };
    let main = &event.body.main;
    match &event.body.series {
        Some(series) if main.time.can_repeat() => {
            series::series(&mut sheet, event, series, context);
        }
        _ => {
            if let Some(shown) = Shown::once(&main.time, context.form) {
                Part::new(event, main, shown).write(&mut sheet, context, |_| {});
            }
        }
    }
}

/// What an event is written on.
pub(super) struct Sheet<'o> {
    pub out: &'o mut Vec<u8>,
    pub used: &'o mut Used,
    pub cuts: &'o mut Vec<Cut>,
    /// Where the fragment begins.
    pub base: usize,
}

impl Sheet<'_> {
    /// A place in the output as cuts count it.
    fn offset(&self, at: usize) -> u32 {
        // No fragment has 4 GiB; if one had, splicing would leave it as it is.
        u32::try_from(at.saturating_sub(self.base)).unwrap_or(u32::MAX)
    }
}

/// One VEVENT to be written.
pub(super) struct Part<'a> {
    pub event: &'a Event,
    pub says: &'a Occurrence,
    pub shown: Shown<'a>,
    /// What follows the event's UID in its own, where an instance stands for itself.
    pub uid_suffix: Option<Stamp>,
    /// Which instance of a series it replaces, on the series' clock.
    pub replaces: Option<(Clock<'a>, RecurrenceId)>,
    /// Whose news it tells.
    pub news: Of,
}

impl<'a> Part<'a> {
    pub(super) const fn new(event: &'a Event, says: &'a Occurrence, shown: Shown<'a>) -> Self {
        Self {
            event,
            says,
            shown,
            uid_suffix: None,
            replaces: None,
            news: Of::Whole,
        }
    }

    /// Writes the component. `recurrence` writes RRULE, RDATE and EXDATE at their place.
    pub(super) fn write(
        &self,
        sheet: &mut Sheet<'_>,
        context: &Context<'_>,
        recurrence: impl FnOnce(&mut Vec<u8>),
    ) {
        plain(sheet.out, "BEGIN", "VEVENT");
        self.identity(sheet.out);
        self.shown.write(sheet.out, sheet.used);
        recurrence(sheet.out);
        if let Some((clock, at)) = self.replaces {
            clock.instance(sheet.out, "RECURRENCE-ID", at);
        }
        let mut cut = self.texts(sheet, context);
        self.states(sheet.out, context);
        if context.form.keeps_everything() {
            self.extras(sheet.out, context);
        }
        cut.end = sheet.offset(sheet.out.len());
        sheet.cuts.push(cut);
        plain(sheet.out, "END", "VEVENT");
    }

    /// Writes what is left of a component once it is gone: nothing but what names it (subscription
    /// upgrade draft §3.2).
    pub(super) fn write_deleted(&self, out: &mut Vec<u8>) {
        plain(out, "BEGIN", "VEVENT");
        self.uid(out);
        plain(out, "DTSTAMP", Stamp::utc(self.event.modified).as_str());
        self.shown.write_start_without_zone(out);
        plain(out, "STATUS", "DELETED");
        plain(out, "END", "VEVENT");
    }

    fn uid(&self, out: &mut Vec<u8>) {
        let mut line = Line::new(out, "UID").open();
        line.piece(&self.event.uid);
        if let Some(stamp) = &self.uid_suffix {
            line.ascii("-");
            line.ascii(stamp.as_str());
        }
        line.end();
    }

    /// DTSTAMP is the stored time of revision, never now: without METHOD that is what it means
    /// (RFC 5545 §3.8.7.2), and the same event must give the same bytes.
    fn identity(&self, out: &mut Vec<u8>) {
        let modified = Stamp::utc(self.event.modified);
        self.uid(out);
        plain(out, "DTSTAMP", modified.as_str());
        plain(out, "CREATED", Stamp::utc(self.event.created).as_str());
        plain(out, "LAST-MODIFIED", modified.as_str());
        let sequence = u64::try_from(self.event.sequence).unwrap_or_default();
        plain(out, "SEQUENCE", Digits::of(sequence).as_str());
    }

    /// Writes what it says, and notes where.
    fn texts(&self, sheet: &mut Sheet<'_>, context: &Context<'_>) -> Cut {
        let says = self.says;
        let form = context.form;
        let (before, after) = form.around_title(says.status, self.shown.open, context.lang);
        let (lang, title) = says.title.pick_with_lang(context.lang, context.primary);
        let mut summary = in_language(sheet.out, "SUMMARY", lang, context).open();
        let from = summary.written();
        summary.piece(before);
        summary.piece(title);
        summary.piece(after);
        let to = summary.written();
        summary.end();
        let mut cut = Cut {
            summary: sheet.offset(from)..sheet.offset(to),
            text: None,
            html: None,
            end: 0,
            rings: self.rings(),
        };
        let page = if form.spells_out() || form.lends_address() {
            page(self.event, context)
        } else {
            String::new()
        };
        if form.spells_out() {
            self.spelled_out(sheet, &mut cut, &page, context);
        } else if !says.description.is_empty() {
            let (lang, value) = says
                .description
                .pick_with_lang(context.lang, context.primary);
            in_language(sheet.out, "DESCRIPTION", lang, context).text(value);
            cut.text = Some(sheet.offset(sheet.out.len() - "\r\n".len()));
        }
        let out = &mut *sheet.out;
        optional_text(out, "LOCATION", &says.place.name, context);
        if let Some(geo) = says.place.geo {
            position(Line::new(out, "GEO").open(), geo, ";").end();
            if form.maps_places() {
                on_apples_map(
                    out,
                    says.place.name.pick(context.lang, context.primary),
                    geo,
                );
            }
        }
        match &says.url {
            Some(address) => Line::new(out, "URL").uri(address.as_str()),
            None if form.lends_address() => Line::new(out, "URL").uri(&page),
            None => {}
        }
        cut
    }

    /// Writes the description with everything that people read there, as text and, where the form
    /// wants it, as HTML.
    fn spelled_out(&self, sheet: &mut Sheet<'_>, cut: &mut Cut, page: &str, context: &Context<'_>) {
        let description = Description::new(self.event, self.says, self.news, page, context);
        let mut line = Line::new(sheet.out, "DESCRIPTION").open();
        description.as_text(&mut line);
        let end = line.written();
        line.end();
        cut.text = Some(sheet.offset(end));
        if context.form.writes_html() {
            let line = Line::new(sheet.out, "X-ALT-DESC").param("FMTTYPE", "text/html");
            let mut line = line.open();
            line.constant(html::BEFORE);
            description.as_html(&mut line);
            let end = line.written();
            line.constant(html::AFTER);
            line.end();
            cut.html = Some(sheet.offset(end));
        }
    }

    /// Whether and how an alarm of it rings: not for what may not take place.
    fn rings(&self) -> Rings {
        match (self.says.status, self.shown.open, self.shown.clock) {
            (Status::Cancelled | Status::Postponed, ..) | (_, Some(Open::All), _) => Rings::Never,
            (_, _, Clock::Days) => Rings::Days,
            (_, _, Clock::Floating | Clock::Local(..) | Clock::Utc(_)) => Rings::Clock,
        }
    }

    fn states(&self, out: &mut Vec<u8>, context: &Context<'_>) {
        let (says, form) = (self.says, context.form);
        let busy = form.availability(says) == Availability::Busy;
        plain(out, "STATUS", form.status(says.status));
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
        if let Some(state) = form.busy_status(says) {
            plain(out, "X-MICROSOFT-CDO-BUSYSTATUS", state);
        }
        if form.marks_whole_days() && matches!(self.shown.clock, Clock::Days) {
            plain(out, "X-MICROSOFT-CDO-ALLDAYEVENT", "TRUE");
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
        for line in lines(&self.event.news, self.news, context) {
            text(out, "COMMENT", &line);
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
    lang: Lang,
    context: &Context<'_>,
) -> Line<'a> {
    let line = Line::new(out, name);
    if context.form.keeps_everything() && lang != context.lang {
        line.param("LANGUAGE", lang.as_str())
    } else {
        line
    }
}

/// The place as Apple's programs look for it; they find it by its title in LOCATION.
fn on_apples_map(out: &mut Vec<u8>, name: &str, geo: Geo) {
    let mut line = Line::new(out, "X-APPLE-STRUCTURED-LOCATION")
        .param("VALUE", "URI")
        .param("X-APPLE-RADIUS", "100");
    if !name.is_empty() {
        line = line.quoted("X-TITLE", name);
    }
    let mut line = line.open();
    line.ascii("geo:");
    position(line, geo, ",").end();
}

/// Degrees with six decimals (RFC 5545 §3.8.1.6), from whole millionths: floating point would
/// round differently one day.
fn position<'a>(mut line: Line<'a>, geo: Geo, between: &'static str) -> Line<'a> {
    for (place, e6) in [geo.lat_e6, geo.lon_e6].into_iter().enumerate() {
        if place > 0 {
            line.ascii(between);
        }
        if e6 < 0 {
            line.ascii("-");
        }
        let e6 = u64::from(e6.unsigned_abs());
        line.ascii(Digits::of(e6 / 1_000_000).as_str());
        line.ascii(".");
        line.ascii(Digits::padded(e6 % 1_000_000, 6).as_str());
    }
    line
}
