//! Who may do what (R22): one table. Handlers ask it; a test walks every route with every caller.

/// Who is asking. Made by one extractor at the edge, never from a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Anybody.
    Anonymous,
    /// Somebody at the machine's own command line.
    Operator,
}

impl Caller {
    /// All kinds of callers, for tables and tests.
    pub const ALL: &'static [Self] = &[Self::Anonymous, Self::Operator];
}

/// What a route or a command lets somebody do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Read what is published.
    ReadPublished,
    /// Ask whether the program is well.
    ReadHealth,
    /// Put a schedule into a calendar.
    ImportSchedule,
}

impl Permission {
    /// All permissions, for tables and tests.
    pub const ALL: &'static [Self] = &[Self::ReadPublished, Self::ReadHealth, Self::ImportSchedule];
}

/// The table.
pub const fn may(caller: Caller, permission: Permission) -> bool {
    match (caller, permission) {
        (_, Permission::ReadPublished | Permission::ReadHealth) => true,
        (Caller::Operator, Permission::ImportSchedule) => true,
        (Caller::Anonymous, Permission::ImportSchedule) => false,
    }
}
