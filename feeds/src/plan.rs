//! A question put to the catalogue: which calendars, which of their events, in what words, and the
//! name of the bytes that answer it. Made for every request: nothing here is dear.

use crate::catalogue::Catalogue;
use crate::choose::Wish;
use crate::compiled::State;
use crate::format::Format;
use crate::parts::Cast;
use crate::person::Person;
use crate::query::FeedQuery;
use domain::alarm::Alarms;
use domain::calendar::{Calendar, Visibility};
use domain::filter::Filter;
use domain::id::{CalendarId, SubscriptionId};
use domain::recipe::{Hidden, Past, Pick, Results};
use domain::text::Lang;
use ical::write::{Form, Repeats};
use jiff::Timestamp;
use std::fmt::Write as _;
use std::sync::Arc;

/// Raised by hand whenever the same data is written as other bytes than before: caches of the
/// old bytes must not keep their validator (R13).
const RENDER_VERSION: u32 = 2;

/// Whose feed it is.
#[derive(Debug, Clone)]
pub(crate) enum Whose {
    /// One calendar's, for everybody.
    Public,
    /// One person's.
    Person(Arc<Person>),
}

/// One calendar of a feed.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// As the catalogue has it.
    pub calendar: Arc<Calendar>,
    /// Its place in the recipe.
    place: usize,
}

/// A question with everything that its answer depends on.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub whose: Whose,
    pub query: FeedQuery,
    pub repeats: Repeats,
    pub parts: Vec<Part>,
}

/// Names a feed in memory, whatever its state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    of: Of,
    query: FeedQuery,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Of {
    Calendar(CalendarId),
    Person(SubscriptionId, bool),
}

impl Plan {
    /// The feed of one calendar.
    pub(crate) fn public(calendar: Arc<Calendar>, query: FeedQuery) -> Self {
        Self {
            whose: Whose::Public,
            query,
            repeats: Repeats::ByForm,
            parts: vec![Part { calendar, place: 0 }],
        }
    }

    /// A person's feed: of the calendars of the recipe, those that are there and not withdrawn.
    pub(crate) fn personal(person: Arc<Person>, catalogue: &Catalogue, query: FeedQuery) -> Self {
        let only = query
            .only
            .as_deref()
            .map(|name| catalogue.find(name).map(|found| found.id));
        let part = |(place, pick): (usize, &Pick)| {
            let calendar = catalogue.get(pick.calendar)?.clone();
            let asked = only.is_none_or(|only| only == Some(calendar.id));
            let public = calendar.visibility == Visibility::Public;
            (asked && public).then_some(Part { calendar, place })
        };
        let picks = &person.subscription.recipe.picks;
        let parts = picks.iter().enumerate().filter_map(part).collect();
        Self {
            whose: Whose::Person(person),
            query,
            repeats: Repeats::ByForm,
            parts,
        }
    }

    /// The same question with every series as one entry, as CalDAV wants it.
    pub(crate) fn one_entry_each(mut self) -> Self {
        self.repeats = Repeats::AsRule;
        self
    }

    /// Whether it is written calendar by calendar: of several, where no limit binds all together.
    pub(crate) fn is_sectioned(&self) -> bool {
        let query = &self.query;
        matches!(self.whose, Whose::Person(_))
            && query.format == Format::Ics
            && query.form != Form::Google
    }

    /// Names it in memory.
    pub(crate) fn key(&self) -> Key {
        let of = match &self.whose {
            Whose::Public => Of::Calendar(self.parts[0].calendar.id),
            Whose::Person(person) => Of::Person(person.subscription.id, person.own),
        };
        Key {
            of,
            query: self.query.clone(),
        }
    }

    fn pick(&self, part: &Part) -> Option<&Pick> {
        match &self.whose {
            Whose::Public => None,
            Whose::Person(person) => person.subscription.recipe.picks.get(part.place),
        }
    }

    /// What is wanted of one of its calendars.
    pub(crate) fn wish(&self, part: &Part) -> Wish<'_> {
        let query = &self.query;
        let (filter, hidden, alarms): (&Filter, &[Hidden], &Alarms) = match self.pick(part) {
            None => (&query.filter, &[], &query.alarms),
            Some(pick) if query.alarms.is_empty() => (&pick.filter, &pick.hidden, &pick.alarms),
            Some(pick) => (&pick.filter, &pick.hidden, &query.alarms),
        };
        let usual = match &self.whose {
            Whose::Public => Past::DEFAULT,
            Whose::Person(person) => person.subscription.recipe.past,
        };
        Wish {
            filter,
            hidden,
            alarms,
            past: query.past.unwrap_or(usual),
        }
    }

    /// What an address asks of a person's feed besides the recipe; everything of a public one.
    pub(crate) fn also(&self) -> Option<&Filter> {
        let personal = matches!(self.whose, Whose::Person(_));
        (personal && !self.query.filter.is_open()).then_some(&self.query.filter)
    }

    /// The language of the feed's own words.
    pub(crate) fn lang(&self) -> Lang {
        let first = || {
            self.parts
                .first()
                .map(|part| part.calendar.profile.language)
        };
        self.wanted_lang().or_else(first).unwrap_or(Lang::KO)
    }

    fn wanted_lang(&self) -> Option<Lang> {
        let of_recipe = match &self.whose {
            Whose::Public => None,
            Whose::Person(person) => person.subscription.recipe.lang,
        };
        self.query.lang.or(of_recipe)
    }

    /// How the events of one of its calendars are written.
    pub(crate) fn cast(&self, calendar: &Calendar) -> Cast {
        let results = match &self.whose {
            Whose::Public => Results::Shown,
            Whose::Person(person) => person.subscription.recipe.results,
        };
        Cast {
            form: self.query.form,
            lang: self.wanted_lang().unwrap_or(calendar.profile.language),
            results,
            repeats: self.repeats,
        }
    }

    /// The state that the catalogue knows of.
    pub(crate) fn state(&self) -> State {
        self.state_of(self.parts.iter().map(|part| &*part.calendar))
    }

    /// The state that these calendars, in the order of the plan, make.
    pub(crate) fn state_of<'a>(&self, calendars: impl Iterator<Item = &'a Calendar>) -> State {
        let (recipe, mut modified) = match &self.whose {
            Whose::Public => (0, Timestamp::UNIX_EPOCH),
            Whose::Person(person) => (person.subscription.revision, person.subscription.modified),
        };
        let mut marks = Vec::with_capacity(self.parts.len());
        for calendar in calendars {
            marks.push(calendar.revision);
            modified = modified.max(calendar.modified);
        }
        State {
            marks,
            recipe,
            modified,
        }
    }

    /// Names the bytes that answer the question in a state, without making them (R13): 22
    /// characters. `seed` stands for everything that all feeds of this program depend on.
    pub(crate) fn validator(&self, seed: &str, state: &State) -> String {
        let mut text = self.question(seed);
        let _ = write!(text, " {}", state.recipe);
        for mark in &state.marks {
            let _ = write!(text, " {mark}");
        }
        name(&text)
    }

    /// The question as text, whatever the state.
    fn question(&self, seed: &str) -> String {
        let mut text = String::with_capacity(256);
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "{seed} {} {:?}",
            self.query.canonical(self.lang()),
            self.repeats
        );
        if let Whose::Person(person) = &self.whose {
            let _ = write!(text, " {} {}", person.subscription.id, person.own);
        }
        for part in &self.parts {
            let _ = write!(text, " {}", part.calendar.public_id);
        }
        text
    }

    /// Names the question and the recipe, whatever the state of the calendars: what a sync token is
    /// good for.
    pub(crate) fn lineage(&self, seed: &str) -> String {
        let mut text = self.question(seed);
        if let Whose::Person(person) = &self.whose {
            let _ = write!(text, " {}", person.subscription.revision);
        }
        name(&text)
    }
}

/// What all feeds of this program depend on: the database's line of revisions, the program's way
/// of writing, the time-zone data, the address of the installation.
pub(crate) fn seed(lineage: &str, base_url: &str) -> String {
    let zones = domain::zone::tzdb_version();
    name(&format!("{lineage} {RENDER_VERSION} {zones} {base_url}"))
}

fn name(text: &str) -> String {
    let digest = blake3::hash(text.as_bytes());
    let mut bits = [0; 16];
    bits.copy_from_slice(&digest.as_bytes()[..16]);
    domain::id::PublicId::from_bits(u128::from_le_bytes(bits)).to_string()
}
