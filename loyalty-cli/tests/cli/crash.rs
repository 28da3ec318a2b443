//! A run that is killed at any moment and started again ends as one that was not.

use std::time::Instant;

use crate::support::{Folder, wholesaler};

/// Points that wait, expire and go into debt, so that time itself decides much.
const SEASONS: &str = r#"program "Seasons" {
  version  1
  currency GBP
  timezone "Europe/London"
  history  800 days
  returns  within 800 days
}

wallet points {
  vest     after 14 days
  expire   3 months after vesting
  clawback may overdraw
}

measure orders = count(order)

rule base on order {
  earn 1 points per 1 GBP of order.total
}

rule first on order when orders == 1 {
  earn 100 points
}
"#;

const KILLS: u32 = 12;

#[test]
fn killed_runs_lose_nothing_and_repeat_nothing() {
    let folder = Folder::new();
    folder.write("seasons.loyalty", SEASONS);
    folder.write_gz("events.gz", wholesaler(2));
    let until = ["--until", "2012-06-01T00:00:00+01:00"];
    let run = |store, out| {
        [&["run", "seasons.loyalty", "--events", "events.gz", "--store", store, "--out", out][..], &until].concat()
    };
    let began = Instant::now();
    let whole = folder.loyalty(&run("whole.db", "whole.jsonl"));
    let took = began.elapsed();
    assert_eq!(whole.code, 0, "{}", whole.errors);

    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let (mut struck, mut reported) = (0, String::new());
    for _ in 0..KILLS {
        let mut child = folder.command(&run("shop.db", "out.jsonl")).spawn().expect("loyalty starts");
        // xorshift: a delay of up to nine tenths of the whole run.
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let share = u32::try_from(seed % 900).expect("below 900");
        std::thread::sleep(took * share / 1000);
        child.kill().expect("SIGKILL");
        let status = child.wait().expect("it is dead");
        struck += u32::from(!status.success());
        // Whatever stands in the file has been committed, so it stays.
        let out = std::fs::read_to_string(folder.path("out.jsonl")).unwrap_or_default();
        let lines = out.rfind('\n').map_or("", |end| &out[..=end]);
        let common = lines.len().min(reported.len());
        assert_eq!(lines[..common], reported[..common]);
        if lines.len() > reported.len() {
            reported = lines.to_owned();
        }
    }
    assert!(struck > 0, "no run was killed before its end");
    let last = folder.loyalty(&run("shop.db", "out.jsonl"));
    assert_eq!(last.code, 0, "{}", last.errors);
    assert!(folder.members("shop.db") == folder.members("whole.db"), "every member has the same bytes");
    let out = folder.read("out.jsonl");
    assert!(out.starts_with(&reported));
    assert!(out == folder.read("whole.jsonl"), "every decision is there exactly once, in the same order");
}
