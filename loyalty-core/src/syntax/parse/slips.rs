//! The slips that people make often, and how to mend each.

use super::build::offset;
use super::elsewhere;
use super::failure::Failure;
use super::habits;
use super::spoken;
use super::terms;
use super::tries;
use super::worth;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::calendar::month;
use crate::syntax::lexer::{Token, TokenKind};
use crate::syntax::nearest::nearest;
use crate::syntax::tree::Span;

/// How a comment is written.
const COMMENTS: &str = "a comment starts with `//`";

/// The words that start a declaration.
pub(super) const DECLARATIONS: &[&str] = &[
    "program",
    "member",
    "event",
    "record",
    "wallet",
    "measure",
    "tiers",
    "segment",
    "rule",
    "group",
    "challenge",
    "badge",
    "wheel",
    "quiz",
    "survey",
    "leaderboard",
    "coupon",
    "reward",
    "message",
    "policy",
    "experiment",
    "referral",
    "test",
];

/// The words that start a clause.
pub(super) const CLAUSES: &[&str] = &[
    "version",
    "currency",
    "timezone",
    "week",
    "year",
    "languages",
    "history",
    "returns",
    "future",
    "holds",
    "decimals",
    "round",
    "multipliers",
    "vest",
    "expire",
    "spend",
    "clawback",
    "restore",
    "hold",
    "when",
    "valid",
    "limit",
    "cap",
    "from",
    "earn",
    "multiply",
    "tag",
    "untag",
    "refuse",
    "set",
    "signal",
    "transfer",
    "accept",
    "award",
    "issue",
    "redeem",
    "draw",
    "ask",
    "say",
    "consent",
    "withdraw",
    "convert",
    "give",
    "budget",
    "stack",
    "priority",
    "cost",
    "benefit",
    "rise",
    "keep",
    "grace",
    "fall",
    "retain",
    "qualify",
    "settle",
    "terms",
    "friend",
    "advocate",
    "reach",
    "share",
    "count",
    "sum",
    "streak",
    "steps",
    "within",
    "goal",
    "reward",
    "repeat",
    "tolerance",
    "freeze",
    "migrate",
    "weight",
    "top",
    "choice",
    "answer",
    "right",
    "wrong",
    "scale",
    "done",
    "template",
    "broadcast",
    "button",
    "quiet",
];

/// The words that start a step of a test.
const STEPS: &[&str] = &["given", "on", "advance", "expect"];

/// The words that cannot be names.
const RESERVED: &[&str] = &[
    "and", "or", "not", "in", "is", "of", "where", "when", "valid", "limit", "cap", "per", "match", "else", "true",
    "false", "from",
];

/// Whether a word goes on with a declaration, wherever it stands.
pub(super) fn goes_on(word: &str) -> bool {
    const OTHERS: [&str; 6] = ["given", "on", "expect", "advance", "every", "benefit"];
    CLAUSES.contains(&word) || RESERVED.contains(&word) || OTHERS.contains(&word)
}

/// Whether a word starts a clause or an effect where it stands, after `before`, and is not a part of an expression.
pub(super) fn starts_clause(word: &str, before: Option<&str>) -> bool {
    const WITHIN: [&str; 13] = ["of", "by", "(", ".", "+", "-", "*", "/", ",", "per", "to", "from", "into"];
    // `1 year` is a length.
    let length = |before: &str| before.starts_with(|first: char| first.is_ascii_digit());
    CLAUSES.contains(&word)
        && before.is_none_or(|before| !(WITHIN.contains(&before) || matches!(word, "week" | "year") && length(before)))
}

/// The diagnostic of a failure, with advice where the slip is a known one.
pub(super) fn explain(failure: Failure<'_>, place: Span) -> Diagnostic {
    let plain = failure.diagnostic(place);
    let Some(found) = failure.found else { return unclosed(&failure, plain) };
    if let Some(text) = broken_text(&failure, &found) {
        return text;
    }
    if found.text == "=" && failure.expected == ["`=`"] {
        let twice = Diagnostic::new(Code::Syntax, place, "`=` stands here twice");
        return twice.help("write one `=` before what is declared, and `==` to compare");
    }
    if failure.before.is_none() && failure.keyword.is_none() {
        return unknown_declaration(&found, plain);
    }
    if failure.keyword == Some("coupon") && matches!(found.text, "issued" | "automatic") {
        return plain.help("how members come by it stands before the braces: `coupon WELCOME issued { … }`");
    }
    if let Some(unknown) = tries::unknown_clause(&failure) {
        return unknown;
    }
    let habit = worth::help(&failure, &found)
        .or_else(|| terms::help(&failure, &found))
        .or_else(|| spoken::help(&failure, &found))
        .or_else(|| habits::help(&failure, &found))
        .or_else(|| tries::help(&failure, &found));
    if let Some(help) = habit.or_else(|| elsewhere::help(&failure, &found)) {
        return plain.help(help);
    }
    if let Some(help) = sign_help(&failure, &found) {
        return plain.help(help);
    }
    if let Some(help) = ladder_help(&failure, &found).or_else(|| forms_help(&failure, &found).map(str::to_owned)) {
        return plain.help(help);
    }
    let starts_item = DECLARATIONS.contains(&found.text) && !failure.dotted;
    if starts_item && failure.open.iter().any(|open| open.text == "{") && !failure.in_value() {
        return unclosed(&failure, plain);
    }
    if found.kind != TokenKind::Word {
        return plain;
    }
    if failure.expects("a step of the test") {
        return plain.candidates(nearest(found.text, STEPS));
    }
    let small = found.text.to_lowercase();
    if small != found.text
        && (RESERVED.contains(&&*small) || CLAUSES.contains(&&*small) || DECLARATIONS.contains(&&*small))
    {
        return plain.help(format!("the words of the language are written in small letters: `{small}`"));
    }
    if RESERVED.contains(&found.text) && failure.expected.iter().any(|name| name == "a name") {
        return plain.help(format!("`{}` is a word of the language and cannot be a name", found.text));
    }
    if CLAUSES.contains(&found.text) && failure.expected.iter().any(|name| name == "`{`") && failure.open.is_empty() {
        return plain.help("what the declaration does stands in braces: write `{` before it");
    }
    if failure.in_clauses && CLAUSES.contains(&found.text) {
        return plain.help(format!("`{}` is a clause of other declarations", found.text));
    }
    if failure.in_clauses {
        return plain.candidates(nearest(found.text, CLAUSES));
    }
    plain
}

/// A clause of a ladder that was not finished, or the lowest level without its braces.
fn ladder_help(failure: &Failure<'_>, found: &Token<'_>) -> Option<String> {
    let before = failure.before.filter(|_| failure.keyword == Some("tiers"))?;
    // What goes on as a level does is meant as one.
    let clause =
        ["benefit", "rise", "keep", "grace", "fall", "retain", "seen", "carry", "returns"].contains(&before.text);
    if clause && ["from", "when", "{"].contains(&found.text) {
        let word = before.text;
        return Some(format!(
            "`{word}` is a clause of `tiers`, so that no level has this name; give the level another"
        ));
    }
    let forms = match before.text {
        "rise" => "`rise at once` or `rise at end of year`",
        "keep" => {
            "`keep while qualified`, `keep 12 months`, `keep 3 months to end of month` or `keep to end of next year`"
        }
        // `keep to end of month after 3 months` reads as a level called `after`.
        "after" if found.kind == TokenKind::Number => "the length first: `keep 3 months to end of month`",
        "grace" => "`grace 1 month` or `grace none`",
        "fall" => "`fall to earned level`, `fall one level` or `fall never`",
        "retain" => "`retain when orders >= 3`",
        "seen" => "`seen before` or `seen after`",
        level if failure.expected == ["`{`", "`from`", "`when`"] => {
            let plain = format!("a level that everybody has is written with braces: `{level} {{ }}`");
            // More words are hardly a level's.
            return Some(match found.kind {
                TokenKind::Word => {
                    format!(
                        "{plain}; clauses of a ladder are `rise`, `keep`, `grace`, `fall`, `retain`, `carry`, `returns`"
                    )
                }
                _ => plain,
            });
        }
        _ => return None,
    };
    Some(format!("write {forms}"))
}

/// What can be written where a clause or an effect goes on in another way.
fn forms_help(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    let before = failure.before?;
    let expects = |what: &str| failure.expected.iter().any(|expected| expected == what);
    Some(match (before.text, found.text) {
        ("round", _) if failure.open.len() == 1 => {
            "write `round down`, `round half up`, `round half even` or `round up`, and `per order`, `per rule`, `per line` or `per unit` after it"
        }
        ("expire", _) => {
            "write `expire never`, `expire 12 months after earning`, `expire end of year`, `expire on 31 december` or `expire after 12 months without earning`"
        }
        ("vest", _) => {
            "write `vest at once`, `vest after 14 days`, `vest at end of month` or `vest on delivered within 30 days`"
        }
        ("week", _) if expects("a weekday") => "write the whole day in small letters, such as `week monday`",
        ("year", _) if expects("a month") => "write the month with which a year begins, such as `year march`",
        (_, "if") => "a condition starts with `when`",
        (_, "then") => "what is done under a condition stands in braces: `when … { earn 5 points }`",
        (_, "to") if failure.clause == Some("spend") => {
            "what is spent is taken `from` a wallet: `spend 5 EUR from credit`"
        }
        ("is", "null" | "nil" | "none" | "empty" | "undefined") => "write `is missing`",
        ("is", "not") => "write `is present`, or `!=` to compare",
        ("is", _) if expects("`missing`") => "write `==` to compare",
        (_, "between") => {
            "write both bounds, as in `x >= 10 EUR and x < 20 EUR`; days are `valid 2026-01-01 .. 2026-01-31`"
        }
        (_, "contains") => {
            "write the value first, as in `\"A\" in order.coupons`; of lines, `count(order.lines where sku == \"A\") > 0`"
        }
        ("any" | "all" | "every", _)
            if failure.open.last().is_none_or(|open| open.text == "{") && !expects("a unit of time") =>
        {
            "that any line is so is `count(order.lines where …) > 0`"
        }
        (_, "%") => "what is left over by a division is `x - 3 * floor(x / 3)`",
        ("on", "anniversary") if expects("a whole number") => {
            "the year counted from the day of joining has an end: `expire end of membership year`"
        }
        (_, "next") if expects("a clause of a wallet") => "write `of` before it, as in `vest on 15 march of next year`",
        ("of", "this") if expects("`next`") => {
            "the first such day is meant without it, as in `expire on 31 december`; that of the year after is \
             `on 31 march of next year`"
        }
        ("of", _) if expects("`membership year`") => {
            "write a period of the calendar, or `membership year` or `membership month`, counted from the day of joining"
        }
        (_, "last") if expects("`earning`") => {
            "for want of activity write `expire after 12 months without activity`, or what keeps points alive: `without earning`, `without \
             order, visit`"
        }
        ("per", _) if expects("`membership year`") => {
            "write a period of the calendar, `membership year` or `membership month`, counted from the day of joining, or a \
             length such as `30 days`"
        }
        ("each", _) if expects("`membership year`") => {
            "write a period of the calendar, or `membership year` or `membership month`, counted from the day of joining"
        }
        ("of" | "next" | "by" | "per", "membership" | "anniversary") => {
            "this stretch is the same for all members: write a period of the calendar, such as `month`"
        }
        ("on", "last") if expects("a whole number") => "the last day of the month is its end: `expire end of month`",
        (day, name) if month(name).is_some() && day.bytes().all(|digit| digit.is_ascii_digit()) => {
            "a day of the year follows `on`: `expire on 31 december`, `every year on 31 december`"
        }
        ("every", _) if expects("a day of the calendar") => {
            "write `every month on day 1`, `every week on friday` or `every year on 31 december`"
        }
        ("double" | "triple" | "twice", _) => "what another rule earns is raised by `multiply base by 2`",
        ("tier" | "level", "up" | "down") => {
            "a ladder is followed by its own name: `on status rises`, `on status falls`"
        }
        (_, "per") if expects("a pattern and its value") => {
            "the rate follows the table: `match x { card 2 points, else 1 points } per 1 EUR of order.subtotal`"
        }
        (_, "per") if expects("a clause of a rule") => {
            "`per` goes with `earn`, and with the `cost` of a reward; elsewhere write `10 points * (x / 1 EUR)`"
        }
        (_, "for") if expects("a clause of a rule") => {
            "what is earned for each so much is written with `per`: `earn 1 points per 1 EUR of order.subtotal`"
        }
        ("}", "{") if failure.open.last().is_some_and(|open| open.text == "[") => {
            "write `,` between the parts of a list"
        }
        _ => return None,
    })
}

impl Failure<'_> {
    /// Whether the failure is in the middle of a clause.
    fn in_value(&self) -> bool {
        self.expected.iter().any(|name| name == "a value" || name == "a name")
    }

    /// Whether what stands there follows a number and that sign, without spaces.
    pub(super) fn within_number(&self, sign: &str) -> bool {
        let (Some(earlier), Some(before), Some(found)) = (self.earlier, self.before, self.found) else { return false };
        let touching = earlier.end() == before.start && before.end() == found.start;
        earlier.kind == TokenKind::Number && before.text == sign && touching
    }

    /// Whether what stands there directly follows what stands before it.
    pub(super) fn touches(&self, found: &Token<'_>) -> bool {
        self.before.is_some_and(|before| before.end() == found.start)
    }
}

/// The text ends, or the next declaration starts, within brackets.
fn unclosed(failure: &Failure<'_>, plain: Diagnostic) -> Diagnostic {
    let Some(open) = failure.open.last() else {
        let bare = failure.found.is_none() && failure.expected.iter().any(|name| name == "`{`");
        let word = failure.before.filter(|before| bare && before.kind == TokenKind::Word);
        return match word.zip(failure.keyword) {
            Some(_) if failure.keyword == Some("rule") => {
                plain.help("what the rule does stands in braces: `rule base on order { earn 5 points }`")
            }
            Some((word, keyword)) if word.text != keyword => plain
                .help(format!("a declaration ends with its braces, empty ones too: `{keyword} {} {{}}`", word.text)),
            _ => plain,
        };
    };
    let close = match open.text {
        "(" => ")",
        "[" => "]",
        _ => "}",
    };
    let span = Span::new(offset(open.start), offset(open.end()));
    plain.label(span, format!("this `{}` is not closed", open.text)).help(format!("close it with `{close}`"))
}

fn unknown_declaration(found: &Token<'_>, plain: Diagnostic) -> Diagnostic {
    let span = plain.span();
    match found.text {
        word if found.kind == TokenKind::Word && !DECLARATIONS.contains(&word) => {
            let told = Diagnostic::new(Code::Syntax, span, format!("unknown declaration `{word}`"));
            let small = word.to_lowercase();
            match DECLARATIONS.contains(&&*small) {
                true => told.help(format!("the words of the language are written in small letters: `{small}`")),
                false if told_otherwise(&small).is_some() => told.help(told_otherwise(&small).unwrap_or_default()),
                false => match nearest(word, DECLARATIONS) {
                    near if near.is_empty() => told.help(
                        "a program is made of declarations, such as `wallet points {}` and `rule base on order { earn 5 points }`",
                    ),
                    near => told.candidates(near),
                },
            }
        }
        "}" => plain.help("there is no open `{` that this one closes"),
        "#" | "/" | "-" => plain.help(COMMENTS),
        "{" => plain.help("a program begins with its head, and is no JSON: `program \"Shop\" { currency EUR }`"),
        _ => plain,
    }
}

/// How what other languages declare is said.
fn told_otherwise(word: &str) -> Option<&'static str> {
    Some(match word {
        "def" | "let" | "var" | "const" | "define" | "set" | "function" | "fn" | "func" | "alias" => {
            "what is counted has a name by `measure spend = sum(order.subtotal) this year`, and a condition by \
             `segment vip = spend >= 500 EUR`; other values stand where they are used"
        }
        "import" | "include" | "use" | "require" => "a program is one text: its declarations stand in this file",
        "if" | "when" | "on" | "every" | "earn" | "multiply" | "valid" | "limit" => {
            "it stands in a rule: `rule base on order when order.subtotal >= 50 EUR { earn 5 points }`"
        }
        "decimals" | "expire" | "vest" | "round" | "clawback" | "restore" | "holds" | "multipliers" => {
            "it stands in the braces of a wallet: `wallet points { expire 12 months after earning }`"
        }
        "currency" | "timezone" | "version" | "languages" | "history" | "week" | "year" => {
            "it stands in the braces of the program: `program \"Shop\" { currency EUR  timezone \"Europe/Berlin\" }`"
        }
        "points" | "currencies" | "account" => "what holds points is a wallet: `wallet points {}`",
        "tier" | "level" | "levels" | "ladder" => {
            "levels stand in a ladder: `tiers status by spend { base {}  gold from 500 EUR {} }`"
        }
        "customer" | "user" => "what is known of a member stands in `member { birthday date? }`",
        "campaign" | "promotion" | "promo" | "offer" | "bonus" => {
            "points are given by a rule, `rule bonus on order valid 2026-11-01 .. 2026-11-30 { earn 5 points }`; what takes off a \
             price is a coupon: `coupon SPRING { give 10% off order }`"
        }
        _ => return None,
    })
}

/// A text whose closing quote is missing, here or just before.
fn broken_text(failure: &Failure<'_>, found: &Token<'_>) -> Option<Diagnostic> {
    let tokens = [Some(*found), failure.before];
    let open = tokens.into_iter().flatten().find(|token| token.kind == TokenKind::Text { closed: false })?;
    let span = Span::new(offset(open.start), offset(open.end()));
    Some(
        Diagnostic::new(Code::Syntax, span, "the text has no closing quote on its line")
            .help("end it with `\"`; within a text a line break is `\\n` and a quote `\\\"`"),
    )
}

fn sign_help(failure: &Failure<'_>, found: &Token<'_>) -> Option<String> {
    let before = failure.before;
    let after_number = before.is_some_and(|before| before.kind == TokenKind::Number);
    let help = match found.text {
        "=" if failure.pointed => "write `>=` for what is no less",
        "=" => "write `==` to compare",
        "≥" => "write `>=`",
        "≤" => "write `<=`",
        "≠" => "write `!=`",
        ">" if before.is_some_and(|before| before.text == "<") => "write `!=` for what differs",
        "$" | "€" | "£" | "¥" | "₹" => "the currency stands behind the number, by its code: `50 EUR`",
        // `1,000 EUR`, where the number ends with its comma.
        "," if after_number && failure.touches(found) => {
            "write `.` for the decimal point and `_` between thousands: `1_000.50`"
        }
        "?" if failure.in_clauses => {
            "what is chosen by a condition is a table: `match order.payment { card 5 points, else 3 points }`"
        }
        "،" => "write `,`",
        "؛" => "clauses end with their line, without `;`",
        "٪" => "write `%` directly after the number: `20%`",
        "–" | "—" | "‐" | "−" if before.is_some_and(|before| before.kind == TokenKind::Number) => {
            "a range is written with `..`: `2026-11-01 .. 2026-11-30`; less is `-`"
        }
        "\u{a0}" | "\u{202f}" | "\u{2009}" | "\u{3000}" | "\u{200b}" | "\u{200e}" | "\u{200f}" | "\u{feff}" => {
            "there is a blank or a mark that looks like nothing, and is no space: write a space in its place"
        }
        digit if digit.chars().all(|digit| !digit.is_ascii() && digit.is_numeric()) => {
            "numbers are written with the digits 0 to 9"
        }
        "&&" | "&" => "write `and`",
        "||" | "|" => "write `or`",
        "!" => "write `not`, or `!=` to compare",
        ";" => "clauses end with their line, without `;`",
        ":" => "a name and its value stand side by side, without `:`",
        "“" | "”" | "„" | "‘" | "’" | "«" | "»" | "'" | "`" => {
            "a text stands between straight quotes: `\"…\"`"
        }
        "#" => COMMENTS,
        "/" if before.is_some_and(|before| before.text == "/") => "a comment is `// …`, up to the end of the line",
        "%" if after_number => "write the `%` directly after the number: `20%`",
        "-" if before.is_some_and(|before| before.kind == TokenKind::Word) && failure.touches(found) => {
            "a name has letters, digits and `_`, no `-`"
        }
        _ => match found.kind {
            TokenKind::Doc => "a `///` comment stands before a declaration or a field; elsewhere write `//`",
            TokenKind::Number if failure.within_number(",") => "write `.` for the decimal point: `0.5`",
            TokenKind::Number if failure.within_number(".") => "group digits with `_`: `1_000.50`",
            // `every 1st of month`
            TokenKind::Number if failure.glued.is_some() && before.is_some_and(|before| before.text == "every") => {
                return None;
            }
            TokenKind::Number if failure.glued.is_some() => "write a space between a number and its unit: `5 MYR`",
            TokenKind::Word if after_number && failure.touches(found) => {
                "write a space between a number and its unit: `5 MYR`"
            }
            _ => return None,
        },
    };
    Some(help.to_owned())
}
