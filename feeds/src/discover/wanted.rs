//! Which feed of discovery an address names.

use crate::query::FeedQuery;
use domain::calendar::Slug;
use domain::text::Lang;
use ical::write::Form;

/// What the feed lists.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum List {
    /// What begins within a week in a category, by the category's short name.
    Week(String),
    /// The newest calendars.
    New,
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Format {
    /// iCalendar.
    Calendar,
    /// JSON Feed.
    Json,
    /// RSS.
    Rss,
}

impl Format {
    /// The end of the address.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Calendar => "ics",
            Self::Json => "json",
            Self::Rss => "rss",
        }
    }

    /// The Content-Type.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Calendar => "text/calendar; charset=utf-8",
            Self::Json => crate::formats::json_feed::MEDIA_TYPE,
            Self::Rss => crate::formats::rss::MEDIA_TYPE,
        }
    }
}

/// One feed of discovery.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Wanted {
    pub list: List,
    pub format: Format,
    pub lang: Lang,
    pub form: Form,
}

impl Wanted {
    /// Reads what follows `/feeds/discover/`; `None` where no feed can be.
    pub(crate) fn parse(path: &str, asked: &FeedQuery) -> Option<Self> {
        let (name, extension) = path.rsplit_once('.')?;
        let format = match extension {
            "ics" => Format::Calendar,
            "json" => Format::Json,
            "rss" => Format::Rss,
            _ => return None,
        };
        let list = match name.strip_prefix("week/") {
            Some(slug) => List::Week(Slug::parse(slug).ok()?.as_str().to_owned()),
            None if name == "new" => List::New,
            None => return None,
        };
        Some(Self {
            list,
            format,
            lang: asked.lang.unwrap_or(Lang::KO),
            form: asked.form,
        })
    }

    /// The path of the feed, with everything that its bytes depend on.
    pub(crate) fn path(&self) -> String {
        let name = match &self.list {
            List::Week(slug) => format!("week/{slug}"),
            List::New => "new".to_owned(),
        };
        let form = match self.form {
            Form::FailSafe => "",
            Form::Standard => "&for=standard",
            Form::Apple => "&for=apple",
            Form::Google => "&for=google",
            Form::Outlook => "&for=outlook",
        };
        let extension = self.format.extension();
        format!(
            "/feeds/discover/{name}.{extension}?lang={}{form}",
            self.lang
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_a_list_and_a_format_or_nothing() {
        let asked = FeedQuery::parse("lang=en&for=standard").unwrap();
        let path = |path: &str| Wanted::parse(path, &asked).map(|wanted| wanted.path());
        assert_eq!(
            path("week/sports.ics").as_deref(),
            Some("/feeds/discover/week/sports.ics?lang=en&for=standard")
        );
        let usual = FeedQuery::default();
        assert_eq!(
            Wanted::parse("new.rss", &usual)
                .map(|wanted| wanted.path())
                .as_deref(),
            Some("/feeds/discover/new.rss?lang=ko")
        );
        for bad in [
            "",
            "new",
            "new.txt",
            "old.ics",
            "week/.ics",
            "week/../../x.ics",
            "week/a/b.ics",
            "week/SPORTS.ics",
            "sports.ics",
        ] {
            assert_eq!(path(bad), None, "{bad}");
        }
    }
}
