//! What of the queue is looked at: read from the address, and written back into it, so that the next
//! item is the next of the same list.

use domain::id::{CalendarId, EventId};
use domain::proposal::{BurstId, State};
use store::desk_lists::{Kind, Queue};
use uuid::Uuid;
use web::failure::{Failure, Message};
use web::visit::Params;

/// States that can be listed, in the order of the filter.
pub(crate) const STATES: [State; 5] = [
    State::Waiting,
    State::Scheduled,
    State::Accepted,
    State::Rejected,
    State::Superseded,
];

/// The word of a state in addresses.
pub(crate) const fn word(state: State) -> &'static str {
    match state {
        State::Draft => "draft",
        State::Waiting => "waiting",
        State::Scheduled => "scheduled",
        State::Accepted => "accepted",
        State::Rejected => "rejected",
        State::Superseded => "superseded",
    }
}

/// What people call a state.
pub(crate) const fn state_key(state: State) -> &'static str {
    match state {
        State::Draft => "queue.state_draft",
        State::Waiting => "queue.state_waiting",
        State::Scheduled => "queue.state_scheduled",
        State::Accepted => "queue.state_accepted",
        State::Rejected => "queue.state_rejected",
        State::Superseded => "queue.state_superseded",
    }
}

/// What people call a kind.
pub(crate) const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::New => "queue.kind_new",
        Kind::Change => "queue.kind_change",
        Kind::Cancellation => "queue.kind_cancellation",
    }
}

/// The list that an address asks for. A field that is empty does not matter; one that means nothing
/// is refused.
pub(crate) fn read(params: &Params) -> Result<Queue, Failure> {
    let id = |name: &str| -> Result<Option<Uuid>, Failure> {
        given(params, name)?
            .map(|text: &str| text.parse::<Uuid>().map_err(|_| unknown(name)))
            .transpose()
    };
    let state = match given(params, "state")? {
        None => State::Waiting,
        Some(text) => STATES
            .into_iter()
            .find(|one| word(*one) == text)
            .ok_or_else(|| unknown("state"))?,
    };
    let kind = match given(params, "kind")? {
        None => None,
        Some(text) => Some(Kind::parse(text).ok_or_else(|| unknown("kind"))?),
    };
    Ok(Queue {
        state,
        kind,
        calendar: id("calendar")?.map(CalendarId),
        event: id("event")?.map(EventId),
        burst: id("burst")?.map(BurstId),
    })
}

fn given<'p>(params: &'p Params, name: &str) -> Result<Option<&'p str>, Failure> {
    Ok(params.one(name)?.filter(|text| !text.is_empty()))
}

fn unknown(field: &str) -> Failure {
    Failure::invalid(field, Message::new("queue.unknown_filter"))
}

/// The same list as a query: `kind=new&state=accepted`, empty for all that waits.
pub(crate) fn query(queue: &Queue) -> String {
    let state = (queue.state != State::Waiting).then(|| word(queue.state).to_owned());
    let pairs = [
        ("state", state),
        ("kind", queue.kind.map(|kind| kind.as_str().to_owned())),
        ("calendar", queue.calendar.map(|id| id.to_string())),
        ("event", queue.event.map(|id| id.to_string())),
        ("burst", queue.burst.map(|id| id.to_string())),
    ];
    let given = pairs.into_iter();
    given
        .filter_map(|(name, value)| Some(format!("{name}={}", value?)))
        .collect::<Vec<_>>()
        .join("&")
}

/// A path of the desk with a list's query and more behind it.
pub(crate) fn address(path: &str, queue: &Queue, more: &[(&str, String)]) -> String {
    let mut parts: Vec<String> = Some(query(queue))
        .filter(|query| !query.is_empty())
        .into_iter()
        .collect();
    parts.extend(more.iter().map(|(name, value)| format!("{name}={value}")));
    match parts.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", parts.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Result<Queue, Failure> {
        let uri = format!("/cms/tips?{query}").parse().unwrap();
        read(&Params::of(&uri).unwrap())
    }

    #[test]
    fn what_an_address_says_is_written_back() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        for said in [
            String::new(),
            "kind=new".to_owned(),
            format!("state=accepted&kind=cancellation&calendar={id}"),
            format!("event={id}&burst={id}"),
        ] {
            assert_eq!(query(&of(&said).unwrap()), said);
        }
        assert_eq!(of("kind=&state=").unwrap(), Queue::of(State::Waiting));
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for said in [
            "kind=fax",
            "state=draft",
            "calendar=kbo",
            "kind=new&kind=new",
        ] {
            assert!(of(said).is_err(), "{said}");
        }
    }
}
