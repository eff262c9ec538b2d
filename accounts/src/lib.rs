//! People and their sign-in: the pages on which they come in, look after how they do, and are
//! looked after by administrators. What anybody may do is `domain::policy`'s, checked before any
//! handler here runs (`web::session`); what is kept is `store`'s.
//!
//! No page here changes anything when it is read: links in mails are opened by scanners first.

pub mod account;
pub mod agent;
pub mod attempt;
pub mod authenticator;
pub mod demo;
pub mod forgot;
pub mod forms;
pub mod hash;
pub mod links;
pub mod mail;
pub mod passkeys;
pub mod people;
pub mod recovery;
pub mod second;
pub mod sign_in;
mod state;
pub mod welcome;

pub use state::AccountsState;

use axum::Router;
use axum::routing::{MethodRouter, get, post};
use domain::policy::Permission;
use http::Method;
use web::route::{Route, Surface};

/// Everything that this surface answers.
pub const ROUTES: &[Route<AccountsState>] = &[
    read("/sign-in", Permission::SignIn, "sign_in_ask", || {
        get(sign_in::show)
    }),
    write("/sign-in", Permission::SignIn, "sign_in", || {
        post(sign_in::send)
    }),
    read(
        "/sign-in/second",
        Permission::FinishSignIn,
        "second_ask",
        || get(second::show),
    ),
    write(
        "/sign-in/second",
        Permission::FinishSignIn,
        "second",
        || post(second::code),
    ),
    write(
        "/sign-in/second/passkey/ask",
        Permission::FinishSignIn,
        "second_passkey_ask",
        || post(second::ask_passkey),
    ),
    write(
        "/sign-in/second/passkey",
        Permission::FinishSignIn,
        "second_passkey",
        || post(second::passkey),
    ),
    write("/sign-out", Permission::SignIn, "sign_out", || {
        post(sign_in::out)
    }),
    read("/forgot", Permission::SignIn, "forgot_ask", || {
        get(forgot::show)
    }),
    write("/forgot", Permission::SignIn, "forgot", || {
        post(forgot::send)
    }),
    read(
        "/welcome/{token}",
        Permission::SignIn,
        "welcome_ask",
        || get(welcome::show),
    ),
    write("/welcome/{token}", Permission::SignIn, "welcome", || {
        post(welcome::send)
    }),
    read("/account", Permission::ManageOwnSignIn, "account", || {
        get(account::show)
    }),
    own("/account/name", "account_name", || {
        post(account::identity::rename)
    }),
    own("/account/password", "account_password", || {
        post(account::identity::password)
    }),
    own("/account/authenticator/ask", "authenticator_ask", || {
        post(account::factors::ask_authenticator)
    }),
    read(
        "/account/authenticator",
        Permission::ManageOwnSignIn,
        "authenticator_show",
        || get(account::factors::show_authenticator),
    ),
    own("/account/authenticator", "authenticator", || {
        post(account::factors::authenticator)
    }),
    own("/account/second/forget", "second_forget", || {
        post(account::factors::forget)
    }),
    own("/account/recovery-codes", "recovery_codes", || {
        post(account::factors::recovery_codes)
    }),
    own("/account/passkeys/ask", "passkey_ask", || {
        post(account::factors::ask_passkey)
    }),
    own("/account/passkeys", "passkey", || {
        post(account::factors::passkey)
    }),
    own("/account/sessions/others/close", "sessions_close", || {
        post(account::identity::close_others)
    }),
    own("/account/sessions/{id}/close", "session_close", || {
        post(account::identity::close_one)
    }),
    read("/cms/people", Permission::ManagePeople, "people", || {
        get(people::show)
    }),
    write(
        "/cms/people",
        Permission::ManagePeople,
        "person_invite",
        || post(people::invite),
    ),
    write(
        "/cms/people/{id}/role",
        Permission::ManagePeople,
        "person_role",
        || post(people::role),
    ),
    write(
        "/cms/people/{id}/shut-out",
        Permission::ManagePeople,
        "person_shut_out",
        || post(people::shut_out),
    ),
    write(
        "/cms/people/{id}/let-in",
        Permission::ManagePeople,
        "person_let_in",
        || post(people::let_in),
    ),
    write(
        "/cms/people/{id}/sign-out",
        Permission::ManagePeople,
        "person_sign_out",
        || post(people::sign_out),
    ),
    write(
        "/cms/people/{id}/link",
        Permission::ManagePeople,
        "person_link",
        || post(people::link),
    ),
    write(
        "/cms/people/{id}/second/forget",
        Permission::ManagePeople,
        "person_second",
        || post(people::forget_second),
    ),
];

type Handler = fn() -> MethodRouter<AccountsState>;

const fn read(
    path: &'static str,
    permission: Permission,
    name: &'static str,
    handler: Handler,
) -> Route<AccountsState> {
    route(Method::GET, path, permission, name, handler)
}

const fn write(
    path: &'static str,
    permission: Permission,
    name: &'static str,
    handler: Handler,
) -> Route<AccountsState> {
    route(Method::POST, path, permission, name, handler)
}

/// A change of one's own sign-in.
const fn own(path: &'static str, name: &'static str, handler: Handler) -> Route<AccountsState> {
    write(path, Permission::ManageOwnSignIn, name, handler)
}

const fn route(
    method: Method,
    path: &'static str,
    permission: Permission,
    name: &'static str,
    handler: Handler,
) -> Route<AccountsState> {
    Route {
        method,
        path,
        surface: Surface::Accounts,
        permission,
        name,
        handler,
    }
}

/// This surface's part of the program's router. [`web::session::load`] goes around it.
pub fn router(state: AccountsState) -> Router {
    web::route::router(ROUTES).with_state(state)
}
