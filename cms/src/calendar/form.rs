//! What a calendar says about itself, as a form, and back.

use crate::edit::{Choice, Errors};
use domain::calendar::{CalendarProfile, Color, Slug, SlugError};
use domain::caps;
use domain::event::WebAddress;
use domain::text::{Lang, Text, clean_block, clean_line};
use domain::zone::Zone;
use store::Conn;
use web::failure::{Failure, Message};
use web::form::Fields;
use web::locale::T;

/// The fields as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typed {
    pub slug: String,
    pub title_ko: String,
    pub title_en: String,
    pub description_ko: String,
    pub description_en: String,
    pub category: String,
    pub color: String,
    pub language: String,
    pub zone: String,
    pub url: String,
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            slug: String::new(),
            title_ko: String::new(),
            title_en: String::new(),
            description_ko: String::new(),
            description_en: String::new(),
            category: String::new(),
            color: "#2F5FB3".to_owned(),
            language: "ko".to_owned(),
            zone: "Asia/Seoul".to_owned(),
            url: String::new(),
        }
    }
}

/// The form with its choices.
pub(crate) struct CalendarForm {
    pub typed: Typed,
    pub errors: Errors,
    pub categories: Vec<Choice>,
    pub languages: Vec<Choice>,
}

impl CalendarForm {
    pub(crate) async fn build(
        conn: &mut Conn,
        t: T,
        typed: Typed,
        errors: Errors,
    ) -> Result<Self, Failure> {
        let categories = store::categories::all(conn).await?;
        let category = |one: &domain::calendar::Category| {
            let title = one.title.pick(t.lang(), t.lang());
            Choice::new(one.slug.as_str(), title, &typed.category)
        };
        let language = |(code, key)| Choice::new(code, t.s(key), &typed.language);
        let mut languages: Vec<_> = [
            ("ko", "cms_calendars.korean"),
            ("en", "cms_calendars.english"),
        ]
        .map(language)
        .into();
        if !languages.iter().any(|one| one.chosen) {
            languages.push(Choice::new(
                &typed.language,
                &typed.language,
                &typed.language,
            ));
        }
        Ok(Self {
            categories: categories.iter().map(category).collect(),
            languages,
            typed,
            errors,
        })
    }
}

impl Typed {
    pub(crate) fn read(fields: &Fields) -> Self {
        let one = |name| fields.exactly(name).replace("\r\n", "\n");
        Self {
            slug: fields.one("slug").to_owned(),
            title_ko: one("title_ko"),
            title_en: one("title_en"),
            description_ko: one("description_ko"),
            description_en: one("description_en"),
            category: one("category"),
            color: fields.one("color").to_owned(),
            language: one("language"),
            zone: fields.one("zone").to_owned(),
            url: fields.one("url").to_owned(),
        }
    }

    pub(crate) fn of(profile: &CalendarProfile) -> Self {
        let text = |text: &Text, lang| text.get(lang).unwrap_or_default().to_owned();
        Self {
            slug: profile.slug.to_string(),
            title_ko: text(&profile.title, Lang::KO),
            title_en: text(&profile.title, Lang::EN),
            description_ko: text(&profile.description, Lang::KO),
            description_en: text(&profile.description, Lang::EN),
            category: profile.category.to_string(),
            color: profile.color.to_string(),
            language: profile.language.to_string(),
            zone: profile.zone.name().to_owned(),
            url: profile
                .url
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        }
    }

    /// What the form says, on what the calendar said before.
    pub(crate) fn profile(
        &self,
        before: Option<&CalendarProfile>,
    ) -> Result<CalendarProfile, Vec<(&'static str, Message)>> {
        let mut faults = Vec::new();
        let mut wrong = |field, key| faults.push((field, Message::new(key)));
        let slug = Slug::parse(&self.slug);
        match slug {
            Err(SlugError::Form) => wrong("slug", "cms_calendars.bad_slug"),
            Err(SlugError::Reserved) => wrong("slug", "cms_calendars.reserved_slug"),
            Ok(_) => {}
        }
        let color = Color::parse(&self.color);
        if color.is_none() {
            wrong("color", "cms_calendars.bad_color");
        }
        let category = Slug::parse(&self.category).ok();
        if category.is_none() {
            wrong("category", "cms_calendars.no_category");
        }
        let language = Lang::parse(&self.language);
        if language.is_none() {
            wrong("language", "cms_calendars.no_language");
        }
        let zone = Zone::parse(&self.zone);
        if zone.is_none() {
            wrong("zone", "invalid.zone");
        }
        let url = WebAddress::parse(&self.url);
        if url.is_none() && !self.url.is_empty() {
            wrong("url", "cms_event.bad_address");
        }
        for (field, text, most) in [
            ("title_ko", &self.title_ko, caps::LINE_BYTES),
            ("title_en", &self.title_en, caps::LINE_BYTES),
            (
                "description_ko",
                &self.description_ko,
                caps::DESCRIPTION_BYTES,
            ),
            (
                "description_en",
                &self.description_en,
                caps::DESCRIPTION_BYTES,
            ),
        ] {
            if text.len() > most {
                let max = most.to_string();
                faults.push((field, Message::new("cms_event.too_long").with("max", max)));
            }
        }
        let mut title = before.map_or_else(Text::none, |was| was.title.clone());
        title.set(Lang::KO, clean_line(&self.title_ko, caps::LINE_BYTES));
        title.set(Lang::EN, clean_line(&self.title_en, caps::LINE_BYTES));
        if title.is_empty() {
            faults.push(("title_ko", Message::new("cms_calendars.no_title")));
        }
        let mut description = before.map_or_else(Text::none, |was| was.description.clone());
        for (lang, text) in [
            (Lang::KO, &self.description_ko),
            (Lang::EN, &self.description_en),
        ] {
            description.set(lang, clean_block(text, caps::DESCRIPTION_BYTES));
        }
        let whole = (slug, category, color, language, zone);
        let (Ok(slug), Some(category), Some(color), Some(language), Some(zone)) = whole else {
            return Err(faults);
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(CalendarProfile {
            slug,
            title,
            description,
            category,
            color,
            language,
            zone,
            url,
            attribution: before.and_then(|was| was.attribution.clone()),
            sample: before.is_some_and(|was| was.sample),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_reads_back_and_faults_stand_at_their_fields() {
        let typed = Typed {
            slug: "haneul".into(),
            title_ko: "하늘".into(),
            category: "sport".into(),
            ..Typed::default()
        };
        let profile = typed.profile(None).unwrap();
        assert_eq!(Typed::of(&profile), typed);
        let again = Typed::of(&profile).profile(Some(&profile)).unwrap();
        assert_eq!(again, profile);
        let bad = Typed {
            slug: "Bad Slug".into(),
            color: "red".into(),
            zone: "Mars/Base".into(),
            url: "javascript:alert(1)".into(),
            ..Typed::default()
        };
        let faults = bad.profile(None).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|(field, _)| *field).collect();
        assert_eq!(
            fields,
            ["slug", "color", "category", "zone", "url", "title_ko"]
        );
    }
}
