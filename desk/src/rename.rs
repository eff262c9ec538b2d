//! Renaming in every event of a calendar: a place that is called otherwise, a word in titles.

use domain::event::{EventBody, Occurrence};
use domain::patch::EventPatch;
use domain::text::Text;

/// What is renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rename {
    /// Places of exactly this name, in whatever language it is written.
    Place {
        /// The whole old name.
        from: String,
        /// The new one, in the same language.
        to: String,
    },
    /// A word or phrase in titles, wherever it stands.
    Title {
        /// The old words.
        from: String,
        /// The new ones.
        to: String,
    },
}

impl Rename {
    /// What it changes about an event, with its changed instances; empty where it does not apply.
    pub fn patch(&self, body: &EventBody) -> EventPatch {
        let mut after = body.clone();
        self.apply(&mut after.main);
        for changed in after.series.iter_mut().flat_map(|s| &mut s.overrides) {
            self.apply(&mut changed.instead);
        }
        EventPatch::between(body, &after)
    }

    fn apply(&self, what: &mut Occurrence) {
        match self {
            Self::Place { from, to } => {
                let same = |name: &str| (name == from).then(|| to.clone());
                rewrite(&mut what.place.name, same);
            }
            Self::Title { from, to } => {
                let holds = |title: &str| {
                    let found = !from.is_empty() && title.contains(from.as_str());
                    found.then(|| title.replace(from.as_str(), to))
                };
                rewrite(&mut what.title, holds);
            }
        }
    }
}

fn rewrite(text: &mut Text, new: impl Fn(&str) -> Option<String>) {
    let changed: Vec<_> = text
        .iter()
        .filter_map(|(lang, value)| Some((lang, new(value)?)))
        .collect();
    for (lang, value) in changed {
        text.set(lang, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::patch::Field;
    use domain::text::Lang;
    use domain::time::EventTime;
    use jiff::civil::date;

    fn body() -> EventBody {
        let title = Text::new(Lang::KO, "하늘 대 바다").with(Lang::EN, "Haneul v Bada");
        let mut main = Occurrence::new(title, EventTime::day(date(2027, 4, 5)));
        main.place.name = Text::new(Lang::KO, "구름구장").with(Lang::EN, "Cloud Park");
        main.into()
    }

    #[test]
    fn a_place_is_renamed_whole_and_a_title_in_part() {
        let place = |from: &str| Rename::Place {
            from: from.into(),
            to: "구름돔".into(),
        };
        let patch = place("구름구장").patch(&body());
        assert_eq!(patch.fields().collect::<Vec<_>>(), [Field::Place]);
        let mut after = body();
        patch.apply(&mut after);
        assert_eq!(after.main.place.name.get(Lang::KO), Some("구름돔"));
        assert_eq!(after.main.place.name.get(Lang::EN), Some("Cloud Park"));
        assert!(place("구름").patch(&body()).is_empty());
        let title = |from: &str| Rename::Title {
            from: from.into(),
            to: "Sea".into(),
        };
        let mut after = body();
        title("Bada").patch(&body()).apply(&mut after);
        assert_eq!(after.main.title.get(Lang::EN), Some("Haneul v Sea"));
        assert!(title("").patch(&body()).is_empty());
    }
}
