//! The coupons of the grocery year as a program made from their file, quoted against every basket of the year.
//!
//! `cargo run --release -p benches --bin coupons`
//!
//! Each coupon becomes a declaration: it lowers its products by a dollar, for what it took off is not in the data, for members
//! to whom its campaign was sent, until the campaign ends. Every basket is quoted with all of them, and names those that its
//! member redeemed on that day. What members redeemed is known by day only, so that a redemption is looked for in all baskets
//! of that member and day; where none was eligible, the reasons are counted.

#![expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "measured times are printed, not paid")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::Instant as Clock;

use flate2::read::GzDecoder;
use loyalty_core::{Counters, Instant, Member, Program};
use serde_json::Value;

/// The lines of a gzipped file of JSON objects.
fn lines(name: &str) -> Result<Vec<Value>, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/grocery").join(name);
    let file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    lines.map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A coupon is known by its number and its campaign.
fn name(coupon: &Value) -> String {
    format!("C{}_{}", text(coupon, "coupon"), text(coupon, "campaign"))
}

/// The program that the file of coupons is.
fn program(coupons: &[Value], ends: &BTreeMap<&str, &str>) -> Result<String, std::fmt::Error> {
    let mut program = "program \"Grocery coupons\" { currency USD  timezone \"America/New_York\" }\n\
        event campaign_sent { campaign text }\n\
        rule told on campaign_sent { tag campaign_sent.campaign }\n"
        .to_owned();
    for coupon in coupons {
        let campaign = text(coupon, "campaign");
        let skus = coupon.get("skus").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let skus: Vec<String> = skus.iter().map(ToString::to_string).collect();
        let end = ends.get(campaign).and_then(|end| end.split('T').next()).unwrap_or("2017-12-31");
        writeln!(
            program,
            "coupon {} automatic {{ give 1 USD off order.lines where sku in [{}]  when \"{campaign}\" in member.tags  \
             valid .. {end}  stack with any }}",
            name(coupon),
            skus.join(", ")
        )?;
    }
    Ok(program)
}

/// Of one member and day: the coupons that some basket was eligible for, and why others were not.
type Day = (BTreeSet<String>, BTreeMap<String, String>);

/// What became of the redemptions.
#[derive(Default)]
struct Found {
    eligible: usize,
    reasons: BTreeMap<String, usize>,
    no_basket: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (coupons, events) = (lines("coupons.jsonl.gz")?, lines("events.jsonl.gz")?);
    let of_type = |wanted: &'static str| events.iter().filter(move |event| text(event, "type") == wanted);
    let ends: BTreeMap<&str, &str> =
        of_type("campaign_sent").map(|event| (text(event, "campaign"), text(event, "ends"))).collect();
    let source = program(&coupons, &ends)?;
    let clock = Clock::now();
    let program = Program::compile(&source).map_err(|diagnostics| diagnostics.render("coupons.loyalty", false))?;
    println!(
        "{} coupons, {} KiB of program, compiled in {:.0} ms",
        coupons.len(),
        source.len() / 1024,
        clock.elapsed().as_secs_f64() * 1e3
    );

    // Redemptions by member and day; those of one day may concern any basket of it.
    let mut redeemed: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for event in of_type("coupon_redeemed") {
        let day = text(event, "at").split('T').next().unwrap_or_default();
        redeemed.entry((text(event, "member"), day)).or_default().push(name(event));
    }
    let redemptions: usize = redeemed.values().map(Vec::len).sum();

    let start = Instant::parse("2016-11-01T00:00:00Z").ok_or("an instant")?;
    let mut members: BTreeMap<&str, Member> = BTreeMap::new();
    let mut judged: BTreeMap<(&str, &str), Day> = BTreeMap::new();
    let (mut baskets, mut applied, mut complete) = (0_usize, 0_usize, 0_usize);
    let mut micros: Vec<u64> = Vec::new();
    for event in &events {
        let (kind, id) = (text(event, "type"), text(event, "member"));
        if kind == "campaign_sent" {
            let known = members.get(id).cloned();
            let mut member = known.map_or_else(|| program.enroll(id, start), Ok)?;
            program.apply(&mut member, event.to_string())?;
            members.insert(id, member);
        } else if kind == "order" {
            let day = text(event, "at").split('T').next().unwrap_or_default();
            let codes = redeemed.get(&(id, day)).cloned().unwrap_or_default();
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            let cart = program.decode_cart(cart(event).to_string().as_bytes())?;
            let nobody = program.enroll(id, start)?;
            let member = members.get(id).unwrap_or(&nobody);
            let clock = Clock::now();
            let quote = program.quote_cart(member, &cart, &codes, &Counters::default())?;
            micros.push(clock.elapsed().as_micros() as u64);
            baskets += 1;
            applied += quote.applied().count();
            complete += usize::from(quote.is_complete());
            let (eligible, refused) = judged.entry((id, day)).or_default();
            eligible.extend(quote.applied().map(|(name, _)| name.to_owned()));
            let document: Value = serde_json::from_str(&quote.to_json())?;
            for one in document.get("not_applied").and_then(Value::as_array).into_iter().flatten() {
                let name = text(one, if one.get("coupon").is_some() { "coupon" } else { "code" }).to_owned();
                match words(one) {
                    Some(why) => refused.insert(name, why),
                    // It could have been used: others take off all that it could.
                    None => {
                        eligible.insert(name);
                        None
                    }
                };
            }
        }
    }
    micros.sort_unstable();
    let sum: u64 = micros.iter().sum();
    println!(
        "{baskets} baskets quoted against {} coupons in {:.1} s: a median of {} µs, and {} µs at most",
        coupons.len(),
        sum as f64 / 1e6,
        micros.get(baskets / 2).copied().unwrap_or(0),
        micros.last().copied().unwrap_or(0)
    );
    println!("{applied} times a coupon applied to a basket; in {complete} quotes nothing better can exist");

    let mut found = Found::default();
    for (key, names) in &redeemed {
        for name in names {
            match judged.get(key) {
                None => found.no_basket += 1,
                Some((eligible, _)) if eligible.contains(name) => found.eligible += 1,
                Some((_, refused)) => {
                    let why = refused.get(name).map_or("no such coupon", String::as_str);
                    *found.reasons.entry(why.to_owned()).or_default() += 1;
                }
            }
        }
    }
    println!("{redemptions} redemptions:");
    println!("  {:>5} eligible on a basket of that member and day", found.eligible);
    println!("  {:>5} without a basket of that day in the drawn data", found.no_basket);
    for (why, count) in &found.reasons {
        println!("  {count:>5} not eligible: {why}");
    }
    Ok(())
}

/// The cart that an order was. What its lines cost is in `amount`; the price of a unit in the data is rounded.
fn cart(order: &Value) -> Value {
    let mut cart = order.clone();
    if let Some(fields) = cart.as_object_mut() {
        for field in ["id", "type", "member", "total"] {
            fields.remove(field);
        }
        for line in fields.get_mut("lines").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(line) = line.as_object_mut() {
                line.remove("unit_price");
            }
        }
    }
    cart
}

/// Why a coupon may not be used, in words; nothing for one that may.
fn words(refused: &Value) -> Option<String> {
    let reasons = refused.get("reasons").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let words = reasons.iter().map(|reason| match text(reason, "reason") {
        "adds_nothing" | "not_better" | "not_beside" | "stopped" => None,
        "condition" => Some("the campaign was not sent to the member"),
        "nothing_to_lower" => Some("none of its products in the basket as drawn"),
        "expired" => Some("the campaign was over"),
        "unknown_code" => Some("no such coupon in the file"),
        _ => Some("another reason"),
    });
    words.collect::<Option<Vec<_>>>().map(|words| words.join("; "))
}
