//! How a series repeats (RFC 8984 §4.3.3), from the rules of RFC 5545.
//!
//! The two differ in three things. JSCalendar ends a rule by its count or by a reading of the event's
//! own clock, never by both and never by a moment in UTC; it always counts the event's own start as
//! the first instance, whether or not the rule makes it; and in a series of whole days a rule part
//! about hours would mean something.

use super::put;
use super::when::local;
use domain::caps;
use domain::recur::{Rule, Until};
use domain::series::Series;
use domain::time::{EventTime, WallTime};
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Map, Value};

/// The rules of a series whose first instance is at `time`.
pub(super) fn rules(series: &Series, time: &EventTime) -> Vec<Value> {
    let Some(clock) = Clock::of(time) else {
        return Vec::new();
    };
    let rules = series.rules.iter();
    rules.map(|rule| Value::Object(clock.rule(rule))).collect()
}

/// The clock of a series, and what it shows when the series begins.
enum Clock<'a> {
    Days(DateTime),
    Floating(DateTime),
    Zoned(DateTime, &'a Zone),
}

/// Where a rule ends.
enum End {
    Never,
    Count(u32),
    Until(DateTime),
}

impl<'a> Clock<'a> {
    fn of(time: &'a EventTime) -> Option<Self> {
        match time {
            EventTime::Zoned(zoned) => Some(Self::Zoned(zoned.start.at, &zoned.zone)),
            EventTime::Floating { start, .. } => Some(Self::Floating(*start)),
            EventTime::AllDay { first, .. } => Some(Self::Days(first.at(0, 0, 0, 0))),
            _ => None,
        }
    }

    fn rule(&self, rule: &Rule) -> Map<String, Value> {
        let mut map = Map::new();
        put(&mut map, "@type", "RecurrenceRule");
        let text = rule.to_string();
        for (name, value) in text.split(';').filter_map(|part| part.split_once('=')) {
            match name {
                "FREQ" => put(&mut map, "frequency", value.to_ascii_lowercase()),
                "INTERVAL" => put(&mut map, "interval", number(value)),
                "BYDAY" => put(&mut map, "byDay", list(value, day)),
                // Texts, because other calendars have leap months such as "5L".
                "BYMONTH" => put(&mut map, "byMonth", list(value, |month| month.into())),
                "BYMONTHDAY" => put(&mut map, "byMonthDay", list(value, number)),
                "BYYEARDAY" => put(&mut map, "byYearDay", list(value, number)),
                "BYWEEKNO" => put(&mut map, "byWeekNo", list(value, number)),
                "BYHOUR" if self.has_hours() => put(&mut map, "byHour", list(value, number)),
                "BYMINUTE" if self.has_hours() => put(&mut map, "byMinute", list(value, number)),
                "BYSECOND" if self.has_hours() => put(&mut map, "bySecond", list(value, number)),
                "BYSETPOS" => put(&mut map, "bySetPosition", list(value, number)),
                "WKST" => put(&mut map, "firstDayOfWeek", value.to_ascii_lowercase()),
                "SKIP" => put(&mut map, "skip", value.to_ascii_lowercase()),
                "RSCALE" => put(&mut map, "rscale", value.to_ascii_lowercase()),
                _ => {}
            }
        }
        match self.end(rule) {
            End::Never => {}
            End::Count(count) => put(&mut map, "count", count),
            End::Until(last) => put(&mut map, "until", local(last)),
        }
        map
    }

    const fn has_hours(&self) -> bool {
        !matches!(self, Self::Days(_))
    }

    fn end(&self, rule: &Rule) -> End {
        let until = rule.until().map(|until| self.until(until));
        match (rule.count(), until) {
            (None, None) => End::Never,
            (None, Some(until)) => End::Until(until),
            (Some(count), None) => End::Count(self.counting_the_first(rule, count)),
            // Whichever ends first is meant: the instances up to UNTIL are counted.
            (Some(count), Some(until)) => {
                let made = rule.clone().ending(Until::Local(until));
                let most = usize::try_from(count).unwrap_or(usize::MAX);
                let mut number = 0;
                for start in self.starts(&made).take(most) {
                    if start.is_err() {
                        return End::Until(until);
                    }
                    number += 1;
                }
                End::Count(self.counting_the_first(rule, number))
            }
        }
    }

    fn until(&self, until: Until) -> DateTime {
        let day = match until {
            Until::Date(day) => day,
            Until::Local(at) | Until::Utc(at) => at.date(),
        };
        match (self, until) {
            (Self::Days(_), _) => day.at(0, 0, 0, 0),
            (_, Until::Date(_)) => day.at(23, 59, 59, 0),
            (Self::Zoned(_, zone), Until::Utc(at)) => {
                let instant = Zone::utc().rules().to_timestamp(at);
                WallTime::of(instant.unwrap_or(Timestamp::MAX), zone).at
            }
            (_, Until::Local(at) | Until::Utc(at)) => at,
        }
    }

    fn starts<'r>(&self, rule: &'r Rule) -> domain::recur::Starts<'r> {
        match self {
            Self::Days(first) => rule.starts_on(first.date()),
            Self::Floating(first) | Self::Zoned(first, _) => rule.starts_at(*first),
        }
        .within(caps::EXPANSION_STEPS)
    }

    /// "The initial date-time is always the first occurrence and is counted, even if it would
    /// normally not match the rule": one more where the rule does not make it.
    fn counting_the_first(&self, rule: &Rule, count: u32) -> u32 {
        let (Self::Days(first) | Self::Floating(first) | Self::Zoned(first, _)) = self;
        let makes_first = matches!(self.starts(rule).next(), Some(Ok(start)) if start == *first);
        count.saturating_add(u32::from(!makes_first))
    }
}

fn list(text: &str, one: impl Fn(&str) -> Value) -> Vec<Value> {
    text.split(',').map(one).collect()
}

fn number(text: &str) -> Value {
    text.parse::<i64>().map_or(Value::Null, Value::from)
}

/// `2SU`: the second Sunday.
fn day(text: &str) -> Value {
    let (nth, name) = text.split_at(text.len().saturating_sub(2));
    let mut map = Map::new();
    put(&mut map, "@type", "NDay");
    put(&mut map, "day", name.to_ascii_lowercase());
    if let Ok(nth) = nth.parse::<i64>() {
        put(&mut map, "nthOfPeriod", nth);
    }
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};
    use serde_json::json;

    fn told(rule: &str, time: &EventTime) -> Value {
        let rule: Rule = rule.parse().unwrap();
        Value::Object(Clock::of(time).unwrap().rule(&rule))
    }

    fn thursday(zone: &str) -> EventTime {
        let start = datetime(2027, 4, 1, 9, 0, 0, 0);
        EventTime::zoned(start, None, Zone::parse(zone).unwrap())
    }

    #[test]
    fn every_part_of_a_rule_is_told() {
        let text = "RSCALE=GREGORIAN;FREQ=YEARLY;INTERVAL=2;BYSECOND=5;BYMINUTE=4;BYHOUR=3;\
                    BYDAY=-1MO,2SU,TU;BYMONTHDAY=-1,7;BYYEARDAY=100;BYWEEKNO=-2;BYMONTH=3,5;\
                    BYSETPOS=-1;WKST=SU;SKIP=FORWARD";
        assert_eq!(
            told(text, &thursday("Asia/Seoul")),
            json!({
                "@type": "RecurrenceRule",
                "rscale": "gregorian",
                "skip": "forward",
                "frequency": "yearly",
                "interval": 2,
                "bySecond": [5],
                "byMinute": [4],
                "byHour": [3],
                "byDay": [
                    { "@type": "NDay", "day": "mo", "nthOfPeriod": -1 },
                    { "@type": "NDay", "day": "tu" },
                    { "@type": "NDay", "day": "su", "nthOfPeriod": 2 },
                ],
                "byMonthDay": [-1, 7],
                "byYearDay": [100],
                "byWeekNo": [-2],
                "byMonth": ["3", "5"],
                "bySetPosition": [-1],
                "firstDayOfWeek": "su",
            })
        );
    }

    #[test]
    fn ends_are_readings_of_the_event_s_own_clock() {
        let days = EventTime::day(date(2027, 4, 1));
        let floating = EventTime::Floating {
            start: datetime(2027, 4, 1, 9, 0, 0, 0),
            end: None,
        };
        let seoul = thursday("Asia/Seoul");
        for (until, time, want) in [
            ("20270601", &seoul, "2027-06-01T23:59:59"),
            ("20270601T000000Z", &seoul, "2027-06-01T09:00:00"),
            ("20270601T090000", &seoul, "2027-06-01T09:00:00"),
            ("20270601T000000Z", &floating, "2027-06-01T00:00:00"),
            ("20270601", &days, "2027-06-01T00:00:00"),
            ("20270601T235959Z", &days, "2027-06-01T00:00:00"),
        ] {
            let rule = told(&format!("FREQ=WEEKLY;UNTIL={until}"), time);
            assert_eq!(rule["until"], want, "{until} {time:?}");
        }
        let far = told("FREQ=DAILY;UNTIL=99991231T235959Z", &seoul);
        assert!(far["until"].as_str().unwrap().starts_with("9999-12-31T"));
    }

    #[test]
    fn the_first_instance_counts_whether_or_not_the_rule_makes_it() {
        let seoul = thursday("Asia/Seoul");
        for (rule, count) in [
            ("FREQ=WEEKLY;COUNT=4", 4),
            ("FREQ=WEEKLY;COUNT=4;BYDAY=TH", 4),
            ("FREQ=WEEKLY;COUNT=4;BYDAY=MO", 5),
        ] {
            assert_eq!(told(rule, &seoul)["count"], count, "{rule}");
        }
    }

    #[test]
    fn of_two_ends_the_earlier_one_stays() {
        let seoul = thursday("Asia/Seoul");
        for (rule, count) in [
            ("FREQ=WEEKLY;COUNT=4;UNTIL=20280101", 4),
            ("FREQ=WEEKLY;COUNT=99;UNTIL=20270415", 3),
            ("FREQ=WEEKLY;COUNT=99;UNTIL=20270415;BYDAY=MO", 3),
            ("FREQ=WEEKLY;COUNT=9;UNTIL=20200101", 1),
        ] {
            let told = told(rule, &seoul);
            assert_eq!(
                (&told["count"], &told["until"]),
                (&json!(count), &Value::Null)
            );
        }
    }

    #[test]
    fn whole_days_have_no_hours_to_repeat_by() {
        let days = EventTime::day(date(2027, 4, 1));
        let rule = told("FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", &days);
        assert_eq!(
            rule,
            json!({ "@type": "RecurrenceRule", "frequency": "daily" })
        );
    }
}
