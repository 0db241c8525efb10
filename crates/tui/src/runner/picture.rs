//! Pictures, and the protocol of the Kitty terminal for showing them.

use std::io::{Cursor, Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use image::{ImageFormat, ImageReader, Limits, imageops::FilterType};
use ratatui::layout::Rect;

use crate::request::Picture;

/// The most memory that decoding may take, in bytes.
const MEMORY: u64 = 256 << 20;
/// The most pixels of a side.
const SIDE: u32 = 16_384;
/// How many characters a piece of a picture has, as the protocol wants it.
const PIECE: usize = 4096;
/// The number under which the terminal knows the picture.
const NUMBER: u32 = 1;

/// Reads a picture and makes it as small as it will be shown.
///
/// # Errors
/// It is none, or too large to be decoded.
pub fn read(bytes: &[u8], pixels: (u32, u32)) -> Result<Picture, String> {
    let unreadable = |error: image::ImageError| format!("the picture cannot be read: {error}");
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height, limits.max_alloc) = (Some(SIDE), Some(SIDE), Some(MEMORY));
    reader.limits(limits);
    let mut image = reader.decode().map_err(unreadable)?;
    if image.width() > pixels.0 || image.height() > pixels.1 {
        image = image.resize(pixels.0.max(1), pixels.1.max(1), FilterType::Triangle);
    }
    let (width, height) = (image.width(), image.height());
    let mut png = Vec::new();
    image.to_rgba8().write_to(&mut Cursor::new(&mut png), ImageFormat::Png).map_err(unreadable)?;
    Ok(Picture { png, width, height })
}

/// Whether the terminal says that it shows pictures by this protocol.
pub fn is_offered(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let term = set("TERM").unwrap_or_default();
    let program = set("TERM_PROGRAM").unwrap_or_default().to_lowercase();
    // What runs between us and the terminal does not pass pictures on.
    let is_between = set("TMUX").is_some() || set("STY").is_some() || term.starts_with("screen");
    let is_known =
        ["KITTY_WINDOW_ID", "WEZTERM_EXECUTABLE", "GHOSTTY_RESOURCES_DIR"].into_iter().any(|it| set(it).is_some())
            || term.contains("kitty")
            || term.contains("ghostty")
            || ["ghostty", "wezterm"].contains(&&*program);
    is_known && !is_between
}

/// Where in an area a picture is drawn, as large as it fits, in cells of that size.
pub fn place(picture: &Picture, area: Rect, cell: (u16, u16)) -> Rect {
    let (cell_width, cell_height) = (f64::from(cell.0.max(1)), f64::from(cell.1.max(1)));
    let (columns, rows) = (f64::from(picture.width) / cell_width, f64::from(picture.height) / cell_height);
    let scale = (f64::from(area.width) / columns).min(f64::from(area.height) / rows).min(1.0);
    let cells = |amount: f64, most: u16| ((amount * scale).ceil() as u16).clamp(most.min(1), most);
    crate::layout::middle(area, cells(columns, area.width), cells(rows, area.height))
}

/// Writes a picture for the terminal, at a place. The cursor stays where it is put for that.
pub fn show(out: &mut impl Write, picture: &Picture, at: Rect) -> std::io::Result<()> {
    let data = STANDARD.encode(&picture.png);
    let mut pieces = data.as_bytes().chunks(PIECE).peekable();
    write!(out, "\x1b[{};{}H", at.y + 1, at.x + 1)?;
    let mut first = format!("a=T,f=100,i={NUMBER},p=1,q=2,C=1,c={},r={},", at.width, at.height);
    while let Some(piece) = pieces.next() {
        write!(out, "\x1b_G{first}m={};", u8::from(pieces.peek().is_some()))?;
        out.write_all(piece)?;
        write!(out, "\x1b\\")?;
        first.clear();
    }
    Ok(())
}

/// Takes the picture away.
pub fn hide(out: &mut impl Write) -> std::io::Result<()> {
    write!(out, "\x1b_Ga=d,d=I,i={NUMBER},q=2\x1b\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
        picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    #[test]
    fn pictures_of_all_kinds_are_read_and_made_small() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let picture = read(&encoded(400, 100, format), (200, 200)).unwrap();
            assert_eq!((picture.width, picture.height), (200, 50), "{format:?}");
            assert!(picture.png.starts_with(b"\x89PNG"));
        }
        assert_eq!(read(&encoded(10, 10, ImageFormat::Png), (200, 200)).unwrap().width, 10);
    }

    #[test]
    fn what_is_no_picture_says_so() {
        assert!(read(b"\x1b[2J", (10, 10)).unwrap_err().starts_with("the picture cannot be read"));
        let cut = &encoded(400, 100, ImageFormat::Png)[..200];
        assert!(read(cut, (10, 10)).is_err());
        // A few bytes that promise a picture of four thousand million pixels.
        let mut bomb = encoded(1, 1, ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(read(&bomb, (10, 10)).is_err());
    }

    #[test]
    fn a_picture_keeps_its_shape() {
        let picture = Picture { png: Vec::new(), width: 400, height: 100 };
        assert_eq!(place(&picture, Rect::new(0, 0, 80, 20), (10, 20)), Rect::new(20, 7, 40, 5));
        assert_eq!(place(&picture, Rect::new(0, 0, 20, 20), (10, 20)), Rect::new(0, 8, 20, 3));
        assert_eq!(place(&picture, Rect::new(0, 0, 0, 0), (10, 20)), Rect::new(0, 0, 0, 0));
    }

    #[test]
    fn pictures_go_out_in_pieces() {
        let picture = Picture { png: vec![7; 7000], width: 10, height: 10 };
        let mut out = Vec::new();
        show(&mut out, &picture, Rect::new(2, 3, 4, 5)).unwrap();
        let text = String::from_utf8(out).unwrap();
        let pieces: Vec<&str> = text.split_terminator("\x1b\\").collect();
        assert_eq!(pieces.len(), 3);
        assert!(pieces[0].starts_with("\x1b[4;3H\x1b_Ga=T,f=100,i=1,p=1,q=2,C=1,c=4,r=5,m=1;"), "{}", &pieces[0][..60]);
        assert!(pieces[1].starts_with("\x1b_Gm=1;") && pieces[2].starts_with("\x1b_Gm=0;"));
        let data: String = pieces.iter().map(|piece| piece.rsplit(';').next().unwrap()).collect();
        assert_eq!(STANDARD.decode(data).unwrap(), picture.png);
    }

    #[test]
    fn terminals_that_show_pictures_are_known() {
        let offered = |variables: &[(&str, &str)]| {
            is_offered(|name| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(offered(&[("TERM", "xterm-kitty")]));
        assert!(offered(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")]));
        assert!(offered(&[("TERM", "xterm-ghostty")]));
        assert!(!offered(&[("TERM", "xterm-256color")]));
        assert!(!offered(&[("KITTY_WINDOW_ID", "1"), ("TERM", "tmux-256color"), ("TMUX", "/tmp/x")]));
        assert!(!offered(&[("KITTY_WINDOW_ID", "1"), ("TERM", "screen")]));
    }
}
