//! `quote`: what a cart would get, on the page and for machines.

use crate::support::Folder;

const PROGRAM: &str = r#"program "Shop" { currency EUR  timezone "Europe/Berlin" }
coupon TEN { give 10% off order  when order.subtotal >= 20 EUR  stack with any  limit 100 in total }
coupon DELIVERY automatic { give free shipping  when order.subtotal >= 50 EUR  stack with any }
"#;

const CART: &str = r#"{"at":"2026-11-21T10:00:00+01:00","currency":"EUR","shipping":"4.90",
  "lines":[{"sku":"TEA","unit_price":"8.50","quantity":5}]}"#;

#[test]
fn a_cart_is_quoted_with_its_hints_and_reasons() {
    let folder = Folder::new();
    folder.write("coupons.loyalty", PROGRAM);
    folder.write("cart.json", CART);
    let page = folder.loyalty(&["quote", "coupons.loyalty", "--cart", "cart.json", "--codes", "TEN,NOPE"]);
    assert_eq!(page.code, 0, "{}", page.errors);
    for told in ["TEA", "43.15", "TEN", "7.50 EUR more for free shipping", "NOPE: no coupon has this code"] {
        assert!(page.out.contains(told), "{told} in {}", page.out);
    }
    let quote = folder.json(&["quote", "coupons.loyalty", "--cart", "cart.json", "--codes", "TEN", "--json"]);
    assert_eq!((&quote["total"], &quote["member"]), (&"43.15".into(), &"guest".into()));
    let used_up = folder.json(&[
        "quote",
        "coupons.loyalty",
        "--cart",
        "cart.json",
        "--codes",
        "TEN",
        "--counter",
        "coupon TEN=100",
        "--json",
        "--language",
        "ar",
    ]);
    assert_eq!(used_up["not_applied"][0]["reasons"][0]["reason"], "limit_reached");
    assert_eq!(used_up["not_applied"][0]["reasons"][0]["text"], "بلغت حد الاستخدام");
}

#[test]
fn a_cart_that_is_none_is_refused_with_its_field() {
    let folder = Folder::new();
    folder.write("coupons.loyalty", PROGRAM);
    folder.write("cart.json", r#"{"at":"2026-11-21T10:00:00+01:00","lines":[{"unit_price":"-1"}]}"#);
    let page = folder.loyalty(&["quote", "coupons.loyalty", "--cart", "cart.json"]);
    assert_eq!(page.code, 1);
    assert!(page.errors.contains("lines[0].unit_price"), "{}", page.errors);
}
