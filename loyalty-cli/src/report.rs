//! How a program does, as `loyalty run --report` prints it.

use loyalty_core::{Document, EventError};
use serde_json::Value;

use crate::failure::Failure;
use crate::table::{grouped, table};

/// Rows of the table of all members that are printed; JSON has them all.
const ROWS_MAX: usize = 40;

/// What each row says of people, with its heading.
const PEOPLE: [(&str, &str); 5] = [
    ("members", "members"),
    ("active", "active"),
    ("engagement_rate", "engagement"),
    ("retention_rate", "retention"),
    ("repeat_purchase_rate", "repeat purchase"),
];

/// What each row says of a wallet.
const AMOUNTS: [(&str, &str); 8] = [
    ("issued", "issued"),
    ("redeemed", "redeemed"),
    ("expired", "expired"),
    ("other", "other"),
    ("outstanding", "outstanding"),
    ("redemption_rate", "redemption"),
    ("breakage_rate", "breakage"),
    ("liability", "liability"),
];

/// A refusal of the engine, as the command says it.
pub(crate) fn refused(error: &EventError) -> Failure {
    Failure::no(format!("cannot make up the report: {error}"))
}

/// What the arguments ask for and there is not.
pub(crate) fn unknown(error: &EventError) -> Failure {
    Failure::trouble(format!("cannot make up the report: {error}")).help("see `loyalty run --help`")
}

/// The report as people read it: all members by period, and the last period by level and by arm.
pub(crate) fn page(report: &Document) -> String {
    let groups = items(report.get("groups"));
    let Some((all, others)) = groups.split_first() else {
        return "\nnothing has happened that a report could tell of\n".to_owned();
    };
    let rows = items(all.get("rows"));
    let left_out = rows.len().saturating_sub(ROWS_MAX);
    let shown = rows.get(left_out..).unwrap_or_default();
    let mut page = String::new();
    if left_out > 0 {
        page.push_str(&format!("\n{left_out} earlier periods are left out here; --json has them\n"));
    }
    let from = |row: &Document| plain(row.get("first_day"));
    let head: Vec<&str> = ["from"].into_iter().chain(PEOPLE.iter().map(|(_, word)| *word)).collect();
    page.push_str(&format!("\n{}", table(&head, shown.iter().map(|row| figures(from(row), row, &PEOPLE)), 1)));
    for name in wallets(shown) {
        let of = |row: &Document| row.get("wallets").and_then(|wallets| wallets.get(&name)).cloned();
        let valued = shown.first().and_then(of).is_some_and(|wallet| wallet.get("liability").is_some());
        let amounts = AMOUNTS.get(..AMOUNTS.len() - usize::from(!valued)).unwrap_or_default();
        let head: Vec<&str> = [name.as_str()].into_iter().chain(amounts.iter().map(|(_, word)| *word)).collect();
        let rows = shown.iter().filter_map(|row| Some(figures(from(row), &of(row)?, amounts)));
        page.push_str(&format!("\n{}", table(&head, rows, 1)));
    }
    let last: Vec<Vec<String>> = others
        .iter()
        .filter_map(|group| Some(figures(title(group), items(group.get("rows")).last()?, &PEOPLE)))
        .collect();
    if let (false, Some(row)) = (last.is_empty(), shown.last()) {
        let since = format!("since {}", from(row));
        let head: Vec<&str> = [since.as_str()].into_iter().chain(PEOPLE.iter().map(|(_, word)| *word)).collect();
        page.push_str(&format!("\n{}", table(&head, last, 1)));
    }
    page
}

/// The report as a value of the JSON that a summary is.
pub(crate) fn json(report: &Document) -> Value {
    serde_json::from_str(&report.to_string()).unwrap_or_default()
}

fn wallets(rows: &[Document]) -> Vec<String> {
    match rows.first().and_then(|row| row.get("wallets")) {
        Some(Document::Object(wallets)) => wallets.iter().map(|(name, _)| name.to_string()).collect(),
        _ => Vec::new(),
    }
}

fn title(group: &Document) -> String {
    let text = |key: &str| plain(group.get(key));
    match group.get("ladder") {
        Some(_) => format!("{} {}", text("ladder"), text("level")),
        None => format!("{} {}", text("experiment"), text("arm")),
    }
}

fn figures(first: String, row: &Document, columns: &[(&str, &str)]) -> Vec<String> {
    let figure = |key: &str| match (key.ends_with("_rate"), row.get(key)) {
        (true, Some(Document::Amount(rate))) => {
            let percent = rate.checked_mul(loyalty_core::Decimal::ONE_HUNDRED);
            percent.map_or_else(|| "-".to_owned(), |percent| format!("{:.1}%", percent.round_dp(1)))
        }
        (_, value) => grouped(&plain(value)),
    };
    [first].into_iter().chain(columns.iter().map(|(key, _)| figure(key))).collect()
}

fn items(list: Option<&Document>) -> &[Document] {
    match list {
        Some(Document::List(items)) => items,
        _ => &[],
    }
}

fn plain(value: Option<&Document>) -> String {
    match value {
        None | Some(Document::Null) => "-".to_owned(),
        Some(value) => value.to_string().trim_matches('"').to_owned(),
    }
}
