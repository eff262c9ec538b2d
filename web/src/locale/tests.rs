//! Both languages say the same things, and every key that is named exists.

use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn keys(words: &Words) -> BTreeSet<String> {
    words
        .keys()
        .map(|key| match key.strip_suffix(".one") {
            Some(stem) => format!("{stem}.other"),
            None => key.clone(),
        })
        .collect()
}

fn places(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(name, _)| name))
        .collect()
}

/// Every source file and template of the surfaces, but not the tests.
fn sources() -> Vec<PathBuf> {
    fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs" || e == "html") {
                out.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut out = Vec::new();
    for dir in [
        "web/src",
        "web/templates",
        "accounts/src",
        "api/src",
        "site/src",
        "cms/src",
        "partners-portal/src",
        // What these say has keys that pages translate.
        "domain/src/entry",
        "domain/src/lint",
        "ingest/src/grid",
    ] {
        walk(&root.join(dir), &mut out);
    }
    out.retain(|p| !p.ends_with("tests.rs"));
    assert!(out.len() > 10);
    out
}

/// Quoted words with a dot whose first part is a table of the locale files.
fn named_keys(tables: &BTreeSet<String>) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        for literal in text.split('"') {
            let plain = literal
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.".contains(&b));
            let Some((table, _)) = literal.split_once('.') else {
                continue;
            };
            let file = [".html", ".toml", ".css", ".svg", ".txt", ".ics", ".ico"];
            if plain
                && !literal.ends_with('.')
                && tables.contains(table)
                && !file.iter().any(|e| literal.ends_with(e))
            {
                found.insert(literal.to_owned(), path.clone());
            }
        }
    }
    found
}

#[test]
fn both_languages_have_the_same_keys_and_places() {
    assert!(KO.len() > 50);
    assert_eq!(keys(&KO), keys(&EN));
    for (key, ko) in KO.iter() {
        let en = EN.get(key).map_or_else(|| ko.clone(), Clone::clone);
        let free = key.starts_with("when.pattern");
        assert!(free || places(ko) == places(&en), "{key}: {ko} / {en}");
        assert!(!ko.trim().is_empty() && !en.trim().is_empty(), "{key}");
    }
}

#[test]
fn every_named_key_exists_and_every_key_is_named() {
    let tables: BTreeSet<String> = KO
        .keys()
        .filter_map(|k| k.split_once('.').map(|(t, _)| t.to_owned()))
        .collect();
    let named = named_keys(&tables);
    for (key, path) in &named {
        let there = KO.contains_key(key) || KO.contains_key(&format!("{key}.other"));
        assert!(there, "{key}, named in {}, is in no file", path.display());
    }
    for key in keys(&KO) {
        let stem = key.strip_suffix(".other").unwrap_or(&key);
        let there = named.contains_key(stem) || named.contains_key(&key);
        assert!(there, "{key} is named nowhere");
    }
}

#[test]
fn places_are_filled_once() {
    assert_eq!(
        fill("{a} and {b}{c", &[("a", "{b}"), ("b", "x")]),
        "{b} and x{c"
    );
}

#[test]
fn the_language_is_negotiated_by_weight() {
    for (header, want) in [
        ("en-GB,en;q=0.9,ko;q=0.8", Some(UiLang::En)),
        ("ja,ko-KR;q=0.8,en;q=0.5", Some(UiLang::Ko)),
        ("en;q=0.1,ko;q=0.9", Some(UiLang::Ko)),
        ("fr, *;q=0.5", None),
        ("en;q=0", None),
        ("en;q=banana", None),
        ("", None),
    ] {
        assert_eq!(UiLang::negotiate(header), want, "{header}");
    }
}

#[test]
fn english_counts_one_and_many() {
    let en = T::new(UiLang::En);
    assert_eq!(en.n("count.events", 1), "1 event");
    assert_eq!(en.n("count.events", 2), "2 events");
    assert_eq!(T::new(UiLang::Ko).n("count.events", 1), "일정 1개");
}
