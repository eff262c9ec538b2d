//! Pictures that strangers send. What is kept is written anew here, as JPEG: turned as the camera
//! held it, made smaller, without anything else that the file held (places, names, scripts). What
//! is too large in pixels is refused before a pixel is decoded (security case B20).

use domain::caps;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use std::io::Cursor;
use store::uploads::Image;
use tokio::sync::Semaphore;

/// Longest side of what is kept, in pixels: a notice stays readable.
const KEPT_SIDE: u32 = 2_000;
/// Bytes that decoding one picture may take: its largest number of pixels, at four bytes each, and
/// as much again.
const DECODE_BYTES: u64 = 2 * 4 * caps::UPLOAD_PIXELS;
/// Qualities that are tried until the file is small enough.
const QUALITIES: [u8; 4] = [82, 70, 55, 40];
/// Pictures that are decoded at once.
static ROOM: Semaphore = Semaphore::const_new(1);

/// Why a picture is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// Not JPEG, PNG or WebP, or damaged.
    NotAnImage,
    /// More pixels than are decoded.
    TooLarge,
}

/// Writes a picture anew, away from the threads that answer requests.
pub(super) async fn anew(bytes: Vec<u8>) -> Result<Image, Refused> {
    // The semaphore is never closed.
    let _room = ROOM.acquire().await;
    let done = tokio::task::spawn_blocking(move || written(&bytes)).await;
    // A decoder that panics on a damaged file has refused it.
    done.unwrap_or(Err(Refused::NotAnImage))
}

fn written(bytes: &[u8]) -> Result<Image, Refused> {
    let (picture, orientation) = decode(bytes)?;
    let mut picture = smaller(picture);
    picture.apply_orientation(orientation);
    let mut flat = on_white(&picture);
    loop {
        for quality in QUALITIES {
            let bytes = encode(&flat, quality)?;
            if bytes.len() <= caps::IMAGE_BYTES {
                return Ok(Image {
                    media_type: "image/jpeg".to_owned(),
                    bytes,
                    width: flat.width(),
                    height: flat.height(),
                });
            }
        }
        let half = |side: u32| (side / 2).max(1);
        let (width, height) = (half(flat.width()), half(flat.height()));
        flat = image::imageops::resize(&flat, width, height, FilterType::Triangle);
    }
}

fn decode(bytes: &[u8]) -> Result<(DynamicImage, Orientation), Refused> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    // By its first bytes: neither its name nor what the sender says counts.
    let format = image::guess_format(bytes).map_err(|_| Refused::NotAnImage)?;
    if !matches!(
        format,
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP
    ) {
        return Err(Refused::NotAnImage);
    }
    reader.set_format(format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(DECODE_BYTES);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|_| Refused::NotAnImage)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > caps::UPLOAD_SIDE || pixels > caps::UPLOAD_PIXELS {
        return Err(Refused::TooLarge);
    }
    if pixels == 0 || decoder.set_limits(limits).is_err() {
        return Err(Refused::NotAnImage);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| Refused::NotAnImage)?;
    Ok((picture, orientation))
}

fn smaller(picture: DynamicImage) -> DynamicImage {
    if picture.width().max(picture.height()) <= KEPT_SIDE {
        return picture;
    }
    // Exact for the reading eye, and many times quicker than a finer filter.
    picture.resize(KEPT_SIDE, KEPT_SIDE, FilterType::Triangle)
}

/// JPEG has no transparency: what shines through shines on white.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let rgba = picture.to_rgba8();
    let mut flat = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in flat.pixels_mut().zip(rgba.pixels()) {
        let [r, g, b, a] = from.0.map(u32::from);
        let over = |c: u32| u8::try_from((c * a + 255 * (255 - a)) / 255).unwrap_or(255);
        *to = Rgb([over(r), over(g), over(b)]);
    }
    flat
}

fn encode(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    picture
        .write_with_encoder(encoder)
        .map_err(|_| Refused::NotAnImage)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = DynamicImage::new_rgba8(width, height);
        picture
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        bytes
    }

    /// A JPEG, half of it black, with an Exif segment that says "turn me by 90 degrees" and where
    /// it was taken.
    fn held_sideways() -> Vec<u8> {
        let mut picture = RgbImage::from_pixel(40, 20, Rgb([255, 255, 255]));
        for x in 0..20 {
            for y in 0..20 {
                picture.put_pixel(x, y, Rgb([0, 0, 0]));
            }
        }
        let plain = encode(&picture, 90).unwrap();
        let tiff: &[u8] = &[
            b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0,
            0,
        ];
        let mut exif = b"Exif\0\0".to_vec();
        exif.extend(tiff);
        exif.extend(b"SECRET-PLACE");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let mut bytes = plain[..2].to_vec();
        bytes.extend([0xff, 0xe1]);
        bytes.extend(length);
        bytes.extend(exif);
        bytes.extend(&plain[2..]);
        bytes
    }

    #[test]
    fn a_picture_is_turned_as_it_was_held_and_says_nothing_else() {
        let kept = written(&held_sideways()).unwrap();
        assert_eq!((kept.width, kept.height), (20, 40));
        assert_eq!(kept.media_type, "image/jpeg");
        let holds = |what: &[u8]| kept.bytes.windows(what.len()).any(|part| part == what);
        assert!(!holds(b"SECRET-PLACE") && !holds(b"Exif"));
        let read = image::load_from_memory(&kept.bytes).unwrap().to_rgb8();
        assert!(read.get_pixel(10, 5).0[0] < 60 && read.get_pixel(10, 35).0[0] > 200);
    }

    #[test]
    fn what_is_large_is_made_smaller() {
        let kept = written(&png(3_000, 1_500)).unwrap();
        assert_eq!((kept.width, kept.height), (2_000, 1_000));
        assert!(kept.bytes.len() <= caps::IMAGE_BYTES);
        let read = image::load_from_memory(&kept.bytes).unwrap().to_rgb8();
        assert_eq!(
            read.get_pixel(5, 5).0,
            [255, 255, 255],
            "transparent is white"
        );
    }

    #[test]
    fn noise_is_small_enough_too() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let picture = RgbImage::from_fn(2_000, 2_000, |_, _| Rgb([noise(), noise(), noise()]));
        let bytes = encode(&picture, 95).unwrap();
        let kept = written(&bytes).unwrap();
        assert!(
            kept.bytes.len() <= caps::IMAGE_BYTES,
            "{}",
            kept.bytes.len()
        );
    }

    /// The head of a PNG of this size, with hardly any data after it.
    fn bomb(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = png(1, 1);
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let mut check = flate2::Crc::new();
        check.update(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&check.sum().to_be_bytes());
        bytes
    }

    #[test]
    fn b20_bombs_and_what_is_no_picture_are_refused() {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        let mut cut = png(100, 100);
        cut.truncate(60);
        for (bytes, want) in [
            (bomb(30_000, 30_000), Refused::TooLarge),
            (bomb(1, 60_000), Refused::TooLarge),
            (bomb(9_000, 9_000), Refused::TooLarge),
            (svg.to_vec(), Refused::NotAnImage),
            (b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), Refused::NotAnImage),
            (b"<html><script>".to_vec(), Refused::NotAnImage),
            (cut, Refused::NotAnImage),
            (Vec::new(), Refused::NotAnImage),
        ] {
            assert_eq!(written(&bytes).err(), Some(want), "{} bytes", bytes.len());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_damage_breaks_anything(place in 0usize..10_000, byte: u8) {
            for mut bytes in [held_sideways(), png(9, 9)] {
                let place = place % bytes.len();
                bytes[place] = byte;
                let _ = written(&bytes);
            }
        }
    }
}
