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
    /// Whose password was right and whose second factor is owed.
    PendingStaff,
    /// Who looks after the installation and its people.
    Admin,
    /// Who keeps calendars.
    Editor,
    /// Who decides what readers report.
    Moderator,
    /// Who keeps the calendars of an organisation outside.
    Partner,
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
        Self::PendingStaff,
        Self::Admin,
        Self::Editor,
        Self::Moderator,
        Self::Partner,
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
    /// Try to sign in, ask for a new password, follow a link that was sent, sign out.
    SignIn,
    /// Give the second factor.
    FinishSignIn,
    /// See and change how oneself signs in: password, second factors, sessions.
    ManageOwnSignIn,
    /// See the desk: what waits, what is stale, what is planned.
    ReadDesk,
    /// Decide what readers and partners propose.
    DecideTips,
    /// Change one event at a time.
    EditSchedule,
    /// Publish, take back and change many events at once.
    PublishSchedule,
    /// Make, change, merge and end calendars, categories and sources.
    ManageCalendars,
    /// Invite people, change their roles, shut them out.
    ManagePeople,
    /// Read who did what.
    ReadAudit,
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
        Self::SignIn,
        Self::FinishSignIn,
        Self::ManageOwnSignIn,
        Self::ReadDesk,
        Self::DecideTips,
        Self::EditSchedule,
        Self::PublishSchedule,
        Self::ManageCalendars,
        Self::ManagePeople,
        Self::ReadAudit,
        Self::SendTip,
        Self::ReadOwnTip,
    ];
}

/// The table.
pub const fn may(caller: Caller, permission: Permission) -> bool {
    use Permission::{
        DecideTips, EditSchedule, FinishSignIn, HideOwnEvent, ImportSchedule, MakeSubscription,
        ManageCalendars, ManageOwnSignIn, ManagePeople, ManageSubscription, PublishSchedule,
        ReadAudit, ReadDesk, ReadHealth, ReadOwnTip, ReadPublished, ReadSubscription,
        ReportOwnEvent, SendTip, SignIn,
    };
    match permission {
        ReadPublished | ReadHealth | MakeSubscription | SendTip | SignIn => true,
        ReadOwnTip => matches!(caller, Caller::Operator | Caller::Reporter),
        ReadSubscription => matches!(
            caller,
            Caller::Operator | Caller::Reader | Caller::Subscriber
        ),
        ManageSubscription => matches!(caller, Caller::Operator | Caller::Subscriber),
        HideOwnEvent | ReportOwnEvent => matches!(
            caller,
            Caller::Operator | Caller::OwnReader | Caller::Subscriber
        ),
        FinishSignIn => matches!(caller, Caller::PendingStaff) || is_signed_in(caller),
        ManageOwnSignIn => is_signed_in(caller),
        ReadDesk | DecideTips | EditSchedule => {
            matches!(caller, Caller::Moderator) || is_editor(caller)
        }
        ImportSchedule | PublishSchedule | ManageCalendars | ReadAudit => is_editor(caller),
        ManagePeople => matches!(caller, Caller::Operator | Caller::Admin),
    }
}

const fn is_editor(caller: Caller) -> bool {
    matches!(caller, Caller::Operator | Caller::Admin | Caller::Editor)
}

/// With everything that their sign-in needs.
const fn is_signed_in(caller: Caller) -> bool {
    is_editor(caller) || matches!(caller, Caller::Moderator | Caller::Partner)
}
