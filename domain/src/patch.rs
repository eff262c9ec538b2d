//! One vocabulary for changes (R8): a patch is a list of fields with the values they shall have.
//! Tips, the API, imports, the history and the differences on screen all speak it.

use crate::event::{Availability, EventBody, Evidence, Link, Place, Status, WebAddress};
use crate::series::Series;
use crate::tag::Tag;
use crate::text::Text;
use crate::time::EventTime;
use serde::{Deserialize, Serialize};

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $ty:ty, $($path:ident).+;)+) => {
        /// A field of an event that can be changed by itself.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field { $($(#[$doc])* $variant),+ }

        impl Field {
            /// Every field, in the order that people read them.
            pub const ALL: &'static [Field] = &[$(Field::$variant),+];

            /// The stored and public name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Field::$variant => $name),+ }
            }

            /// Reads a stored or public name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Field::$variant),)+ _ => None }
            }
        }

        /// A field with a value.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "field", content = "value", rename_all = "snake_case")]
        pub enum FieldValue { $($(#[$doc])* $variant($ty)),+ }

        impl FieldValue {
            /// Which field it is a value of.
            pub const fn field(&self) -> Field {
                match self { $(FieldValue::$variant(_) => Field::$variant),+ }
            }
        }

        impl EventBody {
            /// The value that a field has.
            pub fn get(&self, field: Field) -> FieldValue {
                match field { $(Field::$variant => FieldValue::$variant(self.$($path).+.clone())),+ }
            }

            /// Gives a field a value.
            pub fn set(&mut self, value: FieldValue) {
                match value { $(FieldValue::$variant(value) => self.$($path).+ = value),+ }
            }

            /// True when a field has the same value here and there.
            pub fn agrees(&self, other: &Self, field: Field) -> bool {
                match field { $(Field::$variant => self.$($path).+ == other.$($path).+),+ }
            }
        }
    };
}

fields! {
    /// What it is called.
    Title, "title", Text, main.title;
    /// When it is.
    Time, "time", EventTime, main.time;
    /// How it repeats.
    Series, "series", Option<Series>, series;
    /// Whether it takes place.
    Status, "status", Status, main.status;
    /// Where it is.
    Place, "place", Place, main.place;
    /// What else there is to say.
    Description, "description", Text, main.description;
    /// Its own page.
    Url, "url", Option<WebAddress>, main.url;
    /// Tickets, streams and other links.
    Links, "links", Vec<Link>, main.links;
    /// What it is filtered by.
    Tags, "tags", Vec<Tag>, main.tags;
    /// Whether it blocks time.
    Availability, "availability", Availability, main.availability;
    /// The score.
    Result, "result", Text, main.result;
    /// Where it is known from.
    Evidence, "evidence", Option<Evidence>, main.evidence;
}

/// What shall change about an event: each field at most once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventPatch(Vec<FieldValue>);

impl EventPatch {
    /// What turns `before` into `after`, in reading order.
    pub fn between(before: &EventBody, after: &EventBody) -> Self {
        let differs = |field: &&Field| !before.agrees(after, **field);
        Self(
            Field::ALL
                .iter()
                .filter(differs)
                .map(|field| after.get(*field))
                .collect(),
        )
    }

    /// Adds or replaces one field's value.
    pub fn put(&mut self, value: FieldValue) {
        self.0.retain(|old| old.field() != value.field());
        self.0.push(value);
    }

    /// Carries the patch out.
    pub fn apply(&self, body: &mut EventBody) {
        for value in &self.0 {
            body.set(value.clone());
        }
    }

    /// Which fields it changes.
    pub fn fields(&self) -> impl Iterator<Item = Field> {
        self.0.iter().map(FieldValue::field)
    }

    /// The values it sets.
    pub fn values(&self) -> &[FieldValue] {
        &self.0
    }

    /// True when it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Occurrence;
    use crate::text::Lang;
    use jiff::civil::date;

    #[test]
    fn a_patch_between_two_bodies_turns_one_into_the_other() {
        let before: EventBody = Occurrence::new(
            Text::new(Lang::KO, "개막전"),
            EventTime::day(date(2027, 4, 1)),
        )
        .into();
        let mut after = before.clone();
        after.main.status = Status::Cancelled;
        after.main.time = EventTime::day(date(2027, 4, 2));
        let patch = EventPatch::between(&before, &after);
        assert_eq!(
            patch.fields().collect::<Vec<_>>(),
            [Field::Time, Field::Status]
        );
        let mut patched = before.clone();
        patch.apply(&mut patched);
        assert_eq!(patched, after);
        let json = serde_json::to_string(&patch).unwrap_or_default();
        assert_eq!(serde_json::from_str::<EventPatch>(&json).ok(), Some(patch));
    }

    #[test]
    fn field_names_read_back() {
        for field in Field::ALL {
            assert_eq!(Field::parse(field.as_str()), Some(*field));
        }
    }
}
