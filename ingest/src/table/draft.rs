//! From one row to one draft: every text cleaned, every address parsed, every time checked.

use super::header::Header;
use super::meaning::Meaning;
use super::moment::{Order, Stands, Unread};
use super::notes::{Notes, shown};
use super::sheet::{Cell, Row};
use super::span::{Said, Timing, timing};
use super::token::{fold, tokens};
use super::written::{Written, read};
use super::year::{Era, Years};
use domain::caps;
use domain::event::{Draft, Geo, Occurrence, Place, Status, WebAddress};
use domain::patch::Field;
use domain::tag::Tag;
use domain::text::{Lang, Text, clean_block, clean_line};
use domain::zone::Zone;

/// What the rows of one table are read with.
pub(super) struct Rows<'a> {
    pub(super) header: &'a Header,
    pub(super) lang: Lang,
    pub(super) zone: &'a Zone,
    pub(super) years: Years,
    pub(super) notes: Notes,
}

impl Rows<'_> {
    /// The row's draft; in the error, why there is none.
    pub(super) fn draft(&mut self, row: &Row) -> Result<Draft, String> {
        let timing = self.timing(row)?;
        let title = self.title(row).ok_or("there is no title")?;
        if let Some(odd) = &timing.odd_weekday {
            self.notes
                .row("the date counts, not the day of the week", row.number, odd);
        }
        let mut main = Occurrence::new(Text::new(self.lang, title), timing.time.clone());
        main.place = self.place(row);
        main.url = self.url(row);
        main.description = self.description(row, timing);
        main.status = self.status(row);
        main.tags = self.tags(row);
        main.result = Text::new(self.lang, self.result(row));
        Ok(Draft {
            uid: self.uid(row),
            sequence: 0,
            line: row.number,
            body: main.into(),
            speaks_of: self.speaks_of(),
        })
    }

    pub(super) fn cell<'r>(&self, row: &'r Row, meaning: Meaning) -> &'r Cell {
        let column = self.header.mapping.column(meaning);
        column.map_or(&Cell::Blank, |column| row.cell(column))
    }

    /// One line of cleaned text; empty for a mere dash.
    fn line(&self, row: &Row, meaning: Meaning) -> String {
        let says = self.cell(row, meaning).says();
        let line = clean_line(&says, caps::LINE_BYTES);
        if matches!(line.as_str(), "-" | "–" | "—") {
            String::new()
        } else {
            line
        }
    }

    /// The source's identifier, for rows that are skipped too.
    pub(super) fn uid(&self, row: &Row) -> Option<String> {
        let uid = clean_line(&self.cell(row, Meaning::Uid).says(), caps::UID_BYTES);
        (!uid.is_empty()).then_some(uid)
    }

    /// The title, or the two sides as one; `None` where the cells are blank.
    pub(super) fn title(&self, row: &Row) -> Option<String> {
        let cells = [Meaning::Title, Meaning::Team, Meaning::Opponent];
        let [title, team, opponent] = cells.map(|meaning| match self.cell(row, meaning) {
            Cell::Broken(_) => String::new(),
            _ => self.line(row, meaning),
        });
        if !title.is_empty() {
            return Some(title);
        }
        match (team.is_empty(), opponent.is_empty()) {
            (false, false) => Some(clean_line(
                &format!("{team} vs {opponent}"),
                caps::LINE_BYTES,
            )),
            (true, false) if !self.header.mapping.has(Meaning::Team) => {
                Some(format!("vs {opponent}"))
            }
            _ => None,
        }
    }

    fn timing(&mut self, row: &Row) -> Result<Timing, String> {
        let time = self.written(row, Meaning::Time, Stands::Hours);
        let said = Said {
            date: self.day(row, Meaning::Date)?,
            end: self.day(row, Meaning::End)?,
            time: self.hour(row, Meaning::Time, time)?,
            end_time: match self.written(row, Meaning::EndTime, Stands::Hours) {
                Err(Unread::Unknown) => Written::Blank,
                other => self.hour(row, Meaning::EndTime, other)?,
            },
            era: self.era(row),
        };
        let mut years = self.years.clone();
        if let Some(month) = self.month(row) {
            years.heading(None, Some(month));
        }
        let timing = timing(&said, &mut years, self.zone)?;
        self.years = years;
        Ok(timing)
    }

    fn written(&self, row: &Row, meaning: Meaning, stands: Stands) -> Result<Written, Unread> {
        read(self.cell(row, meaning), stands, self.header.order)
    }

    fn day(&self, row: &Row, meaning: Meaning) -> Result<Written, String> {
        self.written(row, meaning, Stands::Days).map_err(|reason| {
            let value = shown(&self.cell(row, meaning).says());
            let header = self.header.mapping.header(meaning);
            match (reason, self.cell(row, meaning)) {
                (_, Cell::Broken(_)) => format!("{header}: the formula gives {value}"),
                (Unread::Impossible, _) => format!("{header}: {value} is no date that exists"),
                (Unread::Unknown, Cell::Number(_)) => {
                    format!("{header}: {value} is a number, not a date: write it as 2027-04-05")
                }
                (Unread::Unknown, _) => format!("{header}: {value} is not understood as a date"),
            }
        })
    }

    /// Hours that cannot be are an error; words that are none leave the hour open.
    fn hour(
        &mut self,
        row: &Row,
        meaning: Meaning,
        read: Result<Written, Unread>,
    ) -> Result<Written, String> {
        let value = self.cell(row, meaning).says();
        match read {
            Ok(written) => Ok(written),
            Err(Unread::Impossible) => {
                let header = self.header.mapping.header(meaning);
                Err(format!("{header}: {} is no time of day", shown(&value)))
            }
            Err(Unread::Unknown) => {
                self.notes.row(
                    "time not understood, kept as text, the hour left open",
                    row.number,
                    &value,
                );
                Ok(Written::Undecided)
            }
        }
    }

    fn era(&self, row: &Row) -> Option<Era> {
        Era::in_text(&self.cell(row, Meaning::Year).says())
    }

    fn month(&self, row: &Row) -> Option<i8> {
        month_in(&self.cell(row, Meaning::Month).says())
    }

    fn place(&self, row: &Row) -> Place {
        let name = self.line(row, Meaning::Place);
        let address = self.line(row, Meaning::Address);
        let joined = match (name.is_empty(), address.is_empty()) {
            (false, false) if !name.contains(&address) && !address.contains(&name) => {
                clean_line(&format!("{name}, {address}"), caps::LINE_BYTES)
            }
            (true, _) => address,
            _ => name,
        };
        let degrees = |meaning| match self.cell(row, meaning) {
            Cell::Number(value) => Some(*value),
            cell => cell.says().parse::<f64>().ok(),
        };
        let geo = degrees(Meaning::Latitude).zip(degrees(Meaning::Longitude));
        // Empty cells that came out as zeros name a point in the sea.
        let geo = geo.filter(|point| *point != (0.0, 0.0));
        Place {
            name: Text::new(self.lang, joined),
            geo: geo.and_then(|(lat, lon)| Geo::from_degrees(lat, lon)),
        }
    }

    fn url(&mut self, row: &Row) -> Option<WebAddress> {
        let raw = self.line(row, Meaning::Url);
        if raw.is_empty() {
            return None;
        }
        let address = if is_bare_host(&raw) {
            WebAddress::parse(&format!("https://{raw}"))
        } else {
            WebAddress::parse(&raw)
        };
        if address.is_none() {
            self.notes
                .row("no http(s) address, left out", row.number, &raw);
        }
        address
    }

    /// The description, under what of the row's time is only text.
    fn description(&self, row: &Row, timing: Timing) -> Text {
        let raw = self.cell(row, Meaning::Description).says();
        let own = clean_block(if raw == "-" { "" } else { &raw }, caps::DESCRIPTION_BYTES);
        let hours = timing.hours.or_else(|| {
            let unread = self.written(row, Meaning::Time, Stands::Hours) == Err(Unread::Unknown);
            unread.then(|| self.line(row, Meaning::Time))
        });
        let both = match hours {
            Some(hours) if own.is_empty() => hours,
            Some(hours) => format!("{hours}\n\n{own}"),
            None => own,
        };
        Text::new(self.lang, clean_block(&both, caps::DESCRIPTION_BYTES))
    }

    fn status(&self, row: &Row) -> Status {
        let own = self.line(row, Meaning::Status).to_lowercase();
        let asked = fold(self.header.mapping.header(Meaning::Status));
        let yes = matches!(own.as_str(), "y" | "yes" | "o" | "예" | "true" | "1");
        if yes && (asked.contains("취소") || asked.contains("cancel")) {
            return Status::Cancelled;
        }
        let note = self.line(row, Meaning::Description).to_lowercase();
        status_word(&own)
            .or_else(|| status_note(&note))
            .unwrap_or_default()
    }

    fn tags(&self, row: &Row) -> Vec<Tag> {
        let mut tags: Vec<Tag> = Vec::new();
        let sides = [Meaning::Team, Meaning::Opponent].map(|side| self.line(row, side));
        let own = self.line(row, Meaning::Tags);
        let labels = own
            .split([',', ';', '·', '|', '#'])
            .chain(sides.iter().map(String::as_str));
        for tag in labels.filter_map(|label| Tag::from_label(label, self.lang)) {
            if tags.len() < caps::TAGS && !tags.iter().any(|t| t.key == tag.key) {
                tags.push(tag);
            }
        }
        tags
    }

    fn result(&self, row: &Row) -> String {
        let known = |meaning| {
            let line = self.line(row, meaning);
            if matches!(line.to_lowercase().as_str(), "na" | "n/a" | "null") {
                String::new()
            } else {
                line
            }
        };
        let own = known(Meaning::Result);
        let (one, other) = (known(Meaning::Score), known(Meaning::OtherScore));
        match (own.is_empty(), one.is_empty() || other.is_empty()) {
            (true, false) => format!("{one}:{other}"),
            _ => own,
        }
    }

    /// The fields that the table's columns can say something about.
    fn speaks_of(&self) -> Vec<Field> {
        let has = |meanings: &[Meaning]| meanings.iter().any(|m| self.header.mapping.has(*m));
        let fields: [(Field, &[Meaning]); 7] = [
            (Field::Status, &[Meaning::Status, Meaning::Description]),
            (
                Field::Place,
                &[Meaning::Place, Meaning::Address, Meaning::Latitude],
            ),
            // Hours that a time cannot hold are told in the description.
            (Field::Description, &[Meaning::Description, Meaning::Time]),
            (Field::Url, &[Meaning::Url]),
            (Field::Tags, &[Meaning::Tags, Meaning::Opponent]),
            (Field::Result, &[Meaning::Result, Meaning::Score]),
            (Field::Title, &[Meaning::Title, Meaning::Opponent]),
        ];
        let spoken = fields
            .iter()
            .filter(|(_, meanings)| has(meanings))
            .map(|(field, _)| *field);
        spoken.chain([Field::Time]).collect()
    }
}

/// `www.school.kr` or `school.kr/calendar`: an address as people say it.
fn is_bare_host(text: &str) -> bool {
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.contains('.')
        && host.split('.').all(plain)
        && last.len() >= 2
        && last.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The month that a cell or heading is: `4월`, `2026년 4월`, `4`, `April`.
pub(super) fn month_in(text: &str) -> Option<i8> {
    use super::token::{Token, month};
    let tokens = tokens(&fold(text))?;
    let rest = match tokens.as_slice() {
        [Token::Number(_, 4), Token::Word(year), rest @ ..] if year == "년" => rest,
        [Token::Number(_, 4), rest @ ..] => rest,
        all => all,
    };
    let number = match rest {
        [Token::Number(number, 1..=2)] => *number,
        [Token::Number(number, 1..=2), Token::Word(word)] if word == "월" || word == "月" => {
            *number
        }
        [Token::Word(word)] | [Token::Word(word), Token::Number(_, 4)] => month(word)?,
        _ => return None,
    };
    i8::try_from(number)
        .ok()
        .filter(|month| (1..=12).contains(month))
}

/// What a word in a column of states means.
fn status_word(text: &str) -> Option<Status> {
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["취소", "cancel", "called off", "中止"]) {
        Some(Status::Cancelled)
    } else if says(&["연기", "순연", "postpone", "延期"]) {
        Some(Status::Postponed)
    } else if says(&["미정", "잠정", "tentative"]) {
        Some(Status::Tentative)
    } else {
        None
    }
}

/// A note that is nothing but a state (`우천취소`): a sentence about refunds is not.
fn status_note(text: &str) -> Option<Status> {
    const ENDINGS: [&str; 6] = ["취소", "연기", "순연", "cancelled", "canceled", "postponed"];
    let short = text.chars().count() <= 12 && ENDINGS.iter().any(|end| text.ends_with(end));
    short.then(|| status_word(text)).flatten()
}

/// True where a date stands in the cell, be it possible or not.
pub(super) fn is_dated(cell: &Cell, order: Order) -> bool {
    super::written::has_days(cell, order)
}
