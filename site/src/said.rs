//! A text of a calendar or event as it is shown: in the best language there is, and marked with
//! that language, so that screen readers and fonts know (R9).

use domain::text::{Lang, Text};
use web::locale::T;

/// A text and the language that it turned out to be in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// For the `lang` attribute.
    pub lang: String,
    /// The text; empty where there is none in any language.
    pub text: String,
}

impl Said {
    /// The text for this reader; `primary` is the calendar's own language.
    pub fn of(text: &Text, t: T, primary: Lang) -> Self {
        let (lang, text) = text.pick_with_lang(t.lang(), primary);
        Self {
            lang: lang.to_string(),
            text: text.to_owned(),
        }
    }
}
