//! Reading a JSON body field by field, keeping every fault with the way to its field.

use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use web::failure::{Failure, Message};

/// Most faults that one answer tells.
const MOST: usize = 50;

/// What is wrong with a body.
#[derive(Debug, Default)]
pub struct Faults(BTreeMap<String, Vec<Message>>);

impl Faults {
    /// One more. Beyond [`MOST`] nobody reads them.
    pub fn add(&mut self, field: &str, message: Message) {
        if self.0.len() < MOST {
            self.0.entry(field.to_owned()).or_default().push(message);
        }
    }

    fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// The answer, where there is any fault.
    pub fn none_or_all(self) -> Result<(), Failure> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Failure::Invalid(self.0)),
        }
    }
}

/// One object of a body.
pub struct Object<'v, 'f> {
    path: String,
    fields: &'v Map<String, Value>,
    faults: &'f mut Faults,
}

impl<'v, 'f> Object<'v, 'f> {
    /// An object that has these fields and no others; `path` is empty for the body itself.
    pub fn of(
        value: &'v Value,
        path: String,
        known: &[&str],
        faults: &'f mut Faults,
    ) -> Option<Self> {
        let Some(fields) = value.as_object() else {
            let (field, key) = match path.is_empty() {
                true => ("body", "invalid.json"),
                false => (path.as_str(), "invalid.object"),
            };
            faults.add(field, Message::new(key));
            return None;
        };
        let object = Self {
            path,
            fields,
            faults,
        };
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            // The name is the sender's own, shortened so that the answer is no echo of the body.
            let name: String = name.chars().take(40).collect();
            let way = object.way(&name);
            object
                .faults
                .add(&way, Message::new("invalid.unknown_field"));
        }
        Some(object)
    }

    fn way(&self, field: &str) -> String {
        match self.path.is_empty() {
            true => field.to_owned(),
            false => format!("{}.{field}", self.path),
        }
    }

    /// A value, where there is one; null is none.
    fn value(&self, field: &str) -> Option<&'v Value> {
        self.fields.get(field).filter(|value| !value.is_null())
    }

    /// A fault of a field that has none so far.
    pub fn fault_once(&mut self, field: &str, message: Message) {
        let way = self.way(field);
        if !self.faults.has(&way) {
            self.faults.add(&way, message);
        }
    }

    /// A text, read by `read`.
    pub fn parsed<T>(
        &mut self,
        field: &str,
        fault: Message,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(field)?;
        let read = value.as_str().and_then(read);
        if read.is_none() {
            self.fault_once(field, fault);
        }
        read
    }

    /// Words between commas, or a list of them. An empty text or list is none.
    pub fn listed<T>(
        &mut self,
        field: &str,
        fault: Message,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = match self.value(field)? {
            Value::String(text) => Some(Cow::Borrowed(text.as_str())),
            Value::Array(items) => {
                let words: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                words.map(|words| Cow::Owned(words.join(",")))
            }
            _ => None,
        };
        if text.as_deref() == Some("") {
            return None;
        }
        let read = text.and_then(|text| read(&text));
        if read.is_none() {
            self.fault_once(field, fault);
        }
        read
    }

    /// True or false.
    pub fn flag(&mut self, field: &str) -> Option<bool> {
        let value = self.value(field)?.as_bool();
        if value.is_none() {
            self.fault_once(field, Message::new("invalid.flag"));
        }
        value
    }

    /// A list; an empty one where there is none.
    pub fn items(&mut self, field: &str, fault: Message) -> &'v [Value] {
        match self.value(field) {
            None => &[],
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.fault_once(field, fault);
                &[]
            }
        }
    }
}
