//! What the rules make of one event: who fires, what each contributes, and what caps and rounding leave of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{NaiveDate, Timelike};

use super::calendar::{Micros, clock_micros, day, is_clock, later_day, local, period, start, within_last};
use super::event::{Event, Line, number};
use super::expr::{Scope, Seen, product};
use super::ledger::{Known, Member};
use super::number::{Exact, round, whole, zero};
use super::program::*;

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

    /// Judges the rules. Refused where a rule spends more than there is.
    pub fn judge(&self, event: &Event, seen: Seen, rules: &[usize]) -> Result<Judgement, &'static str> {
        let program = self.program;
        let scope = Scope { program, event, seen: &seen };
        let mut firing: Vec<usize> = vec![];
        let mut failing = vec![];
        for (index, rule) in program.rules.iter().map(|rule| rule.on(scope.day())).enumerate() {
            if rules.contains(&index) {
                failing.push(Failing {
                    rule: index,
                    conditions: rule.when.iter().map(|when| failing_parts(&scope, when)).sum(),
                    valid: rule.valid.iter().filter(|valid| !self.is_valid(valid, event.at)).count(),
                    limited: !self.limits_leave_room(index, (event.at, &seen.levels), &firing),
                });
            }
            let fires = rules.contains(&index)
                && rule.when.iter().all(|when| scope.holds(when))
                && rule.valid.iter().all(|valid| self.is_valid(valid, event.at))
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
        shares.extend(multiplied(&scope, &firing, &shares));
        shares.sort_by_key(|share| share.rule);
        self.cap(&mut shares, &firing, (event.at, &seen.levels));
        let (shares, cut): (Vec<Share>, Vec<Share>) = shares.into_iter().partition(|share| share.amount != zero());
        let mut judgement = Judgement { seen: seen.clone(), shares, cut, failing, ..Judgement::default() };
        let mut spending = vec![];
        for rule in &firing {
            for effect in &scope.rule(*rule).effects {
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
                        let times = if *each { most } else { most.min(whole(1)) };
                        if times <= zero() {
                            continue;
                        }
                        let given = round(&(gives * &times), program.wallets[*to].decimals, RoundMode::Down);
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
        let contributes = |rule: &usize| judgement.shares.iter().any(|share| share.rule == *rule);
        judgement.fired = firing.into_iter().filter(|rule| contributes(rule) || spending.contains(rule)).collect();
        for wallet in 0..program.wallets.len() {
            judgement.lots.extend(self.lots_of(wallet, &judgement.shares, &scope));
        }
        Ok(judgement)
    }

    fn is_valid(&self, valid: &Valid, at: Micros) -> bool {
        let time = local(self.program.zone, at);
        match valid {
            Valid::Dates(from, to) => *from <= time.date() && time.date() <= *to,
            Valid::Weekdays(days) => days.contains(&chrono::Datelike::weekday(&time.date())),
            Valid::Hours(from, to) => {
                let time = time.time();
                debug_assert!(time.nanosecond() < 1_000_000_000);
                if from < to { *from <= time && time < *to } else { time >= *from || time < *to }
            }
        }
    }

    /// Whether something at `other` counts where a limit or cap is asked at `at`.
    fn in_stretch(&self, per: Option<Per>, other: Micros, at: Micros) -> bool {
        let program = self.program;
        match per {
            None => true,
            Some(Per::Order) => false,
            Some(Per::Period(of)) => {
                period(day(program.zone, at), of, program.week).contains(&day(program.zone, other))
            }
            Some(Per::Rolling(length)) => within_last(program.zone, other, at, length),
            Some(Per::FromFirst(_)) => panic!("which stretch it is depends on all uses"),
        }
    }

    /// What the known events have used where a limit or cap is asked at `at`.
    fn used(&self, per: Option<Per>, at: Micros, use_of: impl Fn(&Rc<Known>) -> Exact) -> Exact {
        let uses = self.known.iter().map(|known| (known.event.at, use_of(known)));
        let (Some(Per::FromFirst(length)) | Some(Per::Rolling(length))) = per else {
            return uses.filter(|(other, _)| self.in_stretch(per, *other, at)).map(|(_, used)| used).sum();
        };
        let zone = self.program.zone;
        let clock = is_clock(length.unit);
        if matches!(per, Some(Per::Rolling(_))) {
            return self.used_rolling(length, at, &uses.collect::<Vec<_>>());
        }
        let key = |at: Micros| if clock { at } else { start(zone, day(zone, at)) };
        let end = |from: Micros| match clock {
            true => from + clock_micros(length),
            false => start(zone, later_day(day(zone, from), length)),
        };
        let mut by_key: BTreeMap<Micros, Exact> = BTreeMap::new();
        for (other, used) in uses {
            *by_key.entry(key(other)).or_insert_with(zero) += used;
        }
        by_key.retain(|_, used| *used != zero());
        let now = key(at);
        let mut begun: Option<Micros> = None;
        for first in by_key.range(..=now).map(|(first, _)| *first) {
            if begun.is_none_or(|from| first >= end(from)) {
                begun = Some(first);
            }
        }
        let from = begun.filter(|from| now < end(*from)).unwrap_or(now);
        by_key.range(from..end(from)).map(|(_, used)| used).sum()
    }

    /// The most that was used in a stretch in which `at` lies: in the one that ends with it, or in one that ends with a later
    /// use. By days all that is used on one day is one use.
    fn used_rolling(&self, length: Length, at: Micros, uses: &[(Micros, Exact)]) -> Exact {
        let zone = self.program.zone;
        let together = |one: Micros, other: Micros| match is_clock(length.unit) {
            true => one == other,
            false => day(zone, one) == day(zone, other),
        };
        let used_at = |end: Micros| -> Exact {
            uses.iter().filter(|(other, _)| together(*other, end)).map(|(_, used)| used).sum()
        };
        let ends = uses.iter().map(|(other, _)| *other).filter(|end| *end > at && used_at(*end) != zero());
        let within = |end: Micros| -> Exact {
            uses.iter().filter(|(other, _)| within_last(zone, *other, end, length)).map(|(_, used)| used).sum()
        };
        let ends = ends.filter(|end| within_last(zone, at, *end, length));
        ends.map(within).fold(within(at), |most, used| most.max(used))
    }

    /// Uses count in the stretches of every form, whichever was in force.
    fn limits_leave_room(&self, rule: usize, (at, levels): (Micros, &[usize]), firing: &[usize]) -> bool {
        let today = day(self.program.zone, at);
        let leaves_room = |limit: &Limit, rules: &[usize]| {
            if limit.in_total {
                return true;
            }
            let counted = |fired: &[usize]| fired.iter().filter(|fired| rules.contains(fired)).count();
            let use_of = |known: &Rc<Known>| match known.kept.whole {
                true => whole(counted(&known.stays) as i64),
                false => whole(counted(&known.judgement.fired) as i64),
            };
            self.used(limit.per, at, use_of) + whole(counted(firing) as i64) < whole(i64::from(limit.allows(levels)))
        };
        self.program.rules[rule].on(today).limits.iter().all(|limit| leaves_room(limit, &[rule]))
            && self
                .groups_of(rule)
                .all(|group| group.on(today).limits.iter().all(|limit| leaves_room(limit, &group.rules)))
    }

    fn groups_of(&self, rule: usize) -> impl Iterator<Item = &Group> {
        self.program.groups.iter().filter(move |group| group.rules.contains(&rule))
    }

    /// Cuts each rule's contribution by its own caps, then by those of its groups, in the order of the file.
    fn cap(&self, shares: &mut [Share], firing: &[usize], (at, levels): (Micros, &[usize])) {
        self.cut(shares, firing, (at, levels), None);
    }

    /// The same once more, if the event is known: `got` is what it got of the caps then.
    fn cut(&self, shares: &mut [Share], firing: &[usize], (at, levels): (Micros, &[usize]), got: Option<&[Share]>) {
        for rule in firing {
            let caps = |day: NaiveDate| {
                let own = self.program.rules[*rule].on(day);
                (own.caps.clone(), own.cap_reject)
            };
            let wallet = self.program.rules[*rule].cap_wallet;
            self.cut_rule(shares, *rule, &caps, wallet, &[*rule], (at, levels, got));
        }
        for rule in firing {
            for group in self.groups_of(*rule) {
                let caps = |day: NaiveDate| (group.on(day).caps.clone(), group.on(day).cap_reject);
                self.cut_rule(shares, *rule, &caps, group.cap_wallet, &group.rules, (at, levels, got));
            }
        }
    }

    /// `caps_on`: the caps in force on a day, and whether they reject.
    fn cut_rule(
        &self,
        shares: &mut [Share],
        rule: usize,
        caps_on: &dyn Fn(NaiveDate) -> (Vec<Cap>, bool),
        wallet: usize,
        together: &[usize],
        (at, levels, got): (Micros, &[usize], Option<&[Share]>),
    ) {
        let zone = self.program.zone;
        let (caps, reject) = caps_on(day(zone, at));
        let sum_of = |shares: &[Share], counts: &dyn Fn(usize) -> bool| -> Exact {
            shares.iter().filter(|share| share.wallet == wallet && counts(share.rule)).map(|share| &share.amount).sum()
        };
        let wanted = sum_of(shares, &|of| of == rule);
        if wanted <= zero() || caps.is_empty() {
            return;
        }
        // What rejects all or nothing has rejected nothing of what got something.
        if reject && got.is_some_and(|got| sum_of(got, &|of| of == rule) > zero()) {
            return;
        }
        // Of the rules that come after only what a factor below one takes away.
        let later = together.iter().filter(|other| **other > rule).map(|other| sum_of(shares, &|of| of == *other));
        let used_now =
            sum_of(shares, &|of| of < rule && together.contains(&of)) + later.map(|sum| sum.min(zero())).sum::<Exact>();
        let room = |cap: &Cap| {
            let use_of = |known: &Rc<Known>| sum_of(&self.current_shares(known), &|of| together.contains(&of));
            let leaves = match (got, cap.per) {
                // Of a cap that lasts longer than the event there was what was got of it; one of the event is there anew,
                // where it is the same for everybody.
                (Some(_), Some(Per::Order)) if cap.by_level.is_none() => cap.amount.clone(),
                (Some(got), _) => sum_of(got, &|of| together.contains(&of)),
                (None, _) => cap.allows(levels) - self.used(cap.per, at, use_of),
            };
            (leaves - &used_now).max(zero())
        };
        let left = caps.iter().map(room).min().expect("a cap");
        if wanted <= left {
            return;
        }
        let mut left = if reject { zero() } else { left };
        for share in shares.iter_mut().filter(|share| share.rule == rule && share.wallet == wallet) {
            share.amount = share.amount.clone().min(left.clone());
            left -= &share.amount;
        }
    }

    /// Whether caps of a rule or its groups cut what it contributes to a wallet at an instant.
    fn is_capped(&self, rule: usize, wallet: usize, at: Micros) -> bool {
        let day = day(self.program.zone, at);
        let own = &self.program.rules[rule];
        !own.on(day).caps.is_empty() && own.cap_wallet == wallet
            || self.groups_of(rule).any(|group| !group.on(day).caps.is_empty() && group.cap_wallet == wallet)
    }

    /// Rounds what a wallet gets, cuts it by the wallet's own limits, and shares it out over lots.
    fn lots_of(&self, wallet: usize, shares: &[Share], scope: &Scope<'_>) -> Vec<LotPlan> {
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
        let earned = |known: &Rc<Known>| {
            let of = |map: &BTreeMap<usize, Exact>| map.get(&wallet).cloned().unwrap_or_else(zero);
            of(&known.granted) - of(&known.clawed)
        };
        let at = scope.event.at;
        let rooms = policy.caps.iter().map(|cap| {
            let used = self.used(cap.per, at, earned);
            (cap.allows(&scope.seen.levels) - used).max(zero())
        });
        if let Some(room) = rooms.min().filter(|room| *room < given) {
            given = if policy.cap_reject { zero() } else { room };
        }
        if let Some(most) = &policy.hold_at_most {
            given = given.min((most - self.available(wallet) - self.pending(wallet)).max(zero()));
        }
        let mut lots: Vec<LotPlan> = lots.into_iter().map(|(lot, _)| lot).collect();
        for lot in &mut lots {
            lot.amount = lot.amount.clone().min(given.clone());
            given -= &lot.amount;
        }
        lots.retain(|lot| lot.amount > zero());
        lots
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

    /// The contributions of a known event on what is kept of it.
    pub fn current_shares(&self, known: &super::ledger::Known) -> Vec<Share> {
        let judgement = &known.judgement;
        if known.kept.whole {
            return vec![];
        }
        let scope = Scope { program: self.program, event: &known.kept.form, seen: &judgement.seen };
        let revoked = |rule: usize| {
            let rule = scope.rule(rule);
            self.program.returns_of(rule) == Returns::Revoke && !rule.when.iter().all(|when| scope.holds(when))
        };
        let mut shares = judgement.shares.clone();
        shares.extend(judgement.cut.clone());
        shares.sort_by_key(|share| share.rule);
        for share in &mut shares {
            let capped = self.is_capped(share.rule, share.wallet, known.event.at);
            if let Basis::Rate { base, effect, points, before, after } = &share.basis {
                let gone = revoked(*base);
                let again = rate(&scope, *base, *effect, points, before, after).filter(|_| !gone).unwrap_or_else(zero);
                share.amount = if capped {
                    again
                } else if share.amount < zero() {
                    again.max(share.amount.clone())
                } else {
                    again.min(share.amount.clone())
                };
            }
            // What a cap had cut off a fixed amount may be there once more.
            if let (true, Basis::Fixed(effect)) = (capped, &share.basis)
                && let Effect::Earn { amount: Earn::Fixed(Expr::Points(_, fixed)), .. } =
                    &scope.rule(share.rule).effects[*effect]
            {
                share.amount = fixed.clone();
            }
            if revoked(share.rule) {
                share.amount = zero();
            }
        }
        let mut rules: Vec<usize> = shares.iter().map(|share| share.rule).collect();
        rules.dedup();
        self.cut(&mut shares, &rules, (known.event.at, &judgement.seen.levels), Some(&judgement.shares));
        shares
    }

    /// What the wallet would have got for what is kept; at most what it got.
    pub fn rerated(&self, known: &super::ledger::Known, wallet: usize) -> Exact {
        let shares: Vec<Share> =
            self.current_shares(known).into_iter().filter(|share| share.wallet == wallet).collect();
        let policy = self.program.wallets[wallet].on(day(self.program.zone, known.event.at));
        let sum = round(&rounded_by_rule(policy, &shares), policy.decimals, policy.round).max(zero());
        sum.min(known.granted.get(&wallet).cloned().unwrap_or_else(zero))
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
        Expire::Told("member", _) => scope.seen.contract,
        Expire::Told(_, field) => scope.event.text(field).map(|day| day.parse().expect("a day")),
        form => return Some(form.clone()),
    };
    day.map(Expire::At)
}

/// The sum of contributions, each rule's rounded first unless the wallet rounds once per order.
fn rounded_by_rule(policy: &Wallet, shares: &[Share]) -> Exact {
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
    scope.rule(rule).effects.iter().any(acts) || !own_shares(scope, &[rule]).is_empty()
}

fn own_shares(scope: &Scope<'_>, firing: &[usize]) -> Vec<Share> {
    let mut shares = vec![];
    for rule in firing {
        for (number, effect) in scope.rule(*rule).effects.iter().enumerate() {
            let Effect::Earn { wallet, amount, .. } = effect else { continue };
            let share = match amount {
                Earn::Fixed(amount) => scope.number(amount).map(|amount| (amount, Basis::Fixed(number))),
                Earn::Rate { points, .. } => scope.number(points).and_then(|points| {
                    let (before, after) = (zero(), whole(1));
                    let amount = rate(scope, *rule, number, &points, &before, &after)?;
                    Some((amount, Basis::Rate { base: *rule, effect: number, points, before, after }))
                }),
            };
            if let Some((amount, basis)) = share.filter(|(amount, _)| *amount > zero()) {
                shares.push(Share { rule: *rule, wallet: *wallet, basis, amount });
            }
        }
    }
    shares
}

/// What multiplying rules add to the rates of the rules that they name.
fn multiplied(scope: &Scope<'_>, firing: &[usize], own: &[Share]) -> Vec<Share> {
    let mut shares = vec![];
    for share in own {
        let Basis::Rate { base, effect, points, .. } = &share.basis else { continue };
        let mut factors: Vec<Exact> = vec![];
        let total = |factors: &[Exact]| -> Exact {
            let total = match scope.wallet(share.wallet).multipliers {
                Multipliers::Add => whole(1) + factors.iter().map(|factor| factor - whole(1)).sum::<Exact>(),
                Multipliers::Compound => factors.iter().fold(whole(1), |product, factor| product * factor),
                Multipliers::Best => factors.iter().max().cloned().unwrap_or(whole(1)),
            };
            total.max(zero())
        };
        for rule in firing {
            for effect_of in &scope.rule(*rule).effects {
                let Effect::Multiply { rules, wallet, by } = effect_of else { continue };
                if wallet.is_some_and(|wallet| wallet != share.wallet) {
                    continue;
                }
                let Some(by) = scope.number(by).filter(|_| rules.contains(base)) else { continue };
                let before = total(&factors);
                factors.push(by);
                let after = total(&factors);
                let amount = rate(scope, *base, *effect, points, &before, &after).unwrap_or_else(zero);
                let basis = Basis::Rate { base: *base, effect: *effect, points: points.clone(), before, after };
                shares.push(Share { rule: *rule, wallet: share.wallet, basis, amount });
            }
        }
    }
    shares
}

/// A rate on the scope's event, for its factor running from `before` to `after`.
fn rate(scope: &Scope<'_>, rule: usize, effect: usize, points: &Exact, before: &Exact, after: &Exact) -> Option<Exact> {
    let Effect::Earn { wallet, amount: Earn::Rate { per, full, of, .. }, .. } = &scope.rule(rule).effects[effect]
    else {
        panic!("a rate names the effect that earns by it")
    };
    let policy = scope.wallet(*wallet);
    let raw = |base: Exact| {
        let blocks = base.max(zero()) / per;
        points * if *full { blocks.floor() } else { blocks }
    };
    let lines = matches!(policy.scope, RoundScope::Line | RoundScope::Unit);
    let (of_line, times) = match of {
        Expr::Times(inner, times) => (&**inner, times.clone()),
        of => (of, whole(1)),
    };
    let (Expr::SumLines(_, filter) | Expr::SumProducts(_, _, filter)) = of_line else {
        return scope.number(of).map(|base| raw(base) * (after - before));
    };
    if !lines {
        return scope.number(of).map(|base| raw(base) * (after - before));
    }
    let by_line = |line: &Line| {
        let base = match of_line {
            Expr::SumProducts(one, other, _) => product(line, one, other)?,
            Expr::SumLines(name, _) => number(line, name)?,
            _ => return None,
        };
        let units = match (policy.scope, number(line, "quantity")) {
            (RoundScope::Unit, Some(quantity)) if quantity > zero() => quantity,
            _ => whole(1),
        };
        let raw = raw(base * &times / &units);
        let rounded = |factor: &Exact| round(&(&raw * factor), policy.decimals, policy.round) * &units;
        Some(rounded(after) - rounded(before))
    };
    Some(scope.lines(filter.as_deref())?.into_iter().filter_map(by_line).sum())
}
