//! Explanations as people read them: cases of a program, what happened, and the text that explains the last of it.
//!
//! A case is one file of `cases/`: `why:` and a sentence, `=== program`, `=== steps` (an event, or `advance INSTANT`;
//! `explain ` before a step asks why it would do what it does, and then it happens), `=== explanation`. `BLESS=1` writes
//! what is there; it is to be read before it is kept.
#![cfg(test)]
#![expect(clippy::disallowed_macros, clippy::disallowed_methods, reason = "tests read their cases")]

use std::fs;
use std::path::{Path, PathBuf};

use loyalty_core::{Counters, Decimal, Explanation, Instant, Member, Program, event_head};

struct Case {
    why: String,
    program: String,
    steps: Vec<String>,
    expected: String,
}

fn read(path: &Path) -> Case {
    let text = fs::read_to_string(path).expect("a case");
    let (why, rest) = text.split_once("=== program\n").expect("a program");
    let (program, rest) = rest.split_once("=== steps\n").expect("steps");
    let (steps, expected) = rest.split_once("=== explanation\n").unwrap_or((rest, ""));
    let steps = steps.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let why = why.strip_prefix("why: ").expect("why").trim().to_owned();
    Case { why, program: program.to_owned(), steps, expected: expected.to_owned() }
}

fn play(case: &Case) -> Vec<Explanation> {
    let program = Program::compile(&case.program).unwrap_or_else(|found| panic!("{}", found.render("case", false)));
    let mut member: Option<Member> = None;
    let mut told = Vec::new();
    for step in &case.steps {
        let (asked, step) = step.strip_prefix("explain ").map_or((false, step.as_str()), |step| (true, step));
        if let Some(at) = step.strip_prefix("advance ") {
            let (at, member) = (Instant::parse(at).expect("an instant"), member.as_mut().expect("a member"));
            if asked {
                told.push(program.explain_advance(member, at).expect("an explanation"));
            }
            program.advance(member, at).expect("an outcome");
            continue;
        }
        let at = event_head(step.as_bytes()).ok().and_then(|head| head.at).expect("an event with its instant");
        let member = member.get_or_insert_with(|| program.enroll("m-1", at).expect("a member"));
        if asked {
            told.push(program.explain(member, step).unwrap_or_else(|error| panic!("{step}: {error}")));
        }
        program.apply(member, step).unwrap_or_else(|error| panic!("{step}: {error}"));
    }
    told
}

#[test]
fn explanations_read_as_the_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain/cases");
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder).expect("cases").map(|file| file.expect("a file").path()).collect();
    files.sort();
    assert!(files.len() >= 10, "{} cases", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let case = read(&file);
        let told = play(&case);
        let texts: Vec<String> = told.iter().map(|told| told.to_text(false)).collect();
        let text = texts.join("\n");
        assert!(!case.why.is_empty() && !told.is_empty(), "{} explains nothing", file.display());
        if text == case.expected {
            continue;
        }
        if std::env::var_os("BLESS").is_some() {
            let whole = fs::read_to_string(&file).expect("a case");
            let kept = whole.split("=== explanation\n").next().unwrap_or_default();
            fs::write(&file, format!("{kept}=== explanation\n{text}")).expect("a writable case");
        } else {
            wrong.push(format!("{}\n{text}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

const LATE: &str = r#"program "<Shop>" { currency EUR  timezone "Europe/Berlin" }
wallet points {}
rule base on order when order.channel == "<script>alert(1)</script>" { earn 1 points per 1 EUR of order.subtotal }
event order { channel text? }
"#;

/// Whatever a program or an event holds, it is text in the page.
#[test]
fn html_escapes_what_it_quotes() {
    let program =
        Program::compile(&LATE.replace("event order { channel text? }\n", "").replace("order.channel", "order.id"))
            .unwrap_or_else(|found| panic!("{}", found.render("case", false)));
    let member =
        program.enroll("<m&'\">", Instant::parse("2026-01-01T00:00:00Z").expect("an instant")).expect("a member");
    let order = r#"{"type":"order","id":"<img src=x>","at":"2026-01-05T10:00:00Z","subtotal":5}"#;
    let html = program.explain(&member, order).expect("an explanation").to_html();
    assert!(!html.contains("<img") && !html.contains("<script") && !html.contains("<m&"), "{html}");
    assert!(html.contains("&lt;script&gt;") && html.contains("&lt;img src=x&gt;"), "{html}");
    let opened = html.matches("<div").count() + html.matches("<ul").count() + html.matches("<li").count();
    let closed = html.matches("</div>").count() + html.matches("</ul>").count() + html.matches("</li>").count();
    assert_eq!(opened, closed);
}

/// What is written from right to left is isolated, so that the signs around it stay in their order.
#[test]
fn html_isolates_what_is_written_from_right_to_left() {
    let program = Program::compile(
        "program \"Cafe\" { currency SAR  timezone \"Asia/Riyadh\" }\nwallet نقاط {}\nmeasure زيارات = count(order)\n\
         rule وفي on order when زيارات >= 3 { earn 5 نقاط }\n",
    )
    .unwrap_or_else(|found| panic!("{}", found.render("case", false)));
    let member = program.enroll("m", Instant::parse("2026-01-01T00:00:00Z").expect("an instant")).expect("a member");
    let order = r#"{"type":"order","id":"o","at":"2026-01-05T10:00:00Z","subtotal":5}"#;
    let html = program.explain(&member, order).expect("an explanation").to_html();
    assert!(html.contains("<bdi>زيارات</bdi> &gt;= 3"), "{html}");
}

/// Signs that a terminal obeys do not come through.
#[test]
fn text_holds_no_signs_for_terminals() {
    let program =
        Program::compile("program \"S\" { currency EUR }\nwallet points {}\nrule base on order { earn 1 points }\n")
            .unwrap_or_else(|found| panic!("{}", found.render("case", false)));
    let member = program.enroll("m", Instant::parse("2026-01-01T00:00:00Z").expect("an instant")).expect("a member");
    let order = r#"{"type":"order","id":"o\u001b[2J","at":"2026-01-05T10:00:00Z","subtotal":5}"#;
    let told = program.explain(&member, order).expect("an explanation");
    assert!(!told.to_text(false).contains('\u{1b}'));
    assert!(told.to_text(true).contains("\u{1b}[32m"));
}

/// Segments of segments may be deep; what is told of them is not.
#[test]
fn conditions_within_conditions_are_told_to_a_depth() {
    let mut text = String::from("program \"S\" { currency EUR }\nwallet points {}\nsegment s0 = count(order) > 5\n");
    for number in 1..50 {
        text += &format!("segment s{number} = not (not s{} or 1 > 2)\n", number - 1);
    }
    text += "rule r on order when s49 { earn 1 points }\n";
    let program = Program::compile(&text).unwrap_or_else(|found| panic!("{}", found.render("case", false)));
    let member = program.enroll("m", Instant::parse("2026-01-01T00:00:00Z").expect("an instant")).expect("a member");
    let order = r#"{"type":"order","id":"o","at":"2026-01-05T10:00:00Z","subtotal":5}"#;
    let told = program.explain(&member, order).expect("an explanation");
    assert!(told.to_text(false).contains("s49") && told.to_json().contains("s49") && told.to_html().contains("s49"));
}

#[test]
fn a_refusal_by_a_rule_says_what_made_it_refuse() {
    let program = r#"program "Shop" { currency EUR }
        wallet points {}
        measure spent_today = sum(order.subtotal) this day
        rule base on order { earn 1 points per 1 EUR of order.subtotal }
        rule enough on order when spent_today > 100 EUR and order.branch == "Mitte" { refuse "Enough for today." }"#;
    let program = Program::compile(program).expect("a program");
    let mut member =
        program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").expect("an instant")).expect("a member");
    let order = r#"{"type":"order","id":"o-1","at":"2026-01-05T10:00:00Z","subtotal":"120.00","branch":"Mitte"}"#;
    let refused = program.explain(&member, order).expect_err("a refusal");
    assert_eq!(
        refused.to_string(),
        "refused_by_rule: rule `enough`: Enough for today., found spent_today > 100 EUR: is 120.00 EUR, it holds; order.branch == \"Mitte\": is \"Mitte\", it holds"
    );
    assert_eq!(program.apply(&mut member, order).expect_err("a refusal").found(), None);
}

/// A limit over all members is told where the host says how far it is used up, of an event and of time alone.
#[test]
fn limits_over_all_members_are_told_with_the_counters() {
    let text = "program \"S\" { currency EUR }\nwallet points {}\nrule base on order { earn 37 points }\n\
        rule early on order { earn 100 points }\ngroup first [early] {\n  limit 1 in total\n}\n\
        rule daily every day at 12:00 limit 2 in total { earn 5 points }\n";
    let program = Program::compile(text).unwrap_or_else(|found| panic!("{}", found.render("case", false)));
    let at = |text| Instant::parse(text).expect("an instant");
    let member = program.enroll("m", at("2026-01-01T00:00:00Z")).expect("a member");
    let order = br#"{"type":"order","id":"o","at":"2026-01-01T10:00:00Z","subtotal":5}"#;
    let order = program.decode(order).expect("an order");
    let mut counters = Counters::default();
    counters.set("group first", Decimal::ONE);
    counters.set("rule daily", Decimal::TWO);
    let told = program.explain_event_with(&member, &order, &counters).expect("an explanation").to_text(false);
    assert!(told.contains("+37 points") && !told.contains("+100"), "{told}");
    assert!(told.contains("limit 1 in total (line 6) of group first: used 1 of 1"), "{told}");
    let until = at("2026-01-01T18:00:00Z");
    let told = program.explain_advance_with(&member, until, &counters).expect("an explanation").to_text(false);
    assert!(told.contains("limit 2 in total: used 2 of 2") && !told.contains("+5"), "{told}");
    let unknown = program.explain_advance(&member, until).expect("an explanation").to_text(false);
    assert!(unknown.contains("+5 points"), "{unknown}");
}

/// What a rule has claimed earlier in the same stretch of time is not there for the next one, nor in what is told of it.
#[test]
fn limits_over_all_members_are_told_with_what_was_claimed_before() {
    let text = "program \"S\" { currency EUR }\nwallet points {}\nrule base on order { earn 37 points }\n\
        rule noon every day at 12:00 { earn 5 points }\nrule one every day at 13:00 { earn 3 points }\n\
        rule late on order { earn 7 points }\ngroup all [noon, one, late] { limit 2 in total }\n";
    let program = Program::compile(text).unwrap_or_else(|found| panic!("{}", found.render("case", false)));
    let at = |text| Instant::parse(text).expect("an instant");
    let member = program.enroll("m", at("2026-01-01T00:00:00Z")).expect("a member");
    let mut counters = Counters::default();
    counters.set("group all", Decimal::ONE);
    let until = at("2026-01-01T18:00:00Z");
    let told = program.explain_advance_with(&member, until, &counters).expect("an explanation").to_text(false);
    assert!(told.contains("+5 points") && !told.contains("+3"), "{told}");
    assert!(told.contains("limit 2 in total (line 7) of group all: used 2 of 2"), "{told}");
    let order = br#"{"type":"order","id":"o","at":"2026-01-01T19:00:00Z","subtotal":5}"#;
    let order = program.decode(order).expect("an order");
    let told = program.explain_event_with(&member, &order, &counters).expect("an explanation").to_text(false);
    assert!(told.contains("+5 points") && told.contains("+37 points") && !told.contains("+7"), "{told}");
    assert_eq!(told.matches("limit 2 in total (line 7) of group all: used 2 of 2").count(), 2, "{told}");
}
