//! What the layout of every page needs besides the page itself.

use crate::assets;
use crate::locale::{T, UiLang};
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
    /// The page's own absolute address, without its query's language.
    pub canonical: Option<String>,
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
            hidden: true,
        }
    }

    /// A layout for a public page.
    pub fn public(t: T, here: &str, canonical: String, colors: Option<String>) -> Self {
        Self {
            colors,
            canonical: Some(canonical),
            hidden: false,
            ..Self::bare(t, here)
        }
    }
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
