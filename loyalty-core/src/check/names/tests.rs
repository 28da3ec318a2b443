//! A name that can be given can be written wherever such a name stands.

use crate::check::check;
use crate::diagnostic::{Code, Severity};
use crate::syntax::parse;
use crate::syntax::parse::words::WORDS;

const HEAD: &str = "program \"Shop\" { currency EUR }\nwallet pts {}\nmeasure m = count(order)\n";

/// What is wrong with a program, as codes.
fn wrong(text: &str) -> Vec<Code> {
    let (file, mut told) = parse(text);
    told.extend(check(&file).1);
    told.iter().filter(|told| told.severity() == Severity::Error).map(|told| told.code()).collect()
}

/// Every word of the language as such a name: those that can be declared, and cannot be used.
fn given_and_not_written(declared: &str, used: &str) -> Vec<&'static str> {
    let written = |form: &str, word: &str| format!("{HEAD}{}", form.replace("WORD", word));
    let (mut refused, mut taken) = (0, 0);
    let mut unwritten = Vec::new();
    for word in WORDS.iter().copied() {
        if !wrong(&written(declared, word)).is_empty() {
            refused += 1;
            continue;
        }
        taken += 1;
        if !wrong(&written(&[declared, used].concat(), word)).is_empty() {
            unwritten.push(word);
        }
    }
    assert!(taken > 150 && refused > 10, "{taken} {refused}");
    unwritten
}

#[test]
fn wallets() {
    let used = "rule a on order { earn 1 WORD per 1 EUR of order.subtotal }\n\
                rule b on redeem { spend 5 WORD }\n\
                rule c on review when WORD >= 1 WORD { tag \"x\" }\n\
                rule d on visit { earn match order_kind { \"a\" 2 WORD, else 1 WORD } expire 30 days after earning }\n\
                test \"t\" { given 5 WORD  on order { subtotal 1 EUR }  expect WORD.earned == 1 WORD }\n";
    let used = used.replace("order_kind", "visit.branch");
    assert_eq!(given_and_not_written("wallet WORD {}\n", &used), Vec::<&str>::new());
    assert_eq!(wrong(&format!("{HEAD}wallet steps {{}}")), [Code::Reserved]);
}

#[test]
fn measures() {
    let used = "rule a on order when WORD >= 2 and WORD.before == 0 or not (WORD > 5) { earn 1 pts }\n\
                tiers status by WORD { base {} gold from 3 {} }\n";
    assert_eq!(given_and_not_written("measure WORD = count(order)\n", used), Vec::<&str>::new());
}

#[test]
fn levels() {
    let used = "rule a on order when status == WORD { earn match status { WORD 2 pts, else 1 pts } }\n\
                rule b on status reaches WORD { earn 10 pts }\n";
    assert_eq!(given_and_not_written("tiers status by m { base {} WORD from 2 {} }\n", used), Vec::<&str>::new());
}
