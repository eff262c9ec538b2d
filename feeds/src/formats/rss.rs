//! RSS 2.0, as the RSS Advisory Board's profile wants it.

use super::xml::{element, escape};
use super::{Channel, Entry};
use jiff::Timestamp;

/// The media type.
pub const MEDIA_TYPE: &str = "application/rss+xml; charset=utf-8";

/// Writes a channel.
pub fn write(channel: &Channel) -> Vec<u8> {
    let mut out = String::with_capacity(1024 + channel.entries.len() * 600);
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.push_str("<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"");
    // RSS's own author is an address of electronic mail, which nobody here has.
    if channel.entries.iter().any(|entry| entry.author.is_some()) {
        out.push_str(" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"");
    }
    out.push_str("><channel>\n");
    element(&mut out, "title", &channel.title);
    element(&mut out, "link", &channel.home);
    out.push_str("<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"");
    escape(&mut out, &channel.address);
    out.push_str("\"/>\n");
    element(&mut out, "description", &channel.description);
    element(&mut out, "language", channel.lang.as_str());
    // When the content last changed, not when it was written: the same data, the same bytes.
    if let Some(last) = channel.entries.iter().map(|e| e.modified).max() {
        element(&mut out, "lastBuildDate", &date(last));
    }
    for entry in &channel.entries {
        item(&mut out, entry);
    }
    out.push_str("</channel></rss>\n");
    out.into_bytes()
}

fn item(out: &mut String, entry: &Entry) {
    out.push_str("<item>\n");
    element(out, "title", &entry.title);
    element(out, "link", &entry.address);
    out.push_str("<guid isPermaLink=\"false\">");
    escape(out, &entry.id);
    out.push_str("</guid>\n");
    element(out, "pubDate", &date(entry.published));
    if let Some(author) = &entry.author {
        element(out, "dc:creator", &author.name);
        if let Some(licence) = &author.licence {
            element(out, "dc:rights", licence);
        }
    }
    for tag in &entry.tags {
        element(out, "category", tag);
    }
    // Readers take a description for HTML: what looks like markup must survive being read twice.
    let mut html = String::with_capacity(entry.text.len());
    escape(&mut html, &entry.text);
    element(out, "description", &html.replace('\n', "<br>"));
    out.push_str("</item>\n");
}

/// RFC 822 with a year of four digits.
fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::samples::channel;
    use crate::formats::xml::tests::is_well_formed;
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        String::from_utf8(write(&channel(text))).unwrap()
    }

    #[test]
    fn a_feed_says_what_rss_asks_for() {
        let xml = written("경기 & <b>");
        for part in [
            "<title>경기 &amp; &lt;b&gt;</title>",
            "<language>ko</language>",
            "<pubDate>Sun, 22 Nov 2026 10:00:00 +0000</pubDate>",
            "<guid isPermaLink=\"false\">경기 &amp; &lt;b&gt;</guid>",
            "<description>경기 &amp;amp; &amp;lt;b&amp;gt;</description>",
        ] {
            assert!(xml.contains(part), "{part} not in {xml}");
        }
    }

    #[test]
    fn nothing_in_a_text_ends_its_element() {
        for bad in [
            "</title>",
            "]]>",
            "<!--",
            "\"/>",
            "&#0;",
            "\u{0}\u{b}\u{ffff}",
            "a\r\nb",
        ] {
            assert!(is_well_formed(&written(bad)), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_leaves_the_feed_well_formed(chars in proptest::collection::vec(any::<char>(), 0..40)) {
            let text: String = chars.into_iter().collect();
            let xml = written(&text);
            prop_assert!(is_well_formed(&xml), "{}", xml);
        }
    }
}
