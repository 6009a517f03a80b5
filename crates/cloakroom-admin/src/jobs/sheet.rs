//! Tables as text, as spreadsheets write them: commas, semicolons or tabs between values, quotes around some (RFC 4180).

/// A table: each line with its number in the text, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// The names of the columns.
    pub(crate) columns: Vec<String>,
    /// The other lines.
    pub(crate) rows: Vec<(usize, Vec<String>)>,
}

impl Sheet {
    /// Reads a text. The separator is the one that the first line has most of.
    ///
    /// # Errors
    ///
    /// There is no first line, or a quote is not closed.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let first = text.lines().next().unwrap_or_default();
        let count = |separator: &char| first.matches(*separator).count();
        let separator = [',', ';', '\t'].into_iter().max_by_key(count);
        let mut rows = lines(text, separator.unwrap_or(','))?.into_iter();
        let columns = rows.next().map(|(_, columns)| columns);
        let columns = columns.ok_or("The file has no line with the names of its columns")?;
        Ok(Self {
            columns: columns.iter().map(|name| name.trim().to_owned()).collect(),
            rows: rows.collect(),
        })
    }
}

/// A text that is being read.
#[derive(Default)]
struct Reading {
    rows: Vec<(usize, Vec<String>)>,
    row: Vec<String>,
    cell: String,
    /// Where the row began.
    began: usize,
}

impl Reading {
    fn end_cell(&mut self) {
        self.row.push(std::mem::take(&mut self.cell));
    }

    fn end_row(&mut self, next: usize) {
        self.end_cell();
        let row = std::mem::take(&mut self.row);
        // A line with nothing in it is no row.
        if row.iter().any(|cell| !cell.trim().is_empty()) {
            self.rows.push((self.began, row));
        }
        self.began = next;
    }
}

fn lines(text: &str, separator: char) -> Result<Vec<(usize, Vec<String>)>, String> {
    let mut reading = Reading {
        began: 1,
        ..Reading::default()
    };
    let mut letters = text.chars().peekable();
    let (mut is_quoted, mut line) = (false, 1);
    while let Some(letter) = letters.next() {
        if letter == '\n' {
            line += 1;
        }
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                reading.cell.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            _ if is_quoted => reading.cell.push(letter),
            '"' if reading.cell.trim().is_empty() => {
                reading.cell.clear();
                is_quoted = true;
            }
            '\r' if letters.peek() == Some(&'\n') => {}
            '\n' => reading.end_row(line),
            _ if letter == separator => reading.end_cell(),
            _ => reading.cell.push(letter),
        }
    }
    if is_quoted {
        return Err(format!(
            "The quote that begins in line {} is not closed",
            reading.began
        ));
    }
    reading.end_row(line);
    Ok(reading.rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_as_spreadsheets_write_it() {
        for (text, columns, rows) in [
            ("a,b\n1,2\n", vec!["a", "b"], vec![(2, vec!["1", "2"])]),
            (
                "\u{feff}a;b\r\n\"x;y\";\"say \"\"z\"\"\"\r\n",
                vec!["a", "b"],
                vec![(2, vec!["x;y", "say \"z\""])],
            ),
            ("a\tb\n\n1\t\n", vec!["a", "b"], vec![(3, vec!["1", ""])]),
            (
                "a,b\n\"two\nlines\",2\n3,4",
                vec!["a", "b"],
                vec![(2, vec!["two\nlines", "2"]), (4, vec!["3", "4"])],
            ),
            (" a , b ", vec!["a", "b"], vec![]),
        ] {
            let sheet = Sheet::read(text).unwrap();

            assert_eq!(sheet.columns, columns, "{text:?}");
            let read: Vec<_> = sheet
                .rows
                .iter()
                .map(|(at, row)| (*at, row.iter().map(String::as_str).collect::<Vec<_>>()))
                .collect();
            assert_eq!(read, rows, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for text in ["", "\n\n", "a,b\n\"open,2\n"] {
            assert!(Sheet::read(text).is_err(), "{text:?}");
        }
    }
}
