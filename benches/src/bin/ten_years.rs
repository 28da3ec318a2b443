//! Ten years of time for ten thousand generated members, in one step and day by day: the same bytes, at a cost that
//! follows what happens and not how many days pass.
//!
//! `cargo run --release -p benches --bin ten_years [members]`
//!
//! `count none|one-year|ten-years|ten-years-daily` does one thing with a hundred members, for counting instructions:
//! `valgrind --tool=callgrind target/release/ten_years count ten-years`

use std::error::Error;
use std::time::{Duration, Instant as Clock};

use loyalty_core::{Instant, Member, Program};

const MEMBERS: u64 = 10_000;
const DAYS: i64 = 3_653;
const DAY: i64 = 86_400_000_000;

const PROGRAM: &str = r#"program "Ten years" {
  currency EUR
  timezone "Europe/Berlin"
}

member {
  birthday date?
}

wallet points {
  vest   after 14 days
  expire 12 months after earning
}

wallet vouchers {
  holds  EUR
  expire end of quarter after 3 months
}

measure spend = sum(order.subtotal) over last 12 months

tiers status by spend {
  benefit rate = 1
  bronze   from 0 EUR
  silver   from 200 EUR { rate 1.25 }
  gold     from 600 EUR { rate 1.5 }
  keep     12 months
  grace    1 month to end of month
}

measure recent = count(order) over last 90 days

segment regular = recent >= 2

rule base on order {
  earn 1 points per 1 EUR of order.subtotal
}

rule more on order {
  multiply base by status.rate
}

rule birthday on member.birthday when status >= silver {
  earn 50 points
}

rule statement every quarter {
  convert each 150 points to 1.50 EUR into vouchers
}

rule welcome_gift on status reaches silver limit 1 per member {
  earn 20 points
}

rule win_back 60 days after last order {
  earn 5 points
}

rule thanks on segment regular entered {
  earn 5 points
}

rule reminder 7 days before points expire when expiring.amount >= 100 points {
  earn 1 points
}
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let program = Program::compile(PROGRAM).map_err(|errors| errors.render("ten years", false))?;
    match std::env::args().nth(1).as_deref() {
        Some("count") => count(&program),
        Some(members) => measure(&program, members.parse()?),
        None => measure(&program, MEMBERS),
    }
}

/// Members by how much happened to them.
#[derive(Default)]
struct Bucket {
    members: u64,
    decisions: u64,
    at_once: Duration,
    daily: Duration,
}

const BUCKETS: [(u64, &str); 5] = [(0, "0"), (9, "1-9"), (19, "10-19"), (39, "20-39"), (u64::MAX, "40 and more")];

fn measure(program: &Program, members: u64) -> Result<(), Box<dyn Error>> {
    let mut buckets: [Bucket; 5] = Default::default();
    for number in 0..members {
        let mut at_once = member(program, number)?;
        let mut daily = at_once.clone();
        let start = at_once.clock().as_micros();
        let instant = |day: i64| Instant::from_micros(start + day * DAY).ok_or("beyond time");

        let began = Clock::now();
        let together = program.advance(&mut at_once, instant(DAYS)?)?.decisions().len();
        let one_step = began.elapsed();

        let mut apart = 0;
        let began = Clock::now();
        for day in 1..=DAYS {
            apart += program.advance(&mut daily, instant(day)?)?.decisions().len();
        }
        let many_steps = began.elapsed();

        if together != apart || program.save_binary(&at_once) != program.save_binary(&daily) {
            return Err(format!("member {number} is another one day by day").into());
        }
        let decisions = together as u64;
        let bucket = buckets.iter_mut().zip(BUCKETS).find(|(_, (most, _))| decisions <= *most);
        let Some((bucket, _)) = bucket else { continue };
        bucket.members += 1;
        bucket.decisions += decisions;
        bucket.at_once += one_step;
        bucket.daily += many_steps;
    }
    println!("{members} members over {DAYS} days: identical bytes in one step and day by day");
    println!("decisions     members   one step, ns   a decision, ns   day by day, ns   an advance, ns");
    for (bucket, (_, name)) in buckets.iter().zip(BUCKETS).filter(|(bucket, _)| bucket.members > 0) {
        let each = |time: Duration, of: u64| time.as_nanos() / u128::from(of.max(1));
        let decision = match bucket.decisions {
            0 => "-".to_owned(),
            decisions => each(bucket.at_once, decisions).to_string(),
        };
        println!(
            "{name:<12} {:>8} {:>14} {decision:>16} {:>16} {:>16}",
            bucket.members,
            each(bucket.at_once, bucket.members),
            each(bucket.daily, bucket.members),
            each(bucket.daily, bucket.members * DAYS.unsigned_abs()),
        );
    }
    Ok(())
}

/// A hundred members, for whom time passes unless the word is `none`.
fn count(program: &Program) -> Result<(), Box<dyn Error>> {
    let what = std::env::args().nth(2).unwrap_or_default();
    let mut decisions = 0;
    for number in 0..100 {
        let mut member = member(program, number)?;
        let start = member.clock().as_micros();
        let (days, step) = match what.as_str() {
            "ten-years" => (DAYS, DAYS),
            "one-year" => (365, 365),
            "ten-years-daily" => (DAYS, 1),
            _ => continue,
        };
        for day in (step..=days).step_by(step as usize) {
            let to = Instant::from_micros(start + day * DAY).ok_or("beyond time")?;
            decisions += program.advance(&mut member, to)?.decisions().len();
        }
    }
    println!("{decisions} decisions");
    Ok(())
}

/// A member with up to twelve orders in the first year; every other one has told a birthday.
fn member(program: &Program, number: u64) -> Result<Member, Box<dyn Error>> {
    let mut rolls = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |most: u64| {
        rolls ^= rolls << 13;
        rolls ^= rolls >> 7;
        rolls ^= rolls << 17;
        (rolls >> 11) % most
    };
    let start = Instant::parse("2026-01-01T08:00:00Z").ok_or("no instant")?;
    let mut member = program.enroll(&format!("m{number}"), start)?;
    if below(2) == 0 {
        let (month, day) = (1 + below(12), 1 + below(28));
        let profile = format!(
            r#"{{"type":"profile","id":"p","member":"m{number}","at":"2026-01-01T08:00:00Z","birthday":"1990-{month:02}-{day:02}"}}"#
        );
        program.apply(&mut member, profile)?;
    }
    let mut at = start.as_micros();
    for order in 0..below(13) {
        at += (1 + below(40) as i64) * DAY / 2;
        let at = Instant::from_micros(at).ok_or("beyond time")?;
        let order = format!(
            r#"{{"type":"order","id":"o{order}","member":"m{number}","at":"{at}","subtotal":"{}.50"}}"#,
            5 + below(120)
        );
        program.apply(&mut member, order)?;
    }
    Ok(member)
}
