//! A large catalogue out of a seed: the same calendars, titles, places and times for the same day,
//! on every machine. Only internal ids differ.

use super::words::{KINDS, Kind, NAMES, TOWNS, Word};
use domain::calendar::{Calendar, CalendarProfile, Category, Color, Slug, Visibility};
use domain::event::{Event, EventBody, Occurrence, Place};
use domain::id::{CalendarId, EventId, PublicId};
use domain::series::Series;
use domain::tag::Tag;
use domain::text::{Lang, Text};
use domain::time::EventTime;
use domain::zone::Zone;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

/// One in how many calendars is a large one, and how many times the usual it holds.
const LARGE: usize = 500;
const LARGE_TIMES: usize = 50;
/// Days before and after today that events lie in.
const PAST_DAYS: u64 = 500;
const COMING_DAYS: u64 = 400;

/// Random numbers that are the same everywhere (splitmix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Begins at a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `sides`.
    pub fn below(&mut self, sides: u64) -> u64 {
        self.next() % sides.max(1)
    }

    /// One of several things.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = usize::try_from(self.below(from.len() as u64)).ok()?;
        from.get(at)
    }

    fn bits(&mut self) -> u128 {
        (u128::from(self.next()) << 64) | u128::from(self.next())
    }
}

/// How large the catalogue is, and seen from when.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue {
    /// Calendars.
    pub calendars: usize,
    /// Events in all of them.
    pub events: usize,
    /// Now.
    pub at: Timestamp,
}

/// The categories of all kinds, in order.
pub fn categories() -> Vec<Category> {
    let category = |kind: &Kind| {
        let (slug, ko, en) = kind.category;
        Some(Category {
            slug: Slug::parse(slug).ok()?,
            title: text((ko, en)),
        })
    };
    KINDS.iter().filter_map(category).collect()
}

impl Catalogue {
    /// How many events a calendar holds: every five-hundredth holds fifty times the usual.
    pub fn events_of(&self, number: usize) -> usize {
        let large = self.calendars.div_ceil(LARGE);
        let shares = self.calendars + large * (LARGE_TIMES - 1);
        let share = |number: usize| {
            let before = number + number.div_ceil(LARGE) * (LARGE_TIMES - 1);
            self.events * before / shares.max(1)
        };
        share(number + 1) - share(number)
    }

    /// A calendar, by its number from 0.
    pub fn calendar(&self, number: usize) -> Option<Calendar> {
        let mut dice = Dice::new(number as u64);
        let kind = &KINDS[number % KINDS.len()];
        let name = full_name(number);
        let slug = format!("{}-{number}", kind.category.0);
        let (korean, english) = kind.whose;
        let title = text((&format!("{} {korean}", name.0), ""))
            .with(Lang::EN, format!("{} {english}", name.1));
        let days = i64::try_from(dice.below(700)).ok()?;
        let created = self.at.checked_sub((24 * days).hours()).ok()?;
        let profile = CalendarProfile {
            slug: Slug::parse(&slug).ok()?,
            title,
            description: text((
                "측정을 위해 지어낸 일정이에요.",
                "An invented schedule, for measuring.",
            )),
            category: Slug::parse(kind.category.0).ok()?,
            color: Color::for_name(&slug),
            language: Lang::KO,
            zone: Zone::seoul(),
            url: None,
            attribution: None,
            sample: true,
        };
        Some(Calendar {
            id: CalendarId(store::new_id()),
            public_id: PublicId::from_bits(dice.bits()),
            visibility: Visibility::Public,
            revision: 1,
            modified: domain::change::next_modified(None, created),
            as_of: self.at.to_zoned(profile.zone.rules().clone()).date(),
            created,
            profile,
        })
    }

    /// The events of a calendar.
    pub fn events(&self, number: usize, calendar: &Calendar) -> Vec<Event> {
        let mut dice = Dice::new(0x5eed ^ ((number as u64) << 20));
        let kind = &KINDS[number % KINDS.len()];
        let own = full_name(number);
        let event = |order: usize| Event {
            id: EventId(store::new_id()),
            public_id: PublicId::from_bits(dice.bits()),
            uid: format!("{order}@{}.example", calendar.profile.slug),
            version: 1,
            sequence: 0,
            created: calendar.created,
            modified: domain::change::next_modified(None, calendar.created),
            body: self.body(&mut dice, kind, &own),
            news: Vec::new(),
        };
        (0..self.events_of(number)).map(event).collect()
    }

    fn body(&self, dice: &mut Dice, kind: &Kind, own: &(String, String)) -> EventBody {
        let roll = dice.below(1_000);
        let today = self.at.to_zoned(Zone::seoul().rules().clone()).date();
        let away = dice.below(PAST_DAYS + COMING_DAYS) as i64 - PAST_DAYS as i64;
        let day = today.checked_add(away.days()).unwrap_or(today);
        let is_opening = roll < 20;
        let titles = if is_opening {
            kind.openings
        } else {
            kind.titles
        };
        let title = dice.pick(titles).copied().unwrap_or_default();
        let title = filled(dice, title, own, kind);
        let time = match roll {
            0..20 => timed(dice, day, 0),
            // Shows and terms that go on for weeks.
            20..50 => whole_days(day, 10 + dice.below(80)),
            50..130 => whole_days(day, 2 + dice.below(4)),
            _ if dice.below(100) < kind.whole_days => whole_days(day, 1),
            _ => {
                let hours = 1 + dice.below(4);
                timed(dice, day, hours)
            }
        };
        let mut what = Occurrence::new(title, time);
        if let Some(place) = dice.pick(kind.places) {
            what.place = Place {
                name: text(*place),
                geo: None,
            };
        }
        if let Some(tag) = dice.pick(kind.tags) {
            what.tags.extend(Tag::from_label(tag, Lang::KO));
        }
        if dice.below(3) == 0 {
            what.description = text((
                "자세한 안내는 누리집에서 볼 수 있어요. 일정은 바뀔 수 있어요.",
                "See the website for details. Times may change.",
            ));
        }
        let mut body = EventBody::from(what);
        if (130..150).contains(&roll) {
            body.series = weekly(4 + dice.below(12));
        }
        body
    }
}

fn full_name(number: usize) -> (String, String) {
    let (town, name) = (
        TOWNS[number / KINDS.len() % TOWNS.len()],
        NAMES[number / KINDS.len() / TOWNS.len() % NAMES.len()],
    );
    let round = number / KINDS.len() / TOWNS.len() / NAMES.len();
    let mark = if round == 0 {
        String::new()
    } else {
        format!(" {}", round + 1)
    };
    (
        format!("{} {}{mark}", town.0, name.0),
        format!("{} {}{mark}", town.1, name.1),
    )
}

fn filled(dice: &mut Dice, title: Word, own: &(String, String), kind: &Kind) -> Text {
    let (town, other) = (
        dice.pick(TOWNS).copied().unwrap_or_default(),
        dice.pick(NAMES).copied().unwrap_or_default(),
    );
    let number = (1 + dice.below(144)).to_string();
    let fill = |title: &str, own: &str, town: &str, other: &str, whose: &str| {
        title
            .replace('@', &format!("{own} {whose}"))
            .replace('%', &format!("{town} {other} {whose}"))
            .replace('#', &number)
    };
    let korean = fill(title.0, &own.0, town.0, other.0, kind.whose.0);
    let english = fill(title.1, &own.1, town.1, other.1, kind.whose.1);
    Text::new(Lang::KO, korean).with(Lang::EN, english)
}

fn text((korean, english): (&str, &str)) -> Text {
    let text = Text::new(Lang::KO, korean);
    if english.is_empty() {
        text
    } else {
        text.with(Lang::EN, english)
    }
}

/// On the half hour between nine and nine; without length where `hours` is 0.
fn timed(dice: &mut Dice, day: Date, hours: u64) -> EventTime {
    let half_hours = i64::try_from(18 + dice.below(24)).unwrap_or(18);
    let start = day
        .at(0, 0, 0, 0)
        .saturating_add((30 * half_hours).minutes());
    let hours = i64::try_from(hours).unwrap_or(0);
    let end = (hours > 0).then(|| start.saturating_add(hours.hours()));
    EventTime::zoned(start, end, Zone::seoul())
}

fn whole_days(first: Date, days: u64) -> EventTime {
    let more = i64::try_from(days.saturating_sub(1)).unwrap_or(0);
    EventTime::AllDay {
        first,
        last: first.saturating_add(more.days()),
    }
}

fn weekly(times: u64) -> Option<Series> {
    let rule = format!("FREQ=WEEKLY;COUNT={times}").parse().ok()?;
    Some(Series {
        rules: vec![rule],
        ..Series::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue {
            calendars: 1_200,
            events: 30_000,
            at: "2026-11-22T03:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn every_event_is_in_a_calendar_and_some_calendars_are_large() {
        let catalogue = catalogue();
        let counts: Vec<usize> = (0..1_200).map(|n| catalogue.events_of(n)).collect();
        assert_eq!(counts.iter().sum::<usize>(), 30_000);
        assert!(counts[0] > 1_000 && counts[500] > 1_000, "{counts:?}");
        assert!(counts[1] < 30);
    }

    #[test]
    fn the_same_number_gives_the_same_calendar_with_its_events() {
        let catalogue = catalogue();
        let made = || {
            let calendar = catalogue.calendar(7).unwrap();
            let events = catalogue.events(7, &calendar);
            let said = events.into_iter().map(|e| (e.public_id, e.uid, e.body));
            (calendar.profile, said.collect::<Vec<_>>())
        };
        assert_eq!(made(), made());
        assert_ne!(made().0, catalogue.calendar(8).unwrap().profile);
    }

    #[test]
    fn all_kinds_of_times_and_openings_are_there() {
        let catalogue = catalogue();
        let calendar = catalogue.calendar(4).unwrap();
        let events = catalogue.events(0, &calendar);
        let any = |is: fn(&EventBody) -> bool| events.iter().any(|event| is(&event.body));
        assert!(any(|body| body.series.is_some()));
        assert!(any(|body| body.main.is_opening()));
        assert!(any(|body| matches!(body.main.time, EventTime::Zoned(_))));
        assert!(any(
            |body| matches!(body.main.time, EventTime::AllDay { first, last } if last > first)
        ));
        assert!(
            events
                .iter()
                .all(|event| event.body.main.time.check().is_ok())
        );
    }
}
