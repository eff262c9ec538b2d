//! What the layout of every page needs besides the page itself.

use crate::assets;
use crate::locale::{T, UiLang};
use crate::visit::Visit;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The other languages of this page.
pub struct LanguageLink {
    /// Its code.
    pub code: &'static str,
    /// Its own name for itself.
    pub name: &'static str,
    /// Where the switch leads.
    pub href: String,
    /// The language that the page is in.
    pub current: bool,
}

/// The page in one language, for search engines. The address without a language answers in the
/// reader's own, Korean where that is unknown, so it stands for Korean and for everybody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternate {
    /// Its language, or `x-default`.
    pub code: &'static str,
    /// Its absolute address.
    pub href: String,
}

/// What a page says of itself where it is linked: in lists of results, in chats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShareCard {
    /// The name.
    pub title: String,
    /// A sentence or two.
    pub description: String,
    /// A picture of [`SHARE_WIDTH`] by [`SHARE_HEIGHT`].
    pub image: Option<ShareImage>,
}

/// The picture of a [`ShareCard`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareImage {
    /// Its absolute address.
    pub address: String,
    /// What it shows, in words.
    pub alt: String,
}

/// Width of share images, in pixels: what chats and networks ask for.
pub const SHARE_WIDTH: u32 = 1200;
/// Height of share images, in pixels.
pub const SHARE_HEIGHT: u32 = 630;
/// Characters of a description; lists of results show no more.
const DESCRIPTION_CHARS: usize = 160;

impl ShareCard {
    /// A card without a picture. The description may be any text; it is made one short line.
    pub fn new(title: &str, description: &str) -> Self {
        Self {
            title: title.to_owned(),
            description: shortened(description),
            image: None,
        }
    }

    /// With a picture at this absolute address.
    #[must_use]
    pub fn with_image(mut self, address: String, alt: String) -> Self {
        self.image = Some(ShareImage { address, alt });
        self
    }
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= DESCRIPTION_CHARS {
        return line;
    }
    let kept: String = line.chars().take(DESCRIPTION_CHARS - 1).collect();
    format!("{}…", kept.trim_end())
}

/// Header, footer and head of a page.
pub struct Shell {
    /// Address of the style sheet.
    pub css: &'static str,
    /// Address of the script.
    pub script: &'static str,
    /// Address of the calendars' colours, where the page shows some.
    pub colors: Option<String>,
    /// The language switch.
    pub languages: Vec<LanguageLink>,
    /// The page's own absolute address: with the language where it was asked for with one.
    pub canonical: Option<String>,
    /// The page in every language.
    pub alternates: Vec<Alternate>,
    /// How it looks where it is linked; where there is none, the site's own words stand in.
    pub card: Option<ShareCard>,
    /// Search engines shall not list it.
    pub hidden: bool,
}

impl Shell {
    /// A layout without colours, not for search engines: failures and notices.
    pub fn bare(t: T, here: &str) -> Self {
        Self {
            css: assets::css_address(),
            script: assets::script_address(),
            colors: None,
            languages: languages(t, here),
            canonical: None,
            alternates: Vec::new(),
            card: None,
            hidden: true,
        }
    }

    /// A layout for a public page whose absolute address, without a language, is `address`.
    pub fn public(visit: &Visit, address: String, colors: Option<String>) -> Self {
        let alternates = alternates(&address);
        Self {
            colors,
            canonical: Some(if visit.names_language {
                in_language(&address, visit.t.ui())
            } else {
                address
            }),
            alternates,
            hidden: false,
            ..Self::bare(visit.t, &visit.here)
        }
    }

    /// How the page looks where it is linked.
    #[must_use]
    pub fn with_card(mut self, card: ShareCard) -> Self {
        self.card = Some(card);
        self
    }

    /// Not for search engines: the past, what is gone.
    #[must_use]
    pub fn unlisted(mut self) -> Self {
        self.hidden = true;
        self.canonical = None;
        self.alternates.clear();
        self
    }
}

/// The language that the address without one stands for.
const DEFAULT: UiLang = UiLang::Ko;

fn in_language(address: &str, ui: UiLang) -> String {
    if ui == DEFAULT {
        return address.to_owned();
    }
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}lang={}", ui.as_str())
}

fn alternates(address: &str) -> Vec<Alternate> {
    let each = UiLang::ALL.iter().map(|ui| Alternate {
        code: ui.as_str(),
        href: in_language(address, *ui),
    });
    let others = Alternate {
        code: "x-default",
        href: address.to_owned(),
    };
    each.chain([others]).collect()
}

fn languages(t: T, here: &str) -> Vec<LanguageLink> {
    let next = utf8_percent_encode(here, NON_ALPHANUMERIC);
    UiLang::ALL
        .iter()
        .map(|ui| LanguageLink {
            code: ui.as_str(),
            name: T::new(*ui).s("language.own_name"),
            href: format!("/language?to={}&next={next}", ui.as_str()),
            current: *ui == t.ui(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue, header};

    fn at(target: &str, address: &str) -> Shell {
        let english = (header::ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
        let headers = HeaderMap::from_iter([english]);
        let visit = Visit::of(&target.parse().unwrap(), &headers).unwrap();
        Shell::public(&visit, address.to_owned(), None)
    }

    #[test]
    fn each_language_has_its_own_address_and_names_the_others() {
        let ko = at("/about?lang=ko", "https://a.kr/about");
        let en = at("/about?lang=en", "https://a.kr/about");
        let negotiated = at("/about", "https://a.kr/about");
        assert_eq!(negotiated.canonical.as_deref(), Some("https://a.kr/about"));
        assert_eq!(ko.canonical.as_deref(), Some("https://a.kr/about"));
        assert_eq!(en.canonical.as_deref(), Some("https://a.kr/about?lang=en"));
        assert_eq!(ko.alternates, en.alternates);
        let codes: Vec<_> = ko.alternates.iter().map(|a| a.code).collect();
        assert_eq!(codes, ["ko", "en", "x-default"]);
        let instance = at("/events/x?lang=en", "https://a.kr/events/x?at=2027-04-05");
        assert!(
            instance
                .canonical
                .unwrap()
                .ends_with("?at=2027-04-05&lang=en")
        );
    }

    #[test]
    fn what_is_not_listed_has_no_address_of_its_own() {
        let shell = at("/", "https://a.kr/").unlisted();
        assert!(shell.hidden && shell.canonical.is_none() && shell.alternates.is_empty());
    }

    #[test]
    fn descriptions_are_one_short_line() {
        let card = ShareCard::new("제목", &"가나다 \n\t라마 ".repeat(100));
        assert_eq!(card.description.chars().count(), DESCRIPTION_CHARS);
        assert!(card.description.starts_with("가나다 라마 가") && card.description.ends_with('…'));
        assert_eq!(ShareCard::new("", " a\r\nb ").description, "a b");
    }
}
