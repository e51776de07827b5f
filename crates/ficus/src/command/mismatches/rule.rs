//! A rule as text: made from the suggested one, and put into a file beside whatever is there.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::cli::MismatchesArgs;
use crate::failure::Failure;
use crate::file::shape::parse_instant;

/// The suggested rule with what the operator says.
pub(super) fn make(suggested: &str, args: &MismatchesArgs) -> Result<DocumentMut, Failure> {
    let mut document = parse(suggested)?;
    if let Some(expires) = &args.expires {
        parse_instant(expires).map_err(|problem| Failure::usage(problem, "Such as 2027-01-31."))?;
    }
    let rules = rules_of(document.as_table_mut())?;
    let Some(rule) = rules.get_mut(0) else {
        return Err(Failure::undone("the suggested rule is empty", ""));
    };
    let said = [("reason", &args.reason), ("owner", &args.owner), ("expires", &args.expires)];
    for (key, text) in said {
        if let Some(text) = text {
            rule.insert(key, value(text));
        }
    }
    Ok(document)
}

/// `text` with the rule of `rule` added, comments and order kept. `inline` names the `[[boundary]]` to add it to.
pub(super) fn insert(
    text: &str,
    inline: Option<&str>,
    rule: &DocumentMut,
) -> Result<String, Failure> {
    let mut document = parse(text)?;
    let mut rule = rule.clone();
    let Some(fresh) = rules_of(rule.as_table_mut())?.get(0).cloned() else {
        return Err(Failure::undone("the suggested rule is empty", ""));
    };
    let root = match inline {
        None => document.as_table_mut(),
        Some(name) => inline_boundary(&mut document, name)?,
    };
    let rules = rules_of(root)?;
    rules.push(unplaced(fresh, rules.len()));
    Ok(document.to_string())
}

/// A table without the position it had in its old document, so that it is written behind its siblings.
fn unplaced(table: Table, siblings: usize) -> Table {
    let mut fresh = Table::new();
    for (key, item) in table {
        fresh.insert(&key, item);
    }
    if siblings == 0 {
        fresh.decor_mut().set_prefix("\n");
    }
    fresh
}

fn parse(text: &str) -> Result<DocumentMut, Failure> {
    text.parse().map_err(|error| Failure::usage(format!("not TOML: {error}"), ""))
}

fn inline_boundary<'d>(
    document: &'d mut DocumentMut,
    name: &str,
) -> Result<&'d mut Table, Failure> {
    let boundaries = document.get_mut("boundary").and_then(Item::as_array_of_tables_mut);
    let mut boundaries = boundaries.into_iter().flat_map(ArrayOfTables::iter_mut);
    let named = |table: &&mut Table| table.get("name").and_then(Item::as_str) == Some(name);
    boundaries.find(|table| named(table)).ok_or_else(|| {
        Failure::usage(format!("boundary `{name}` is not written as a [[boundary]] table"), "")
    })
}

/// The rules below `shadow`, made when there are none.
fn rules_of(root: &mut Table) -> Result<&mut ArrayOfTables, Failure> {
    let written = || Failure::usage("`shadow.rules` is not written as [[shadow.rules]]", "");
    let shadow = root.entry("shadow").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let shadow = shadow.as_table_mut().ok_or_else(written)?;
    let rules = shadow.entry("rules").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    rules.as_array_of_tables_mut().ok_or_else(written)
}
