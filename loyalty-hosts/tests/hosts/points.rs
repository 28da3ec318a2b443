//! What is left in points of an order, as a shop tells its life: a point for a unit of money, and five for each unit of a line
//! without a kind.

use loyalty_hosts::{Earn, Options, Translation};

use super::case::{at, translate};
use super::engine::play;

fn told(function: &str, topic: &str, earn: Earn, body: &str) -> Translation {
    translate(function, topic, &Options { earn, ..Options::default() }, body.as_bytes()).unwrap()
}

fn left(translations: &[Translation]) -> String {
    at(&play(translations), "wallets.points.available").trim_matches('"').to_owned()
}

fn magento(earn: Earn, resource: &str, body: &str) -> Translation {
    told("magento.events", resource, earn, body)
}

/// Two units of 50, and what the shop says of them.
fn two_of_fifty(state: &str, day: u32, sums: &str, units: &str) -> String {
    format!(
        r#"{{"entity_id":3,"state":"{state}","customer_id":3,"customer_is_guest":0,"base_currency_code":"USD",
        "created_at":"2026-11-01 10:00:00","updated_at":"2026-11-0{day} 10:00:00","base_grand_total":100,{sums},
        "items":[{{"item_id":1,"sku":"A","qty_ordered":2,"base_row_total":100,{units}}}]}}"#
    )
}

#[test]
fn of_magento_only_what_was_paid_is_left() {
    let due = two_of_fifty("processing", 2, r#""base_total_due":100"#, r#""qty_invoiced":0"#);
    let off = two_of_fifty("canceled", 3, r#""base_total_due":100,"base_total_canceled":100"#, r#""qty_canceled":2"#);
    let half = two_of_fifty(
        "complete",
        4,
        r#""base_total_due":50,"base_total_paid":50,"base_total_canceled":50"#,
        r#""qty_invoiced":1,"qty_canceled":1,"base_row_invoiced":50"#,
    );
    let later = half.replace("2026-11-04", "2026-11-05");
    let orders =
        |earn, bodies: &[&String]| left(&bodies.iter().map(|body| magento(earn, "order", body)).collect::<Vec<_>>());
    assert_eq!(orders(Earn::Paid, &[&due]), "0");
    assert_eq!(orders(Earn::Paid, &[&due, &off]), "0");
    assert_eq!(orders(Earn::Placed, &[&due, &off]), "0");
    // 50 and five for the unit, however often it is told.
    assert_eq!(orders(Earn::Paid, &[&due, &half, &later]), "55");
    assert_eq!(orders(Earn::Placed, &[&due, &half, &later]), "55");
    let memo = r#"{"entity_id":8,"order_id":3,"created_at":"2026-11-06 10:00:00","items":[{"order_item_id":1,"qty":1,"base_row_total":50}]}"#;
    for earn in [Earn::Paid, Earn::Placed] {
        let all = [magento(earn, "order", &half), magento(earn, "credit_memo", memo)];
        assert_eq!(left(&all), "0");
    }
}

/// 60 less 6, and two of 40 less 4; the first comes back, and then the others.
#[test]
fn of_a_bundle_of_magento_the_parts_come_back() {
    let order = r#"{"entity_id":3,"state":"processing","customer_id":3,"customer_is_guest":0,"base_currency_code":"USD",
        "created_at":"2026-11-01 10:00:00","base_grand_total":90,"items":[
        {"item_id":1,"product_type":"bundle","qty_ordered":1,"base_row_total":100},
        {"item_id":2,"parent_item_id":1,"qty_ordered":1,"base_row_total":60,"base_discount_amount":6},
        {"item_id":4,"parent_item_id":1,"qty_ordered":2,"base_row_total":40,"base_discount_amount":4}]}"#;
    let memo = |id: u32, items: &str| {
        let memo = format!(
            r#"{{"entity_id":{id},"order_id":3,"created_at":"2026-11-0{id} 10:00:00","items":[
            {{"order_item_id":1,"qty":1,"base_row_total":100}},{items}]}}"#
        );
        magento(Earn::Paid, "credit_memo", &format!(r#"{{"credit_memo":{memo},"order":{order}}}"#))
    };
    let bought = magento(Earn::Paid, "order", order);
    let first = memo(2, r#"{"order_item_id":2,"qty":1,"base_row_total":60}"#);
    let others = memo(3, r#"{"order_item_id":4,"qty":2,"base_row_total":40}"#);
    assert_eq!(left(std::slice::from_ref(&bought)), "105");
    assert_eq!(left(&[bought.clone(), first.clone()]), "46");
    assert_eq!(left(&[bought, first, others]), "0");
}

/// Cash on delivery of one unit of 100: in work at first, then paid at the door, or refused there.
#[test]
fn of_cash_on_delivery_nothing_is_left_until_it_is_paid() {
    let order = |status: &str, more: &str| {
        format!(
            r#"{{"id":1,"status":"{status}","customer_id":5,"currency":"USD","date_created_gmt":"2026-11-01T10:00:00",
            "date_modified_gmt":"2026-11-05T10:00:00",{more}"line_items":[{{"id":11,"quantity":1,"total":"100.00"}}]}}"#
        )
    };
    let paid = r#""date_paid_gmt":"2026-11-05T10:00:00","#;
    let ends = |earn, last: &str| {
        let bodies = [order("processing", ""), last.to_owned()];
        left(&bodies.map(|body| told("woocommerce.events", "order.updated", earn, &body)))
    };
    for earn in [Earn::Paid, Earn::Placed] {
        assert_eq!(ends(earn, &order("completed", paid)), "105");
        for status in ["cancelled", "failed"] {
            assert_eq!(ends(earn, &order(status, "")), "0");
            assert_eq!(ends(earn, &order(status, paid)), "0");
        }
    }
    assert_eq!(ends(Earn::Paid, &order("processing", "")), "0");
}

/// One unit of 199.00 less 3.33 for 195 and five; its shipping is paid back, and then it is called off.
#[test]
fn of_an_order_that_was_called_off_nothing_is_left_though_its_shipping_came_back_first() {
    let item = r#"{"id":7,"quantity":1,"price":"199.00","discount_allocations":[{"amount":"3.33"}]}"#;
    let refund = format!(
        r#""refunds":[{{"id":9,"created_at":"2026-11-02T10:00:00Z",
        "refund_line_items":[{{"line_item_id":7,"quantity":1,"subtotal":0.0,"line_item":{item}}}]}}],"#
    );
    let order = |more: &str| {
        let order = format!(
            r#"{{"id":42,"customer":{{"id":5}},"currency":"USD","financial_status":"partially_refunded",
            "created_at":"2026-11-01T10:00:00Z",{more}"line_items":[{item}]}}"#
        );
        told("shopify.events", "orders/updated", Earn::Paid, &order)
    };
    let off = format!(r#"{refund}"cancelled_at":"2026-11-03T10:00:00Z","#);
    assert_eq!(left(&[order(&refund)]), "200");
    assert_eq!(left(&[order(&refund), order(&off)]), "0");
}

#[test]
fn of_a_placed_order_nothing_is_left_once_its_payment_is_voided() {
    let order = |status: &str, more: &str| {
        let order = format!(
            r#"{{"id":42,"customer":{{"id":5}},"currency":"USD","financial_status":"{status}",{more}
            "created_at":"2026-11-01T10:00:00Z","line_items":[{{"id":7,"quantity":1,"price":"100.00"}}]}}"#
        );
        told("shopify.events", "orders/updated", Earn::Placed, &order)
    };
    let placed = order("authorized", "");
    let voided = order("voided", r#""updated_at":"2026-11-02T10:00:00Z","#);
    let again = order("voided", r#""updated_at":"2026-11-03T10:00:00Z","#);
    let off = order("voided", r#""updated_at":"2026-11-04T10:00:00Z","cancelled_at":"2026-11-04T10:00:00Z","#);
    assert_eq!(left(std::slice::from_ref(&placed)), "105");
    assert_eq!(left(&[placed.clone(), voided.clone()]), "0");
    assert_eq!(left(&[voided.clone(), placed.clone()]), "0");
    assert_eq!(left(&[placed, voided, again, off]), "0");
}

/// One unit of 100.00 and 19.00 tax, shown as 119.00, and five for the unit. Half of its money comes back, 59.50, or all of it,
/// and with it the unit.
#[test]
fn of_a_line_whose_money_came_back_with_its_tax_none_of_it_is_left() {
    let order = r#"{"id":1,"status":"completed","customer_id":5,"currency":"USD","prices_include_tax":true,
        "date_created_gmt":"2026-11-01T10:00:00","date_paid_gmt":"2026-11-01T10:00:00","total":"119.00",
        "line_items":[{"id":11,"quantity":1,"total":"100.00","total_tax":"19.00"}]}"#;
    let refund = |quantity: i32, net: &str, tax: &str| {
        let refund = format!(
            r#"{{"id":9,"parent_id":1,"date_created_gmt":"2026-11-02T10:00:00","amount":"119.00","line_items":[{{"id":30,
            "quantity":{quantity},"total":"{net}","total_tax":"{tax}","meta_data":[{{"key":"_refunded_item_id","value":"11"}}]}}]}}"#
        );
        let both = format!(r#"{{"refund":{refund},"order":{order}}}"#);
        let told = |body: &str| told("woocommerce.events", "refund", Earn::Paid, body);
        (told(&refund), told(&both))
    };
    let bought = told("woocommerce.events", "order.updated", Earn::Paid, order);
    assert_eq!(left(std::slice::from_ref(&bought)), "124");
    let (_, half) = refund(0, "-50.00", "-9.50");
    assert_eq!(left(&[bought.clone(), half]), "64");
    let (_, all) = refund(0, "-100.00", "-19.00");
    assert_eq!(left(&[bought.clone(), all]), "0");
    // With the unit it is one event, by itself and beside its order.
    let (by_itself, beside) = refund(-1, "-100.00", "-19.00");
    assert_eq!(by_itself, beside);
    assert_eq!(left(&[bought, by_itself]), "0");
}

/// Two lines of 60 and 40 and five for each unit, and 20 off by a fee below zero: 80. Of the second line 8 of them fall away, so that
/// 60 - 12 = 48 are left of the first.
#[test]
fn of_an_order_with_a_fee_below_zero_what_was_charged_is_left() {
    let order = r#"{"id":1,"status":"completed","customer_id":5,"currency":"USD",
        "date_created_gmt":"2026-11-01T10:00:00","date_paid_gmt":"2026-11-01T10:00:00","total":"80.00",
        "line_items":[{"id":11,"quantity":1,"total":"60.00"},{"id":12,"quantity":1,"total":"40.00"}],
        "fee_lines":[{"id":13,"total":"-20.00"}]}"#;
    let refund = r#"{"id":9,"parent_id":1,"date_created_gmt":"2026-11-02T10:00:00","line_items":[{"id":30,"quantity":-1,
        "total":"-40.00","meta_data":[{"key":"_refunded_item_id","value":"12"}]}]}"#;
    let bought = told("woocommerce.events", "order.updated", Earn::Paid, order);
    let back = told("woocommerce.events", "refund", Earn::Paid, refund);
    assert_eq!(left(std::slice::from_ref(&bought)), "90");
    assert_eq!(left(&[bought, back]), "53");
}
