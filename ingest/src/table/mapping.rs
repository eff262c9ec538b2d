//! Which column means what: as people chose it, or as it was guessed, and how it is told.

use super::meaning::{Meaning, compact};
use std::fmt;
use std::str::FromStr;

/// One choice of a person: `title=경기`, `title=#3` for the third column, `year=2026` for what no
/// column says, `url=` to leave a meaning without a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub(super) meaning: Meaning,
    pub(super) column: String,
}

/// Why a choice cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// There is no `=`.
    #[error("{0:?} is not like title=경기 (what it means, =, the column's header)")]
    Form(String),
    /// No such meaning.
    #[error("{unknown:?} is none of {known}", known = known())]
    Meaning {
        /// What was written before the `=`.
        unknown: String,
    },
}

fn known() -> String {
    let names: Vec<&str> = Meaning::ALL.iter().map(|m| m.as_str()).collect();
    names.join(", ")
}

impl FromStr for Choice {
    type Err = ChoiceError;

    fn from_str(text: &str) -> Result<Self, ChoiceError> {
        let (meaning, column) = text
            .split_once('=')
            .ok_or_else(|| ChoiceError::Form(text.to_owned()))?;
        let name = meaning.trim().to_lowercase().replace('-', "_");
        let meaning = Meaning::parse(&name).ok_or_else(|| ChoiceError::Meaning {
            unknown: meaning.trim().to_owned(),
        })?;
        Ok(Self {
            meaning,
            column: column.trim().to_owned(),
        })
    }
}

impl Choice {
    /// The year that the choice states itself, instead of naming a column for it.
    pub(super) fn stated_year(&self) -> Option<i16> {
        let digits = self.column.len() == 4 && self.column.bytes().all(|b| b.is_ascii_digit());
        (self.meaning == Meaning::Year && digits)
            .then(|| self.column.parse().ok())
            .flatten()
    }

    /// The column it names among these headers.
    pub(super) fn find(&self, headers: &[String]) -> Option<usize> {
        if let Some(number) = self.column.strip_prefix('#') {
            let index = number.parse::<usize>().ok()?.checked_sub(1)?;
            return (index < headers.len()).then_some(index);
        }
        let exact = headers.iter().position(|header| *header == self.column);
        let wanted = compact(&self.column);
        let like = |header: &String| !wanted.is_empty() && compact(header) == wanted;
        exact.or_else(|| headers.iter().position(like))
    }
}

/// The columns of one table. Displays as the line that people check before they import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mapping {
    headers: Vec<String>,
    columns: Vec<(Meaning, usize)>,
    /// Meanings that a person wants no column for.
    refused: Vec<Meaning>,
}

impl Mapping {
    pub(super) fn new(headers: Vec<String>) -> Self {
        Self {
            headers,
            ..Self::default()
        }
    }

    pub(super) fn headers(&self) -> &[String] {
        &self.headers
    }

    pub(super) fn refuse(&mut self, meaning: Meaning) {
        self.refused.push(meaning);
    }

    /// Gives a meaning its column, unless one of the two is taken.
    pub(super) fn assign(&mut self, meaning: Meaning, column: usize) {
        if self.wants(meaning) && self.is_free(column) {
            self.columns.push((meaning, column));
        }
    }

    pub(super) fn wants(&self, meaning: Meaning) -> bool {
        !self.has(meaning) && !self.refused.contains(&meaning)
    }

    pub(super) fn is_free(&self, column: usize) -> bool {
        self.columns.iter().all(|(_, taken)| *taken != column)
    }

    pub(super) fn column(&self, meaning: Meaning) -> Option<usize> {
        let mut columns = self.columns.iter();
        columns
            .find(|(m, _)| *m == meaning)
            .map(|(_, column)| *column)
    }

    pub(super) fn has(&self, meaning: Meaning) -> bool {
        self.column(meaning).is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The header over a meaning's column.
    pub(super) fn header(&self, meaning: Meaning) -> &str {
        self.column(meaning)
            .and_then(|column| self.headers.get(column))
            .map_or("", String::as_str)
    }

    /// True when it says when and what, without which nothing is an event.
    pub(super) fn is_enough(&self) -> bool {
        self.has(Meaning::Date) && (self.has(Meaning::Title) || self.has(Meaning::Opponent))
    }
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut columns = self.columns.clone();
        columns.sort_by_key(|(meaning, _)| *meaning);
        let name = |column: usize| match self.headers.get(column).map(String::as_str) {
            None | Some("") => format!("#{}", column + 1),
            Some(header) => header.to_owned(),
        };
        let used: Vec<String> = columns
            .iter()
            .map(|(meaning, column)| format!("{} → {meaning}", name(*column)))
            .collect();
        write!(f, "columns: {}", used.join(", "))?;
        let mut unused: Vec<&str> = Vec::new();
        for (column, header) in self.headers.iter().enumerate() {
            if self.is_free(column) && !header.is_empty() && !unused.contains(&header.as_str()) {
                unused.push(header);
            }
        }
        if unused.is_empty() {
            return Ok(());
        }
        write!(f, "; not used: {}", unused.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_or_refused_by_name() {
        let choice: Choice = " title = 경기 ".parse().unwrap();
        assert_eq!(
            (choice.meaning, choice.column.as_str()),
            (Meaning::Title, "경기")
        );
        let home: Choice = "home=홈".parse().unwrap();
        assert_eq!(home.meaning, Meaning::Team);
        assert_eq!(
            "year=2026".parse::<Choice>().unwrap().stated_year(),
            Some(2026)
        );
        assert_eq!("year=연도".parse::<Choice>().unwrap().stated_year(), None);
        let unknown = "titel=경기".parse::<Choice>().unwrap_err().to_string();
        assert!(
            unknown.contains("titel") && unknown.contains("title"),
            "{unknown}"
        );
        assert!("경기".parse::<Choice>().is_err());
    }

    #[test]
    fn a_mapping_tells_what_is_used_and_what_is_not() {
        let mut mapping = Mapping::new(["날짜", "경기", "관중"].map(str::to_owned).to_vec());
        mapping.assign(Meaning::Date, 0);
        mapping.assign(Meaning::Title, 1);
        mapping.assign(Meaning::Place, 1);
        assert!(mapping.is_enough() && !mapping.has(Meaning::Place));
        let told = "columns: 경기 → title, 날짜 → date; not used: 관중";
        assert_eq!(mapping.to_string(), told);
    }
}
