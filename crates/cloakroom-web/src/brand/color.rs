//! A colour, and how well another one can be read on it (WCAG 2.2, relative luminance and contrast ratio).

use std::fmt;

/// A colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

/// The least contrast of text (WCAG 2.2, 1.4.3).
pub(super) const LEAST: f64 = 4.5;

pub(super) const WHITE: Color = Color([0xff; 3]);
pub(super) const BLACK: Color = Color([0; 3]);

impl Color {
    pub(super) const fn of(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Reads `#rrggbb`; everything else that CSS knows is none, because a value is put into a style.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            match part <= 0.04045 {
                true => part / 12.92,
                false => ((part + 0.055) / 1.055).powf(2.4),
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// From 1 (the same) to 21 (black and white).
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// So much of the other one in a hundred, the rest of this one.
    pub(super) fn mix(self, other: Self, percent: u16) -> Self {
        let ([a, b, c], [x, y, z]) = (self.0, other.0);
        let one = |from: u8, to: u8| {
            let mixed = u16::from(from) * (100 - percent) + u16::from(to) * percent;
            u8::try_from((mixed + 50) / 100).unwrap_or(u8::MAX)
        };
        Self([one(a, x), one(b, y), one(c, z)])
    }

    /// The nearest colour on the way to another one that can be read on each of these.
    pub(super) fn readable_on(self, grounds: &[Self], towards: Self) -> Self {
        let steps = (0..=100).map(|percent| self.mix(towards, percent));
        let is_good = |color: &Self| grounds.iter().all(|on| color.contrast(*on) >= LEAST);
        steps.clone().find(is_good).unwrap_or(towards)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrasts_are_those_of_the_standard() {
        for (one, two, expected) in [
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#0b63ce", "#ffffff", 5.69),
            ("#5aa7ff", "#06182e", 7.14),
            ("#777777", "#ffffff", 4.48),
        ] {
            let found = Color::parse(one)
                .unwrap()
                .contrast(Color::parse(two).unwrap());

            assert!((found - expected).abs() < 0.01, "{one} {two}: {found}");
        }
    }

    #[test]
    fn a_colour_is_six_digits_and_nothing_else() {
        for text in ["#0b63ce", "#FFFFFF"] {
            assert_eq!(Color::parse(text).unwrap().to_string(), text.to_lowercase());
        }
        for text in [
            "",
            "red",
            "#fff",
            "#0b63ce;",
            "#0b63c\u{e9}",
            "#+b63ce",
            "0b63cee",
            "url(x)",
        ] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_colour_has_one_near_it_that_can_be_read() {
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let color = Color::of(red, green, blue);
                    for (ground, towards) in [(WHITE, BLACK), (BLACK, WHITE)] {
                        let near = color.readable_on(&[ground], towards);

                        assert!(near.contrast(ground) >= LEAST, "{color} {near}");
                    }
                }
            }
        }
    }
}
