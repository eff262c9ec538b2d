//! Who may do what (R22): one table. Handlers ask it; a test walks every route with every caller.

/// Who is asking. Made by one extractor at the edge, never from a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Anybody.
    Anonymous,
    /// Who holds an address of a personal calendar: its owner's devices, and friends.
    Reader,
    /// Who opened a signed link inside the entries of their own calendar.
    OwnReader,
    /// Who holds the manage key of a personal calendar.
    Subscriber,
    /// Who holds the receipt of a tip.
    Reporter,
    /// Somebody at the machine's own command line.
    Operator,
}

impl Caller {
    /// All kinds of callers, for tables and tests.
    pub const ALL: &'static [Self] = &[
        Self::Anonymous,
        Self::Reader,
        Self::OwnReader,
        Self::Subscriber,
        Self::Reporter,
        Self::Operator,
    ];
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
    /// Make a personal calendar.
    MakeSubscription,
    /// Read one personal calendar: the caller's.
    ReadSubscription,
    /// See and change its recipe, its addresses and its keys.
    ManageSubscription,
    /// Leave one event of it out, or take it back in.
    HideOwnEvent,
    /// Say that something about one of its events is wrong.
    ReportOwnEvent,
    /// Tell the desk something, and second a wish.
    SendTip,
    /// See what became of one tip, change it or take it back while it waits: the caller's.
    ReadOwnTip,
}

impl Permission {
    /// All permissions, for tables and tests.
    pub const ALL: &'static [Self] = &[
        Self::ReadPublished,
        Self::ReadHealth,
        Self::ImportSchedule,
        Self::MakeSubscription,
        Self::ReadSubscription,
        Self::ManageSubscription,
        Self::HideOwnEvent,
        Self::ReportOwnEvent,
        Self::SendTip,
        Self::ReadOwnTip,
    ];
}

/// The table.
pub const fn may(caller: Caller, permission: Permission) -> bool {
    use Permission::{
        HideOwnEvent, ImportSchedule, MakeSubscription, ManageSubscription, ReadHealth, ReadOwnTip,
        ReadPublished, ReadSubscription, ReportOwnEvent, SendTip,
    };
    match caller {
        Caller::Operator => true,
        _ if matches!(
            permission,
            ReadPublished | ReadHealth | MakeSubscription | SendTip
        ) =>
        {
            true
        }
        Caller::Anonymous => false,
        Caller::Reader => matches!(permission, ReadSubscription),
        Caller::OwnReader => matches!(permission, HideOwnEvent | ReportOwnEvent),
        Caller::Subscriber => match permission {
            ReadSubscription | ManageSubscription | HideOwnEvent | ReportOwnEvent => true,
            ReadPublished | ReadHealth | MakeSubscription | SendTip => true,
            ImportSchedule | ReadOwnTip => false,
        },
        Caller::Reporter => matches!(permission, ReadOwnTip),
    }
}
