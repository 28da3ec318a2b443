//! What limits leave of the rules that fire, and caps of what they contribute.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{NaiveDate, Timelike};

use super::calendar::{Micros, clock_micros, day, is_clock, later_day, local, period, start, within_last};
use super::earn::Share;
use super::ledger::{Known, Member};
use super::measure::own_periods;
use super::number::{Exact, whole, zero};
use super::program::*;

impl Member<'_> {
    /// Whether one of the parts of a `valid` holds; the small hours of a night are of the day before.
    pub(super) fn is_valid(&self, valid: &Valid, all: &[Valid], at: Micros) -> bool {
        let time = local(self.program.zone, at);
        let night = |part: &Valid| matches!(part, Valid::Hours(from, to) if to <= from && time.time() < *to);
        let of_the_evening = all.iter().any(night);
        let today = if of_the_evening { time.date().pred_opt().expect("a day before") } else { time.date() };
        match valid {
            Valid::Dates(from, to) => *from <= today && today <= *to,
            Valid::Weekdays(days) => days.contains(&chrono::Datelike::weekday(&today)),
            Valid::Instants(from, to) => from.is_none_or(|from| from <= at) && to.is_none_or(|to| at < to),
            Valid::Hours(from, to) => {
                let time = time.time();
                debug_assert!(time.nanosecond() < 1_000_000_000);
                if from < to { *from <= time && time < *to } else { time >= *from || time < *to }
            }
        }
    }

    /// Whether something at `other` counts where a limit or cap is asked at `at`.
    pub(super) fn in_stretch(&self, per: Option<Per>, other: Micros, at: Micros) -> bool {
        let program = self.program;
        match per {
            None => true,
            Some(Per::Order) => false,
            Some(Per::Period(of)) => {
                period(day(program.zone, at), of, program.week).contains(&day(program.zone, other))
            }
            Some(Per::Membership(of)) => {
                let own = own_periods(day(program.zone, self.enrolled), day(program.zone, at), of, false);
                own.is_some_and(|(from, to, _)| from <= day(program.zone, other) && day(program.zone, other) < to)
            }
            Some(Per::Rolling(length)) => within_last(program.zone, other, at, length),
            Some(Per::FromFirst(_)) => panic!("which stretch it is depends on all uses"),
        }
    }

    /// What the known events have used where a limit or cap is asked at `at`.
    pub(super) fn used(
        &self,
        (per, allowed): (Option<Per>, Exact),
        at: Micros,
        use_of: impl Fn(&Rc<Known>) -> Exact,
    ) -> Exact {
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
        let begun = begun.filter(|from| now < end(*from));
        let from = begun.unwrap_or(now);
        let used = by_key.range(from..end(from)).map(|(_, used)| used).sum();
        if begun.is_some() {
            return used;
        }
        // A use that begins a stretch lets later ones begin elsewhere, and those must not hold too much.
        let stretches = |by_key: &BTreeMap<Micros, Exact>| -> Vec<(Micros, Exact)> {
            let mut found: Vec<(Micros, Exact)> = vec![];
            for (key, used) in by_key {
                match found.last_mut().filter(|(from, _)| *key < end(*from)) {
                    Some((_, sum)) => *sum += used,
                    None => found.push((*key, used.clone())),
                }
            }
            found
        };
        let before = stretches(&by_key);
        by_key.insert(now, zero());
        let after = stretches(&by_key).into_iter().filter(|(from, _)| *from > now);
        let mut changed = after.filter(|(from, _)| !before.iter().any(|(known, _)| known == from));
        changed.find(|(_, sum)| *sum > allowed).map_or(used, |(_, sum)| sum)
    }

    /// The most that was used in a stretch in which `at` lies: in the one that ends with it, or in one that ends with a later
    /// use. By days all that is used on one day is one use.
    pub(super) fn used_rolling(&self, length: Length, at: Micros, uses: &[(Micros, Exact)]) -> Exact {
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
    pub(super) fn limits_leave_room(&self, rule: usize, (at, levels): (Micros, &[usize]), firing: &[usize]) -> bool {
        let today = day(self.program.zone, at);
        let leaves_room = |limit: &Limit, rules: &[usize]| {
            let counted = |fired: &[usize]| fired.iter().filter(|fired| rules.contains(fired)).count();
            if limit.in_total {
                // Nobody tells what other events have claimed.
                return whole(counted(firing) as i64) < whole(i64::from(limit.allows(levels)));
            }
            let use_of = |known: &Rc<Known>| match known.kept.whole {
                true => whole(counted(&known.stays) as i64),
                false => whole(counted(&known.judgement.fired) as i64),
            };
            let allowed = whole(i64::from(limit.allows(levels)));
            self.used((limit.per, allowed.clone()), at, use_of) + whole(counted(firing) as i64) < allowed
        };
        self.program.rules[rule].on(today).limits.iter().all(|limit| leaves_room(limit, &[rule]))
            && self
                .groups_of(rule)
                .all(|group| group.on(today).limits.iter().all(|limit| leaves_room(limit, &group.rules)))
    }

    pub(super) fn groups_of(&self, rule: usize) -> impl Iterator<Item = &Group> {
        self.program.groups.iter().filter(move |group| group.rules.contains(&rule))
    }

    /// Cuts each rule's contribution by its own caps, then by those of its groups, in the order of the file.
    pub(super) fn cap(&self, shares: &mut [Share], firing: &[usize], (at, levels): (Micros, &[usize])) {
        self.cut(shares, firing, (at, levels), None);
    }

    /// The same once more, if the event is known: `got` is what it got of the caps then.
    pub(super) fn cut(
        &self,
        shares: &mut [Share],
        firing: &[usize],
        (at, levels): (Micros, &[usize]),
        got: Option<&[Share]>,
    ) {
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
    pub(super) fn cut_rule(
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
            let had = |known: &Rc<Known>| -> Exact {
                let had = known.had.iter().filter(|((rule, of), _)| *of == wallet && together.contains(rule));
                had.map(|(_, had)| had).sum()
            };
            let use_of =
                |known: &Rc<Known>| sum_of(&self.current_shares(known), &|of| together.contains(&of)) + had(known);
            let leaves = match (got, cap.per) {
                // Of a cap that lasts longer than the event there was what was got of it; one of the event is there anew,
                // where it is the same for everybody.
                (Some(_), Some(Per::Order)) if cap.by_level.is_none() => cap.amount.clone(),
                (Some(got), _) => sum_of(got, &|of| together.contains(&of)),
                (None, _) => cap.allows(levels) - self.used((cap.per, cap.allows(levels).clone()), at, use_of),
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
    pub(super) fn is_capped(&self, rule: usize, wallet: usize, at: Micros) -> bool {
        let day = day(self.program.zone, at);
        let own = &self.program.rules[rule];
        !own.on(day).caps.is_empty() && own.cap_wallet == wallet
            || self.groups_of(rule).any(|group| !group.on(day).caps.is_empty() && group.cap_wallet == wallet)
    }
}
