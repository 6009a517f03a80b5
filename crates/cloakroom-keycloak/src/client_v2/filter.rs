//! The filter of a list: `clientId eq "app" and not (enabled eq false)`, as in SCIM (RFC 7644 §3.4.2.2).
//!
//! Of its operators there are those that Keycloak has: `eq`, `ne`, `co`, `sw`, `ew` and `pr`.

use serde_json::Value;

use super::is_member;

/// What clients have to be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Both.
    And(Box<Self>, Box<Self>),
    /// At least one.
    Or(Box<Self>, Box<Self>),
    /// The opposite.
    Not(Box<Self>),
    /// The member says something.
    Present(String),
    /// The member compares with a text; `None` is JSON's null.
    Compare(String, Operator, Option<String>),
}

/// How a member compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
}

/// How deep brackets and negations go.
const DEPTH: usize = 50;

impl Filter {
    /// Reads a filter; `None` if there is nothing to read.
    ///
    /// # Errors
    /// A sentence that says where the text is none, or which member or operator there is not.
    pub fn read(text: &str) -> Result<Option<Self>, String> {
        let mut reader = Reader {
            tokens: tokens(text)?,
            at: 0,
            end: text.len(),
        };
        if reader.tokens.is_empty() {
            return Ok(None);
        }
        let filter = reader.either(0)?;
        match reader.at == reader.tokens.len() {
            true => Ok(Some(filter)),
            false => Err(reader.wrong()),
        }
    }

    /// Tells whether a client, as it is shown, is like this.
    pub fn fits(&self, shown: &Value) -> bool {
        match self {
            Self::And(one, other) => one.fits(shown) && other.fits(shown),
            Self::Or(one, other) => one.fits(shown) || other.fits(shown),
            Self::Not(inner) => !inner.fits(shown),
            Self::Present(name) => find(shown, name).is_some(),
            Self::Compare(name, operator, wanted) => compare(shown, name, *operator, wanted),
        }
    }
}

fn compare(shown: &Value, name: &str, operator: Operator, wanted: &Option<String>) -> bool {
    let texts = texts(shown, name);
    let Some(wanted) = wanted else {
        return (operator == Operator::Eq) == texts.is_empty();
    };
    let any = |fits: &dyn Fn(&String) -> bool| texts.iter().any(fits);
    match operator {
        Operator::Eq => any(&|text| text == wanted),
        Operator::Ne => !any(&|text| text == wanted),
        Operator::Co => any(&|text| text.contains(wanted)),
        Operator::Sw => any(&|text| text.starts_with(wanted)),
        Operator::Ew => any(&|text| text.ends_with(wanted)),
    }
}

/// The member with this name, or the one inside another that its dots lead to.
fn find<'a>(shown: &'a Value, name: &str) -> Option<&'a Value> {
    let found = name
        .split('.')
        .try_fold(shown, |inner, part| inner.get(part));
    found.filter(|value| !value.is_null())
}

/// What a member says, as texts.
pub(super) fn texts(shown: &Value, name: &str) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match find(shown, name) {
        Some(Value::Array(list)) => list.iter().map(text).collect(),
        Some(value) => vec![text(value)],
        None => Vec::new(),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Word(String),
    Text(String),
}

/// The parts of a filter, each with where it begins.
fn tokens(text: &str) -> Result<Vec<(usize, Token)>, String> {
    let mut found = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, letter)) = rest.next() {
        let token = match letter {
            letter if letter.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '"' => {
                let mut value = String::new();
                loop {
                    match rest.next() {
                        Some((_, '"')) => break,
                        Some((_, '\\')) => value.extend(rest.next().map(|(_, letter)| letter)),
                        Some((_, letter)) => value.push(letter),
                        None => return Err(syntax(text.len(), "<EOF>")),
                    }
                }
                Token::Text(value)
            }
            letter => {
                let mut word = String::from(letter);
                let part = |letter: char| letter.is_alphanumeric() || "_-.$:".contains(letter);
                while let Some((_, letter)) = rest.next_if(|(_, letter)| part(*letter)) {
                    word.push(letter);
                }
                Token::Word(word)
            }
        };
        found.push((at, token));
    }
    Ok(found)
}

fn syntax(at: usize, what: &str) -> String {
    format!("Invalid filter syntax: position {at}: mismatched input '{what}'")
}

struct Reader {
    tokens: Vec<(usize, Token)>,
    at: usize,
    end: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += 1;
        token
    }

    /// Takes a word if it is the next part.
    fn take(&mut self, word: &str) -> bool {
        let is_next =
            matches!(self.peek(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        if is_next {
            self.at += 1;
        }
        is_next
    }

    fn wrong(&self) -> String {
        match self.tokens.get(self.at) {
            Some((at, Token::Open)) => syntax(*at, "("),
            Some((at, Token::Close)) => syntax(*at, ")"),
            Some((at, Token::Word(text) | Token::Text(text))) => syntax(*at, text),
            None => syntax(self.end, "<EOF>"),
        }
    }

    fn either(&mut self, depth: usize) -> Result<Filter, String> {
        let mut filter = self.both(depth)?;
        while self.take("or") {
            filter = Filter::Or(Box::new(filter), Box::new(self.both(depth)?));
        }
        Ok(filter)
    }

    fn both(&mut self, depth: usize) -> Result<Filter, String> {
        let mut filter = self.single(depth)?;
        while self.take("and") {
            filter = Filter::And(Box::new(filter), Box::new(self.single(depth)?));
        }
        Ok(filter)
    }

    fn single(&mut self, depth: usize) -> Result<Filter, String> {
        if depth > DEPTH {
            return Err(self.wrong());
        }
        if self.take("not") {
            return Ok(Filter::Not(Box::new(self.single(depth + 1)?)));
        }
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            let inner = self.either(depth + 1)?;
            if self.peek() != Some(&Token::Close) {
                return Err(self.wrong());
            }
            self.at += 1;
            return Ok(inner);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Filter, String> {
        let Some(Token::Word(name)) = self.peek().cloned() else {
            return Err(self.wrong());
        };
        self.at += 1;
        let filter = match self.operator()? {
            None => Filter::Present(name.clone()),
            Some(operator) => Filter::Compare(name.clone(), operator, self.value()?),
        };
        match name == "auth.method" || is_member(&name) {
            true => Ok(filter),
            false => Err(format!("Unknown query field: {name}")),
        }
    }

    /// `None` is `pr`.
    fn operator(&mut self) -> Result<Option<Operator>, String> {
        let Some(Token::Word(word)) = self.peek().cloned() else {
            return Err(self.wrong());
        };
        let operator = match word.to_ascii_lowercase().as_str() {
            "pr" => None,
            "eq" => Some(Operator::Eq),
            "ne" => Some(Operator::Ne),
            "co" => Some(Operator::Co),
            "sw" => Some(Operator::Sw),
            "ew" => Some(Operator::Ew),
            "gt" | "ge" | "lt" | "le" => {
                return Err(format!(
                    "Unsupported operator: {word}. Supported operators: [eq, ew, ne, co, sw]"
                ));
            }
            _ => return Err(self.wrong()),
        };
        self.at += 1;
        Ok(operator)
    }

    /// A text, a number, `true`, `false`, or `null`.
    fn value(&mut self) -> Result<Option<String>, String> {
        let is_value =
            |word: &str| ["true", "false"].contains(&word) || word.parse::<f64>().is_ok();
        let value = match self.peek() {
            Some(Token::Text(text)) => Some(text.clone()),
            Some(Token::Word(word)) if word == "null" => None,
            Some(Token::Word(word)) if is_value(word) => Some(word.clone()),
            _ => return Err(self.wrong()),
        };
        self.next();
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_filter_chooses_as_it_says() {
        let app = json!({
            "clientId": "app", "enabled": true, "roles": ["r1", "r2"],
            "auth": {"method": "client-secret"},
        });
        for (text, expected) in [
            (r#"clientId eq "app""#, true),
            (r#"clientId EQ "APP""#, false),
            (r#"clientId co "p" and enabled eq true"#, true),
            (r#"not enabled eq true"#, false),
            (r#"(clientId eq "x") or not (enabled eq false)"#, true),
            (r#"displayName eq null"#, true),
            (r#"displayName pr"#, false),
            (r#"displayName ne "x""#, true),
            (r#"roles eq "r2""#, true),
            (r#"clientId sw "a" and clientId ew "p""#, true),
            (r#"auth.method eq "client-secret""#, true),
        ] {
            let filter = Filter::read(text).unwrap().unwrap();
            assert_eq!(filter.fits(&app), expected, "{text}");
        }
        assert_eq!(Filter::read("  "), Ok(None));
    }

    #[test]
    fn what_is_no_filter_is_told_with_its_place() {
        let deep = format!("{}enabled pr", "not ".repeat(60));
        for (text, expected) in [
            ("clientId eq full", "position 12: mismatched input 'full'"),
            ("clientId", "position 8: mismatched input '<EOF>'"),
            (
                r#"clientId eq "a" and"#,
                "position 19: mismatched input '<EOF>'",
            ),
            (r#"clientId eq "a"#, "position 14: mismatched input '<EOF>'"),
            (r#"clientId eq "a") "#, "position 15: mismatched input ')'"),
            ("clientId xx \"a\"", "position 9: mismatched input 'xx'"),
            (r#"nope eq "x""#, "Unknown query field: nope"),
            (r#"auth.secret sw "x""#, "Unknown query field: auth.secret"),
            (
                "enabled gt true",
                "Unsupported operator: gt. Supported operators: [eq, ew, ne, co, sw]",
            ),
            (deep.as_str(), "mismatched input 'not'"),
        ] {
            let told = Filter::read(text).unwrap_err();
            assert!(told.contains(expected), "{text}: {told}");
        }
    }
}
