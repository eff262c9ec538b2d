//! From a question to its bytes: loads what is needed, writes what is not written yet, and keeps
//! both.

use crate::Feeds;
use crate::choose::{self, Chosen, Writer};
use crate::compiled::{Compiled, State};
use crate::format::Format;
use crate::formats;
use crate::parts::{Cast, Parts};
use crate::plan::{Part, Plan, Whose};
use crate::query::FeedQuery;
use crate::sections::{self, Before, Sectioned};
use crate::shelf::Loaded;
use domain::calendar::Calendar;
use domain::event::Event;
use domain::id::CalendarId;
use domain::recipe::Results;
use domain::series::RecurrenceId;
use domain::text::{Lang, Text};
use domain::zone::Zone;
use ical::write::{Context, Ending, Form, Head, Repeats};
use std::sync::Arc;

/// The written parts of one state of a plan's calendars, in the plan's order.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub parts: Vec<Arc<Parts>>,
    /// Which part of the plan each of them is.
    places: Vec<usize>,
}

impl Gathered {
    /// The parts of the first calendars of a plan.
    pub(crate) fn of(parts: Vec<Arc<Parts>>) -> Self {
        let places = (0..parts.len()).collect();
        Self { parts, places }
    }

    pub(crate) fn state(&self, plan: &Plan) -> State {
        plan.state_of(self.parts.iter().map(|parts| &*parts.calendar))
    }

    /// The plan's events, of all its calendars as one.
    pub(crate) fn chosen<'a>(&'a self, plan: &'a Plan) -> Vec<Chosen<'a>> {
        let parts = (0..self.parts.len()).map(|place| self.of_part(plan, place));
        choose::as_one(parts.collect())
    }

    /// The plan's events of one of its calendars, whatever the others have.
    pub(crate) fn of_part<'a>(&'a self, plan: &'a Plan, place: usize) -> Vec<Chosen<'a>> {
        let parts = &self.parts[place];
        let wish = plan.wish(&plan.parts[self.places[place]]);
        let mut chosen = choose::of_calendar(parts, &wish);
        if let Some(also) = plan.also() {
            let zone = &parts.calendar.profile.zone;
            chosen.retain(|one| also.takes_in(&one.event().body.main, zone));
        }
        chosen
    }
}

impl Feeds {
    /// The feed in the state that the plan knows, or a later one; made if nobody has. While the
    /// database is away, the last good bytes (R19), under their own validator. `None` when there
    /// are none.
    pub(crate) async fn compiled(&self, plan: &Plan) -> Option<Arc<Compiled>> {
        let wanted = plan.state();
        let key = plan.key();
        let current = || {
            let kept = self.bodies.get(&key)?;
            is_current(&kept, &wanted).then_some(kept)
        };
        if let Some(ready) = current() {
            return Some(ready);
        }
        let turn = self.bodies.turn(&key);
        let _mine = turn.lock().await;
        if let Some(ready) = current() {
            return Some(ready);
        }
        match self.compile(plan).await {
            Ok(compiled) => {
                let compiled = Arc::new(compiled);
                self.bodies.put(key, compiled.clone());
                Some(compiled)
            }
            Err(error) => {
                tracing::error!(%error, "feed not compiled");
                let last = self.bodies.get(&key);
                if last.is_none() {
                    self.bodies.drop_empty(&key);
                }
                last
            }
        }
    }

    async fn compile(&self, plan: &Plan) -> store::Result<Compiled> {
        let gathered = self.gather(plan).await?;
        let before = self.bodies.get(&plan.key());
        let (plan, seed) = (plan.clone(), self.seed.clone());
        let base_url = self.settings.base_url.clone();
        blocking(move || {
            let state = gathered.state(&plan);
            let tag = plan.validator(&seed, &state);
            if !plan.is_sectioned() {
                let body = written(&plan, &gathered, &state, &base_url);
                return Compiled::new(state, tag, body);
            }
            let before = before.as_ref().filter(|one| one.recipe == state.recipe);
            let before = before.map(|one| one.before());
            let written = persons_file(&plan, &gathered, before, &state, &base_url);
            Compiled::new(state, tag, written.bytes).with(written.sections)
        })
        .await
    }

    /// The parts of all calendars of a plan.
    pub(crate) async fn gather(&self, plan: &Plan) -> store::Result<Gathered> {
        let mut gathered = Gathered {
            parts: Vec::with_capacity(plan.parts.len()),
            places: Vec::with_capacity(plan.parts.len()),
        };
        for (place, part) in plan.parts.iter().enumerate() {
            if let Some(parts) = self.parts_of(plan, part).await? {
                gathered.parts.push(parts);
                gathered.places.push(place);
            }
        }
        Ok(gathered)
    }

    async fn parts_of(&self, plan: &Plan, part: &Part) -> store::Result<Option<Arc<Parts>>> {
        let calendar = &part.calendar;
        let cast = plan.cast(calendar);
        let key: PartsKey = (calendar.id, cast);
        let new_enough = |parts: &Arc<Parts>| parts.calendar.revision >= calendar.revision;
        if let Some(parts) = self.parts.get(&key).filter(new_enough) {
            return Ok(Some(parts));
        }
        let turn = self.parts.turn(&key);
        let _mine = turn.lock().await;
        let before = self.parts.get(&key);
        if let Some(parts) = before.as_ref().filter(|parts| new_enough(parts)) {
            return Ok(Some(parts.clone()));
        }
        let loaded = self
            .shelf
            .load(&self.db, calendar.id, calendar.revision)
            .await;
        let Some(loaded) = loaded.inspect_err(|_| self.parts.drop_empty(&key))? else {
            self.parts.drop_empty(&key);
            return Ok(None);
        };
        let base_url = self.settings.base_url.clone();
        let parts =
            blocking(move || Parts::of(&loaded, cast, &base_url, before.as_deref())).await?;
        let parts = Arc::new(parts);
        self.parts.put(key, parts.clone());
        Ok(Some(parts))
    }
}

/// Names a calendar's fragments in memory.
pub(crate) type PartsKey = (CalendarId, Cast);

/// Whether bytes are as new as the state that is wanted.
fn is_current(kept: &Compiled, wanted: &State) -> bool {
    let marks = kept.marks.iter().zip(&wanted.marks);
    kept.recipe == wanted.recipe
        && kept.marks.len() == wanted.marks.len()
        && marks.into_iter().all(|(kept, wanted)| kept >= wanted)
}

/// Runs what takes milliseconds where that holds no poll up.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> store::Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|cause| store::Error::Damaged {
        what: "feed",
        cause: cause.to_string(),
    })
}

/// The bytes of a feed: a pure function of its calendars' states, its recipe and the question.
pub(crate) fn written(plan: &Plan, gathered: &Gathered, state: &State, base_url: &str) -> Vec<u8> {
    let chosen = gathered.chosen(plan);
    let (home, cast) = frame(plan, gathered);
    let context = home.context(&cast, base_url);
    match plan.query.format {
        Format::Ics => calendar_file(plan, &home, &chosen, &context, state),
        Format::JCal => {
            let file = calendar_file(plan, &home, &chosen, &context, state);
            formats::jcal::from_ical(&file)
        }
        format => other_format(format, plan, &home, &chosen, &context, state),
    }
}

/// What stands around the events: a calendar's own, or a person's.
pub(crate) struct Home {
    /// The calendar that lends its zone and languages.
    pub calendar: Option<Arc<Calendar>>,
    zone: Zone,
    lang: Lang,
    as_of: jiff::civil::Date,
}

impl Home {
    /// The day from which the window of past events is counted.
    pub(crate) const fn as_of(&self) -> jiff::civil::Date {
        self.as_of
    }

    pub(crate) fn context<'a>(&'a self, cast: &Cast, base_url: &'a str) -> Context<'a> {
        match &self.calendar {
            Some(calendar) => cast.context(calendar, base_url),
            None => Context {
                form: cast.form,
                lang: cast.lang,
                primary: self.lang,
                zone: &self.zone,
                base_url,
                refresh_minutes: 60,
                horizon: self.as_of,
                results: cast.results,
                repeats: cast.repeats,
            },
        }
    }
}

/// The zone and the languages of a whole feed: its first calendar's. A person's feed without
/// calendars is read in Seoul.
pub(crate) fn frame(plan: &Plan, gathered: &Gathered) -> (Home, Cast) {
    let first = gathered.parts.first().map(|parts| parts.calendar.clone());
    let lang = plan.lang();
    let home = Home {
        zone: first
            .as_ref()
            .map_or_else(Zone::seoul, |first| first.profile.zone.clone()),
        as_of: first
            .as_ref()
            .map_or(jiff::civil::date(2026, 1, 1), |first| first.as_of),
        lang,
        calendar: first,
    };
    let cast = match &home.calendar {
        Some(calendar) => plan.cast(calendar),
        None => Cast {
            form: plan.query.form,
            lang,
            results: Results::Shown,
            repeats: plan.repeats,
        },
    };
    (home, Cast { lang, ..cast })
}

/// A person's feed, with what is still right of the one before.
pub(crate) fn persons_file(
    plan: &Plan,
    gathered: &Gathered,
    before: Option<Before<'_>>,
    state: &State,
    base_url: &str,
) -> Sectioned {
    let (home, cast) = frame(plan, gathered);
    let context = home.context(&cast, base_url);
    let ending = ending(plan, base_url);
    let head = |out: &mut Vec<u8>| write_head(out, plan, &home, &context, state);
    let around = (&context, ending.as_ref());
    sections::write(plan, gathered, before, head, around, home.as_of)
}

fn calendar_file(
    plan: &Plan,
    home: &Home,
    chosen: &[Chosen<'_>],
    context: &Context<'_>,
    state: &State,
) -> Vec<u8> {
    let ending = ending(plan, context.base_url);
    let cast = cast_of(context);
    let writer = Writer::new(cast, context.base_url, ending.as_ref());
    let head = |out: &mut Vec<u8>| write_head(out, plan, home, context, state);
    choose::body(chosen, head, context, writer, home.as_of)
}

/// What the entries of a feed end with: its owner's links, where they do.
pub(crate) fn ending(plan: &Plan, base_url: &str) -> Option<Ending> {
    match &plan.whose {
        Whose::Public => None,
        Whose::Person(person) => {
            let links = person.links(base_url, plan.lang())?;
            Some(links.ending())
        }
    }
}

pub(crate) const fn cast_of(context: &Context<'_>) -> Cast {
    Cast {
        form: context.form,
        lang: context.lang,
        results: context.results,
        repeats: context.repeats,
    }
}

/// Begins a feed.
pub(crate) fn write_head(
    out: &mut Vec<u8>,
    plan: &Plan,
    home: &Home,
    context: &Context<'_>,
    state: &State,
) {
    let about = About::of(plan, home, context.base_url);
    let head = Head {
        title: &about.title,
        description: &about.description,
        attribution: about
            .calendar
            .and_then(|one| one.profile.attribution.as_ref()),
        sample: about.calendar.is_some_and(|one| one.profile.sample),
        color: about.calendar.map(|one| one.profile.color),
        page: &about.page,
        source: &about.source,
        modified: state.modified,
    };
    ical::write::head(out, &head, context);
}

/// What a feed says of itself.
pub(crate) struct About<'a> {
    /// The calendar, of one calendar's feed.
    pub calendar: Option<&'a Calendar>,
    pub title: Text,
    pub description: Text,
    pub page: String,
    /// Its address; a personal one is not repeated inside, so that a forwarded file tells nobody.
    pub source: String,
}

impl<'a> About<'a> {
    pub(crate) fn of(plan: &Plan, home: &'a Home, base_url: &str) -> Self {
        match (&plan.whose, home.calendar.as_deref()) {
            (Whose::Public, Some(calendar)) => Self {
                calendar: Some(calendar),
                title: calendar.profile.title.clone(),
                description: calendar.profile.description.clone(),
                page: format!("{base_url}/calendars/{}", calendar.profile.slug),
                source: format!(
                    "{base_url}/feeds/{}.{}",
                    calendar.public_id,
                    plan.query.format.extension()
                ),
            },
            _ => Self {
                calendar: None,
                title: crate::words::my_calendar(),
                description: Text::none(),
                page: format!("{base_url}/my"),
                source: match &plan.whose {
                    // Names the feed for ever and leads nobody into it.
                    Whose::Person(person) => {
                        format!("{base_url}/my#{}", person.subscription.id)
                    }
                    Whose::Public => format!("{base_url}/"),
                },
            },
        }
    }
}

fn other_format(
    format: Format,
    plan: &Plan,
    home: &Home,
    chosen: &[Chosen<'_>],
    context: &Context<'_>,
    state: &State,
) -> Vec<u8> {
    let about = About::of(plan, home, context.base_url);
    let recent = chosen.iter().filter(|one| one.recent);
    if format == Format::JsCalendar {
        let uid = match &plan.whose {
            Whose::Public => plan.parts[0].calendar.public_id.to_string(),
            Whose::Person(person) => person.subscription.id.to_string(),
        };
        let group = formats::jscalendar::Group {
            uid: &uid,
            title: &about.title,
            description: &about.description,
            source: &about.source,
            modified: state.modified,
        };
        let events = recent.map(|one| (one.event(), &*one.parts.calendar, one.alarms));
        return formats::jscalendar::write(&group, events, context);
    }
    let channel = formats::channel::of_events(
        &formats::channel::About {
            title: &about.title,
            description: &about.description,
            home: &about.page,
            address: &about.source,
        },
        recent.map(|one| (one.event(), &*one.parts.calendar)),
        context,
    );
    match format {
        Format::Rss => formats::rss::write(&channel),
        Format::Atom => formats::atom::write(&channel),
        _ => formats::json_feed::write(&channel),
    }
}

/// The bytes of one calendar's feed from events that were read some other way, without a database
/// and without memory of it.
pub fn render(calendar: &Calendar, events: &[Event], asked: &FeedQuery, base_url: &str) -> Vec<u8> {
    let loaded = Loaded::from_events(calendar, events);
    let plan = Plan::public(loaded.calendar.clone(), asked.clone());
    let parts = Parts::of(&loaded, plan.cast(calendar), base_url, None);
    let gathered = Gathered::of(vec![Arc::new(parts)]);
    let state = gathered.state(&plan);
    written(&plan, &gathered, &state, base_url)
}

/// The file of one event, or of one instance of a series, that the event's page offers. `None`
/// when it has no day.
pub fn single(
    calendar: &Calendar,
    event: &Event,
    instance: Option<RecurrenceId>,
    lang: Option<Lang>,
    base_url: &str,
) -> Option<Vec<u8>> {
    let cast = Cast {
        form: Form::default(),
        lang: lang.unwrap_or(calendar.profile.language),
        results: Results::Shown,
        repeats: Repeats::ByForm,
    };
    ical::write::single(event, instance, &cast.context(calendar, base_url))
}
