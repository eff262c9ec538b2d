//! The tags of what is shown as chips that filter: plain links, each to the same page with the
//! tag named or no longer named.

use crate::calendar::Ask;
use crate::said::Said;
use domain::filter::Filter;
use domain::text::Lang;
use std::collections::HashMap;
use store::occurrences::Shown;
use web::locale::T;

/// Most chips.
const CHIPS: usize = 20;

/// One tag to filter by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// Its name.
    pub label: Said,
    /// The page with it named, or no longer named.
    pub href: String,
    /// Only events that have it (or another wanted one) are shown.
    pub wanted: bool,
    /// Events that have it are left out.
    pub unwanted: bool,
}

/// The tags of these events with their names, the most frequent first; those that a filter names
/// stand before them whether or not an event has them, so that they can be taken back.
pub fn known(shown: &[Shown], filter: &Filter, primary: Lang, t: T) -> Vec<(String, Said)> {
    let mut known: HashMap<&str, (usize, Said)> = HashMap::new();
    for tag in shown.iter().flat_map(|one| &one.what.tags) {
        let fresh = || (0, Said::of(&tag.label, t, primary));
        known.entry(&tag.key).or_insert_with(fresh).0 += 1;
    }
    let mut order: Vec<&str> = known.keys().copied().collect();
    order.sort_by_key(|key| (std::cmp::Reverse(known[key].0), *key));
    let named = || filter.with.iter().chain(&filter.without);
    order.retain(|key| !named().any(|one| one == key));
    let free = CHIPS.saturating_sub(named().count());
    let first: Vec<&str> = named().map(String::as_str).collect();
    let keys = first.into_iter().chain(order.into_iter().take(free));
    keys.map(|key| {
        let said = known.get(key).map(|(_, said)| said.clone());
        (key.to_owned(), label(key, said, t))
    })
    .collect()
}

/// Chips for the tags of these events.
pub fn chips(shown: &[Shown], ask: &Ask, path: &str, primary: Lang, t: T) -> Vec<Chip> {
    let has = |list: &[String], key: &str| list.iter().any(|one| one == key);
    let chip = |(key, label): (String, Said)| Chip {
        label,
        href: ask.with_filter(ask.filter.toggled(&key)).address(path),
        wanted: has(&ask.filter.with, &key),
        unwanted: has(&ask.filter.without, &key),
    };
    let known = known(shown, &ask.filter, primary, t);
    known.into_iter().map(chip).collect()
}

/// What tags that many calendars have are called in the reader's language, whatever language the
/// source named them in.
fn usual_name(key: &str, t: T) -> Option<&'static str> {
    Some(match key {
        "home" => t.s("tags.home"),
        "away" => t.s("tags.away"),
        "match" => t.s("tags.match"),
        "friendly" => t.s("tags.friendly"),
        "ticket" => t.s("tags.ticket"),
        "show" => t.s("tags.show"),
        "matinee" => t.s("tags.matinee"),
        "evening" => t.s("tags.evening"),
        "practice" => t.s("tags.practice"),
        "qualifying" => t.s("tags.qualifying"),
        "race" => t.s("tags.race"),
        "stage" => t.s("tags.stage"),
        "registration" => t.s("tags.registration"),
        "online" => t.s("tags.online"),
        "on-site" => t.s("tags.on_site"),
        "radio" => t.s("tags.radio"),
        "members" => t.s("tags.members"),
        _ => return None,
    })
}

fn label(key: &str, label: Option<Said>, t: T) -> Said {
    let label = label.filter(|said| !said.text.is_empty());
    let usual = usual_name(key, t).map(|name| Said {
        lang: t.code().to_owned(),
        text: name.to_owned(),
    });
    let label = match label {
        // A source that wrote the bare key said nothing about any language.
        Some(label) if label.lang == t.code() && label.text != key => Some(label),
        other => usual.or(other),
    };
    label.unwrap_or_else(|| Said {
        lang: t.code().to_owned(),
        text: key.to_owned(),
    })
}

/// The page without any tag named.
pub fn cleared(ask: &Ask, path: &str) -> Option<String> {
    let all = ask.with_filter(Filter::default());
    (!ask.filter.is_open()).then(|| all.address(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::View;
    use crate::fixtures::{game, shown};
    use domain::tag::Tag;
    use web::locale::UiLang;

    fn tagged(labels: &[&str]) -> Shown {
        let mut one = shown(game("경기"));
        let tag = |label: &&str| Tag::from_label(label, Lang::KO);
        one.what.tags = labels.iter().filter_map(tag).collect();
        one
    }

    fn ask(tags: &str) -> Ask {
        Ask {
            view: View::List(2),
            filter: Filter::by_tags(tags).unwrap_or_default(),
            zone: None,
        }
    }

    fn of(shown: &[Shown], tags: &str) -> Vec<Chip> {
        chips(shown, &ask(tags), "/x", Lang::KO, T::new(UiLang::Ko))
    }

    #[test]
    fn common_tags_are_called_in_the_reader_s_language() {
        for (key, ko, en) in [("home", "홈", "Home"), ("on-site", "현장", "On site")] {
            assert_eq!(usual_name(key, T::new(UiLang::Ko)), Some(ko));
            assert_eq!(usual_name(key, T::new(UiLang::En)), Some(en));
        }
        assert_eq!(usual_name("group-a", T::new(UiLang::Ko)), None);
    }

    #[test]
    fn the_most_frequent_tag_comes_first_and_leads_to_its_events() {
        let all = [tagged(&["홈"]), tagged(&["원정", "홈"])];
        let chips = of(&all, "");
        let labels: Vec<&str> = chips.iter().map(|c| c.label.text.as_str()).collect();
        assert_eq!(labels, ["홈", "원정"]);
        assert_eq!(chips[0].href, "/x?view=list&tags=hom");
        assert!(!chips[0].wanted && !chips[0].unwanted);
    }

    #[test]
    fn a_named_tag_can_be_taken_back_even_where_no_event_has_it() {
        let chips = of(&[tagged(&["홈"])], "hom,-cup");
        assert_eq!(chips.len(), 2);
        assert!(chips[0].wanted && chips[1].unwanted);
        assert_eq!(chips[0].href, "/x?view=list&tags=-cup");
        assert_eq!(chips[1].label.text, "cup");
        assert_eq!(cleared(&ask("hom"), "/x").as_deref(), Some("/x?view=list"));
        assert_eq!(cleared(&ask(""), "/x"), None);
    }

    #[test]
    fn chips_are_bounded() {
        let many: Vec<String> = (0..30).map(|n| format!("t{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(of(&[tagged(&many)], "").len(), CHIPS);
    }
}
