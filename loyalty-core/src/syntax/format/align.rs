//! Columns: lines of a kind that stand together get theirs aligned.

/// The widest gap that alignment may open in a line.
const GAP_MAX: usize = 32;

/// One line to print, and where its columns start.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) blank_before: bool,
    pub(super) indent: usize,
    pub(super) scope: usize,
    /// What kind of line it is, for those that are aligned.
    pub(super) run: Option<String>,
    /// A comment, which stands between others without parting them.
    pub(super) transparent: bool,
    /// The line without its trailing comment.
    pub(super) code: String,
    /// Where the first column ends, in bytes of the code.
    pub(super) body: Option<usize>,
    /// Where the column before the `{` ends.
    pub(super) block: Option<usize>,
    /// The first word of each further clause, and where the column before it ends.
    pub(super) inner: Vec<(String, usize)>,
    /// The trailing comment; may be empty.
    pub(super) comment: String,
}

impl Row {
    /// The characters up to the byte `at` of the code.
    fn width(&self, at: usize) -> usize {
        self.code.get(..at).unwrap_or(&self.code).chars().count()
    }

    /// Puts `count` spaces at the byte `at` of the code, and moves the columns after it.
    fn widen(&mut self, at: usize, count: usize) {
        if !self.code.is_char_boundary(at) {
            return;
        }
        self.code.insert_str(at, &" ".repeat(count));
        let moved = |column: &mut usize| {
            if *column >= at {
                *column = column.saturating_add(count);
            }
        };
        self.body.iter_mut().for_each(moved);
        self.block.iter_mut().for_each(moved);
        self.inner.iter_mut().for_each(|(_, column)| moved(column));
    }
}

/// Aligns the rows and prints them.
pub(super) fn print(rows: &mut [Row]) -> String {
    for part in parts(rows, |before, row| row.run.is_some() && row.run == before.run) {
        let Some(run) = rows.get_mut(part) else { continue };
        align(run, |row| row.body);
        align(run, |row| row.block.filter(|block| row.body.is_some_and(|body| body < *block)));
        for inner in parts(run, same_words) {
            let Some(run) = run.get_mut(inner) else { continue };
            let columns = run.iter().map(|row| row.inner.len()).max().unwrap_or(0);
            for column in 0..columns {
                align(run, |row| row.inner.get(column).map(|(_, at)| *at));
            }
        }
    }
    for part in parts(rows, |_, _| true) {
        let Some(run) = rows.get_mut(part) else { continue };
        let commented = run.iter().filter(|row| !row.comment.is_empty());
        let width = commented.map(|row| row.width(row.code.len())).max().unwrap_or(0);
        for row in run.iter_mut().filter(|row| !row.comment.is_empty()) {
            let gap = width.saturating_sub(row.width(row.code.len())).saturating_add(2);
            row.code.push_str(&" ".repeat(gap));
            row.code.push_str(&row.comment);
        }
    }
    let mut text = String::new();
    for row in rows.iter() {
        if row.blank_before {
            text.push('\n');
        }
        text.push_str(&"  ".repeat(row.indent));
        text.push_str(row.code.trim_end());
        text.push('\n');
    }
    text
}

fn same_words(before: &Row, row: &Row) -> bool {
    let words = |row: &Row| row.inner.iter().map(|(word, _)| word.clone()).collect::<Vec<_>>();
    words(before) == words(row)
}

/// Cuts rows into stretches of one bracket without blank lines, whose neighbours `belong` together.
fn parts(rows: &[Row], belong: impl Fn(&Row, &Row) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut parts: Vec<std::ops::Range<usize>> = Vec::new();
    let mut before: Option<&Row> = None;
    for (at, row) in rows.iter().enumerate() {
        let together = before.is_some_and(|before| {
            let near = before.scope == row.scope && before.indent == row.indent && !row.blank_before;
            near && (row.transparent || before.transparent || belong(before, row))
        });
        match parts.last_mut() {
            Some(part) if together => part.end = at.saturating_add(1),
            _ => parts.push(at..at.saturating_add(1)),
        }
        if !row.transparent || !together {
            before = Some(row);
        }
    }
    parts
}

/// Makes a column of the rows that have it start at one place, unless that would open too wide a gap.
fn align(rows: &mut [Row], column: impl Fn(&Row) -> Option<usize>) {
    let widths = rows.iter().filter_map(|row| column(row).map(|at| row.width(at)));
    let (least, most) = widths.fold((usize::MAX, 0), |(least, most), width| (least.min(width), most.max(width)));
    if most.saturating_sub(least) > GAP_MAX {
        return;
    }
    for row in rows.iter_mut() {
        if let Some(at) = column(row) {
            row.widen(at, most.saturating_sub(row.width(at)));
        }
    }
}
