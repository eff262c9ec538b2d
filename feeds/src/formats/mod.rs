//! Feeds for readers of news: JSON Feed and RSS over the same few entries. Pure writers: the same
//! channel gives the same bytes, without a clock.

pub mod json_feed;
pub mod rss;

use domain::text::Lang;
use jiff::Timestamp;

/// A feed: what it is and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub title: String,
    /// What it holds, in a sentence.
    pub description: String,
    /// The page for people, absolute.
    pub home: String,
    /// The feed's own address, absolute.
    pub address: String,
    /// The language of its own words.
    pub lang: Lang,
    /// What it holds, in the order that readers shall see.
    pub entries: Vec<Entry>,
}

/// One entry. All texts are plain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Names the entry for ever; unique in its feed.
    pub id: String,
    /// Its headline.
    pub title: String,
    /// What it says; may have several lines.
    pub text: String,
    /// Its page, absolute.
    pub address: String,
    /// What it can be filed under.
    pub tags: Vec<String>,
    /// When it was first there.
    pub published: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

#[cfg(test)]
pub(crate) mod samples {
    //! A channel out of any texts.

    use super::*;

    /// A channel with one entry that says this everywhere.
    pub(crate) fn channel(text: &str) -> Channel {
        let at = "2026-11-22T10:00:00Z".parse().unwrap();
        let entry = Entry {
            id: text.to_owned(),
            title: text.to_owned(),
            text: text.to_owned(),
            address: format!("https://almanac.example/events/1?x={text}"),
            tags: vec![text.to_owned()],
            published: at,
            modified: at,
        };
        Channel {
            title: text.to_owned(),
            description: text.to_owned(),
            home: "https://almanac.example/".to_owned(),
            address: "https://almanac.example/feeds/x.rss".to_owned(),
            lang: Lang::KO,
            entries: vec![entry],
        }
    }
}
