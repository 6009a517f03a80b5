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
        found.push(Token {
            kind,
            text: word,
            at: begin,
        });
        if kind == Kind::Name && rest.trim_start().starts_with('(') {
            let Some((_, after)) = rest.split_once(')') else {
                return Err(at(place(text, ""), "missing RPAREN at '<EOF>'"));
            };
            rest = after;
        }
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
    use super::names;

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
