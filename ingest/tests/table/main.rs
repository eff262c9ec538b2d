//! Tables as schedules, from bytes to drafts.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and says where"
)]

mod anything;
mod rows;
mod workbook;
mod workbooks;
