//! The shapes of outcomes and views in `docs/embedding.md` are those of a history that brings about every kind of decision.

use std::collections::BTreeMap;

use loyalty_core::{Counters, Instant, Member, Outcome, Program};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::page::{holds, read};

const SHOP: &str = r#"
program "Shop" { currency EUR  timezone "Europe/Berlin" }
member { level text? }
wallet points { vest after 14 days  expire 12 months after earning  clawback may overdraw }
wallet stars  { vest on delivered within 3 days }
measure orders = count(order)
segment regular = orders >= 2
segment lapsed  = days since last(order) > 200
tiers status by orders {
  benefit lounge = false
  basic from 0
  known from 1 { lounge true }
  gold  from 9
  keep  6 months
  retain when orders < 1
}
rule asleep on segment lapsed entered { forfeit points.balance }
rule back on segment lapsed left { tag "back" }
rule base on order limit 1_000 in total { earn 1 points per 1 EUR of order.subtotal }
rule star on order { earn 1 stars }
rule joined on signup { earn 20 points vest at once  tag "new"  set member.level = "basic"  signal greeted to member.id }
coupon HELLO issued { valid 3 days }
coupon TILL  issued { valid 3 days }
coupon SPRING { limit 1 per member }
rule hello on review { issue HELLO  issue TILL code member.id }
rule seen on visit { untag "new" }
rule pay on redeem { spend 15 points }
event gift { to text  points number }
rule give on gift { transfer gift.points from points to gift.to }
rule take on received when received.sender != "m-9" { accept points }
"#;

const CLUB: &str = r#"
program "Club" { currency EUR  timezone "Europe/Berlin" }
wallet points {}
wallet shields {}
coupon GIFT issued { valid 30 days }
rule joined on signup { earn 1 shields }
challenge bar {
  count order
  within each month
  opt in
  goal low 1 { earn 1 points }
  goal 2
  returns revoke
  reward { issue GIFT }
}
challenge daily { streak visit by day  goal 5  freeze 1 shields  reward { earn 5 points } }
challenge week { count visit  within each week  goal from 1 to 5 plus 1 when met  reward { earn 1 points } }
"#;

const TILL: &str = r#"
program "Till" { currency EUR  timezone "Europe/Berlin" }
coupon TEN { give 10 EUR off order  when order.subtotal >= 50 EUR  returns revoke }
"#;

const FAIR: &str = r#"
program "Fair" { currency EUR  timezone "Europe/Berlin" }
coupon GIFT issued { valid 30 days }
wheel spin { limit 2 per member  weight 1 "Gift" stock 5 { issue GIFT } }
wheel rare { weight 1 stock 5 { issue GIFT }  without stock renormalise }
wheel plain { weight 1 {} }
wheel autumn issued { valid 7 days  weight 1 { issue autumn } }
rule gets on review { issue autumn }
rule play on visit { draw plain  draw spin }
"#;

const SCHOOL: &str = r#"
program "School" { currency EUR  timezone "Europe/Berlin" }
quiz blend { ask "Which note is in it?"  choice A "Cocoa"  choice B "Pine"  answer A  limit 1 per member }
survey taste { ask "How was it?"  scale 1 .. 5 }
rule asks on visit { ask blend  ask taste }
"#;

/// Every kind of decision with what it says; the order is that of the page.
const KINDS: &[(&str, &str)] = &[
    ("earned", "points were granted; `pending` until they vest"),
    ("vested", "points of a `lot` may be spent now"),
    ("spent", "points were taken `from` lots"),
    ("expired", "points of a `lot` are gone: `lapsed`, or `not_vested` in time"),
    (
        "clawed_back",
        "a return took back `amount`: what was pending, what lay in lots, what is a debt now, what nobody will collect; below zero where a return before it had taken too much",
    ),
    ("restored", "spent points were given back"),
    ("forfeited", "a rule took points away for good; they count as expired"),
    ("debt_settled", "points that became available paid a debt"),
    (
        "write_off_settled",
        "points that came back, or that an order in another's place granted, made up for what a return had written off",
    ),
    (
        "reinstated",
        "points of a `lot` that had run out are there again, or wait again (`pending`): what would have kept them came in time, and is \
         told late",
    ),
    ("tagged", "the member has the tag"),
    ("untagged", "the member has lost the tag"),
    ("attribute_set", "an attribute of the member has the value"),
    ("signal", "the host sends another member an event"),
    (
        "tier_changed",
        "the level of a ladder is another one: `reached`, `not_qualified` any more, `set` beside the rules, or `set_level_ended`; `until` is null or when it is judged next",
    ),
    ("tier_kept", "a level was judged and stays: `qualified`, or for a time of `grace`"),
    ("segment_entered", "the member is now in a segment that a rule watches"),
    ("segment_left", "the member is no longer in it"),
    ("coupon_issued", "the member has a coupon, by a rule or by the staff, through the day before `expires_at`"),
    ("coupon_expired", "a coupon has run out unused"),
    (
        "coupon_redeemed",
        "a coupon was used on the order: the `number` of an issued one, the `code` as it was named, what it takes off (`discount`) and off which `lines`, where that is not the host's",
    ),
    ("coupon_refused", "a `code` was not applied, for all of these `reasons`; the order stands"),
    ("coupon_given_back", "the order was called off, and the coupon may be used once more"),
    ("refund_due", "what is to be paid back of an order whose coupons may lose what they took off"),
    (
        "coupon_revoked",
        "an unused coupon is gone: what it was given for has come back, or staff [revoke](language.md#what-staff-take-back) it",
    ),
    ("opted_in", "the member takes part in a challenge"),
    ("progress", "an event has changed what counts in a challenge"),
    ("goal_met", "a goal of a challenge is met, and there are more"),
    ("challenge_completed", "the last goal is met, so many `times` in all"),
    ("goal_revoked", "a return has left a goal unmet; what it gave is taken back"),
    ("goal_changed", "a goal that moves is another one in the window that begins"),
    ("streak_frozen", "a period without an event was made good by what the member has spent"),
    ("streak_broken", "a streak has ended"),
    (
        "drawn",
        "chance has chosen that `slice` of a wheel, counted from 1; `occasion` to `of` are the [proof](games.md#wheels)",
    ),
    ("asked", "a quiz or a survey is asked by the `message` beside it, to be answered before `until`"),
    ("not_asked", "it is not asked: a `limit` is used up, or it is `not_valid` now"),
    ("answered", "it was answered, by a `choice` or by a `score` on its scale"),
    ("not_answered", "a message was no answer to it, or none any more: [the reasons](questions.md#answering)"),
    ("not_drawn", "a wheel was not turned: its `limit` is used up, all of it is `out_of_stock`, or there is `no_card`"),
    ("card_issued", "the member may draw once, before `expires_at`; `from_wheel` names a wheel that gave the card"),
    ("card_expired", "a card was not drawn in time"),
    ("placed", "a leaderboard is over, and the member has won that place of it"),
    (
        "claim",
        "a counter over all members moves `by` so much, and may stand at its `limit` at most; below zero it is given back",
    ),
    ("not_earned", "the event was taken and could not earn: `before_enrolment`, `paused`"),
    ("transferred", "points left `from` lots for the member `to`; `event` is for that member"),
    ("received", "points of another member came in, as one lot"),
    (
        "sent_back",
        "points of another member were not taken: `not_accepted`, `hold_at_most`, `paused`, `before_enrolment`; `event` is for that member",
    ),
    ("paused", "the account earns and spends nothing from here on"),
    ("resumed", "it does again; the ends of points have moved by `frozen_days`"),
    ("merged", "the account `from` went up in this one, its entries numbered on after `entries_after`"),
    ("joined", "a wallet has grown by that of the other account"),
    ("merged_into", "the account went up in another one"),
    ("erased", "only the sums are left"),
];

/// An object's keys, in their order.
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Keys;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[derive(Deserialize)]
struct Decisions<'a> {
    #[serde(borrow)]
    decisions: Vec<&'a serde_json::value::RawValue>,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

fn shop() -> Program {
    Program::compile(SHOP).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render("shop", false)))
}

fn at(day: &str) -> Instant {
    Instant::parse(&format!("{day}T10:00:00+01:00")).expect("an instant")
}

fn apply(program: &Program, member: &mut Member, kind: &str, id: &str, day: &str, fields: &str) -> Outcome {
    let json = format!(r#"{{"type":"{kind}","id":"{id}","at":"{day}T10:00:00+01:00"{fields}}}"#);
    program.apply(member, &json).unwrap_or_else(|error| panic!("{id}: {error}"))
}

/// A history with every kind of decision, and the member after it.
fn history(program: &Program) -> (Vec<Outcome>, Member) {
    let mut member = program.enroll("m-1", at("2026-01-01")).expect("a member");
    let mut outcomes = Vec::new();
    for (kind, id, day, fields) in [
        ("order", "o-0", "2025-12-31", r#","subtotal":5"#),
        ("signup", "s-1", "2026-01-02", ""),
        ("order", "o-1", "2026-01-05", r#","subtotal":"37.50","coupons":["SPRING","AUTUMN"]"#),
        ("delivered", "d-1", "2026-01-06", r#","order":"o-1""#),
        ("visit", "v-1", "2026-01-07", ""),
        ("review", "w-1", "2026-01-08", ""),
        ("issue", "i-1", "2026-01-08", r#","coupon":"HELLO""#),
        ("redeem", "p-1", "2026-01-20", ""),
        ("refund", "r-1", "2026-01-21", r#","order":"p-1""#),
        ("redeem", "p-2", "2026-01-22", ""),
        ("adjust", "a-1", "2026-01-22", r#","wallet":"points","points":-1"#),
        ("redeem", "p-3", "2026-01-22", ""),
        ("refund", "r-2", "2026-01-23", r#","order":"o-1""#),
        ("order", "o-2", "2026-02-01", r#","subtotal":50"#),
    ] {
        outcomes.push(apply(program, &mut member, kind, id, day, fields));
    }
    let before = member.clone();
    outcomes.push(program.advance(&mut member, at("2028-01-01")).expect("an outcome"));
    outcomes.push(apply(program, &mut member, "order", "o-3", "2028-01-02", r#","subtotal":50"#));
    outcomes.extend(between_accounts(program));
    (outcomes, before)
}

/// What becomes of challenges.
fn challenges() -> Vec<Outcome> {
    let program = Program::compile(CLUB).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render("club", false)));
    let mut member = program.enroll("m-1", at("2026-01-01")).expect("a member");
    let mut outcomes = Vec::new();
    for (kind, id, day, fields) in [
        ("signup", "s-1", "2026-01-02", ""),
        ("opt_in", "c-1", "2026-01-03", r#","challenge":"bar""#),
        ("order", "o-1", "2026-01-05", r#","subtotal":5"#),
        ("order", "o-2", "2026-01-06", r#","subtotal":5"#),
        ("refund", "r-1", "2026-01-07", r#","order":"o-2""#),
        ("refund", "r-2", "2026-01-07", r#","order":"o-1""#),
        ("visit", "v-1", "2026-01-08", ""),
    ] {
        outcomes.push(apply(&program, &mut member, kind, id, day, fields));
    }
    outcomes.push(program.advance(&mut member, at("2026-02-01")).expect("an outcome"));
    outcomes
}

/// What happens between accounts, and to one as a whole.
fn between_accounts(program: &Program) -> Vec<Outcome> {
    let enroll = |id: &str| program.enroll(id, at("2026-01-01")).expect("a member");
    let (mut ana, mut ben) = (enroll("ana"), enroll("ben"));
    let lots = r#","sender":"m-9","transfer":"g-0","wallet":"points","points":5,"lots":[{"amount":5}]"#;
    let mut outcomes = vec![
        apply(program, &mut ana, "adjust", "a-1", "2026-01-02", r#","wallet":"points","points":30"#),
        apply(program, &mut ana, "gift", "g-1", "2026-01-03", r#","to":"ben","points":10"#),
        apply(program, &mut ben, "received", "m-9/g-0/1", "2026-01-03", lots),
    ];
    for event in outcomes.iter().flat_map(Outcome::outgoing).filter(|event| event.contains("ana/")).collect::<Vec<_>>()
    {
        outcomes.push(program.apply(&mut ben, event).expect("an outcome"));
    }
    for kind in ["pause", "resume"] {
        outcomes.push(apply(program, &mut ben, kind, kind, "2026-01-04", ""));
    }
    let (into, from) = program.merge(&mut ana, &mut ben, at("2026-01-05")).expect("one account");
    outcomes.extend([into, from, program.erase(&mut ana, "gone", at("2026-01-06")).expect("a trace")]);
    outcomes
}

/// A part of an order comes back, and its coupon is not good for the rest.
fn returned() -> Vec<Outcome> {
    let program = Program::compile(TILL).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render("till", false)));
    let mut member = program.enroll("m-1", at("2026-01-01")).expect("a member");
    let lines =
        r#","coupons":["TEN"],"lines":[{"id":"a","unit_price":40,"amount":32},{"id":"b","unit_price":10,"amount":8}]"#;
    vec![
        apply(&program, &mut member, "order", "o-1", "2026-01-02", lines),
        apply(&program, &mut member, "refund", "r-1", "2026-01-03", r#","order":"o-1","lines":[{"id":"b"}]"#),
    ]
}

/// Spending that comes back after the order whose points it took.
fn written_off() -> Vec<Outcome> {
    let text = "program \"Shop\" { currency EUR }\nwallet p {}\n\
        rule base on order { earn 1 p per 1 EUR of order.subtotal }\nrule pay on redeem { spend 5 p }";
    let program = Program::compile(text).expect("a program");
    let mut member = program.enroll("m-1", at("2026-01-01")).expect("a member");
    [
        ("order", "o-1", "2026-01-02", r#","subtotal":5"#),
        ("redeem", "p-1", "2026-01-03", ""),
        ("refund", "r-1", "2026-01-04", r#","order":"o-1""#),
        ("cancel", "c-1", "2026-01-05", r#","order":"p-1""#),
    ]
    .map(|(kind, id, day, fields)| apply(&program, &mut member, kind, id, day, fields))
    .into()
}

/// What was given up for want of a delivery that had come in time.
fn told_late() -> Vec<Outcome> {
    let text = "program \"Shop\" { currency EUR }\nwallet p { vest on delivered within 3 days }\n\
        rule base on order { earn 1 p per 1 EUR of order.subtotal }";
    let program = Program::compile(text).expect("a program");
    let mut member = program.enroll("m-1", at("2026-01-01")).expect("a member");
    [
        ("order", "o-1", "2026-01-02", r#","subtotal":5"#),
        ("visit", "v-1", "2026-01-10", ""),
        ("delivered", "d-1", "2026-01-04", r#","order":"o-1""#),
    ]
    .map(|(kind, id, day, fields)| apply(&program, &mut member, kind, id, day, fields))
    .into()
}

/// What becomes of wheels: a slice in stock, one out of stock, and a limit.
fn wheels() -> Vec<Outcome> {
    let program = Program::compile(FAIR).expect("a program").with_secret(b"the secret of the page").expect("a secret");
    let mut member = program.enroll("m-1", at("2026-01-01")).expect("a member");
    let mut sold_out = Counters::default();
    for counter in ["stock spin 1", "stock rare 1"] {
        sold_out.set(counter, "5".parse().expect("a number"));
    }
    let draw = |wheel: &str| {
        format!(r#"{{"type":"draw","id":"d-{wheel}","at":"2026-01-02T10:00:00+01:00","wheel":"{wheel}"}}"#)
    };
    let visit = |id: &str| format!(r#"{{"type":"visit","id":"{id}","at":"2026-01-03T10:00:00+01:00"}}"#);
    let lines = [
        (draw("spin"), Counters::default()),
        (draw("rare"), sold_out.clone()),
        (visit("v-1"), sold_out),
        (visit("v-2"), Counters::default()),
        (r#"{"type":"review","id":"r-1","at":"2026-01-04T10:00:00+01:00"}"#.to_owned(), Counters::default()),
        (draw("autumn").replace("01-02", "01-05"), Counters::default()),
    ];
    let apply = |(line, counters): (String, Counters)| {
        let event = program.decode(line.as_bytes()).expect("an event");
        program.apply_event_with(&mut member, &event, None, counters).expect("an outcome")
    };
    let mut outcomes: Vec<Outcome> = lines.into_iter().map(apply).collect();
    outcomes.push(program.advance(&mut member, at("2026-02-01")).expect("an outcome"));
    outcomes
}

/// A place that is won.
fn leaderboards() -> Vec<Outcome> {
    let text = "program \"Fair\" {}\nmeasure visits = count(visit) this month\n\
        leaderboard regulars by visits { top 1 { tag \"first\" } }";
    let program = Program::compile(text).expect("a program").with_secret(b"the secret of the page").expect("a secret");
    let mut member = program.enroll("m-1", at("2026-01-01")).expect("a member");
    let visit = r#"{"type":"visit","id":"v-1","at":"2026-01-03T10:00:00Z"}"#;
    let visited = program.apply(&mut member, visit).expect("an outcome");
    let mut board = program.closed_leaderboard("regulars", at("2026-02-01")).expect("a leaderboard");
    board.add(&member).expect("a member");
    let standings = board.finish().expect("standings");
    let won = standings.rows().next().and_then(|row| row.event()).expect("a winner").to_string();
    vec![visited, program.apply(&mut member, won).expect("an outcome")]
}

/// What becomes of questions: asked, answered both ways, answered too late, and not asked again.
fn questions() -> Vec<Outcome> {
    let program = Program::compile(SCHOOL).expect("a program");
    let mut member = program.enroll("m-1", at("2026-01-01")).expect("a member");
    [
        ("visit", "v-1", "2026-01-02", ""),
        ("answer", "a-1", "2026-01-03", r#","quiz":"blend","choice":"A""#),
        ("answer", "a-2", "2026-01-04", r#","survey":"taste","score":4"#),
        ("message", "w-1", "2026-01-05", r#","payload":"answer blend B""#),
        ("visit", "v-2", "2026-01-06", ""),
    ]
    .into_iter()
    .map(|(kind, id, day, fields)| apply(&program, &mut member, kind, id, day, fields))
    .collect()
}

#[test]
fn the_table_of_decisions_is_that_of_a_history() {
    let program = shop();
    // Kind → how often it came, and the keys in their order, each with how often it was there.
    let mut seen: BTreeMap<String, (usize, Vec<(String, usize)>)> = BTreeMap::new();
    let others = challenges().into_iter().chain(returned()).chain(wheels()).chain(leaderboards()).chain(questions());
    let others = others.chain(written_off()).chain(told_late());
    for outcome in history(&program).0.into_iter().chain(others) {
        let json = outcome.to_json();
        for decision in serde_json::from_str::<Decisions<'_>>(&json).expect("an outcome").decisions {
            let Kind { kind } = serde_json::from_str(decision.get()).expect("a decision");
            let Keys(keys) = serde_json::from_str(decision.get()).expect("a decision");
            // `docs/messages.md` tells of them.
            if kind == "message" {
                continue;
            }
            let (count, known) = seen.entry(kind).or_default();
            *count += 1;
            for key in keys.into_iter().filter(|key| key != "kind" && key != "at") {
                match known.iter_mut().find(|(name, _)| *name == key) {
                    Some((_, count)) => *count += 1,
                    None => known.push((key, 1)),
                }
            }
        }
    }
    let kinds: Vec<&str> = seen.keys().map(String::as_str).collect();
    let mut told: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    told.sort_unstable();
    assert_eq!(kinds, told);
    let rows = KINDS.iter().filter_map(|(kind, meaning)| {
        let (count, keys) = seen.get(*kind)?;
        let keys: Vec<String> = keys
            .iter()
            .map(|(key, times)| if times == count { format!("`{key}`") } else { format!("(`{key}`)") })
            .collect();
        Some(format!("| `{kind}` | {} | {meaning} |\n", keys.join(", ")))
    });
    let rows: String = rows.collect();
    holds("docs/embedding.md", "decisions", &format!("| kind | keys | meaning |\n| --- | --- | --- |\n{rows}"));
}

#[test]
fn the_outcome_and_the_view_are_those_of_a_history() {
    let program = shop();
    let (outcomes, member) = history(&program);
    let broken = |json: &str, before: &[&str]| {
        before.iter().fold(json.to_owned(), |json, start| json.replace(start, &format!("\n {start}")))
    };
    let order = outcomes.iter().find(|outcome| outcome.event() == Some("o-1")).expect("the order");
    let outcome = broken(&order.to_json(), &["{\"kind\"", "\"because\""]);
    holds("docs/embedding.md", "outcome", &format!("```json\n{outcome}\n```"));
    let view = program.view(&member, at("2026-02-01")).to_json();
    let parts = ["\"wallets\"", "\"stars\":{", "\"lots\"", "\"tiers\"", "\"next\"", "\"measures\"", "\"next_due\""];
    holds("docs/embedding.md", "view", &format!("```json\n{}\n```", broken(&view, &parts)));
    // Every key of the view is explained on the page.
    let page = read("docs/embedding.md");
    let keys = view.split('"').filter(|word| word.starts_with(|letter: char| letter.is_ascii_lowercase()));
    let own = [
        "m-1",
        "points",
        "stars",
        "orders",
        "basic",
        "delivered",
        "status",
        "lounge",
        "known",
        "gold",
        "threshold",
        "orders < 1",
    ];
    for key in keys.filter(|key| !own.contains(key)) {
        assert!(page.contains(&format!("`{key}`")), "`{key}` is not explained");
    }
}
