//! A QR code as the path of an SVG picture: each dark square is drawn, and nothing else.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// The light margin that readers need, in squares.
const MARGIN: usize = 4;

/// A picture of so many squares to each side.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    pub(super) size: usize,
    pub(super) path: String,
}

/// Draws a text; `None` if it is longer than any picture holds.
pub(super) fn draw(text: &str) -> Option<Picture> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (row, squares) in code.to_colors().chunks(width).enumerate() {
        let mut column = 0;
        while let Some(rest) = squares.get(column..).filter(|rest| !rest.is_empty()) {
            let dark = rest.iter().take_while(|one| **one == Color::Dark).count();
            if dark > 0 {
                let (x, y) = (column.saturating_add(MARGIN), row.saturating_add(MARGIN));
                let _ = write!(path, "M{x} {y}h{dark}v1h-{dark}z");
            }
            column = column.saturating_add(dark.max(1));
        }
    }
    let size = width.saturating_add(MARGIN.saturating_mul(2));
    Some(Picture { size, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the picture as a camera would: from its squares alone.
    fn read(picture: &Picture) -> String {
        let mut dark = vec![vec![false; picture.size]; picture.size];
        for part in picture.path.split('M').skip(1) {
            let (x, rest) = part.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, _) = rest.split_once('v').unwrap();
            let [x, y, length] = [x, y, length].map(|number| number.parse::<usize>().unwrap());
            dark[y][x..x + length].fill(true);
        }
        let scale = 4;
        let side = picture.size * scale;
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
            if dark[y / scale][x / scale] { 0 } else { 255 }
        });
        let grids = image.detect_grids();
        grids[0].decode().unwrap().1
    }

    #[test]
    fn a_reader_finds_the_same_text_in_the_picture() {
        let long = format!("otpauth://totp/Acme:{}?secret=MZXW6YTB", "a".repeat(300));
        for text in [
            "otpauth://totp/Acme:ada?secret=MZXW6YTBMZXW6YTBMZXW6YTBMZXW6YTB&digits=6&algorithm=SHA1&issuer=Acme&period=30",
            "otpauth://hotp/%C3%84rzte%20%26%20Co:ada%40acme.test?secret=MZXW6YTB&digits=8&algorithm=SHA512&issuer=%C3%84&counter=7",
            &long,
        ] {
            assert_eq!(read(&draw(text).unwrap()), text);
        }
        assert!(draw(&"a".repeat(5000)).is_none());
    }
}
