//! Every limit on what comes from outside, in one table (R26). Each is enforced where the input
//! is read, and named in the refusal.

/// Largest import from the command line or an approved mirror, in bytes.
pub const IMPORT_BYTES: usize = 64 << 20;
/// Most entries in one such import.
pub const IMPORT_ENTRIES: usize = 100_000;
/// Most bytes that a workbook (.xlsx) may hold once its parts are inflated.
pub const XLSX_INFLATED_BYTES: u64 = 128 << 20;
/// Most parts of a workbook's archive.
pub const XLSX_PARTS: usize = 2_000;
/// Most sheets of a workbook that are looked at.
pub const XLSX_SHEETS: usize = 100;
/// Most rows of one table, blank ones not counted.
pub const TABLE_ROWS: usize = 200_000;
/// Most columns of one table.
pub const TABLE_COLUMNS: usize = 1_000;
/// Most filled cells of one file, those that a merge fills among them.
pub const TABLE_CELLS: usize = 4_000_000;
/// Most bytes of text in all cells of one file.
pub const TABLE_TEXT_BYTES: usize = 128 << 20;
/// Longest text of one cell, in characters: what a spreadsheet program lets people write.
pub const CELL_CHARS: usize = 32_767;
/// Most days that one row's span of dates may last: more is a slip of the pen.
pub const TABLE_SPAN_DAYS: i32 = 3_660;
/// Deepest nesting of iCalendar components: VCALENDAR > VEVENT > VALARM is 3.
pub const ICAL_DEPTH: usize = 4;
/// Longest unfolded content line, in bytes.
pub const ICAL_LINE_BYTES: usize = 64 << 10;
/// Most properties in one component.
pub const ICAL_PROPERTIES: usize = 2_000;
/// Most parameters on one property.
pub const ICAL_PARAMETERS: usize = 64;
/// Most RDATE and EXDATE values of one event, each.
pub const SERIES_DATES: usize = 5_000;
/// Most rules of one event.
pub const SERIES_RULES: usize = 8;
/// Most changed instances of one event.
pub const SERIES_OVERRIDES: usize = 2_000;
/// Longest title or place name, in bytes after cleaning.
pub const LINE_BYTES: usize = 2 << 10;
/// Longest description, in bytes after cleaning.
pub const DESCRIPTION_BYTES: usize = 8 << 10;
/// Longest web address, in bytes.
pub const ADDRESS_BYTES: usize = 2 << 10;
/// Most tags on one event.
pub const TAGS: usize = 32;
/// Longest public UID taken over from a source, in bytes.
pub const UID_BYTES: usize = 512;
/// Most alarms before one event.
pub const ALARMS: usize = 5;
/// Most calendars in one personal feed.
pub const RECIPE_CALENDARS: usize = 100;
/// Most events hidden from one calendar of a personal feed.
pub const RECIPE_HIDDEN: usize = 2_000;
/// Most places that one filter names.
pub const FILTER_PLACES: usize = 20;
/// Most read-only addresses of one personal feed at a time.
pub const SUBSCRIPTION_ADDRESSES: usize = 50;
/// Longest name of such an address, in characters.
pub const ADDRESS_LABEL_CHARS: usize = 40;
/// Longest note that a reader leaves for the desk, in characters.
pub const NOTE_CHARS: usize = 500;
/// Longest past that a feed can be asked for by days.
pub const PAST_DAYS: u16 = 3_650;
/// Candidate days or times that one expansion may look at before it gives up.
pub const EXPANSION_STEPS: u64 = 500_000;
/// Instances that one expansion may yield.
pub const EXPANSION_INSTANCES: usize = 20_000;
/// Longest title or place name that a tip proposes, in characters.
pub const TIP_LINE_CHARS: usize = 200;
/// Longest description that a tip proposes, in characters.
pub const TIP_DESCRIPTION_CHARS: usize = 2_000;
/// Largest form with an image that a stranger may send, in bytes.
pub const UPLOAD_BYTES: usize = 10 << 20;
/// Most pixels of such an image: what phones take, and far less than what breaks a server.
pub const UPLOAD_PIXELS: u64 = 50_000_000;
/// Longest side of such an image, in pixels.
pub const UPLOAD_SIDE: u32 = 20_000;
/// Largest image that is kept, in bytes, once it has been written anew.
pub const IMAGE_BYTES: usize = 1 << 20;
