//! What a browser and its system are called, from what the browser says of itself.

/// What a browser says in its name for itself: the mark to look for, the more special first, and what it stands for.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("HeadlessChrome/", "Chrome"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// A browser and its system in two words; the first word of an agent that is neither.
#[must_use]
pub fn name(agent: &str) -> String {
    let named = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(mark, _)| agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => match agent.split(['/', ' ']).next() {
            Some("") | None => "–".to_owned(),
            Some(word) => word.chars().take(40).collect(),
        },
    }
}

/// A browser with its version, `Firefox/128.0` for example, and what its system is called, in the words of Keycloak's account API.
#[must_use]
pub fn parts(agent: &str) -> (String, &'static str) {
    let browser = BROWSERS.iter().find_map(|(mark, name)| {
        let (_, rest) = agent.split_once(mark)?;
        let is_version = |c: &char| c.is_ascii_digit() || *c == '.';
        let version: String = rest.chars().take_while(is_version).take(20).collect();
        Some(format!("{name}/{version}"))
    });
    let system = SYSTEMS.iter().find(|(mark, _)| agent.contains(mark));
    let browser = browser.unwrap_or_else(|| "Other/Unknown".to_owned());
    (browser, system.map_or("Other", |(_, name)| name))
}

#[cfg(test)]
mod tests {
    use super::{name, parts};

    #[test]
    fn the_parts_of_a_device_are_its_browser_with_a_version_and_its_system() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
        assert_eq!(parts(firefox), ("Firefox/128.0".to_owned(), "Linux"));
        assert_eq!(parts("node"), ("Other/Unknown".to_owned(), "Other"));
    }

    #[test]
    fn a_device_is_a_browser_and_its_system() {
        let rows = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                "Firefox, Linux",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
                "Chrome, Android",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
                "Edge, Windows",
            ),
            ("node", "node"),
            ("my-app/1.0 (+https://a.example)", "my-app"),
            ("", "–"),
        ];
        for (agent, shown) in rows {
            assert_eq!(name(agent), shown, "{agent}");
        }
    }
}
