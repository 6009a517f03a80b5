//! How a realm's pages look: its accent, corners, letters and logos, from the realm's attributes, and only what can be read.

mod color;
mod logo;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

pub use color::Color;
use color::{BLACK, LEAST, WHITE};
pub use logo::Logo;

/// The attributes of a realm that say how its pages look.
pub const ACCENT: &str = "brand.accent";
/// The accent of dark pages; without it, one is made from the other.
pub const ACCENT_DARK: &str = "brand.accentDark";
/// The radius of controls, in pixels.
pub const RADIUS: &str = "brand.radius";
/// One of [`FONTS`].
pub const FONT: &str = "brand.font";
/// A logo in place of the product's.
pub const LOGO: &str = "brand.logo";
/// The logo of dark pages.
pub const LOGO_DARK: &str = "brand.logoDark";

/// The letters to choose from, by the fonts that machines have; nothing is fetched.
pub const FONTS: [(&str, &str); 4] = [
    ("system", ""),
    (
        "humanist",
        "Seravek, \"Gill Sans Nova\", Ubuntu, Calibri, \"DejaVu Sans\", sans-serif",
    ),
    (
        "geometric",
        "Avenir, Montserrat, Corbel, \"URW Gothic\", sans-serif",
    ),
    (
        "serif",
        "Charter, \"Bitstream Charter\", \"Sitka Text\", Cambria, serif",
    ),
];

/// The roundest corner, in pixels.
const ROUNDEST: u8 = 24;

/// What pages stand on in each theme: a card and the page, as in `tokens.css`.
const LIGHT: [Color; 2] = [WHITE, Color::of(0xf7, 0xf8, 0xfa)];
const DARK: [Color; 2] = [Color::of(0x16, 0x1d, 0x26), Color::of(0x0e, 0x13, 0x19)];

/// What is wrong with an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The attribute.
    pub attribute: &'static str,
    /// The name of the message.
    pub message: &'static str,
    /// What the message mentions.
    pub params: Vec<String>,
}

/// How a realm's pages look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    accent: Option<Color>,
    accent_dark: Option<Color>,
    radius: Option<u8>,
    font: &'static str,
    logo: Option<Logo>,
    logo_dark: Option<Logo>,
}

impl Brand {
    /// Reads the attributes. What cannot be used is left out, and said.
    #[must_use]
    pub fn read(attributes: &BTreeMap<String, String>) -> (Self, Vec<Fault>) {
        let mut faults = Vec::new();
        let text = |name: &str| {
            attributes
                .get(name)
                .map(|text| text.trim())
                .filter(|text| !text.is_empty())
        };
        let mut accent = |name: &'static str, grounds: &[Color], towards| {
            let found = accent(name, text(name)?, grounds, towards);
            found.map_err(|fault| faults.push(fault)).ok()
        };
        let light = accent(ACCENT, &LIGHT, BLACK);
        let dark = accent(ACCENT_DARK, &DARK, WHITE);
        let mut refuse = |attribute, message, params| {
            faults.push(Fault {
                attribute,
                message,
                params,
            });
        };
        let radius = text(RADIUS).and_then(|text| match text.parse::<u8>() {
            Ok(radius) if radius <= ROUNDEST => Some(radius),
            _ => {
                let limits = vec!["0".to_owned(), ROUNDEST.to_string()];
                refuse(RADIUS, "error-number-out-of-range", limits);
                None
            }
        });
        let font = text(FONT).and_then(|name| {
            let found = FONTS.iter().find(|(own, _)| *own == name);
            if found.is_none() {
                refuse(FONT, "error-invalid-value", Vec::new());
            }
            found.map(|(_, stack)| *stack)
        });
        let mut logo = |name: &'static str| {
            let found = Logo::parse(text(name)?);
            found.map_err(|why| refuse(name, why, Vec::new())).ok()
        };
        let (logo, logo_dark) = (logo(LOGO), logo(LOGO_DARK));
        let brand = Self {
            accent: light,
            accent_dark: dark,
            radius,
            font: font.unwrap_or_default(),
            logo,
            logo_dark,
        };
        (brand, faults)
    }

    /// Nothing differs from the product's own look.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// The logo of light pages, or of dark ones.
    #[must_use]
    pub fn logo(&self, is_dark: bool) -> Option<&Logo> {
        match is_dark {
            true => self.logo_dark.as_ref(),
            false => self.logo.as_ref(),
        }
    }

    /// The custom properties that differ, for what the selector finds.
    #[must_use]
    pub fn style(&self, selector: &str) -> String {
        let mut style = format!("{selector} {{\n");
        if let Some((light, dark)) = self.accents() {
            let pairs = [
                ("accent", light.accent, dark.accent),
                ("accent-hover", light.hover, dark.hover),
                ("accent-soft", light.soft, dark.soft),
                ("accent-text", light.text, dark.text),
                ("on-accent", light.on, dark.on),
                ("focus", light.text, dark.text),
            ];
            for (name, light, dark) in pairs {
                // Writing to a `String` cannot fail.
                let _ = writeln!(style, "  --{name}: light-dark({light}, {dark});");
            }
        }
        if let Some(radius) = self.radius {
            let card = radius + radius / 2;
            let _ = writeln!(
                style,
                "  --radius-control: {radius}px;\n  --radius-card: {card}px;"
            );
        }
        if !self.font.is_empty() {
            let _ = writeln!(
                style,
                "  --sans: {};\n  font-family: var(--sans);",
                self.font
            );
        }
        style.push_str("}\n");
        style
    }

    fn accents(&self) -> Option<(Shades, Shades)> {
        let light = self.accent.or(self.accent_dark)?;
        let dark = self.accent_dark.or(self.accent)?;
        let light = light.readable_on(&LIGHT, BLACK);
        let dark = dark.readable_on(&DARK, WHITE);
        Some((
            Shades::of(light, LIGHT, BLACK),
            Shades::of(dark, DARK, WHITE),
        ))
    }

    /// A name of what it looks like, for addresses that may be kept for good.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hash = String::with_capacity(16);
        for byte in digest(&SHA256, format!("{self:?}").as_bytes())
            .as_ref()
            .iter()
            .take(8)
        {
            let _ = write!(hash, "{byte:02x}");
        }
        hash
    }
}

/// An accent and what goes with it.
struct Shades {
    accent: Color,
    hover: Color,
    soft: Color,
    text: Color,
    on: Color,
}

impl Shades {
    fn of(accent: Color, [surface, ground]: [Color; 2], towards: Color) -> Self {
        let soft = surface.mix(accent, 12);
        let hover = accent.mix(towards, 16);
        let text = accent.readable_on(&[surface, ground, soft], towards);
        // The letters of a button are read before and while it is pointed at.
        let is_better = |on: &Color| on.contrast(accent).min(on.contrast(hover));
        let on = match is_better(&WHITE) >= is_better(&BLACK) {
            true => WHITE,
            false => BLACK,
        };
        Self {
            accent,
            hover,
            soft,
            text,
            on,
        }
    }
}

fn accent(
    attribute: &'static str,
    text: &str,
    grounds: &[Color],
    towards: Color,
) -> Result<Color, Fault> {
    let refuse = |message, params| Fault {
        attribute,
        message,
        params,
    };
    let color = Color::parse(text).ok_or_else(|| refuse("error-brand-color", Vec::new()))?;
    let contrasts = grounds.iter().map(|ground| color.contrast(*ground));
    let least = contrasts.fold(f64::INFINITY, f64::min);
    if least >= LEAST {
        return Ok(color);
    }
    let near = color.readable_on(grounds, towards);
    // Cut, not rounded: 4.49 is not 4.5.
    let ratio = format!("{:.2}", (least * 100.0).floor() / 100.0);
    Err(refuse(
        "error-brand-contrast",
        vec![ratio, near.to_string()],
    ))
}

#[cfg(test)]
mod tests;
