//! The expressions of workflows: names with what stands in brackets behind them, joined by `and`, `or` and `not`.

/// What an expression may begin with, in the words of Keycloak's refusals.
const OPERAND: &str = "{NOT, Identifier, '('}";

/// The longest expression, in bytes: more than anybody writes, and little enough to be read while others wait.
const LONGEST: usize = 4_096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Name,
    Not,
    Join,
    Open,
    Close,
    End,
}

struct Token<'a> {
    kind: Kind,
    text: &'a str,
    /// What stands in the brackets behind a name.
    about: Option<&'a str>,
    /// Line and column, for people.
    at: (usize, usize),
}

/// The names in an expression, in their order; of one that cannot be read the reason.
pub(super) fn names(text: &str) -> Result<Vec<&str>, String> {
    if text.len() > LONGEST {
        return Err(format!("Expressions have at most {LONGEST} bytes"));
    }
    let tokens = tokens(text).map_err(|why| refusal(text, &why))?;
    let (mut found, mut depth, mut wants_operand) = (Vec::new(), 0_usize, true);
    let mut all = tokens.iter().peekable();
    while let Some(token) = all.next() {
        let next = all.peek().map_or(Kind::End, |next| next.kind);
        let why = match (wants_operand, token.kind) {
            (true, Kind::Not) => continue,
            (true, Kind::Open) => {
                depth += 1;
                continue;
            }
            (true, Kind::Name) => {
                found.push(token.text);
                wants_operand = false;
                continue;
            }
            (false, Kind::Join) => {
                wants_operand = true;
                continue;
            }
            (false, Kind::Close) if depth > 0 => {
                depth -= 1;
                continue;
            }
            (false, Kind::End) if depth == 0 => break,
            (false, Kind::End) => "missing RPAREN at '<EOF>'".to_owned(),
            (true, Kind::Join | Kind::Close)
                if matches!(next, Kind::Name | Kind::Not | Kind::Open) =>
            {
                format!("extraneous input '{}' expecting {OPERAND}", token.text)
            }
            (true, _) => format!("mismatched input '{}' expecting {OPERAND}", token.text),
            (false, Kind::Close) => format!("extraneous input '{}' expecting <EOF>", token.text),
            (false, _) => format!(
                "mismatched input '{}' expecting {{<EOF>, OR, AND}}",
                token.text
            ),
        };
        return Err(refusal(text, &at(token.at, &why)));
    }
    Ok(found)
}

/// What waits for the truth of what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pending {
    Open,
    Or,
    And,
    Not,
}

/// Whether an expression is true: `ask` says it of a name and of what stands in brackets behind it. One that cannot be read is not.
///
/// `not` binds closer than `and`, and that closer than `or`. Brackets are kept in a list, so that a thousand of them fill no stack.
///
/// # Errors
///
/// What `ask` could not say.
pub fn is_true<E>(
    text: &str,
    mut ask: impl FnMut(&str, Option<&str>) -> Result<bool, E>,
) -> Result<bool, E> {
    if names(text).is_err() {
        return Ok(false);
    }
    let (mut values, mut pending) = (Vec::new(), Vec::new());
    for token in tokens(text).unwrap_or_default() {
        match token.kind {
            Kind::Not => pending.push(Pending::Not),
            Kind::Open => pending.push(Pending::Open),
            Kind::Name => {
                values.push(ask(token.text, token.about)?);
                settle(&mut values, &mut pending, Pending::Not);
            }
            Kind::Join => {
                let join = match token.text.eq_ignore_ascii_case("and") {
                    true => Pending::And,
                    false => Pending::Or,
                };
                settle(&mut values, &mut pending, join);
                pending.push(join);
            }
            Kind::Close => {
                settle(&mut values, &mut pending, Pending::Or);
                pending.pop();
                settle(&mut values, &mut pending, Pending::Not);
            }
            Kind::End => settle(&mut values, &mut pending, Pending::Or),
        }
    }
    Ok(values.pop().unwrap_or(false))
}

/// Does what waits and binds at least as close.
fn settle(values: &mut Vec<bool>, pending: &mut Vec<Pending>, join: Pending) {
    let closeness = |one: Pending| match one {
        Pending::Open => 0,
        Pending::Or => 1,
        Pending::And => 2,
        Pending::Not => 3,
    };
    while let Some(last) = pending.pop_if(|last| closeness(*last) >= closeness(join)) {
        let right = values.pop().unwrap_or(false);
        let both = match last {
            Pending::Not | Pending::Open => !right,
            Pending::And => values.pop().unwrap_or(false) && right,
            Pending::Or => values.pop().unwrap_or(false) || right,
        };
        values.push(both);
    }
}

fn refusal(text: &str, why: &str) -> String {
    format!("Invalid expression: {text}\nError details:\n- {why}")
}

fn at((line, column): (usize, usize), why: &str) -> String {
    format!("Error at line {line}:{column} - {why}")
}

/// Cuts an expression into its parts. Whatever is in the brackets behind a name belongs to it.
fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let begin = place(text, rest);
        let Some(first) = rest.chars().next() else {
            found.push(Token {
                kind: Kind::End,
                text: "<EOF>",
                about: None,
                at: begin,
            });
            return Ok(found);
        };
        let (kind, length) = match first {
            '(' => (Kind::Open, 1),
            ')' => (Kind::Close, 1),
            '!' => (Kind::Not, 1),
            _ => {
                let is_part = |c: char| c.is_alphabetic() || "_-".contains(c) || c.is_ascii_digit();
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                if length == 0 || first.is_ascii_digit() {
                    return Err(at(begin, &format!("token recognition error at: '{first}'")));
                }
                (Kind::Name, length)
            }
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        let kind = match word.to_ascii_lowercase().as_str() {
            "and" | "or" => Kind::Join,
            "not" => Kind::Not,
            _ => kind,
        };
        let mut about = None;
        if kind == Kind::Name
            && let Some(inside) = rest.trim_start().strip_prefix('(')
        {
            let Some((inside, after)) = inside.split_once(')') else {
                return Err(at(place(text, ""), "missing RPAREN at '<EOF>'"));
            };
            about = Some(inside.trim());
            rest = after;
        }
        found.push(Token {
            kind,
            text: word,
            about,
            at: begin,
        });
    }
}

/// Line and column of where `rest` begins.
fn place(text: &str, rest: &str) -> (usize, usize) {
    let before = text.strip_suffix(rest).unwrap_or(text);
    let (above, line) = before.rsplit_once('\n').unwrap_or(("", before));
    let lines = above.lines().count() + usize::from(before.contains('\n') && above.is_empty());
    (lines + 1, line.chars().count())
}

#[cfg(test)]
mod tests {
    use super::{is_true, names};

    #[test]
    fn names_are_found_whatever_joins_them() {
        for (text, expected) in [
            ("", None),
            ("a", Some(vec!["a"])),
            ("a (x, y)", Some(vec!["a"])),
            ("not (a(/b c) or !b('(')) AND c", Some(vec!["a", "b", "c"])),
            ("not not a\nand b", Some(vec!["a", "b"])),
            ("a(", None),
            ("a)", None),
            ("a b", None),
            ("a and", None),
            ("()", None),
            ("a(b(c))", None),
            ("5", None),
            ("a|", None),
        ] {
            assert_eq!(names(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn an_expression_is_as_true_as_its_names() {
        let ask = |name: &str, about: Option<&str>| match name {
            "t" => Ok(true),
            "f" => Ok(false),
            "is" => Ok(about == Some("a b")),
            _ => Err(name.to_owned()),
        };
        for (text, expected) in [
            ("t", true),
            ("f", false),
            ("!t", false),
            ("not not t", true),
            ("not f and t", true),
            ("not (f and t)", true),
            ("not t or t", true),
            ("f or t and f", false),
            ("t or f and f", true),
            ("(t or f) and f", false),
            ("t AND (f or not (f or f))", true),
            ("is( a b )", true),
            ("is", false),
            ("not is(a)", true),
            ("t t", false),
            ("t and", false),
            ("", false),
        ] {
            assert_eq!(is_true(text, ask), Ok(expected), "{text}");
        }
        assert_eq!(is_true("t or x", ask), Err("x".to_owned()));
        let deep = format!("{}t{}", "(!".repeat(1_000), ")".repeat(1_000));
        assert_eq!(is_true(&deep, ask), Ok(true));
    }

    #[test]
    fn a_refusal_says_where_it_stopped() {
        for (text, why) in [
            (
                "a and",
                "Error at line 1:5 - mismatched input '<EOF>' expecting {NOT, Identifier, '('}",
            ),
            (
                "or a",
                "Error at line 1:0 - extraneous input 'or' expecting {NOT, Identifier, '('}",
            ),
            ("(a", "Error at line 1:2 - missing RPAREN at '<EOF>'"),
            ("a(", "Error at line 1:2 - missing RPAREN at '<EOF>'"),
            (
                "a(x))",
                "Error at line 1:4 - extraneous input ')' expecting <EOF>",
            ),
            (
                "a b",
                "Error at line 1:2 - mismatched input 'b' expecting {<EOF>, OR, AND}",
            ),
            (
                "a\nand\n  )",
                "Error at line 3:2 - mismatched input ')' expecting {NOT, Identifier, '('}",
            ),
        ] {
            let refused = names(text).unwrap_err();
            assert!(refused.ends_with(why), "{text}: {refused}");
        }
    }

    #[test]
    fn two_thousand_brackets_fill_no_stack_and_more_is_not_read() {
        let deep = |depth| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(names(&deep(2_000)), Ok(vec!["a"]));
        assert_eq!(names(&format!("{}a", "not ".repeat(1_000))), Ok(vec!["a"]));
        assert!(names(&deep(500_000)).is_err_and(|why| why.len() < 100));
    }
}
