//! What the laws are tried on: each construct of the language stands in the programs that they generate, or in the list of those for
//! which there is a law on the corpus alone. What the grammar learns is missed here until a generator says it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use loyalty_core::syntax::parse::parse_without_places;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::agree::{member_case, paid_case};
use crate::features::FEATURES;
use crate::generate::{Case, any_case};

/// A construct: the declaration in which it stands, and what it is called in the syntax tree.
type Construct = (String, String);

/// Constructs of a program. A flag counts where it is set; a function, and what a rule follows on, by its own name.
fn constructs(text: &str, into: &mut BTreeSet<Construct>) {
    let Some(file) = parse_without_places(text) else { return };
    for item in &file.items {
        let words = words(&format!("{:?}", item.kind));
        let declaration = words.iter().find(|word| *word != "Engagement").cloned().unwrap_or_default();
        into.extend(words.into_iter().map(|word| (declaration.clone(), word)));
    }
}

/// The names in the debug form of a tree, without what the program's own texts say.
#[expect(clippy::string_slice, reason = "each place is that of a character")]
fn words(debug: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![];
    let mut before = vec![];
    let mut rest = debug;
    while let Some(first) = rest.chars().next() {
        if first == '"' {
            let end = rest[1..].char_indices().scan(false, |escaped, (place, c)| {
                let ends = c == '"' && !*escaped;
                *escaped = c == '\\' && !*escaped;
                Some((place, ends))
            });
            let end = end.into_iter().find(|(_, ends)| *ends).map_or(rest.len() - 1, |(place, _)| place + 1);
            let named: &[&str] = &before[before.len().saturating_sub(4)..];
            if let [kind @ ("Call" | "Decision" | "Change"), _, "Name", "text"] | [_, kind @ "Change", .., "text"] =
                named
            {
                words.push(format!("{kind} {}", &rest[1..end]));
            }
            rest = &rest[end + 1..];
        } else if first.is_ascii_alphabetic() {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let word = &rest[..end];
            if first.is_ascii_uppercase() {
                words.push(word.to_owned());
            } else if word == "true" {
                words.extend(before.last().map(|flag: &&str| (*flag).to_owned()));
            }
            before.push(word);
            rest = &rest[end..];
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    words
}

fn of_generator(cases: impl Strategy<Value = Case>, count: usize, into: &mut BTreeSet<Construct>) {
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(2026), ..Config::default() });
    for _ in 0..count {
        constructs(&cases.new_tree(&mut runner).expect("a case").current().program.to_string(), into);
    }
}

/// Every variant of the tree's enums, as the sources of the syntax stage have them.
fn variants() -> BTreeSet<String> {
    let mut variants = BTreeSet::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/syntax");
    for file in [
        "tree",
        "expr",
        "wallet",
        "measure",
        "ladder",
        "trigger",
        "stretch",
        "referral",
        "engagement",
        "give",
        "message",
    ] {
        let text = fs::read_to_string(folder.join(format!("{file}.rs"))).expect("a source of the tree");
        for body in text.split("\npub enum ").skip(1) {
            let body = body.split("\n}").next().unwrap_or_default();
            let names = body.lines().filter_map(|line| line.strip_prefix("    "));
            let names = names.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
            variants
                .extend(names.map(|line| {
                    line.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_owned()
                }));
        }
    }
    assert!(variants.len() > 200, "{}", variants.len());
    variants
}

/// Of declarations that the second evaluator knows, what it is never asked of: what other laws have evaluators of their own for, what is said
/// in another way there, and what the laws on the corpus alone are about.
const NOT_MODELLED: &[&str] = &[
    // Fields that are worked out of others, flags, and lists.
    "Event: Aggregate",
    "Event: Binary",
    "Event: Bool",
    "Event: Divide",
    "Event: Equal",
    "Event: Field",
    "Event: GreaterOrEqual",
    "Event: Quantity",
    "Event: Sum",
    "Event: Text",
    "Event: list",
    "Event: shared",
    "Member: Bool",
    "Rule: Bool",
    "Tiers: Bool",
    "Tiers: Text",
    // Twice a year: two days of the calendar, as a cycle of months has them.
    "Rule: half_year",
    // What goes by a text of the member.
    "Group: Field",
    "Group: Match",
    "Group: MatchArm",
    "Group: Text",
    "Group: Value",
    "Wallet: Value",
    // Messages, consents, quizzes: `questions`, `broadcasts`.
    "Program: Languages",
    "Rule: Argument",
    "Rule: Ask",
    "Rule: Call consents",
    "Rule: Consent",
    "Rule: Message",
    "Rule: Plain",
    "Rule: Say",
    "Rule: Translation",
    "Rule: Withdraw",
    // Between accounts: `members`.
    "Rule: Accept",
    "Rule: Transfer",
    "Rule: fresh",
    // Badges, coupons, rewards, challenges, wheels: `badges`, `held`, `holds`, `challenges`, `chance`.
    "Rule: Award",
    "Rule: Change daily",
    "Rule: Change five",
    "Rule: Decision issued",
    "Rule: Decision redeemed",
    "Rule: Draw",
    "Rule: Each",
    "Rule: Engagement",
    "Rule: Issue",
    "Rule: Lasts",
    "Rule: OptIn",
    "Rule: Redeem",
    "Rule: RedeemEach",
    // Aggregates that stand in a condition, where the model has measures, and others over lines.
    "Rule: Average",
    "Rule: CountDistinct",
    "Rule: Max",
    "Rule: Min",
    "Rule: Reaches",
    "Rule: Time",
    "Segment: Aggregate",
    "Segment: And",
    "Segment: Count",
    "Segment: Greater",
    "Segment: Last",
    "Segment: LessOrEqual",
    "Segment: List",
    "Tiers: Aggregate",
    "Tiers: And",
    "Tiers: Count",
    "Tiers: NotIn",
    "Tiers: Sum",
    "Tiers: When",
];

/// What no history of a law has: steps of tests; the link of a message, which changes nothing of a member; and a basis of coupons that is
/// there without being said.
const NOWHERE: &[&str] = &["ExpectRefused", "Given", "GivenMember", "Link", "Sequential"];

#[test]
fn every_construct_has_a_law() {
    let mut generated = BTreeSet::new();
    of_generator(any_case(1), 400, &mut generated);
    of_generator(paid_case(1), 60, &mut generated);
    of_generator(member_case(), 60, &mut generated);
    let mut told = BTreeSet::new();
    FEATURES.iter().for_each(|feature| constructs(&feature.text, &mut told));

    let words: BTreeSet<&str> = told.iter().chain(&generated).map(|(_, word)| word.as_str()).collect();
    let variants = variants();
    let nowhere: Vec<&str> = variants.iter().map(String::as_str).filter(|variant| !words.contains(variant)).collect();
    assert_eq!(nowhere, NOWHERE, "constructs that no law is tried on (found, expected)");

    let modelled: BTreeSet<&str> = generated.iter().map(|(declaration, _)| declaration.as_str()).collect();
    let missing = told.difference(&generated).filter(|(declaration, _)| modelled.contains(declaration.as_str()));
    let missing: BTreeSet<String> = missing
        .filter(|(_, word)| !["None", "Some"].contains(&word.as_str()))
        .map(|(declaration, word)| format!("{declaration}: {word}"))
        .collect();
    let known: BTreeSet<String> = NOT_MODELLED.iter().map(|known| (*known).to_owned()).collect();
    assert_eq!(missing, known, "constructs that the second evaluator is never asked of (found, expected)");
}
