//! Reads the forms of a page: as much of HTML as it takes to fill them in without JavaScript.

/// A form as a browser would send it if nobody typed anything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    pub(crate) id: String,
    pub(crate) action: String,
    pub(crate) method: String,
    pub(crate) fields: Vec<(String, String)>,
    /// Name and value of each button.
    pub(crate) buttons: Vec<(String, String)>,
}

impl Form {
    /// Fills in a field; one that the form does not have is added, as a hostile browser would.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Presses the button of this name.
    pub(crate) fn press(&mut self, name: &str) {
        let mut buttons = self.buttons.iter();
        let button = buttons.find(|(known, _)| known == name).cloned();
        let (name, value) = button.expect("the form has the button");
        self.set(&name, &value);
    }
}

/// The forms of a page, in their order.
pub(crate) fn forms(page: &str) -> Vec<Form> {
    page.split("<form")
        .skip(1)
        .filter_map(|rest| rest.split("</form>").next())
        .map(read)
        .collect()
}

fn read(html: &str) -> Form {
    let start = html.split('>').next().unwrap_or_default();
    let mut form = Form {
        id: attribute(start, "id").unwrap_or_default(),
        action: attribute(start, "action").unwrap_or_default(),
        method: attribute(start, "method")
            .unwrap_or_default()
            .to_uppercase(),
        ..Form::default()
    };
    let tags = |name: &'static str| {
        html.split(name)
            .skip(1)
            .filter_map(|rest| rest.split('>').next())
    };
    for tag in tags("<input") {
        let kind = attribute(tag, "type").unwrap_or_default().to_lowercase();
        let Some(name) = attribute(tag, "name") else {
            continue;
        };
        let value = attribute(tag, "value").unwrap_or_default();
        match kind.as_str() {
            "submit" => form.buttons.push((name, value)),
            "checkbox" | "radio" if !tag.contains(" checked") => {}
            "checkbox" => form.fields.push((name, "on".to_owned())),
            _ => form.fields.push((name, value)),
        }
    }
    for tag in tags("<button") {
        if let Some(name) = attribute(tag, "name") {
            let value = attribute(tag, "value").unwrap_or_default();
            form.buttons.push((name, value));
        }
    }
    form
}

/// The value of an attribute in a start tag.
pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(unescape(tag.get(start..)?.split('"').next()?))
}

/// Replaces the character references that a template writes.
pub(crate) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('&');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (reference, rest) = part.split_once(';').unwrap_or(("", part));
        match character(reference) {
            Some(character) => plain.push(character),
            None => plain.push('&'),
        }
        plain.push_str(rest);
    }
    plain
}

fn character(reference: &str) -> Option<char> {
    match reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = reference.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
