//! What follows what: everything that has happened in a list, and rules that go down the list until nothing is added.

use super::calendar::{Micros, end, later, period, start, through};
use super::earn::Move;
use super::event::{Event, Field};
use super::expr::Value;
use super::ledger::{Account, Known, Member};
use super::marks::Mark;
use super::number::{Exact, print, zero};
use super::print_tiers::moved;
use super::program::*;
use super::standing::Occasion;

/// One fact, as the host is told it.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// `at_once`: earned points that can be spent from the beginning; points that vest at once because they had in the form
    /// of the order before.
    Moved {
        flow: Flow,
        wallet: usize,
        amount: Exact,
        at: Micros,
        at_once: bool,
    },
    /// What had run out at that instant is there again.
    Reinstated {
        wallet: usize,
        amount: Exact,
        at: Micros,
    },
    Forfeited {
        wallet: usize,
        amount: Exact,
        at: Micros,
    },
    TierChanged {
        ladder: usize,
        from: usize,
        to: usize,
        because: &'static str,
        until: Option<Micros>,
        at: Micros,
    },
    TierKept {
        ladder: usize,
        level: usize,
        because: &'static str,
        until: Option<Micros>,
        at: Micros,
    },
    Segment {
        segment: usize,
        entered: bool,
        at: Micros,
    },
    /// A tag is given or taken, or an attribute has a value.
    Marked {
        mark: Mark,
        at: Micros,
    },
    /// A counter over all members moves.
    Claim {
        counter: String,
        by: i64,
        at: Micros,
    },
}

impl Happened {
    fn at(&self) -> Micros {
        match self {
            Happened::Moved { at, .. }
            | Happened::Reinstated { at, .. }
            | Happened::Forfeited { at, .. }
            | Happened::TierChanged { at, .. }
            | Happened::TierKept { at, .. }
            | Happened::Segment { at, .. }
            | Happened::Marked { at, .. }
            | Happened::Claim { at, .. } => *at,
        }
    }

    /// The name and the instant of an event that the host is to send.
    pub fn signal(&self) -> Option<(&'static str, Micros)> {
        match self {
            Happened::Marked { mark: Mark::Signal(name), at } => Some((name, *at)),
            _ => None,
        }
    }

    /// The fact in the form in which those of the engine are compared with it.
    pub fn told(&self, program: &Program) -> String {
        let wallet = |wallet: usize| &program.wallets[wallet].name;
        let end = |until: &Option<Micros>| until.map_or("open".to_owned(), |until| until.to_string());
        let level = |ladder: usize, level: usize| program.ladders[ladder].forms[0].1.levels[level].name;
        match self {
            Happened::Moved { flow, wallet: of, amount, at, .. } => {
                format!("{at} {} {} {}", moved(*flow), wallet(*of), print(amount))
            }
            Happened::Reinstated { wallet: of, amount, at } => {
                format!("{at} reinstated {} {}", wallet(*of), print(amount))
            }
            Happened::Forfeited { wallet: of, amount, at } => {
                format!("{at} forfeited {} {}", wallet(*of), print(amount))
            }
            Happened::TierChanged { ladder, from, to, because, until, at } => {
                let (name, from, to) = (&program.ladders[*ladder].name, level(*ladder, *from), level(*ladder, *to));
                format!("{at} tier_changed {name} {from} {to} {because} {}", end(until))
            }
            Happened::TierKept { ladder, level: kept, because, until, at } => {
                let name = &program.ladders[*ladder].name;
                format!("{at} tier_kept {name} {} {because} {}", level(*ladder, *kept), end(until))
            }
            Happened::Segment { segment, entered, at } => {
                let kind = if *entered { "segment_entered" } else { "segment_left" };
                format!("{at} {kind} {}", program.segments[*segment].name)
            }
            Happened::Marked { mark, at } => format!("{at} {}", mark.told()),
            Happened::Claim { counter, by, at } => format!("{at} claim {counter} {by}"),
        }
    }
}

impl Member<'_> {
    /// Whether a rule has followed on what had vested of forms of the order before, of which it goes by no amount.
    fn followed_vesting(&self, rule: usize, had: &Exact) -> bool {
        if *had == zero() {
            return false;
        }
        let at = self.clock;
        let cause = Event::new("", "", at).with("amount", Field::Number(had.clone()));
        let seen = self.seen(at, false, false);
        let scope = super::expr::Scope { program: self.program, event: &cause, seen: &seen };
        let form = self.program.rules[rule].on(super::calendar::day(self.program.zone, at));
        form.effects.iter().any(Effect::moves_points) && form.when.iter().all(|when| scope.holds(when))
    }

    pub fn tell_moved(&mut self, flow: Flow, wallet: usize, amount: &Exact, at: Micros) {
        let amount = amount.clone();
        self.happened.push(Happened::Moved { flow, wallet, amount, at, at_once: false });
    }

    /// Runs what the facts since `next` set off, and judges ladders and segments, until nothing more happens.
    pub fn follow(&mut self, occasion: Occasion, mut next: usize) {
        loop {
            while let Some(fact) = self.happened.get(next).cloned() {
                next += 1;
                let set_off = if self.resting { vec![] } else { self.set_off_by(&fact) };
                for (rule, amount) in set_off {
                    if self.edits && self.undoes(rule) {
                        continue;
                    }
                    self.again = self.has_followed(rule);
                    if let Some(amount) = self.new_to(rule, amount, next - 1) {
                        let as_of = self.as_of.get(&(next - 1)).copied().unwrap_or(fact.at());
                        let begun = self.happened.len();
                        self.react(rule, amount, as_of);
                        self.as_of.extend((begun..self.happened.len()).map(|place| (place, as_of)));
                    }
                    self.again = false;
                }
            }
            for ladder in 0..self.program.ladders.len() {
                self.judge_ladder(ladder, occasion);
            }
            for segment in 0..self.program.segments.len() {
                self.judge_segment(segment);
            }
            if next == self.happened.len() {
                return;
            }
        }
    }

    /// How much of a fact is new to a rule that it sets off: what an earlier form of the order has set off is not set off once more.
    fn new_to(&mut self, rule: usize, amount: Exact, place: usize) -> Option<Exact> {
        let by_amount = self.program.rules[rule].goes_by_amount();
        if self.of_followers.contains(&place) {
            // What follows on an edit is new as it is.
            return (by_amount || !self.has_followed(rule)).then_some(amount);
        }
        *self.set_off.entry(rule).or_insert_with(zero) += &amount;
        let vests = matches!(self.program.rules[rule].trigger, Some(Trigger::Moved(Flow::Vested, _)));
        let moves = self.program.rules[rule].on(super::calendar::day(self.program.zone, self.clock));
        let moves = moves.effects.iter().any(Effect::moves_points);
        if let Some((had, has)) = self.at_once_at.get(&place).filter(|_| vests && moves).cloned() {
            if !self.followed_vesting(rule, &had) {
                return self.less_followed(rule, amount);
            }
            self.again = true;
            let old = (had - has).max(zero()).min(amount.clone());
            self.less_followed(rule, old.clone());
            return self.less_followed(rule, amount - old).filter(|new| by_amount && *new > zero());
        }
        let carried = matches!(&self.happened[place], Happened::Moved { flow: Flow::Vested, at_once: true, .. });
        let form = self.program.rules[rule].on(super::calendar::day(self.program.zone, self.clock));
        let had_vested = self.vested_at.get(&place).filter(|_| form.effects.iter().any(Effect::moves_points)).cloned();
        let Some((had, has)) = had_vested else {
            let new = self.less_followed(rule, amount);
            return new.filter(|_| !carried);
        };
        if !self.followed_vesting(rule, &had) {
            let all = if has <= had { amount + has } else { amount };
            return self.less_followed(rule, all);
        }
        self.again = true;
        let old = (had - has).max(zero()).min(amount.clone());
        self.less_followed(rule, old.clone());
        self.less_followed(rule, amount - old).filter(|new| by_amount && *new > zero())
    }

    fn has_followed(&self, rule: usize) -> bool {
        self.followed.contains_key(&rule) && self.gives_for_good(rule)
    }

    /// What is left of an amount beside what the rule has followed on; nothing where it goes by no amount.
    fn less_followed(&mut self, rule: usize, amount: Exact) -> Option<Exact> {
        if !self.has_followed(rule) {
            return Some(amount);
        }
        let by_amount = self.program.rules[rule].goes_by_amount();
        let left = self.followed.get_mut(&rule).expect("it has followed");
        let old = left.clone().min(amount.clone());
        *left -= &old;
        Some(amount - old).filter(|new| by_amount && *new > zero())
    }

    fn set_off_by(&self, fact: &Happened) -> Vec<(usize, Exact)> {
        let matches = |trigger: &Trigger| match (fact, trigger) {
            (Happened::Moved { flow, wallet, at_once, .. }, Trigger::Moved(on, of)) => {
                wallet == of && (flow == on || (*at_once && *on == Flow::Vested))
            }
            (Happened::Forfeited { wallet, .. }, Trigger::Moved(Flow::Expired, of)) => wallet == of,
            (Happened::TierChanged { ladder, from, to, .. }, Trigger::Ladder(of, change)) => {
                ladder == of
                    && match change {
                        Change::Rises => to > from,
                        Change::Falls => to < from,
                        Change::Changes => true,
                        Change::Reaches(level) => from < level && level <= to,
                    }
            }
            (Happened::Segment { segment, entered, .. }, Trigger::Segment { segment: of, entered: on }) => {
                (segment, entered) == (of, on)
            }
            _ => false,
        };
        let amount = match fact {
            Happened::Moved { amount, .. } | Happened::Forfeited { amount, .. } => amount.clone(),
            _ => zero(),
        };
        let rules = self.program.rules.iter().enumerate();
        let concerned = rules.filter(|(_, rule)| rule.trigger.as_ref().is_some_and(matches));
        concerned.map(|(index, _)| (index, amount.clone())).collect()
    }

    /// Whether a rule follows on what an order grants or spends: no return takes what it gave.
    pub fn gives_for_good(&self, rule: usize) -> bool {
        let trigger = &self.program.rules[rule].trigger;
        matches!(trigger, Some(Trigger::Moved(Flow::Earned | Flow::Vested | Flow::Spent, _)))
    }

    /// One rule that no event sets off; what it tells of tags and attributes is as of an instant.
    pub fn react(&mut self, rule: usize, amount: Exact, as_of: Micros) {
        let at = self.clock;
        let cause = Event::new("", &format!("~{}", self.known.len()), at).with("amount", Field::Number(amount));
        let seen = self.seen(at, false, false);
        // What cannot be paid for does not happen.
        let Ok(judgement) = self.judge(&cause, seen, &[rule]) else { return };
        let known = Known::new(&cause, self.program.currency.minor, false);
        self.known.push(known.into());
        let before = self.happened.len();
        self.carry_out(judgement, (at, as_of), None);
        if self.gives_for_good(rule) {
            self.of_followers.extend(before..self.happened.len());
        }
        let gave = |fact: &Happened| match fact {
            Happened::Moved { flow, .. } => matches!(flow, Flow::Earned | Flow::Spent),
            Happened::Forfeited { .. } => true,
            _ => false,
        };
        if self.happened[before..].iter().any(gave) {
            self.acted.push(rule);
        }
    }

    fn judge_segment(&mut self, segment: usize) {
        let at = self.clock;
        if !self.is_watched(segment) {
            return;
        }
        let now = self.is_in(segment, at);
        if self.inside[segment] != now {
            self.inside[segment] = now;
            self.happened.push(Happened::Segment { segment, entered: now, at });
        }
    }

    fn is_watched(&self, segment: usize) -> bool {
        let watches = |trigger: &Trigger| matches!(trigger, Trigger::Segment { segment: of, .. } if *of == segment);
        self.program.rules.iter().any(|rule| rule.trigger.as_ref().is_some_and(watches))
    }

    pub fn is_in(&self, segment: usize, at: Micros) -> bool {
        let seen = self.seen(at, false, false);
        let nothing = Event::new("", "", at);
        let scope = super::expr::Scope { program: self.program, event: &nothing, seen: &seen };
        scope.eval(&Expr::Segment(segment), None) == Some(Value::Bool(true))
    }

    pub fn make(&mut self, moves: Vec<Move>, at: Micros) {
        for one in moves {
            match one {
                Move::Convert { from, taken, to, given } => {
                    let order = self.spending_order(from, at);
                    self.take(&order, &taken);
                    self.note(from, Account::Spent, taken.clone());
                    self.spent.push((from, at));
                    self.flows.push((from, Flow::Spent, taken.clone(), at));
                    self.tell_moved(Flow::Spent, from, &taken, at);
                    self.bring_back(from, at, |without| *without == Activity::Any);
                    if given > zero() {
                        self.bring_back(to, at, |without| !matches!(without, Activity::Events(_)));
                        let seen = self.seen(at, false, false);
                        let nothing = Event::new("", "", at);
                        let scope = super::expr::Scope { program: self.program, event: &nothing, seen: &seen };
                        let policy = scope.wallet(to);
                        let expire = super::earn::wallet_expiry(policy, &scope);
                        self.earned.push((to, at));
                        self.add_lot(to, "", given, at, policy.vest.by_no_event(), &expire);
                    }
                }
                Move::Forfeit { wallet, amount } => {
                    let order = self.spending_order(wallet, at);
                    for used in self.take(&order, &amount) {
                        self.lots[used.lot].lapsed += used.amount;
                    }
                    self.note(wallet, Account::Expired, amount.clone());
                    self.flows.push((wallet, Flow::Expired, amount.clone(), at));
                    self.happened.push(Happened::Forfeited { wallet, amount, at });
                }
                Move::Raise { ladder, level, end: ends } => {
                    let (zone, week) = (self.program.zone, self.program.week);
                    let today = super::calendar::day(zone, at);
                    let end = match ends {
                        None => Micros::MAX,
                        Some(RaiseEnd::For(length)) => through(zone, at, length),
                        Some(RaiseEnd::ForToEnd(length, of)) => {
                            let last = super::calendar::day(zone, through(zone, at, length) - 1);
                            start(zone, period(last, of, week).end)
                        }
                        Some(RaiseEnd::Until(day)) => end(zone, day),
                        Some(RaiseEnd::ToEndOfMembership { of, next }) => self.membership_end(at, of, next),
                        Some(RaiseEnd::ToEnd { next, period: of }) => {
                            let this = period(today, of, week).end;
                            start(zone, if next { period(this, of, week).end } else { this })
                        }
                    };
                    self.give_level(ladder, level, end);
                }
            }
        }
    }

    /// Instants at which lengths of the program that began then are over.
    pub fn note_instant(&mut self, at: Micros) {
        let zone = self.program.zone;
        for length in &self.program.lengths {
            self.wakes.insert(later(zone, at, *length));
        }
    }
}
