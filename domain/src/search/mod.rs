//! Finding calendars and events by what people type (R24): from the first letter of a syllable,
//! by initial consonants, by parts of words, in either keyboard layout, with typing errors and
//! other names. Pure: an index stores [`Terms`] and answers [`Clauses`] over them.

mod keys;
mod query;
mod synonyms;
mod terms;
mod typo;
mod words;

pub use query::{Clauses, Filters, Guessed, Query, Reach, Term};
pub use terms::{Reading, Terms};
pub use typo::{Guess, letters};

use crate::calendar::CalendarProfile;
use crate::event::{EventBody, Occurrence};
use crate::text::Text;
use terms::Depth;

/// Raised when the same text gives other terms: an index made by an earlier one is made anew.
pub const ANALYSER_VERSION: u32 = 1;

/// How much of a description is searched, in words.
const PROSE_WORDS: usize = 60;

/// What an event is found by, in whatever calendar it stands.
pub fn event_terms(body: &EventBody) -> Terms {
    let mut terms = Terms::default();
    add_occurrence(&mut terms, &body.main);
    for changed in body.series.iter().flat_map(|series| &series.overrides) {
        add_occurrence(&mut terms, &changed.instead);
    }
    terms
}

/// What the events of a calendar are found by because they stand in it.
pub fn home_terms(calendar: &CalendarProfile) -> Terms {
    let mut terms = Terms::default();
    for (_, title) in calendar.title.iter() {
        terms.add(title, Depth::Name);
    }
    terms
}

fn add_occurrence(terms: &mut Terms, what: &Occurrence) {
    for (_, title) in what.title.iter() {
        terms.add(title, Depth::Title);
    }
    for (_, place) in what.place.name.iter() {
        terms.add(place, Depth::Name);
        terms.add_place(place);
    }
    for tag in &what.tags {
        terms.add_tag(&tag.key);
        for (_, label) in tag.label.iter() {
            terms.add(label, Depth::Prose);
        }
    }
    add_prose(terms, &what.description);
}

/// What a calendar is found by.
pub fn calendar_terms(calendar: &CalendarProfile, category: &Text) -> Terms {
    let mut terms = Terms::default();
    for (_, title) in calendar.title.iter() {
        terms.add(title, Depth::Title);
    }
    for (_, title) in category.iter() {
        terms.add(title, Depth::Name);
    }
    add_prose(&mut terms, &calendar.description);
    terms.of_calendar()
}

fn add_prose(terms: &mut Terms, text: &Text) {
    for (_, text) in text.iter() {
        // The words of a long text are not all looked for.
        let end = text
            .char_indices()
            .nth(PROSE_WORDS * 20)
            .map_or(text.len(), |(at, _)| at);
        let mut words = words::words(&text[..end]);
        words.truncate(PROSE_WORDS);
        terms.add_words(&words, Depth::Prose);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Color, Slug};
    use crate::tag::Tag;
    use crate::text::Lang;
    use crate::time::EventTime;
    use crate::zone::Zone;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn calendar(title: &str) -> CalendarProfile {
        CalendarProfile {
            slug: Slug::parse("acorns").unwrap(),
            title: Text::new(Lang::KO, title),
            description: Text::none(),
            category: Slug::parse("club").unwrap(),
            color: Color { rgb: [0; 3] },
            language: Lang::KO,
            zone: Zone::seoul(),
            url: None,
            attribution: None,
            sample: false,
        }
    }

    fn event(title: &str, place: &str) -> EventBody {
        let mut what =
            Occurrence::new(Text::new(Lang::KO, title), EventTime::day(date(2027, 4, 1)));
        what.place.name = Text::new(Lang::KO, place);
        what.tags = Tag::from_label("home", Lang::EN).into_iter().collect();
        what.into()
    }

    /// An event's terms and those of its calendar.
    fn event_terms(body: &EventBody, calendar: &CalendarProfile) -> Terms {
        let mut terms = super::event_terms(body);
        terms.terms.extend(home_terms(calendar).terms);
        terms
    }

    /// What an index does with clauses.
    fn holds(terms: &Terms, clauses: &Clauses) -> bool {
        let found = |term: &Term| match term.prefix {
            true => terms.terms.iter().any(|t| t.starts_with(&term.text)),
            false => terms.terms.contains(&term.text),
        };
        let all = clauses.all.iter().all(|clause| clause.iter().any(found));
        all && !clauses.none.iter().any(found)
    }

    fn reach(query: &str, title: &str, place: &str) -> Option<Reach> {
        let terms = event_terms(&event(title, place), &calendar("숲속 모임"));
        let query = Query::parse(query)?;
        let none = Filters::default();
        [Reach::Titles, Reach::Everywhere]
            .into_iter()
            .find(|reach| holds(&terms, &query.clauses(*reach, &none)))
    }

    #[test]
    fn people_find_what_they_mean() {
        use Reach::{Everywhere, Titles};
        for (query, title, place, found) in [
            ("ㄹ", "롯데 vs LG", "", Some(Titles)),
            ("로", "롯데 vs LG", "", Some(Titles)),
            ("롯", "롯데 vs LG", "", Some(Titles)),
            ("롯ㄷ", "롯데 vs LG", "", Some(Titles)),
            ("ㄹㄷ", "롯데 vs LG", "", Some(Titles)),
            ("ㄹㄷㅈㅇㅇㅊ", "롯데 자이언츠 홈 경기", "", Some(Titles)),
            ("롯데자이언츠", "롯데 자이언츠 홈 경기", "", Some(Titles)),
            ("자이언츠", "롯데자이언츠 홈 경기", "", Some(Everywhere)),
            ("두산 엘지", "두산 vs LG", "", Some(Titles)),
            ("롯데 vs lg", "롯데 vs LG", "", Some(Titles)),
            ("두산 vs", "두산 : LG", "", Some(Everywhere)),
            ("chelsea vs ars", "Chelsea vs Arsenal", "", Some(Titles)),
            ("첼시", "Chelsea vs Arsenal", "", Some(Titles)),
            (
                "콘서트 부산",
                "여름 콘서트",
                "부산 시민회관",
                Some(Everywhere),
            ),
            ("레미제", "뮤지컬 <레미제라블>", "", Some(Titles)),
            ("다람못 ㅊ", "다람못 축제 이틀", "", Some(Titles)),
            ("올영세일", "올리브영 세일", "", Some(Titles)),
            ("올리브영", "올영세일", "", Some(Titles)),
            ("숲속", "아침 달리기", "", Some(Everywhere)),
            ("ball", "Baseball night", "", Some(Everywhere)),
            ("beyonce", "Beyoncé", "", Some(Titles)),
            ("도쿄", "東京公演", "", None),
            ("公演", "東京公演", "", Some(Titles)),
            ("데", "롯데 vs LG", "", None),
            ("축재", "다람못 축제", "", None),
        ] {
            assert_eq!(reach(query, title, place), found, "{query} in {title}");
        }
    }

    #[test]
    fn filters_hold_beside_the_words() {
        let terms = event_terms(&event("다람못 축제", "다람못 야구장"), &calendar("숲"));
        let query = Query::parse("축제").unwrap();
        for (place, tags, without, found) in [
            (None, vec!["home"], vec![], true),
            (None, vec!["hom"], vec![], false),
            (None, vec!["away", "home"], vec![], true),
            (None, vec![], vec!["home"], false),
            (None, vec![], vec!["hom"], true),
            (Some("야구"), vec![], vec![], true),
            (Some("축제"), vec![], vec![], false),
        ] {
            let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
            let filters = Filters {
                place: place.map(str::to_owned),
                tags: owned(tags),
                without: owned(without),
            };
            let clauses = query.clauses(Reach::Everywhere, &filters);
            assert_eq!(holds(&terms, &clauses), found, "{filters:?}");
        }
    }

    #[test]
    fn the_other_keyboard_layout_is_understood() {
        let none = Filters::default();
        for (typed, title) in [("fhtep", "롯데 vs LG"), ("ㅁㄱㄴ두미", "Arsenal")] {
            let terms = event_terms(&event(title, ""), &calendar("숲"));
            let query = Query::parse(typed).unwrap();
            assert!(!holds(&terms, &query.clauses(Reach::Everywhere, &none)));
            let guessed = Guessed {
                words: query
                    .other_layout()
                    .into_iter()
                    .map(|r| r.into_iter().collect())
                    .collect(),
            };
            let guessed = query.guessed_clauses(&guessed, &none);
            assert!(holds(&terms, &guessed), "{typed}");
        }
    }

    #[test]
    fn calendars_and_events_do_not_find_each_other() {
        let profile = calendar("다람못 모임");
        let found = calendar_terms(&profile, &Text::new(Lang::KO, "동네"));
        let query = Query::parse("다람못").unwrap();
        assert!(holds(&found, &query.calendar_clauses(Reach::Titles)));
        assert!(!holds(
            &found,
            &query.clauses(Reach::Everywhere, &Filters::default())
        ));
        let event = event_terms(&event("다람못", ""), &profile);
        assert!(!holds(&event, &query.calendar_clauses(Reach::Everywhere)));
    }

    proptest! {
        #[test]
        fn every_beginning_of_a_title_finds_it(title in "[가-힣a-zA-Z0-9 ]{1,20}", cut in 1usize..20) {
            let typed: String = title.chars().take(cut).collect();
            let terms = event_terms(&event(&title, ""), &calendar("x"));
            if let Some(query) = Query::parse(&typed) {
                let clauses = query.clauses(Reach::Titles, &Filters::default());
                prop_assert!(holds(&terms, &clauses), "{:?} {:?}", clauses, terms);
            }
        }

        #[test]
        fn any_text_gives_terms_that_need_no_quoting(text in any::<String>()) {
            let terms = event_terms(&event(&text, &text), &calendar(&text));
            let asked = Query::parse(&text).map(|query| {
                let filters = Filters { place: Some(text.clone()), ..Filters::default() };
                query.clauses(Reach::Everywhere, &filters)
            });
            let asked = asked.into_iter().flat_map(|clauses| clauses.all).flatten();
            for term in terms.terms.into_iter().chain(asked.map(|term| term.text)) {
                let is_mark = unicode_normalization::char::is_combining_mark;
                let is_plain = |c: char| c.is_alphanumeric() || is_mark(c) || c == '-';
                prop_assert!(term.chars().all(is_plain), "{term:?}");
            }
        }
    }
}
