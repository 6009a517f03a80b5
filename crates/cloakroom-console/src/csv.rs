//! Tables as text with commas between (RFC 4180): written for spreadsheets, and read from what people send.

/// One line, its end included. A value that a spreadsheet would take for a formula begins with an apostrophe.
pub(crate) fn line<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = values.into_iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

fn cell(value: &str) -> String {
    let is_formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let value = match is_formula {
        true => format!("'{value}"),
        false => value.to_owned(),
    };
    match value.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", value.replace('"', "\"\"")),
        false => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_by_a_spreadsheet_as_it_was_meant() {
        for (values, expected) in [
            (vec!["a", "b c"], "a,b c\r\n"),
            (
                vec!["a,b", "say \"x\"", "two\nlines"],
                "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n",
            ),
            (vec!["=1+1", "@x", "-2", ""], "'=1+1,'@x,'-2,\r\n"),
        ] {
            assert_eq!(line(values), expected);
        }
    }
}
