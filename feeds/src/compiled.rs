//! A feed's bytes with their codings and their validator.

use crate::cache::Weighed;
use crate::conditional::Coding;
use crate::sections::{Before, Section};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// Levels at which br and zstd are smaller than gzip's usual one (a test below keeps that). They are
/// made once for each revision that somebody asks for in that coding, off the request threads.
const GZIP_LEVEL: u32 = 6;
const BROTLI_LEVEL: i32 = 6;
const BROTLI_WINDOW: i32 = 22;
const ZSTD_LEVEL: i32 = 15;

/// One feed of one state of its calendars.
#[derive(Debug)]
pub struct Compiled {
    /// The revisions that it shows, in the order of its calendars.
    pub marks: Vec<i64>,
    /// The revision of its recipe; 0 where it has none.
    pub recipe: i64,
    /// Names the bytes.
    pub tag: String,
    /// When anything in it last changed.
    pub modified: Timestamp,
    /// The bytes.
    pub body: Bytes,
    /// Which calendar's entries stand where; of a person's feed alone.
    sections: Vec<Section>,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
    zstd: OnceLock<Bytes>,
    /// Whether it was asked for since the cache last looked.
    asked: AtomicBool,
}

impl Weighed for Compiled {
    /// The compressed forms are counted before they are made.
    fn weight(&self) -> usize {
        let sections: usize = self.sections.iter().map(Section::weight).sum();
        self.body.len() + self.body.len() / 3 + sections
    }

    fn was_used(&self) -> bool {
        self.asked.swap(false, Ordering::Relaxed)
    }
}

impl Compiled {
    pub(crate) fn new(state: State, tag: String, body: Vec<u8>) -> Self {
        Self {
            marks: state.marks,
            recipe: state.recipe,
            tag,
            modified: state.modified,
            body: Bytes::from(body),
            sections: Vec::new(),
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
            zstd: OnceLock::new(),
            asked: AtomicBool::new(false),
        }
    }

    /// The same, knowing its sections.
    pub(crate) fn with(self, sections: Vec<Section>) -> Self {
        Self { sections, ..self }
    }

    /// What the next state of it is made from.
    pub(crate) fn before(&self) -> Before<'_> {
        Before {
            bytes: &self.body,
            sections: &self.sections,
        }
    }

    /// The bytes in a coding, where they have been made.
    pub(crate) fn ready(&self, coding: Coding) -> Option<Bytes> {
        self.asked.store(true, Ordering::Relaxed);
        match coding {
            Coding::Identity => Some(self.body.clone()),
            Coding::Gzip => self.gzip.get().cloned(),
            Coding::Brotli => self.brotli.get().cloned(),
            Coding::Zstd => self.zstd.get().cloned(),
        }
    }

    /// The bytes in a coding; made at the first call, on a thread where that holds nobody up.
    pub(crate) async fn coded(self: &Arc<Self>, coding: Coding) -> Bytes {
        if let Some(ready) = self.ready(coding) {
            return ready;
        }
        let this = self.clone();
        let made = tokio::task::spawn_blocking(move || this.make(coding)).await;
        // Only a runtime that shuts down refuses; then the plain bytes would be wrong under this
        // coding, and nobody waits for them.
        made.unwrap_or_default()
    }

    /// Makes the codings that earlier bytes of the same feed were asked for in.
    pub(crate) async fn make_like(self: &Arc<Self>, before: &Self) {
        let made = [
            (Coding::Gzip, before.gzip.get().is_some()),
            (Coding::Brotli, before.brotli.get().is_some()),
            (Coding::Zstd, before.zstd.get().is_some()),
        ];
        for (coding, _) in made.into_iter().filter(|(_, made)| *made) {
            self.coded(coding).await;
        }
    }

    fn make(&self, coding: Coding) -> Bytes {
        match coding {
            Coding::Identity => self.body.clone(),
            Coding::Gzip => self.gzip.get_or_init(|| gzip(&self.body)).clone(),
            Coding::Brotli => self.brotli.get_or_init(|| brotli(&self.body)).clone(),
            Coding::Zstd => self.zstd.get_or_init(|| zstd(&self.body)).clone(),
        }
    }
}

/// What the bytes of a feed show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub marks: Vec<i64>,
    pub recipe: i64,
    pub modified: Timestamp,
}

/// The bytes in a coding. No names and no times inside: the same bytes always compress to the same
/// bytes.
pub fn coded(body: &[u8], coding: &str) -> Option<Bytes> {
    match coding {
        "gzip" => Some(gzip(body)),
        "br" => Some(brotli(body)),
        "zstd" => Some(zstd(body)),
        _ => None,
    }
}

/// The bytes as a gzip stream.
pub(crate) fn gzip(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(
        Vec::with_capacity(body.len() / 6),
        Compression::new(GZIP_LEVEL),
    );
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    // Writing to memory does not fail.
    written.map(Bytes::from).unwrap_or_default()
}

/// The bytes as a brotli stream.
pub(crate) fn brotli(body: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(body.len() / 6);
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_LEVEL,
        lgwin: BROTLI_WINDOW,
        size_hint: body.len(),
        ..Default::default()
    };
    // Writing to memory does not fail.
    let written = brotli::BrotliCompress(&mut &body[..], &mut out, &params);
    written.map(|_| Bytes::from(out)).unwrap_or_default()
}

/// The bytes as a zstd frame.
pub(crate) fn zstd(body: &[u8]) -> Bytes {
    // Writing to memory does not fail.
    zstd::bulk::compress(body, ZSTD_LEVEL)
        .map(Bytes::from)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coding_gives_the_bytes_back_and_the_newer_ones_are_smaller() {
        let line = |n: u32| {
            format!(
                "SUMMARY:하늘 대 바다 {n}\r\nDTSTART:2027{:04}T183000\r\n",
                n % 1231
            )
        };
        let body: String = (0..3_000).map(line).collect();
        let body = body.as_bytes();
        let (gz, br, zs) = (gzip(body), brotli(body), zstd(body));
        let mut plain = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&gz[..]), &mut plain).unwrap();
        assert_eq!(plain, body);
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &br[..], &mut plain).unwrap();
        assert_eq!(plain, body);
        assert_eq!(zstd::bulk::decompress(&zs, body.len()).unwrap(), body);
        assert!(
            br.len() < gz.len() && zs.len() < gz.len(),
            "{} {} {}",
            gz.len(),
            br.len(),
            zs.len()
        );
        assert_eq!(gzip(body), gz);
    }
}
