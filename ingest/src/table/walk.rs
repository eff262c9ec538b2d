//! Down the rows of one table: which of them are events, which only help people to read, and
//! which cannot be read.

use super::draft::{Rows, is_dated, month_in};
use super::header::{Header, texts};
use super::meaning::Meaning;
use super::moment::{Partial, Stands};
use super::notes::{Notes, shown};
use super::sheet::{Row, Sheet};
use super::written::{Written, read};
use super::year::{Era, Years, by_weekdays};
use crate::reading::{ReadOptions, Skipped};
use domain::event::Draft;
use domain::text::Lang;
use jiff::civil::Weekday;

/// What one table gave.
pub(super) struct Walked {
    pub(super) title: Option<(Lang, String)>,
    pub(super) drafts: Vec<Draft>,
    pub(super) skipped: Vec<Skipped>,
    /// What was decided about the table as a whole.
    pub(super) told: Vec<String>,
    /// Words on single rows.
    pub(super) notes: Vec<String>,
}

/// What a row is.
enum Kind {
    /// It says something beside the table's columns for when and what.
    Beside,
    /// It helps people to read: a heading, a sum, a remark.
    Helper(String),
    /// A day on which nothing is.
    Idle,
    /// An event, readable or not.
    Entry,
}

/// One table that is being read.
pub(super) struct Walk<'a> {
    sheet: &'a Sheet,
    header: &'a Header,
    rows: Rows<'a>,
    body: &'a [Row],
    /// Days without a title are no broken rows: it is a list of all days.
    lists_days: bool,
    told: Vec<String>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(sheet: &'a Sheet, header: &'a Header, options: &ReadOptions<'a>) -> Self {
        let body = sheet.rows.get(header.at + 1..).unwrap_or_default();
        let rows = Rows {
            header,
            lang: options.lang,
            zone: options.zone,
            years: Years::default(),
            notes: Notes::default(),
        };
        let mut walk = Self {
            sheet,
            header,
            rows,
            body,
            lists_days: false,
            told: Vec::new(),
        };
        walk.rows.years = walk.years(options);
        let dated = |row: &&Row| is_dated(walk.rows.cell(row, Meaning::Date), header.order);
        let idle = body
            .iter()
            .filter(dated)
            .filter(|row| walk.rows.title(row).is_none())
            .count();
        walk.lists_days = idle * 2 > body.len();
        if header.order_unsure {
            walk.told
                .push("dates like 3/4/2025 are read as month/day/year".to_owned());
        }
        walk
    }

    pub(super) fn run(mut self) -> Walked {
        let (mut drafts, mut skipped) = (Vec::new(), Vec::new());
        let mut idle = 0usize;
        let title = self.title();
        for row in self.body {
            match self.kind(row) {
                Kind::Beside => {}
                Kind::Helper(value) => self.rows.notes.row("no entry", row.number, &value),
                Kind::Idle => idle += 1,
                Kind::Entry => match self.rows.draft(row) {
                    Ok(draft) => drafts.push(draft),
                    Err(reason) => skipped.push(Skipped {
                        line: row.number,
                        uid: self.rows.uid(row),
                        reason: self.named(row, reason),
                    }),
                },
            }
        }
        if idle > 0 {
            self.told
                .push(format!("{idle} days have no title: no entries"));
        }
        Walked {
            title: title.map(|title| (self.rows.lang, title)),
            drafts,
            skipped,
            told: self.told,
            notes: self.rows.notes.lines().collect(),
        }
    }

    /// The reason with the entry's name, where it has one.
    fn named(&self, row: &Row, reason: String) -> String {
        match self.rows.title(row) {
            Some(title) => format!("{}: {reason}", shown(&title)),
            None => {
                let says = row.sayings().join(" | ");
                format!("{reason} in {}", shown(&says))
            }
        }
    }

    fn kind(&mut self, row: &Row) -> Kind {
        let day = self.rows.cell(row, Meaning::Date);
        let dated = is_dated(day, self.header.order);
        let title = self.rows.title(row);
        if dated && title.as_ref().is_some_and(|title| *title != day.says()) {
            return Kind::Entry;
        }
        let says = row.sayings();
        let only = says.first().filter(|_| says.len() == 1);
        if let Some(text) = only.filter(|text| self.is_heading(row, text)) {
            self.rows.years.heading(Era::in_text(text), month_in(text));
            return Kind::Helper(text.clone());
        }
        if dated {
            return if title.is_none() && self.lists_days {
                Kind::Idle
            } else {
                Kind::Entry
            };
        }
        if let Some(text) = says.iter().find(|text| is_sum_or_remark(text)) {
            return Kind::Helper(text.clone());
        }
        let headers = self.header.mapping.headers();
        if !day.is_blank() && texts(row, headers.len()) == headers {
            return Kind::Helper("the header again".to_owned());
        }
        let hour = self.rows.cell(row, Meaning::Time);
        if title.is_some() || !day.is_blank() || !hour.is_blank() {
            Kind::Entry
        } else {
            Kind::Beside
        }
    }

    /// True for a row that says one thing, and neither when nor what of an event.
    fn is_heading(&self, row: &Row, text: &str) -> bool {
        let day = self.rows.cell(row, Meaning::Date);
        if is_dated(day, self.header.order) && month_in(text).is_none() {
            return false;
        }
        let first = (0..row.width()).find(|column| !row.cell(*column).is_blank());
        let titled = self.header.mapping.column(Meaning::Title);
        let table_begins = self
            .header
            .mapping
            .headers()
            .iter()
            .position(|h| !h.is_empty());
        // Merged over the whole table, or in its first column; alone in the title's own column it
        // is an event whose date was forgotten.
        first != titled
            || titled == table_begins
            || row.cell(first.map_or(0, |f| f + 1)).says() == *text
    }

    /// What stands alone in a row above the header.
    fn title(&self) -> Option<String> {
        let above = self.sheet.rows.get(..self.header.at)?;
        let mut alone = above
            .iter()
            .map(Row::sayings)
            .filter(|says| says.len() == 1);
        alone.find_map(|says| {
            says.into_iter()
                .next()
                .filter(|text| text.chars().any(char::is_alphabetic))
        })
    }

    /// Where years come from that dates do not name, said where it is a guess.
    fn years(&mut self, options: &ReadOptions<'_>) -> Years {
        let stated = options.choices.iter().find_map(super::Choice::stated_year);
        if let Some(year) = stated {
            return Years::new(Some(Era::calendar(year)));
        }
        let above = self.sheet.rows.get(..self.header.at).unwrap_or_default();
        let above = above
            .iter()
            .flat_map(Row::sayings)
            .find_map(|text| Era::in_text(&text));
        let era = above
            .or_else(|| self.sheet.name.as_deref().and_then(Era::in_text))
            .or_else(|| Era::in_text(options.name));
        let month = self.sheet.name.as_deref().and_then(month_in);
        let mut years = Years::new(era);
        years.heading(None, month);
        let open = self.open_days();
        if years.is_known()
            || self.headings_name_years()
            || open.is_empty()
            || self.header.mapping.has(Meaning::Year)
        {
            return years;
        }
        let Some(today) = options.today else {
            return years;
        };
        let told: Vec<(Partial, Weekday)> = open
            .iter()
            .filter_map(|(day, weekday)| Some((*day, (*weekday)?)))
            .collect();
        let year = by_weekdays(&told, today).unwrap_or_else(|| today.year());
        let why = match by_weekdays(&told, today) {
            Some(_) => "the year whose days of the week fit",
            None => "today's",
        };
        self.told.push(format!(
            "dates without a year are taken for {year} ({why}): --map year={year} says so, or another"
        ));
        years.heading(Some(Era::calendar(year)), None);
        years
    }

    fn headings_name_years(&self) -> bool {
        self.body.iter().any(|row| {
            let says = row.sayings();
            says.len() == 1 && says.iter().any(|text| Era::in_text(text).is_some())
        })
    }

    /// The days without a year, unless some row names one.
    fn open_days(&self) -> Vec<(Partial, Option<Weekday>)> {
        let mut open = Vec::new();
        for row in self.body {
            let cell = self.rows.cell(row, Meaning::Date);
            let Ok(Written::Span(start, _)) = read(cell, Stands::Days, self.header.order) else {
                continue;
            };
            match start.day {
                Some(day) if day.year.is_some() => return Vec::new(),
                Some(day) => open.push((day, start.weekday)),
                None => {}
            }
        }
        open
    }
}

/// True for sums and remarks that stand below or between the entries.
fn is_sum_or_remark(text: &str) -> bool {
    const SUMS: [&str; 8] = [
        "합계", "총계", "소계", "계", "총합", "total", "subtotal", "sum",
    ];
    let folded = super::token::fold(text);
    let plain = folded.trim_matches(|c: char| !c.is_alphanumeric());
    text.starts_with(['※', '*', '＊', '◎', '▶'])
        || SUMS.contains(&plain)
        || plain.starts_with("비고")
        || plain.starts_with("참고")
}
