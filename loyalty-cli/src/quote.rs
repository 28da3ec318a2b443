//! `loyalty quote`: what a cart would get, and why not more.

use loyalty_core::{Counters, Document, Instant, Member, Program, Quote, event_head};

use crate::arguments::{Quote as Arguments, Source};
use crate::failure::{Failure, Verdict};
use crate::program;
use crate::show;
use crate::table::table;
use crate::terminal;

/// Prints what the cart gets.
pub(crate) fn quote(arguments: &Arguments) -> Result<Verdict, Failure> {
    let program = program::load(&arguments.program)?;
    let cart = std::fs::read(&arguments.cart).map_err(|error| Failure::file("read", &arguments.cart, &error))?;
    let at = event_head(&cart).ok().and_then(|head| head.at);
    let source = Source { store: arguments.store.clone(), events: arguments.events.clone() };
    let (member, mut counters) = member(&program, &source, arguments.member.as_deref(), at)?;
    let codes: Vec<&str> = arguments.codes.iter().map(String::as_str).collect();
    for (name, value) in &arguments.counters {
        counters.set(name, *value);
    }
    match program.quote(&member, &cart, &codes, &counters) {
        Ok(quote) if arguments.json => terminal::print(&format!("{}\n", quote.to_document_in(&arguments.language)))?,
        Ok(quote) => terminal::print(&page(&quote, &arguments.language))?,
        Err(error) => return Err(Failure::no(format!("the cart is refused: {error}"))),
    }
    Ok(Verdict::Yes)
}

/// The member of that id; without one, somebody who joins with the cart. And the counters over all members, as far as they are
/// known.
fn member(
    program: &Program,
    source: &Source,
    id: Option<&str>,
    at: Option<Instant>,
) -> Result<(Member, Counters), Failure> {
    match id {
        Some(id) if source.store.is_some() || source.events.is_some() => show::member(program, source, id, None),
        id => {
            let joined = at.or_else(|| Instant::parse("1970-01-01T00:00:00Z"));
            let joined = joined.ok_or_else(|| Failure::trouble("the cart says no instant"))?;
            let member = program.enroll(id.unwrap_or("guest"), joined);
            let member = member.map_err(|error| Failure::no(format!("the member is refused: {error}")))?;
            Ok((member, Counters::default()))
        }
    }
}

/// A quote as people read it.
fn page(quote: &Quote, language: &str) -> String {
    let document = quote.to_document_in(language);
    let mut page = table(
        &["line", "sku", "price", "off", "net"],
        rows(&document, "lines", &["line", "sku", "amount", "discount", "net"]),
        5,
    );
    let mut sums = vec![
        ("goods", "subtotal"),
        ("discount", "discount"),
        ("shipping", "shipping"),
        ("shipping discount", "shipping_discount"),
    ];
    if document.get("paid").is_some() {
        sums.push(("paid by rewards", "paid"));
    }
    sums.push(("total", "total"));
    page.push('\n');
    page.push_str(&table(&[], sums.into_iter().map(|(name, key)| vec![name.to_owned(), plain(document.get(key))]), 1));
    let applied = rows(&document, "applied", &["coupon", "discount"]);
    if !applied.is_empty() {
        page.push_str("\napplied\n");
        page.push_str(&table(&[], applied, 1));
    }
    let taken = items(&document, "taken").iter().map(|one| {
        let spent: Vec<String> = match one.get("spent") {
            Some(Document::Object(parts)) => {
                parts.iter().map(|(wallet, amount)| format!("{} {wallet}", plain(Some(amount)))).collect()
            }
            _ => items(one, "missing").iter().map(|lack| plain(lack.get("text"))).collect(),
        };
        vec![plain(one.get("reward")), spent.join("; "), plain(one.get("worth"))]
    });
    let taken: Vec<Vec<String>> = taken.collect();
    if !taken.is_empty() {
        page.push_str("\nrewards of the cart\n");
        page.push_str(&table(&[], taken, 2));
    }
    if let Some(Document::Object(rewards)) = document.get("rewards") {
        page.push_str("\nrewards\n");
        for (name, one) in rewards {
            let lacks: Vec<String> = items(one, "missing").iter().map(|lack| plain(lack.get("text"))).collect();
            let pays = one.get("pays").map(|pays| {
                format!("{} {} pay {}", plain(pays.get("points")), plain(one.get("wallet")), plain(pays.get("worth")))
            });
            let told = if lacks.is_empty() { pays.unwrap_or_else(|| "available".to_owned()) } else { lacks.join("; ") };
            page.push_str(&format!("  {name}: {told}\n"));
        }
    }
    if document.get("complete") == Some(&Document::Bool(false)) {
        page.push_str("\nthe search for the best combination was cut off; something better may exist\n");
    }
    for hint in items(&document, "hints") {
        page.push_str(&format!("\nhint: {}\n", plain(hint.get("text"))));
    }
    let mut silent = String::new();
    for one in items(&document, "not_applied") {
        let name = one.get("coupon").or_else(|| one.get("code"));
        let reasons: Vec<String> = items(one, "reasons").iter().map(|reason| plain(reason.get("text"))).collect();
        silent.push_str(&format!("  {}: {}\n", plain(name), reasons.join("; ")));
    }
    if !silent.is_empty() {
        page.push_str(&format!("\nnot applied\n{silent}"));
    }
    page
}

fn items<'d>(document: &'d Document, key: &str) -> &'d [Document] {
    match document.get(key) {
        Some(Document::List(items)) => items,
        _ => &[],
    }
}

fn rows(document: &Document, key: &str, columns: &[&str]) -> Vec<Vec<String>> {
    items(document, key).iter().map(|item| columns.iter().map(|column| plain(item.get(column))).collect()).collect()
}

fn plain(value: Option<&Document>) -> String {
    match value {
        None | Some(Document::Null) => String::new(),
        Some(Document::Text(text)) => text.clone(),
        Some(other) => other.to_string().trim_matches('"').to_owned(),
    }
}
