//! The coupons of the grocery year as a program made from their file, against every basket of the year.
//!
//! `cargo run --release -p benches --bin coupons`
//!
//! Each coupon becomes a declaration: it is for members to whom its campaign was sent, until the campaign ends, on an order
//! with one of its products. All of them are judged on every basket. What members redeemed is known by day, so that a
//! redemption is looked for in the baskets of that member and day; where none is eligible, the reasons are counted.

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
            "coupon {} automatic {{ when \"{campaign}\" in member.tags and count(order.lines where sku in [{}]) > 0  \
             valid .. {end} }}",
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
    let (mut baskets, mut pairs) = (0_usize, 0_usize);
    let clock = Clock::now();
    for event in &events {
        let (kind, id) = (text(event, "type"), text(event, "member"));
        let known = members.get(id).cloned();
        let mut member = known.map_or_else(|| program.enroll(id, start), Ok)?;
        if kind == "campaign_sent" {
            program.apply(&mut member, event.to_string())?;
            members.insert(id, member);
        } else if kind == "order" {
            let day = text(event, "at").split('T').next().unwrap_or_default();
            let codes = redeemed.get(&(id, day)).cloned().unwrap_or_default();
            let mut basket = event.clone();
            if let Some(fields) = basket.as_object_mut() {
                fields.insert("coupons".to_owned(), codes.into());
            }
            let decoded = program.decode(basket.to_string().as_bytes())?;
            let outcome = program.apply_event_with(&mut member, &decoded, None, Counters::default())?;
            baskets += 1;
            let (eligible, refused) = judged.entry((id, day)).or_default();
            let outcome: Value = serde_json::from_str(&outcome.to_json())?;
            let decisions = outcome.get("decisions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for decision in decisions {
                let coupon = text(decision, "coupon").to_owned();
                if text(decision, "kind") == "coupon_redeemed" {
                    pairs += 1;
                    eligible.insert(coupon);
                } else if text(decision, "kind") == "coupon_refused" {
                    refused.insert(coupon, words(decision));
                }
            }
        }
    }
    let elapsed = clock.elapsed().as_secs_f64();
    println!(
        "{baskets} baskets, {:.1} million judgements of a coupon on a basket in {elapsed:.1} s",
        (baskets * coupons.len()) as f64 / 1e6
    );
    println!("{pairs} times a coupon could have been used on a basket");

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

/// The reasons of a refusal in words.
fn words(decision: &Value) -> String {
    let reasons = decision.get("reasons").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let words = reasons.iter().map(|reason| match (text(reason, "reason"), reason.get("condition")) {
        ("condition", Some(number)) if *number == 1 => "the campaign was not sent to the member",
        ("condition", Some(_)) => "none of its products in the basket as drawn",
        ("expired", _) => "the campaign was over",
        ("unknown_code", _) => "no such coupon in the file",
        _ => "another reason",
    });
    words.collect::<Vec<_>>().join("; ")
}
