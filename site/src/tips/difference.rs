//! What a tip would change, in words: before and after, field by field.

use crate::rows::pill;
use crate::said::Said;
use domain::event::{EventBody, Occurrence};
use domain::patch::{EventPatch, Field};
use domain::text::{Lang, Text};
use web::locale::T;
use web::when::Reading;

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub field: &'static str,
    /// Empty where there was nothing.
    pub before: Said,
    /// Empty where nothing is left.
    pub after: Said,
}

/// Everything that differs, in reading order; of a new event everything that it says. Texts are in
/// the language that the tip is written in: in another one nothing may differ.
pub(super) fn differences(
    before: Option<&Occurrence>,
    after: &Occurrence,
    (reading, lang): (&Reading, Lang),
    t: T,
) -> Vec<Difference> {
    let new = EventBody::from(after.clone());
    let old = before.map(|before| EventBody::from(before.clone()));
    let fields: Vec<Field> = match &old {
        Some(old) => EventPatch::between(old, &new).fields().collect(),
        None => Field::ALL.to_vec(),
    };
    let say = |field, what: &Occurrence| value(field, what, (reading, lang), t);
    let each = fields.into_iter().filter_map(|field| {
        let after = say(field, after)?;
        let before = match before {
            Some(before) => say(field, before)?,
            None => plain(String::new(), t),
        };
        let shown = before != after && !(before.text.is_empty() && after.text.is_empty());
        shown.then(|| Difference {
            field: name(field, t),
            before,
            after,
        })
    });
    each.collect()
}

fn plain(text: String, t: T) -> Said {
    Said {
        lang: t.code().to_owned(),
        text,
    }
}

fn name(field: Field, t: T) -> &'static str {
    t.s(match field {
        Field::Title => "field.title",
        Field::Time => "field.time",
        Field::Status => "field.status",
        Field::Place => "field.place",
        Field::Description => "field.description",
        Field::Url => "field.url",
        Field::Result => "field.result",
        _ => "field.links",
    })
}

/// A value in words; `None` for what no tip sets.
fn value(field: Field, what: &Occurrence, (reading, lang): (&Reading, Lang), t: T) -> Option<Said> {
    let said = |text: &Text| {
        let (lang, text) = text.pick_with_lang(lang, t.lang());
        Said {
            lang: lang.to_string(),
            text: text.to_owned(),
        }
    };
    Some(match field {
        Field::Title => said(&what.title),
        Field::Place => said(&what.place.name),
        Field::Description => said(&what.description),
        Field::Result => said(&what.result),
        Field::Time => plain(reading.speak(&what.time).absolute, t),
        Field::Status => {
            let word = pill(what.status, t).map_or(t.s("status.confirmed"), |pill| pill.text);
            plain(word.to_owned(), t)
        }
        Field::Url => {
            let address = what.url.as_ref().map(ToString::to_string);
            plain(address.unwrap_or_default(), t)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{game, reading};
    use domain::event::Status;
    use web::locale::UiLang;

    #[test]
    fn only_what_differs_is_told_with_both_values() {
        let t = T::new(UiLang::Ko);
        let (before, mut after) = (game("개막전"), game("개막전"));
        after.status = Status::Cancelled;
        after.place.name = Text::new(Lang::KO, "잠실");
        let told = differences(Some(&before), &after, (&reading(UiLang::Ko), Lang::KO), t);
        let texts: Vec<_> = told
            .iter()
            .map(|d| (d.before.text.as_str(), d.after.text.as_str()))
            .collect();
        assert_eq!(texts, [("예정대로", "취소"), ("사직야구장", "잠실")]);
        let new = differences(None, &before, (&reading(UiLang::Ko), Lang::KO), t);
        assert!(new.iter().all(|d| d.before.text.is_empty()));
        assert!(new.len() >= 3, "{new:?}");
    }
}
