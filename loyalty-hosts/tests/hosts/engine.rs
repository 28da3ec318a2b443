//! From a webhook to points: the samples played through the core.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::LazyLock;

use loyalty_core::{Document, Instant, Member, Program, Refusal};
use loyalty_hosts::whatsapp::{Send, Window};
use loyalty_hosts::{Options, Reason, Translation, shopify, whatsapp, woocommerce};

use super::case::{all, at, payload, translate};

const PROGRAM: &str = r#"
program "Shop" {
  currency USD
  timezone "America/New_York"
  history 30 years
  returns within 30 years
}

wallet points { clawback may overdraw }

member {
  email text?
  city  text?
}

measure withdrawn = count(consent where given == false)

rule base    on order                                     { earn 1 points per 1 USD of order.subtotal }
rule extra   on order                                     { earn 5 points per 1 of sum(order.lines.quantity where kind is missing) }
rule asked   on message when message.payload is present   { earn 1 points }
rule heard   on message_status when message_status.status == "read" { earn 1 points }
rule failing on message_status when message_status.error == 130472  { earn 2 points }
rule moved   on identity_changed when identity_changed.kind == "phone" { earn 3 points }
rule agreed  on consent when consent.given                { earn 50 points }
rule waiting on cart when cart.total >= 100 USD           { earn 4 points }
"#;

fn program() -> Program {
    static COMPILED: LazyLock<Program> = LazyLock::new(|| compiled("USD"));
    COMPILED.clone()
}

fn compiled(currency: &str) -> Program {
    Program::compile(&PROGRAM.replace("USD", currency))
        .unwrap_or_else(|errors| panic!("{}", errors.render("shop.loyalty", false)))
}

fn member(program: &Program) -> Member {
    program.enroll("m-1", Instant::parse("2007-01-01T00:00:00Z").unwrap()).unwrap()
}

/// Applies the events of a translation as a host would: what is of no known order waits, and is tried again.
fn deliver(program: &Program, member: &mut Member, translation: &Translation, waiting: &mut Vec<String>) {
    waiting.extend(translation.events().iter().map(|event| event.json_for("m-1")));
    let mut still = Vec::new();
    for event in waiting.drain(..) {
        let before = program.save(member);
        match program.apply(member, &event) {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(program.save(member), before, "a refused event has changed the member");
                match error.code() {
                    Refusal::UnknownOrder => still.push(event),
                    // Nothing is left to take back, which is what was to be done.
                    Refusal::AlreadyReturned => {}
                    _ => panic!("{error} of {event}"),
                }
            }
        }
    }
    *waiting = still;
}

fn view(program: &Program, member: &Member) -> Document {
    let view = program.view(member, member.clock());
    assert!(view.totals().iter().all(loyalty_core::Totals::conserved), "{}", view.to_json());
    view.document().clone()
}

pub fn play(translations: &[Translation]) -> Document {
    let program = program();
    let mut member = member(&program);
    let mut waiting = Vec::new();
    for translation in translations {
        deliver(&program, &mut member, translation, &mut waiting);
    }
    assert!(waiting.is_empty(), "{waiting:?}");
    view(&program, &member)
}

fn of_shopify(topic: &str, body: &[u8]) -> Translation {
    shopify::events(topic, body, &Options::default()).unwrap()
}

#[test]
fn a_partly_refunded_order_keeps_the_points_of_what_was_kept() {
    // 195.66 + 195.67 + 195.67 = 587.00, and five for each of three units. Kept: 195.67 and one unit.
    let told = of_shopify("orders/updated", &payload("shopify/orders_updated.partially_refunded.json"));
    let view = play(&[told]);
    assert_eq!(at(&view, "wallets.points.available"), "\"200\"");
    assert_eq!(at(&view, "wallets.points.clawed_back"), "\"402\"");
}

#[test]
fn a_cancelled_order_keeps_nothing() {
    let told = of_shopify("orders/cancelled", &payload("shopify/orders_cancelled.refunded.json"));
    let view = play(&[told]);
    assert_eq!(at(&view, "wallets.points.available"), "\"0\"");
    assert_eq!(at(&view, "wallets.points.clawed_back"), "\"602\"");
}

/// 3 × 10.00 and 1 × 4.00 were bought; then two of the first went and one of 7.00 came: 10 + 4 + 7.
#[test]
fn an_edited_order_counts_for_what_it_is_in_the_end() {
    let order = |lines: &str| {
        format!(
            r#"{{"id":42,"customer":{{"id":5}},"currency":"USD","financial_status":"paid","created_at":"2026-11-01T10:00:00Z",
            "updated_at":"2026-11-02T10:00:00Z","line_items":[{lines}]}}"#
        )
    };
    let bought = order(r#"{"id":1,"quantity":3,"price":"10.00"},{"id":2,"quantity":1,"price":"4.00"}"#);
    let now = order(
        r#"{"id":1,"quantity":3,"current_quantity":1,"price":"10.00"},{"id":2,"quantity":1,"current_quantity":1,"price":"4.00"},
        {"id":3,"quantity":1,"current_quantity":1,"price":"7.00"}"#,
    );
    let edit =
        r#"{"id":9,"order_id":42,"line_items":{"additions":[{"id":3,"delta":1}],"removals":[{"id":1,"delta":2}]}}"#;
    let edited = format!(r#"{{"order_edit":{edit},"order":{now}}}"#);
    let told = || of_shopify("orders/edited", edited.as_bytes());
    let plain = play(&[of_shopify("orders/paid", bought.as_bytes())]);
    let view = play(&[of_shopify("orders/paid", bought.as_bytes()), told(), told()]);
    let points = |view: &Document| at(view, "wallets.points.available").trim_matches('"').parse::<i64>().unwrap();
    // Five for each unit, too: four before, and one, one and one after.
    assert_eq!((points(&plain), points(&view)), (34 + 20, 21 + 15));
}

#[test]
fn shipping_that_is_paid_back_takes_no_points() {
    let order = of_shopify("orders/updated", &payload("shopify/orders_updated.partially_refunded.json"));
    let shipping = of_shopify("refunds/create", &payload("shopify/refunds_create.shipping_only.json"));
    assert_eq!(shipping.parked().first().map(|parked| parked.reason()), Some(Reason::MoneyOnly));
    assert_eq!(at(&play(&[order, shipping]), "wallets.points.available"), "\"200\"");
}

/// The life of an order, as the shop would tell it: three lines, one comes back, then it is called off.
fn life() -> Vec<Translation> {
    let order = |status: &str, more: &str| {
        format!(
            r#"{{"id":42,"customer":{{"id":5}},"currency":"USD","financial_status":"{status}","created_at":"2026-11-01T10:00:00-05:00",
            "discount_codes":[{{"code":"TENOFF"}}],"updated_at":"2026-11-{day}T10:00:00-05:00",{more}"total_price":"587.00","line_items":[
            {{"id":7,"quantity":1,"price":"199.00","discount_allocations":[{{"amount":"3.34"}}]}},
            {{"id":8,"quantity":2,"price":"199.00","discount_allocations":[{{"amount":"6.66"}}]}}]}}"#,
            day = 1 + more.len() % 27,
        )
    };
    let refund = r#"{"id":9,"order_id":42,"created_at":"2026-11-03T10:00:00-05:00","refund_line_items":[{"line_item_id":8,"quantity":1,"subtotal":195.67}]}"#;
    let refunded = format!(r#""refunds":[{refund}],"#);
    let cancelled = format!(r#"{refunded}"cancelled_at":"2026-11-05T10:00:00-05:00","#);
    vec![
        of_shopify("orders/create", order("pending", "").as_bytes()),
        of_shopify("orders/paid", order("paid", "").as_bytes()),
        of_shopify("refunds/create", refund.as_bytes()),
        of_shopify("orders/updated", order("partially_refunded", &refunded).as_bytes()),
        of_shopify("orders/cancelled", order("partially_refunded", &cancelled).as_bytes()),
    ]
}

/// Every order of the numbers below `count`.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(count - 1);
    let each = shorter.iter().flat_map(|order| {
        (0..count).map(move |place| {
            let mut order = order.clone();
            order.insert(place, count - 1);
            order
        })
    });
    each.collect()
}

#[test]
fn the_order_of_deliveries_does_not_matter_nor_how_often() {
    let life = life();
    // Without the cancellation one unit of three is gone: 587.00 less half of 391.34, and two times five.
    let without: Vec<_> = life.iter().take(4).cloned().collect();
    assert_eq!(at(&play(&without), "wallets.points.available"), "\"401\"");
    let mut answers = BTreeSet::new();
    for order in permutations(life.len()) {
        let once: Vec<_> = order.iter().filter_map(|number| life.get(*number).cloned()).collect();
        let twice: Vec<_> = once.iter().flat_map(|told| [told.clone(), told.clone()]).collect();
        for deliveries in [once, twice] {
            let view = play(&deliveries);
            let wallet = at(&view, "wallets.points");
            answers.insert(wallet);
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    let answer = answers.first().unwrap();
    assert!(answer.contains(r#""available":"0""#) && answer.contains(r#""clawed_back":"602""#), "{answer}");
}

#[test]
fn create_and_paid_tell_one_event() {
    let body = payload("shopify/orders_create.percentage_code.json");
    let topics = ["orders/create", "orders/paid", "orders/updated", "orders/fulfilled"];
    let told: BTreeSet<String> = topics.iter().map(|topic| of_shopify(topic, &body).to_json()).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(
        at(&play(&[of_shopify("orders/create", &body), of_shopify("orders/paid", &body)]), "wallets.points.available"),
        "\"186\""
    );
}

#[test]
fn what_a_guest_bought_is_claimed_later() {
    let body = payload("woocommerce/order.json");
    let told = woocommerce::events("order.created", &body, &Options::default()).unwrap();
    let parked = told.parked().first().unwrap();
    assert_eq!(parked.reason(), Reason::Guest);
    let program = program();
    let mut member = member(&program);
    for event in parked.events() {
        program.apply(&mut member, event.json_for("m-1")).unwrap();
    }
    // 6.00 + 12.00, and five for each of three units.
    assert_eq!(at(&view(&program, &member), "wallets.points.available"), "\"33\"");
}

#[test]
fn messages_reach_the_rules() {
    let mut told = Vec::new();
    for name in [
        "messages.template_quick_reply",
        "messages.system_number_change",
        "statuses.failed_experiment",
        "user_preferences.signup",
    ] {
        told.push(whatsapp::events(&payload(&format!("whatsapp/{name}.json")), &Options::default()).unwrap());
    }
    // A payload 1, another number 3, an experiment 2, a consent 50.
    assert_eq!(at(&play(&told), "wallets.points.available"), "\"56\"");
}

#[test]
fn an_older_profile_is_told_by_its_instant() {
    let profile = |at: &str, email: &str| {
        let body = format!(r#"{{"id":5,"updated_at":"{at}","email":"{email}"}}"#);
        of_shopify("customers/update", body.as_bytes())
    };
    let newer = profile("2026-11-02T10:00:00Z", "new@example.com");
    let older = profile("2026-11-01T10:00:00+01:00", "old@example.com");
    // What a host does with `latest`: the greatest instant of each thing wins.
    let program = program();
    let mut member = member(&program);
    let mut seen = BTreeMap::new();
    for translation in [newer, older] {
        for event in translation.events() {
            let (what, at) = event.latest().unwrap();
            let known = seen.entry(what.to_owned()).or_insert(at);
            if at >= *known {
                *known = at;
                program.apply(&mut member, event.json_for("m-1")).unwrap();
            }
        }
    }
    let saved = program.save(&member);
    assert!(saved.contains("new@example.com") && !saved.contains("old@example.com"), "{saved}");
}

#[test]
fn every_answer_of_the_corpus_is_taken_by_the_core() {
    let (mut played, mut programs) = (0, BTreeMap::new());
    for case in all() {
        let (function, topic) = case.call.split_once(' ').unwrap_or((&case.call, ""));
        if function == "whatsapp.payload" {
            continue;
        }
        let Ok(options) = Options::from_json(case.options.as_bytes()) else { continue };
        let Ok(told) = translate(function, topic, &options, &case.body) else { continue };
        // Each case in its own currency, so that it is checked too.
        let currency =
            ["USD", "EUR", "JPY"].into_iter().find(|code| case.answer.contains(&format!("\"currency\":\"{code}\"")));
        let currency = currency.unwrap_or("USD");
        let program = programs.entry(currency).or_insert_with(|| compiled(currency)).clone();
        let mut member = member(&program);
        let parked = told.parked().iter().flat_map(|parked| parked.events());
        for event in told.events().iter().chain(parked) {
            match program.apply(&mut member, event.json_for("m-1")) {
                Ok(_) => played += 1,
                Err(error) if error.code() == Refusal::UnknownOrder => played += 1,
                Err(error) => panic!("{}: {error} of {}", case.name, event.json_for("m-1")),
            }
        }
        view(&program, &member);
    }
    assert!(played > 70, "{played} events");
}

#[test]
fn every_message_of_the_corpus_of_the_language_can_be_sent() {
    let folder = super::case::root().join("../../corpus/good");
    let mut cases = Vec::new();
    super::case::files(&folder, &mut cases);
    let mut sent = 0;
    for path in cases {
        let text = fs::read_to_string(&path).unwrap();
        let outcomes = text.split("=== outcomes\n").nth(1).unwrap_or("");
        for line in outcomes.lines().filter(|line| line.contains(r#""kind":"message""#)) {
            let outcome: serde_json::Value = serde_json::from_str(line).unwrap();
            for decision in outcome["decisions"].as_array().unwrap().iter().filter(|one| one["kind"] == "message") {
                let to = |window| Send { phone: Some("+966501234567".to_owned()), window, ..Send::default() };
                let message = decision.to_string();
                let as_decided = whatsapp::payload(message.as_bytes(), &to(None)).unwrap();
                assert_eq!(at(&as_decided, "biz_opaque_callback_data"), decision["id"].to_string());
                let open = whatsapp::payload(message.as_bytes(), &to(Some(Window::Open)));
                assert!(open.is_ok(), "{message}");
                let closed = whatsapp::payload(message.as_bytes(), &to(Some(Window::Closed)));
                assert_eq!(closed.is_ok(), decision.get("template").is_some(), "{message}");
                sent += 1;
            }
        }
    }
    assert!(sent > 10, "{sent} messages");
}

#[test]
fn from_an_order_to_a_message_and_from_a_tap_to_an_answer() {
    let program = Program::compile(
        r#"
program "Shop" { currency USD  timezone "Europe/Berlin"  languages [en, ar] }
wallet pts {}
rule base on order { earn 1 pts per 1 USD of order.subtotal }
rule told on order { say thanks }
message thanks utility {
  template "order_thanks" (pts.balance)
  en "You have {pts.balance, plural, one {# point} other {# points}}."
  ar "لديك {pts.balance, plural, zero {# نقطة} one {نقطة واحدة} two {نقطتان} few {# نقاط} many {# نقطة} other {# نقطة}}."
  button { en "My balance" ar "رصيدي" } say balance
}
message balance reply { en "{pts.balance} points."  ar "{pts.balance} نقاط." }
"#,
    )
    .unwrap_or_else(|errors| panic!("{}", errors.render("shop.loyalty", false)));
    let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    let messages = |outcome: &loyalty_core::Outcome| -> Vec<String> {
        let document = outcome.to_document();
        let Some(Document::List(decisions)) = document.get("decisions") else { return Vec::new() };
        let said = decisions.iter().filter(|decision| decision.get("kind") == Some(&"message".into()));
        said.map(ToString::to_string).collect()
    };
    let order =
        br#"{"id":1,"customer":{"id":5},"currency":"USD","financial_status":"paid","created_at":"2026-02-01T10:00:00Z",
        "line_items":[{"id":7,"quantity":2,"price":"2.50"}]}"#;
    let told = of_shopify("orders/paid", order);
    let outcome = program.apply(&mut member, told.events()[0].json_for("m-1")).unwrap();
    let send = Send { phone: Some("+966501234567".to_owned()), window: Some(Window::Open), ..Send::default() };
    let sent = whatsapp::payload(messages(&outcome)[0].as_bytes(), &send).unwrap();
    assert_eq!(at(&sent, "interactive.body.text"), "\"You have 5 points.\"");
    let tap = at(&sent, "interactive.action.buttons.0.reply.id");
    assert_eq!(tap, "\"say balance\"");
    // The tap comes back as a webhook, and is answered within the window.
    let body = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{{"field":"messages","value":{{"messages":[
        {{"from":"966501234567","id":"wamid.T","timestamp":"1769940060","type":"interactive","interactive":{{"type":"button_reply",
        "button_reply":{{"id":{tap},"title":"My balance"}}}}}}]}}}}]}}]}}"#
    );
    let tapped = whatsapp::events(body.as_bytes(), &Options::default()).unwrap();
    let outcome = program.apply(&mut member, tapped.events()[0].json_for("m-1")).unwrap();
    let answer = whatsapp::payload(messages(&outcome)[0].as_bytes(), &Send { window: None, ..send }).unwrap();
    assert_eq!(at(&answer, "text.body"), "\"5 points.\"");
    assert_eq!(at(&answer, "to"), "\"966501234567\"");
    // Twice is once.
    assert!(program.apply(&mut member, tapped.events()[0].json_for("m-1")).unwrap().replayed());
}

#[test]
fn from_a_survey_to_a_list_and_from_a_row_or_a_digit_to_an_answer() {
    let program = Program::compile(
        r#"
program "Shop" { currency USD  timezone "Europe/Berlin" }
wallet pts {}
survey after_order { ask "How was your order? Reply 1 to 5."  scale 1 .. 5  done { earn 10 pts } }
rule asks on order { ask after_order }
measure answers = sum(answer.score)
"#,
    )
    .unwrap_or_else(|errors| panic!("{}", errors.render("shop.loyalty", false)));
    let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    let mut asked = |id: u32, answer: &dyn Fn(&Document) -> String| {
        let order = format!(
            r#"{{"id":{id},"customer":{{"id":5}},"currency":"USD","financial_status":"paid","created_at":"2026-02-01T10:00:00Z",
            "line_items":[{{"id":7,"quantity":2,"price":"2.50"}}]}}"#
        );
        let told = of_shopify("orders/paid", order.as_bytes());
        let outcome = program.apply(&mut member, told.events()[0].json_for("m-1")).unwrap().to_document();
        let Some(Document::List(decisions)) = outcome.get("decisions") else { panic!("{outcome}") };
        let said = decisions.iter().find(|decision| decision.get("kind") == Some(&"message".into())).unwrap();
        let send = Send { phone: Some("+966501234567".to_owned()), window: Some(Window::Open), ..Send::default() };
        let sent = whatsapp::payload(said.to_string().as_bytes(), &send).unwrap();
        assert_eq!(at(&sent, "interactive.type"), "\"list\"");
        assert_eq!(at(&sent, "interactive.action.button"), "\"1 – 5\"");
        let body = format!(
            r#"{{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{{"field":"messages","value":{{"messages":[
            {{"from":"966501234567","id":"wamid.{id}","timestamp":"1769940060",{}}}]}}}}]}}]}}"#,
            answer(&sent)
        );
        let heard = whatsapp::events(body.as_bytes(), &Options::default()).unwrap();
        program.apply(&mut member, heard.events()[0].json_for("m-1")).unwrap();
        let view = program.view(&member, member.clock());
        (at(view.document(), "surveys.after_order.score"), at(view.document(), "measures.answers"))
    };
    let row = |sent: &Document| {
        let id = at(sent, "interactive.action.sections.0.rows.3.id");
        format!(
            r#""type":"interactive","interactive":{{"type":"list_reply","list_reply":{{"id":{id},"title":"4","description":""}}}}"#
        )
    };
    assert_eq!(asked(1, &row), ("4".to_owned(), "\"4\"".to_owned()));
    let digit = |_: &Document| r#""type":"text","text":{"body":"٥"}"#.to_owned();
    assert_eq!(asked(2, &digit), ("5".to_owned(), "\"9\"".to_owned()));
}
