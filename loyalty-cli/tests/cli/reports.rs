//! `run --report`: the example that `docs/report.md` works out by hand.

use serde_json::json;

use crate::support::{Folder, lines};

const SHOP: &str = r#"program "Corner Shop" {
  currency EUR
  timezone "Europe/Berlin"
}

wallet points {
  expire 30 days after earning
}

measure spend = sum(order.subtotal)

tiers status by spend {
  basic from 0 EUR
  gold  from 100 EUR
}

rule base on order {
  earn 1 points per 1 EUR of order.subtotal
}

rule pay on redeem {
  spend 20 points
}
"#;

fn shop() -> Folder {
    let folder = Folder::new();
    folder.write("shop.loyalty", SHOP);
    let event = |kind: &str, id: &str, member: &str, at: &str, more: &str| {
        format!(r#"{{"type":"{kind}","id":"{id}","member":"{member}","at":"{at}T10:00:00+01:00"{more}}}"#)
    };
    let events = [
        event("order", "a-1", "ana", "2026-01-10", r#","subtotal":"60.00""#),
        event("order", "b-1", "ben", "2026-01-15", r#","subtotal":"30.00""#),
        event("profile", "c-1", "cy", "2026-01-15", ""),
        event("order", "a-2", "ana", "2026-01-20", r#","subtotal":"60.00""#),
        event("redeem", "a-3", "ana", "2026-02-02", ""),
    ];
    folder.write("events.jsonl", lines(&events));
    folder
}

const RUN: [&str; 4] = ["run", "shop.loyalty", "--events", "events.jsonl"];
const REPORT: [&str; 5] = ["--report", "--value", "points=0.05", "--until", "2026-02-28T00:00:00+01:00"];

#[test]
fn the_report_is_the_one_worked_out_by_hand() {
    let folder = shop();
    for store in [&[][..], &["--store", "shop.db"]] {
        let summary = folder.json(&[&RUN[..], &REPORT[..], store, &["--json"][..]].concat());
        let groups = &summary["report"]["groups"];
        let rows = &groups[0]["rows"];
        let people = |row: usize| {
            ["members", "active", "active_before", "retained", "purchasers", "repeat_purchasers"]
                .map(|key| rows[row][key].clone())
        };
        assert_eq!(people(0), [3, 2, 0, 0, 2, 1].map(|count| json!(count)));
        assert_eq!(people(1), [3, 1, 2, 1, 0, 0].map(|count| json!(count)));
        let rates = |row: usize| {
            ["engagement_rate", "retention_rate", "repeat_purchase_rate"].map(|key| rows[row][key].clone())
        };
        assert_eq!(rates(0), [json!("0.6667"), json!(null), json!("0.5")]);
        assert_eq!(rates(1), [json!("0.3333"), json!("0.5"), json!(null)]);
        assert_eq!(
            rows[0]["wallets"]["points"],
            json!({"issued": "150", "redeemed": "0", "expired": "0", "other": "0", "outstanding": "150",
                "redemption_rate": "0", "breakage_rate": "0", "liability": "7.5"})
        );
        assert_eq!(
            rows[1]["wallets"]["points"],
            json!({"issued": "0", "redeemed": "20", "expired": "130", "other": "0", "outstanding": "0",
                "redemption_rate": null, "breakage_rate": "0.8667", "liability": "0"})
        );
        let level = |name: &str| {
            let mut groups = groups.as_array().expect("groups").iter();
            groups.find(|group| group["level"] == name).expect("a level")["rows"][0].clone()
        };
        for (name, members, issued, outstanding) in [("basic", 2, "150", "30"), ("gold", 1, "0", "120")] {
            let row = level(name);
            assert_eq!(row["members"], members, "{name}");
            assert_eq!(row["wallets"]["points"]["issued"], issued, "{name}");
            assert_eq!(row["wallets"]["points"]["outstanding"], outstanding, "{name}");
        }
    }
}

#[test]
fn people_read_tables() {
    let folder = shop();
    let page = folder.loyalty(&[&RUN[..], &REPORT[..]].concat());
    assert_eq!(page.code, 0, "{}", page.errors);
    for line in [
        " 2026-01-01        3       2       66.7%          -            50.0%\n",
        " 2026-02-01        3       1       33.3%      50.0%                -\n",
        " 2026-01-01     150         0        0      0          150        0.0%      0.0%        7.5\n",
        " status basic            2       0        0.0%       0.0%                -\n",
    ] {
        assert!(page.out.contains(line), "{}", page.out);
    }
}

#[test]
fn what_cannot_be_reported_is_refused_before_anything_is_played() {
    let folder = shop();
    for (more, told) in [
        (["--period", "fortnight"], "wrong_type: `period`"),
        (["--active", "nothing"], "unknown_event: `active`"),
        (["--value", "stars=1"], "unknown_wallet: `values`"),
    ] {
        let answer = folder.loyalty(&[&RUN[..], &["--report"], &more, &["--store", "new.db"]].concat());
        assert_eq!(answer.code, 2);
        assert!(answer.errors.contains(told), "{}", answer.errors);
        assert!(!folder.path("new.db").exists());
    }
    assert_eq!(folder.loyalty(&[&RUN[..], &["--period", "week"]].concat()).code, 2);
}
