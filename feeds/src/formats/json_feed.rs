//! JSON Feed 1.1.

use super::{Author, Channel, Entry, Facts};
use serde::Serialize;

/// The media type.
pub const MEDIA_TYPE: &str = "application/feed+json; charset=utf-8";

#[derive(Serialize)]
struct Feed<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    description: &'a str,
    language: String,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    content_text: &'a str,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Person<'a>>,
    #[serde(rename = "_almanac", skip_serializing_if = "Option::is_none")]
    event: Option<&'a Facts>,
}

#[derive(Serialize)]
struct Person<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// Writes a channel.
pub fn write(channel: &Channel) -> Vec<u8> {
    let feed = Feed {
        version: "https://jsonfeed.org/version/1.1",
        title: &channel.title,
        home_page_url: &channel.home,
        feed_url: &channel.address,
        description: &channel.description,
        language: channel.lang.to_string(),
        items: channel.entries.iter().map(item).collect(),
    };
    // Texts and lists of texts always serialise.
    serde_json::to_vec(&feed).unwrap_or_default()
}

fn item(entry: &Entry) -> Item<'_> {
    Item {
        id: &entry.id,
        url: &entry.address,
        title: &entry.title,
        content_text: &entry.text,
        date_published: entry.published.to_string(),
        date_modified: entry.modified.to_string(),
        tags: &entry.tags,
        authors: entry.author.iter().map(person).collect(),
        event: entry.event.as_ref(),
    }
}

/// JSON Feed has no place for a licence; the page has it.
fn person(author: &Author) -> Person<'_> {
    Person {
        name: &author.name,
        url: author.address.as_deref(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::samples::channel;
    use proptest::prelude::*;

    #[test]
    fn a_feed_says_what_json_feed_asks_for() {
        let feed: serde_json::Value = serde_json::from_slice(&write(&channel("경기"))).unwrap();
        assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
        assert_eq!(feed["language"], "ko");
        let item = &feed["items"][0];
        assert_eq!(item["id"], "경기");
        assert_eq!(item["authors"][0]["name"], "경기");
        assert_eq!(item["date_published"], "2026-11-22T10:00:00Z");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_it_was(chars in proptest::collection::vec(any::<char>(), 0..40)) {
            let text: String = chars.into_iter().collect();
            let bytes = write(&channel(&text));
            let feed: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(feed["items"][0]["content_text"].as_str(), Some(text.as_str()));
            prop_assert_eq!(feed["title"].as_str(), Some(text.as_str()));
        }
    }
}
