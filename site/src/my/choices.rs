//! What a form lets people choose: language, past, scores, alarms, days. Each is written from a
//! recipe or from what was typed, and read back.

use domain::alarm::Alarms;
use domain::filter::Days;
use domain::recipe::{Past, Recipe, Results};
use domain::text::Lang;
use jiff::civil::Weekday;
use web::failure::{Failure, Message};
use web::form::Fields;
use web::locale::{T, UiLang};
use web::when::weekday;

/// One of several things to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
    /// It is chosen.
    pub chosen: bool,
}

/// What holds for a whole personal calendar.
#[derive(Debug)]
pub(super) struct Settings {
    /// The language of words.
    pub lang: Vec<Choice>,
    /// How much of the past.
    pub past: Vec<Choice>,
    /// Scores are left out.
    pub hide_results: bool,
}

/// The values of [`Settings`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Set {
    pub lang: Option<Lang>,
    pub past: Past,
    pub results: Results,
}

impl Set {
    pub fn of(recipe: &Recipe) -> Self {
        Self {
            lang: recipe.lang,
            past: recipe.past,
            results: recipe.results,
        }
    }

    /// Reads what the form sent. Its choices cannot be mistyped.
    pub fn read(fields: &Fields) -> Result<Self, Failure> {
        let lang = match fields.one("lang") {
            "" => None,
            text => Some(
                UiLang::parse(text)
                    .ok_or_else(|| Failure::invalid("lang", Message::new("invalid.lang")))?,
            ),
        };
        let past = match fields.one("past") {
            "" => Past::default(),
            text => Past::parse(text).ok_or_else(|| {
                let max = domain::caps::PAST_DAYS.to_string();
                Failure::invalid("past", Message::new("invalid.past").with("max", max))
            })?,
        };
        Ok(Self {
            lang: lang.map(UiLang::lang),
            past,
            results: match fields.one("hide_results") {
                "" => Results::Shown,
                _ => Results::Hidden,
            },
        })
    }
}

impl Settings {
    /// The form with these values.
    pub fn of(set: Set, t: T) -> Self {
        let mut lang = vec![Choice {
            value: String::new(),
            label: t.s("my.lang_each").to_owned(),
            chosen: set.lang.is_none(),
        }];
        lang.extend(UiLang::ALL.iter().map(|ui| Choice {
            value: ui.as_str().to_owned(),
            label: T::new(*ui).s("language.own_name").to_owned(),
            chosen: set.lang == Some(ui.lang()),
        }));
        Self {
            lang,
            past: pasts(set.past, t),
            hide_results: set.results == Results::Hidden,
        }
    }
}

fn pasts(chosen: Past, t: T) -> Vec<Choice> {
    let usual = [
        (Past::Days(30), "my.past_month"),
        (Past::DEFAULT, "my.past_half_year"),
        (Past::Days(365), "my.past_year"),
        (Past::All, "my.past_all"),
    ];
    let choice = |past: Past, label: String| Choice {
        value: past.to_string(),
        label,
        chosen: past == chosen,
    };
    let mut all: Vec<Choice> = usual
        .iter()
        .map(|(past, key)| choice(*past, t.s(key).to_owned()))
        .collect();
    if let (Past::Days(days), false) = (chosen, all.iter().any(|one| one.chosen)) {
        let days = days.to_string();
        all.push(choice(chosen, t.f("my.past_days", &[("n", &days)])));
    }
    all
}

/// Spans that are offered by name; any other can be typed.
const SPANS: [(&str, &str); 6] = [
    ("10m", "my.alarm_10m"),
    ("30m", "my.alarm_30m"),
    ("1h", "my.alarm_1h"),
    ("2h", "my.alarm_2h"),
    ("1d", "my.alarm_1d"),
    ("1w", "my.alarm_1w"),
];

/// When to ring.
#[derive(Debug)]
pub(super) struct AlarmChoice {
    /// The usual spans.
    pub spans: Vec<Choice>,
    /// All others, as typed.
    pub other: String,
}

impl AlarmChoice {
    /// The form with these words: spans, or whatever was typed.
    pub fn of(words: &[String], t: T) -> Self {
        let usual = |word: &String| SPANS.iter().any(|(span, _)| span == word);
        let spans = SPANS.iter().map(|(span, key)| Choice {
            value: (*span).to_owned(),
            label: t.s(key).to_owned(),
            chosen: words.iter().any(|word| word == span),
        });
        let other: Vec<String> = words.iter().filter(|w| !usual(w)).cloned().collect();
        Self {
            spans: spans.collect(),
            other: other.join(","),
        }
    }
}

/// The words of alarms, as [`AlarmChoice::of`] takes them.
pub(super) fn alarm_words(alarms: &Alarms) -> Vec<String> {
    let text = alarms.to_string();
    let words = text.split(',').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// The words that a form sent, ticked and typed.
pub(super) fn typed_alarms(fields: &Fields) -> Vec<String> {
    let all = fields.all("alarm").flat_map(|text| text.split(','));
    let words = all.map(str::trim).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Reads such words.
pub(super) fn alarms(words: &[String]) -> Result<Alarms, Message> {
    match words.is_empty() {
        true => Ok(Alarms::default()),
        false => Alarms::parse(&words.join(",")).ok_or_else(|| {
            let max = domain::caps::ALARMS.to_string();
            Message::new("invalid.alarm").with("max", max)
        }),
    }
}

const DAYS: [(&str, Weekday); 7] = [
    ("mo", Weekday::Monday),
    ("tu", Weekday::Tuesday),
    ("we", Weekday::Wednesday),
    ("th", Weekday::Thursday),
    ("fr", Weekday::Friday),
    ("sa", Weekday::Saturday),
    ("su", Weekday::Sunday),
];

/// The days of the week; none is chosen where all are wanted.
pub(super) fn days(chosen: Days, t: T) -> Vec<Choice> {
    let choice = |(name, day): &(&str, Weekday)| Choice {
        value: (*name).to_owned(),
        label: weekday(t, *day).to_owned(),
        chosen: chosen.names(*day),
    };
    DAYS.iter().map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t() -> T {
        T::new(UiLang::En)
    }

    #[test]
    fn what_is_chosen_reads_back() {
        for set in [
            Set::default(),
            Set {
                lang: Some(Lang::KO),
                past: Past::All,
                results: Results::Hidden,
            },
            Set {
                past: Past::Days(77),
                ..Set::default()
            },
        ] {
            let form = Settings::of(set, t());
            let chosen = |all: &[Choice]| {
                let mut chosen = all.iter().filter(|one| one.chosen);
                let value = chosen.next().unwrap().value.clone();
                assert!(chosen.next().is_none());
                value
            };
            let mut sent = vec![("lang", chosen(&form.lang)), ("past", chosen(&form.past))];
            if form.hide_results {
                sent.push(("hide_results", "1".to_owned()));
            }
            assert_eq!(Set::read(&sent.into_iter().collect()).unwrap(), set);
        }
        let bad: Fields = [("past", "soon")].into_iter().collect();
        assert!(Set::read(&bad).is_err());
    }

    #[test]
    fn alarms_are_ticked_or_typed() {
        let sent: Fields = [("alarm", "1h"), ("alarm", " 45m, 1d ")]
            .into_iter()
            .collect();
        let words = typed_alarms(&sent);
        let read = alarms(&words).unwrap();
        assert_eq!(read.to_string(), "1d,1h,45m");
        let form = AlarmChoice::of(&alarm_words(&read), t());
        assert_eq!(form.other, "45m");
        assert_eq!(form.spans.iter().filter(|one| one.chosen).count(), 2);
        assert!(alarms(&["soon".to_owned()]).is_err());
        assert!(alarms(&[]).unwrap().is_empty());
    }
}
