//! The words of the pages, in Korean and English. Every string that a person reads stands in
//! `locales/*.toml`; code and templates name keys. A test keeps the two files and the keys equal.

use domain::text::Lang;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A language that the pages themselves speak. (Calendars may be written in any.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UiLang {
    /// Korean, the default.
    Ko,
    /// English.
    En,
}

impl UiLang {
    /// All of them, in the order of the language switch.
    pub const ALL: &'static [Self] = &[Self::Ko, Self::En];

    /// Reads exactly `ko` or `en`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ko" => Some(Self::Ko),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The code, for `lang` attributes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }

    /// The same language for picking texts of calendars and events.
    pub const fn lang(self) -> Lang {
        match self {
            Self::Ko => Lang::KO,
            Self::En => Lang::EN,
        }
    }

    /// The best of ours for an Accept-Language header (RFC 9110 §12.5.4): the highest weight
    /// wins, the first on a draw; `None` when it names neither.
    pub fn negotiate(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        for item in header.split(',').take(32) {
            let mut parts = item.split(';');
            let name = parts.next().unwrap_or_default().trim();
            let Some(ui) = Lang::parse(name).and_then(|lang| Self::parse(lang.as_str())) else {
                continue;
            };
            let weight = parts
                .find_map(|p| p.trim().strip_prefix("q="))
                .map_or(Some(1.0), |q| q.trim().parse::<f32>().ok())
                .filter(|q| (0.0..=1.0).contains(q))
                .map_or(0, |q| (q * 1000.0) as u16);
            if weight > best.map_or(0, |(_, w)| w) {
                best = Some((ui, weight));
            }
        }
        best.map(|(ui, _)| ui)
    }
}

type Words = HashMap<String, String>;

static KO: LazyLock<Words> = LazyLock::new(|| words(include_str!("../locales/ko.toml")));
static EN: LazyLock<Words> = LazyLock::new(|| words(include_str!("../locales/en.toml")));

/// The files are part of the program and a test reads both, so a broken one cannot be shipped.
fn words(source: &str) -> Words {
    let mut words = Words::new();
    if let Ok(table) = source.parse::<toml::Table>() {
        flatten("", &table, &mut words);
    }
    words
}

fn flatten(prefix: &str, table: &toml::Table, out: &mut Words) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, out),
            toml::Value::String(text) => {
                out.insert(key, text.clone());
            }
            _ => {}
        }
    }
}

/// The translator of one request.
#[derive(Clone, Copy)]
pub struct T {
    ui: UiLang,
    words: &'static Words,
}

impl T {
    /// The translator into a language.
    pub fn new(ui: UiLang) -> Self {
        let words = match ui {
            UiLang::Ko => &*KO,
            UiLang::En => &*EN,
        };
        Self { ui, words }
    }

    /// Which language it speaks.
    pub const fn ui(&self) -> UiLang {
        self.ui
    }

    /// The code of its language, for `lang` attributes.
    pub const fn code(&self) -> &'static str {
        self.ui.as_str()
    }

    /// Its language, for picking texts.
    pub const fn lang(&self) -> Lang {
        self.ui.lang()
    }

    /// The text of a key; the key itself where there is none (a test rules that out).
    pub fn s(&self, key: &'static str) -> &'static str {
        self.words.get(key).map_or(key, String::as_str)
    }

    /// The text of a key with `{name}` places filled. What is filled in is never read again, so
    /// a value that looks like a place stays as it is.
    pub fn f(&self, key: &'static str, values: &[(&str, &str)]) -> String {
        fill(self.s(key), values)
    }

    /// The text for a number of things: `key.one` or `key.other` with `{n}` filled. Korean has
    /// no plural and needs only `other`.
    pub fn n(&self, key: &str, n: usize) -> String {
        let one = (n == 1)
            .then(|| self.words.get(&format!("{key}.one")))
            .flatten();
        let text = one.or_else(|| self.words.get(&format!("{key}.other")));
        fill(text.map_or(key, String::as_str), &[("n", &n.to_string())])
    }
}

fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let known = after.split_once('}').and_then(|(name, tail)| {
            let value = values.iter().find(|(n, _)| *n == name)?.1;
            Some((value, tail))
        });
        rest = match known {
            Some((value, tail)) => {
                out.push_str(value);
                tail
            }
            None => {
                out.push('{');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
