//! What a share image says, and how it is laid out: paper, the calendar's colour at the side, the
//! date as the largest thing.

use super::canvas::{Canvas, Rect, Rgb, width, wrap};
use super::png;
use web::layout::{SHARE_HEIGHT, SHARE_WIDTH};

/// Raised by hand whenever the same words are drawn in another way: the address of an image names
/// its content, and caches hold on to it.
const DRAWING: u32 = 2;

const PAPER: Rgb = [0xfb, 0xfa, 0xf7];
const INK: Rgb = [0x1c, 0x1b, 0x19];
const MUTED: Rgb = [0x6b, 0x68, 0x62];
const ERROR: Rgb = [0xb4, 0x23, 0x18];
const WARN: Rgb = [0x8a, 0x5a, 0x00];
const WHITE: Rgb = [0xff, 0xff, 0xff];

/// Width of the colour at the side.
const SIDE: f32 = 28.0;
const LEFT: f32 = 92.0;
const RIGHT: f32 = SHARE_WIDTH as f32 - 72.0;
/// Where the largest line begins.
const HEAD: f32 = 152.0;
const BOTTOM: f32 = SHARE_HEIGHT as f32 - 60.0;

/// A state that must be seen before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It does not take place.
    CalledOff,
    /// Its date is open or not sure.
    Open,
}

/// Everything that an image shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The calendar's colour.
    pub color: Rgb,
    /// Small, at the top: the calendar's name.
    pub over: String,
    /// The name of the site, at the top on the other side.
    pub brand: String,
    /// The state in a word.
    pub mark: Option<(Mark, String)>,
    /// The largest line: the date, or a calendar's name.
    pub head: String,
    /// Below it: the hours, or what a calendar holds.
    pub sub: String,
    /// The title, on up to three lines.
    pub title: String,
    /// At the foot: the place.
    pub foot: String,
}

impl Picture {
    /// Names the content: 16 hexadecimal digits.
    pub fn version(&self) -> String {
        web::assets::hash(&format!("{DRAWING} {self:?}"))
    }

    /// The file.
    pub fn png(&self) -> std::io::Result<Vec<u8>> {
        png::encode(&self.draw())
    }

    fn draw(&self) -> Canvas {
        let mut canvas = Canvas::new(SHARE_WIDTH, SHARE_HEIGHT, PAPER);
        let side = Rect {
            x: 0.0,
            y: 0.0,
            w: SIDE,
            h: SHARE_HEIGHT as f32,
        };
        canvas.fill(side, 0.0, self.color);
        self.top(&mut canvas);
        let taken = match &self.mark {
            Some((mark, word)) => state(&mut canvas, *mark, word),
            None => 0.0,
        };
        let floor = if self.foot.is_empty() {
            BOTTOM
        } else {
            BOTTOM - 64.0
        };
        let room = RIGHT - LEFT;
        let head = fitted(&self.head, room - taken, 116.0, 60.0);
        let mut y = lines(&mut canvas, &head, (HEAD, floor), INK, 1.1);
        if !self.sub.is_empty() {
            let sub = fitted(&self.sub, room, 60.0, 40.0);
            y = lines(&mut canvas, &sub, (y + 6.0, floor), MUTED, 1.25);
        }
        let title = self.title_lines(floor - y - 18.0);
        lines(&mut canvas, &title, (y + 18.0, floor), INK, 1.28);
        if let Some(line) = wrap(&self.foot, RIGHT - LEFT, 38.0, 1).first() {
            canvas.text(line, (LEFT, BOTTOM), 38.0, MUTED);
        }
        canvas
    }

    /// The title as large as its lines leave room for.
    fn title_lines(&self, room: f32) -> Lines {
        let sizes = [72.0, 64.0, 56.0, 48.0];
        let at = |size: f32| {
            let most = ((room / (size * 1.28)) as usize).clamp(1, 3);
            let text = wrap(&self.title, RIGHT - LEFT, size, most);
            Lines { text, size }
        };
        let whole = |set: &Lines| !set.text.last().is_some_and(|line| line.ends_with('…'));
        let fits = sizes.iter().map(|size| at(*size)).find(whole);
        fits.unwrap_or_else(|| at(48.0))
    }

    fn top(&self, canvas: &mut Canvas) {
        let base = 92.0;
        let brand = width(&self.brand, 32.0);
        let start = RIGHT - brand;
        canvas.text(&self.brand, (start, base), 32.0, INK);
        sign(canvas, start - 44.0, base - 27.0, 30.0);
        let dot = Rect {
            x: LEFT,
            y: base - 24.0,
            w: 24.0,
            h: 24.0,
        };
        canvas.fill(dot, 12.0, self.color);
        let left = LEFT + 40.0;
        if let Some(line) = wrap(&self.over, start - 84.0 - left, 36.0, 1).first() {
            canvas.text(line, (left, base), 36.0, MUTED);
        }
    }
}

/// The sign of the site, a leaf of a calendar, as large as `side`.
fn sign(canvas: &mut Canvas, x: f32, y: f32, side: f32) {
    let part = |x0: f32, y0: f32, w: f32, h: f32| Rect {
        x: x + side * x0,
        y: y + side * y0,
        w: side * w,
        h: side * h,
    };
    canvas.fill(part(0.0, 0.0, 1.0, 1.0), side * 0.2, INK);
    canvas.fill(part(0.13, 0.34, 0.74, 0.53), side * 0.07, PAPER);
}

/// The sign alone, as phones want it: a square without transparency.
pub fn touch_icon() -> std::io::Result<Vec<u8>> {
    let side = 180;
    let mut canvas = Canvas::new(side, side, PAPER);
    sign(&mut canvas, 38.0, 38.0, 104.0);
    png::encode(&canvas)
}

struct Lines {
    text: Vec<String>,
    size: f32,
}

/// One line at the largest size at which it fits, else two at the smallest.
fn fitted(text: &str, room: f32, largest: f32, smallest: f32) -> Lines {
    let mut size = largest;
    while size > smallest && width(text, size) > room {
        size -= 4.0;
    }
    let text = wrap(text, room, size, 2);
    Lines { text, size }
}

/// Writes lines downwards from `y`, none below the floor; returns where they end.
fn lines(canvas: &mut Canvas, set: &Lines, (y, floor): (f32, f32), ink: Rgb, high: f32) -> f32 {
    let mut bottom = y;
    for line in &set.text {
        let base = bottom + set.size * (high + 0.72) / 2.0;
        if base > floor {
            break;
        }
        canvas.text(line, (LEFT, base), set.size, ink);
        bottom += set.size * high;
    }
    bottom
}

/// The state as a word on its colour, beside the date: the title keeps its room. Returns the
/// width that it takes.
fn state(canvas: &mut Canvas, mark: Mark, word: &str) -> f32 {
    let color = match mark {
        Mark::CalledOff => ERROR,
        Mark::Open => WARN,
    };
    let size = 44.0;
    let w = width(word, size) + 56.0;
    let pill = Rect {
        x: RIGHT - w,
        y: HEAD + 30.0,
        w,
        h: 76.0,
    };
    canvas.fill(pill, 38.0, color);
    canvas.text(word, (pill.x + 28.0, pill.y + 54.0), size, WHITE);
    w + 32.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture() -> Picture {
        Picture {
            color: [0x1d, 0x6f, 0x8c],
            over: "거인 야구단".into(),
            brand: "Almanac".into(),
            mark: None,
            head: "11월 23일 (월)".into(),
            sub: "오후 6:30~9:30".into(),
            title: "롯데 : 두산".into(),
            foot: "사직야구장".into(),
        }
    }

    fn decoded(picture: &Picture) -> (u32, u32, Vec<u8>) {
        let file = std::io::Cursor::new(picture.png().unwrap());
        let mut reader = ::png::Decoder::new(file).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info.width, info.height, pixels)
    }

    fn count(pixels: &[u8], color: Rgb) -> usize {
        pixels
            .chunks_exact(3)
            .filter(|pixel| *pixel == color)
            .count()
    }

    #[test]
    fn an_image_has_the_size_that_pages_name_and_is_light() {
        let (width, height, pixels) = decoded(&picture());
        assert_eq!((width, height), (SHARE_WIDTH, SHARE_HEIGHT));
        assert!(picture().png().unwrap().len() < 150_000);
        assert!(count(&pixels, PAPER) > 500_000);
        assert!(count(&pixels, INK) > 10_000);
        let side = SIDE as usize * SHARE_HEIGHT as usize;
        assert!(count(&pixels, [0x1d, 0x6f, 0x8c]) >= side);
    }

    #[test]
    fn what_is_called_off_says_so_in_its_colour() {
        let off = Picture {
            mark: Some((Mark::CalledOff, "취소".into())),
            ..picture()
        };
        assert!(count(&decoded(&off).2, ERROR) > 3_000);
        assert_eq!(count(&decoded(&picture()).2, ERROR), 0);
        assert_ne!(off.version(), picture().version());
    }

    #[test]
    fn the_title_shows_beside_a_state_too() {
        for mark in [None, Some((Mark::CalledOff, "취소".to_owned()))] {
            let with = Picture { mark, ..picture() };
            let without = Picture {
                title: String::new(),
                ..with.clone()
            };
            let ink = |picture: &Picture| count(&decoded(picture).2, INK);
            assert!(ink(&with) > ink(&without) + 3_000, "{:?}", with.mark);
        }
    }

    #[test]
    fn nothing_is_written_outside_its_room() {
        let long = Picture {
            head: "12월 5일 (토) ~ 2027년 12월 17일 (금) 그리고 더".into(),
            sub: "긴 시각 ".repeat(40),
            title: "이름이 아주 긴 일정 ".repeat(40),
            over: "긴 캘린더 이름 ".repeat(20),
            foot: "긴 곳 이름 ".repeat(40),
            mark: Some((Mark::Open, "연기".into())),
            ..picture()
        };
        let (_, _, pixels) = decoded(&long);
        let row = SHARE_WIDTH as usize * 3;
        for line in pixels.chunks_exact(row) {
            let margin = &line[(SHARE_WIDTH as usize - 60) * 3..];
            assert!(margin.chunks_exact(3).all(|pixel| pixel == PAPER));
        }
        let last = &pixels[pixels.len() - 20 * row..];
        let right = last.chunks_exact(row).flat_map(|line| &line[40 * 3..]);
        assert!(
            right
                .copied()
                .eq(PAPER.iter().copied().cycle().take(20 * (row - 120)))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn c5_no_text_of_any_script_or_length_stops_an_image(
            title: String, head in "\\PC{0,80}", foot: String, sub in "[가-힣👩‍👧漢あ\u{202e} ]{0,300}",
        ) {
            let hostile = Picture { title, head, foot, sub, ..picture() };
            prop_assert!(hostile.png().unwrap().len() < 400_000);
        }
    }
}
