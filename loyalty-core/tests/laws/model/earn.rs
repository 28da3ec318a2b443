//! What the rules make of one event: who fires, what each contributes, and what rounding leaves of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::calendar::day;
use super::event::{Event, Field, text};
use super::expr::{Scope, Seen, Value};
use super::ledger::{Known, Member};
use super::marks::Mark;
use super::number::{Exact, round, whole, zero};
use super::program::*;
use super::rates::{multiplied, own_shares};

/// What an event came to, kept for its return.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    pub seen: Seen,
    /// The rules that came to something.
    pub fired: Vec<usize>,
    /// After the caps of rules and groups.
    pub shares: Vec<Share>,
    /// Of which caps have left nothing.
    pub cut: Vec<Share>,
    pub lots: Vec<LotPlan>,
    pub spends: Vec<(usize, Exact)>,
    pub moves: Vec<Move>,
    /// In the order of the file.
    pub marks: Vec<Mark>,
    /// The rules that moved points for good, here or in a form of the order before.
    pub lasting: Vec<usize>,
    /// What fails of each rule on the event.
    pub failing: Vec<Failing>,
}

/// How much of a rule fails, at the moment of its turn.
#[derive(Debug, Clone)]
pub struct Failing {
    pub rule: usize,
    /// Conditions, `and` taken apart.
    pub conditions: usize,
    /// Parts of `valid`.
    pub valid: usize,
    /// A limit of its own or of its groups is used up.
    pub limited: bool,
}

/// What becomes of points that are there already, and of levels.
#[derive(Debug, Clone)]
pub enum Move {
    Convert { from: usize, taken: Exact, to: usize, given: Exact },
    Forfeit { wallet: usize, amount: Exact },
    Raise { ladder: usize, level: usize, end: Option<RaiseEnd> },
}

impl Judgement {
    /// What it has converted into a wallet: no return takes that back.
    fn converted(&self, wallet: usize) -> Exact {
        let given = self.moves.iter().map(|one| match one {
            Move::Convert { to, given, .. } if *to == wallet => given.clone(),
            _ => zero(),
        });
        given.sum()
    }

    /// What is left in a wallet of `available` after what has been decided so far.
    fn left(&self, wallet: usize, available: Exact) -> Exact {
        let spent: Exact = self.spends.iter().filter(|(of, _)| *of == wallet).map(|(_, spent)| spent).sum();
        let moved = self.moves.iter().map(|one| match one {
            Move::Convert { from, taken, .. } if *from == wallet => taken.clone(),
            Move::Forfeit { wallet: of, amount } if *of == wallet => amount.clone(),
            _ => zero(),
        });
        available - spent - moved.sum::<Exact>()
    }
}

/// What one rule contributes to one wallet by one effect.
#[derive(Debug, Clone)]
pub struct Share {
    pub rule: usize,
    pub wallet: usize,
    pub basis: Basis,
    pub amount: Exact,
}

#[derive(Debug, Clone)]
pub enum Basis {
    /// The number of the effect.
    Fixed(usize),
    /// The rate of effect `effect` of rule `base`, for its factor running from `before` to `after`.
    Rate { base: usize, effect: usize, points: Exact, before: Exact, after: Exact },
}

#[derive(Debug, Clone)]
pub struct LotPlan {
    pub wallet: usize,
    pub vest: Vest,
    pub expire: Expire,
    pub amount: Exact,
}

impl LotPlan {
    /// The lot of such an event: no delivery names a visit, but an order, or an event that a program declares itself.
    fn of(self, event: &str) -> Self {
        let named = ["order", "stamp"].contains(&event);
        match self.vest {
            Vest::On { event: ref by, .. } if !named && by == "delivered" => Self { vest: Vest::AtOnce, ..self },
            _ => self,
        }
    }
}

fn failing_parts(scope: &Scope<'_>, when: &Expr) -> usize {
    match when {
        Expr::And(parts) => parts.iter().map(|part| failing_parts(scope, part)).sum(),
        when => usize::from(!scope.holds(when)),
    }
}

impl Member<'_> {
    /// What fails of the rules on the last event that was taken; nothing of one before the member joined.
    pub fn failing(&self) -> Option<&[Failing]> {
        self.known
            .iter()
            .rfind(|known| !known.event.kind.is_empty())
            .filter(|known| !known.ignored)
            .map(|known| known.judgement.failing.as_slice())
    }

    /// Judges the rules. Refused where a rule spends more than there is. A rule of a limited group that comes to nothing passes its
    /// turn on, if another one waits for it and comes to something then.
    pub fn judge(&self, event: &Event, seen: Seen, rules: &[usize]) -> Result<Judgement, &'static str> {
        let day = day(self.program.zone, event.at);
        let in_turn = |rule: &usize| self.groups_of(*rule).any(|group| !group.on(day).limits.is_empty());
        let (mut best, mut firing) = self.judge_in_turn(event, &seen, rules, &[])?;
        let (mut last, mut known, mut passed): (_, Vec<usize>, Vec<usize>) = (best.clone(), firing.clone(), vec![]);
        let mut told: Vec<Failing> = vec![];
        loop {
            // Whose rate another rule multiplies to something lets nobody take it away.
            let lends = |rule: usize| {
                let of = |share: &&Share| matches!(share.basis, Basis::Rate { base, .. } if base == rule);
                last.shares.iter().filter(of).any(|share| share.amount != zero())
            };
            let idle = |rule: &usize| in_turn(rule) && !last.fired.contains(rule) && !lends(*rule);
            let nothing: Vec<usize> = firing.iter().copied().filter(idle).collect();
            if nothing.is_empty() {
                return Ok(best);
            }
            told.extend(last.failing.iter().filter(|fails| nothing.contains(&fails.rule)).cloned());
            passed.extend(nothing);
            (last, firing) = self.judge_in_turn(event, &seen, rules, &passed)?;
            let fires_now = |rule: &usize| firing.contains(rule) && !known.contains(rule);
            if firing.iter().any(|rule| fires_now(rule) && in_turn(rule) && last.fired.contains(rule)) {
                best = last.clone();
                for failing in &mut best.failing {
                    // Of a rule that has passed its turn on it counts what failed when it had it.
                    if let Some(told) = told.iter().find(|told| told.rule == failing.rule) {
                        *failing = told.clone();
                    }
                }
            }
            if !firing.iter().any(fires_now) {
                return Ok(best);
            }
            known.extend(firing.iter().copied().filter(|rule| !known.contains(rule)).collect::<Vec<_>>());
        }
    }

    /// The same where some rules have passed their turn on, and which rules fire.
    fn judge_in_turn(
        &self,
        event: &Event,
        seen: &Seen,
        rules: &[usize],
        passed: &[usize],
    ) -> Result<(Judgement, Vec<usize>), &'static str> {
        let program = self.program;
        let scope = Scope { program, event, seen };
        let mut firing: Vec<usize> = vec![];
        let mut failing = vec![];
        for (index, rule) in program.rules.iter().map(|rule| rule.on(scope.day())).enumerate() {
            if rules.contains(&index) {
                failing.push(Failing {
                    rule: index,
                    conditions: rule.when.iter().map(|when| failing_parts(&scope, when)).sum(),
                    valid: rule.valid.iter().filter(|valid| !self.is_valid(valid, &rule.valid, event.at)).count(),
                    limited: !self.limits_leave_room(index, (event.at, &seen.levels), &firing),
                });
            }
            let fires = rules.contains(&index)
                && !passed.contains(&index)
                && rule.when.iter().all(|when| scope.holds(when))
                && rule.valid.iter().all(|valid| self.is_valid(valid, &rule.valid, event.at))
                && self.limits_leave_room(index, (event.at, &seen.levels), &firing)
                && has_effect(&scope, index);
            if fires {
                firing.push(index);
            }
        }
        let refuses = |rule: &usize| scope.rule(*rule).effects.iter().any(|effect| matches!(effect, Effect::Refuse));
        if firing.iter().any(refuses) {
            return Err("refused_by_rule");
        }
        let mut shares = own_shares(&scope, &firing);
        let is_done = |effect: &Effect| self.again && effect.moves_points() && !effect.goes_by_amount();
        shares.retain(|share| {
            let (Basis::Fixed(effect) | Basis::Rate { effect, .. }) = share.basis;
            !is_done(&scope.rule(share.rule).effects[effect])
        });
        shares.extend(multiplied(&scope, &firing, &shares));
        shares.sort_by_key(|share| share.rule);
        self.cap(&mut shares, &firing, (event.at, &seen.levels));
        let (shares, cut): (Vec<Share>, Vec<Share>) = shares.into_iter().partition(|share| share.amount != zero());
        let mut judgement = Judgement { seen: seen.clone(), shares, cut, failing, ..Judgement::default() };
        let mut spending = vec![];
        for rule in &firing {
            for effect in scope.rule(*rule).effects.iter().filter(|effect| !is_done(effect)) {
                let for_good = matches!(effect, Effect::Convert { .. } | Effect::Forfeit { .. });
                if for_good && self.lasting.contains(rule) {
                    // It has been done for the form before.
                    spending.push(*rule);
                    continue;
                }
                match effect {
                    Effect::Earn { .. } | Effect::Multiply { .. } | Effect::Refuse => continue,
                    Effect::Spend { wallet, amount, up_to } => {
                        let Some(wanted) = scope.number(amount) else { continue };
                        let available = judgement.left(*wallet, self.available(*wallet));
                        let mode = if *up_to { RoundMode::Down } else { RoundMode::Up };
                        let mut wanted = round(&wanted.max(zero()), program.wallets[*wallet].decimals, mode);
                        if wanted > available {
                            if !*up_to {
                                return Err("insufficient_balance");
                            }
                            wanted = available;
                        }
                        if wanted <= zero() {
                            continue;
                        }
                        judgement.spends.push((*wallet, wanted));
                    }
                    Effect::Convert { from, takes, to, gives, each } => {
                        let available = judgement.left(*from, self.available(*from));
                        let most = (available / takes).floor();
                        let mut times = if *each { most } else { most.min(whole(1)) };
                        let given =
                            |times: &Exact| round(&(gives * times), program.wallets[*to].decimals, RoundMode::Down);
                        let wanted = given(&times);
                        let room = self.room(*to, &judgement, wanted.clone(), &scope);
                        if room < wanted {
                            times = times.min((room / gives).floor());
                        }
                        if times <= zero() {
                            continue;
                        }
                        let given = given(&times);
                        judgement.moves.push(Move::Convert { from: *from, taken: takes * times, to: *to, given });
                    }
                    Effect::Forfeit { wallet, amount } => {
                        let Some(wanted) = scope.number(amount) else { continue };
                        let wanted = round(&wanted, program.wallets[*wallet].decimals, RoundMode::Down);
                        let amount = wanted.min(judgement.left(*wallet, self.available(*wallet)));
                        if amount <= zero() {
                            continue;
                        }
                        judgement.moves.push(Move::Forfeit { wallet: *wallet, amount });
                    }
                    Effect::Tag(tag) => judgement.marks.push(Mark::Tag(tag, true)),
                    Effect::Untag(tag) => judgement.marks.push(Mark::Tag(tag, false)),
                    Effect::Signal(name) => judgement.marks.push(Mark::Signal(name)),
                    Effect::Set(name, value) => {
                        let value = scope.eval(value, None).map(|value| match value {
                            Value::Number(number) => Field::Number(number),
                            Value::Text(text) => Field::Text(text),
                            Value::Day(day) => Field::Text(day.to_string()),
                            other => panic!("no attribute is set to {other:?}"),
                        });
                        judgement.marks.push(Mark::Attribute(name, value));
                    }
                    Effect::Raise { ladder, level, end } => {
                        judgement.moves.push(Move::Raise { ladder: *ladder, level: *level, end: *end });
                    }
                }
                if for_good {
                    judgement.lasting.push(*rule);
                }
                spending.push(*rule);
            }
        }
        for wallet in 0..program.wallets.len() {
            let (lots, arrived) = self.lots_of(wallet, &judgement.shares, &scope);
            // A rule of whose points nothing arrives has given none.
            judgement.shares.retain(|share| share.wallet != wallet || arrived.contains(&share.rule));
            judgement.lots.extend(lots.into_iter().map(|lot| lot.of(&scope.event.kind)));
        }
        let contributes = |rule: &usize| judgement.shares.iter().any(|share| share.rule == *rule);
        judgement.fired = firing.iter().copied().filter(|rule| contributes(rule) || spending.contains(rule)).collect();
        Ok((judgement, firing))
    }

    /// Rounds what a wallet gets, cuts it by the wallet's own limits, and shares it out over lots; and the rules of whose points
    /// some may be among it.
    fn lots_of(&self, wallet: usize, shares: &[Share], scope: &Scope<'_>) -> (Vec<LotPlan>, Vec<usize>) {
        let policy = scope.wallet(wallet);
        let mut lots: Vec<(LotPlan, Vec<Share>)> = vec![];
        for share in shares.iter().filter(|share| share.wallet == wallet) {
            let (vest, expire) = self.forms(share, scope);
            match lots.iter_mut().find(|(lot, _)| lot.vest == vest && lot.expire == expire) {
                Some((_, parts)) => parts.push(share.clone()),
                None => lots.push((LotPlan { wallet, vest, expire, amount: zero() }, vec![share.clone()])),
            }
        }
        // The running sum is rounded, so that the lots add up to the sum rounded once.
        let (mut exact, mut given) = (zero(), zero());
        for (lot, parts) in &mut lots {
            exact += rounded_by_rule(policy, parts);
            let total = round(&exact, policy.decimals, policy.round).max(zero());
            lot.amount = &total - &given;
            given = total;
        }
        given = self.within(wallet, &zero(), given, scope);
        for (lot, _) in &mut lots {
            lot.amount = lot.amount.clone().min(given.clone());
            given -= &lot.amount;
        }
        lots.retain(|(lot, _)| lot.amount > zero());
        let (lots, parts): (Vec<LotPlan>, Vec<Vec<Share>>) = lots.into_iter().unzip();
        let arrive = |parts: &Vec<Share>| -> Vec<usize> {
            let of = |rule: usize| parts.iter().filter(|share| share.rule == rule).cloned().collect::<Vec<Share>>();
            let rules = parts.iter().map(|share| share.rule);
            rules.filter(|rule| rounded_by_rule(policy, &of(*rule)) != zero()).collect()
        };
        let arrived = parts.iter().flat_map(arrive).collect();
        (lots, arrived)
    }

    /// What a wallet's own limits leave of an amount, where the event has brought it so much `before`.
    fn within(&self, wallet: usize, before: &Exact, amount: Exact, scope: &Scope<'_>) -> Exact {
        let policy = scope.wallet(wallet);
        let used = |known: &Rc<Known>| {
            let of = |map: &BTreeMap<usize, Exact>| map.get(&wallet).cloned().unwrap_or_else(zero);
            of(&known.granted) - of(&known.clawed) + of(&known.had_in) + known.judgement.converted(wallet)
        };
        let mut left = amount;
        let rooms = policy.caps.iter().map(|cap| {
            let allowed = cap.allows(&scope.seen.levels);
            let used = self.used((cap.per, allowed.clone()), scope.event.at, used);
            (allowed - used - before).max(zero())
        });
        if let Some(room) = rooms.min().filter(|room| *room < left) {
            left = if policy.cap_reject { zero() } else { room };
        }
        if let Some(most) = &policy.hold_at_most {
            left = left.min((most - self.available(wallet) - self.pending(wallet) - before).max(zero()));
        }
        left
    }

    /// What of an amount can be converted into a wallet, beside what the event earns and has converted there.
    fn room(&self, wallet: usize, judgement: &Judgement, amount: Exact, scope: &Scope<'_>) -> Exact {
        let (lots, _) = self.lots_of(wallet, &judgement.shares, scope);
        let earned: Exact = lots.iter().map(|lot| &lot.amount).sum();
        self.within(wallet, &(earned + judgement.converted(wallet)), amount, scope)
    }

    fn forms(&self, share: &Share, scope: &Scope<'_>) -> (Vest, Expire) {
        let policy = scope.wallet(share.wallet);
        let (rule, effect) = match share.basis {
            Basis::Fixed(effect) => (share.rule, effect),
            Basis::Rate { base, effect, .. } => (base, effect),
        };
        let Effect::Earn { vest, expire, .. } = &scope.rule(rule).effects[effect] else {
            panic!("a share names the effect that earns")
        };
        let vest = vest.clone().unwrap_or_else(|| policy.vest.clone());
        let own = expire.as_ref().and_then(|form| told(form, scope));
        (vest, own.unwrap_or_else(|| wallet_expiry(policy, scope)))
    }
}

pub fn wallet_expiry(wallet: &Wallet, scope: &Scope<'_>) -> Expire {
    let holding = wallet.expire.iter().filter(|(_, when)| when.as_ref().is_none_or(|when| scope.holds(when)));
    for (form, when) in holding {
        match told(form, scope) {
            Some(Expire::Never) if when.is_none() => return Expire::Open,
            Some(form) => return form,
            None => {}
        }
    }
    Expire::Open
}

/// A form whose day is told, as that day; nothing where it is not.
fn told(form: &Expire, scope: &Scope<'_>) -> Option<Expire> {
    let day = match form {
        Expire::Told("member", name) => text(&scope.seen.attributes, name),
        Expire::Told(_, field) => scope.event.text(field),
        form => return Some(form.clone()),
    };
    day.map(|day| Expire::At(day.parse().expect("a day")))
}

/// The sum of contributions, each rule's rounded first unless the wallet rounds once per order.
pub(super) fn rounded_by_rule(policy: &Wallet, shares: &[Share]) -> Exact {
    let mut rules: Vec<usize> = shares.iter().map(|share| share.rule).collect();
    rules.dedup();
    let of_rule = |rule: usize| -> Exact {
        let sum: Exact = shares.iter().filter(|share| share.rule == rule).map(|share| &share.amount).sum();
        if policy.scope == RoundScope::Order { sum } else { round(&sum, policy.decimals, policy.round) }
    };
    rules.into_iter().map(of_rule).sum()
}

/// Whether a rule would come to something, as far as it can be told from itself.
fn has_effect(scope: &Scope<'_>, rule: usize) -> bool {
    let acts = |effect: &Effect| !matches!(effect, Effect::Earn { .. });
    // What is rounded to nothing line by line may be multiplied to something; it takes no turn of others in its group.
    let alone = |group: &Group| !group.rules.contains(&rule) || group.on(scope.day()).limits.is_empty();
    let counts = |share: &Share| share.amount > zero() || scope.program.groups.iter().all(alone);
    scope.rule(rule).effects.iter().any(acts) || own_shares(scope, &[rule]).iter().any(counts)
}
