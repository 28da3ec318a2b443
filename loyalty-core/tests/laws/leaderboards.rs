//! Leaderboards: the standings are those of a sorted list, in whatever order members pass by and in however many parts.

use loyalty_core::{Leaderboard, Member, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::engine::{compile, instant};
use crate::settings;

const HOUR: i64 = 3_600_000_000;
/// 2026-03-01 in Berlin.
const START: i64 = 1_772_319_600_000_000;
/// 2026-04-01 in Berlin.
const END: i64 = 1_774_994_400_000_000;

fn cafe(ties: &str) -> Program {
    let text = format!(
        r#"
program "Cafe" {{ timezone "Europe/Berlin" }}
wallet beans {{}}
measure cups = count(visit) this month
leaderboard month_cups by cups {{
  ties {ties}
  top 1 {{ earn 50 beans }}
  top 3 {{ earn 5 beans }}
}}
"#
    );
    compile(&text).with_secret(b"the secret of the laws").expect("a secret")
}

/// What is asked, and of whom.
#[derive(Debug, Clone)]
struct Asked {
    visits: Vec<u8>,
    dense: bool,
    closed: bool,
    top: usize,
    around: Option<(usize, usize)>,
    /// The part of each member, and its place within it.
    parts: Vec<(u8, u32)>,
}

fn asked() -> impl Strategy<Value = Asked> {
    let members = vec((0_u8..6, 0_u8..4, any::<u32>()), 1..24);
    let around = prop::option::of((any::<prop::sample::Index>(), 0_usize..5));
    (members, any::<bool>(), any::<bool>(), 1_usize..8, around).prop_map(|(members, dense, closed, top, around)| {
        Asked {
            dense,
            closed,
            top,
            around: around.map(|(place, each)| (place.index(members.len()), each)),
            visits: members.iter().map(|(visits, ..)| *visits).collect(),
            parts: members.iter().map(|(_, part, place)| (*part, *place)).collect(),
        }
    })
}

fn id(number: usize) -> String {
    format!("m{number:02}")
}

fn enrol(program: &Program, asked: &Asked) -> Vec<Member> {
    let lives = asked.visits.iter().enumerate();
    lives
        .map(|(number, visits)| {
            let mut member = program.enroll(&id(number), instant(START)).expect("a member");
            for visit in 0..*visits {
                let at = instant(START + i64::from(visit) * 24 * HOUR + HOUR);
                program
                    .apply(&mut member, format!(r#"{{"type":"visit","id":"v{visit}","at":"{at}"}}"#))
                    .expect("a visit");
            }
            // After the end of the month some go on, which is no matter of the month.
            for visit in 0..visits / 2 {
                let at = instant(END + i64::from(visit) * HOUR);
                if asked.closed {
                    program
                        .apply(&mut member, format!(r#"{{"type":"visit","id":"later{visit}","at":"{at}"}}"#))
                        .expect("a visit");
                }
            }
            member
        })
        .collect()
}

fn begin(program: &Program, asked: &Asked, members: &[Member]) -> Leaderboard {
    let board = match asked.closed {
        true => program.closed_leaderboard("month_cups", instant(END + 9 * HOUR)),
        false => program.leaderboard("month_cups", instant(END - HOUR)),
    };
    let board = board.expect("a leaderboard").top(asked.top).expect("places");
    match asked.around {
        Some((number, each)) => board.around(&members[number], each).expect("a member"),
        None => board,
    }
}

/// The same by sorting everybody.
fn sorted(asked: &Asked) -> Value {
    let mut all: Vec<(u8, String)> =
        asked.visits.iter().enumerate().map(|(number, visits)| (*visits, id(number))).collect();
    all.retain(|(visits, _)| *visits > 0);
    all.sort_by(|(one, a), (two, b)| two.cmp(one).then_with(|| a.cmp(b)));
    let rank = |visits: u8| {
        let mut above: Vec<u8> = all.iter().map(|(other, _)| *other).filter(|other| *other > visits).collect();
        if asked.dense {
            above.dedup();
        }
        above.len() + 1
    };
    let row = |(visits, id): &(u8, String)| json!({"rank": rank(*visits), "member": id, "score": visits.to_string()});
    let kept = if asked.closed { asked.top.max(3) } else { asked.top };
    let rows: Vec<Value> = all.iter().take(kept).map(row).collect();
    let mut told = json!({"members": all.len(), "rows": rows});
    if asked.closed {
        let winners = all.iter().skip(kept).filter(|(visits, _)| rank(*visits) <= 3).count();
        told["winners_left_out"] = winners.into();
    }
    if let Some((number, each)) = asked.around {
        told["around"] = match all.iter().position(|(_, known)| *known == id(number)) {
            None => Value::Null,
            Some(place) => {
                let mut own = row(&all[place]);
                own["above"] = all[place.saturating_sub(each)..place].iter().map(row).collect();
                own["below"] = all[place + 1..].iter().take(each).map(row).collect();
                own
            }
        };
    }
    told
}

fn told(board: &Leaderboard, closed: bool) -> Value {
    let mut told: Value = serde_json::from_str(&board.finish().expect("standings").to_json()).expect("JSON");
    let parts = told.as_object_mut().expect("an object");
    for key in ["leaderboard", "first_day", "last_day", "ends_at", "closed"] {
        parts.remove(key).expect("a key");
    }
    for row in told["rows"].as_array_mut().expect("rows") {
        let event = row.as_object_mut().expect("a row").remove("event");
        assert_eq!(event.is_some(), closed && row["rank"].as_u64().expect("a rank") <= 3);
    }
    told
}

proptest! {
    #![proptest_config(settings(96))]

    #[test]
    fn standings_are_those_of_a_sorted_list_in_any_order_and_any_parts(asked in asked()) {
        let program = cafe(if asked.dense { "dense" } else { "competition" });
        let members = enrol(&program, &asked);
        let mut whole = begin(&program, &asked, &members);
        for member in &members {
            whole.add(member).expect("a member");
        }
        prop_assert_eq!(told(&whole, asked.closed), sorted(&asked));

        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_by_key(|number| asked.parts[*number].1);
        let mut parts: Vec<Leaderboard> = (0..4).map(|_| begin(&program, &asked, &members)).collect();
        for number in order {
            parts[usize::from(asked.parts[number].0)].add(&members[number]).expect("a member");
        }
        let [a, b, c, d] = parts.as_slice() else { panic!("four parts") };
        for order in [[a, b, c, d], [d, c, b, a], [b, d, a, c]] {
            let mut merged = begin(&program, &asked, &members);
            for part in order {
                merged.merge(part).expect("a part");
            }
            prop_assert_eq!(merged.finish(), whole.finish());
        }
        // Two by two.
        let (mut one, mut two) = (a.clone(), c.clone());
        one.merge(b).expect("a part");
        two.merge(d).expect("a part");
        two.merge(&one).expect("a part");
        prop_assert_eq!(two.finish(), whole.finish());
    }

    #[test]
    fn everybody_who_wins_is_told_once(asked in asked()) {
        let asked = Asked { closed: true, top: 24, around: None, ..asked };
        let program = cafe(if asked.dense { "dense" } else { "competition" });
        let mut members = enrol(&program, &asked);
        let mut board = begin(&program, &asked, &members);
        for member in &members {
            board.add(member).expect("a member");
        }
        let standings = board.finish().expect("standings");
        for row in standings.rows() {
            let Some(event) = row.event().map(ToString::to_string) else { continue };
            let member = members.iter_mut().find(|member| member.id() == row.member()).expect("a winner");
            for replayed in [false, true] {
                prop_assert_eq!(program.apply(member, &event).expect("a place").replayed(), replayed);
            }
            let points = if row.rank() == Some(1) { "50" } else { "5" };
            prop_assert_eq!(program.totals(member)[0].available.to_string(), points);
            for other in ["\"rank\":", "\"score\":\""] {
                let forged = event.replace(other, &format!("{other}1"));
                prop_assert!(program.enroll(row.member(), instant(START)).and_then(|mut new| program.apply(&mut new, forged)).is_err());
            }
        }
        // Made up again, now that the winners have been told, the standings are the same.
        let mut again = begin(&program, &asked, &members);
        for member in &members {
            again.add(member).expect("a member");
        }
        prop_assert_eq!(again.finish().expect("standings"), standings);
    }
}
