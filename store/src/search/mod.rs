//! The embedded search index: written in the transaction of what it finds, so that what is
//! published is searchable at once and nothing else ever is (R24). FTS5 on SQLite, tsvector on
//! PostgreSQL, both over the terms that `domain::search` makes.

mod find;
mod index;
mod misses;
mod numbers;
mod words;

pub use find::{Coming, Hit, Hits, Key, Over, calendars, coming, exists, over};
pub(crate) use index::{
    analyse, forget, index_calendar, index_events, mark_current, reindex_calendar, terms_of,
};
pub use index::{is_current, rebuild};
pub use misses::{Miss, miss, misses};
pub use words::words_after;

use domain::search::{Clauses, Term};

/// Clauses as FTS5 writes them. Terms hold no quotes (`domain::search::Term`).
fn for_sqlite(clauses: &Clauses, except: Option<&Clauses>) -> String {
    let term = |term: &Term| {
        let star = if term.prefix { "*" } else { "" };
        format!("\"{}\"{star}", term.text)
    };
    joined(clauses, except, [" AND ", " OR ", " NOT "], term)
}

/// Clauses as a tsquery.
fn for_postgres(clauses: &Clauses, except: Option<&Clauses>) -> String {
    let term = |term: &Term| {
        let star = if term.prefix { ":*" } else { "" };
        format!("'{}'{star}", term.text)
    };
    joined(clauses, except, [" & ", " | ", " & !"], term)
}

fn joined(
    clauses: &Clauses,
    except: Option<&Clauses>,
    [and, or, not]: [&str; 3],
    term: impl Fn(&Term) -> String,
) -> String {
    let any = |terms: &Vec<Term>| {
        let terms: Vec<String> = terms.iter().map(&term).collect();
        format!("({})", terms.join(or))
    };
    let all = |clauses: &Clauses| {
        let clauses: Vec<String> = clauses.all.iter().map(any).collect();
        format!("({})", clauses.join(and))
    };
    let mut text = all(clauses);
    if !clauses.none.is_empty() {
        text = format!("({text}{not}{})", any(&clauses.none));
    }
    match except {
        Some(except) => format!("{text}{not}{}", all(except)),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::search::{Filters, Query, Reach};

    #[test]
    fn clauses_are_written_for_each_engine() {
        let query = Query::parse("롯 lg").expect("two words");
        let none = Filters::default();
        let titles = query.clauses(Reach::Titles, &none);
        assert_eq!(for_sqlite(&titles, None), r#"(("kfht"*) AND ("elg"*))"#);
        assert_eq!(
            for_postgres(&titles, Some(&titles)),
            "(('kfht':*) & ('elg':*)) & !(('kfht':*) & ('elg':*))"
        );
    }
}
