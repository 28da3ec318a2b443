//! Prints a program of the model as rules text.

use std::fmt::{Display, Formatter, Result};

use super::calendar::{Micros, utc};
use super::number::{Exact, print};
use super::print_expr::{MEMBER, Scope, is_money};
use super::print_tiers::moved;
use super::print_words::{MONTHS, expire, length, membership, period, returns, stretch, vest, weekday};
use super::program::*;

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "program \"Generated\" {{")?;
        writeln!(f, "  currency {}", self.currency.code)?;
        writeln!(f, "  version 2")?;
        writeln!(f, "  future at most 1 hour")?;
        writeln!(f, "  timezone \"{}\"", self.zone.name())?;
        writeln!(f, "  week {}", weekday(self.week.week))?;
        writeln!(f, "  year {}", MONTHS[self.week.year as usize - 1])?;
        writeln!(f, "  history {} days", self.history_days)?;
        writeln!(f, "  returns {}", returns(self.returns))?;
        writeln!(f, "  returns within {} days", self.returns_days)?;
        writeln!(f, "}}")?;
        f.write_str(self.declarations)?;
        for wallet in &self.wallets {
            writeln!(f, "wallet {} {{", wallet.name)?;
            self.wallet(wallet).iter().try_for_each(|clause| writeln!(f, "  {clause}"))?;
            blocks(f, wallet, |wallet| self.wallet(wallet))?;
            writeln!(f, "}}")?;
        }
        for measure in &self.measures {
            write!(f, "{}", self.measure(measure))?;
            for (from, form) in &measure.later {
                write!(f, " from {from} {{ {} }}", self.measured(form))?;
            }
            writeln!(f)?;
        }
        for segment in &self.segments {
            let (_, first) = &segment.forms[0];
            write!(f, "segment {} = {}", segment.name, self.expr(first, MEMBER))?;
            for (from, form) in &segment.forms[1..] {
                write!(f, " from {} {{ {} }}", from.expect("a day"), self.expr(form, MEMBER))?;
            }
            writeln!(f)?;
        }
        for ladder in &self.ladders {
            f.write_str(&self.ladder(ladder))?;
        }
        for rule in &self.rules {
            let trigger = match &rule.trigger {
                Some(trigger) => self.trigger(trigger),
                None => format!("on {}", rule.event),
            };
            writeln!(f, "rule {} {trigger} {{", rule.name)?;
            self.rule(rule).iter().try_for_each(|clause| writeln!(f, "  {clause}"))?;
            blocks(f, rule, |rule| self.rule(rule))?;
            writeln!(f, "}}")?;
        }
        for group in &self.groups {
            let rules: Vec<&str> = group.rules.iter().map(|rule| self.rules[*rule].name.as_str()).collect();
            writeln!(f, "group {} [{}] {{", group.name, rules.join(", "))?;
            self.group(group).iter().try_for_each(|clause| writeln!(f, "  {clause}"))?;
            blocks(f, group, |group| self.group(group))?;
            writeln!(f, "}}")?;
        }
        Ok(())
    }
}

impl Program {
    fn wallet(&self, wallet: &Wallet) -> Vec<String> {
        let mut clauses = vec![];
        if wallet.money {
            clauses.push(format!("holds {}", self.currency.code));
        } else {
            clauses.push(format!("decimals {}", wallet.decimals));
        }
        clauses.extend(wallet.tender.map(|kind| format!("tender \"{kind}\"")));
        let mode = match wallet.round {
            RoundMode::Down => "down",
            RoundMode::HalfUp => "half up",
            RoundMode::HalfEven => "half even",
            RoundMode::Up => "up",
        };
        let scope = match wallet.scope {
            RoundScope::Order => "per order",
            RoundScope::Rule => "per rule",
            RoundScope::Line => "per line",
            RoundScope::Unit => "per unit",
        };
        clauses.push(format!("round {mode} {scope}"));
        clauses.push(
            match wallet.multipliers {
                Multipliers::Add => "multipliers add",
                Multipliers::Compound => "multipliers compound",
                Multipliers::Best => "multipliers best",
            }
            .to_owned(),
        );
        clauses.push(vest(&wallet.vest));
        for (form, when) in &wallet.expire {
            let when = when.as_ref().map(|when| format!(" when {}", self.expr(when, MEMBER))).unwrap_or_default();
            clauses.push(format!("{}{when}", expire(form)));
        }
        clauses.push(
            match wallet.spend {
                SpendOrder::SoonestExpiring => "spend soonest expiring first",
                SpendOrder::Oldest => "spend oldest first",
            }
            .to_owned(),
        );
        clauses.push(
            match wallet.clawback {
                Clawback::WithinBalance => "clawback within balance",
                Clawback::MayOverdraw => "clawback may overdraw",
                Clawback::OnlyPending => "clawback only pending",
            }
            .to_owned(),
        );
        let restore = match wallet.restore {
            Restore::Original { at_least: Some(least) } => format!("restore original at least {}", length(least)),
            Restore::Original { at_least: None } => "restore original".to_owned(),
            Restore::Fresh => "restore fresh".to_owned(),
            Restore::Never => "restore never".to_owned(),
        };
        clauses.push(if wallet.restore_full_only { format!("{restore} on full return") } else { restore });
        if let Some(most) = &wallet.hold_at_most {
            clauses.push(format!("hold at most {} {}", print(most), self.unit(wallet)));
        }
        let index = self.wallets.iter().position(|other| other.name == wallet.name).expect("a wallet of the program");
        clauses.extend(self.caps(&wallet.caps, index, wallet.cap_reject));
        clauses
    }

    pub(super) fn unit<'p>(&'p self, wallet: &'p Wallet) -> &'p str {
        if wallet.money { self.currency.code } else { &wallet.name }
    }

    pub(super) fn amount(&self, wallet: usize, amount: &Exact) -> String {
        format!("{} {}", print(amount), self.unit(&self.wallets[wallet]))
    }

    fn group(&self, group: &Group) -> Vec<String> {
        let caps = self.caps(&group.caps, group.cap_wallet, group.cap_reject);
        self.limits(&group.limits).into_iter().chain(caps).collect()
    }

    fn measure(&self, measure: &Measure) -> String {
        // A flow is net of what comes back for itself.
        let returns =
            if measure.flow.is_some() { String::new() } else { format!(" returns {}", returns(measure.returns)) };
        format!("measure {} = {}{returns}", measure.name, self.measured(measure))
    }

    /// What a measure measures, and in which window.
    pub(super) fn measured(&self, measure: &Measure) -> String {
        let scope = Scope { event: &measure.event, ..MEMBER };
        let function = match measure.function {
            Function::Sum => "sum",
            Function::Count => "count",
            Function::CountDistinct => "count distinct",
            Function::Min => "min",
            Function::Max => "max",
            Function::Average => "average",
            Function::First => "first",
            Function::Last => "last",
            Function::Streak(_) => "streak",
        };
        let of = match &measure.value {
            None => measure.event.clone(),
            // A path through the lines; its filter then speaks of them.
            Some(Expr::SumLines(name, filter)) => {
                format!("{}.lines.{name}{}", measure.event, self.line_filter(filter.as_deref(), scope))
            }
            Some(Expr::SumProducts(one, other, filter)) => {
                format!("{}.lines.({one} * {other}){}", measure.event, self.line_filter(filter.as_deref(), scope))
            }
            Some(Expr::SumTenders(kind)) => format!("{}.tenders.amount where kind == \"{kind}\"", measure.event),
            Some(value) => self.expr(value, scope),
        };
        let of = match measure.flow {
            Some((wallet, flow)) => format!("{}.{}", self.wallets[wallet].name, moved(flow)),
            None => of,
        };
        let filter = match &measure.filter {
            Some(filter) => format!(" where {}", self.expr(filter, Scope { filter: true, ..scope })),
            None => String::new(),
        };
        let by =
            if let Function::Streak(of) = measure.function { format!(" by {}", period(of)) } else { String::new() };
        let window = match measure.window {
            Window::AllTime => String::new(),
            Window::This(of) => format!(" this {}", period(of)),
            Window::Previous(of) => format!(" last {}", period(of)),
            Window::Periods { of, count, with_present } => {
                format!(" {}last {count} calendar {}s", if with_present { "over " } else { "" }, period(of))
            }
            Window::OfLastYear(of) => format!(" this {} of last year", period(of)),
            Window::Rolling(of) => format!(" over last {}", length(of)),
            Window::Membership { of, previous } => {
                format!(" {} {}", if previous { "last" } else { "this" }, membership(of))
            }
            Window::LevelYear { ladder, previous } => {
                format!(" {} {} year", if previous { "last" } else { "this" }, self.ladders[ladder].name)
            }
            Window::Range(from, to) => format!(" {from} .. {to}"),
        };
        format!("{function}({of}{filter}){by}{window}")
    }

    fn rule(&self, rule: &Rule) -> Vec<String> {
        // What a trigger tells has the name of the trigger.
        let event = match &rule.trigger {
            None => &rule.event,
            Some(Trigger::Moved(flow, _)) => moved(*flow),
            Some(_) => "expiring",
        };
        let moved = match &rule.trigger {
            Some(Trigger::Moved(_, wallet) | Trigger::BeforeExpiry { wallet, .. }) => Some(*wallet),
            _ => None,
        };
        let scope = Scope { event, filter: false, moved };
        let mut clauses: Vec<String> =
            rule.when.iter().map(|when| format!("when {}", self.expr(when, scope))).collect();
        for valid in &rule.valid {
            clauses.push(match valid {
                Valid::Dates(from, to) => format!("valid {from} .. {to}"),
                Valid::Weekdays(days) => {
                    let days: Vec<&str> = days.iter().map(|day| weekday(*day)).collect();
                    format!("valid on [{}]", days.join(", "))
                }
                Valid::Instants(from, to) => {
                    let side = |side: &Option<Micros>| side.map(|at| utc(at).to_rfc3339()).unwrap_or_default();
                    format!("valid {} .. {}", side(from), side(to))
                }
                Valid::Hours(from, to) => format!("valid {} .. {}", from.format("%H:%M"), to.format("%H:%M")),
            });
        }
        clauses.extend(self.limits(&rule.limits));
        clauses.extend(self.caps(&rule.caps, rule.cap_wallet, rule.cap_reject));
        clauses.extend(rule.returns.map(|policy| format!("returns {}", returns(policy))));
        clauses.extend(rule.effects.iter().map(|effect| self.effect(effect, scope)));
        clauses
    }

    fn effect(&self, effect: &Effect, scope: Scope<'_>) -> String {
        match effect {
            Effect::Earn { wallet, amount, vest: own_vest, expire: own_expire } => {
                let amount = match amount {
                    Earn::Fixed(amount) => self.expr(amount, scope),
                    Earn::Rate { points, per, full, of } => {
                        let points = match points {
                            Expr::Number(points) => self.amount(*wallet, points),
                            other => format!("({})", self.expr(other, scope)),
                        };
                        let full = if *full { "full " } else { "" };
                        let per = match scope.moved {
                            Some(wallet) => self.amount(wallet, per),
                            None if is_money(of) => format!("{} {}", print(per), self.currency.code),
                            None => print(per),
                        };
                        format!("{points} per {full}{per} of {}", self.expr(of, scope))
                    }
                };
                let mut text = format!("earn {amount} to {}", self.wallets[*wallet].name);
                text.extend(own_vest.as_ref().map(|form| format!(" {}", vest(form))));
                text.extend(own_expire.as_ref().map(|form| format!(" {}", expire(form))));
                text
            }
            Effect::Multiply { rules, wallet, by } => {
                let rules: Vec<&str> = rules.iter().map(|rule| self.rules[*rule].name.as_str()).collect();
                let wallet = wallet.map_or(String::new(), |wallet| format!(" in {}", self.wallets[wallet].name));
                format!("multiply [{}]{wallet} by {}", rules.join(", "), self.expr(by, scope))
            }
            Effect::Spend { wallet, amount, up_to } => {
                let up_to = if *up_to { "up to " } else { "" };
                format!("spend {up_to}{} from {}", self.expr(amount, scope), self.wallets[*wallet].name)
            }
            Effect::Convert { from, takes, to, gives, each } => {
                let each = if *each { "each " } else { "" };
                let (takes, gives) = (self.amount(*from, takes), self.amount(*to, gives));
                // Two wallets may hold the same money, so that the amount alone does not tell them apart.
                format!("convert {each}{takes} to {gives} into {}", self.wallets[*to].name)
            }
            Effect::Forfeit { wallet, amount } => {
                format!("forfeit {} from {}", self.expr(amount, scope), self.wallets[*wallet].name)
            }
            Effect::Refuse => "refuse \"Not today.\"".to_owned(),
            Effect::Tag(tag) => format!("tag \"{tag}\""),
            Effect::Untag(tag) => format!("untag \"{tag}\""),
            Effect::Signal(name) => format!("signal {name} to \"m\""),
            Effect::Set(name, value) => format!("set member.{name} = {}", self.expr(value, scope)),
            Effect::Raise { ladder, level, end } => {
                let ladder = &self.ladders[*ladder];
                let end = match end {
                    None => String::new(),
                    Some(RaiseEnd::For(of)) => format!(" for {}", length(*of)),
                    Some(RaiseEnd::ForToEnd(time, of)) => {
                        format!(" for {} to end of {}", length(*time), period(*of))
                    }
                    Some(RaiseEnd::Until(day)) => format!(" until {day}"),
                    Some(RaiseEnd::ToEndOfMembership { of, next }) => {
                        format!(" to end of {}{}", if *next { "next " } else { "" }, membership(*of))
                    }
                    Some(RaiseEnd::ToEnd { next, period: of }) => {
                        format!(" to end of {}{}", if *next { "next " } else { "" }, period(*of))
                    }
                };
                format!("raise {} to {}{end}", ladder.name, ladder.forms[0].1.levels[*level].name)
            }
        }
    }

    fn caps(&self, caps: &[Cap], wallet: usize, reject: bool) -> Option<String> {
        let each: Vec<String> = caps
            .iter()
            .map(|cap| {
                let per = cap.per.map(|per| format!(" {}", stretch(per))).unwrap_or_default();
                let most = match &cap.by_level {
                    Some((ladder, amounts)) => {
                        self.by_level(*ladder, amounts.iter().map(|amount| self.amount(wallet, amount)))
                    }
                    None => self.amount(wallet, &cap.amount),
                };
                format!("{most}{per}")
            })
            .collect();
        let mode = if reject { "reject" } else { "truncate" };
        (!each.is_empty()).then(|| format!("cap {} {mode}", each.join(", ")))
    }

    fn limits(&self, limits: &[Limit]) -> Option<String> {
        let each: Vec<String> = limits
            .iter()
            .map(|limit| {
                let per = limit.per.map(|per| format!(" {}", stretch(per))).unwrap_or_default();
                if limit.in_total {
                    format!("{} in total", limit.count)
                } else {
                    let count = match &limit.by_level {
                        Some((ladder, counts)) => self.by_level(*ladder, counts.iter().map(u32::to_string)),
                        None => limit.count.to_string(),
                    };
                    format!("{count} per member{per}")
                }
            })
            .collect();
        (!each.is_empty()).then(|| format!("limit {}", each.join(", ")))
    }

    /// A figure for each level of a ladder.
    fn by_level(&self, ladder: usize, figures: impl Iterator<Item = String>) -> String {
        let ladder = &self.ladders[ladder];
        let levels = ladder.forms[0].1.levels.iter().map(|level| level.name);
        let arms: Vec<String> = levels.zip(figures).map(|(level, figure)| format!("{level} {figure}")).collect();
        format!("match {} {{ {} }}", ladder.name, arms.join(", "))
    }
}

/// Prints what a declaration says from days on: the clauses of every kind of which something is different.
fn blocks<T: Dated>(f: &mut Formatter<'_>, first: &T, clauses: impl Fn(&T) -> Vec<String>) -> Result {
    let of_kind = |clauses: &[String], wanted: &str| -> Vec<String> {
        clauses.iter().filter(|clause| kind(clause) == wanted).cloned().collect()
    };
    let mut before = clauses(first);
    for (from, form) in first.later() {
        let after = clauses(form);
        let changed = |clause: &&String| of_kind(&before, kind(clause)) != of_kind(&after, kind(clause));
        let block: Vec<String> = after.iter().filter(changed).cloned().collect();
        if !block.is_empty() {
            writeln!(f, "  from {from} {{\n    {}\n  }}", block.join("\n    "))?;
        }
        before = after;
    }
    Ok(())
}

/// The word that a clause begins with; all effects are of one kind.
fn kind(clause: &str) -> &str {
    match clause.split(' ').next().unwrap_or_default() {
        "earn" | "multiply" | "spend" | "convert" | "forfeit" | "raise" | "refuse" | "tag" | "untag" | "set"
        | "signal" => "effect",
        word => word,
    }
}
