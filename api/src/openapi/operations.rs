//! What each route takes and answers. Sentences are keys of the locale files: the document and
//! the page for people say the same.

use crate::ask::{LARGEST_LIMIT, USUAL_LIMIT};
use serde_json::{Value, json};

/// The documentation of a route.
#[derive(Debug)]
pub struct Operation {
    /// The route's name in the table.
    pub name: &'static str,
    /// What it does, as a key.
    pub summary: &'static str,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// The body that it takes.
    pub sent: Option<Sent>,
    /// What it answers when all is well.
    pub body: Body,
    /// The problems that it answers by design.
    pub problems: &'static [&'static str],
}

/// A JSON body of a request.
#[derive(Debug)]
pub struct Sent {
    /// Its schema.
    pub schema: &'static str,
    /// Whether it must be there.
    pub required: bool,
}

/// What is in an answer.
#[derive(Debug, Clone, Copy)]
pub enum Body {
    /// JSON of this schema, with a validator.
    Json(&'static str),
    /// JSON of this schema about this moment, with 200 or 503.
    State(&'static str),
    /// Text of this media type.
    Text(&'static str),
    /// With this status, JSON of this schema for one person: no validator, kept nowhere.
    Private(&'static str, &'static str),
    /// Nothing, with 204.
    Nothing,
}

impl Body {
    /// The status when all is well.
    pub const fn status(self) -> &'static str {
        match self {
            Self::Json(_) | Self::State(_) | Self::Text(_) => "200",
            Self::Private(status, _) => status,
            Self::Nothing => "204",
        }
    }
}

/// One value that a route takes.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Whether it must be there.
    pub required: bool,
    /// What it means, as a key.
    pub meaning: &'static str,
    /// What it looks like.
    pub form: Form,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// In the path.
    Path,
    /// After the question mark.
    Query,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// A calendar's id or short name.
    CalendarName,
    /// The same, and nothing else: a filter by no possible name is a mistake, not an empty list.
    IdOrSlug,
    /// An event's public id.
    PublicId,
    /// A category's short name.
    Slug,
    /// A date or a date-time: the beginning of a range.
    From,
    /// The same: its end.
    Until,
    /// Keys of tags.
    Tags,
    /// Words of states.
    States,
    /// A number of items, and the usual one.
    Limit(i64),
    /// A cursor.
    Cursor,
    /// A revision.
    Revision,
    /// A key of a personal calendar, told when it was made.
    Key,
    /// The id of one of its addresses.
    AddressId,
    /// Words, as typed.
    Words,
}

const FROM_EXAMPLES: [&str; 2] = ["2027-04-01", "2027-04-01T18:30:00+09:00"];
const UNTIL_EXAMPLES: [&str; 2] = ["2027-05-01", "2027-05-01T18:30:00+09:00"];

/// Years that a schedule may name.
const YEARS: &str = "^(19|20|21)";

fn moment(examples: [&str; 2]) -> Value {
    json!({
        "type": "string",
        "anyOf": [
            { "format": "date", "pattern": YEARS },
            { "format": "date-time", "pattern": YEARS },
        ],
        "examples": examples,
    })
}

impl Form {
    /// Its JSON Schema.
    pub fn schema(self) -> Value {
        let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
        match self {
            Self::CalendarName => text("^[A-Za-z0-9-]{2,64}$"),
            Self::IdOrSlug => text("^([A-Za-z0-9]{22}|[a-z0-9]([a-z0-9-]{0,62}[a-z0-9]))$"),
            Self::PublicId => text("^[A-Za-z0-9]{22}$"),
            Self::Slug => text("^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])$"),
            Self::From => moment(FROM_EXAMPLES),
            Self::Until => moment(UNTIL_EXAMPLES),
            Self::Tags => text("^-?[a-z0-9][a-z0-9-]{0,39}(,-?[a-z0-9][a-z0-9-]{0,39}){0,31}$"),
            Self::States => {
                let state = "(tentative|confirmed|postponed|cancelled)";
                text(&format!("^{state}(,{state})*$"))
            }
            Self::Limit(usual) => json!({
                "type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": usual,
            }),
            Self::Cursor => text("^([0-9a-f]{2}){24,100}$"),
            Self::Revision => json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX }),
            Self::Key => text("^[A-Za-z0-9]{22}$"),
            Self::AddressId => json!({ "type": "string", "format": "uuid" }),
            Self::Words => json!({
                "type": "string", "minLength": 1, "maxLength": 100, "pattern": "[^\\s\\p{C}]",
                "examples": ["롯데", "ㄹㄷ", "arsenal"],
            }),
        }
    }

    /// The same in a few signs, for people.
    pub fn signs(self) -> String {
        match self {
            Self::CalendarName | Self::IdOrSlug => "[A-Za-z0-9-]{2,64}".to_owned(),
            Self::PublicId | Self::Key => "[A-Za-z0-9]{22}".to_owned(),
            Self::AddressId => "[0-9a-f-]{36}".to_owned(),
            Self::Slug => "[a-z0-9-]{2,64}".to_owned(),
            Self::From => FROM_EXAMPLES.join(", "),
            Self::Until => UNTIL_EXAMPLES.join(", "),
            Self::Tags => "home,-preseason".to_owned(),
            Self::States => "tentative,confirmed,postponed,cancelled".to_owned(),
            Self::Limit(usual) => format!("1-{LARGEST_LIMIT} ({usual})"),
            Self::Cursor => "[0-9a-f]+".to_owned(),
            Self::Revision => "0, 1, 2, ...".to_owned(),
            Self::Words => "롯데, ㄹㄷ, arsenal".to_owned(),
        }
    }
}

const fn query(name: &'static str, meaning: &'static str, form: Form) -> Parameter {
    Parameter {
        name,
        place: Place::Query,
        required: false,
        meaning,
        form,
    }
}

const fn path(name: &'static str, meaning: &'static str, form: Form) -> Parameter {
    Parameter {
        name,
        place: Place::Path,
        required: true,
        meaning,
        form,
    }
}

const CALENDAR: Parameter = path("calendar", "api.param_calendar", Form::CalendarName);
const EVENT: Parameter = path("id", "api.param_event", Form::PublicId);
const TOKEN: Parameter = path("token", "api.param_token", Form::Key);
const ADDRESS: Parameter = path("id", "api.param_address", Form::AddressId);
const RECIPE: Option<Sent> = Some(Sent {
    schema: "RecipeWish",
    required: true,
});
const CATEGORY: Parameter = query("category", "api.param_category", Form::Slug);
const FROM: Parameter = query("from", "api.param_from", Form::From);
const TO: Parameter = query("to", "api.param_to", Form::Until);
const TAGS: Parameter = query("tags", "api.param_tags", Form::Tags);
const STATUS: Parameter = query("status", "api.param_status", Form::States);
const LIMIT: Parameter = query("limit", "api.param_limit", Form::Limit(USUAL_LIMIT));
const NEXT_LIMIT: Parameter = query("limit", "api.param_limit", Form::Limit(1));
const CURSOR: Parameter = query("cursor", "api.param_cursor", Form::Cursor);
const WORDS: Parameter = Parameter {
    required: true,
    ..query("q", "api.param_q", Form::Words)
};
const SEARCH_FROM: Parameter = query("from", "api.param_search_from", Form::From);
const SEARCH_TO: Parameter = query("to", "api.param_search_to", Form::Until);
const IN_CALENDAR: Parameter = query("calendar", "api.param_in_calendar", Form::IdOrSlug);
const PLACE: Parameter = query("place", "api.param_place", Form::Words);
const SINCE: Parameter = Parameter {
    required: true,
    ..query("since", "api.param_since", Form::Revision)
};

/// The documentation of a route, by the route's name.
pub fn of(name: &str) -> Option<&'static Operation> {
    ALL.iter().find(|operation| operation.name == name)
}

/// All of them.
pub const ALL: &[Operation] = &[
    Operation {
        name: "calendars",
        summary: "api.calendars",
        parameters: &[CATEGORY, LIMIT, CURSOR],
        sent: None,
        body: Body::Json("CalendarList"),
        problems: &["400", "409"],
    },
    Operation {
        name: "calendar",
        summary: "api.calendar",
        parameters: &[CALENDAR],
        sent: None,
        body: Body::Json("Calendar"),
        problems: &["404", "410"],
    },
    Operation {
        name: "categories",
        summary: "api.categories",
        parameters: &[],
        sent: None,
        body: Body::Json("CategoryList"),
        problems: &[],
    },
    Operation {
        name: "calendar_events",
        summary: "api.calendar_events",
        parameters: &[CALENDAR, FROM, TO, TAGS, STATUS, LIMIT, CURSOR],
        sent: None,
        body: Body::Json("InstanceList"),
        problems: &["400", "404", "409", "410"],
    },
    Operation {
        name: "next",
        summary: "api.next",
        parameters: &[CALENDAR, NEXT_LIMIT],
        sent: None,
        body: Body::Json("InstanceList"),
        problems: &["400", "404", "410"],
    },
    Operation {
        name: "changes",
        summary: "api.changes",
        parameters: &[CALENDAR, SINCE, LIMIT, CURSOR],
        sent: None,
        body: Body::Json("ChangeList"),
        problems: &["400", "404", "409", "410"],
    },
    Operation {
        name: "events",
        summary: "api.events",
        parameters: &[CATEGORY, FROM, TO, TAGS, STATUS, LIMIT, CURSOR],
        sent: None,
        body: Body::Json("InstanceList"),
        problems: &["400", "409"],
    },
    Operation {
        name: "event",
        summary: "api.event",
        parameters: &[EVENT],
        sent: None,
        body: Body::Json("Event"),
        problems: &["404", "410"],
    },
    Operation {
        name: "search",
        summary: "api.search",
        parameters: &[
            WORDS,
            SEARCH_FROM,
            SEARCH_TO,
            CATEGORY,
            IN_CALENDAR,
            PLACE,
            TAGS,
            LIMIT,
            CURSOR,
        ],
        sent: None,
        body: Body::Json("Results"),
        problems: &["400", "409"],
    },
    Operation {
        name: "openapi_json",
        summary: "api.openapi_json",
        parameters: &[],
        sent: None,
        body: Body::Json("Document"),
        problems: &[],
    },
    Operation {
        name: "docs",
        summary: "api.docs",
        parameters: &[],
        sent: None,
        body: Body::Text("text/html"),
        problems: &[],
    },
    Operation {
        name: "make_subscription",
        summary: "api.make_subscription",
        parameters: &[],
        sent: RECIPE,
        body: Body::Private("201", "Keys"),
        problems: &["400", "413", "415", "429"],
    },
    Operation {
        name: "subscription",
        summary: "api.subscription",
        parameters: &[TOKEN],
        sent: None,
        body: Body::Private("200", "Recipe"),
        problems: &["404"],
    },
    Operation {
        name: "change_subscription",
        summary: "api.change_subscription",
        parameters: &[TOKEN],
        sent: RECIPE,
        body: Body::Private("200", "Recipe"),
        problems: &["400", "404", "413", "415"],
    },
    Operation {
        name: "forget_subscription",
        summary: "api.forget_subscription",
        parameters: &[TOKEN],
        sent: None,
        body: Body::Nothing,
        problems: &["404"],
    },
    Operation {
        name: "rotate_subscription",
        summary: "api.rotate_subscription",
        parameters: &[TOKEN],
        sent: None,
        body: Body::Private("200", "Keys"),
        problems: &["404"],
    },
    Operation {
        name: "addresses",
        summary: "api.addresses",
        parameters: &[TOKEN],
        sent: None,
        body: Body::Private("200", "AddressList"),
        problems: &["404"],
    },
    Operation {
        name: "add_address",
        summary: "api.add_address",
        parameters: &[TOKEN],
        sent: Some(Sent {
            schema: "AddressWish",
            required: false,
        }),
        body: Body::Private("201", "NewAddress"),
        problems: &["400", "404", "413", "415"],
    },
    Operation {
        name: "revoke_address",
        summary: "api.revoke_address",
        parameters: &[TOKEN, ADDRESS],
        sent: None,
        body: Body::Nothing,
        problems: &["404"],
    },
    Operation {
        name: "send_tip",
        summary: "api.send_tip",
        parameters: &[],
        sent: Some(Sent {
            schema: "Tip",
            required: true,
        }),
        body: Body::Private("201", "TipReceipt"),
        problems: &["400", "409", "413", "415", "429"],
    },
    Operation {
        name: "healthz",
        summary: "api.healthz",
        parameters: &[],
        sent: None,
        body: Body::Text("text/plain"),
        problems: &[],
    },
    Operation {
        name: "readyz",
        summary: "api.readyz",
        parameters: &[],
        sent: None,
        body: Body::State("Ready"),
        problems: &[],
    },
];
