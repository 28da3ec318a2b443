//! An order as it reads with its defaults, and what is kept of it once something has come back.

use super::event::{Event, Field, Line, number, text};
use super::number::{Exact, apportion, floor_at, scale_of, whole, zero};

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
        self.lower_tenders(&mut event);
        event
    }

    /// Each tender has paid for all of the order, and has its share of what is kept of all.
    fn lower_tenders(&self, event: &mut Event) {
        let (all, left) = (self.charged(&self.original), self.charged(event));
        let Some(Field::Lines(tenders)) = event.fields.get_mut("tenders") else { return };
        for tender in tenders {
            let amount = number(tender, "amount").expect("every tender has an amount");
            let gone = part(&amount, &all, &left, self.minor.max(scale_of(&amount)));
            tender.insert("amount".to_owned(), Field::Number(if self.whole { zero() } else { amount - gone }));
        }
    }

    /// What a form of the order comes to in all: its total, and on top what the total does not count.
    fn charged(&self, form: &Event) -> Exact {
        let lines = |event: &Event| event.lines().unwrap_or_default().to_vec();
        let costs = |line: &Line| is_goods(line) && number(line, "amount") > Some(zero());
        let goods_cost = lines(&self.sent).iter().any(costs);
        // A subtotal told of a gift card alone is the card's.
        let is_the_cards = !goods_cost && self.original.number("subtotal") > Some(zero());
        let others: Exact =
            lines(form).iter().filter(|line| !is_goods(line)).filter_map(|line| number(line, "amount")).sum();
        let on_top = if self.total_holds_others() || is_the_cards { zero() } else { others };
        form.number("total").unwrap_or_else(zero) + on_top
    }

    /// What goes back of money that paid for all of the order.
    pub fn share_of_all(&self, amount: &Exact, digits: u32) -> Exact {
        part(amount, &self.charged(&self.original), &self.charged(&self.form), digits)
    }

    /// What goes back of what paid for the goods.
    pub fn share_of_goods(&self, amount: &Exact, digits: u32) -> Exact {
        let subtotal = |event: &Event| event.number("subtotal").unwrap_or_else(zero);
        if subtotal(&self.original) == zero() {
            return self.share_of_all(amount, digits);
        }
        part(amount, &subtotal(&self.original), &subtotal(&self.form), digits)
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
        self.whole = match self.sent.lines().filter(|lines| !lines.is_empty()) {
            Some(lines) => {
                let nothing_left =
                    |event: Event| amounts(event.lines().unwrap_or_default()).iter().all(|left| *left == zero());
                // Money of the order as a whole says nothing of lines: it is back once none of the lines' money is left.
                let by_amount = nothing_left(self.keep()) && !nothing_left(self.without_lines());
                by_amount || (0..lines.len()).all(|index| self.line_is_back(index))
            }
            None => {
                let subtotal = |event: &Event| event.number("subtotal").unwrap_or_else(zero);
                subtotal(&self.keep()) == zero() && subtotal(&self.original) > zero()
            }
        };
        Ok(())
    }

    /// All units of a line have come back, or all the money of one that has any: what was free is kept until its units come back.
    fn line_is_back(&self, index: usize) -> bool {
        let line = &self.original.lines().expect("an order with lines")[index];
        let amount = number(line, "amount").expect("every line has an amount");
        let units = number(line, "quantity").expect("it is filled in");
        let left = keep(&amount, &self.units[index], &units, self.minor) - &self.line_money[index];
        self.units[index] >= units || (amount > zero() && left <= zero())
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

/// The share of `amount` that `left` of `all` leaves.
fn part(amount: &Exact, all: &Exact, left: &Exact, digits: u32) -> Exact {
    if *all == zero() { zero() } else { floor_at(&(amount * (all - left) / all), digits) }
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
