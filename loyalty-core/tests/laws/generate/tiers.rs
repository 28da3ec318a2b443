//! Ladders, segments, and rules that follow decisions and the calendar, added to a program that has none.

use chrono::{NaiveTime, Weekday};
use loyalty_core::Program as Compiled;

use super::program::{PERIODS, compare, date, limit, member_condition, window};
use super::wallets::{membership, points};
use super::{LENGTHS, Rolls, money};
use crate::model::calendar::is_clock;
use crate::model::number::{Exact, scaled, whole};
use crate::model::program::*;

const LEVELS: [&str; 4] = ["bronze", "silver", "gold", "platinum"];

pub type Parts = (Vec<Vec<u32>>, Vec<Vec<u32>>, Vec<Vec<u32>>, Vec<Vec<u32>>, Vec<u32>);

/// Adds measures, ladders, segments and rules, each from its own rolls.
pub fn add(program: &mut Program, (measures, ladders, segments, rules, reads): Parts) {
    program.lengths = LENGTHS.to_vec();
    for rolls in measures {
        let measure = measure(&mut Rolls::new(rolls), program, ladders.len());
        program.measures.push(measure);
    }
    for (index, rolls) in segments.into_iter().enumerate() {
        let mut rolls = Rolls::new(rolls);
        let mut forms = vec![(None, watched_condition(&mut rolls, program))];
        if rolls.one_in(4) {
            forms.push((Some(date(&mut rolls)), watched_condition(&mut rolls, program)));
        }
        program.segments.push(Segment { name: format!("group{index}s"), forms });
    }
    for (index, rolls) in ladders.into_iter().enumerate() {
        let ladder = ladder(&mut Rolls::new(rolls), index, program);
        program.ladders.push(ladder);
    }
    if !program.ladders.is_empty() {
        let mut rolls = Rolls::new(reads);
        read_levels(&mut rolls, program);
        allow_by_level(&mut rolls, program);
    }
    let first = program.rules.len();
    for (index, rolls) in rules.into_iter().enumerate() {
        let rule = reaction(&mut Rolls::new(rolls), first + index, program);
        program.rules.push(rule);
    }
}

/// Lets rules on events ask for levels, and multiply by what these give.
fn read_levels(rolls: &mut Rolls, program: &mut Program) {
    for index in 0..program.rules.len() {
        if rolls.one_in(3) {
            let condition = at_least(rolls, program);
            program.rules[index].when.push(condition);
        }
        // What multiplies a rule multiplies points of one wallet.
        let rated = |effect: &Effect| match effect {
            Effect::Earn { amount: Earn::Rate { .. }, wallet, .. } => Some(*wallet),
            _ => None,
        };
        let wallets: Vec<Option<usize>> = program.rules[index].effects.iter().map(rated).collect();
        let alike = wallets.iter().all(|wallet| wallet.is_some() && *wallet == wallets[0]);
        if program.rules[index].event == "order" && alike && rolls.one_in(2) {
            let by = Expr::Benefit(rolls.below(program.ladders.len()));
            let name = format!("by_level{index}");
            let effects = vec![Effect::Multiply { rules: vec![index], wallet: None, by }];
            program.rules.push(Rule::plain(&name, "order", effects));
        }
    }
}

/// Lets caps and limits go by levels, where nothing else speaks of their stretch of time.
fn allow_by_level(rolls: &mut Rolls, program: &mut Program) {
    let levels: Vec<usize> = program.ladders.iter().map(|ladder| ladder.forms[0].1.levels.len()).collect();
    let rules = program.rules.iter_mut().map(|rule| (&mut rule.caps, Some(&mut rule.limits)));
    let groups = program.groups.iter_mut().map(|group| (&mut group.caps, Some(&mut group.limits)));
    let wallets = program.wallets.iter_mut().map(|wallet| (&mut wallet.caps, None));
    for (caps, limits) in rules.chain(groups).chain(wallets) {
        if let [cap] = &mut caps[..]
            && rolls.one_in(2)
        {
            let ladder = rolls.below(levels.len());
            let amounts = (0..levels[ladder]).map(|_| &cap.amount * whole(rolls.pick(&[1, 2, 0, 3])));
            cap.by_level = Some((ladder, amounts.collect()));
        }
        if let Some([limit]) = limits.map(|limits| &mut limits[..])
            && !limit.in_total
            && rolls.one_in(2)
        {
            let ladder = rolls.below(levels.len());
            limit.by_level = Some((ladder, (0..levels[ladder]).map(|_| rolls.pick(&[1, 2, 0, 3])).collect()));
        }
    }
}

/// Takes out rules that would set themselves off.
pub fn without_circles(program: &mut Program) {
    while let Err(diagnostics) = Compiled::compile(&program.to_string()) {
        let is_circle = diagnostics.iter().any(|diagnostic| diagnostic.code().as_str() == "L0240");
        let last = program.rules.iter().rposition(|rule| rule.trigger.is_some());
        match last {
            Some(last) if is_circle => {
                program.rules.remove(last);
            }
            _ => panic!("{}\n{program}", diagnostics.render("generated", false)),
        }
    }
}

fn measure(rolls: &mut Rolls, program: &Program, ladders: usize) -> Measure {
    let name = format!("more{}", program.measures.len());
    let window = match rolls.below(5) {
        0 => Window::Membership { of: membership(rolls), previous: rolls.one_in(3) },
        1 if ladders > 0 => Window::LevelYear { ladder: rolls.below(ladders), previous: rolls.one_in(3) },
        2 => Window::This(rolls.pick(&PERIODS)),
        _ => window(rolls),
    };
    let mut measure = Measure {
        name,
        event: String::new(),
        flow: None,
        function: Function::Sum,
        value: None,
        filter: None,
        window,
        returns: rolls.pick(&[Returns::Revoke, Returns::Keep]),
        later: vec![],
    };
    match rolls.below(4) {
        0 => {
            measure.event = "order".to_owned();
            measure.value = Some(Expr::Field("subtotal".to_owned()));
        }
        1 => {
            measure.event = rolls.pick(&["order", "visit"]).to_owned();
            measure.function = Function::Count;
        }
        _ => {
            let flow = rolls.pick(&[Flow::Earned, Flow::Spent, Flow::Vested, Flow::Expired]);
            measure.flow = Some((rolls.below(program.wallets.len()), flow));
        }
    }
    measure
}

/// A condition on the member; `member_condition` knows no flows and levels.
fn watched_condition(rolls: &mut Rolls, program: &Program) -> Expr {
    let condition = match rolls.below(5) {
        0 if !program.ladders.is_empty() => at_least(rolls, program),
        1 if !program.segments.is_empty() => Expr::Segment(rolls.below(program.segments.len())),
        _ => member_condition(rolls, program),
    };
    match rolls.below(6) {
        0 => Expr::Not(Box::new(condition)),
        1 => Expr::Or(vec![condition, member_condition(rolls, program)]),
        _ => condition,
    }
}

fn at_least(rolls: &mut Rolls, program: &Program) -> Expr {
    let ladder = rolls.below(program.ladders.len());
    let levels = program.ladders[ladder].forms[0].1.levels.len();
    Expr::AtLeast(ladder, 1 + rolls.below(levels - 1))
}

/// What levels may be reached by, with thresholds of its kind.
fn meter(rolls: &mut Rolls, program: &Program) -> Option<(Expr, Vec<Expr>)> {
    if rolls.one_in(6) {
        return None;
    }
    if rolls.one_in(6) {
        let wallet = rolls.below(program.wallets.len());
        let amounts = [10, 30, 100].map(|amount| Expr::Points(wallet, whole(amount)));
        return Some((Expr::Balance(wallet), amounts.to_vec()));
    }
    let adds_up = |measure: &Measure| matches!(measure.function, Function::Sum | Function::Count | Function::Streak(_));
    let measures: Vec<usize> = (0..program.measures.len()).filter(|index| adds_up(&program.measures[*index])).collect();
    // The last ones are those that are here for ladders.
    let index = measures[measures.len() - 1 - rolls.below(measures.len())];
    let measure = &program.measures[index];
    let thresholds = match (measure.flow, &measure.value) {
        (Some((wallet, _)), _) => [5, 20, 60].map(|amount| Expr::Points(wallet, whole(amount))),
        (None, Some(_)) if measure.is_of_money() => {
            let unit = money(&mut Rolls::new(vec![0]), program.currency);
            [1, 3, 10].map(|times| Expr::Money(&unit * whole(times)))
        }
        (None, _) => [1, 2, 4].map(|count| Expr::Number(whole(count))),
    };
    Some((Expr::Measure(index), thresholds.to_vec()))
}

fn ladder(rolls: &mut Rolls, index: usize, program: &Program) -> Ladder {
    let meter = meter(rolls, program);
    let by = meter.as_ref().map(|(by, _)| by.clone());
    let first = form(rolls, index, program, &meter);
    let mut forms = vec![(None, first)];
    if rolls.one_in(4) {
        let (_, before) = &forms[0];
        let mut later = form(rolls, index, program, &meter);
        // What a later form cannot take back stays.
        later.levels.truncate(before.levels.len());
        let missing = later.levels.len();
        later.levels.extend(before.levels[missing..].iter().cloned());
        later.retain = later.retain.or_else(|| before.retain.clone());
        later.carry = later.carry.or(before.carry);
        if later.carry.is_some() || reads_own_years(program, index, &by, &later) {
            later.keep = timed(later.keep);
        }
        ascending(&mut later);
        forms.push((Some(date(rolls)), later));
    }
    Ladder { name: ["status", "club"][index].to_owned(), by, forms }
}

/// Thresholds grow from level to level.
fn ascending(form: &mut LadderForm) {
    for index in 1..form.levels.len() {
        let before = form.levels[..index].iter().rev().find_map(|level| level.from.clone());
        let value = |expr: &Expr| match expr {
            Expr::Number(amount) | Expr::Money(amount) | Expr::Points(_, amount) => amount.clone(),
            other => panic!("no threshold: {other:?}"),
        };
        if let (Some(before), Some(from)) = (before, form.levels[index].from.clone())
            && value(&from) <= value(&before)
        {
            let more = value(&before) * whole(2);
            form.levels[index].from = Some(match from {
                Expr::Money(_) => Expr::Money(more),
                Expr::Points(wallet, _) => Expr::Points(wallet, more),
                _ => Expr::Number(more),
            });
        }
    }
}

fn timed(keep: Keep) -> Keep {
    let year = Length { count: 12, unit: TimeUnit::Month };
    if keep == Keep::WhileQualified { Keep::For(year) } else { keep }
}

/// Whether reaching a level begins the counting anew.
fn reads_own_years(program: &Program, ladder: usize, by: &Option<Expr>, form: &LadderForm) -> bool {
    let of_own = |expr: &Expr| {
        reads(
            expr,
            &|measure| matches!(program.measures[measure].window, Window::LevelYear { ladder: of, .. } if of == ladder),
        )
    };
    by.iter().chain(form.levels.iter().flat_map(|level| &level.when)).any(of_own)
}

fn reads(expr: &Expr, wanted: &dyn Fn(usize) -> bool) -> bool {
    match expr {
        Expr::Measure(measure) | Expr::DaysSince(measure) => wanted(*measure),
        Expr::Not(inner) => reads(inner, wanted),
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(|part| reads(part, wanted)),
        Expr::Compare(_, left, right) => reads(left, wanted) || reads(right, wanted),
        _ => false,
    }
}

fn form(rolls: &mut Rolls, index: usize, program: &Program, meter: &Option<(Expr, Vec<Expr>)>) -> LadderForm {
    let count = 2 + rolls.below(3);
    let mut levels = vec![Level { name: LEVELS[0], from: None, when: vec![], rate: whole(1) }];
    for number in 1..count {
        let from = meter.as_ref().map(|(_, thresholds)| thresholds[number - 1].clone());
        let from = from.filter(|_| !rolls.one_in(8));
        let mut when = vec![];
        if from.is_none() || rolls.one_in(5) {
            when.push(watched_condition(rolls, program));
        }
        let rate = scaled(10 + 5 * number as i64, 1);
        levels.push(Level { name: LEVELS[number], from, when, rate });
    }
    let period = |rolls: &mut Rolls| rolls.pick(&[Period::Year, Period::Month, Period::Quarter, Period::Week]);
    let cycle = |rolls: &mut Rolls| match rolls.one_in(4) {
        true => Cycle::Own(membership(rolls)),
        false => Cycle::Calendar(period(rolls)),
    };
    let rise = match rolls.below(4) {
        0 => match rolls.below(6) {
            0 => Rise::AtEndOf(Cycle::Own(membership(rolls))),
            1 => Rise::On { month: 1 + rolls.below(12) as u32, day: 1 + rolls.below(28) as u32 },
            _ => Rise::AtEndOf(Cycle::Calendar(period(rolls))),
        },
        _ => Rise::AtOnce,
    };
    // The period of the measure itself.
    let own = match meter {
        Some((Expr::Measure(by), _)) => match program.measures[*by].window {
            Window::This(of) if levels.iter().any(|level| level.from.is_some()) && rolls.one_in(4) => Some(of),
            _ => None,
        },
        _ => None,
    };
    let rise = own.map_or(rise, |of| Rise::AtEndOf(Cycle::Calendar(of)));
    if own.is_some() {
        levels.retain(|level| level.from.is_some() || level.name == LEVELS[0]);
        levels.iter_mut().for_each(|level| level.when.clear());
    }
    let keep = match rolls.below(9) {
        0 | 1 => Keep::WhileQualified,
        2 | 3 => Keep::For(rolls.pick(&LENGTHS)),
        4 => Keep::ToEnd { next: true, period: period(rolls) },
        5 => Keep::ToEnd { next: false, period: period(rolls) },
        7 => Keep::ToEndOfMembership { of: membership(rolls), next: rolls.one_in(2) },
        6 => Keep::ForToEnd(rolls.pick(&LENGTHS), cycle(rolls)),
        _ => Keep::ToAnniversary,
    };
    let grace = rolls.one_in(3).then(|| (rolls.pick(&LENGTHS), rolls.one_in(3).then(|| cycle(rolls))));
    let fall = rolls.pick(&[Fall::ToEarnedLevel, Fall::ToEarnedLevel, Fall::OneLevel, Fall::Never]);
    let retain = (own.is_none() && rolls.one_in(5)).then(|| {
        let conditions: Vec<Expr> = (0..2).map(|_| watched_condition(rolls, program)).collect();
        (1 + rolls.below(2), conditions)
    });
    let by = meter.as_ref().map(|(by, _)| by.clone());
    let hours = by.as_ref().is_some_and(|by| {
        reads(by, &|measure| matches!(program.measures[measure].window, Window::Rolling(of) if is_clock(of.unit)))
    });
    let carry = (by.is_some() && !hours && rolls.one_in(4)).then(|| rolls.pick(&[Carry::Rest, Carry::Nothing]));
    let mut form = LadderForm {
        levels,
        rise,
        keep,
        grace,
        fall,
        retain,
        seen_after: rolls.one_in(3),
        carry,
        returns: match rolls.below(4) {
            0 => LadderReturns::Revoke,
            1 => LadderReturns::KeepToEnd(cycle(rolls)),
            _ => LadderReturns::Keep,
        },
    };
    if form.carry.is_some() || form.fall == Fall::OneLevel || reads_own_years(program, index, &by, &form) {
        form.keep = timed(form.keep);
    }
    form
}

fn reaction(rolls: &mut Rolls, index: usize, program: &Program) -> Rule {
    let wallet = rolls.below(program.wallets.len());
    let trigger = trigger(rolls, program);
    let mut rule = Rule { cap_wallet: wallet, ..Rule::plain(&format!("rule{index}"), "", vec![]) };
    if let Trigger::Moved(_, of) | Trigger::BeforeExpiry { wallet: of, .. } = &trigger
        && rolls.one_in(3)
    {
        let amount = points(rolls, &program.wallets[*of]);
        let told = Expr::Field("amount".to_owned());
        rule.when.push(compare(Comparison::GreaterOrEqual, told, Expr::Points(*of, amount)));
    }
    rule.trigger = Some(trigger);
    for _ in 0..1 + rolls.below(2) {
        let effect = match rule.trigger {
            Some(Trigger::Moved(..) | Trigger::BeforeExpiry { .. }) if rolls.one_in(2) => {
                // No more than there was, or what follows on itself has no end.
                let points = Expr::Number(whole(1));
                let (per, of) = (rolls.pick(&[whole(1), whole(10), whole(3)]), Expr::Field("amount".to_owned()));
                let amount = Earn::Rate { points, per, full: rolls.one_in(4), of };
                Effect::Earn { wallet, amount, vest: None, expire: None }
            }
            _ => effect(rolls, program, wallet),
        };
        rule.effects.push(effect);
    }
    if rolls.one_in(3) {
        rule.when.push(watched_condition(rolls, program));
    }
    if rolls.one_in(6) {
        rule.valid.push(super::program::valid(rolls));
    }
    for _ in 0..rolls.pick(&[0, 0, 1]) {
        rule.limits.push(limit(rolls));
    }
    rule
}

fn trigger(rolls: &mut Rolls, program: &Program) -> Trigger {
    let wallet = rolls.below(program.wallets.len());
    let length = |rolls: &mut Rolls| rolls.pick(&LENGTHS);
    match rolls.below(15) {
        0 | 1 => Trigger::Every(every(rolls)),
        2 if !program.ladders.is_empty() => {
            let ladder = rolls.below(program.ladders.len());
            let levels = program.ladders[ladder].forms[0].1.levels.len();
            let reaches = Change::Reaches(1 + rolls.below(levels - 1));
            Trigger::Ladder(ladder, rolls.pick(&[Change::Rises, Change::Falls, Change::Changes, reaches]))
        }
        3 if !program.segments.is_empty() => {
            Trigger::Segment { segment: rolls.below(program.segments.len()), entered: rolls.one_in(2) }
        }
        4 if !program.ladders.is_empty() => {
            Trigger::BeforeEnd { ladder: rolls.below(program.ladders.len()), before: length(rolls) }
        }
        5 => Trigger::BeforeExpiry { wallet, before: length(rolls) },
        6 => Trigger::AfterLast { length: length(rolls), event: rolls.pick(&["order", "visit"]) },
        7 => Trigger::After {
            length: length(rolls),
            event: rolls.pick(&["visit", "order"]),
            without: rolls.pick(&[None, Some("order"), Some("redeem")]),
        },
        10 => Trigger::Membership(membership(rolls)),
        8 => Trigger::Yearly { birthday: rolls.one_in(2), before: rolls.one_in(2).then(|| length(rolls)) },
        9 => Trigger::Every(every(rolls)),
        _ => {
            let flow =
                rolls.pick(&[Flow::Earned, Flow::Vested, Flow::Spent, Flow::Expired, Flow::Restored, Flow::ClawedBack]);
            Trigger::Moved(flow, wallet)
        }
    }
}

fn every(rolls: &mut Rolls) -> Every {
    let period = rolls.pick(&[Period::Month, Period::Day, Period::Week, Period::Quarter, Period::Year]);
    let weekday = rolls.pick(&[Weekday::Mon, Weekday::Wed, Weekday::Sun]);
    let nth = rolls.pick(&[Some(1), Some(2), Some(5), None]);
    let number = rolls.pick(&[1, 15, 31]);
    let day = match period {
        Period::Week => rolls.pick(&[None, Some(CalendarDay::Weekday(weekday))]),
        Period::Month => rolls.pick(&[
            None,
            Some(CalendarDay::Number(number)),
            Some(CalendarDay::Last),
            Some(CalendarDay::Nth(nth, weekday)),
        ]),
        Period::Quarter => rolls.pick(&[None, Some(CalendarDay::Last), Some(CalendarDay::Number(number))]),
        Period::Year => rolls.pick(&[None, Some(CalendarDay::MonthDay(2, 29)), Some(CalendarDay::MonthDay(12, 31))]),
        Period::Day | Period::HalfYear => None,
    };
    let hour = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0);
    let at = rolls.pick(&[None, hour(9, 0), hour(2, 30), hour(0, 30), hour(23, 59)]);
    let from = (day.is_none() && rolls.one_in(3)).then(|| date(rolls));
    Every { count: rolls.pick(&[1, 1, 2, 3]), period, day, at, from }
}

fn effect(rolls: &mut Rolls, program: &Program, wallet: usize) -> Effect {
    let amount = |rolls: &mut Rolls, wallet: usize| -> Exact { points(rolls, &program.wallets[wallet]) };
    let other = rolls.below(program.wallets.len());
    match rolls.below(9) {
        0 if other != wallet && !program.wallets[wallet].money => Effect::Convert {
            from: wallet,
            takes: amount(rolls, wallet),
            to: other,
            gives: amount(rolls, other),
            each: rolls.one_in(2),
        },
        1 => {
            let share = rolls.pick(&[scaled(10, 2), scaled(50, 2), whole(1)]);
            Effect::Forfeit { wallet, amount: Expr::Share(wallet, share) }
        }
        2 => Effect::Forfeit { wallet, amount: Expr::Points(wallet, amount(rolls, wallet)) },
        3 => Effect::Spend { wallet, amount: Expr::Points(wallet, amount(rolls, wallet)), up_to: rolls.one_in(2) },
        4 | 5 if !program.ladders.is_empty() => {
            let ladder = rolls.below(program.ladders.len());
            let levels = program.ladders[ladder].forms[0].1.levels.len();
            let period = rolls.pick(&PERIODS);
            let end = match rolls.below(6) {
                0 => None,
                1 => Some(RaiseEnd::For(rolls.pick(&LENGTHS))),
                2 => Some(RaiseEnd::Until(date(rolls))),
                4 => Some(RaiseEnd::ToEndOfMembership { of: membership(rolls), next: rolls.one_in(2) }),
                3 => Some(RaiseEnd::ForToEnd(rolls.pick(&LENGTHS), period)),
                _ => Some(RaiseEnd::ToEnd { next: rolls.one_in(2), period }),
            };
            Effect::Raise { ladder, level: rolls.below(levels), end }
        }
        _ => {
            let earned = Earn::Fixed(Expr::Points(wallet, amount(rolls, wallet)));
            Effect::Earn { wallet, amount: earned, vest: None, expire: None }
        }
    }
}
