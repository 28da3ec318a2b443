//! Challenges: rounds, what is carried over and what comes back, against the slow evaluator and against plain sums; and
//! streaks with what keeps them, day by day.

use chrono::DateTime;
use loyalty_core::{Member, Outcome, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::{compile, instant};
use crate::model::challenges::{DAY, Rules, Standing, Step, Window};
use crate::settings;

/// Friday, 2 January 2026, at noon.
pub const ENROLLED: i64 = 1_767_355_200_000_000;

fn rules() -> impl Strategy<Value = Rules> {
    let window = prop_oneof![Just(Window::AllTime), Just(Window::Week), Just(Window::Month)];
    let repeat = prop_oneof![Just(None), Just(Some(None)), (1_u32..4).prop_map(|most| Some(Some(most)))];
    let choices = (any::<bool>(), window, vec(1_i64..5, 1..=3), repeat);
    let policies = (any::<bool>(), any::<bool>(), prop_oneof![Just(None), (1_i64..20).prop_map(Some)]);
    (choices, policies).prop_map(|((counts, window, steps, repeat), (carry, revoke, tolerance))| {
        let mut last = 0;
        let goals = steps.into_iter().map(|step| {
            last += if counts { step } else { step * 1_725 };
            last
        });
        Rules { counts, window, goals: goals.collect(), repeat, carry, revoke, tolerance }
    })
}

/// Orders on the way up, late ones among them, refunds of what is left of some, and time that passes.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let rolls = (0_u32..10, 0_i64..20, 0_i64..10_000, any::<prop::sample::Index>());
    vec(rolls, 1..40).prop_map(|rolls| {
        let mut made: Vec<Step> = Vec::new();
        let mut left: Vec<i64> = Vec::new();
        let mut clock = ENROLLED;
        for (kind, days, cents, pick) in rolls {
            match kind {
                0..=5 => {
                    clock += days * DAY / 4;
                    let late = if kind == 0 { days * 2 * DAY } else { 0 };
                    let at = (clock - late).max(ENROLLED);
                    made.push(Step::Order { id: left.len(), at, cents: cents + 1 });
                    left.push(cents + 1);
                }
                6..=8 if !left.is_empty() => {
                    let order = pick.index(left.len());
                    // All of it, or a part.
                    let back = if kind == 6 { left[order] } else { left[order].min(cents + 1) };
                    if back > 0 {
                        clock += days * DAY / 8;
                        left[order] -= back;
                        made.push(Step::Refund { order, at: clock, cents: back });
                    }
                }
                _ => {
                    clock += days * DAY;
                    made.push(Step::Advance { to: clock });
                }
            }
        }
        made
    })
}

fn rfc3339(at: i64) -> String {
    DateTime::from_timestamp_micros(at).expect("an instant").to_rfc3339()
}

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn event(number: usize, step: &Step) -> Option<String> {
    Some(match step {
        Step::Order { id, at, cents } => {
            format!(r#"{{"type":"order","id":"o-{id}","at":"{}","subtotal":"{}"}}"#, rfc3339(*at), money(*cents))
        }
        Step::Refund { order, at, cents } => format!(
            r#"{{"type":"refund","id":"r-{number}","order":"o-{order}","at":"{}","amount":"{}"}}"#,
            rfc3339(*at),
            money(*cents)
        ),
        Step::Advance { .. } => return None,
    })
}

/// A step, which is taken.
pub fn happen(program: &Program, member: &mut Member, number: usize, step: &Step) -> Outcome {
    match event(number, step) {
        Some(event) => program.apply(member, event.as_str()).unwrap_or_else(|error| panic!("{event}: {error}")),
        None => program.advance(member, instant(step.at())).expect("time passes"),
    }
}

fn play(program: &Program, member: &mut Member, number: usize, step: &Step) {
    happen(program, member, number, step);
}

fn view(program: &Program, member: &Member) -> Value {
    serde_json::from_str(&program.view(member, member.clock()).to_json()).expect("a view is JSON")
}

fn whole(value: &Value, factor: i64) -> i64 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (units, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut cents: i64 = format!("{rest:0<2}").parse().expect("digits");
    cents += units.parse::<i64>().expect("digits") * 100;
    cents * factor / 100
}

fn shown(rules: &Rules, program: &Program, member: &Member) -> Standing {
    let view = view(program, member);
    let challenge = &view["challenges"]["it"];
    Standing {
        times: whole(&challenge["times"], 1),
        points: whole(&view["wallets"]["pts"]["available"], 1),
        current: whole(&challenge["current"], if rules.counts { 1 } else { 100 }),
        completed: challenge["completed"].as_bool().expect("a bool"),
    }
}

/// Tells the steps and holds what a member has after each against what the orders that are kept make by themselves.
fn moving_window(
    rules: &Rules,
    steps: &[Step],
    mut lawful: impl FnMut(&Step, &Standing, &Standing) -> bool,
) -> Result<(), TestCaseError> {
    let text = rules.program();
    let program = compile(&text);
    let mut member = program.enroll("m-1", instant(ENROLLED)).expect("a member");
    let (mut made, mut clock) = (Vec::<Step>::new(), ENROLLED);
    for (number, step) in steps.iter().enumerate() {
        clock = clock.max(step.at());
        play(&program, &mut member, number, step);
        made.push(step.clone());
        member = program.load(&program.save(&member)).expect("a saved member").member;
        let (shown, kept) = (shown(rules, &program, &member), rules.of_what_is_kept(&made, clock));
        let told = format!("{shown:?}, not {kept:?}, after step {number} of\n{text}\n{made:?}");
        prop_assert!(lawful(step, &shown, &kept), "{}", told);
    }
    Ok(())
}

proptest! {
    #![proptest_config(settings(64))]

    /// Whatever is bought, comes back and comes late: goals, rounds and rewards are those of the slow evaluator after
    /// every step, also where every event comes twice and the state is saved in between.
    #[test]
    fn rounds_are_those_of_the_slow_evaluator(rules in rules(), steps in steps()) {
        let text = rules.program();
        let program = compile(&text);
        let mut member = program.enroll("m-1", instant(ENROLLED)).expect("a member");
        for (number, step) in steps.iter().enumerate() {
            play(&program, &mut member, number, step);
            let saved = program.save(&member);
            play(&program, &mut member, number, step);
            prop_assert_eq!(&program.save(&member), &saved, "a second time changes nothing\n{}", text);
            member = program.load(&saved).expect("a saved member").member;
            prop_assert_eq!(&program.save(&member), &saved, "saved and loaded\n{}", text);
            let bytes = program.save_binary(&member);
            prop_assert_eq!(program.save_binary(&program.load_binary(&bytes).expect("bytes").member), bytes);
            let slow = rules.stand(ENROLLED, &steps[..=number]);
            prop_assert_eq!(shown(&rules, &program, &member), slow, "after step {} of\n{}\n{:?}", number, text, steps);
        }
    }

    /// With `carry` and `returns revoke` nothing depends on the way: the rounds are those that the kept sum allows.
    #[test]
    fn carried_rounds_are_a_plain_division(rules in rules(), steps in steps()) {
        let rules = Rules {
            repeat: Some(None), carry: true, revoke: true, tolerance: None, window: Window::AllTime,
            goals: rules.goals.into_iter().take(1).collect(), counts: rules.counts,
        };
        let program = compile(&rules.program());
        let mut member = program.enroll("m-1", instant(ENROLLED)).expect("a member");
        steps.iter().enumerate().for_each(|(number, step)| play(&program, &mut member, number, step));
        let total = rules.total(&steps, 0);
        let shown = shown(&rules, &program, &member);
        prop_assert_eq!((shown.times, shown.current), (total / rules.goals[0], total % rules.goals[0]));
        prop_assert_eq!(shown.points, shown.times);
    }

    /// An order that is edited several times ends where the last edit alone would have led, if it counted no more in between: in
    /// its own window, in another one, and when what is left of it is called off.
    #[test]
    fn edits_in_between_make_no_difference(
        rules in rules(),
        steps in steps(),
        pick in any::<prop::sample::Index>(),
        amounts in vec(1_i64..12_000, 1..5),
        days in 0_i64..40,
    ) {
        // What a round loses at its end is lost in between, too.
        let rules = Rules { carry: true, tolerance: None, ..rules };
        let program = compile(&rules.program());
        let mut member = program.enroll("m-1", instant(ENROLLED)).expect("a member");
        steps.iter().enumerate().for_each(|(number, step)| play(&program, &mut member, number, step));
        let orders: Vec<usize> = Rules::kept(&steps).into_keys().collect();
        if orders.is_empty() {
            return Ok(());
        }
        let order = orders[pick.index(orders.len())];
        let first = member.clock().as_micros() + days * DAY;
        let last = first + amounts.len() as i64;
        if rules.window.key(first) != rules.window.key(last) {
            return Ok(());
        }
        let edited = |forms: &[i64]| {
            let (mut member, mut replaces) = (program.load(&program.save(&member)).expect("a member").member, format!("o-{order}"));
            for (number, cents) in forms.iter().enumerate() {
                let (id, at) = (format!("e-{number}"), rfc3339(last - (forms.len() - 1 - number) as i64));
                let subtotal = money(*cents);
                let event = format!(
                    r#"{{"type":"order","id":"{id}","at":"{at}","subtotal":"{subtotal}","replaces":"{replaces}"}}"#
                );
                program.apply(&mut member, event.as_str()).ok()?;
                member = program.load_binary(&program.save_binary(&member)).expect("a saved member").member;
                replaces = id;
            }
            let after = shown(&rules, &program, &member);
            let event = format!(r#"{{"type":"cancel","id":"c","at":"{}","order":"{replaces}"}}"#, rfc3339(last));
            program.apply(&mut member, event.as_str()).expect("a cancellation");
            Some((after, shown(&rules, &program, &member)))
        };
        let most = amounts.iter().copied().max().expect("an amount");
        let forms: Vec<i64> = amounts.iter().copied().chain([most]).collect();
        prop_assert_eq!(edited(&forms), edited(&[most]), "{:?} of o-{} in {}\n{:?}", forms, order, rules.program(), steps);
    }

    /// In a window that moves on, with `returns revoke`, a member has what the kept orders alone would have made, in whatever order
    /// they are told.
    #[test]
    fn rounds_of_a_moving_window_are_those_of_what_is_kept(rules in rules(), steps in steps(), days in 1_i64..10) {
        let rules = Rules { carry: false, revoke: true, tolerance: None, window: Window::Rolling(days), ..rules };
        moving_window(&rules, &steps, |_, shown, kept| shown == kept)?;
    }

    /// With `returns keep` a return changes nothing of what was had, and what is had is what the orders make as long as none came
    /// back.
    #[test]
    fn rounds_of_a_moving_window_stay(rules in rules(), steps in steps(), days in 1_i64..10) {
        let rules = Rules { carry: false, revoke: false, tolerance: None, window: Window::Rolling(days), ..rules };
        let (mut before, mut whole) = (0, true);
        moving_window(&rules, &steps, |step, shown, kept| {
            let returned = matches!(step, Step::Refund { .. });
            whole &= !returned;
            let points = core::mem::replace(&mut before, shown.points);
            (!returned || shown.points == points) && shown.points >= points && (!whole || shown == kept)
        })?;
    }

    /// Day by day: a visit lengthens a streak, a shield keeps it over a day without one, and nothing else does; however
    /// rarely time is told.
    #[test]
    fn streaks_are_those_of_a_diary(days in vec((0_u32..3, any::<bool>(), any::<bool>()), 1..40), most in 1_u32..4) {
        let text = format!(
            "program \"Shop\" {{ timezone \"Europe/Berlin\" }}\nwallet pts {{}}\n\
             wallet shields {{ hold at most {most} shields }}\n\
             challenge it {{ streak visit by day  goal 3  repeat  freeze 1 shields  reward {{ earn 1 pts }} }}\n\
             rule gift on review {{ earn 1 shields }}\n"
        );
        let program = compile(&text);
        let mut member = program.enroll("m-1", instant(ENROLLED)).expect("a member");
        let (mut run, mut best, mut shields, mut rewards) = (0_i64, 0_i64, 0_i64, 0_i64);
        for (number, (visits, gift, told)) in days.iter().enumerate() {
            // Noon of each day; 29 March has 23 hours.
            let noon = ENROLLED + 70 * DAY + number as i64 * DAY;
            for visit in 0..*visits {
                let at = rfc3339(noon + i64::from(visit) * 3_600_000_000);
                let event = format!(r#"{{"type":"visit","id":"v-{number}-{visit}","at":"{at}"}}"#);
                program.apply(&mut member, event.as_str()).expect("a visit");
            }
            if *visits > 0 {
                run += 1;
                best = best.max(run);
                rewards += i64::from(run % 3 == 0);
            }
            if *gift {
                let at = rfc3339(noon + 5 * 3_600_000_000);
                let event = format!(r#"{{"type":"review","id":"g-{number}","at":"{at}"}}"#);
                program.apply(&mut member, event.as_str()).expect("a review");
                shields = (shields + 1).min(i64::from(most));
            }
            // What the diary says at the midnight after.
            if *visits == 0 && run > 0 {
                if shields > 0 {
                    shields -= 1;
                } else {
                    run = 0;
                }
            }
            if *told {
                let due = member.next_due();
                let midnight = noon + 13 * 3_600_000_000;
                let outcome = program.advance(&mut member, instant(midnight)).expect("time passes");
                prop_assert_eq!(due.is_some_and(|due| due <= instant(midnight)), !outcome.decisions().is_empty());
                let view = view(&program, &member);
                let it = &view["challenges"]["it"];
                prop_assert_eq!(whole(&it["current"], 1), run % 3, "day {} of {:?}", number, days);
                prop_assert_eq!(whole(&it["best"], 1), best);
                prop_assert_eq!(whole(&view["wallets"]["shields"]["available"], 1), shields);
                prop_assert_eq!(whole(&view["wallets"]["pts"]["available"], 1), rewards);
            }
        }
    }
}

proptest! {
    #![proptest_config(settings(96))]

    /// Days in a row make the rounds that they make, in whatever order they are told and whenever in between all is saved.
    #[test]
    fn a_streak_is_that_of_its_days(
        days in vec(any::<bool>(), 1..24),
        order in Just((0..24).collect::<Vec<usize>>()).prop_shuffle(),
        goal in 2_i64..5,
    ) {
        let program = compile(&format!(
            "program \"Shop\" {{ currency EUR  timezone \"UTC\" }}\nwallet pts {{}}\n\
             challenge again {{ streak visit by day  goal {goal}  repeat  reward {{ earn 1 pts }} }}\n\
             challenge once {{ streak visit by day  goal {goal}  reward {{ earn 1_000 pts }} }}\n",
        ));
        let mut member = program.enroll("m-1", instant(ENROLLED)).expect("a member");
        for day in order.into_iter().filter(|day| days.get(*day) == Some(&true)) {
            let at = rfc3339(ENROLLED + day as i64 * DAY);
            let event = format!(r#"{{"type":"visit","id":"v-{day}","at":"{at}"}}"#);
            program.apply(&mut member, event.as_str()).expect("a visit");
            member = program.load(&program.save(&member)).expect("a saved member").member;
        }
        let runs: Vec<i64> = days.split(|told| !told).map(|run| run.len() as i64).collect();
        let rounds: i64 = runs.iter().map(|run| run / goal).sum();
        let best = runs.iter().copied().max().unwrap_or(0);
        let view = view(&program, &member);
        let points = rounds + if best >= goal { 1_000 } else { 0 };
        prop_assert_eq!(whole(&view["wallets"]["pts"]["available"], 1), points, "{:?}", days);
        prop_assert_eq!(whole(&view["challenges"]["again"]["times"], 1), rounds);
        if best > 0 {
            prop_assert_eq!(whole(&view["challenges"]["again"]["best"], 1), best);
        }
    }
}

/// A challenge without an end that was asked for counts for good and does not grow for as long.
#[test]
fn a_challenge_without_an_end_does_not_grow() {
    let text = "program \"Shop\" { timezone \"Europe/Berlin\"  history 60 days  returns within 30 days }\nwallet pts {}\n\
                challenge all { count visit  opt in once  goal 10  repeat  returns revoke  reward { earn 1 pts } }\n\
                challenge kinds { count distinct order.branch  opt in once  goal 100  reward { earn 1 pts } }\n\
                challenge next { count order  after all  goal 5000  reward { earn 1 pts } }\n";
    let program = compile(text);
    let mut member = program.enroll("m-1", instant(ENROLLED)).expect("a member");
    let mut happen = |kind: &str, number: i64, more: &str| {
        let at = rfc3339(ENROLLED + number * DAY + 1);
        let id = format!("{kind}-{number}-{}", more.len());
        let event = format!(r#"{{"type":"{kind}","id":"{id}","at":"{at}"{more}}}"#);
        program.apply(&mut member, event.as_str()).expect("an event");
        (program.save_binary(&member).len(), view(&program, &member))
    };
    happen("visit", 0, "");
    happen("opt_in", 1, r#","challenge":"all""#);
    happen("opt_in", 1, r#","challenge":"kinds""#);
    let mut sizes = Vec::new();
    for day in 2..1_502 {
        happen("visit", day, "");
        let (size, seen) = happen("order", day, &format!(r#","subtotal":"1.00","branch":"b{}""#, day % 7));
        if day % 500 == 1 {
            assert_eq!(seen["challenges"]["all"]["times"], (day - 1) / 10, "on day {day}");
            assert_eq!(seen["challenges"]["kinds"]["current"], "7");
            // The tenth visit came on day 11, at the instant of that day's order, which does not count.
            assert_eq!(seen["challenges"]["next"]["current"], (day - 11).to_string());
            sizes.push(size);
        }
    }
    let [first, .., last] = *sizes else { panic!("three sizes: {sizes:?}") };
    assert!(last < first + first / 20, "{sizes:?}");
}
