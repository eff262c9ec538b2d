//! What was just done, on the page that comes next, and the way to take it back. Read from the
//! address: only words that we say are said, and an undo is asked of the desk again.

use crate::queue::filters;
use store::desk_lists::Queue;
use uuid::Uuid;
use web::visit::Visit;

/// What was done.
pub(crate) struct Flash {
    pub(crate) words: String,
    /// Which decision can be taken back: `of` or `batch`, and its id.
    pub(crate) undo: Option<(&'static str, Uuid)>,
}

/// What an address tells of a step that was just taken.
pub(crate) enum Told {
    /// One proposal was decided.
    One(&'static str, Uuid),
    /// Many were decided as one; so many of them were not.
    Many(Uuid, usize, usize),
    /// Something was done that needs no undo.
    Plain(&'static str),
}

impl Told {
    /// As it stands in the address of the next page.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::One(done, id) => vec![("done", (*done).to_owned()), ("of", id.to_string())],
            Self::Many(batch, done, left) => vec![
                ("done", "many".to_owned()),
                ("batch", batch.to_string()),
                ("n", done.to_string()),
                ("left", left.to_string()),
            ],
            Self::Plain(done) => vec![("done", (*done).to_owned())],
        }
    }

    /// The next page with it.
    pub(crate) fn on(&self, path: &str, queue: &Queue) -> String {
        filters::address(path, queue, &self.pairs())
    }
}

/// What the address of this page tells; nothing for what we never say.
pub(crate) fn flash(visit: &Visit) -> Option<Flash> {
    let t = visit.t;
    let of = |name: &str| visit.params.one(name).ok().flatten();
    let id = |name| of(name)?.parse::<Uuid>().ok();
    let number = |name| of(name)?.parse::<usize>().ok();
    let done = of("done")?;
    if done == "many" {
        let words = match number("left") {
            Some(left @ 1..) => t.f(
                "queue.done_some",
                &[
                    ("n", &number("n")?.to_string()),
                    ("left", &left.to_string()),
                ],
            ),
            _ => t.n("queue.done_many", number("n")?),
        };
        return Some(Flash {
            words,
            undo: Some(("batch", id("batch")?)),
        });
    }
    let (key, takes_back) = match done {
        "accepted" => ("queue.done_accepted", true),
        "rejected" => ("queue.done_rejected", true),
        "spam" => ("queue.done_spam", true),
        "merged" => ("queue.done_merged", true),
        "asked" => ("queue.done_asked", false),
        "skipped" => ("queue.done_skipped", false),
        "claimed" => ("queue.done_claimed", false),
        "undone" => ("queue.done_undone", false),
        _ => return None,
    };
    let undo = match takes_back {
        true => Some(("of", id("of")?)),
        false => None,
    };
    Some(Flash {
        words: t.s(key).to_owned(),
        undo,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::proposal::State;
    use http::HeaderMap;

    #[test]
    fn what_is_told_is_read_back_and_nothing_else() {
        let id = Uuid::nil();
        let told = [
            (Told::One("spam", id), Some("of")),
            (Told::Many(id, 60, 0), Some("batch")),
            (Told::Many(id, 59, 1), Some("batch")),
            (Told::Plain("asked"), None),
        ];
        let visit = |uri: &str| Visit::of(&uri.parse().unwrap(), &HeaderMap::new()).unwrap();
        for (told, undo) in told {
            let address = told.on("/cms/tips", &Queue::of(State::Waiting));
            let flash = flash(&visit(&address)).unwrap();
            assert_eq!(flash.undo.map(|(name, _)| name), undo, "{address}");
        }
        for bad in [
            "?done=%3Cb%3E",
            "?done=spam",
            "?done=spam&of=1",
            "?done=many",
        ] {
            assert!(flash(&visit(&format!("/cms/tips{bad}"))).is_none(), "{bad}");
        }
    }
}
