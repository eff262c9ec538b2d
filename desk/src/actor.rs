//! Who is at work. Persons and their roles are kept elsewhere; here they are an id.

/// What kind of actor somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// Somebody who signed in.
    Person,
    /// A reader who reported something; nobody that we know.
    Reporter,
    /// Somebody at the machine's own command line.
    Operator,
    /// The program itself, at a set time.
    System,
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    /// Which person it is; empty for all other kinds.
    pub id: String,
    /// What kind of actor.
    pub kind: ActorKind,
}

impl Actor {
    /// A person, by their id.
    pub fn person(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind: ActorKind::Person,
        }
    }

    /// An actor of a kind that has no persons.
    pub const fn nobody(kind: ActorKind) -> Self {
        Self {
            id: String::new(),
            kind,
        }
    }

    /// What is stored: the person's id, or the word for who is none.
    pub fn word(&self) -> &str {
        match self.kind {
            ActorKind::Person => &self.id,
            ActorKind::Reporter => "reporter",
            ActorKind::Operator => "operator",
            ActorKind::System => "system",
        }
    }
}
