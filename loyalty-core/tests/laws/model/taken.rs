//! An event that is new: what it sets off, and what it leaves to be known of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::DAY;
use super::calendar::{self, Micros};
use super::earn::Judgement;
use super::event::{Event, Field, number, text};
use super::expr::Seen;
use super::ledger::{Account, Known, Member, Use};
use super::marks::Mark;
use super::measure::Past;
use super::number::{Exact, zero};
use super::program::{Activity, Dated, Flow, Ladder, Rule, Wallet};
use super::reactions::Happened;
use super::standing::Occasion;

impl Member<'_> {
    /// An event that is new; the member is thrown away if it is refused.
    pub(super) fn take_event(&mut self, event: &Event) -> Result<(), &'static str> {
        let first_form = self.first_form(event);
        let is_pause = matches!(event.kind.as_str(), "pause" | "resume");
        let rested = match &first_form {
            Some(form) => form.rested,
            None => self.rests_at(event.at) && event.at >= self.enrolled && !is_pause,
        };
        let unseen = event.at < self.enrolled || rested || first_form.is_some_and(|form| form.ignored);
        let mut known = Known::new(event, self.program.currency.minor, unseen);
        known.rested = rested;
        self.resting = rested;
        let returns = matches!(event.kind.as_str(), "refund" | "cancel");
        let horizon = self.horizon();
        let counts = |known: &Rc<Known>| (!known.ignored || known.rested) && known.event.at >= horizon;
        let named = |known: &Rc<Known>| Some(known.event.id.as_str()) == event.text("order");
        let replaces = event.text("replaces").filter(|_| event.kind == "order");
        let returnable = self.clock - Micros::from(self.program.returns_days) * DAY;
        let edited =
            |known: &Rc<Known>| Some(known.event.id.as_str()) == replaces && known.event.at >= returnable.max(horizon);
        let takes_back = returns && self.known.iter().any(|known| counts(known) && named(known));
        if event.at < self.enrolled && self.tenders(event).next().is_some() {
            return Err("not_eligible");
        }
        // Of an edit since the member joined it is said that it comes too late, whenever the order was.
        if known.ignored && event.at < self.enrolled && !takes_back && !self.known.iter().any(edited) {
            self.known.push(Rc::new(known));
            return Ok(());
        }
        let begun = self.happened.len();
        if event.at >= self.clock {
            self.advance(event.at);
        }
        let first = self.happened.len();
        self.had_vested.clear();
        self.lent.clear();
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
            "pause" | "resume" => {
                self.pause_or_resume(event);
                on_event
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
        self.pay_by_tender(at)?;
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
                self.take_again(at);
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
        let now = self.standings.clone();
        judged_by.iter().for_each(|(ladder, before, _)| self.standings[*ladder].level = *before);
        // What happened earlier than others that are known is judged by the levels of then.
        if at < self.clock {
            for (standing, now) in self.standings.iter_mut().zip(&now) {
                let then = now.counted_at(at);
                if then != now.counts() {
                    (standing.level, standing.given) = (then, vec![]);
                }
            }
        }
        let seen = Seen { before, ..self.seen(at, false, true) };
        self.standings = now;
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
        self.take_again(at);
        self.clock = self.clock.max(at);
        let mut next = first;
        if replaces.is_some() {
            // What the form before had made is judged as after a return.
            self.follow_on_form_before(first);
            self.edits = true;
            self.follow(Occasion::Return, first);
            next = self.happened.len();
        }
        self.follow(occasion, next);
        if self.edits {
            self.follow_on_less(first);
        }
        self.edits = false;
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

    /// What an order pays from which wallet.
    fn tenders(&self, order: &Event) -> impl Iterator<Item = (usize, Exact)> {
        let tenders = order.list("tenders").unwrap_or_default().iter().filter(|_| order.kind == "order");
        let paid = tenders.filter_map(|tender| {
            let pays = |wallet: &Wallet| wallet.tender.is_some() && wallet.tender == text(tender, "kind");
            Some((self.program.wallets.iter().position(pays)?, number(tender, "amount")?))
        });
        paid.filter(|(_, amount)| *amount > zero())
    }

    /// Takes from wallets what the order that is known last says was paid from them; refused where there is less.
    fn pay_by_tender(&mut self, at: Micros) -> Result<(), &'static str> {
        let mut known = Known::clone(self.known.last().expect("it is known by now"));
        let tenders: Vec<(usize, Exact)> = self.tenders(&known.event).collect();
        // What happened in a pause can be told once the account is awake.
        if known.ignored && !tenders.is_empty() && self.pauses.iter().any(|pause| pause.to.is_none()) {
            return Err("member_paused");
        }
        for (wallet, amount) in tenders {
            if amount > self.available(wallet) {
                return Err("insufficient_balance");
            }
            self.payments += 1;
            let order = self.spending_order(wallet, at);
            let uses = self.take(&order, &amount).into_iter().map(|used| Use { tender: true, ..used });
            known.uses.entry(wallet).or_default().extend(uses);
            self.note(wallet, Account::Spent, amount.clone());
            self.spent.push((wallet, at));
            self.flows.push((wallet, Flow::Spent, amount.clone(), at));
            self.tell_moved(Flow::Spent, wallet, &amount, at);
            self.bring_back(wallet, at, |without| *without == Activity::Any);
        }
        *self.known.last_mut().expect("it is known by now") = Rc::new(known);
        Ok(())
    }

    /// The first form that is remembered of the order whose corrected form an event is: all its forms are one purchase.
    fn first_form(&self, event: &Event) -> Option<Rc<Known>> {
        let horizon = self.horizon();
        let returnable = self.clock - Micros::from(self.program.returns_days) * DAY;
        let mut next = event.text("replaces").filter(|_| event.kind == "order");
        let mut first = None;
        while let Some(id) = next {
            let form = self.known.iter().find(|known| known.event.id == id && known.event.at >= horizon);
            let Some(form) = form else { break };
            first = Some(form.clone());
            next = form.event.text("replaces").filter(|_| form.event.at >= returnable);
        }
        first
    }

    /// Notes to which levels an event has led, after the forms before it.
    pub(super) fn note_levels(&mut self, index: usize, begun: usize, mut made: Vec<(usize, usize, usize)>) {
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
    pub(super) fn use_again(&mut self, before: &Known, at: Micros) {
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
    pub(super) fn carry_out(&mut self, judgement: Judgement, (at, as_of): (Micros, Micros), replaced: Option<&str>) {
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
            let (place, before) = (self.happened.len(), known.at_once.get(&lot.wallet).cloned().unwrap_or_else(zero));
            self.add_lot(lot.wallet, &known.event.id, lot.amount.clone(), at, vest, &lot.expire);
            if matches!(self.happened[place], Happened::Moved { at_once: true, .. }) {
                let had = replaced.map_or_else(zero, |old| self.had_waited(lot.wallet, old));
                if had > zero() {
                    self.at_once_at.insert(place, (had, before.clone()));
                }
                known.at_once.insert(lot.wallet, before + &lot.amount);
            }
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

    /// What had waited and vested of an order that is replaced, or of a form before it: the most of any form.
    fn had_waited(&self, wallet: usize, replaced: &str) -> Exact {
        let since = self.clock - Micros::from(self.program.returns_days) * DAY;
        let of = |map: &BTreeMap<usize, Exact>| map.get(&wallet).cloned().unwrap_or_else(zero);
        let (mut taken, mut most) = (of(&self.had_vested), zero());
        let mut next = Some(replaced.to_owned());
        while let Some(form) = next.and_then(|id| self.known.iter().find(|known| known.event.id == id)) {
            most = most.max(taken - of(&form.at_once));
            taken = of(&form.had_vested);
            next = form.event.text("replaces").filter(|_| form.event.at >= since).map(str::to_owned);
        }
        most
    }

    /// What rules that fired at an instant move of the counters over all members.
    pub(super) fn claim(&mut self, fired: &[usize], fired_at: Micros, (by, at): (i64, Micros)) {
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

    pub(super) fn past(&self) -> Vec<Past<'_>> {
        // An edited order counts once, by its last form.
        let counted = self.known.iter().filter(|known| !known.ignored && !known.replaced);
        counted
            .map(|known| Past { original: &known.kept.original, kept: (!known.kept.whole).then_some(&known.kept.form) })
            .collect()
    }

    /// Staff give a level: for good, or through a day.
    pub(super) fn assign_level(&mut self, event: &Event) {
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
}
