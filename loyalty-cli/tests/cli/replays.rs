//! A history that a host replays comes to what the command line makes of it.

use loyalty_core::{Counters, Instant, Job, Member, Program, Replay, ReplayOptions, Threads};
use serde_json::Value;

use crate::support::Folder;

/// Threads that a host would bring; here they are one.
struct Three;

impl Threads for Three {
    fn count(&self) -> usize {
        3
    }

    fn run(&self, jobs: Vec<Job<'_>>) {
        jobs.into_iter().for_each(|job| job());
    }
}

const UNTIL: &str = "2026-06-01T00:00:00Z";

/// Plays a history in three ways: by the command line, at once by a replay, and by two replays, of which the second goes on
/// from the members and the counters of the first. All come to one summary, which comes out with the last replay.
fn summary(rules: &str, lines: &[String]) -> (Value, Replay) {
    let folder = Folder::new();
    folder.write("club.loyalty", rules);
    folder.write("events.jsonl", lines.concat());
    let run = folder.json(&["run", "club.loyalty", "--events", "events.jsonl", "--until", UNTIL, "--json"]);
    let program = Program::compile(rules).expect("a program");
    let play = |members: Vec<Member>, counters: Counters, lines: &[String], until: Option<Instant>| {
        let options = ReplayOptions { until, ..ReplayOptions::default() };
        program.resume(members, options, &mut |_| {}).counting(counters).on(&Three).lines(lines.concat().as_bytes())
    };
    let until = UNTIL.parse().ok();
    let at_once = play(Vec::new(), Counters::default(), lines, until);
    let (early, late) = lines.split_at(lines.len() / 2);
    let first = play(Vec::new(), Counters::default(), early, None);
    let second = play(first.members().cloned().collect(), first.counters().clone(), late, until);
    let told: Value = serde_json::from_str(&at_once.summary().expect("sums")).expect("JSON");
    for part in ["events", "applied", "replayed", "refused", "members", "conserved", "wallets"] {
        let (mut run, mut told) = (run.get(part).cloned(), told.get(part).cloned());
        // The command line leaves out what is zero everywhere.
        for wallets in [&mut run, &mut told] {
            for amounts in
                wallets.as_mut().and_then(Value::as_object_mut).into_iter().flat_map(|wallets| wallets.values_mut())
            {
                amounts.as_object_mut().expect("amounts").retain(|_, amount| amount != "0");
            }
        }
        assert_eq!(run, told, "{part}");
    }
    assert!(
        at_once.members().map(|member| program.save(member)).eq(second.members().map(|member| program.save(member)))
    );
    assert_eq!(at_once.counters(), second.counters());
    (told, second)
}

fn order(number: u32, member: &str, rest: &str) -> String {
    let at = format!("2026-01-{number:02}T10:00:00Z");
    format!("{{\"type\":\"order\",\"id\":\"o-{number}\",\"member\":\"{member}\",\"at\":\"{at}\",{rest}}}\n")
}

#[test]
fn a_limit_in_total_is_kept_over_all_members() {
    let rules = "program \"Shop\" { currency EUR }\nwallet points {}\n\
                 rule early on order limit 3 in total { earn 100 points }";
    let lines: Vec<String> = (1..8).map(|n| order(n, &format!("m-{}", n % 4), "\"subtotal\":5")).collect();
    let (told, replay) = summary(rules, &lines);
    assert_eq!(told["wallets"]["points"]["issued"], "300");
    assert_eq!(replay.counters().get("rule early"), 3.into());
}

#[test]
fn a_use_that_is_given_back_is_anothers() {
    let rules = "program \"Shop\" { currency EUR }\nwallet points {}\n\
                 rule early on order limit 1 in total { earn 100 points }";
    let cancel =
        "{\"type\":\"cancel\",\"id\":\"c-1\",\"member\":\"ann\",\"at\":\"2026-01-02T10:00:00Z\",\"order\":\"o-1\"}\n";
    let lines = [
        order(1, "ann", "\"subtotal\":5"),
        cancel.to_owned(),
        // Known already, so that it is not given back twice.
        cancel.to_owned(),
        order(3, "bob", "\"subtotal\":5"),
        order(4, "cat", "\"subtotal\":5"),
    ];
    let (told, replay) = summary(rules, &lines);
    assert_eq!(
        (&told["wallets"]["points"]["issued"], &told["wallets"]["points"]["available"]),
        (&"200".into(), &"100".into())
    );
    assert_eq!(told["replayed"], 1);
    assert_eq!(replay.counters().get("rule early"), 1.into());
}

#[test]
fn budgets_of_coupons_are_kept_over_all_members() {
    let rules = "program \"Shop\" { currency EUR }\nwallet points {}\n\
                 coupon SPRING { give { earn 250 points }  budget 600 points refuse }\n\
                 rule base on order { earn 1 points per 1 EUR of order.subtotal }";
    let lines: Vec<String> =
        (1..6).map(|n| order(n, &format!("m-{n}"), "\"subtotal\":10,\"coupons\":[\"SPRING\"]")).collect();
    let (told, replay) = summary(rules, &lines);
    // 50 of the orders; of the coupon twice 250, for a third one would go beyond 600.
    assert_eq!(told["wallets"]["points"]["issued"], "550");
    assert_eq!(replay.counters().get("budget SPRING"), 500.into());
}

const GIFTS: &str = "program \"Shop\" { currency EUR  timezone \"Europe/Berlin\" }\n\
    event gift { to text  points number }\n\
    wallet points { hold at most 1_000 points }\n\
    rule send on gift { transfer gift.points from points to gift.to }\n\
    rule receive on received { accept points }\n";

fn happens(kind: &str, id: &str, member: &str, day: u32, rest: &str) -> String {
    let at = format!("2026-01-{day:02}T10:00:00Z");
    format!("{{\"type\":\"{kind}\",\"id\":\"{id}\",\"member\":\"{member}\",\"at\":\"{at}\"{rest}}}\n")
}

#[test]
fn what_members_send_each_other_arrives() {
    let gift = |id: &str, from: &str, day: u32, to: &str, points: u32| {
        happens("gift", id, from, day, &format!(",\"to\":\"{to}\",\"points\":{points}"))
    };
    let lines = [
        happens("adjust", "a-1", "ana", 2, ",\"points\":900"),
        happens("adjust", "a-2", "ben", 2, ",\"points\":1"),
        gift("g-1", "ana", 3, "ben", 600),
        // Cem is known by that alone, and sends on what came.
        gift("g-2", "ben", 4, "cem", 300),
        gift("g-3", "cem", 5, "ana", 100),
        happens("pause", "p-1", "cem", 6, ""),
        // Who is paused takes nothing; the points are back with Ben, who has 301 again, and gives them to Ana.
        gift("g-4", "ben", 7, "cem", 301),
        gift("g-5", "ben", 8, "ana", 301),
        gift("g-5", "ben", 8, "ana", 301),
    ];
    let (told, replay) = summary(GIFTS, &lines);
    let wallet = &told["wallets"]["points"];
    assert_eq!((&wallet["transferred_out"], &wallet["transferred_in"]), (&"1301".into(), &"1301".into()));
    assert_eq!(wallet["available"], "901");
    assert_eq!((&told["members"], &told["applied"], &told["replayed"]), (&3.into(), &8.into(), &1.into()));
    let program = Program::compile(GIFTS).expect("a program");
    let has = |id| program.totals(replay.member(id).expect("a member")).first().expect("a wallet").available;
    assert_eq!(["ana", "ben", "cem"].map(has), [701.into(), 0.into(), 200.into()]);
}

#[test]
fn friends_count_for_whom_they_name() {
    let rules = "program \"Shop\" { currency EUR }\nwallet points {}\n\
        referral friends by signup.referrer { qualify order  friend { earn 20 points }  advocate { earn 50 points } }";
    let lines = [
        happens("signup", "s-1", "ana", 1, ""),
        happens("signup", "s-2", "ben", 2, ",\"referrer\":\"ana\""),
        happens("signup", "s-3", "cem", 2, ",\"referrer\":\"nobody\""),
        order(3, "ben", "\"subtotal\":5"),
        order(4, "cem", "\"subtotal\":5"),
        order(5, "ben", "\"subtotal\":5"),
    ];
    let (told, _) = summary(rules, &lines);
    // Who is named as an advocate joins by it, as by any first event.
    assert_eq!((&told["members"], &told["wallets"]["points"]["issued"]), (&4.into(), &"140".into()));
}

#[test]
fn a_merged_account_is_followed() {
    for rules in ["wallet points {}\nrule base on order { earn 1 points per 1 EUR of order.subtotal }", GIFTS] {
        let apart = !rules.starts_with("program");
        let rules = if apart { format!("program \"Shop\" {{ currency EUR }}\n{rules}") } else { rules.to_owned() };
        let program = Program::compile(&rules).expect("a program");
        let folder = Folder::new();
        folder.write("club.loyalty", &rules);
        let first: Vec<String> =
            (0..9).map(|n| happens("adjust", "a-1", &format!("m-{n}"), 2, ",\"points\":10")).collect();
        folder.write("first.jsonl", first.concat());
        let store = ["--store", "club.db"];
        assert_eq!(folder.loyalty(&[&["run", "club.loyalty", "--events", "first.jsonl"], &store[..]].concat()).code, 0);
        let before = program.replay(first.concat().as_bytes(), ReplayOptions::default());
        let mut members: Vec<Member> = before.members().cloned().collect();
        // m-1 goes into m-2, and that into m-3.
        for (from, into, at) in [(1, 2, "2026-01-03T00:00:00Z"), (2, 3, "2026-01-04T00:00:00Z")] {
            let (one, two) = members.split_at_mut(into);
            let (from, into) = (one.get_mut(from).expect("there"), two.first_mut().expect("there"));
            let merge = ["merge", "club.loyalty", "--into", into.id(), "--from", from.id(), "--at", at];
            assert_eq!(folder.loyalty(&[&merge, &store[..]].concat()).code, 0);
            program.merge(into, from, at.parse().expect("an instant")).expect("merged");
        }
        let mut then = vec![happens("adjust", "a-2", "m-1", 5, ",\"points\":7")];
        if !apart {
            then.push(happens("gift", "g-1", "m-5", 5, ",\"to\":\"m-2\",\"points\":4"));
        }
        then.extend(
            (0..400).map(|n| happens("adjust", &format!("b-{n}"), &format!("m-{}", n % 9), 6, ",\"points\":1")),
        );
        folder.write("then.jsonl", then.concat());
        let run = [&["run", "club.loyalty", "--events", "then.jsonl", "--json"], &store[..]].concat();
        let run = folder.json(&run);
        let lines = then.concat();
        for threads in [true, false] {
            let mut nobody = |_: &_| {};
            let resumed = program.resume(members.clone(), ReplayOptions::default(), &mut nobody);
            let resumed = if threads { resumed.on(&Three) } else { resumed };
            let replay = resumed.lines(lines.as_bytes());
            assert_eq!(run["refused"], replay.refused().len());
            let told: Value = serde_json::from_str(&replay.summary().expect("sums")).expect("JSON");
            assert_eq!(run["wallets"]["points"]["available"], told["wallets"]["points"]["available"]);
            let total = program.totals(replay.member("m-3").expect("there")).first().expect("a wallet").available;
            // 30 of three accounts, 7, three times 45 of the events that name them: 400 are 44 for each of nine, and one more for each of m-0 to m-3.
            let gift = if apart { 0 } else { 4 };
            assert_eq!(total, (30 + 7 + 3 * 45 + gift).into());
        }
        // Without the account that it went into, an event says where it belongs.
        let alone = members.get(1).cloned().into_iter().collect::<Vec<_>>();
        let refused = program.resume(alone, ReplayOptions::default(), &mut |_| {}).lines(then.concat().as_bytes());
        let first = refused.refused().first().expect("refused");
        assert_eq!((first.line, first.error.code().as_str()), (1, "member_closed"));
        assert_eq!(first.error.help(), Some("apply it to `m-2`"));
    }
}
