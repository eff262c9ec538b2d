//! What every surface of the web shares: the table of routes, failures, languages, human dates,
//! headers, assets and the page layout. It decides nothing about calendars; it shows.

pub mod assets;
pub mod base_url;
pub mod cache;
pub mod colors;
pub mod edge;
pub mod failure;
pub mod form;
pub mod host;
pub mod kept;
pub mod layout;
pub mod limit;
pub mod locale;
pub mod next;
pub mod origin;
pub mod page;
pub mod peer;
pub mod personal;
pub mod qr;
pub mod route;
pub mod session;
pub mod state;
pub mod tips;
pub mod visit;
pub mod when;
