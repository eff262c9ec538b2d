//! A PNG file (ISO/IEC 15948) of a [`Canvas`]: true colour, no filter, one stream. That is all
//! that flat pictures need.

use super::canvas::Canvas;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use std::io::{self, Write};

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// Eight bits a channel, true colour, and the only methods there are.
const KIND: [u8; 5] = [8, 2, 0, 0, 0];

/// The file.
pub fn encode(canvas: &Canvas) -> io::Result<Vec<u8>> {
    let (width, height) = canvas.size();
    let mut head = Vec::with_capacity(13);
    head.extend_from_slice(&width.to_be_bytes());
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&KIND);
    let mut stream = ZlibEncoder::new(Vec::new(), Compression::new(6));
    for row in canvas.rows() {
        stream.write_all(&[0])?;
        stream.write_all(row)?;
    }
    let mut file = SIGNATURE.to_vec();
    chunk(&mut file, *b"IHDR", &head);
    chunk(&mut file, *b"IDAT", &stream.finish()?);
    chunk(&mut file, *b"IEND", &[]);
    Ok(file)
}

fn chunk(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let mut sum = Crc::new();
    sum.update(&name);
    sum.update(data);
    // A picture is far smaller than 4 GiB.
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(&name);
    file.extend_from_slice(data);
    file.extend_from_slice(&sum.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Rect;
    use super::*;

    #[test]
    fn another_program_reads_the_same_pixels() {
        let mut canvas = Canvas::new(33, 7, [250, 249, 247]);
        let rect = Rect {
            x: 3.0,
            y: 2.0,
            w: 9.0,
            h: 4.0,
        };
        canvas.fill(rect, 2.0, [200, 3, 4]);
        let file = encode(&canvas).unwrap();
        let mut reader = png::Decoder::new(io::Cursor::new(file))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (33, 7));
        assert_eq!(pixels, canvas.rows().flatten().copied().collect::<Vec<_>>());
    }
}
