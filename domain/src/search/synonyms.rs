//! Names that mean the same: what is published under one of them is found under the others.

use super::words::{Word, words};
use std::collections::HashMap;
use std::sync::LazyLock;

/// One name a word; the names of a line mean the same.
const LINES: &str = include_str!("synonyms.txt");
/// Longest name that begins a longer word (올영세일), in syllables.
const LONGEST: usize = 10;

struct Table {
    groups: Vec<Vec<Word>>,
    /// A name, compared as [`name`] writes it, and its group.
    group_of: HashMap<String, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let lines = LINES.lines().filter(|line| !line.starts_with('#'));
    let groups: Vec<Vec<Word>> = lines.map(words).filter(|names| names.len() > 1).collect();
    let mut group_of = HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        for word in group {
            group_of.insert(name(word).to_owned(), at);
        }
    }
    Table { groups, group_of }
});

fn name(word: &Word) -> &str {
    match word {
        Word::Hangul(text) => text,
        Word::Other { folded, .. } => folded,
    }
}

/// The other names of a word, each with what follows it in the same word: 엘지전 as LG, 올영세일
/// as 올리브영세일.
pub(super) fn others(word: &Word) -> Vec<Word> {
    let text = name(word);
    let Word::Hangul(_) = word else {
        return in_group(text, "");
    };
    // The longest name that the word begins with.
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let mut ends: Vec<usize> = ends.take(LONGEST).skip(1).collect();
    ends.reverse();
    for end in ends {
        let found = in_group(&text[..end], &text[end..]);
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn in_group(text: &str, rest: &str) -> Vec<Word> {
    let Some(group) = TABLE
        .group_of
        .get(text)
        .and_then(|at| TABLE.groups.get(*at))
    else {
        return Vec::new();
    };
    let others = group.iter().filter(|other| name(other) != text);
    let with_rest = others.map(|other| match other {
        Word::Hangul(other) => Word::Hangul(format!("{other}{rest}")),
        Word::Other { .. } => other.clone(),
    });
    with_rest.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn found(text: &str) -> Vec<String> {
        let others = words(text).iter().flat_map(others).collect::<Vec<_>>();
        others.iter().map(|word| name(word).to_owned()).collect()
    }

    #[test]
    fn a_name_is_found_under_its_other_names() {
        assert!(found("LG").contains(&"엘지".to_owned()));
        assert!(found("엘지전").contains(&"lg".to_owned()));
        assert!(found("올영세일").contains(&"올리브영세일".to_owned()));
        assert!(found("아무것").is_empty());
        assert!(found("설악산").is_empty(), "{:?}", found("설악산"));
    }

    #[test]
    fn no_name_stands_in_two_groups_and_each_is_one_word() {
        let mut seen = HashSet::new();
        for line in LINES
            .lines()
            .filter(|l| !l.starts_with('#') && !l.is_empty())
        {
            let names: Vec<&str> = line.split(',').map(str::trim).collect();
            assert!(names.len() > 1, "{line}");
            assert_eq!(words(line).len(), names.len(), "{line}");
            for word in words(line) {
                assert!(seen.insert(name(&word).to_owned()), "{line}: {word:?}");
            }
        }
    }
}
