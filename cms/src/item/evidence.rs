//! What speaks for a proposal: each tip behind it with its words, its link, its image, and how far
//! its sender was trusted. Nothing here says who somebody is, because nobody knows.

use domain::event::WebAddress;
use store::tips::Kept;
use web::locale::T;
use web::when::Reading;

/// One tip.
pub(crate) struct Heard {
    pub(crate) when: String,
    pub(crate) trust: &'static str,
    /// How much it looks like spam, where that is much.
    pub(crate) suspicious: bool,
    pub(crate) note: Option<String>,
    pub(crate) link: Option<Link>,
    /// Where its image is.
    pub(crate) image: Option<String>,
}

/// A link that a stranger sent: shown with its host, followed without a word on where from.
pub(crate) struct Link {
    pub(crate) href: String,
    pub(crate) host: String,
}

/// From this score on a tip is marked.
const SUSPICIOUS: i64 = 50;

/// The tips behind a proposal.
pub(crate) fn heard(tips: &[Kept], reading: &Reading) -> Vec<Heard> {
    let one = |tip: &Kept| Heard {
        when: reading.instant(tip.created),
        trust: trust(tip.trust, reading.t()),
        suspicious: tip.score >= SUSPICIOUS,
        note: tip.content.note.clone(),
        link: tip.content.evidence.as_ref().map(link),
        image: tip.content.upload.map(|id| format!("/cms/uploads/{id}")),
    };
    tips.iter().map(one).collect()
}

fn trust(level: i64, t: T) -> &'static str {
    t.s(match level {
        2 => "queue.trust_trusted",
        1 => "queue.trust_known",
        _ => "queue.trust_unknown",
    })
}

fn link(address: &WebAddress) -> Link {
    Link {
        href: address.to_string(),
        host: host(address.as_str()),
    }
}

/// The host of an address, without what may stand before it to mislead.
fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    host.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_the_one_that_is_asked() {
        for (address, want) in [
            ("https://example.org/a?b", "example.org"),
            ("http://kbo.or.kr@evil.example/x", "evil.example"),
            ("https://Example.org:8443", "example.org:8443"),
            ("https://example.org#@x", "example.org"),
        ] {
            assert_eq!(host(address), want, "{address}");
        }
    }
}
