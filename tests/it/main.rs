//! Whole-program tests: one binary, linked once (R34).

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and says where"
)]

mod api;
mod architecture;
mod background;
mod browser;
mod caldav;
mod changed;
mod clients;
mod cms_browser;
mod cms_edit;
mod cms_queue;
mod corpora;
mod databases;
mod desk;
mod desk_calendars;
mod desk_schedule;
mod docs;
mod edges;
mod faults;
mod formats;
mod given;
mod import_stories;
mod pages;
mod passkeys;
mod people;
mod personal;
mod policy;
mod polls;
mod requests;
mod rooms;
mod search;
mod share;
mod store_contract;
mod subscriptions;
mod support;
mod tables;
mod tips;
mod wire;
