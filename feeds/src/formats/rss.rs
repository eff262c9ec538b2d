//! RSS 2.0, as the RSS Advisory Board's profile wants it.

use super::{Channel, Entry};
use jiff::Timestamp;

/// The media type.
pub const MEDIA_TYPE: &str = "application/rss+xml; charset=utf-8";

/// Writes a channel.
pub fn write(channel: &Channel) -> Vec<u8> {
    let mut out = String::with_capacity(1024 + channel.entries.len() * 600);
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.push_str("<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>\n");
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
    for tag in &entry.tags {
        element(out, "category", tag);
    }
    // Readers take a description for HTML: what looks like markup must survive being read twice.
    let mut html = String::with_capacity(entry.text.len());
    escape(&mut html, &entry.text);
    element(out, "description", &html.replace('\n', "<br>"));
    out.push_str("</item>\n");
}

fn element(out: &mut String, name: &str, text: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    escape(out, text);
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}

/// Writes a text; what XML 1.0 §2.2 has no place for is left out.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
}

/// RFC 822 with a year of four digits.
fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::samples::channel;
    use proptest::prelude::*;

    fn written(text: &str) -> String {
        String::from_utf8(write(&channel(text))).unwrap()
    }

    /// Well-formed as far as our own output goes: every tag that is opened is closed in its turn,
    /// and between tags stands nothing but escaped text of allowed characters.
    fn is_well_formed(xml: &str) -> bool {
        let mut open: Vec<String> = Vec::new();
        let mut rest = xml;
        while let Some((text, after)) = rest.split_once('<') {
            let Some((tag, next)) = after.split_once('>') else {
                return false;
            };
            if !is_text(text) || !tag.chars().all(is_xml) {
                return false;
            }
            let name = tag.trim_start_matches('/').split(' ').next().unwrap();
            match tag {
                tag if tag.starts_with('?') || tag.ends_with('/') => {}
                tag if tag.starts_with('/') => {
                    if open.pop().as_deref() != Some(name) {
                        return false;
                    }
                }
                _ => open.push(name.to_owned()),
            }
            rest = next;
        }
        open.is_empty() && rest.trim().is_empty()
    }

    fn is_text(text: &str) -> bool {
        let named = ["amp;", "lt;", "gt;", "quot;"];
        let known = |after: &str| named.iter().any(|name| after.starts_with(name));
        !text.contains('>') && text.chars().all(is_xml) && text.split('&').skip(1).all(known)
    }

    /// XML 1.0 §2.2.
    fn is_xml(c: char) -> bool {
        matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
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
