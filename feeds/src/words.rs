//! The few words of feeds of discovery, and times as they stand in lines of news, in one table.

use domain::text::{Lang, Text};
use domain::time::{EventTime, WallTime};
use domain::zone::Zone;
use jiff::civil::{Date, DateTime};

/// "This week: Sports".
pub(crate) fn this_week(category: &Text) -> Text {
    both(
        format!("이번 주 {}", category.pick(Lang::KO, Lang::KO)),
        format!("This week: {}", category.pick(Lang::EN, Lang::EN)),
    )
}

/// What the feed of a week holds.
pub(crate) fn about_week() -> Text {
    both(
        "오늘부터 이레 동안의 일정이에요.".to_owned(),
        "What begins in the seven days from today.".to_owned(),
    )
}

/// "New calendars".
pub(crate) fn new_calendars() -> Text {
    both("새 캘린더".to_owned(), "New calendars".to_owned())
}

/// What the feed of new calendars holds.
pub(crate) fn about_new() -> Text {
    both(
        "새로 구독할 수 있게 된 캘린더예요.".to_owned(),
        "Calendars that can be subscribed to since lately.".to_owned(),
    )
}

/// Before the addresses that a person's own entries end with: "not this one", "report an error".
pub(crate) const fn own_links(lang: Lang) -> (&'static str, &'static str) {
    match lang {
        Lang::KO => ("이 일정 빼기", "잘못된 정보 알리기"),
        _ => ("Hide this one", "Report an error"),
    }
}

/// The name of a person's own calendar.
pub(crate) fn my_calendar() -> Text {
    both("내 캘린더".to_owned(), "My calendar".to_owned())
}

/// Beside the time of an event that repeats: it is the first one's.
pub(crate) const fn repeats(lang: Lang) -> &'static str {
    match lang {
        Lang::KO => "되풀이되는 일정이에요. 첫 번째 때를 적었어요.",
        _ => "Repeats; the time is that of the first.",
    }
}

fn both(ko: String, en: String) -> Text {
    Text::new(Lang::KO, ko).with(Lang::EN, en)
}

/// When something is, on the clock of a zone: "2027-04-05 18:30–21:30 (Asia/Seoul)". Whole days
/// have no zone, ends are inclusive; empty where nothing is known.
pub(crate) fn when(time: &EventTime, zone: &Zone, lang: Lang) -> String {
    match time {
        EventTime::Zoned(zoned) => {
            let here = |wall: WallTime| WallTime::of(wall.instant(&zoned.zone), zone).at;
            let span = clocks(here(zoned.start), zoned.end.map(here));
            format!("{span} ({})", zone.name())
        }
        EventTime::Floating { start, end } => clocks(*start, *end),
        EventTime::AllDay { first, last } | EventTime::Window { first, last } => {
            days(*first, *last)
        }
        EventTime::DateOnly { date } => match lang {
            Lang::KO => format!("{date} (시간 미정)"),
            _ => format!("{date} (time to be announced)"),
        },
        EventTime::Undecided { .. } => String::new(),
    }
}

fn days(first: Date, last: Date) -> String {
    match first == last {
        true => first.to_string(),
        false => format!("{first}–{last}"),
    }
}

fn clocks(start: DateTime, end: Option<DateTime>) -> String {
    let first = start.strftime("%Y-%m-%d %H:%M");
    match end {
        Some(end) if end.date() == start.date() && end > start => {
            format!("{first}–{}", end.strftime("%H:%M"))
        }
        Some(end) if end > start => format!("{first}–{}", end.strftime("%Y-%m-%d %H:%M")),
        _ => first.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    #[test]
    fn times_stand_in_one_line() {
        let zoned = EventTime::zoned(
            datetime(2027, 4, 5, 18, 30, 0, 0),
            Some(datetime(2027, 4, 5, 21, 0, 0, 0)),
            Zone::seoul(),
        );
        let span = EventTime::AllDay {
            first: date(2027, 4, 5),
            last: date(2027, 4, 7),
        };
        for (time, want) in [
            (zoned, "2027-04-05 09:30–12:00 (UTC)"),
            (span, "2027-04-05–2027-04-07"),
            (EventTime::day(date(2027, 4, 5)), "2027-04-05"),
            (
                EventTime::DateOnly {
                    date: date(2027, 4, 5),
                },
                "2027-04-05 (시간 미정)",
            ),
            (EventTime::Undecided { was: None }, ""),
        ] {
            assert_eq!(when(&time, &Zone::utc(), Lang::KO), want);
        }
    }
}
