//! `loyalty show`: one member on a page.

use loyalty_core::{Counters, Instant, Member, Program};
use serde_json::{Map, Value};

use crate::arguments::{Show, Source};
use crate::failure::{Failure, Verdict};
use crate::history;
use crate::program;
use crate::store::Store;
use crate::table::{grouped, table};
use crate::terminal;

const AMOUNTS: [&str; 11] = [
    "available",
    "pending",
    "held",
    "debt",
    "issued",
    "spent",
    "transferred_in",
    "transferred_out",
    "expired",
    "clawed_back",
    "written_off",
];
const LOT: [&str; 4] = ["amount", "earned_at", "vests_at", "expires_at"];

/// Prints the member's view.
pub(crate) fn show(arguments: &Show) -> Result<Verdict, Failure> {
    let program = program::load(&arguments.program)?;
    let (member, _) = member(&program, &arguments.source, &arguments.member, arguments.at)?;
    let at = arguments.at.unwrap_or(member.clock());
    if at < member.clock() {
        let message = format!("`{}` is known as of {}, and `--at` is before that", arguments.member, member.clock());
        return Err(Failure::trouble(message).help("leave `--at` out, or say `--events`: those up to then are played"));
    }
    let view = program.view(&member, at).to_json();
    let text =
        if arguments.json { format!("{view}\n") } else { page(&serde_json::from_str(&view).unwrap_or_default()) };
    terminal::print(&text)?;
    Ok(Verdict::Yes)
}

/// The member of that id and the counters over all members, from a store or from events; of events only those up to `by`, if
/// an instant is named.
pub(crate) fn member(
    program: &Program,
    source: &Source,
    id: &str,
    by: Option<Instant>,
) -> Result<(Member, Counters), Failure> {
    let (member, counters, place) = match (&source.store, &source.events) {
        (Some(path), _) => {
            let store = Store::open(path)?;
            if store.program_text()?.is_some_and(|text| text != program.text()) {
                terminal::note(
                    "note: another program wrote this store; the member is shown as this one would carry him over\n",
                );
            }
            (store.member(program, id)?, store.counters()?, path)
        }
        (None, Some(path)) => {
            let past = history::play(program, path, id, (None, by))?;
            (past.member, past.counters, path)
        }
        (None, None) => {
            return Err(Failure::trouble("neither --store nor --events says where the member is"));
        }
    };
    let member = member.ok_or_else(|| {
        Failure::no(format!("no member `{id}` in `{}`", program::name(place)))
            .help("check the id; a member is there once an event of his was accepted")
    })?;
    Ok((member, counters))
}

/// A view as people read it.
fn page(view: &Value) -> String {
    let mut page = format!("member {} at {}\n", plain(view.get("member")), plain(view.get("at")));
    if let Some(account) = view.get("account").and_then(account) {
        page.push_str(&format!("{account}\n"));
    }
    let facts = [("enrolled", "enrolled_at"), ("revision", "revision"), ("next due", "next_due")];
    page.push_str(&table(&[], facts.map(|(name, field)| vec![name.to_owned(), plain(view.get(field))]), 2));
    for (name, wallet) in entries(view, "wallets") {
        page.push_str(&format!("\nwallet {name}\n"));
        let told = |amount: &&str| matches!(*amount, "available" | "pending") || plain(wallet.get(*amount)) != "0";
        let rows = AMOUNTS.into_iter().filter(told);
        let rows = rows.map(|amount| vec![amount.replace('_', " "), number(wallet.get(amount))]);
        page.push_str(&table(&[], rows, 1));
        let lots = wallet.get("lots").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if !lots.is_empty() {
            let rows = lots.iter().map(|lot| LOT.iter().map(|field| number(lot.get(*field))).collect());
            page.push_str(&format!("\n{}", table(&["lot", "earned", "vests", "expires"], rows, 4)));
        }
    }
    for (name, tier) in entries(view, "tiers") {
        page.push_str(&format!("\nladder {name}\n"));
        page.push_str(&table(&[], standing(tier), 2));
    }
    let challenges: Vec<Vec<String>> = entries(view, "challenges").map(|(name, state)| progress(name, state)).collect();
    if !challenges.is_empty() {
        let head = ["challenge", "current", "goal", "done", "deadline"];
        page.push_str(&format!("\n{}", table(&head, challenges, 5)));
    }
    let rewards: Vec<Vec<String>> =
        entries(view, "rewards").map(|(name, reward)| vec![name.clone(), offer(reward)]).collect();
    if !rewards.is_empty() {
        page.push_str(&format!("\nrewards\n{}", table(&[], rewards, 2)));
    }
    for (part, title) in [("measures", "measures"), ("attributes", "attributes")] {
        let rows: Vec<Vec<String>> =
            entries(view, part).map(|(name, value)| vec![name.clone(), number(Some(value))]).collect();
        if !rows.is_empty() {
            page.push_str(&format!("\n{title}\n{}", table(&[], rows, 1)));
        }
    }
    for (part, title) in [("segments", "segments"), ("tags", "tags")] {
        let names: Vec<String> =
            view.get(part).and_then(Value::as_array).into_iter().flatten().map(|name| plain(Some(name))).collect();
        if !names.is_empty() {
            page.push_str(&format!("\n{title}: {}\n", names.join(", ")));
        }
    }
    page
}

/// How far a challenge is, as a row.
fn progress(name: &str, challenge: &Value) -> Vec<String> {
    let figure = |field: &str| number(challenge.get(field));
    let times = challenge.get("times").and_then(Value::as_u64).unwrap_or_default();
    let done = if times == 0 { String::new() } else { format!("{times} times") };
    vec![name.to_owned(), figure("current"), figure("goal"), done, plain(challenge.get("deadline"))]
}

/// What there is to say of a ladder.
fn standing(tier: &Value) -> Vec<Vec<String>> {
    let mut rows = vec![
        vec!["level".to_owned(), plain(tier.get("level"))],
        vec!["since".to_owned(), plain(tier.get("since"))],
        vec!["until".to_owned(), plain(tier.get("until"))],
    ];
    let benefits = entries(tier, "benefits").map(|(name, value)| vec![name.clone(), plain(Some(value))]);
    rows.extend(benefits);
    for (part, word) in [("next", "to reach"), ("stay", "to stay")] {
        let Some(goal) = tier.get(part).filter(|goal| !goal.is_null()) else { continue };
        let missing = goal.get("missing").and_then(Value::as_array).into_iter().flatten().map(|reason| {
            match (reason.get("shortfall"), reason.get("condition")) {
                (Some(short), _) => format!("{} short", number(Some(short))),
                (None, condition) => plain(condition),
            }
        });
        let missing = missing.collect::<Vec<_>>().join(", ");
        let missing = if missing.is_empty() { "nothing is missing".to_owned() } else { missing };
        rows.push(vec![format!("{word} {}", plain(goal.get("level"))), missing]);
    }
    let projected = tier.get("projected");
    let part = |name: &str| plain(projected.and_then(|projected| projected.get(name)));
    rows.push(vec!["if nothing happens".to_owned(), format!("{} on {}", part("level"), part("at"))]);
    rows
}

/// Whether a reward is there, or what it lacks.
fn offer(reward: &Value) -> String {
    match reward.get("available").and_then(Value::as_bool) {
        None => "taken in an order".to_owned(),
        Some(true) => "there".to_owned(),
        Some(false) => {
            let missing = reward.get("missing").and_then(Value::as_array).into_iter().flatten();
            missing.map(|lack| plain(lack.get("text"))).collect::<Vec<_>>().join("; ")
        }
    }
}

/// What is special about the account, in a line.
fn account(account: &Value) -> Option<String> {
    let said = |key: &str| plain(account.get(key));
    Some(match account.get("state")?.as_str()? {
        "merged" => format!("merged into {}: its events go there", said("into")),
        "erased" => "erased: only the sums are left".to_owned(),
        "paused" if account.get("freeze_expiry") == Some(&Value::Bool(true)) => {
            format!("paused since {}, and no points run out", said("since"))
        }
        _ => format!("paused since {}", said("since")),
    })
}

fn entries<'a>(view: &'a Value, part: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    view.get(part).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn number(value: Option<&Value>) -> String {
    grouped(&plain(value))
}
