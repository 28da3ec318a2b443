//! The second evaluator: slow, obvious, with exact rationals. It keeps a list of what happened and asks that list every
//! question anew: measures, limits, caps and figures are recomputed from all events each time.
//!
//! It shares no code with the engine.

pub mod calendar;
mod caps;
pub mod challenges;
pub mod coupons;
mod earn;
mod ends;
pub mod event;
mod expr;
mod judged_then;
mod keeps;
mod late;
mod ledger;
mod marks;
mod measure;
pub mod number;
mod print;
mod print_tiers;
pub mod program;
mod reactions;
mod standing;
pub mod streaks;
pub mod tiers;
mod time;

use std::collections::BTreeMap;
use std::rc::Rc;

use calendar::Micros;
pub use earn::Failing;
use earn::{Judgement, Share};
use event::{Event, Field, Kept, Step};
use expr::{Scope, Seen, Value};
pub use ledger::Member;
use ledger::{Account, Known, Use, Vesting, Want};
use marks::Mark;
use measure::Past;
use number::{Exact, floor_at, print, zero};
use program::{Activity, Clawback, Dated, Effect, Flow, Ladder, Restore, Rule};
pub use reactions::Happened;
use standing::Occasion;

/// What a step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Applied,
    Replayed,
    Refused(&'static str),
}

/// Amounts by wallet, instant of earning, of vesting and of expiry.
pub type Lots = BTreeMap<(String, Micros, Option<Micros>, Option<Micros>), String>;

/// Every figure that the engine shows too, in one comparable form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// `wallet.figure` and its amount.
    pub totals: BTreeMap<String, String>,
    pub lots: Lots,
    pub measures: BTreeMap<String, Option<String>>,
    /// Those that are known.
    pub attributes: BTreeMap<String, String>,
    pub tags: Vec<String>,
    /// By ladder: the level that the rules have led to, since when, and its end or that of its grace.
    pub levels: BTreeMap<String, (String, Micros, Option<Micros>, Option<Micros>)>,
}

const DAY: Micros = 86_400_000_000;

impl<'p> Member<'p> {
    /// What is older is remembered no more.
    pub fn horizon(&self) -> Micros {
        self.clock - Micros::from(self.program.history_days) * DAY
    }

    pub fn step(&mut self, step: &Step) -> Answer {
        match step {
            Step::Advance(at) => {
                self.advance(*at);
                Answer::Applied
            }
            Step::Apply(event) => self.happen(event),
        }
    }

    fn happen(&mut self, event: &Event) -> Answer {
        let horizon = self.horizon();
        let mut filled = Kept::new(event, self.program.currency.minor).original;
        filled.offset = 0;
        if event.kind == "order" && filled.number("subtotal").is_none() {
            return Answer::Refused("missing_field");
        }
        let same_id = self.known.iter().find(|known| known.event.id == event.id && known.event.at >= horizon);
        if let Some(known) = same_id {
            let mut before = known.kept.original.clone();
            before.offset = 0;
            return if before == filled { Answer::Replayed } else { Answer::Refused("conflict") };
        }
        if event.at < horizon {
            return Answer::Refused("too_late");
        }
        let mut after = self.clone();
        match after.take_event(event) {
            Ok(()) => {
                *self = after;
                Answer::Applied
            }
            Err(code) => Answer::Refused(code),
        }
    }

    /// An event that is new; the member is thrown away if it is refused.
    fn take_event(&mut self, event: &Event) -> Result<(), &'static str> {
        let unseen = event.at < self.enrolled || self.first_form_is_unseen(event);
        let known = Known::new(event, self.program.currency.minor, unseen);
        let returns = matches!(event.kind.as_str(), "refund" | "cancel");
        let horizon = self.horizon();
        let counts = |known: &Rc<Known>| !known.ignored && known.event.at >= horizon;
        let named = |known: &Rc<Known>| Some(known.event.id.as_str()) == event.text("order");
        let replaces = event.text("replaces").filter(|_| event.kind == "order");
        let returnable = self.clock - Micros::from(self.program.returns_days) * DAY;
        let edited =
            |known: &Rc<Known>| Some(known.event.id.as_str()) == replaces && known.event.at >= returnable.max(horizon);
        let takes_back = returns && self.known.iter().any(|known| counts(known) && named(known));
        if known.ignored && !takes_back && !self.known.iter().any(edited) {
            self.known.push(Rc::new(known));
            return Ok(());
        }
        let begun = self.happened.len();
        if event.at >= self.clock {
            self.advance(event.at);
        }
        let first = self.happened.len();
        self.had_vested.clear();
        if !known.ignored {
            for wallet in 0..self.program.wallets.len() {
                let counts =
                    |without: &Activity| matches!(without, Activity::Events(kinds) if kinds.contains(&event.kind));
                self.bring_back(wallet, event.at, counts);
            }
        }
        if let Some(old) = replaces {
            let undone = Event::new("cancel", &event.id, event.at).with("order", Field::Text(old.to_owned()));
            self.come_back(&undone, true)?;
        }
        let on_event = if event.at < self.clock { Occasion::Late(event.at) } else { Occasion::Event };
        let occasion = match event.kind.as_str() {
            "refund" | "cancel" => {
                self.come_back(event, false)?;
                Occasion::Return
            }
            "profile" => {
                for name in ["birthday", "contract", "card"] {
                    if let Some(value) = event.fields.get(name) {
                        self.mark(Mark::Attribute(name, Some(value.clone())), event.at);
                    }
                }
                on_event
            }
            "assign_level" => {
                self.assign_level(event);
                on_event
            }
            _ => on_event,
        };
        self.vest_on(event);
        let at = event.at;
        let original = known.kept.original.clone();
        let before = self.measures(at, false);
        let ignored = known.ignored;
        self.known.push(Rc::new(known));
        let form_before = replaces.and_then(|old| self.known.iter().find(|known| known.event.id == old).cloned());
        if ignored {
            let mut next = first;
            if let Some(before) = form_before {
                (0..self.program.wallets.len()).for_each(|wallet| self.net(wallet, &event.id, &before.event.id));
                self.use_again(&before, at);
                // What it has brought about for good goes along with it.
                let mut form = Known::clone(self.known.last().expect("it is known by now"));
                form.followed = before.followed.clone();
                form.made = before.made.clone();
                form.judgement.lasting = before.judgement.lasting.clone();
                *self.known.last_mut().expect("it is known by now") = Rc::new(form);
                self.follow(Occasion::Return, first);
                next = self.happened.len();
            }
            self.follow(occasion, next);
            self.advance(self.clock);
            return Ok(());
        }
        self.note_instant(at);
        // An edit is judged by the level of before its order, where that has made the one of now.
        let made = form_before.as_ref().map(|known| known.made.clone()).unwrap_or_default();
        let stands =
            |(ladder, before, since): &(usize, usize, usize)| before < since && self.standings[*ladder].level == *since;
        let judged_by: Vec<(usize, usize, usize)> = made.iter().copied().filter(stands).collect();
        judged_by.iter().for_each(|(ladder, before, _)| self.standings[*ladder].level = *before);
        let seen = Seen { before, ..self.seen(at, false, true) };
        judged_by.iter().for_each(|(ladder, _, since)| self.standings[*ladder].level = *since);
        let on_event = |rule: &Rule| rule.trigger.is_none() && rule.event == event.kind;
        let rules: Vec<usize> =
            (0..self.program.rules.len()).filter(|rule| on_event(&self.program.rules[*rule])).collect();
        self.lasting = form_before.iter().flat_map(|known| known.judgement.lasting.clone()).collect();
        let followed_before = form_before.as_ref().map(|known| known.followed.clone()).unwrap_or_default();
        self.followed = followed_before.clone();
        self.acted.clear();
        self.set_off.clear();
        let index = self.known.len() - 1;
        let judgement = self.judge(&original, seen, &rules)?;
        self.carry_out(judgement, (at, at), replaces);
        if let Some(before) = form_before {
            let mut edited = Known::clone(&self.known[index]);
            edited.judgement.lasting.append(&mut self.lasting);
            self.known[index] = Rc::new(edited);
            self.use_again(&before, at);
        }
        self.clock = self.clock.max(at);
        let mut next = first;
        if replaces.is_some() {
            // What the form before had made is judged as after a return.
            self.follow(Occasion::Return, first);
            next = self.happened.len();
        }
        self.follow(occasion, next);
        self.advance(self.clock);
        let mut known = Known::clone(&self.known[index]);
        known.followed = followed_before;
        for rule in self.acted.iter().filter(|rule| self.gives_for_good(**rule)) {
            let most = known.followed.entry(*rule).or_insert_with(zero);
            *most = most.clone().max(self.set_off.get(rule).cloned().unwrap_or_else(zero));
        }
        self.known[index] = Rc::new(known);
        self.followed.clear();
        self.note_levels(index, begun, made);
        Ok(())
    }

    /// Whether the order whose corrected form an event is was told of a time before joining: all its forms are one purchase.
    fn first_form_is_unseen(&self, event: &Event) -> bool {
        let horizon = self.horizon();
        let returnable = self.clock - Micros::from(self.program.returns_days) * DAY;
        let mut next = event.text("replaces").filter(|_| event.kind == "order");
        let mut unseen = false;
        while let Some(id) = next {
            let form = self.known.iter().find(|known| known.event.id == id && known.event.at >= horizon);
            let Some(form) = form else { break };
            unseen = form.ignored;
            next = form.event.text("replaces").filter(|_| form.event.at >= returnable);
        }
        unseen
    }

    /// Notes to which levels an event has led, after the forms before it.
    fn note_levels(&mut self, index: usize, begun: usize, mut made: Vec<(usize, usize, usize)>) {
        let since = self.known[index].event.at;
        for fact in &self.happened[begun..] {
            let Happened::TierChanged { ladder, from, to, because: "reached", at, .. } = fact else { continue };
            match made.iter_mut().find(|(known, ..)| known == ladder) {
                _ if *at < since => {}
                Some((.., level)) => *level = *to,
                None => made.push((*ladder, *from, *to)),
            }
        }
        let mut known = Known::clone(&self.known[index]);
        known.made = made;
        self.known[index] = Rc::new(known);
    }

    /// What stays of an order that the event known last has replaced still uses up the limits of rules that it does not set off.
    fn use_again(&mut self, before: &Known, at: Micros) {
        let index = self.known.len() - 1;
        let mut edited = Known::clone(&self.known[index]);
        let fires = |rule: &&usize| !edited.judgement.fired.contains(rule);
        let still: Vec<usize> = before.judgement.fired.iter().filter(fires).copied().collect();
        let still = still.into_iter().filter(|rule| self.something_stays(before, *rule, &edited.event.id));
        let still: Vec<usize> = still.collect();
        edited.judgement.fired.extend(&still);
        self.known[index] = Rc::new(edited);
        self.claim(&still, at, (1, at));
    }

    /// Does what the rules came to on the event that is known last.
    fn carry_out(&mut self, judgement: Judgement, (at, as_of): (Micros, Micros), replaced: Option<&str>) {
        let index = self.known.len() - 1;
        let mut known = Known::clone(&self.known[index]);
        self.payments += 1;
        for (wallet, amount) in &judgement.spends {
            let order = self.spending_order(*wallet, at);
            let uses = self.take(&order, amount);
            known.uses.entry(*wallet).or_default().extend(uses);
            self.note(*wallet, Account::Spent, amount.clone());
            self.spent.push((*wallet, at));
            self.flows.push((*wallet, Flow::Spent, amount.clone(), at));
            self.tell_moved(Flow::Spent, *wallet, amount, at);
            self.bring_back(*wallet, at, |without| *without == Activity::Any);
        }
        for lot in &judgement.lots {
            self.bring_back(lot.wallet, at, |without| !matches!(without, Activity::Events(_)));
            self.earned.push((lot.wallet, at));
            // No event ever comes for what time, or a rule that follows, has given.
            let of_no_event = self.by_time || known.event.kind.is_empty();
            let vest = if of_no_event { lot.vest.by_no_event() } else { &lot.vest };
            self.add_lot(lot.wallet, &known.event.id, lot.amount.clone(), at, vest, &lot.expire);
            *known.granted.entry(lot.wallet).or_insert_with(zero) += &lot.amount;
        }
        for mark in &judgement.marks {
            let at = if matches!(mark, Mark::Signal(_)) { at } else { as_of };
            self.mark(mark.clone(), at);
        }
        self.claim(&judgement.fired, at, (1, at));
        for (wallet, old) in (0..self.program.wallets.len()).flat_map(|wallet| replaced.map(|old| (wallet, old))) {
            self.net(wallet, &known.event.id, old);
            if let Some(had) = self.had_vested.get(&wallet).cloned() {
                let granted = known.granted.get(&wallet).cloned().unwrap_or_else(zero);
                self.carry(wallet, &known.event.id, (&granted, &had), at);
            }
        }
        let moves = judgement.moves.clone();
        known.judgement = judgement;
        if replaced.is_some() {
            known.had_vested = self.had_vested.clone();
        }
        if !known.event.kind.is_empty() {
            self.vest_by_what_has_come(&known.event, replaced);
        }
        self.known[index] = Rc::new(known);
        self.note_instant(at);
        self.make(moves, at);
    }

    /// What rules that fired at an instant move of the counters over all members.
    fn claim(&mut self, fired: &[usize], fired_at: Micros, (by, at): (i64, Micros)) {
        let program = self.program;
        let day = calendar::day(program.zone, fired_at);
        for number in fired {
            let rule = &program.rules[*number];
            let groups = program.groups.iter().filter(|group| group.rules.contains(number));
            let own = (format!("rule {}", rule.name), &rule.on(day).limits);
            let of_groups = groups.map(|group| (format!("group {}", group.name), &group.on(day).limits));
            // One counter, however often it is spoken of.
            for (counter, limits) in [own].into_iter().chain(of_groups) {
                if limits.iter().any(|limit| limit.in_total) {
                    self.happened.push(Happened::Claim { counter, by, at });
                }
            }
        }
    }

    fn past(&self) -> Vec<Past<'_>> {
        // An edited order counts once, by its last form.
        let counted = self.known.iter().filter(|known| !known.ignored && !known.replaced);
        counted
            .map(|known| Past { original: &known.kept.original, kept: (!known.kept.whole).then_some(&known.kept.form) })
            .collect()
    }

    /// Staff give a level: for good, or through a day.
    fn assign_level(&mut self, event: &Event) {
        let named = |ladder: &&Ladder| event.text("ladder").is_none_or(|name| name == ladder.name);
        let ladder = self.program.ladders.iter().find(named).expect("a ladder of the program");
        let number = self.program.ladders.iter().position(|known| known.name == ladder.name).expect("found above");
        let wanted = event.text("level").expect("a level");
        let level = ladder.forms[0].1.levels.iter().position(|level| level.name == wanted).expect("a level");
        let until = event.text("until").map(|day| day.parse().expect("a day"));
        let end = until.map_or(Micros::MAX, |day| calendar::end(self.program.zone, day));
        self.clock = self.clock.max(event.at);
        self.give_level(number, level, end);
    }

    fn vest_on(&mut self, event: &Event) {
        let Some(named) = event.text("order") else { return };
        let (mut order, mut at) = (named.to_owned(), event.at);
        let returnable = self.clock - Micros::from(self.program.returns_days) * DAY;
        // An order that was edited waits as it is by now.
        while !self.waits(&order, &event.kind) {
            let edits = |known: &&Rc<Known>| {
                known.event.at >= returnable && known.event.text("replaces") == Some(order.as_str())
            };
            let Some(next) = self.known.iter().find(edits) else { break };
            (order, at) = (next.event.id.clone(), event.at.max(next.event.at));
        }
        self.vest_waiting(&order, &event.kind, at);
    }

    /// What an order waits for may have been told before it, and have come of a form before.
    fn vest_by_what_has_come(&mut self, order: &Event, replaced: Option<&str>) {
        let returnable = self.clock - Micros::from(self.program.returns_days) * DAY;
        let mut forms = vec![order.id.clone()];
        let mut next = replaced.map(str::to_owned);
        while let Some(known) = next.and_then(|id| self.known.iter().find(|known| known.event.id == id)) {
            forms.push(known.event.id.clone());
            next = known.event.text("replaces").filter(|_| known.event.at >= returnable).map(str::to_owned);
        }
        let come = self.known.iter().filter(|known| !known.ignored);
        let come = come.filter(|known| known.event.text("order").is_some_and(|of| forms.iter().any(|id| id == of)));
        let mut come: Vec<_> = come.map(|known| (known.event.at, known.event.kind.clone())).collect();
        come.sort();
        for (at, kind) in come {
            self.vest_waiting(&order.id, &kind, at.max(order.at));
        }
    }

    /// Whether points of an order wait for an event.
    fn waits(&self, order: &str, kind: &str) -> bool {
        let on = |lot: &ledger::Lot| match (&lot.vesting, &lot.gone) {
            (Vesting::On { event, .. }, _) => *event == kind && lot.amount > zero(),
            (_, Some((_, Want::Event(event)))) => *event == kind && lot.lapsed > zero(),
            _ => false,
        };
        self.lots.iter().any(|lot| lot.source == order && on(lot))
    }

    fn vest_waiting(&mut self, order: &str, kind: &str, at: Micros) {
        for wallet in 0..self.program.wallets.len() {
            for number in 0..self.lots.len() {
                if (self.lots[number].wallet, self.lots[number].source.as_str()) != (wallet, order) {
                    continue;
                }
                if let Some((over, Want::Event(event))) = self.lots[number].gone.clone()
                    && event == kind
                    && at < over
                    && self.lots[number].earned_at >= self.horizon()
                    && self.lots[number].lapsed > zero()
                {
                    // It came in time.
                    self.reinstate(number, over);
                    let at = at.max(self.lots[number].earned_at);
                    self.vest(number, at);
                }
                let lot = &self.lots[number];
                let waits = matches!(&lot.vesting, Vesting::On { event, deadline } if *event == kind && at < *deadline);
                if waits && (lot.wallet, lot.source.as_str()) == (wallet, order) && lot.amount > zero() {
                    let at = at.max(lot.earned_at);
                    self.vest(number, at);
                }
            }
        }
    }

    /// A refund or a cancellation.
    fn come_back(&mut self, refund: &Event, lives_on: bool) -> Result<(), &'static str> {
        let id = refund.text("order").ok_or("unknown_order")?;
        let horizon = self.horizon();
        let is_it = |known: &Rc<Known>| known.event.id == id && known.event.at >= horizon;
        let index = self.known.iter().position(is_it).ok_or("unknown_order")?;
        let mut known = Known::clone(&self.known[index]);
        if matches!(known.event.kind.as_str(), "refund" | "cancel" | "profile" | "assign_level") {
            return Err("unknown_order");
        }
        if known.event.at < self.clock - Micros::from(self.program.returns_days) * DAY {
            return Err("return_window_closed");
        }
        let at = refund.at.max(known.event.at);
        let points = refund.number("points");
        match &points {
            Some(_) if known.kept.whole => return Err("already_returned"),
            Some(_) if refund.lines().is_none() && refund.number("amount").is_none() => {}
            _ => known.kept.take_back(refund)?,
        }
        known.replaced |= lives_on;
        for wallet in 0..self.program.wallets.len() {
            let Some(granted) = known.granted.get(&wallet) else { continue };
            let clawed = known.clawed.get(&wallet).cloned().unwrap_or_else(zero);
            let due = granted - self.rerated(&known, wallet) - clawed;
            if due > zero() {
                let waits =
                    |lot: &&ledger::Lot| lot.wallet == wallet && lot.source == id && lot.vesting != Vesting::Done;
                let pending: Exact = self.lots.iter().filter(waits).map(|lot| &lot.amount).sum();
                if lives_on {
                    self.had_vested.insert(wallet, (&due - pending).max(zero()));
                }
                *known.clawed.entry(wallet).or_insert_with(zero) += &due;
                self.claw_back(wallet, (id, known.event.at), &due, at);
            }
        }
        // What is given back sees the member without what came back.
        self.known[index] = Rc::new(known.clone());
        self.give_points_back(&mut known, points, at)?;
        if known.kept.whole {
            // What of an edited order is used up is judged when it is known what the other form sets off.
            let fired = known.judgement.fired.iter().filter(|_| !lives_on);
            known.stays = fired.filter(|rule| self.something_stays(&known, **rule, id)).copied().collect();
            let free = known.judgement.fired.iter().filter(|rule| !known.stays.contains(rule));
            let free: Vec<usize> = free.copied().collect();
            self.claim(&free, known.event.at, (-1, at));
        }
        self.known[index] = Rc::new(known);
        Ok(())
    }

    /// Whether a rule that an order has set off gave something that its return does not find, under the name of the order
    /// that it is missing of.
    fn something_stays(&self, known: &Known, rule: usize, missing_of: &str) -> bool {
        let raises = |effect: &Effect| matches!(effect, Effect::Raise { .. });
        let on = calendar::day(self.program.zone, known.event.at);
        if known.judgement.lasting.contains(&rule) || self.program.rules[rule].on(on).effects.iter().any(raises) {
            return true;
        }
        let gave = |wallet: usize| {
            let own = |share: &Share| (share.rule, share.wallet) == (rule, wallet) && share.amount > zero();
            known.judgement.shares.iter().any(own)
        };
        self.missing.iter().any(|missing| {
            let leaves = self.program.wallets[missing.wallet].on(on).clawback == Clawback::OnlyPending;
            let gone = missing.order == missing_of && missing.amount > zero();
            gone && (missing.spent || leaves) && gave(missing.wallet)
        })
    }

    /// Gives spent points back in the reverse order of their use: those asked for, else those of what came back.
    fn give_points_back(&mut self, known: &mut Known, points: Option<Exact>, at: Micros) -> Result<(), &'static str> {
        let mut asked = points;
        for (wallet, uses) in known.uses.clone() {
            let policy = self.program.wallets[wallet].on(calendar::day(self.program.zone, known.event.at));
            let spent: Exact = uses.iter().map(|used| &used.amount).sum();
            let before = known.restored.get(&wallet).cloned().unwrap_or_else(zero);
            let left = &spent - &before;
            let due = match &mut asked {
                Some(asked) => {
                    let due = left.min(asked.clone());
                    *asked -= &due;
                    due
                }
                None if known.kept.whole => left,
                None if policy.restore_full_only => zero(),
                None => {
                    let subtotal = |event: Event| event.number("subtotal").unwrap_or_else(zero);
                    let (all, kept) = (subtotal(known.kept.original.clone()), subtotal(known.kept.form.clone()));
                    let part = if all == zero() { zero() } else { &spent * (&all - kept) / &all };
                    floor_at(&part, policy.decimals) - &before
                }
            };
            if due <= zero() || policy.restore == Restore::Never {
                continue;
            }
            *known.restored.entry(wallet).or_insert_with(zero) += &due;
            let (mut skip, mut due) = (before, due);
            for used in uses.iter().rev() {
                let passed = used.amount.clone().min(skip.clone());
                skip -= &passed;
                let part = (&used.amount - passed).min(due.clone());
                if part > zero() {
                    due -= &part;
                    self.give_back_one((wallet, policy.restore), used, part, (known.event.at, at));
                }
            }
        }
        if asked.is_some_and(|rest| rest > zero()) { Err("refund_exceeds_order") } else { Ok(()) }
    }

    fn give_back_one(
        &mut self,
        (wallet, restore): (usize, Restore),
        used: &Use,
        part: Exact,
        (used_at, at): (Micros, Micros),
    ) {
        let seen = self.seen(at, false, false);
        let nothing = Event::new("", "", at);
        let scope = Scope { program: self.program, event: &nothing, seen: &seen };
        let fresh = earn::wallet_expiry(scope.wallet(wallet), &scope);
        self.give_back(restore, used, part, (used_at, at), &fresh);
    }

    pub fn figures(&self) -> Figures {
        let mut figures = Figures {
            totals: BTreeMap::new(),
            lots: BTreeMap::new(),
            measures: BTreeMap::new(),
            levels: BTreeMap::new(),
            attributes: self.shown_attributes(),
            tags: self.tags().into_iter().map(str::to_owned).collect(),
        };
        for (index, wallet) in self.program.wallets.iter().enumerate() {
            let figure = |account| self.figure(index, account);
            let amounts = [
                ("issued", figure(Account::Issued)),
                ("available", self.available(index)),
                ("pending", self.pending(index)),
                ("spent", figure(Account::Spent)),
                ("expired", figure(Account::Expired)),
                ("clawed_back", figure(Account::ClawedBack)),
                ("written_off", figure(Account::WrittenOff)),
                ("debt", figure(Account::Debt)),
            ];
            for (name, amount) in amounts {
                figures.totals.insert(format!("{}.{name}", wallet.name), print(&amount));
            }
        }
        let mut lots: BTreeMap<_, Exact> = BTreeMap::new();
        for lot in self.lots.iter().filter(|lot| lot.amount > zero()) {
            let vests_at = match lot.vesting {
                Vesting::At(at) => Some(at),
                Vesting::Done | Vesting::On { .. } => None,
            };
            let name = self.program.wallets[lot.wallet].name.clone();
            *lots.entry((name, lot.earned_at, vests_at, self.ends_at(lot))).or_insert_with(zero) += &lot.amount;
        }
        figures.lots = lots.into_iter().map(|(key, amount)| (key, print(&amount))).collect();
        for (measure, value) in self.program.measures.iter().zip(self.measures(self.clock, false)) {
            figures.measures.insert(measure.name.clone(), value.map(|value| self.show(&value)));
        }
        for (ladder, standing) in self.program.ladders.iter().zip(&self.standings) {
            let level = ladder.forms[0].1.levels[standing.level].name.to_owned();
            let shown = (level, standing.since, standing.until, standing.grace);
            figures.levels.insert(ladder.name.clone(), shown);
        }
        figures
    }

    fn show(&self, value: &Value) -> String {
        match value {
            Value::Number(number) => print(number),
            Value::Text(text) => text.clone(),
            Value::Instant(at) => calendar::utc(*at).to_rfc3339(),
            Value::Weekday(_) | Value::Bool(_) => format!("{value:?}"),
        }
    }
}
