//! What the cards show.

use super::*;
use crate::write::{Repeats, Results};
use domain::event::{Availability, EventBody, Geo, Link, LinkKind, Occurrence, Status, WebAddress};
use domain::id::{EventId, PublicId};
use domain::recur::Rule;
use domain::series::Series;
use domain::text::{Lang, Text};
use domain::time::EventTime;
use jiff::civil::date;
use proptest::prelude::*;

fn context(zone: &Zone) -> Context<'_> {
    Context {
        form: Form::FailSafe,
        lang: Lang::KO,
        primary: Lang::KO,
        zone,
        base_url: "https://almanac.example",
        refresh_minutes: 60,
        horizon: date(2030, 1, 1),
        results: Results::Shown,
        repeats: Repeats::ByForm,
    }
}

fn event(main: Occurrence, series: Option<Series>) -> Event {
    let id: EventId = serde_json::from_str("\"00000000-0000-0000-0000-000000000001\"").unwrap();
    Event {
        id,
        public_id: PublicId::from_bits(7),
        uid: "one@almanac.example".to_owned(),
        version: 1,
        sequence: 0,
        created: "2027-03-01T00:00:00Z".parse().unwrap(),
        modified: "2027-03-01T00:00:00Z".parse().unwrap(),
        body: EventBody { main, series },
        news: Vec::new(),
    }
}

fn match_day() -> Occurrence {
    let start = date(2027, 4, 5).at(18, 30, 0, 0);
    let end = date(2027, 4, 5).at(21, 30, 0, 0);
    let time = EventTime::zoned(start, Some(end), Zone::seoul());
    let mut main = Occurrence::new(Text::new(Lang::KO, "딱새 vs 왜가리; 1차전"), time);
    main.place.name = Text::new(Lang::KO, "다람못, 3루");
    main.place.geo = Geo::from_degrees(37.5, 127.0);
    main.availability = Availability::Busy;
    main.links.push(Link {
        kind: LinkKind::Tickets,
        address: WebAddress::parse("https://tickets.example/1").unwrap(),
    });
    main
}

fn shown(event: &Event, client: Client) -> Shown {
    let zone = Zone::seoul();
    let all = show(event, client, &context(&zone));
    assert_eq!(all.len(), 1);
    all.into_iter().next().unwrap()
}

#[test]
fn a_match_is_shown_as_it_is_written() {
    let event = event(match_day(), None);
    for client in Client::ALL {
        let shown = shown(&event, client);
        assert_eq!(shown.title, "딱새 vs 왜가리; 1차전");
        assert_eq!(shown.place, "다람못, 3루");
        assert!(shown.has_map);
        assert_eq!(shown.busy, Busy::Busy);
        let when = When::Hours {
            start: date(2027, 4, 5).at(18, 30, 0, 0),
            end: Some(date(2027, 4, 5).at(21, 30, 0, 0)),
            other: None,
        };
        assert_eq!(shown.when, when, "{client:?}");
        let tickets = &shown.links[0];
        assert_eq!(tickets.0, "https://tickets.example/1");
    }
    let page = |client| shown(&event, client).links[1].1;
    assert_eq!(page(Client::Apple), Where::Field);
    assert_eq!(page(Client::Google), Where::Notes);
    assert_eq!(page(Client::Outlook), Where::Formatted);
    let alarm = |client| shown(&event, client).alarm;
    assert_eq!(alarm(Client::Apple), Alarm::IfKept);
    assert_eq!(alarm(Client::Google), Alarm::Ignored);
    assert_eq!(alarm(Client::Outlook), Alarm::Unknown);
}

#[test]
fn what_is_called_off_says_so_in_every_client() {
    let before = event(match_day(), None);
    let mut after = before.clone();
    after.body.main.status = Status::Cancelled;
    after.sequence = 1;
    let zone = Zone::seoul();
    for client in Client::ALL {
        let changed = change(&before, &after, client, &context(&zone));
        assert_eq!(changed.after[0].title, "[취소] 딱새 vs 왜가리; 1차전");
        assert_eq!(changed.after[0].busy, Busy::Free);
        assert_eq!(changed.after[0].alarm, Alarm::Never);
        let Difference::Says { parts, .. } = &changed.differences[0] else {
            panic!("{changed:?}");
        };
        assert_eq!(parts, &[Part::Title, Part::Busy]);
        let lost = match client {
            Client::Google => AlarmChange::None,
            Client::Apple | Client::Outlook => AlarmChange::Lost,
        };
        assert_eq!(changed.alarm, lost);
    }
}

#[test]
fn a_moved_match_moves_its_alarm() {
    let before = event(match_day(), None);
    let mut after = before.clone();
    let start = date(2027, 4, 5).at(17, 0, 0, 0);
    after.body.main.time = EventTime::zoned(start, None, Zone::seoul());
    let zone = Zone::seoul();
    let changed = change(&before, &after, Client::Apple, &context(&zone));
    assert_eq!(changed.alarm, AlarmChange::Moved);
    let same = change(&before, &before, Client::Apple, &context(&zone));
    assert_eq!((same.alarm, same.differences.len()), (AlarmChange::Kept, 0));
    let mut gone = before.clone();
    gone.body.main.time = EventTime::Undecided { was: None };
    let changed = change(&before, &gone, Client::Apple, &context(&zone));
    assert_eq!(changed.alarm, AlarmChange::Lost);
    assert!(matches!(changed.differences[0], Difference::Vanishes(_)));
}

#[test]
fn open_hours_and_other_zones_are_shown() {
    let day = date(2027, 4, 5);
    let open = Occurrence::new(
        Text::new(Lang::KO, "개막전"),
        EventTime::DateOnly { date: day },
    );
    let open = event(open, None);
    for client in Client::ALL {
        let shown = shown(&open, client);
        assert_eq!(shown.title, "개막전 (시간 미정)");
        assert_eq!(
            shown.when,
            When::Days {
                first: day,
                last: day
            }
        );
        assert_eq!(shown.busy, Busy::Free);
    }
    let start = day.at(9, 0, 0, 0);
    let new_york = Zone::parse("America/New_York").unwrap();
    let time = EventTime::zoned(start, None, new_york.clone());
    let away = event(Occurrence::new(Text::new(Lang::KO, "원정"), time), None);
    for client in Client::ALL {
        let When::Hours { start, end, other } = shown(&away, client).when else {
            panic!()
        };
        assert_eq!((start, end), (day.at(22, 0, 0, 0), None), "{client:?}");
        let other = other.unwrap();
        let offset = other.rules().to_offset(away.created);
        assert_eq!(offset, new_york.rules().to_offset(away.created));
    }
}

#[test]
fn a_series_is_one_entry_or_many() {
    let rule = |text: &str| Series {
        rules: vec![text.parse::<Rule>().unwrap()],
        ..Series::default()
    };
    let weekly = event(match_day(), Some(rule("FREQ=WEEKLY;BYDAY=MO")));
    let one = shown(&weekly, Client::Google);
    assert_eq!(one.rule.as_deref(), Some("FREQ=WEEKLY;BYDAY=MO"));
    let zone = Zone::seoul();
    let odd = event(match_day(), Some(rule("FREQ=YEARLY;BYYEARDAY=95")));
    let many = show(&odd, Client::Google, &context(&zone));
    assert!(many.len() > 1 && many.iter().all(|shown| shown.rule.is_none()));
}

proptest! {
    #[test]
    fn titles_and_notes_come_back_as_the_reader_reads_them(title in "\\PC{1,40}", notes in "[\\PC\n]{0,60}") {
        let mut main = match_day();
        main.title = Text::new(Lang::KO, domain::text::clean_line(&title, 200));
        main.description = Text::new(Lang::KO, domain::text::clean_block(&notes, 500));
        prop_assume!(!main.title.is_empty());
        let event = event(main, None);
        let zone = Zone::seoul();
        for client in Client::ALL {
            let context = Context { form: client.form(), ..context(&zone) };
            let bytes = single(&event, None, &context).unwrap();
            let read = crate::read::decode(&bytes, crate::read::ReadOptions::new(Lang::KO)).unwrap();
            let draft = &read.drafts[0].body.main;
            let shown = shown(&event, client);
            prop_assert_eq!(draft.title.pick(Lang::KO, Lang::KO), domain::text::clean_line(&shown.title, 2000));
            prop_assert_eq!(draft.description.pick(Lang::KO, Lang::KO), domain::text::clean_block(&shown.notes, 8000));
            let start = draft.time.instants(&zone).unwrap().0;
            let When::Hours { start: local, .. } = shown.when else { panic!() };
            prop_assert_eq!(domain::time::WallTime::new(local).instant(&zone), start);
        }
    }
}
