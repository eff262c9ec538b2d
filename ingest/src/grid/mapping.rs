//! What a person chose for the columns of a paste, kept for the next one like it.

use super::Column;
use crate::table::{Choice, Meaning};
use serde::{Deserialize, Serialize};

/// A choice for each column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The columns, in order.
    pub columns: Vec<MappedColumn>,
    /// The year of dates that name none, where a person said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
}

/// One column and what it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappedColumn {
    /// What stands over it; empty where nothing does.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub header: String,
    /// The name of its [`Meaning`]; empty for a column that is not used. Unknown names are not
    /// used either: a later version may know more of them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub meaning: String,
}

impl Mapping {
    pub(super) fn of(columns: &[Column], year: Option<i16>) -> Self {
        let one = |column: &Column| MappedColumn {
            header: column.header.clone(),
            meaning: column
                .meaning
                .map_or(String::new(), |(meaning, _)| meaning.to_string()),
        };
        Self {
            columns: columns.iter().map(one).collect(),
            year,
        }
    }

    /// The same with another meaning for a column; whatever column had that meaning loses it.
    #[must_use]
    pub fn with(mut self, column: usize, meaning: Option<Meaning>) -> Self {
        let name = meaning.map_or(String::new(), |meaning| meaning.to_string());
        for other in &mut self.columns {
            if other.meaning == name {
                other.meaning = String::new();
            }
        }
        if let Some(column) = self.columns.get_mut(column) {
            column.meaning = name;
        }
        self
    }

    /// Whether it was made for a table with these headers.
    pub fn fits(&self, headers: &[String]) -> bool {
        let same = |(column, header): (&MappedColumn, &String)| column.header == *header;
        self.columns.len() == headers.len() && self.columns.iter().zip(headers).all(same)
    }

    /// The same for the table reader: a column for each meaning, and no column for the others.
    pub(super) fn choices(&self) -> Vec<Choice> {
        let column = |meaning: Meaning| {
            let mut columns = self.columns.iter();
            let at = columns.position(|column| Meaning::parse(&column.meaning) == Some(meaning));
            match (at, self.year.filter(|_| meaning == Meaning::Year)) {
                (Some(at), _) => format!("{meaning}=#{}", at + 1),
                (None, Some(year)) => format!("{meaning}={year:04}"),
                (None, None) => format!("{meaning}="),
            }
        };
        let all = Meaning::ALL.iter().map(|meaning| column(*meaning));
        all.filter_map(|choice| choice.parse().ok()).collect()
    }
}
