//! One row of a grid: its cells, and the event that it is or what is wrong with it.

use super::shape::Shaped;
use crate::table::{Bad, Cell, Meaning, Row, Seen};
use domain::event::Draft;
use domain::text::{Lang, Text};
use domain::zone::Zone;
use std::collections::BTreeMap;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct GridRow {
    /// Its number in the paste, from 1, blank rows not counted.
    pub number: usize,
    /// Its cells as text, one for each column.
    pub cells: Vec<String>,
    /// Columns whose cell was empty and was filled from the row above.
    pub filled: Vec<usize>,
    /// What the row is.
    pub outcome: Outcome,
    /// What is odd about a row that is an event all the same.
    pub warnings: Vec<CellFault>,
}

/// What a row is.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// An event.
    Draft(Box<Draft>),
    /// No event, because of these cells.
    Faults(Vec<CellFault>),
    /// A heading, a sum, a remark.
    NoEntry,
}

/// What is wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// Which column; `None` where it is about the row.
    pub column: Option<usize>,
    /// The key of its translation.
    pub key: &'static str,
    /// What the cell says.
    pub value: String,
}

/// The rows below the header.
pub(super) fn rows(shaped: &Shaped, seen: &Seen) -> Vec<GridRow> {
    let mut drafts: BTreeMap<usize, &Draft> = BTreeMap::new();
    drafts.extend(seen.drafts.iter().map(|draft| (draft.line, draft)));
    let bad: BTreeMap<usize, &str> = seen
        .skipped
        .iter()
        .map(|skipped| (skipped.line, skipped.reason.as_str()))
        .collect();
    let width = shaped.sheet.width();
    let below = shaped
        .sheet
        .rows
        .iter()
        .zip(&shaped.filled)
        .skip(seen.header + 1);
    below
        .map(|(row, filled)| {
            let (outcome, warnings) = match (drafts.get(&row.number), bad.get(&row.number)) {
                (Some(draft), _) => {
                    let draft = tidy((*draft).clone());
                    let warnings = warnings(row, seen, &draft);
                    (Outcome::Draft(Box::new(draft)), warnings)
                }
                (None, Some(reason)) => (Outcome::Faults(faults(row, seen, reason)), Vec::new()),
                (None, None) => (Outcome::NoEntry, Vec::new()),
            };
            GridRow {
                number: row.number - usize::from(shaped.made_up),
                cells: (0..width).map(|column| row.cell(column).says()).collect(),
                filled: filled.clone(),
                outcome,
                warnings,
            }
        })
        .collect()
}

fn column(seen: &Seen, meaning: Meaning) -> Option<usize> {
    let is = |column: &Option<(Meaning, bool)>| column.is_some_and(|(m, _)| m == meaning);
    seen.columns.iter().position(is)
}

/// Why the row is no event, cell by cell; the reader's own word where no cell tells.
fn faults(row: &Row, seen: &Seen, reason: &str) -> Vec<CellFault> {
    let mut faults = Vec::new();
    for meaning in [Meaning::Date, Meaning::End, Meaning::Time, Meaning::EndTime] {
        let Some(at) = column(seen, meaning) else {
            continue;
        };
        let cell = row.cell(at);
        let days = matches!(meaning, Meaning::Date | Meaning::End);
        let key = match seen.bad(cell, meaning) {
            Some(Bad::Impossible) if days => "grid.no_such_day",
            Some(Bad::Impossible) => "grid.no_such_time",
            Some(Bad::Unknown) if days => "grid.no_date",
            _ if meaning == Meaning::Date && cell.is_blank() => "grid.missing_date",
            _ => continue,
        };
        faults.push(fault(at, key, cell));
    }
    let titles = [Meaning::Title, Meaning::Team, Meaning::Opponent];
    let titles: Vec<usize> = titles.into_iter().filter_map(|m| column(seen, m)).collect();
    for at in titles.iter().filter(|at| row.cell(**at).is_blank()) {
        faults.push(fault(*at, "grid.missing_title", row.cell(*at)));
    }
    if faults.is_empty() {
        faults.push(CellFault {
            column: None,
            key: "grid.row",
            value: reason.to_owned(),
        });
    }
    faults
}

fn fault(column: usize, key: &'static str, cell: &Cell) -> CellFault {
    CellFault {
        column: Some(column),
        key,
        value: cell.says(),
    }
}

fn warnings(row: &Row, seen: &Seen, draft: &Draft) -> Vec<CellFault> {
    let mut warnings = Vec::new();
    if let Some(at) = column(seen, Meaning::Date)
        && let Some(said) = seen.weekday(row.cell(at))
        && let Some((first, _)) = own_days(draft)
        && first.weekday() != said
    {
        warnings.push(fault(at, "grid.wrong_weekday", row.cell(at)));
    }
    if let Some(at) = column(seen, Meaning::Time)
        && seen.bad(row.cell(at), Meaning::Time) == Some(Bad::Unknown)
    {
        warnings.push(fault(at, "grid.hour_as_text", row.cell(at)));
    }
    if let Some(at) = column(seen, Meaning::Url)
        && !row.cell(at).is_blank()
        && draft.body.main.url.is_none()
    {
        warnings.push(fault(at, "grid.bad_address", row.cell(at)));
    }
    warnings
}

fn own_days(draft: &Draft) -> Option<(jiff::civil::Date, jiff::civil::Date)> {
    let zone = match &draft.body.main.time {
        domain::time::EventTime::Zoned(zoned) => zoned.zone.clone(),
        _ => Zone::utc(),
    };
    draft.body.main.time.days(&zone)
}

/// League pages write both sides, and the score between them, in one cell: `두산5vs3롯데`. The
/// score is never part of a title (R9).
fn tidy(mut draft: Draft) -> Draft {
    let main = &mut draft.body.main;
    let titles: Vec<(Lang, String)> = main
        .title
        .iter()
        .map(|(lang, title)| (lang, title.to_owned()))
        .collect();
    for (lang, title) in titles {
        let Some(sides) = Sides::of(&title) else {
            continue;
        };
        main.title
            .set(lang, format!("{} vs {}", sides.one, sides.other));
        if let Some((one, other)) = sides.score
            && main.result.is_empty()
        {
            main.result = Text::new(lang, format!("{one}:{other}"));
        }
    }
    draft
}

struct Sides<'t> {
    one: &'t str,
    other: &'t str,
    score: Option<(&'t str, &'t str)>,
}

impl<'t> Sides<'t> {
    /// Only where no space stands around the `vs`: elsewhere a person wrote the title. Within a
    /// word of small letters it is none.
    fn of(title: &'t str) -> Option<Self> {
        let at = title.to_ascii_lowercase().find("vs")?;
        let (left, right) = (title.get(..at)?, title.get(at + 2..)?);
        let ends = |c: Option<char>| c.is_some_and(|c| !c.is_ascii_lowercase() && c != ' ');
        if !ends(left.chars().next_back()) || !ends(right.chars().next()) {
            return None;
        }
        let one = left.trim_end_matches(|c: char| c.is_ascii_digit());
        let other = right.trim_start_matches(|c: char| c.is_ascii_digit());
        let scores = (&left[one.len()..], &right[..right.len() - other.len()]);
        let score = (!scores.0.is_empty() && !scores.1.is_empty()).then_some(scores);
        let (one, other) = match score {
            Some(_) => (one.trim(), other.trim()),
            None => (left.trim(), right.trim()),
        };
        (!one.is_empty() && !other.is_empty()).then_some(Self { one, other, score })
    }
}
