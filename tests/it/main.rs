//! Whole-program tests: one binary, linked once (R34).

mod clients;
mod databases;
mod given;
mod import_stories;
mod polls;
mod store_contract;
mod support;
