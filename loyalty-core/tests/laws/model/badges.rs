//! Badges the slow way: those with conditions are asked for them at every midnight and after everything that happens,
//! those that rules give are given anew by all orders that are kept. Amounts are whole cents, days are those of UTC.

use std::collections::BTreeMap;

use super::calendar::Micros;
use super::challenges::{self, DAY, Step, Window};

/// Orders as they are kept, by their numbers: when they were, and their cents.
type Kept = BTreeMap<usize, (Micros, i64)>;

#[derive(Debug, Clone)]
pub struct Badge {
    pub revoke: bool,
    pub given: Given,
}

#[derive(Debug, Clone)]
pub enum Given {
    /// What each level asks for, ascending; one alone is a badge without levels.
    Condition(Figure, Vec<i64>),
    Rules {
        levels: usize,
        rules: Vec<Award>,
    },
}

/// What the condition of a badge reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    Spend,
    OrdersThisMonth,
    DaysSinceTheLast,
}

/// A rule on orders of so many cents.
#[derive(Debug, Clone)]
pub struct Award {
    pub from: i64,
    /// Nothing: the next one.
    pub level: Option<usize>,
    pub revoke: bool,
}

/// The level that is held, from 1 on; 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub level: usize,
    pub since: Micros,
}

impl Badge {
    /// The highest level whose condition holds.
    fn deserved(&self, kept: &Kept, clock: Micros) -> usize {
        let Given::Condition(figure, asked) = &self.given else { return 0 };
        let of_month = |at: Micros| Window::Month.key(at) == Window::Month.key(clock);
        let figure = match figure {
            Figure::Spend => kept.values().map(|(_, cents)| cents).sum(),
            Figure::OrdersThisMonth => kept.values().filter(|(at, _)| of_month(*at)).count() as i64,
            Figure::DaysSinceTheLast => match kept.values().map(|(at, _)| *at).max() {
                Some(last) => clock.div_euclid(DAY) - last.div_euclid(DAY),
                None => return 0,
            },
        };
        asked.iter().filter(|asked| figure >= **asked).count()
    }

    /// The highest level whose condition holds or ever held, of the orders that are kept.
    fn deserved_so_far(&self, enrolled: Micros, kept: &Kept, clock: Micros) -> usize {
        let midnights = (enrolled.div_euclid(DAY) + 1..=clock.div_euclid(DAY)).map(|day| day * DAY);
        let instants = midnights.chain(kept.values().map(|(at, _)| *at)).chain([clock]);
        instants.map(|then| self.deserved(kept, then)).max().unwrap_or(0)
    }

    /// To which level an order of so many cents leads, and whether what is left of it still does.
    fn led_to(&self, before: usize, cents: i64, left: Option<i64>) -> usize {
        let Given::Rules { levels, rules } = &self.given else { return 0 };
        // The rules on an order see what there was before it.
        let gives = |rule: &&Award| {
            let judged = if rule.revoke { left } else { left.map(|_| cents) };
            cents >= rule.from && judged.is_some_and(|cents| cents >= rule.from)
        };
        let led = rules.iter().filter(gives).map(|rule| rule.level.unwrap_or(before + 1).min(*levels));
        led.max().unwrap_or(0)
    }

    /// Which of the orders that are kept gives the badge first, if it has one level, as what is left of it stands; one of the instant since
    /// which it is held before all others.
    fn first_that_gives(&self, kept: &Kept, since: Micros) -> Option<(Micros, usize)> {
        let giving = kept.iter().filter(|(_, (_, cents))| self.led_to(0, *cents, Some(*cents)) > 0);
        giving.map(|(order, (at, _))| (*at, *order)).min_by_key(|(at, order)| (*at != since, *at, *order))
    }

    /// What is held after each of the steps.
    pub fn stand(&self, enrolled: Micros, steps: &[Step]) -> Vec<Held> {
        let (mut clock, mut held) = (enrolled, Held { level: 0, since: 0 });
        let (mut ordered, mut giver) = (Kept::new(), 0);
        let mut after = vec![];
        for (number, step) in steps.iter().enumerate() {
            let before = challenges::Rules::kept(&steps[..number]);
            for midnight in clock.div_euclid(DAY) + 1..=step.at().div_euclid(DAY) {
                self.rise(&mut held, &before, midnight * DAY);
            }
            clock = clock.max(step.at());
            self.rise(&mut held, &before, clock);
            if let Step::Order { id, at, cents } = step {
                ordered.insert(*id, (*at, *cents));
            }
            let kept = challenges::Rules::kept(&steps[..=number]);
            match (&self.given, step) {
                (Given::Rules { .. }, Step::Order { id, at, cents }) => {
                    let level = self.led_to(held.level, *cents, Some(*cents));
                    if level > held.level {
                        (held, giver) = (Held { level, since: *at }, *id);
                    }
                }
                (Given::Rules { .. }, Step::Refund { order, .. })
                    if self.revoke && held.level > 0 && *order == giver =>
                {
                    let left = kept.get(order).map(|(_, cents)| *cents);
                    if self.led_to(0, ordered[order].1, left) == 0 {
                        let next = self.first_that_gives(&kept, held.since);
                        held = next.map_or(Held { level: 0, since: 0 }, |(since, _)| Held { level: 1, since });
                        giver = next.map_or(0, |(_, order)| order);
                    }
                }
                (Given::Rules { .. }, _) => {}
                (_, Step::Refund { .. }) if self.revoke => {
                    let ever = |kept| self.deserved_so_far(enrolled, kept, clock);
                    if ever(&before) >= held.level {
                        held.level = held.level.min(ever(&kept));
                    }
                }
                _ => {}
            }
            self.rise(&mut held, &kept, clock);
            after.push(held);
        }
        after
    }

    fn rise(&self, held: &mut Held, kept: &Kept, at: Micros) {
        let level = self.deserved(kept, at);
        if level > held.level {
            *held = Held { level, since: at };
        }
    }

    /// The declarations in the language.
    pub fn program(&self, name: &str) -> String {
        const LEVELS: [&str; 3] = ["one", "two", "three"];
        let condition = |figure: Figure, asked: i64| match figure {
            Figure::Spend => format!("when spend >= {}.{:02} EUR", asked / 100, asked % 100),
            Figure::OrdersThisMonth => format!("when month >= {asked}"),
            Figure::DaysSinceTheLast => format!("when days since latest >= {asked}"),
        };
        let returns = if self.revoke { "  returns revoke\n" } else { "" };
        match &self.given {
            Given::Condition(figure, asked) => match asked.as_slice() {
                [asked] => format!("badge {name} \"{name}\" {} {{\n{returns}}}\n", condition(*figure, *asked)),
                asked => {
                    let levels = asked.iter().zip(LEVELS);
                    let levels =
                        levels.map(|(asked, level)| format!("  level {level} {}\n", condition(*figure, *asked)));
                    format!("badge {name} \"{name}\" {{\n{}{returns}}}\n", levels.collect::<String>())
                }
            },
            Given::Rules { levels, rules } => {
                let declared: String = match levels {
                    1 => String::new(),
                    levels => LEVELS[..*levels].iter().map(|level| format!("  level {level}\n")).collect(),
                };
                let mut text = format!("badge {name} \"{name}\" {{\n{declared}{returns}}}\n");
                for (number, rule) in rules.iter().enumerate() {
                    let level = match rule.level {
                        Some(level) if *levels > 1 => format!(" level {}", LEVELS[level - 1]),
                        _ => String::new(),
                    };
                    let returns = if rule.revoke { "revoke" } else { "keep" };
                    text += &format!(
                        "rule {name}{number} on order when order.subtotal >= {}.{:02} EUR returns {returns} {{ award {name}{level} }}\n",
                        rule.from / 100,
                        rule.from % 100,
                    );
                }
                text
            }
        }
    }
}
