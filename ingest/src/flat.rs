//! JSON: a list of flat objects as people and scripts write them, or our own export.

use crate::reading::{Reading, Refusal, Skipped};
use domain::caps;
use domain::event::{
    Availability, Draft, EventBody, Geo, Link, Occurrence, Place, Status, WebAddress,
};
use domain::patch::Field;
use domain::tag::Tag;
use domain::text::{Lang, Text, clean_block, clean_line};
use domain::time::{EventTime, WallTime, Zoned};
use domain::zone::Zone;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// One flat entry. Unknown keys are refused: a misspelt one would else be lost in silence.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    uid: Option<String>,
    sequence: Option<i64>,
    title: Words,
    start: String,
    end: Option<String>,
    zone: Option<String>,
    time: Option<Hour>,
    place: Option<Words>,
    lat: Option<f64>,
    lon: Option<f64>,
    url: Option<String>,
    description: Option<Words>,
    status: Option<Status>,
    tags: Option<Vec<String>>,
    links: Option<Vec<Link>>,
    result: Option<Words>,
    busy: Option<bool>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Several(BTreeMap<Lang, String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Hour {
    /// The day is known, the hour is not.
    Tba,
}

/// Our own export, version 1.
#[derive(Deserialize)]
struct Export<'a> {
    almanac: u32,
    #[serde(borrow)]
    calendar: Option<&'a RawValue>,
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Exported {
    uid: String,
    #[serde(default)]
    sequence: i64,
    #[serde(flatten)]
    body: EventBody,
}

/// Where entries of one file get what they do not say themselves.
struct Defaults<'a> {
    lang: Lang,
    zone: &'a Zone,
}

pub(crate) fn read(bytes: &[u8], lang: Lang, zone: &Zone) -> Result<Reading, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::new("the JSON is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let export = text.trim_start().starts_with('{');
    let broken = |cause: serde_json::Error| Refusal::new(format!("not readable as JSON: {cause}"));
    let mut reading = Reading::default();
    let entries: Vec<&RawValue> = if export {
        let export: Export<'_> = serde_json::from_str(text).map_err(broken)?;
        if export.almanac != 1 {
            return Err(Refusal::new(
                "an export of a newer version: install that version",
            ));
        }
        describe(&mut reading, export.calendar);
        export.events
    } else {
        serde_json::from_str(text).map_err(broken)?
    };
    if entries.len() > caps::IMPORT_ENTRIES {
        return Err(Refusal::new(format!(
            "more than {} entries: split the file",
            caps::IMPORT_ENTRIES
        )));
    }
    let defaults = Defaults { lang, zone };
    let mut lines = Lines {
        text,
        at: 0,
        line: 1,
    };
    for raw in entries {
        let line = lines.of(raw.get());
        let draft = if export {
            exported(raw, line)
        } else {
            defaults.flat(raw, line)
        };
        match draft {
            Ok(draft) => reading.drafts.push(draft),
            Err(reason) => reading.skipped.push(Skipped {
                line,
                uid: uid_of(raw),
                reason,
            }),
        }
    }
    Ok(reading)
}

fn describe(reading: &mut Reading, calendar: Option<&RawValue>) {
    let profile = calendar
        .and_then(|raw| serde_json::from_str::<domain::calendar::CalendarProfile>(raw.get()).ok());
    if let Some(profile) = profile {
        reading.title = profile.title;
        reading.description = profile.description;
        reading.zone = Some(profile.zone);
    }
}

/// Line numbers of slices of one text, asked for in order.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn of(&mut self, part: &str) -> usize {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        if let Some(between) = self.text.as_bytes().get(self.at..offset) {
            self.line += between.iter().filter(|b| **b == b'\n').count();
            self.at = offset;
        }
        self.line
    }
}

fn uid_of(raw: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        uid: String,
    }
    serde_json::from_str::<Named>(raw.get())
        .ok()
        .map(|named| named.uid)
}

fn exported(raw: &RawValue, line: usize) -> Result<Draft, String> {
    let entry: Exported = serde_json::from_str(raw.get()).map_err(|e| unplaced(&e))?;
    entry.body.main.time.check().map_err(|e| e.to_string())?;
    Ok(Draft {
        uid: Some(entry.uid),
        sequence: entry.sequence,
        line,
        body: entry.body,
        speaks_of: Field::ALL.to_vec(),
    })
}

/// serde's message without its "at line 1 column 7", which counts within the entry.
fn unplaced(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}

impl Defaults<'_> {
    fn flat(&self, raw: &RawValue, line: usize) -> Result<Draft, String> {
        let entry: Entry = serde_json::from_str(raw.get()).map_err(|e| unplaced(&e))?;
        let speaks_of = speaks_of(&entry);
        let time = self.time(&entry)?;
        time.check().map_err(|e| e.to_string())?;
        let title = self.words(entry.title, caps::LINE_BYTES);
        if title.is_empty() {
            return Err("the title is empty".to_owned());
        }
        let mut main = Occurrence::new(title, time);
        main.place = Place {
            name: entry
                .place
                .map(|p| self.words(p, caps::LINE_BYTES))
                .unwrap_or_default(),
            geo: match (entry.lat, entry.lon) {
                (Some(lat), Some(lon)) => {
                    Some(Geo::from_degrees(lat, lon).ok_or("lat and lon are no place on earth")?)
                }
                _ => None,
            },
        };
        main.url = match entry.url.as_deref() {
            Some(url) => Some(WebAddress::parse(url).ok_or("url is not an http(s) address")?),
            None => None,
        };
        main.description = entry.description.map(|d| self.block(d)).unwrap_or_default();
        main.status = entry.status.unwrap_or_default();
        main.tags = self.tags(entry.tags.unwrap_or_default());
        main.links = entry.links.unwrap_or_default();
        main.result = entry
            .result
            .map(|r| self.words(r, caps::LINE_BYTES))
            .unwrap_or_default();
        if entry.busy == Some(true) {
            main.availability = Availability::Busy;
        }
        Ok(Draft {
            uid: entry
                .uid
                .map(|u| clean_line(&u, caps::UID_BYTES))
                .filter(|u| !u.is_empty()),
            sequence: entry.sequence.unwrap_or(0).max(0),
            line,
            body: main.into(),
            speaks_of,
        })
    }

    fn words(&self, words: Words, cap: usize) -> Text {
        self.text(words, |raw| clean_line(raw, cap))
    }

    fn block(&self, words: Words) -> Text {
        self.text(words, |raw| clean_block(raw, caps::DESCRIPTION_BYTES))
    }

    fn text(&self, words: Words, clean: impl Fn(&str) -> String) -> Text {
        match words {
            Words::One(one) => Text::new(self.lang, clean(&one)),
            Words::Several(all) => all.iter().fold(Text::none(), |text, (lang, raw)| {
                text.with(*lang, clean(raw))
            }),
        }
    }

    fn tags(&self, labels: Vec<String>) -> Vec<Tag> {
        let mut tags: Vec<Tag> = Vec::new();
        for tag in labels
            .iter()
            .filter_map(|label| Tag::from_label(label, self.lang))
        {
            if tags.len() < caps::TAGS && !tags.iter().any(|t| t.key == tag.key) {
                tags.push(tag);
            }
        }
        tags
    }

    fn time(&self, entry: &Entry) -> Result<EventTime, String> {
        let zone = match entry.zone.as_deref() {
            Some(name) => Some(Zone::parse(name).ok_or(format!("unknown time zone {name:?}"))?),
            None => None,
        };
        let end = entry.end.as_deref();
        match (
            When::parse(&entry.start)?,
            end.map(When::parse).transpose()?,
            &entry.time,
        ) {
            (When::Day(date), None, Some(Hour::Tba)) => Ok(EventTime::DateOnly { date }),
            (When::Day(first), Some(When::Day(last)), Some(Hour::Tba)) => {
                Ok(EventTime::Window { first, last })
            }
            (_, _, Some(Hour::Tba)) => Err("\"time\": \"tba\" wants days, not hours".to_owned()),
            (When::Day(first), None, None) => Ok(EventTime::day(first)),
            (When::Day(first), Some(When::Day(last)), None) => {
                Ok(EventTime::AllDay { first, last })
            }
            (When::Day(_), Some(_), None) | (_, Some(When::Day(_)), None) => {
                Err("start and end are a day and an hour: write both alike".to_owned())
            }
            (start, end, None) => {
                let zone = zone.or_else(|| start.own_zone(self.zone));
                let zone = zone.unwrap_or_else(|| self.zone.clone());
                let start = start.wall(&zone);
                let end = end.map(|end| end.wall(&zone));
                Ok(EventTime::Zoned(Zoned { start, end, zone }))
            }
        }
    }
}

fn speaks_of(entry: &Entry) -> Vec<Field> {
    let mut fields = vec![Field::Title, Field::Time, Field::Series, Field::Status];
    fields.extend(entry.place.is_some().then_some(Field::Place));
    fields.extend(entry.description.is_some().then_some(Field::Description));
    fields.extend(entry.url.is_some().then_some(Field::Url));
    fields.extend(entry.links.is_some().then_some(Field::Links));
    fields.extend(entry.tags.is_some().then_some(Field::Tags));
    fields.extend(entry.busy.is_some().then_some(Field::Availability));
    fields.extend(entry.result.is_some().then_some(Field::Result));
    fields
}

/// A day or a moment as written.
enum When {
    Day(Date),
    Local(DateTime),
    Instant(Timestamp, i32),
}

impl When {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = || format!("{text:?} is no date or time like 2027-04-05 or 2027-04-05T18:30");
        if !text.contains(['T', 't', ' ']) {
            return text.parse().map(Self::Day).map_err(|_| wrong());
        }
        let offset = text.len() > 10 && text[10..].contains(['Z', 'z', '+', '-']);
        if !offset {
            return text.parse().map(Self::Local).map_err(|_| wrong());
        }
        let instant: Timestamp = text.parse().map_err(|_| wrong())?;
        Ok(Self::Instant(instant, written_offset(text)))
    }

    /// The zone that the entry itself implies: the calendar's where the written offset is the
    /// one that the calendar's zone has at that moment, UTC or the bare offset elsewhere.
    fn own_zone(&self, home: &Zone) -> Option<Zone> {
        let Self::Instant(at, offset) = self else {
            return None;
        };
        let here = home.rules().to_offset(*at).seconds();
        if here == *offset {
            None
        } else if *offset == 0 {
            Some(Zone::utc())
        } else {
            Zone::fixed(*offset)
        }
    }

    fn wall(&self, zone: &Zone) -> WallTime {
        match self {
            Self::Day(date) => WallTime::new(date.at(0, 0, 0, 0)),
            Self::Local(at) => WallTime::new(*at),
            Self::Instant(at, _) => WallTime::of(*at, zone),
        }
    }
}

/// Seconds east of Greenwich as the text says them; it has parsed as an instant before.
fn written_offset(text: &str) -> i32 {
    let tail = &text[10..];
    let Some(at) = tail.rfind(['+', '-']) else {
        return 0;
    };
    let digits: Vec<i32> = tail[at + 1..]
        .split(':')
        .filter_map(|p| p.parse().ok())
        .collect();
    let seconds = match digits.as_slice() {
        [hhmm] if *hhmm > 99 => hhmm / 100 * 3600 + hhmm % 100 * 60,
        [h] => h * 3600,
        [h, m, ..] => h * 3600 + m * 60,
        [] => 0,
    };
    if tail[at..].starts_with('-') {
        -seconds
    } else {
        seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn one(json: &str) -> Result<Draft, String> {
        let reading = read(format!("[{json}]").as_bytes(), Lang::KO, &Zone::seoul())
            .map_err(|e| e.to_string())?;
        match (reading.drafts.first(), reading.skipped.first()) {
            (Some(draft), None) => Ok(draft.clone()),
            (_, Some(skipped)) => Err(skipped.reason.clone()),
            _ => Err("nothing".to_owned()),
        }
    }

    #[rstest]
    #[case(r#""2027-04-05T18:30""#, "2027-04-05T09:30:00Z", "Asia/Seoul")]
    #[case(r#""2027-04-05 18:30""#, "2027-04-05T09:30:00Z", "Asia/Seoul")]
    #[case(r#""2027-04-05T18:30:00+09:00""#, "2027-04-05T09:30:00Z", "Asia/Seoul")]
    #[case(r#""2027-04-05T18:30:00+02:00""#, "2027-04-05T16:30:00Z", "+02:00")]
    #[case(r#""2027-04-05T09:30:00Z""#, "2027-04-05T09:30:00Z", "UTC")]
    #[case(
        r#""2027-04-05T18:30","zone":"Europe/Paris""#,
        "2027-04-05T16:30:00Z",
        "Europe/Paris"
    )]
    fn moments_are_read_with_their_zone(
        #[case] start: &str,
        #[case] instant: &str,
        #[case] zone: &str,
    ) {
        let draft = one(&format!(r#"{{"title":"경기","start":{start}}}"#)).unwrap();
        let EventTime::Zoned(zoned) = &draft.body.main.time else {
            panic!("not zoned")
        };
        assert_eq!(zoned.start.instant(&zoned.zone).to_string(), instant);
        assert_eq!(zoned.zone.name(), zone);
    }

    #[rstest]
    #[case(r#"{"title":"x","start":"2027-02-30"}"#, "is no date")]
    #[case(
        r#"{"title":"x","start":"2027-04-05","end":"2027-04-04"}"#,
        "ends before"
    )]
    #[case(r#"{"title":"x","start":"1601-01-01"}"#, "1601")]
    #[case(r#"{"title":" ","start":"2027-04-05"}"#, "title")]
    #[case(r#"{"title":"x","strat":"2027-04-05"}"#, "strat")]
    #[case(
        r#"{"title":"x","start":"2027-04-05","url":"javascript:alert(1)"}"#,
        "url"
    )]
    #[case(r#"{"title":"x","start":"2027-04-05","zone":"Mars/Olympus"}"#, "Mars")]
    fn bad_entries_are_named(#[case] json: &str, #[case] word: &str) {
        let reason = one(json).unwrap_err();
        assert!(reason.contains(word), "{reason}");
        assert!(!reason.contains('\n'));
    }

    #[test]
    fn one_bad_entry_does_not_lose_the_others_and_is_named_by_its_line() {
        let json = "[\n {\"title\":\"a\",\"start\":\"2027-04-05\"},\n {\"title\":1},\n\n \
                    {\"title\":\"b\",\"start\":\"2027-04-06\"}\n]";
        let reading = read(json.as_bytes(), Lang::KO, &Zone::seoul()).unwrap();
        assert_eq!(reading.drafts.len(), 2);
        assert_eq!(reading.skipped[0].line, 3);
        assert_eq!(reading.drafts[1].line, 5);
    }

    #[test]
    fn a_cut_off_file_is_refused_whole() {
        assert!(
            read(
                b"[{\"title\":\"a\",\"start\":\"2027-04-05\"}",
                Lang::KO,
                &Zone::seoul()
            )
            .is_err()
        );
        assert!(read(b"", Lang::KO, &Zone::seoul()).is_err());
        assert!(read(b"\"hello\"", Lang::KO, &Zone::seoul()).is_err());
    }
}
