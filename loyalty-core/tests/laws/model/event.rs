//! Events as plain data: what the generators make, what is printed as JSON, and what is kept of an order.

use std::collections::BTreeMap;

use chrono::FixedOffset;

use super::calendar::{Micros, utc};
use super::number::{Exact, apportion, floor_at, print, scale_of, whole, zero};

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub kind: String,
    pub id: String,
    pub at: Micros,
    /// The offset in which `at` is written, in minutes; it means nothing.
    pub offset: i32,
    pub fields: BTreeMap<String, Field>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    Number(Exact),
    Text(String),
    Lines(Vec<Line>),
}

pub type Line = BTreeMap<String, Field>;

#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Apply(Event),
    Advance(Micros),
}

impl Event {
    pub fn new(kind: &str, id: &str, at: Micros) -> Event {
        Event { kind: kind.to_owned(), id: id.to_owned(), at, offset: 0, fields: BTreeMap::new() }
    }

    pub fn with(mut self, name: &str, field: Field) -> Event {
        self.fields.insert(name.to_owned(), field);
        self
    }

    pub fn number(&self, name: &str) -> Option<Exact> {
        number(&self.fields, name)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        text(&self.fields, name)
    }

    pub fn lines(&self) -> Option<&[Line]> {
        match self.fields.get("lines") {
            Some(Field::Lines(lines)) => Some(lines),
            _ => None,
        }
    }

    pub fn to_json(&self, member: &str) -> String {
        let offset = FixedOffset::east_opt(self.offset * 60).expect("an offset");
        let at = utc(self.at).with_timezone(&offset).to_rfc3339();
        let head = format!(r#"{{"type":"{}","id":"{}","member":"{member}","at":"{at}""#, self.kind, self.id);
        let fields: String = self.fields.iter().map(|(name, field)| format!(r#","{name}":{}"#, json(field))).collect();
        format!("{head}{fields}}}")
    }
}

pub fn number(fields: &Line, name: &str) -> Option<Exact> {
    match fields.get(name) {
        Some(Field::Number(number)) => Some(number.clone()),
        _ => None,
    }
}

pub fn text<'f>(fields: &'f Line, name: &str) -> Option<&'f str> {
    match fields.get(name) {
        Some(Field::Text(text)) => Some(text),
        _ => None,
    }
}

fn json(field: &Field) -> String {
    match field {
        Field::Number(number) => format!("\"{}\"", print(number)),
        Field::Text(text) => format!("\"{text}\""),
        Field::Lines(lines) => {
            let lines: Vec<String> = lines
                .iter()
                .map(|line| {
                    let fields: Vec<String> =
                        line.iter().map(|(name, field)| format!(r#""{name}":{}"#, json(field))).collect();
                    format!("{{{}}}", fields.join(","))
                })
                .collect();
            format!("[{}]", lines.join(","))
        }
    }
}

/// Money of the whole order that belongs to its lines together.
const SHARED: [&str; 4] = ["subtotal", "total", "tax", "discount"];

/// An order (or any event) as it reads with its defaults, and what has come back of it.
#[derive(Debug, Clone)]
pub struct Kept {
    sent: Event,
    /// As the host sent it, defaults filled in; and what the member keeps of it.
    pub original: Event,
    pub form: Event,
    /// The minor unit of the program's currency.
    minor: u32,
    /// Per line: the units, and the money, that came back.
    units: Vec<Exact>,
    line_money: Vec<Exact>,
    /// Money that came back without a line.
    money: Exact,
    pub whole: bool,
}

impl Kept {
    pub fn new(event: &Event, minor: u32) -> Kept {
        let count = event.lines().map_or(0, <[Line]>::len);
        let mut original = event.clone();
        fill(&mut original);
        Kept {
            sent: event.clone(),
            form: original.clone(),
            original,
            minor,
            units: vec![zero(); count],
            line_money: vec![zero(); count],
            money: zero(),
            whole: false,
        }
    }

    fn keep(&self) -> Event {
        let mut event = self.without_lines();
        if self.money > zero() {
            self.lower(&mut event);
        }
        if self.whole {
            nothing(&mut event);
        }
        event
    }

    /// What is kept as far as lines came back.
    fn without_lines(&self) -> Event {
        let mut event = self.sent.clone();
        if !self.is_order() {
            return event;
        }
        if let Some(Field::Lines(lines)) = event.fields.get_mut("lines") {
            let full = amounts(lines);
            let weights = weights(&self.sent, lines);
            for (index, line) in lines.iter_mut().enumerate() {
                let quantity = number(line, "quantity").unwrap_or(whole(1));
                let left = keep(&full[index], &self.units[index], &quantity, self.minor) - &self.line_money[index];
                line.insert("quantity".to_owned(), Field::Number(&quantity - &self.units[index]));
                line.insert("amount".to_owned(), Field::Number(left.max(zero())));
            }
            let kept = amounts(lines);
            for name in SHARED {
                let Some(value) = self.sent.number(name) else { continue };
                if self.is_default(name, &value) {
                    event.fields.remove(name);
                } else if name != "total" {
                    let left = self.keep_shared(&value, &weights, (&full, &kept));
                    event.fields.insert(name.to_owned(), Field::Number(left));
                }
            }
            if let Some(total) = event.number("total") {
                let sums = |amounts: &[Exact]| {
                    let all: Exact = amounts.iter().sum();
                    let goods: Exact = amounts
                        .iter()
                        .zip(&weights)
                        .filter(|(_, weight)| **weight > zero())
                        .map(|(amount, _)| amount)
                        .sum();
                    (goods.clone(), all - goods)
                };
                let ((goods, others), (goods_left, others_left)) = (sums(&full), sums(&kept));
                let goods = match event.number("subtotal") {
                    Some(left) => (self.sent.number("subtotal").expect("it was told"), left),
                    None => (goods, goods_left),
                };
                let left = self.keep_total(&total, goods, (others, others_left));
                event.fields.insert("total".to_owned(), Field::Number(left));
            }
        }
        fill(&mut event);
        event
    }

    /// What is kept of a told total: shipping stays, lines that are no goods are what they are, the rest is of the goods.
    fn keep_total(&self, total: &Exact, goods: (Exact, Exact), others: (Exact, Exact)) -> Exact {
        let others = if self.total_holds_others() { others } else { (zero(), zero()) };
        let shipping = self.sent.number("shipping").unwrap_or_else(zero);
        let of_goods = (total - shipping - &others.0).max(zero());
        let gone = match goods.0 == zero() {
            true => zero(),
            false => floor_at(&(of_goods * (&goods.0 - goods.1) / goods.0), self.minor.max(scale_of(total))),
        };
        (total - gone - (others.0 - others.1)).max(zero())
    }

    /// Whether the total counts the lines that are no goods: it is nearer to a sum with them than to one without.
    fn total_holds_others(&self) -> bool {
        let told = |name: &str| self.original.number(name).unwrap_or_else(zero);
        let lines = self.original.lines().unwrap_or_default();
        let others: Exact = lines.iter().filter(|line| !is_goods(line)).filter_map(|line| number(line, "amount")).sum();
        let beside = told("total") - told("shipping") - told("subtotal");
        let far = |from: Exact| {
            let distance = |exact: Exact| if exact < zero() { -exact } else { exact };
            distance(&beside - &from).min(distance(&beside - from - told("tax")))
        };
        far(others) < far(zero())
    }

    /// Whether a field was sent as its default says: it then follows from what is kept.
    fn is_default(&self, name: &str, value: &Exact) -> bool {
        let mut event = self.sent.clone();
        event.fields.remove(name);
        fill(&mut event);
        event.number(name).as_ref() == Some(value)
    }

    /// The part of a shared amount that belongs to what is kept of the lines.
    fn keep_shared(&self, value: &Exact, weights: &[Exact], (full, kept): (&[Exact], &[Exact])) -> Exact {
        if weights.iter().sum::<Exact>() == zero() {
            return value.clone();
        }
        let digits = self.minor.max(scale_of(value));
        let parts = apportion(value, weights, digits);
        let left = parts.iter().zip(full).zip(kept).map(|((part, full), kept)| {
            if *full == zero() { part.clone() } else { part - floor_at(&(part * (full - kept) / full), digits) }
        });
        left.sum()
    }

    /// Lowers the subtotal by the money that came back, every line of goods and every shared amount in proportion.
    fn lower(&self, event: &mut Event) {
        let subtotal = event.number("subtotal").unwrap_or_else(zero);
        if subtotal == zero() {
            return;
        }
        // Goods may come back after their money has: then nothing is left to lower.
        let money = self.money.clone().min(subtotal.clone());
        let part_of = |value: &Exact| floor_at(&(value * &money / &subtotal), self.minor.max(scale_of(value)));
        // A total that nobody told otherwise is that of what is kept: shipping stays whole.
        let told = event.fields.remove("total");
        fill(event);
        let follows = event.fields.get("total") == told.as_ref();
        event.fields.extend(told.map(|told| ("total".to_owned(), told)));
        for name in SHARED {
            let Some(value) = event.number(name) else { continue };
            let left = match name {
                "subtotal" => value - &money,
                "total" => {
                    let lines = event.lines().unwrap_or_default();
                    let others =
                        amounts(lines).iter().sum::<Exact>() - weights(&self.sent, lines).iter().sum::<Exact>();
                    self.keep_total(&value, (subtotal.clone(), &subtotal - &money), (others.clone(), others))
                }
                _ => &value - part_of(&value),
            };
            event.fields.insert(name.to_owned(), Field::Number(left));
        }
        if follows {
            event.fields.remove("total");
        }
        if let Some(Field::Lines(lines)) = event.fields.get_mut("lines") {
            let (amounts, weights) = (amounts(lines), weights(&self.sent, lines));
            let sum: Exact = weights.iter().sum();
            let cut = if sum == subtotal { money.clone() } else { part_of(&sum) };
            for ((line, amount), cut) in lines.iter_mut().zip(&amounts).zip(apportion(&cut, &weights, self.minor)) {
                line.insert("amount".to_owned(), Field::Number(amount - cut));
            }
        }
        fill(event);
    }

    pub fn is_order(&self) -> bool {
        self.sent.kind == "order"
    }

    /// Something comes back. Says why not, and then changes nothing that counts.
    pub fn take_back(&mut self, refund: &Event) -> Result<(), &'static str> {
        self.take(refund)?;
        self.form = self.keep();
        if let Some(Field::Lines(lines)) = self.form.fields.get_mut("lines") {
            // A line of which every unit came back is no line of what is kept.
            let mut back = self.units.iter();
            lines.retain(|line| {
                let back = back.next().expect("the units of every line");
                *back == zero() || number(line, "quantity") > Some(zero())
            });
        }
        Ok(())
    }

    fn take(&mut self, refund: &Event) -> Result<(), &'static str> {
        if self.whole {
            return Err("already_returned");
        }
        if refund.kind == "cancel" || (refund.lines().is_none() && refund.number("amount").is_none()) {
            self.whole = true;
            return Ok(());
        }
        let has_lines = self.sent.lines().is_some_and(|lines| !lines.is_empty());
        let amount = match refund.lines() {
            None => refund.number("amount"),
            Some(lines) if has_lines => {
                lines.iter().try_for_each(|line| self.take_line(line))?;
                let by_money = lines.iter().any(|line| line.contains_key("amount") && !line.contains_key("quantity"));
                if by_money && self.money > self.without_lines().number("subtotal").unwrap_or_else(zero) {
                    return Err("refund_exceeds_order");
                }
                None
            }
            // The money of the lines comes back from the order as a whole.
            Some(lines) => {
                let sum = |sum: Exact, line: &Line| Some(sum + number(line, "amount")?);
                Some(lines.iter().try_fold(zero(), sum).ok_or("unknown_line")?)
            }
        };
        if let Some(amount) = amount {
            let left = self.keep().number("subtotal").unwrap_or_else(zero);
            if amount > left {
                return Err("refund_exceeds_order");
            }
            self.money += amount;
        }
        let form = self.keep();
        let all_gone = |event: &Event, name: &str| {
            event.lines().is_some_and(|lines| lines.iter().all(|line| number(line, name) == Some(zero())))
        };
        let money_gone = match form.lines() {
            Some(_) => all_gone(&form, "amount") && !all_gone(&self.original, "amount"),
            None => form.number("subtotal") == Some(zero()) && self.original.number("subtotal") > Some(zero()),
        };
        self.whole = money_gone || (refund.lines().is_some() && has_lines && all_gone(&form, "quantity"));
        Ok(())
    }

    fn take_line(&mut self, back: &Line) -> Result<(), &'static str> {
        let form = self.without_lines();
        let lines = form.lines().unwrap_or_default();
        let all = |name: &str| -> Vec<usize> {
            let Some(wanted) = text(back, name) else { return vec![] };
            (0..lines.len()).filter(|index| text(&lines[*index], name) == Some(wanted)).collect()
        };
        let by_id = all("id");
        let candidates = if by_id.is_empty() { all("sku") } else { by_id };
        if candidates.is_empty() {
            return Err("unknown_line");
        }
        if let Some(mut asked) = number(back, "amount").filter(|_| !back.contains_key("quantity")) {
            for index in candidates {
                let taken = number(&lines[index], "amount").unwrap_or_else(zero).min(asked.clone());
                self.line_money[index] += &taken;
                asked -= taken;
            }
            return if asked > zero() { Err("refund_exceeds_order") } else { Ok(()) };
        }
        let left: Exact = candidates.iter().filter_map(|index| number(&lines[*index], "quantity")).sum();
        let mut asked = match number(back, "quantity") {
            Some(quantity) => quantity,
            None if left == zero() => return Err("too_many_units"),
            None => left.clone(),
        };
        if asked > left {
            return Err("too_many_units");
        }
        for index in candidates {
            let taken = number(&lines[index], "quantity").unwrap_or_else(zero).min(asked.clone());
            self.units[index] += &taken;
            asked -= taken;
        }
        Ok(())
    }
}

/// What stays of `amount` when `back` of `quantity` units came back.
fn keep(amount: &Exact, back: &Exact, quantity: &Exact, digits: u32) -> Exact {
    if *quantity == zero() || back == quantity {
        return if back == quantity && *quantity != zero() { zero() } else { amount.clone() };
    }
    amount - floor_at(&(amount * back / quantity), digits.max(scale_of(amount)))
}

fn nothing(event: &mut Event) {
    for name in SHARED.into_iter().chain(["shipping"]) {
        if event.fields.contains_key(name) {
            event.fields.insert(name.to_owned(), Field::Number(zero()));
        }
    }
    if let Some(Field::Lines(lines)) = event.fields.get_mut("lines") {
        for line in lines {
            line.insert("quantity".to_owned(), Field::Number(zero()));
            line.insert("amount".to_owned(), Field::Number(zero()));
        }
    }
}

/// The defaults of the standard order and its lines, and of the program's own event.
fn fill(event: &mut Event) {
    if event.kind == "stamp" {
        event.fields.entry("count".to_owned()).or_insert(Field::Number(whole(1)));
    }
    if event.kind != "order" {
        return;
    }
    if let Some(Field::Lines(lines)) = event.fields.get_mut("lines") {
        for line in lines {
            line.entry("quantity".to_owned()).or_insert(Field::Number(whole(1)));
        }
    }
    if !event.fields.contains_key("subtotal")
        && let Some(lines) = event.lines()
    {
        let goods = lines.iter().filter(|line| is_goods(line));
        let sum = goods.filter_map(|line| number(line, "amount")).sum();
        event.fields.insert("subtotal".to_owned(), Field::Number(sum));
    }
    if !event.fields.contains_key("total")
        && let Some(subtotal) = event.number("subtotal")
    {
        let extras = event.number("shipping").unwrap_or_else(zero) + event.number("tax").unwrap_or_else(zero);
        event.fields.insert("total".to_owned(), Field::Number(subtotal + extras));
    }
}

fn is_goods(line: &Line) -> bool {
    text(line, "kind").is_none_or(|kind| kind == "goods")
}

/// What belongs to the goods is divided among them; where none of those that were sent costs anything, among all lines.
fn weights(sent: &Event, lines: &[Line]) -> Vec<Exact> {
    let costs = |line: &Line| is_goods(line) && number(line, "amount") > Some(zero());
    let any = sent.lines().is_some_and(|lines| lines.iter().any(costs));
    let weight = |(line, amount): (&Line, Exact)| if any && !is_goods(line) { zero() } else { amount };
    lines.iter().zip(amounts(lines)).map(weight).collect()
}

fn amounts(lines: &[Line]) -> Vec<Exact> {
    lines.iter().map(|line| number(line, "amount").expect("every line has an amount")).collect()
}
