//! Descriptions: plain text as paragraphs and lines, with bare web addresses made into links.
//! Nothing in the text is ever markup (security cases C5, C6).

use domain::event::WebAddress;

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What is read.
    pub text: String,
    /// Where it leads, for a web address.
    pub href: Option<String>,
}

/// A line of pieces.
pub type Line = Vec<Piece>;

/// Paragraphs (divided by empty lines) of lines.
pub fn paragraphs(text: &str) -> Vec<Vec<Line>> {
    let mut out: Vec<Vec<Line>> = vec![Vec::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            out.push(Vec::new());
        } else if let Some(paragraph) = out.last_mut() {
            paragraph.push(pieces(line));
        }
    }
    out.retain(|paragraph| !paragraph.is_empty());
    out
}

fn pieces(line: &str) -> Line {
    let mut out = Line::new();
    for word in line.split_inclusive(char::is_whitespace) {
        match link_in(word) {
            Some((before, address, after)) => {
                push_text(&mut out, before);
                out.push(Piece {
                    text: address.as_str().to_owned(),
                    href: Some(address.as_str().to_owned()),
                });
                push_text(&mut out, after);
            }
            None => push_text(&mut out, word),
        }
    }
    out
}

fn push_text(line: &mut Line, text: &str) {
    match line.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece {
            text: last,
            href: None,
        }) => last.push_str(text),
        _ => line.push(Piece {
            text: text.to_owned(),
            href: None,
        }),
    }
}

/// The address in a word, with what stands before it (a bracket) and after it (a full stop).
fn link_in(word: &str) -> Option<(&str, WebAddress, &str)> {
    let start = ["https://", "http://"]
        .iter()
        .find_map(|scheme| word.find(scheme))?;
    let tail = &word[start..];
    let address = tail.trim_end_matches(|c: char| c.is_whitespace() || ".,;:!?)]>'\"".contains(c));
    let parsed = WebAddress::parse(address)?;
    Some((&word[..start], parsed, &tail[address.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn flat(text: &str) -> String {
        paragraphs(text)
            .iter()
            .flatten()
            .flatten()
            .map(|p| p.text.as_str())
            .collect()
    }

    #[test]
    fn addresses_become_links_and_nothing_else_does() {
        let text = "예매 (https://a.kr/x?y=1).\nhttp://b.kr\n\njavascript:alert(1) <svg onload=x>";
        let paragraphs = paragraphs(text);
        assert_eq!(paragraphs.len(), 2);
        let hrefs: Vec<_> = paragraphs
            .iter()
            .flatten()
            .flatten()
            .filter_map(|p| p.href.as_deref())
            .collect();
        assert_eq!(hrefs, ["https://a.kr/x?y=1", "http://b.kr"]);
        assert_eq!(paragraphs[0][0][2].text, ").");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_every_link_is_http(text in "[a-z가-힣 .:/<>\"()\n-]{0,40}(https?://[a-z./)]{0,9})?") {
            prop_assert_eq!(flat(&text), text.lines().filter(|l| !l.trim().is_empty()).collect::<String>());
            for piece in paragraphs(&text).iter().flatten().flatten() {
                if let Some(href) = &piece.href {
                    prop_assert!(href.starts_with("http://") || href.starts_with("https://"));
                }
            }
        }
    }
}
