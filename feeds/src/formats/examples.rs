//! Events for the tests of the formats: one of each kind, and any at all.

use domain::alarm::Alarms;
use domain::calendar::{Attribution, Calendar, CalendarProfile, Color, Slug, Visibility};
use domain::event::{
    Availability, Event, EventBody, Geo, Link, LinkKind, Occurrence, Status, WebAddress,
};
use domain::id::{CalendarId, EventId, PublicId};
use domain::news::{Difference, News};
use domain::series::{ExtraDate, Override, RecurrenceId, Series};
use domain::tag::Tag;
use domain::text::{Lang, Text, clean_block, clean_line};
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use ical::write::{Context, Form, Repeats, Results};
use jiff::civil::{DateTime, date, datetime};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

pub(crate) const BASE: &str = "https://almanac.example";

pub(crate) fn stamp(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn calendar() -> Calendar {
    Calendar {
        id: CalendarId(Default::default()),
        public_id: PublicId::from_bits(1),
        profile: CalendarProfile {
            slug: Slug::parse("moss").unwrap(),
            title: Text::new(Lang::KO, "이끼숲 <모임>").with(Lang::EN, "The Moss Wood"),
            description: Text::new(Lang::KO, "숲 & 골짜기"),
            category: Slug::parse("clubs").unwrap(),
            color: Color::for_name("moss"),
            language: Lang::KO,
            zone: Zone::seoul(),
            url: None,
            attribution: Some(Attribution {
                name: "이끼숲 협회".to_owned(),
                licence: Some("CC-BY-4.0".to_owned()),
                address: WebAddress::parse("https://moss.example/about"),
            }),
            sample: false,
        },
        visibility: Visibility::Public,
        revision: 9,
        modified: stamp("2026-11-21T00:00:00Z"),
        as_of: date(2026, 11, 16),
        created: stamp("2026-01-01T00:00:00Z"),
    }
}

pub(crate) fn context(calendar: &Calendar, form: Form, lang: Lang) -> Context<'_> {
    Context {
        form,
        lang,
        primary: calendar.profile.language,
        zone: &calendar.profile.zone,
        base_url: BASE,
        refresh_minutes: 60,
        horizon: date(2028, 12, 31),
        results: Results::Shown,
        repeats: Repeats::ByForm,
    }
}

/// The events as one calendar's feed.
pub(crate) fn ical(events: &[Event], form: Form) -> Vec<u8> {
    let calendar = calendar();
    let context = context(&calendar, form, Lang::KO);
    ical::write::calendar(&calendar, events, &context)
}

pub(crate) fn alarms() -> Alarms {
    Alarms::parse("1d,2h,30m").unwrap()
}

pub(crate) fn event(uid: &str, body: impl Into<EventBody>) -> Event {
    let number = uid.bytes().fold(7, |sum, b| sum * 31 + u128::from(b));
    Event {
        id: EventId(Default::default()),
        public_id: PublicId::from_bits(number),
        uid: format!("{uid}@moss.example"),
        version: 3,
        sequence: 2,
        created: stamp("2026-11-01T00:00:00Z"),
        modified: stamp("2026-11-20T01:02:03.4Z"),
        body: body.into(),
        news: Vec::new(),
    }
}

pub(crate) fn says(time: EventTime) -> Occurrence {
    let title = Text::new(Lang::KO, "달팽이 경주").with(Lang::EN, "Snail race");
    Occurrence::new(title, time)
}

pub(crate) fn series(time: EventTime, series: Series) -> EventBody {
    EventBody {
        main: says(time),
        series: Some(series),
    }
}

pub(crate) fn at(day: i8, hour: i8) -> DateTime {
    datetime(2027, 4, day, hour, 0, 0, 0)
}

pub(crate) fn in_zone(zone: &str, start: DateTime, end: Option<DateTime>) -> EventTime {
    EventTime::zoned(start, end, Zone::parse(zone).unwrap())
}

/// Everything that an event can say, with news of it.
pub(crate) fn full() -> Event {
    let mut what = says(in_zone("Asia/Seoul", at(5, 18), Some(at(5, 21))));
    what.title = Text::new(Lang::KO, "달팽이 <결승> & ]]>").with(Lang::EN, "Snail <final> & ]]>");
    what.description =
        Text::new(Lang::KO, "비가 와도 합니다; 우산,\n\"모자\"").with(Lang::EN, "Rain or shine");
    what.place.name = Text::new(Lang::KO, "북문, 이끼숲").with(Lang::EN, "North gate");
    what.place.geo = Geo::from_degrees(35.194_017, -129.061_5);
    what.url = WebAddress::parse("https://moss.example/final?a=1&b=2");
    let link = |kind, to| Link {
        kind,
        address: WebAddress::parse(to).unwrap(),
    };
    what.links = vec![
        link(LinkKind::Tickets, "https://tickets.example/a;b,c"),
        link(LinkKind::Stream, "https://tv.example/1"),
        link(LinkKind::More, "https://more.example/"),
    ];
    what.tags = vec![
        Tag::from_label("홈, 경기", Lang::KO).unwrap(),
        Tag::from_label("final", Lang::EN).unwrap(),
    ];
    what.availability = Availability::Busy;
    what.result = Text::new(Lang::KO, "5:3");
    let mut event = event("full", what);
    event.news = vec![News {
        at: stamp("2026-11-20T01:02:03Z"),
        source: Some("이끼숲 <소식>".to_owned()),
        instance: None,
        changes: vec![
            Difference::Time {
                was: in_zone("Asia/Seoul", at(4, 18), Some(at(4, 21))),
                is: event.body.main.time.clone(),
            },
            Difference::Status {
                was: Status::Tentative,
                is: Status::Confirmed,
            },
        ],
    }];
    event
}

/// A weekly series with all that it can have: an extra date with an end of its own, an exception,
/// instances that are moved, called off, without an hour, without a day.
pub(crate) fn weekly() -> Event {
    let main = says(in_zone("Asia/Seoul", at(1, 9), Some(at(1, 10))));
    let changed = |day, change: fn(&mut Occurrence)| {
        let mut instead = main.clone();
        instead.time = in_zone("Asia/Seoul", at(day, 9), Some(at(day, 10)));
        change(&mut instead);
        Override {
            at: RecurrenceId::Local(at(day, 9)),
            instead,
        }
    };
    let extra = |day, end| ExtraDate {
        start: RecurrenceId::Local(at(day, 9)),
        end,
    };
    let series = Series {
        rules: vec!["FREQ=WEEKLY;COUNT=5;BYDAY=TH".parse().unwrap()],
        extra: vec![extra(3, None), extra(4, Some(at(4, 12)))],
        except: vec![RecurrenceId::Local(at(8, 9))],
        overrides: vec![
            changed(15, |what| {
                what.time = in_zone("Europe/Paris", at(16, 14), Some(at(16, 16)));
                what.place.name = Text::new(Lang::KO, "남문");
            }),
            changed(22, |what| what.status = Status::Cancelled),
            changed(29, |what| {
                what.time = EventTime::Undecided { was: None };
                what.status = Status::Postponed;
            }),
        ],
    };
    let series = Some(series);
    event("weekly", EventBody { main, series })
}

/// One of each kind of time, each state, and series of each kind.
pub(crate) fn all() -> Vec<Event> {
    let with = |time, status| {
        let mut what = says(time);
        what.status = status;
        what
    };
    let day = |day| date(2027, 4, day);
    let second = EventTime::Zoned(Zoned {
        start: WallTime {
            at: datetime(2026, 11, 1, 1, 30, 0, 0),
            second: true,
        },
        end: Some(WallTime::new(datetime(2026, 11, 1, 3, 0, 0, 0))),
        zone: Zone::parse("America/New_York").unwrap(),
    });
    let floating = EventTime::Floating {
        start: at(1, 0),
        end: Some(at(2, 6)),
    };
    let window = EventTime::Window {
        first: day(10),
        last: day(12),
    };
    let was = Some((day(20), day(21)));
    let undecided = EventTime::Undecided { was };
    let rules = |text: &str| Series {
        rules: vec![text.parse().unwrap()],
        ..Series::default()
    };
    let mut days = rules("FREQ=DAILY;UNTIL=20270409");
    days.except = vec![RecurrenceId::Date(day(3))];
    days.overrides = vec![Override {
        at: RecurrenceId::Date(day(4)),
        instead: says(EventTime::day(date(2027, 5, 2))),
    }];
    let half_past = in_zone("+05:30", at(1, 9), Some(at(1, 10)));
    let not_first = in_zone("America/New_York", at(1, 9), Some(at(1, 10)));
    vec![
        full(),
        weekly(),
        event("utc", says(in_zone("UTC", at(1, 9), None))),
        event("second", says(second)),
        event("floating", says(floating)),
        event("off", with(EventTime::day(day(7)), Status::Cancelled)),
        event(
            "put-off",
            with(in_zone("+09:00", at(8, 9), None), Status::Postponed),
        ),
        event(
            "maybe",
            with(EventTime::DateOnly { date: day(9) }, Status::Tentative),
        ),
        event("window", says(window)),
        event("undecided", says(undecided)),
        event("never-dated", says(EventTime::Undecided { was: None })),
        event("days", series(EventTime::day(day(1)), days)),
        event(
            "half-past",
            series(
                half_past,
                rules("FREQ=MONTHLY;BYDAY=-1FR,1MO;BYSETPOS=1;COUNT=4"),
            ),
        ),
        event(
            "not-first",
            series(
                not_first,
                rules("FREQ=WEEKLY;BYDAY=MO;UNTIL=20270501T130000Z"),
            ),
        ),
    ]
}

/// Any event that happens once, and some that repeat.
pub(crate) fn any_event() -> impl Strategy<Value = Event> {
    let texts = (
        ".{1,60}",
        "(?s).{0,120}",
        prop::collection::vec("[a-z,;\\\\가]{1,9}", 0..3),
    );
    let status = prop::sample::select(vec![
        Status::Tentative,
        Status::Confirmed,
        Status::Postponed,
        Status::Cancelled,
    ]);
    let rules = [
        "FREQ=WEEKLY;COUNT=3",
        "FREQ=DAILY;INTERVAL=3;UNTIL=20400101",
        "FREQ=MONTHLY;BYDAY=-1FR;WKST=SU",
        "FREQ=YEARLY;BYWEEKNO=20;COUNT=2",
    ];
    let rule = prop::option::of(prop::sample::select(rules.to_vec()));
    (any_time(), texts, status, rule).prop_map(|(time, (title, block, tags), status, rule)| {
        let mut what = says(time);
        let title = clean_line(&title, 2000);
        if !title.is_empty() {
            what.title = Text::new(Lang::KO, title);
        }
        what.description = Text::new(Lang::KO, clean_block(&block, 8000));
        what.status = status;
        what.tags = tags
            .iter()
            .filter_map(|tag| Tag::from_label(tag, Lang::KO))
            .collect();
        let series = rule.filter(|_| what.time.can_repeat()).map(|rule| Series {
            rules: vec![rule.parse().unwrap()],
            ..Series::default()
        });
        event("any", EventBody { main: what, series })
    })
}

fn any_time() -> impl Strategy<Value = EventTime> {
    let day = (0..30_000_i64).prop_map(|day| date(1995, 1, 1).checked_add(day.days()).unwrap());
    let zones = [
        "Asia/Seoul",
        "Europe/London",
        "America/New_York",
        "UTC",
        "-03:30",
        "+09:00",
    ];
    let zone = prop::sample::select(zones.to_vec());
    (day, 0..86_400_i64, 0..300_000_i64, zone, 0..6_u8).prop_map(
        |(first, second, length, zone, kind)| {
            let start = first.at(0, 0, 0, 0) + SignedDuration::from_secs(second);
            let last = first.checked_add((length / 86_400).days()).unwrap();
            match kind {
                0 => {
                    let zone = Zone::parse(zone).unwrap();
                    let start = WallTime::of(WallTime::new(start).instant(&zone), &zone);
                    let end = start.instant(&zone) + SignedDuration::from_secs(length);
                    let end = (length > 0).then(|| WallTime::of(end, &zone));
                    EventTime::Zoned(Zoned { start, end, zone })
                }
                1 => EventTime::Floating {
                    start,
                    end: (length > 0).then(|| start + SignedDuration::from_secs(length)),
                },
                2 => EventTime::AllDay { first, last },
                3 => EventTime::DateOnly { date: first },
                4 => EventTime::Window { first, last },
                _ => EventTime::Undecided {
                    was: Some((first, last)),
                },
            }
        },
    )
}
