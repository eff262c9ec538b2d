//! The questions to the index, one after another.

use crate::Search;
use domain::calendar::Calendar;
use domain::id::CalendarId;
use domain::search::{Clauses, Filters, Guessed, Query, Reach};
use jiff::Timestamp;
use std::fmt;
use store::occurrences::Shown;
use store::search::{Coming, Hits, Key, Over, calendars, coming, exists, over};
use store::{Conn, Result};

/// Calendars that are shown beside the events.
const CALENDARS: i64 = 6;

/// What is looked for.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// As typed.
    pub text: &'a str,
    /// Words of the place, and tags.
    pub filters: Filters,
    /// Only in this calendar.
    pub calendar: Option<CalendarId>,
    /// Only in calendars of this category.
    pub category: Option<&'a str>,
    /// Only what is not over by then. Without it, what is to come is first, and then what is over.
    pub from: Option<Timestamp>,
    /// Only what starts before.
    pub to: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
    /// Where the last page ended.
    pub after: Option<Cursor>,
    /// Most events.
    pub limit: usize,
    /// Whether a search without results is worth an editor's look: not while somebody types.
    pub is_final: bool,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Calendars, on the first page only.
    pub calendars: Vec<Calendar>,
    /// Events at their next instance, or, when they are over, at their last.
    pub events: Vec<Shown>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<Cursor>,
    /// What was found instead: the words as they were probably meant.
    pub read_as: Option<String>,
}

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    stage: Stage,
    key: Key,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// To come, by their titles.
    Titles,
    /// To come, by what stands beside.
    Beside,
    /// Over.
    Over,
    /// To come, as it may have been meant.
    Guessed,
    /// Over, as it may have been meant.
    GuessedOver,
}

impl Stage {
    const ALL: [Self; 5] = [
        Self::Titles,
        Self::Beside,
        Self::Over,
        Self::Guessed,
        Self::GuessedOver,
    ];

    const fn is_guessed(self) -> bool {
        matches!(self, Self::Guessed | Self::GuessedOver)
    }

    const fn is_over(self) -> bool {
        matches!(self, Self::Over | Self::GuessedOver)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = self.stage as usize;
        write!(f, "{stage}.{}.{}", self.key.ms, self.key.doc)
    }
}

impl Cursor {
    /// Reads what was written.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let stage: usize = parts.next()?.parse().ok()?;
        let ms = parts.next()?.parse().ok()?;
        let doc = parts.next()?.parse().ok()?;
        Some(Self {
            stage: *Stage::ALL.get(stage)?,
            key: Key { ms, doc },
        })
    }
}

/// The clauses of each stage.
struct Questions {
    titles: Clauses,
    everywhere: Clauses,
    guessed: Option<Clauses>,
}

impl Search {
    /// Looks for events, and on the first page for calendars.
    pub async fn find(&self, asked: &Asked<'_>) -> Result<Found> {
        let Some(query) = Query::parse(asked.text) else {
            return Ok(Found::default());
        };
        let mut conn = self.db.read().await?;
        let mut questions = Questions {
            titles: query.clauses(Reach::Titles, &asked.filters),
            everywhere: query.clauses(Reach::Everywhere, &asked.filters),
            guessed: None,
        };
        let was_guessed = asked.after.is_some_and(|after| after.stage.is_guessed());
        let mut found = Found::default();
        if !was_guessed {
            if asked.after.is_none() {
                found.calendars = self.calendars(&mut conn, &query, asked).await?;
            }
            self.typed(&mut conn, &questions, asked, &mut found).await?;
        }
        let nothing = found.events.is_empty() && found.calendars.is_empty();
        if was_guessed || (nothing && asked.after.is_none()) {
            if let Some(guessed) = self.words.guess(&mut conn, &query).await? {
                questions.guessed = Some(query.guessed_clauses(&guessed, &asked.filters));
                let stages = [Stage::Guessed, Stage::GuessedOver];
                fill(&mut conn, &questions, asked, &stages, &mut found).await?;
                if asked.after.is_none() && wants_calendars(asked) {
                    let clauses = query.guessed_calendar_clauses(&guessed);
                    found.calendars =
                        calendars(&mut conn, &clauses, None, asked.category, CALENDARS).await?;
                }
                if !found.events.is_empty() || !found.calendars.is_empty() {
                    found.read_as = Some(read_as(&query, &guessed));
                }
            }
            let nothing = found.events.is_empty() && found.calendars.is_empty();
            if nothing && asked.is_final {
                self.misses.note(asked.text, asked.now);
            }
        }
        Ok(found)
    }

    /// Asks for what was typed, word for word.
    async fn typed(
        &self,
        conn: &mut Conn,
        questions: &Questions,
        asked: &Asked<'_>,
        found: &mut Found,
    ) -> Result<()> {
        fill(conn, questions, asked, &[Stage::Titles], found).await?;
        if found.next.is_some() {
            return Ok(());
        }
        // Most texts with a typing error are nowhere: one look tells, instead of one a stage.
        let nothing = found.events.is_empty() && asked.after.is_none();
        if nothing && !exists(conn, &questions.everywhere).await? {
            return Ok(());
        }
        fill(conn, questions, asked, &[Stage::Beside, Stage::Over], found).await
    }

    async fn calendars(
        &self,
        conn: &mut Conn,
        query: &Query,
        asked: &Asked<'_>,
    ) -> Result<Vec<Calendar>> {
        if !wants_calendars(asked) {
            return Ok(Vec::new());
        }
        let titles = query.calendar_clauses(Reach::Titles);
        let mut found = calendars(conn, &titles, None, asked.category, CALENDARS).await?;
        let room = CALENDARS - i64::try_from(found.len()).unwrap_or(CALENDARS);
        if room > 0 {
            let all = query.calendar_clauses(Reach::Everywhere);
            found.extend(calendars(conn, &all, Some(&titles), asked.category, room).await?);
        }
        Ok(found)
    }
}

/// A place, a tag or a time is asked of events.
fn wants_calendars(asked: &Asked<'_>) -> bool {
    asked.calendar.is_none() && asked.filters == Filters::default()
}

/// The query with the likeliest reading of each word.
fn read_as(query: &Query, guessed: &Guessed) -> String {
    let typed = query.typed();
    let words = typed.iter().zip(&guessed.words).map(|(typed, readings)| {
        let best = readings.first().or(typed.as_ref());
        best.map(|word| word.shown()).unwrap_or_default()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Asks the stages in turn until the page is full.
async fn fill(
    conn: &mut Conn,
    questions: &Questions,
    asked: &Asked<'_>,
    stages: &[Stage],
    found: &mut Found,
) -> Result<()> {
    let begin = asked.after.map(|after| after.stage);
    let behind = stages
        .iter()
        .filter(|stage| begin.is_none_or(|begin| **stage as usize >= begin as usize));
    for stage in behind {
        let mut after = asked
            .after
            .filter(|after| after.stage == *stage)
            .map(|after| after.key);
        loop {
            let room = asked.limit - found.events.len();
            let hits = ask(conn, questions, asked, *stage, after, room + 1).await?;
            let before = after;
            for hit in hits.hits {
                if found.events.len() == asked.limit {
                    found.next = after.map(|key| Cursor { stage: *stage, key });
                    // The page filled up with the stage before: this one begins anew.
                    if found.next.is_none() {
                        found.next = Some(Cursor::before(*stage));
                    }
                    return Ok(());
                }
                after = Some(hit.key);
                // In two calendars it is found twice.
                let id = (hit.shown.event, hit.shown.starts);
                if !found.events.iter().any(|one| (one.event, one.starts) == id) {
                    found.events.push(hit.shown);
                }
            }
            if !hits.more || after == before {
                break;
            }
        }
    }
    Ok(())
}

impl Cursor {
    /// The place before everything of a stage.
    fn before(stage: Stage) -> Self {
        let end = if stage.is_over() { i64::MAX } else { i64::MIN };
        Self {
            stage,
            key: Key { ms: end, doc: end },
        }
    }
}

async fn ask(
    conn: &mut Conn,
    questions: &Questions,
    asked: &Asked<'_>,
    stage: Stage,
    after: Option<Key>,
    limit: usize,
) -> Result<Hits> {
    let (clauses, except) = match stage {
        Stage::Titles => (&questions.titles, None),
        Stage::Beside => (&questions.everywhere, Some(&questions.titles)),
        Stage::Over => (&questions.everywhere, None),
        Stage::Guessed | Stage::GuessedOver => match &questions.guessed {
            Some(guessed) => (guessed, None),
            None => return Ok(Hits::default()),
        },
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let is_bounded = asked.from.is_some() || asked.to.is_some();
    if stage.is_over() && is_bounded {
        return Ok(Hits::default());
    }
    if stage.is_over() {
        let wanted = Over {
            clauses,
            before: asked.now,
            calendar: asked.calendar,
            category: asked.category,
            after,
            limit,
        };
        return over(conn, wanted).await;
    }
    let wanted = Coming {
        clauses,
        except,
        from: asked.from.unwrap_or(asked.now),
        to: asked.to,
        calendar: asked.calendar,
        category: asked.category,
        after,
        limit,
    };
    coming(conn, wanted).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_reads_back(stage in 0usize..5, ms: i64, doc: i64) {
            let key = Key { ms, doc };
            let cursor = Cursor { stage: Stage::ALL[stage], key };
            prop_assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        }

        #[test]
        fn any_text_is_a_cursor_or_none(text in any::<String>()) {
            if let Some(cursor) = Cursor::parse(&text) {
                prop_assert!(Cursor::parse(&cursor.to_string()) == Some(cursor));
            }
        }
    }
}
