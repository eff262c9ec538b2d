//! What differs between two objects, as a PatchObject (RFC 8984 §1.4.9): paths to what is set, and
//! `null` for what is taken away.

use serde_json::{Map, Value};

/// The smallest patch that makes `before` into `after`: objects that both have are looked into,
/// anything else is set whole. No path reaches into a list and none begins with another, because a
/// path is written only where two values end to be objects.
pub(super) fn between(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Map<String, Value> {
    let mut patch = Map::new();
    differ(&mut patch, "", before, after);
    patch
}

fn differ(
    patch: &mut Map<String, Value>,
    path: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) {
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        patch.insert(below(path, name), Value::Null);
    }
    for (name, is) in after {
        match (before.get(name), is) {
            (Some(was), is) if was == is => {}
            (Some(Value::Object(was)), Value::Object(is)) => {
                differ(patch, &below(path, name), was, is);
            }
            (_, is) => {
                patch.insert(below(path, name), is.clone());
            }
        }
    }
}

/// A JSON pointer (RFC 6901 §3) without its first slash.
fn below(path: &str, name: &str) -> String {
    let name = name.replace('~', "~0").replace('/', "~1");
    if path.is_empty() {
        name
    } else {
        format!("{path}/{name}")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// Does what a reader does with a patch; panics where the patch is not a valid one.
    pub(in super::super) fn apply(to: &Value, patch: &Map<String, Value>) -> Value {
        let mut whole = to.clone();
        for (path, value) in patch {
            let longer = format!("{path}/");
            assert!(!patch.keys().any(|other| other.starts_with(&longer)));
            let mut names: Vec<String> = path
                .split('/')
                .map(|name| name.replace("~1", "/").replace("~0", "~"))
                .collect();
            let last = names.pop().unwrap();
            let mut at = &mut whole;
            for name in names {
                at = at.as_object_mut().unwrap().get_mut(&name).unwrap();
            }
            let object = at.as_object_mut().unwrap();
            if value.is_null() {
                object.remove(&last);
            } else {
                object.insert(last, value.clone());
            }
        }
        whole
    }

    #[test]
    fn only_what_differs_is_named() {
        let before = json!({ "a": 1, "o": { "1": { "x": 1, "y": 2 } }, "k": { "a/b": true } });
        let after =
            json!({ "a": 1, "o": { "1": { "x": 3, "y": 2 } }, "k": { "c~d": true }, "n": [1] });
        let patch = between(before.as_object().unwrap(), after.as_object().unwrap());
        let want = json!({ "o/1/x": 3, "k/a~1b": null, "k/c~0d": true, "n": [1] });
        assert_eq!(Value::Object(patch), want);
    }

    /// Objects of the shapes that events have; no `null`, which a patch cannot set.
    fn any_object() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            (0..3_i64).prop_map(Value::from),
            prop::collection::vec(0..3_i64, 0..2).prop_map(Value::from),
        ];
        let object = |inner| {
            let map = prop::collection::btree_map("[a-c/~]{1,2}", inner, 0..4);
            map.prop_map(|map| Value::Object(map.into_iter().collect()))
        };
        let nested = leaf.prop_recursive(3, 24, 4, move |inner| object(inner).boxed());
        let map = prop::collection::btree_map("[a-c/~]{1,2}", nested, 0..4);
        map.prop_map(|map| Value::Object(map.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn a_patch_makes_the_one_into_the_other(before in any_object(), after in any_object()) {
            let patch = between(before.as_object().unwrap(), after.as_object().unwrap());
            prop_assert_eq!(apply(&before, &patch), after);
        }
    }
}
