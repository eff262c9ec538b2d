//! Events to write, and a view of what was written.

use domain::calendar::{Calendar, CalendarProfile, Color, Slug, Visibility};
use domain::event::{Event, EventBody, Occurrence};
use domain::id::{CalendarId, EventId, PublicId};
use domain::series::Series;
use domain::text::{Lang, Text};
use domain::time::EventTime;
use domain::zone::Zone;
use ical::write::{Context, Cut, Form, Repeats, Results, Used};
use jiff::civil::date;

pub fn event_of(body: impl Into<EventBody>) -> Event {
    Event {
        id: EventId(Default::default()),
        public_id: PublicId::from_bits(7),
        uid: "game-1@example.kr".into(),
        version: 3,
        sequence: 2,
        created: "2026-11-01T00:00:00Z".parse().unwrap(),
        modified: "2026-11-20T01:02:03.4Z".parse().unwrap(),
        body: body.into(),
        news: Vec::new(),
    }
}

pub fn game(time: EventTime) -> Occurrence {
    let title = Text::new(Lang::KO, "롯데 vs 두산").with(Lang::EN, "Lotte vs Doosan");
    Occurrence::new(title, time)
}

pub fn repeating(time: EventTime, series: Series) -> Event {
    event_of(EventBody {
        main: game(time),
        series: Some(series),
    })
}

pub fn context(form: Form, lang: Lang, zone: &Zone) -> Context<'_> {
    Context {
        form,
        lang,
        primary: Lang::KO,
        zone,
        base_url: "https://almanac.example",
        refresh_minutes: 60,
        horizon: date(2029, 12, 31),
        results: Results::Shown,
        repeats: Repeats::ByForm,
    }
}

pub fn calendar_of(title: &str) -> Calendar {
    Calendar {
        id: CalendarId(Default::default()),
        public_id: PublicId::from_bits(1),
        profile: CalendarProfile {
            slug: Slug::parse("lotte").unwrap(),
            title: Text::new(Lang::KO, title),
            description: Text::new(Lang::KO, "모든 경기"),
            category: Slug::parse("baseball").unwrap(),
            color: Color {
                rgb: [0xb4, 0x2f, 0x2f],
            },
            language: Lang::KO,
            zone: Zone::seoul(),
            url: None,
            attribution: None,
            sample: false,
        },
        visibility: Visibility::Public,
        revision: 9,
        modified: "2026-11-21T00:00:00Z".parse().unwrap(),
        as_of: date(2026, 11, 16),
        created: "2026-01-01T00:00:00Z".parse().unwrap(),
    }
}

/// The fragment of an event as it is, and where it can be cut.
pub fn raw(event: &Event, context: &Context<'_>) -> (Vec<u8>, Vec<Cut>) {
    let (mut out, mut cuts) = (Vec::new(), Vec::new());
    ical::write::event(&mut out, &mut Used::default(), &mut cuts, event, context);
    (out, cuts)
}

/// Text without folds and with `\n` for line ends.
pub fn unfolded(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.replace("\r\n ", "").replace("\r\n", "\n")
}

/// The fragment of an event, unfolded.
pub fn fragment(event: &Event, form: Form, lang: Lang) -> String {
    let zone = Zone::seoul();
    unfolded(&raw(event, &context(form, lang, &zone)).0)
}

/// The lines of a fragment whose names are among these.
pub fn lines(event: &Event, form: Form, lang: Lang, names: &[&str]) -> Vec<String> {
    let text = fragment(event, form, lang);
    let named = |line: &&str| names.contains(&line.split([':', ';']).next().unwrap());
    text.lines().filter(named).map(str::to_owned).collect()
}

/// Whether anything of an event takes place on or after the beginning of a day.
pub fn touches_after(event: &Event, day: jiff::civil::Date, zone: &Zone) -> bool {
    let begins = domain::time::WallTime::new(day.at(0, 0, 0, 0)).instant(zone);
    ical::write::last_moment(event, zone) >= begins
}
