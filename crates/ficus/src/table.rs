//! Tables for terminals: columns as wide as needed, the last one wrapped, and blocks of lines where that is too narrow.

/// A table being made.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// The last column gets at least this; else the table becomes blocks.
const LAST_WIDTH_MIN: usize = 16;

/// Blank columns between two columns.
const GAP: usize = 2;

impl Table {
    /// A table with these headings.
    pub(crate) fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table for a terminal of this width.
    pub(crate) fn render(&self, width: usize) -> String {
        let widths = self.widths();
        let (_, firsts) = widths.split_last().unwrap_or((&0, &[]));
        let taken: usize = firsts.iter().map(|column| column + GAP).sum();
        if taken + LAST_WIDTH_MIN > width && self.headings.len() > 1 {
            return self.render_blocks(width);
        }
        let headings = self.headings.iter().map(|&heading| heading.to_owned()).collect();
        let lines = std::iter::once(&headings).chain(&self.rows);
        lines.map(|cells| line(cells, firsts, width.saturating_sub(taken))).collect()
    }

    fn widths(&self) -> Vec<usize> {
        let heading_widths = self.headings.iter().map(|heading| heading.chars().count());
        let mut widths: Vec<usize> = heading_widths.collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        widths
    }

    fn render_blocks(&self, width: usize) -> String {
        let label = self.headings.iter().map(|heading| heading.len()).max().unwrap_or(0);
        let block = |row: &Vec<String>| -> String {
            let pairs = self.headings.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
            pairs
                .map(|(heading, cell)| {
                    let cells = vec![(*heading).to_owned(), cell.clone()];
                    line(&cells, &[label], width.saturating_sub(label + GAP))
                })
                .collect()
        };
        let blocks: Vec<String> = self.rows.iter().map(block).collect();
        blocks.join("\n")
    }
}

/// One row: the first cells padded, the last wrapped below itself.
fn line(cells: &[String], firsts: &[usize], last_width: usize) -> String {
    let Some((last, first_cells)) = cells.split_last() else { return String::new() };
    let mut start = String::new();
    for (cell, width) in first_cells.iter().zip(firsts) {
        let padding = width.saturating_sub(cell.chars().count()) + GAP;
        start.push_str(cell);
        start.push_str(&" ".repeat(padding));
    }
    let indent = " ".repeat(start.chars().count());
    let mut text = String::new();
    for (index, part) in wrap(last, last_width).iter().enumerate() {
        let before = if index == 0 { &start } else { &indent };
        text.push_str(format!("{before}{part}").trim_end());
        text.push('\n');
    }
    text
}

/// Words in lines of at most `width` columns; a longer word stands alone.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(current) = lines.last_mut() else { break };
        if current.is_empty() {
            current.push_str(word);
        } else if current.chars().count() + 1 + word.chars().count() <= width {
            current.push(' ');
            current.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests;
