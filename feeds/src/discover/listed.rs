//! What a feed of discovery holds, read from one snapshot and written in each format.

use super::midnight;
use super::wanted::{Format, List, Wanted};
use crate::formats::{Channel, Entry, json_feed, rss};
use crate::words;
use domain::calendar::{Calendar, Category, Visibility};
use domain::event::{Event, EventBody, Occurrence, Status, WebAddress};
use domain::id::{CalendarId, EventId};
use domain::series::RecurrenceId;
use domain::text::{Lang, Text};
use domain::time::EventTime;
use domain::zone::Zone;
use ical::write::{Context, Form, Head, Repeats, Results, Used, Words};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap, HashSet};
use store::Conn;
use store::occurrences::{Page, Position, Shown};

/// Most instances of a week.
const INSTANCES: i64 = 300;
/// Most new calendars.
const CALENDARS: i64 = 50;
/// How many days a week ahead has.
const WEEK_DAYS: i64 = 7;
/// Most characters of a description in an entry; its page has the rest.
const TEXT_CHARS: usize = 1_000;
/// How often clients are asked to come, in minutes.
const REFRESH_MINUTES: u32 = 6 * 60;

/// What there is to tell.
pub(super) enum Listed {
    /// Instances by start, with their calendars.
    Week {
        category: Category,
        /// When the week begins.
        from: Timestamp,
        shown: Vec<Shown>,
        calendars: HashMap<CalendarId, Calendar>,
    },
    /// Calendars, newest first.
    New(Vec<Calendar>),
}

/// Reads a list; `None` where there is no such category.
pub(super) async fn read(
    conn: &mut Conn,
    list: &List,
    now: Timestamp,
) -> store::Result<Option<Listed>> {
    let List::Week(slug) = list else {
        let newest = store::calendars::newest(conn, CALENDARS).await?;
        return Ok(Some(Listed::New(newest)));
    };
    let categories = store::categories::all(conn).await?;
    let found = categories.into_iter().find(|one| one.slug.as_str() == slug);
    let Some(category) = found else {
        return Ok(None);
    };
    let from = midnight(now, 0);
    let page = Page {
        from,
        to: midnight(now, WEEK_DAYS),
        after: Position::before(from),
        limit: INSTANCES,
    };
    let placed = store::occurrences::page_of_category(conn, Some(slug), page).await?;
    let shown: Vec<Shown> = placed.into_iter().map(|one| one.shown).collect();
    let ids: BTreeSet<CalendarId> = shown.iter().map(|one| one.calendar).collect();
    let ids: Vec<CalendarId> = ids.into_iter().collect();
    let mut calendars = store::calendars::by_ids(conn, &ids).await?;
    calendars.retain(|one| one.visibility == Visibility::Public);
    Ok(Some(Listed::Week {
        category,
        from,
        shown,
        calendars: calendars.into_iter().map(|one| (one.id, one)).collect(),
    }))
}

impl Listed {
    /// How new the data is. A week is as new as its first morning.
    pub(super) fn modified(&self) -> Timestamp {
        match self {
            Self::Week { from, shown, .. } => shown
                .iter()
                .map(|one| one.modified)
                .fold(*from, Timestamp::max),
            Self::New(calendars) => calendars
                .iter()
                .map(|one| one.created)
                .max()
                .unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    /// The feed's bytes: a pure function of what was read.
    pub(super) fn write(&self, wanted: &Wanted, base: &str) -> Vec<u8> {
        match wanted.format {
            Format::Calendar => self.calendar(wanted, base),
            Format::Json => json_feed::write(&self.channel(wanted, base)),
            Format::Rss => rss::write(&self.channel(wanted, base)),
        }
    }

    fn title(&self) -> (Text, Text) {
        match self {
            Self::Week { category, .. } => (words::this_week(&category.title), words::about_week()),
            Self::New(_) => (words::new_calendars(), words::about_new()),
        }
    }

    fn home(&self, base: &str) -> String {
        match self {
            Self::Week { category, .. } => format!("{base}/categories/{}", category.slug),
            Self::New(_) => format!("{base}/"),
        }
    }

    fn channel(&self, wanted: &Wanted, base: &str) -> Channel {
        let (title, description) = self.title();
        let pick = |text: &Text| text.pick(wanted.lang, wanted.lang).to_owned();
        let entries = match self {
            Self::Week {
                shown, calendars, ..
            } => shown
                .iter()
                .filter_map(|one| {
                    Some(of_event(
                        one,
                        calendars.get(&one.calendar)?,
                        wanted.lang,
                        base,
                    ))
                })
                .collect(),
            Self::New(calendars) => calendars
                .iter()
                .map(|one| of_calendar(one, wanted.lang, base))
                .collect(),
        };
        Channel {
            title: pick(&title),
            description: pick(&description),
            home: self.home(base),
            address: format!("{base}{}", wanted.path()),
            lang: wanted.lang,
            entries,
        }
    }

    fn calendar(&self, wanted: &Wanted, base: &str) -> Vec<u8> {
        let zone = Zone::seoul();
        let (title, description) = self.title();
        let (page, source) = (self.home(base), format!("{base}{}", wanted.path()));
        let head = Head {
            title: &title,
            description: &description,
            attribution: None,
            sample: false,
            color: None,
            page: &page,
            source: &source,
            modified: self.modified(),
        };
        let context = Context {
            form: self.form(wanted),
            lang: wanted.lang,
            primary: wanted.lang,
            zone: &zone,
            base_url: base,
            refresh_minutes: REFRESH_MINUTES,
            horizon: jiff::civil::Date::MAX,
            results: Results::Shown,
            repeats: Repeats::ByForm,
        };
        let (mut fragments, mut used) = (Vec::new(), Used::default());
        let mut cuts = Vec::new();
        for (event, primary) in self.events(base) {
            let own = Context { primary, ..context };
            ical::write::event(&mut fragments, &mut used, &mut cuts, &event, &own);
        }
        let day = self.modified().to_zoned(zone.rules().clone()).date();
        let mut out = Vec::with_capacity(fragments.len() + 4096);
        ical::write::head(&mut out, &head, &context);
        ical::write::zones(&mut out, &used, &zone, day);
        out.extend_from_slice(&fragments);
        ical::write::tail(&mut out);
        out
    }

    /// The form that fails safe leads to each event's page; a new calendar is no event and has
    /// none, so it is written by the letter, with its own address.
    const fn form(&self, wanted: &Wanted) -> Form {
        match self {
            Self::Week { .. } => wanted.form,
            Self::New(_) => Form::Standard,
        }
    }

    fn events(&self, base: &str) -> Vec<(Event, Lang)> {
        match self {
            Self::Week {
                shown, calendars, ..
            } => {
                let mut taken = HashSet::new();
                let known = |one: &Shown| calendars.get(&one.calendar).map(|c| c.profile.language);
                let one = |one| Some((instance(one, &mut taken), known(one)?));
                shown.iter().filter_map(one).collect()
            }
            Self::New(calendars) => calendars
                .iter()
                .map(|one| (appearance(one, base), one.profile.language))
                .collect(),
        }
    }
}

/// An instance as an event of its own. Sources of different calendars may use one UID for
/// different events: then the later one gets another (R17).
fn instance(shown: &Shown, taken: &mut HashSet<String>) -> Event {
    let plain = |at: RecurrenceId| at.to_string().replace(['-', ':'], "");
    let mut uid = match shown.recurrence_id {
        Some(at) => format!("{}-{}", shown.uid, plain(at)),
        None => shown.uid.clone(),
    };
    if !taken.insert(uid.clone()) {
        uid = format!("{uid}-{}", shown.public_id);
        taken.insert(uid.clone());
    }
    Event {
        id: shown.event,
        public_id: shown.public_id.clone(),
        uid,
        version: 1,
        sequence: 0,
        created: shown.modified,
        modified: shown.modified,
        body: EventBody::from(shown.what.clone()),
        news: Vec::new(),
    }
}

/// The day on which a calendar was new.
fn appearance(calendar: &Calendar, base: &str) -> Event {
    let profile = &calendar.profile;
    let day = calendar.created.to_zoned(Zone::seoul().rules().clone());
    let mut what = Occurrence::new(profile.title.clone(), EventTime::day(day.date()));
    what.description = profile.description.clone();
    what.url = WebAddress::parse(&calendar_page(calendar, base));
    Event {
        id: EventId(calendar.id.0),
        public_id: calendar.public_id.clone(),
        uid: format!("calendar-{}", calendar.public_id),
        version: 1,
        sequence: 0,
        created: calendar.created,
        modified: calendar.created,
        body: EventBody::from(what),
        news: Vec::new(),
    }
}

fn calendar_page(calendar: &Calendar, base: &str) -> String {
    format!("{base}/calendars/{}", calendar.profile.slug)
}

fn of_calendar(calendar: &Calendar, lang: Lang, base: &str) -> Entry {
    let profile = &calendar.profile;
    let pick = |text: &Text| text.pick(lang, profile.language).to_owned();
    let sample = if profile.sample {
        Words::of(lang).sample
    } else {
        ""
    };
    Entry {
        id: format!("{base}/calendars/{}", calendar.public_id),
        title: format!("{sample}{}", pick(&profile.title)),
        text: shortened(&pick(&profile.description)),
        address: calendar_page(calendar, base),
        tags: vec![profile.category.to_string()],
        published: calendar.created,
        modified: calendar.created,
        author: None,
        event: None,
    }
}

fn of_event(shown: &Shown, calendar: &Calendar, lang: Lang, base: &str) -> Entry {
    let (what, profile) = (&shown.what, &calendar.profile);
    let pick = |text: &Text| text.pick(lang, profile.language).to_owned();
    let words = Words::of(lang);
    let state = match what.status {
        Status::Cancelled => words.cancelled,
        Status::Postponed => words.postponed,
        Status::Confirmed | Status::Tentative => "",
    };
    let address = match shown.recurrence_id {
        Some(at) => format!("{base}/events/{}?at={at}", shown.public_id),
        None => format!("{base}/events/{}", shown.public_id),
    };
    let lines = [
        words::when(&what.time, &profile.zone, lang),
        pick(&what.place.name),
        pick(&profile.title),
        shortened(&pick(&what.description)),
    ];
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    // It came into the list on the first morning whose week reaches it.
    let published = midnight(shown.starts, 1 - WEEK_DAYS);
    Entry {
        id: address.clone(),
        title: format!("{state}{}", pick(&what.title)),
        text: lines.join("\n"),
        address,
        tags: what.tags.iter().map(|tag| tag.key.clone()).collect(),
        published,
        modified: published.max(shown.modified),
        author: None,
        event: None,
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARS) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
