//! Tests of what a realm may look like.

use super::*;

fn read(pairs: &[(&str, &str)]) -> (Brand, Vec<Fault>) {
    let all = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Brand::read(&all.collect())
}

#[test]
fn a_realm_without_attributes_looks_as_the_product_does() {
    let (brand, faults) = read(&[("frontendUrl", "https://id.example"), (ACCENT, " ")]);

    assert!(brand.is_plain());
    assert_eq!(faults, []);
    assert_eq!(brand.style(":root"), ":root {\n}\n");
}

#[test]
fn an_accent_that_cannot_be_read_is_refused_with_the_nearest_that_can() {
    for (name, color, ratio) in [
        (ACCENT, "#ffd400", "1.3"),
        (ACCENT, "#777777", "4.2"),
        (ACCENT_DARK, "#0b2a5c", "1."),
    ] {
        let (brand, faults) = read(&[(name, color)]);

        assert!(brand.is_plain(), "{color}");
        assert_eq!(faults.len(), 1, "{faults:?}");
        let fault = &faults[0];
        assert_eq!(
            (fault.attribute, fault.message),
            (name, "error-brand-contrast")
        );
        assert!(fault.params[0].starts_with(ratio), "{fault:?}");
        let (mended, faults) = read(&[(name, &fault.params[1])]);
        assert!(!mended.is_plain() && faults.is_empty(), "{faults:?}");
    }
}

#[test]
fn whatever_accent_is_taken_everything_on_it_can_be_read() {
    for red in (0..=255_u8).step_by(17) {
        for green in (0..=255_u8).step_by(51) {
            for blue in (0..=255_u8).step_by(51) {
                let color = Color::of(red, green, blue);
                let (brand, _) = read(&[(ACCENT, &color.to_string())]);
                let Some((light, dark)) = brand.accents() else {
                    continue;
                };
                for (shades, grounds) in [(light, LIGHT), (dark, DARK)] {
                    let mut pairs = vec![(shades.on, shades.accent), (shades.text, shades.soft)];
                    pairs.extend(grounds.map(|ground| (shades.text, ground)));
                    pairs.push((shades.on, shades.hover));
                    for (one, two) in pairs {
                        assert!(one.contrast(two) >= LEAST, "{color}: {one} on {two}");
                    }
                }
            }
        }
    }
}

#[test]
fn nothing_but_the_known_gets_into_a_style() {
    for (name, value) in [
        (ACCENT, "red;} body{display:none}"),
        (ACCENT, "url(https://evil.example)"),
        (ACCENT, "#0b63ce;--x:y"),
        (RADIUS, "4px;background:url(x)"),
        (RADIUS, "-1"),
        (RADIUS, "25"),
        (FONT, "x;}body{display:none}"),
        (FONT, "url(https://evil.example/font)"),
    ] {
        let (brand, faults) = read(&[(name, value)]);

        assert!(brand.is_plain() && faults.len() == 1, "{name}={value}");
    }
    let (brand, faults) = read(&[(ACCENT, "#6a1b9a"), (RADIUS, "0"), (FONT, "serif")]);
    let style = brand.style(":root");
    assert_eq!(faults, []);
    assert!(style.contains("--accent: light-dark(#6a1b9a, "), "{style}");
    assert!(
        style.contains("--radius-control: 0px") && style.contains("--sans: Charter"),
        "{style}"
    );
}
