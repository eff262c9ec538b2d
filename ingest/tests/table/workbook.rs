//! Workbooks made by hand, as small as they can be.

use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const ROOT: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
/// Style 1 shows a number as a date, style 2 as a time of day.
const STYLES: &str = r#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="20"/></cellXfs></styleSheet>"#;

/// One sheet: its name, its state, and the XML between `<worksheet>` and `</worksheet>`.
pub struct Sheet {
    pub name: &'static str,
    pub state: &'static str,
    pub xml: String,
}

impl Sheet {
    pub fn new(name: &'static str, xml: impl Into<String>) -> Self {
        Self {
            name,
            state: "visible",
            xml: xml.into(),
        }
    }
}

/// A text cell.
pub fn text(at: &str, says: &str) -> String {
    format!(r#"<c r="{at}" t="inlineStr"><is><t>{says}</t></is></c>"#)
}

/// A number in one of the styles.
pub fn number(at: &str, style: u8, value: f64) -> String {
    format!(r#"<c r="{at}" s="{style}"><v>{value}</v></c>"#)
}

/// Rows of cells as a sheet's data, numbered as given.
pub fn data(rows: &[(u32, Vec<String>)]) -> String {
    let row = |(number, cells): &(u32, Vec<String>)| {
        format!(r#"<row r="{number}">{}</row>"#, cells.concat())
    };
    let rows: String = rows.iter().map(row).collect();
    format!("<sheetData>{rows}</sheetData>")
}

/// The workbook's bytes.
pub fn workbook(sheets: &[Sheet]) -> Vec<u8> {
    workbook_with(sheets, &[])
}

/// The workbook's bytes with more parts in its archive.
pub fn workbook_with(sheets: &[Sheet], more: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let listed: String = (1..)
        .zip(sheets)
        .map(|(n, s)| {
            format!(
                r#"<sheet name="{}" sheetId="{n}" state="{}" r:id="rId{n}"/>"#,
                s.name, s.state
            )
        })
        .collect();
    let book = format!(
        r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{listed}</sheets></workbook>"#
    );
    let relations: String = (1..=sheets.len())
        .map(|n| format!(r#"<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>"#))
        .collect();
    let relations = format!(
        r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"#
    );
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        ("[Content_Types].xml".to_owned(), TYPES.into()),
        ("_rels/.rels".to_owned(), ROOT.into()),
        ("xl/workbook.xml".to_owned(), book.into()),
        ("xl/_rels/workbook.xml.rels".to_owned(), relations.into()),
        ("xl/styles.xml".to_owned(), STYLES.into()),
    ];
    for (n, sheet) in (1..).zip(sheets) {
        let xml = format!(
            r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>"#,
            sheet.xml
        );
        parts.push((format!("xl/worksheets/sheet{n}.xml"), xml.into()));
    }
    parts.extend(
        more.iter()
            .map(|(name, bytes)| ((*name).to_owned(), bytes.clone())),
    );
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(&bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}
