//! What authors of rules write first for what the language says in another way, and how it is said.

use super::build::offset;
use super::failure::Failure;
use super::slips::CLAUSES;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::lexer::{Token, TokenKind};
use crate::syntax::nearest::nearest;
use crate::syntax::tree::Span;

/// The words for a stretch of time.
const PERIODS: &[&str] = &["hour", "day", "week", "month", "quarter", "half", "year"];

/// How it is said, if what stands there is a known try.
pub(super) fn help(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    let of_rule = failure.keyword == Some("rule");
    if failure.only("`without`") || failure.only("`after`") && failure.clause == Some("expire") {
        return Some(
            "write `expire 12 months after earning`, or `expire after 12 months without earning` for want of activity",
        );
    }
    if found.text == "once" && failure.expects("a limit such as `1 per member`") {
        return Some("write `limit 1 per member`, and `per day` or another stretch after it");
    }
    if failure.only("`member`") && failure.clause == Some("limit") {
        return Some(match PERIODS.contains(&found.text) {
            true => "write `per member` before it: `limit 1 per member per day`",
            false => {
                "a limit counts for one member: `limit 1 per member`; once for each of something is `measure products = \
                 count distinct(review.product)` and `when products > products.before`"
            }
        });
    }
    if failure.expects("a window such as `this month`") && found.kind == TokenKind::Word {
        return Some(match failure.keyword {
            Some("challenge") => {
                "write `within each week`, `within 2026-11-01 .. 2026-12-31` or `within 30 days of signup`"
            }
            _ => "write the window as `this day`, `this month`, `last month` or `over last 30 days`",
        });
    }
    let average = matches!(found.text, "avg" | "mean") && failure.expects("an aggregate such as `sum(order.subtotal)`");
    if average {
        return Some("the average is `average(order.subtotal)`");
    }
    let last = failure.before.is_some_and(|before| before.text == "last");
    if last && found.kind == TokenKind::Number && failure.keyword == Some("measure") {
        return Some("a window that moves on is written with `over`: `sum(order.subtotal) over last 12 months`");
    }
    if failure.keyword == Some("measure") && found.text == "last" && failure.expects("`returns`") {
        return Some("the same of the year before is written with `of`, as in `this month of last year`");
    }
    if failure.only("`calendar`") {
        return Some(
            "a window that moves on is written with `over`: `over last 3 months`; whole months of the calendar before this one are \
             `last 3 calendar months`",
        );
    }
    if failure.clause == Some("cap") && found.text == "member" {
        return Some("a cap is each member's own, for a period or an order: `cap 50 points per month`");
    }
    if failure.only("`last`") && matches!(found.text, "this" | "the") {
        return Some(
            "a window of the calendar stands alone: `sum(order.subtotal) this month`; `over last 30 days` moves on",
        );
    }
    if failure.only("`..`") && matches!(found.text, "to" | "-" | "until") {
        return Some("a range of days is written `2026-11-01 .. 2026-11-30`");
    }
    if of_rule && found.text == "{" && failure.expects("a trigger such as `on order`") {
        return Some("what sets a rule off stands before its braces: `rule base on order { earn 5 points }`");
    }
    if of_rule && found.text == "{" && failure.clause == Some("when") && failure.open.len() == 1 {
        return Some("a condition stands before the braces: `rule base on order when … { earn 5 points }`");
    }
    if failure.expects("a name") && matches!(found.kind, TokenKind::Text { .. }) {
        return Some("a name has letters, digits and `_`, and no quotes");
    }
    let has_fields = matches!(failure.keyword, Some("event" | "record" | "member"));
    if has_fields && failure.only("a type") {
        return Some(
            "a field is a name and a type: `class text`; a default takes the word after its number for its unit, so that a `,` ends it",
        );
    }
    if has_fields && found.text == "[" {
        return Some("a list has its type in brackets: `tags [text]`");
    }
    if found.text == "else" && of_rule {
        return Some(
            "a rule has one condition; what holds otherwise is a rule of its own, or the `else` of a `match` table",
        );
    }
    // `valid end of month`, `issue TREAT until end of month`
    let before = |word: &str| failure.before.is_some_and(|before| before.text == word);
    let until_end = before("end") && failure.earlier.is_some_and(|earlier| earlier.text == "until");
    if matches!(failure.keyword, Some("coupon" | "wheel")) && before("valid") && failure.expects("`to`")
        || until_end && found.text == "of"
    {
        return Some(
            "write `valid 30 days`, `valid to end of month` or the days as in `valid 2026-11-01 .. 2026-11-30`; an issue says \
             `for 30 days`, `to end of month` or `until 2026-11-30`",
        );
    }
    if failure.expects("a range of days, a range of times or `on`") {
        return Some(
            "write `valid 2026-11-01 .. 2026-11-30`, `valid on [saturday, sunday]` or `valid 22:00 .. 02:00`, with `,` between them",
        );
    }
    if failure.only("`off`") {
        return Some("write `give 10% off order`; a coupon that earns something says `give { earn 10 points }`");
    }
    if failure.keyword == Some("coupon") && failure.expects("`except where`") && failure.expects("`for`") {
        return Some(
            "one unit free is `give cheapest 1 free from order.lines where …`; `give 1 free from …` goes on with what it is \
             for: `for every 2 from order.lines where …`",
        );
    }
    if failure.keyword == Some("wheel") && failure.before.is_some_and(|before| before.text == "weight") {
        return Some(
            "the weight of a slice is a number or a percent: `weight 50 { … }`; what has other odds for some members is \
             another wheel, which a rule of theirs draws",
        );
    }
    if failure.only("`of`") && of_rule && failure.clause == Some("earn") {
        return Some("say of what: `earn 1 points per 1 EUR of order.subtotal`");
    }
    if failure.glued == Some('x') && found.kind == TokenKind::Number && of_rule {
        return Some("twice as much is `multiply base by 2`, in a rule that names the one whose points it multiplies");
    }
    // `keep to end of month after 3 months` reads as a level called `after`.
    let after = failure.before.is_some_and(|before| before.text == "after");
    if failure.expects("`from`") && failure.expects("`when`") && failure.keyword == Some("tiers") && !after {
        let meant = found.kind == TokenKind::Number || matches!(found.text, ">" | ">=" | "=" | "==" | ":");
        return meant.then_some("a level says what it takes with `from`: `silver from 500 EUR`");
    }
    clause(failure, found)
}

/// What stands where a clause could begin, and is the rest of the one before or one of another name.
fn clause(failure: &Failure<'_>, found: &Token<'_>) -> Option<&'static str> {
    if !failure.in_clauses {
        return None;
    }
    let before = failure.before.map_or("", |before| before.text);
    match (failure.keyword?, failure.clause, found.text) {
        (_, Some("expire"), "of") if before == "end" => {
            return Some("write `expire end of month`, without `at`");
        }
        ("challenge", Some("streak"), "per") => return Some("write `streak order by day`"),
        ("challenge", Some("streak"), "where") => {
            return Some("what counts stands before `by`: `streak order where total >= 5 EUR by week`");
        }
        ("wallet", _, "max" | "maximum" | "at") => {
            return Some("the most that a wallet holds is `hold at most 500 points`");
        }
        ("wallet", _, "decay" | "decays") => {
            return Some("points decay by a rule of the calendar: `rule decay every month { forfeit 10% of points }`");
        }
        ("wallet", _, "refund" | "refunds" | "overdraw") => {
            return Some(
                "what a return takes back is `clawback within balance`, `clawback may overdraw` or `clawback only pending`",
            );
        }
        ("rule", _, "max" | "maximum" | "once") if failure.open.is_empty() => {
            return Some(
                "how often a rule fires is its `limit`: `limit 1 per member per day`; how much it gives is its `cap`",
            );
        }
        ("rule", _, "on") if failure.open.is_empty() => {
            return Some(
                "days of the week and times stand in `valid`: `valid on [saturday, sunday]`, `valid 22:00 .. 02:00`",
            );
        }
        ("group", _, "best" | "highest") => {
            return Some(
                "a group has limits and caps; of several multipliers a wallet takes the best by `multipliers best`",
            );
        }
        ("rule", _, "give") => return Some("a rule gives points with `earn`: `earn 5 points`"),
        _ => {}
    }
    if failure.clause != Some("earn") || failure.starts_line {
        return None;
    }
    match found.text {
        _ if found.kind == TokenKind::Number && failure.before.is_some_and(|before| before.kind == TokenKind::Word) => {
            Some("the number stands before its wallet: `earn 5 points`")
        }
        "of" if failure.before.is_some_and(|before| before.kind == TokenKind::Word) => Some(
            "before `of` stands a percent that is written out: `10% of order.subtotal`; another share is multiplied: `member.share * order.subtotal`",
        ),
        "of" if before == "}" => {
            Some("put a table that is a share of something in parentheses: `(match … { … }) of order.subtotal`")
        }
        "up" | "max" | "maximum" => {
            Some("the most that a rule earns is its `cap`: `rule base on order cap 50 points per order { … }`")
        }
        // `earn (1 + 0.5) points`
        word if before == ")" && found.kind == TokenKind::Word && !CLAUSES.contains(&word) && word != "if" => Some(
            "an amount that is worked out is multiplied with one of its wallet: `earn status.rate * 1 points per 1 EUR of order.subtotal`",
        ),
        word if found.kind == TokenKind::Word && !CLAUSES.contains(&word) && word != "for" && word != "if" => Some(
            "an amount is a number with its wallet, `earn 5 points`; one that is worked out says it with `to`: `earn flight.miles to points`",
        ),
        _ => None,
    }
}

/// A word that begins no clause of the declaration is read as the name of a part of it: that word is then what is wrong, and not
/// what follows it. Arms of an experiment and languages of a message do have names of their own.
pub(super) fn unknown_clause(failure: &Failure<'_>) -> Option<Diagnostic> {
    let keyword = failure.keyword.filter(|keyword| !matches!(*keyword, "experiment" | "message"))?;
    let word = failure.before.filter(|word| word.kind == TokenKind::Word && !CLAUSES.contains(&word.text))?;
    let parts = ["a percentage", "a text in quotes", "`at`", "`when`"];
    let goes_on = |found: Token<'_>| matches!(found.kind, TokenKind::Word | TokenKind::Number);
    if failure.expected != parts || !failure.found.is_some_and(goes_on) {
        return None;
    }
    let span = Span::new(offset(word.start), offset(word.end()));
    let message = format!("expected a clause of a {keyword}, found `{}`", word.text);
    let told = Diagnostic::new(Code::Syntax, span, message);
    Some(match (keyword, word.text) {
        ("coupon", "discount" | "takes" | "value") => {
            told.help("what a coupon takes off stands behind `give`: `give 5 EUR off order`, `give 10% off order`")
        }
        ("coupon", "if" | "min" | "minimum" | "where") => {
            told.help("a condition starts with `when`: `when order.subtotal >= 50 EUR`")
        }
        ("coupon", "expires" | "expiry" | "until" | "ends") => {
            told.help("how long it lasts is its `valid`: `valid 2026-11-01 .. 2026-11-30`, `valid 30 days`")
        }
        ("reward", "price" | "costs" | "points") => told.help("what a reward costs is its `cost`: `cost 500 points`"),
        ("reward", "stock" | "quantity" | "available") => {
            told.help("how many there are is a limit over all members: `limit 500 in total`")
        }
        ("challenge", _) if failure.earlier.is_some_and(|earlier| earlier.text == "first") => told.help(
            "a window begins with an event, and anew with each: `within 30 days of signup`; one that moves on is `within over last 90 \
             days`",
        ),
        ("challenge", "buy" | "order" | "visit" | "complete") => {
            told.help("what counts is said with `count`: `count order  goal 5`")
        }
        ("coupon", "over" | "above" | "from") => {
            told.help("a condition starts with `when`: `when order.subtotal >= 50 EUR`")
        }
        ("wheel" | "coupon", "issued") => {
            told.help("`issued` stands before the braces: `wheel roll issued { … }`, `coupon FIVE issued { … }`")
        }
        ("challenge", "every" | "each" | "per") => told.help("the stretch follows `within`: `within each month`"),
        ("leaderboard", "bottom" | "last") => told.help("a leaderboard gives to its first places: `top 3 { … }`"),
        _ => told.candidates(nearest(word.text, CLAUSES)),
    })
}

impl Failure<'_> {
    pub(super) fn expects(&self, what: &str) -> bool {
        self.expected.iter().any(|expected| expected == what)
    }

    pub(super) fn only(&self, what: &str) -> bool {
        self.expected == [what]
    }
}
