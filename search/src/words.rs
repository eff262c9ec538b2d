//! The words of all titles in memory, for guessing at mistyped ones.

use domain::search::{Guess, Guessed, Query, Reading, letters};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Conn, search::words_after};

/// Words read at once.
const CHUNK: i64 = 50_000;
/// Numbers that a slow transaction may still fill in, behind the last one seen.
const LATE: i64 = 200;
/// Readings of one word that are looked for.
const READINGS: usize = 12;

#[derive(Debug, Clone, Default)]
struct List {
    /// Each word with its letters as a set.
    words: Vec<(Reading, u64)>,
    last: i64,
    /// The numbers of those that may have been read before.
    recent: BTreeSet<i64>,
}

#[derive(Debug, Default)]
pub(crate) struct Words(Mutex<Arc<List>>);

impl Words {
    /// Other readings of a query's words: by the other keyboard layout, or a slip away. `None`
    /// where there are none.
    pub(crate) async fn guess(
        &self,
        conn: &mut Conn,
        query: &Query,
    ) -> store::Result<Option<Guessed>> {
        let list = self.fresh(conn).await?;
        let typed = query.typed().into_iter().zip(query.other_layout());
        let words: Vec<Vec<Reading>> = typed
            .map(|(typed, layout)| list.readings(typed.as_ref(), layout.as_ref()))
            .collect();
        let any = words.iter().any(|readings| !readings.is_empty());
        Ok(any.then_some(Guessed { words }))
    }

    /// The list with what was published since it was last looked at.
    async fn fresh(&self, conn: &mut Conn) -> store::Result<Arc<List>> {
        let mut list = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut from = list.last.saturating_sub(LATE);
        loop {
            let rows = words_after(conn, from, CHUNK).await?;
            let has_last = list.last == 0 || rows.iter().any(|(id, _)| *id == list.last);
            if from < list.last && !has_last {
                // The index was made anew, and the numbers began again.
                list = Arc::default();
                from = 0;
                continue;
            }
            let full = i64::try_from(rows.len()).is_ok_and(|rows| rows == CHUNK);
            let known = |id: &i64| *id <= list.last && list.recent.contains(id);
            if rows.iter().any(|(id, _)| !known(id)) {
                Arc::make_mut(&mut list).add(rows);
            }
            if !full {
                break;
            }
            from = list.last;
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = list.clone();
        Ok(list)
    }
}

impl List {
    fn add(&mut self, rows: Vec<(i64, String)>) {
        for (id, word) in rows {
            self.last = self.last.max(id);
            if !self.recent.insert(id) {
                continue;
            }
            if let Some(reading) = Reading::read(&word) {
                let set = letters(reading.letters());
                self.words.push((reading, set));
            }
        }
        self.recent = self.recent.split_off(&(self.last - LATE));
    }

    fn readings(&self, typed: Option<&Reading>, layout: Option<&Reading>) -> Vec<Reading> {
        let slips = typed.map(|typed| self.slips(typed)).unwrap_or_default();
        if !slips.is_empty() {
            return slips;
        }
        layout
            .filter(|word| self.holds(word))
            .cloned()
            .into_iter()
            .collect()
    }

    /// Whether some word begins so.
    fn holds(&self, beginning: &Reading) -> bool {
        let wanted = letters(beginning.letters());
        self.words.iter().any(|(word, set)| {
            wanted & !set == 0
                && is_alike(word, beginning)
                && word.letters().starts_with(beginning.letters())
        })
    }

    /// The beginnings of words that are a slip or two away, nearest first; none where a word
    /// begins as it was typed.
    fn slips(&self, typed: &Reading) -> Vec<Reading> {
        let Some(guess) = Guess::of(typed.letters()) else {
            return Vec::new();
        };
        let alike = self.words.iter().filter(|(word, _)| is_alike(word, typed));
        let mut found: BTreeSet<(usize, Reading)> = BTreeSet::new();
        for (word, set) in alike {
            if let Some((slips, end)) = guess.compare(word.letters(), *set) {
                if slips == 0 {
                    return Vec::new();
                }
                found.insert((slips, word.cut(end)));
            }
        }
        found
            .into_iter()
            .take(READINGS)
            .map(|(_, word)| word)
            .collect()
    }
}

fn is_alike(a: &Reading, b: &Reading) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}
