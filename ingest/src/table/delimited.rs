//! Delimited text (CSV) into rows: encoding and delimiter are found out, not asked for.

use super::sheet::{Cell, Row, Sheet};
use crate::reading::Refusal;
use domain::caps;
use encoding_rs::{EUC_KR, Encoding, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// How many lines are looked at to find the delimiter.
const SNIFFED_LINES: usize = 30;

/// Reads a text table (RFC 4180 and its relatives).
pub(crate) fn read(bytes: &[u8]) -> Result<Sheet, Refusal> {
    let text = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::default();
    let mut record = csv::StringRecord::new();
    let (mut cells, mut last) = (0, (1, 0));
    let mut lines = Lines::new(&text);
    loop {
        let more = reader
            .read_record(&mut record)
            .map_err(|cause| Refusal::new(format!("not readable as CSV: {cause}")))?;
        if !more {
            break;
        }
        let line = lines.at(record.position().map_or(0, csv::Position::byte));
        last = (line, record.iter().map(lines_within).sum());
        if let Some(long) = record.iter().find(|c| c.len() > caps::CELL_CHARS * 4) {
            return Err(unclosed(line, long.len()));
        }
        if record.len() > caps::TABLE_COLUMNS {
            return Err(too_many("columns", caps::TABLE_COLUMNS));
        }
        let row = Row::new(line, record.iter().map(Cell::text).collect());
        cells += row.width();
        if cells > caps::TABLE_CELLS {
            return Err(too_many("cells", caps::TABLE_CELLS));
        }
        if !row.is_blank() {
            sheet.rows.push(row);
        }
        if sheet.rows.len() > caps::TABLE_ROWS {
            return Err(too_many("rows", caps::TABLE_ROWS));
        }
    }
    // A quotation mark that nobody closes swallows the rest of the file into its last cell.
    let quotes = text.bytes().filter(|b| *b == b'"').count();
    if quotes % 2 == 1 && last.1 > 0 {
        return Err(unclosed(last.0, 0));
    }
    Ok(sheet)
}

/// Line numbers of places in a text, asked for in order.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    const fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// The line of the first character from `start` on that ends no line: the reader counts
    /// blank lines before a record as its own.
    fn at(&mut self, start: u64) -> usize {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        while let Some(byte) = self.bytes.get(self.at) {
            let ends = match byte {
                b'\n' => true,
                b'\r' => self.bytes.get(self.at + 1) != Some(&b'\n'),
                _ if self.at >= start => break,
                _ => false,
            };
            self.line += usize::from(ends);
            self.at += 1;
        }
        self.line
    }
}

fn lines_within(cell: &str) -> usize {
    cell.bytes().filter(|b| *b == b'\n').count()
}

fn unclosed(line: usize, length: usize) -> Refusal {
    let size = if length > 0 {
        format!(" ({length} bytes in one cell)")
    } else {
        String::new()
    };
    Refusal::new(format!(
        "line {line}: a quotation mark is opened there and never closed{size}: close it and \
         import again"
    ))
}

pub(super) fn too_many(what: &str, limit: usize) -> Refusal {
    Refusal::new(format!(
        "the table has more than {limit} {what}: split the file"
    ))
}

/// The text, whatever it is written in: what its byte order mark says, else UTF-8 where it is
/// that, else the legacy encoding that its bytes fit.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Ok(encoding.decode_without_bom_handling(&bytes[mark..]).0);
    }
    if let Some(encoding) = unmarked_utf16(bytes) {
        return Ok(encoding.decode_without_bom_handling(bytes).0);
    }
    if bytes.contains(&0) {
        return Err(Refusal::new(
            "not a text table: save it as CSV (UTF-8) or .xlsx and import that",
        ));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.into());
    }
    if let Some(text) = damaged_utf8(bytes) {
        return Ok(text.into());
    }
    Ok(legacy(bytes).decode_without_bom_handling(bytes).0)
}

/// UTF-8 with a few broken bytes (a text cut in the middle of a character, say).
fn damaged_utf8(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let wide = text.chars().filter(|c| !c.is_ascii()).count();
    let broken = text.chars().filter(|c| *c == '\u{fffd}').count();
    (broken * 10 < wide).then(|| text.into_owned())
}

/// Spreadsheet programs' "Unicode text", of which some leave the mark out.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(400))?;
    let zeros = |odd: usize| {
        head.iter()
            .skip(odd)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd) = (zeros(0), zeros(1));
    match head.len() {
        ..4 => None,
        _ if even == 0 && odd * 8 > head.len() => Some(UTF_16LE),
        _ if odd == 0 && even * 8 > head.len() => Some(UTF_16BE),
        _ => None,
    }
}

fn legacy(bytes: &[u8]) -> &'static Encoding {
    let fits = |encoding: &'static Encoding| !encoding.decode_without_bom_handling(bytes).1;
    if fits(EUC_KR) && is_everyday_korean(bytes) {
        EUC_KR
    } else if fits(SHIFT_JIS) && !is_mostly_ascii(bytes) {
        SHIFT_JIS
    } else if fits(EUC_KR) && !is_mostly_ascii(bytes) {
        EUC_KR
    } else if is_mostly_ascii(bytes) {
        WINDOWS_1252
    } else {
        EUC_KR
    }
}

/// CP949's pairs nearly always lie in its KS X 1001 part, both bytes from A1 up. Western text
/// (an apostrophe of Windows-1252 before a letter) also fits CP949, but only its rare extension.
fn is_everyday_korean(bytes: &[u8]) -> bool {
    let (mut everyday, mut rare, mut at) = (0usize, 0usize, 0);
    while let Some(byte) = bytes.get(at) {
        if *byte < 0x80 {
            at += 1;
            continue;
        }
        match (byte, bytes.get(at + 1)) {
            (0xa1.., Some(0xa1..)) => everyday += 1,
            _ => rare += 1,
        }
        at += 2;
    }
    everyday > rare * 2
}

fn is_mostly_ascii(bytes: &[u8]) -> bool {
    let high = bytes.iter().filter(|b| !b.is_ascii()).count();
    high * 20 < bytes.len()
}

/// The delimiter that cuts most lines into the same number of cells, and into the most cells.
fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(SNIFFED_LINES)
        .collect();
    let score = |delimiter: u8| {
        let counts: Vec<usize> = lines
            .iter()
            .map(|line| outside_quotes(line, delimiter))
            .collect();
        let common = counts.iter().copied().filter(|n| *n > 0).max_by_key(|n| {
            let same = counts.iter().filter(|other| *other == n).count();
            (same, *n)
        })?;
        let same = counts.iter().filter(|n| **n == common).count();
        Some((same, common))
    };
    DELIMITERS
        .into_iter()
        .filter_map(|delimiter| score(delimiter).map(|score| (score, delimiter)))
        // Of equals the first: the comma.
        .rev()
        .max_by_key(|(score, _)| *score)
        .map_or(b',', |(_, delimiter)| delimiter)
}

fn outside_quotes(line: &str, delimiter: u8) -> usize {
    let mut quoted = false;
    line.bytes()
        .filter(|byte| {
            quoted ^= *byte == b'"';
            !quoted && *byte == delimiter
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        let sheet = read(bytes).unwrap();
        let row = |row: &Row| (0..row.width()).map(|c| row.cell(c).says()).collect();
        sheet.rows.iter().map(row).collect()
    }

    #[rstest]
    #[case::comma("날짜,제목\n2027-04-05,개막")]
    #[case::semicolon("날짜;제목\n2027-04-05;개막")]
    #[case::tab("날짜\t제목\r\n2027-04-05\t개막\r\n")]
    #[case::quoted("\"날짜\",\"제목\"\n\"2027-04-05\",\"개막\"\n\n")]
    #[case::old_mac("날짜,제목\r2027-04-05,개막\r")]
    fn delimiters_are_found(#[case] text: &str) {
        assert_eq!(
            cells(text.as_bytes()),
            [["날짜", "제목"], ["2027-04-05", "개막"]]
        );
    }

    #[test]
    fn encodings_are_found() {
        let text = "날짜,제목\n2027-04-05,똠방각하 펲시\n2027-04-06,여름 방학";
        let want = cells(text.as_bytes());
        let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect();
        let little: Vec<u8> = utf16(u16::to_le_bytes);
        let big: Vec<u8> = utf16(u16::to_be_bytes);
        let marked = |mark: &[u8], body: &[u8]| [mark, body].concat();
        for bytes in [
            EUC_KR.encode(text).0.into_owned(),
            marked(b"\xef\xbb\xbf", text.as_bytes()),
            marked(b"\xff\xfe", &little),
            marked(b"\xfe\xff", &big),
        ] {
            assert_eq!(cells(&bytes), want);
        }
    }

    #[test]
    fn western_and_japanese_texts_are_not_taken_for_korean() {
        let western = b"date,title\n2027-04-05,Children\x92s Show and the caf\xe9's band";
        assert_eq!(cells(western)[1][1], "Children’s Show and the café's band");
        let japanese = "日付,イベント名\n2027-04-05,夏のコンサートと花火";
        assert_eq!(
            cells(&SHIFT_JIS.encode(japanese).0),
            cells(japanese.as_bytes())
        );
    }

    #[test]
    fn rows_have_the_line_they_begin_on() {
        let sheet = read("a,b\n\n\"1\n2\",x\nlast,y".as_bytes()).unwrap();
        let numbers: Vec<usize> = sheet.rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, [1, 3, 5]);
    }

    #[test]
    fn what_is_no_table_is_refused_by_name() {
        let open = read("date,title\n2027-04-05,\"open\n2027-04-06,lost".as_bytes()).unwrap_err();
        assert!(open.to_string().contains("line 2"), "{open}");
        assert!(read(b"%PDF\0\0\x01\x02").is_err());
        let wide = ",".repeat(caps::TABLE_COLUMNS + 1);
        assert!(read(wide.as_bytes()).is_err());
    }
}
