//! Words for what an explanation shows: values with their units, local dates, stretches of time, quotes of the program.

use rust_decimal::Decimal;

use super::trace::Shown;
use crate::amount;
use crate::check::model::{Currency, Per, Valid, weekday_name};
use crate::engine::value::Stored;
use crate::plan::{Plan, Quote, Unit};
use crate::time::{DAY, SECOND, date_of, micros_of};

/// Characters of the program that one quote shows at the most.
const QUOTE_MAX: usize = 160;

/// A stretch of the program on one line: comments left out, blanks drawn together, cut off where it is very long.
pub fn quoted(source: &str, quote: Quote) -> String {
    let text = source.get(quote.start as usize..quote.end as usize).unwrap_or("").trim();
    let text = without_brackets(text).unwrap_or(text);
    let mut said = String::new();
    let mut length = 0;
    for line in text.lines() {
        for word in without_comment(line).split_whitespace() {
            if length > 0 {
                said.push(' ');
            }
            for character in word.chars() {
                if length >= QUOTE_MAX {
                    said.push('…');
                    return said;
                }
                said.push(character);
                length += 1;
            }
            length += 1;
        }
    }
    said
}

/// What stands between one pair of brackets around the whole.
fn without_brackets(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let (mut depth, mut in_text) = (0_i32, false);
    for character in inner.chars() {
        match character {
            '"' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    Some(inner)
}

/// A line up to the comment on it, if there is one.
fn without_comment(line: &str) -> &str {
    let mut in_text = false;
    let mut before = '\0';
    for (at, character) in line.char_indices() {
        match character {
            '"' if before != '\\' => in_text = !in_text,
            '/' if !in_text && before == '/' => return line.get(..at.saturating_sub(1)).unwrap_or(line),
            _ => {}
        }
        before = character;
    }
    line
}

/// A number with what it counts: `42.86 MYR`, `64 beans`, `20%`.
pub fn number(plan: &Plan, value: Decimal, unit: Unit) -> String {
    match unit {
        Unit::None => amount::text(value),
        Unit::Percent => {
            let hundredths = amount::multiply(value, Decimal::ONE_HUNDRED).unwrap_or(value);
            format!("{}%", amount::text(hundredths))
        }
        Unit::Money(currency) => {
            let mut value = value.normalize();
            if value.scale() < u32::from(currency.minor) {
                value.rescale(u32::from(currency.minor));
            }
            format!("{value} {}", currency.as_str())
        }
        Unit::Wallet(wallet) => {
            let name = plan.wallets.get(usize::from(wallet)).map_or("", |wallet| &*wallet.name);
            format!("{} {name}", amount::text(value))
        }
    }
}

/// A number with what it counts, as a program writes it: without the digits that say nothing.
pub fn bare(plan: &Plan, value: Decimal, unit: Unit) -> String {
    match unit {
        Unit::Money(currency) => format!("{} {}", amount::text(value), currency.as_str()),
        unit => number(plan, value, unit),
    }
}

/// A number with its sign, without what it counts.
pub fn signed(value: Decimal) -> String {
    let sign = if value.is_sign_negative() { "" } else { "+" };
    format!("{sign}{}", amount::text(value))
}

/// An amount of money.
pub fn money(plan: &Plan, value: Decimal, currency: Currency) -> String {
    number(plan, value, Unit::Money(currency))
}

/// What a wallet counts.
pub fn unit_of(plan: &Plan, wallet: u16) -> Unit {
    plan.wallets.get(usize::from(wallet)).map_or(Unit::None, |wallet| wallet.unit)
}

/// An amount of a wallet.
pub fn points(plan: &Plan, value: Decimal, wallet: u16) -> String {
    number(plan, value, unit_of(plan, wallet))
}

/// An amount of a wallet that names the wallet, whatever it counts.
pub fn sum(plan: &Plan, value: Decimal, wallet: u16) -> String {
    let name = plan.wallets.get(usize::from(wallet)).map_or("", |wallet| &*wallet.name);
    match unit_of(plan, wallet) {
        Unit::Wallet(_) => points(plan, value, wallet),
        _ => format!("{} in {name}", points(plan, value, wallet)),
    }
}

/// A value as the language writes it.
pub fn value(plan: &Plan, shown: &Shown, unit: Unit) -> String {
    match shown {
        Shown::Word(word) => (*word).to_owned(),
        Shown::Value(Stored::Missing) => "missing".to_owned(),
        Shown::Value(Stored::Number(value)) => number(plan, *value, unit),
        Shown::Value(Stored::Text(text)) => format!("\"{text}\""),
        Shown::Value(Stored::Bool(value)) => if *value { "yes" } else { "no" }.to_owned(),
        Shown::Value(Stored::Date(day)) => date_of(*day).to_string(),
        Shown::Value(Stored::Instant(at)) => moment(plan, *at),
        Shown::Value(Stored::Time(micros)) => time(*micros),
        Shown::Value(Stored::Level(ladder, level)) => {
            let levels = plan.ladders.get(usize::from(*ladder)).map(|ladder| ladder.levels.as_slice()).unwrap_or(&[]);
            levels.get(usize::from(*level)).map_or("", |level| level).to_owned()
        }
    }
}

/// An instant by the clock on the program's wall.
pub fn moment(plan: &Plan, at: i64) -> String {
    format!("{} {}", date_of(plan.calendar.day_at(at)), time(plan.calendar.time_at(at)))
}

/// A time of day, as short as it can be said.
fn time(micros: i64) -> String {
    let seconds = micros / SECOND;
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if rest == 0 { format!("{hours:02}:{minutes:02}") } else { format!("{hours:02}:{minutes:02}:{rest:02}") }
}

/// The last moment before an instant at which something ends: the whole day before, if it ends at midnight.
pub fn through(plan: &Plan, end: i64) -> String {
    let day = plan.calendar.day_at(end);
    if plan.calendar.start_of(day) == end {
        format!("through {}", date_of(day.saturating_sub(1)))
    } else {
        format!("until {}", moment(plan, end))
    }
}

/// How long points are usable.
pub fn usable(plan: &Plan, expires_at: Option<i64>) -> String {
    expires_at.map_or_else(String::new, |at| format!(", usable {}", through(plan, at)))
}

/// From when something is so again: a day, if it begins at midnight.
pub fn from(plan: &Plan, start: i64) -> String {
    let day = plan.calendar.day_at(start);
    if plan.calendar.start_of(day) == start { date_of(day).to_string() } else { moment(plan, start) }
}

/// The stretch of time that a limit or a cap speaks of.
pub fn per(per: Option<Per>) -> String {
    per.map_or(String::new(), |per| format!(" {per}"))
}

/// A part of `valid`, as the language writes it.
pub fn valid(plan: &Plan, valid: &Valid) -> String {
    let range = |from: Option<String>, to: Option<String>| {
        [from.unwrap_or_default(), "..".to_owned(), to.unwrap_or_default()].join(" ").trim().to_owned()
    };
    match valid {
        Valid::Dates { from, to, .. } => {
            range(from.as_ref().map(ToString::to_string), to.as_ref().map(ToString::to_string))
        }
        Valid::Instants { from, to } => range(from.map(|at| moment(plan, at)), to.map(|at| moment(plan, at))),
        Valid::Weekdays { days, .. } => {
            let days: Vec<&str> = days.iter().map(|day| weekday_name(day.num_days_from_monday() as u8)).collect();
            format!("on [{}]", days.join(", "))
        }
        Valid::Hours { from, to } => {
            let clock = |at: &chrono::NaiveTime| time(micros_of(*at) % DAY);
            format!("{} .. {}", clock(from), clock(to))
        }
    }
}

/// Several things in a row: the first few, and how many more there are.
pub fn several(items: &[u32]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = items.iter().take(SHOWN).map(ToString::to_string).collect();
    match items.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}
