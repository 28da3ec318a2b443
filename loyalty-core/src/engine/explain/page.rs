//! The wording of an explanation: rows of words with amounts before them, which text and HTML draw each in its way.

mod coupons;

use rust_decimal::Decimal;

use super::caps::{Cut, Owner};
use super::granted::{Choice, Earn, Multiply, Part, Step};
use super::returned::{Kept, Restored, Taken};
use super::silent::{Gap, Reason, Silent, What};
use super::stage::{Held, Rounding};
use super::trace::{Figure, Over, Shown};
use super::{Explanation, Story, words};
use crate::amount;
use crate::check::model::RoundScope;
use crate::engine::lots::Vesting;
use crate::engine::outcome::{Because, Decision, Kind, NotDrawn, NotEarned, TierBecause};
use crate::engine::questions::decision::{NotAsked, Told, Unanswered};
use crate::plan::{Plan, Quote, RestorePlan, Unit};
use crate::wire::document::Document;
use crate::wire::json::{decision_document, rule_name};

/// A piece of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    Words(String),
    /// Quoted from the program, or a name in it.
    Code(String),
    /// What matters most.
    Strong(String),
    /// What matters least.
    Faint(String),
}

/// Words in a row, with an amount before them and rows below them.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub amount: Option<String>,
    pub words: Words,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, Default)]
pub struct Words(pub Vec<Piece>);

/// A whole explanation.
#[derive(Debug, Clone)]
pub struct Page {
    pub title: Words,
    /// What was decided.
    pub decided: Vec<Row>,
    /// The rules that stayed silent.
    pub silent: Vec<Row>,
}

impl Words {
    pub fn say(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Words(words.into()));
        self
    }

    fn code(mut self, code: impl Into<String>) -> Self {
        self.0.push(Piece::Code(code.into()));
        self
    }

    fn strong(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Strong(words.into()));
        self
    }

    fn faint(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Faint(words.into()));
        self
    }

    fn line(self, line: Option<u32>) -> Self {
        match line {
            Some(line) => self.faint(format!(" (line {line})")),
            None => self,
        }
    }

    fn row(self) -> Row {
        Row { words: self, ..Row::default() }
    }
}

fn words() -> Words {
    Words::default()
}

pub fn of(told: &Explanation) -> Page {
    let plan = told.plan();
    let at = words::moment(plan, told.outcome.at);
    let title = match (&told.outcome.event, told.event) {
        (Some(id), event) => {
            let event = event.and_then(|event| plan.events.get(usize::from(event)));
            let name = event.map_or("event", |event| &event.layout.name);
            words().strong(id.as_str()).say(format!(", {name} at {at}"))
        }
        (None, _) => words().strong("time").say(format!(" passes until {at}")),
    };
    let title = title.faint(format!(" (member {})", told.outcome.member));
    let mut decided: Vec<Row> = Vec::new();
    if told.outcome.replayed {
        decided
            .push(words().say("the event is known already: this is what was decided then, and nothing changes").row());
    }
    let before = told.returned.iter().flat_map(|returned| &returned.taken).filter(|taken| taken.due.is_zero());
    for (decision, story) in told.outcome.decisions.iter().zip(&told.stories) {
        decided.push(decision_row(told, decision, story));
    }
    for taken in before {
        let row = words().strong(format!("nothing to take back in {}", wallet_name(plan, taken.wallet))).row();
        decided.push(Row { rows: taken_rows(told, taken), ..row });
    }
    if told.outcome.decisions.is_empty() && decided.is_empty() {
        decided.push(words().say("nothing comes of it").row());
    }
    let silent = told.silent.iter().map(|silent| silent_row(plan, silent)).collect();
    Page { title, decided, silent }
}

fn wallet_name(plan: &Plan, wallet: u16) -> &str {
    plan.wallets.get(usize::from(wallet)).map_or("", |wallet| &wallet.name)
}

fn decision_row(told: &Explanation, decision: &Decision, story: &Story) -> Row {
    let plan = told.plan();
    let points = |amount: Decimal, wallet: u16| words::points(plan, amount, wallet);
    let sum = |amount: Decimal, wallet: u16| words::sum(plan, amount, wallet);
    let (head, rows) = match &decision.kind {
        Kind::Earned { wallet, amount, vesting, expires_at, because, .. } => {
            let head = words().strong(format!("+{}", sum(*amount, *wallet)));
            (head, earned_rows(told, story, (*vesting, *expires_at), because))
        }
        Kind::ClawedBack { wallet, amount, from_pending, from_lots, debt, written_off, .. } => {
            let head = words().strong(format!("−{}", sum(*amount, *wallet))).say(" taken back");
            let taken = told.returned.iter().flat_map(|returned| &returned.taken);
            let taken = taken.filter(|taken| taken.wallet == *wallet && taken.due == *amount);
            let taken: Vec<&Taken> = taken.collect();
            let clause = taken.first().and_then(|taken| taken.clawback);
            let own = taken.first().map_or(*from_lots, |taken| taken.own.min(*from_lots));
            let others = amount::subtract(*from_lots, own).unwrap_or_default();
            let mut rows: Vec<Row> = taken.into_iter().flat_map(|taken| taken_rows(told, taken)).collect();
            let parts = [
                (*from_pending, "were still pending"),
                (own, "could still be spent"),
                (others, "are taken from other points, as those of the order are gone"),
                (*debt, "are owed, to be settled by what is earned next"),
                (*written_off, "are written off, as the points are gone"),
            ];
            for (part, from) in parts.into_iter().filter(|(part, _)| !part.is_zero()) {
                rows.push(words().say(format!("{} {from}", points(part, *wallet))).row());
            }
            if !debt.is_zero() || !written_off.is_zero() {
                rows.extend(clause.map(|quote| quoted(told, quote).row()));
            }
            (head, rows)
        }
        Kind::Restored { wallet, amount, expires_at, .. } => {
            let head =
                words().strong(format!("+{}", sum(*amount, *wallet))).say(" given back").say(usable(plan, *expires_at));
            let restored = told.returned.iter().flat_map(|returned| &returned.restored);
            let rows = restored.filter(|restored| restored.wallet == *wallet).flat_map(|one| restored_rows(told, one));
            (head, rows.collect())
        }
        Kind::Vested { wallet, amount, expires_at, .. } => {
            let since = words::moment(plan, decision.at);
            let head = words().strong(sum(*amount, *wallet)).say(format!(" may be spent since {since}"));
            (head.say(usable(plan, *expires_at)), past_rows(told, story, false))
        }
        Kind::Expired { wallet, amount, not_vested, .. } => {
            let end = words::through(plan, decision.at);
            let gone = if *not_vested { " cancelled; they waited " } else { " run out; they were usable " };
            let head = words().strong(format!("−{}", sum(*amount, *wallet))).say(gone).say(end);
            (head, past_rows(told, story, *not_vested))
        }
        Kind::Spent { wallet, amount, uses, .. } => {
            let by = if story.rule.is_some() { " spent" } else { " taken by staff" };
            let head = words().strong(format!("−{}", sum(*amount, *wallet))).say(by);
            (head, spent_rows(told, story, uses.len()))
        }
        Kind::DebtSettled { wallet, amount, .. } => {
            let head = words().strong(format!("−{}", sum(*amount, *wallet))).say(" settle a debt");
            let rest = story.debt.map(|(before, after)| {
                let rest = if after.is_zero() { "none".to_owned() } else { amount::text(after) };
                words().say(format!("of {} owed, {rest} are left", points(before, *wallet))).row()
            });
            (head, rest.into_iter().collect())
        }
        Kind::Tagged { tag } => (words().say("tagged ").strong(format!("\"{tag}\"")), Vec::new()),
        Kind::Untagged { tag } => (words().say("no longer tagged ").strong(format!("\"{tag}\"")), Vec::new()),
        Kind::AttributeSet { field, value } => {
            let name = plan.member.get(usize::from(*field)).map_or("", |field| &*field.name);
            let value = words::value(plan, &Shown::Value(value.clone()), Unit::None);
            (words().strong(name).say(format!(" set to {value}")), Vec::new())
        }
        Kind::Signal { name, to } => {
            (words().say("signal ").strong(&**name).say(" to ").strong(format!("\"{to}\"")), Vec::new())
        }
        Kind::Claim { counter, by, limit, .. } => (claim_words(counter, *by, *limit), Vec::new()),
        Kind::NotEarned { reason: NotEarned::BeforeEnrolment } => {
            (words().say("nothing is earned: this was before the member joined"), Vec::new())
        }
        Kind::NotEarned { reason: NotEarned::Paused } => {
            (words().say("nothing is earned or spent: the account was paused"), Vec::new())
        }
        Kind::Transferred { wallet, amount, parcel, uses, .. } => {
            let head = words().strong(format!("−{}", points(*amount, *wallet))).say(" sent to ");
            (head.strong(format!("\"{}\"", parcel.to)), spent_rows(told, story, uses.len()))
        }
        Kind::Received { wallet, amount, sender, expires_at, .. } => {
            let head = words().strong(format!("+{}", points(*amount, *wallet))).say(" received from ");
            (head.strong(format!("\"{sender}\"")).say(usable(plan, *expires_at)), Vec::new())
        }
        Kind::TierChanged { ladder, from, to, because, until } => {
            let why = match because {
                TierBecause::Reached => "reached",
                TierBecause::Lost => "no longer qualified for",
                TierBecause::Kept => "qualified for once more",
                TierBecause::Grace => "kept for a time of grace",
                TierBecause::SetLevel => "set beside the rules of the ladder",
                TierBecause::SetLevelEnded => "the level that was set has ended",
            };
            let head = words().strong(format!("{ladder}: {to}")).say(format!(", {from} before: {why}"));
            (head.say(level_end(plan, *until)), level_rows(plan, story))
        }
        Kind::TierKept { ladder, level, grace, until } => {
            let why = if *grace { "kept for a time of grace" } else { "qualified for once more" };
            let head = words().strong(format!("{ladder}: {level}")).say(format!(": {why}"));
            (head.say(level_end(plan, *until)), Vec::new())
        }
        Kind::SegmentEntered { segment } => (words().say("enters the segment ").strong(&**segment), Vec::new()),
        Kind::SegmentLeft { segment } => (words().say("leaves the segment ").strong(&**segment), Vec::new()),
        Kind::CardIssued { wheel, expires_at, .. } => {
            let head = words().say("a card of ").code(&**wheel).say(" is issued, to be drawn before ");
            (head.say(words::moment(plan, *expires_at)), Vec::new())
        }
        Kind::CardExpired { wheel } => {
            (words().say("a card of ").code(&**wheel).say(" lapses: it was not drawn in time"), Vec::new())
        }
        Kind::NotDrawn { wheel, reason, .. } => {
            let head = words().say("the wheel ").code(&**wheel).say(" is not turned: ");
            let why = match reason {
                NotDrawn::Limit => "its limit is used up",
                NotDrawn::OutOfStock => "nothing is left of it",
                NotDrawn::NoCard => "the member has no card",
            };
            (head.say(why), Vec::new())
        }
        Kind::Message(said) => {
            let head = words().say("the message ").code(&*said.message).say(" is said: ");
            (head.strong(format!("\"{}\"", said.text)), Vec::new())
        }
        Kind::MessageSuppressed(unsaid) => {
            let head = words().say("the message ").code(&*unsaid.message).say(" is not said: ");
            (head.say(unsaid.reason.name().replace('_', " ")), Vec::new())
        }
        Kind::Coupon(coupon) => (coupons::of(told, coupon, decision.at), Vec::new()),
        Kind::Question(told) => (question_words(plan, told), Vec::new()),
        Kind::Drawn { wheel, slice, title, out_of_stock, proof, .. } => {
            let slice = if title.is_empty() { format!("slice {}", slice + 1) } else { title.to_string() };
            let head = words().say("the wheel ").code(&**wheel).say(" stops at ").strong(slice);
            let head = if *out_of_stock { head.say(", of which nothing is left") } else { head };
            (head.say(format!(": position {} of {}", proof.position, proof.of)), Vec::new())
        }
        Kind::Placed { leaderboard, rank, score, .. } => {
            let head = words().say("place ").strong(rank.to_string()).say(" on the leaderboard ").code(&**leaderboard);
            (head.say(format!(" with {}", amount::text(*score))), Vec::new())
        }
        Kind::BadgeAwarded { badge, level, rule, .. } => {
            let head = words().say("the badge ").strong(spaced(badge, level));
            (if rule.is_none() { head.say(", as its condition holds") } else { head }, Vec::new())
        }
        Kind::Assigned { experiment, arm, .. } => {
            (words().say("in the arm ").strong(&**arm).say(" of ").code(&**experiment), Vec::new())
        }
        Kind::BadgeRevoked { badge, level, .. } => {
            (words().say("the badge ").strong(spaced(badge, level)).say(" taken away by the return"), Vec::new())
        }
        Kind::Forfeited { wallet, amount, .. } => {
            let head = words().strong(format!("−{}", sum(*amount, *wallet))).say(" forfeited");
            (head, spent_rows(told, story, 0))
        }
        // A kind without words of its own is told by its keys.
        kind => (other_head(plan, decision, kind.name(), told.outcome.at), Vec::new()),
    };
    let head = match story.rule {
        Some(rule) => {
            let line = plan.rules.get(rule as usize).map(|rule| rule.line);
            head.say(" by ").code(rule_name(plan, rule)).line(line)
        }
        None => head,
    };
    let dated = matches!(decision.kind, Kind::Vested { .. } | Kind::Expired { .. });
    let head = if decision.at == told.outcome.at || dated {
        head
    } else {
        head.say(format!(", on {}", words::moment(plan, decision.at)))
    };
    Row { amount: None, words: head, rows }
}

/// What became of a quiz or a survey.
fn question_words(plan: &Plan, told: &Told) -> Words {
    let (kind, name) = told.question();
    let head = words().say(format!("the {} ", kind.word())).code(name);
    match told {
        Told::Asked { until: Some(until), .. } => {
            head.say(format!(" is asked, to be answered before {}", words::moment(plan, *until)))
        }
        Told::Asked { until: None, .. } => head.say(" is asked"),
        Told::NotAsked { why: NotAsked::Limit, .. } => head.say(" is not asked: its limit is used up"),
        Told::NotAsked { why: NotAsked::NotValid, .. } => head.say(" is not asked: this is not its time"),
        Told::Answered { choice, score, right, .. } => {
            let answer = score.map_or_else(|| choice.to_string(), |score| score.to_string());
            let head = head.say(" is answered: ").strong(answer);
            match right {
                Some(true) => head.say(", which is right"),
                Some(false) => head.say(", which is wrong"),
                None => head,
            }
        }
        Told::NotAnswered { why, .. } => head.say(match why {
            Unanswered::Unknown => " is not answered: there is no such answer",
            Unanswered::NotAsked => " is not answered: the member was not asked",
            Unanswered::AlreadyAnswered => " has been answered already",
            Unanswered::Closed => " is not answered: its time is over",
        }),
    }
}

/// A decision of any other kind, by what it says of itself.
fn other_head(plan: &Plan, decision: &Decision, name: &str, at: i64) -> Words {
    let mut head = words().strong(name.replace('_', " "));
    let Document::Object(entries) = decision_document(plan, decision, at) else { return head };
    for (key, value) in entries {
        let value = match value {
            Document::Bool(value) => if value { "yes" } else { "no" }.to_owned(),
            Document::Instant { at, .. } => words::moment(plan, at.as_micros()),
            Document::Null | Document::List(_) | Document::Object(_) => continue,
            value => value.plain(),
        };
        if !matches!(&*key, "kind" | "entry" | "at" | "rule") {
            head = head.say(format!(" {} ", key.replace('_', " "))).code(value);
        }
    }
    head
}

/// What a counter over all members moves by.
fn claim_words(counter: &str, by: Decimal, limit: Decimal) -> Words {
    let limit = amount::text(limit);
    let times = if by.abs() == Decimal::ONE { String::new() } else { format!("{} ", amount::text(by.abs())) };
    if by.is_sign_negative() {
        return words().say(format!("gives {times}back to the limit of {limit} over all members for ")).code(counter);
    }
    words().say(format!("counts {times}against the limit of {limit} over all members"))
}

/// A name and, if there is one, a level.
fn spaced(name: &str, level: &str) -> String {
    if level.is_empty() { name.to_owned() } else { format!("{name}: {level}") }
}

/// How long a level lasts.
fn level_end(plan: &Plan, until: Option<i64>) -> String {
    until.map_or_else(String::new, |at| format!(", {}", words::through(plan, at)))
}

/// What a level asks for, and what there is.
fn level_rows(plan: &Plan, story: &Story) -> Vec<Row> {
    let Some(level) = &story.level else { return Vec::new() };
    let mut rows = Vec::new();
    if let Some(meter) = &level.meter {
        let said = figure_words(plan, words(), meter);
        rows.push(match &level.from {
            Some((from, unit)) => {
                let from = words::value(plan, from, *unit);
                said.say(format!("; {} begins at {from}", level.name)).line(level.line).row()
            }
            None => said.row(),
        });
    }
    rows.extend(level.conditions.iter().map(|condition| reason_row(plan, condition, None)));
    rows
}

/// How long points are usable.
fn usable(plan: &Plan, expires_at: Option<i64>) -> String {
    expires_at.map_or_else(String::new, |at| format!(", usable {}", words::through(plan, at)))
}

/// A clause of the program.
fn quoted(told: &Explanation, quote: Quote) -> Words {
    words().code(words::quoted(&told.source, quote)).line(Some(quote.line))
}

fn earned_rows(
    told: &Explanation,
    story: &Story,
    (vesting, expires_at): (Vesting, Option<i64>),
    because: &[Because],
) -> Vec<Row> {
    let plan = told.plan();
    let granted = story.granted.as_ref();
    let none = Part::default();
    let parts = because.iter().enumerate().map(|(number, part)| {
        let story = granted.and_then(|granted| granted.parts.get(number)).unwrap_or(&none);
        part_row(told, part, story)
    });
    let mut rows: Vec<Row> = parts.collect();
    let (vest, expire) = granted.map_or_else(Default::default, |told| (told.vest.clone(), told.expire.clone()));
    let pending = match vesting {
        Vesting::Done => None,
        Vesting::At(at) => Some(format!("pending until {}", words::moment(plan, at))),
        Vesting::On { event, deadline } => {
            let event = plan.events.get(usize::from(event)).map_or("", |event| &*event.layout.name);
            Some(format!(
                "pending until an event {event} comes for it, {} at the latest",
                words::through(plan, deadline)
            ))
        }
    };
    rows.extend(pending.map(|pending| choice_row(told, pending, &vest)));
    let expires = match expires_at {
        Some(at) => Some(format!("usable {}", words::through(plan, at))),
        None if expire.quote.is_some() || !expire.passed.is_empty() => Some("no last day is set".to_owned()),
        None => None,
    };
    rows.extend(expires.map(|expires| choice_row(told, expires, &expire)));
    rows
}

fn choice_row(told: &Explanation, says: String, choice: &Choice) -> Row {
    let head = words().say(says);
    let head = match choice.quote {
        Some(quote) => {
            let code = words::quoted(&told.source, quote);
            head.say(": ").code(code).line(Some(quote.line))
        }
        None => head,
    };
    let passed = choice.passed.iter().map(|reason| {
        let mut row = reason_row(told.plan(), reason, None);
        row.words.0.insert(0, Piece::Words("not the clause with ".to_owned()));
        row
    });
    Row { rows: passed.collect(), ..head.row() }
}

fn part_row(told: &Explanation, part: &Because, story: &Part) -> Row {
    let plan = told.plan();
    let (head, amount) = match part {
        Because::Rule { rule, amount } => (words().code(rule_name(plan, *rule)), amount),
        Because::Rounding { amount } => (words().say("rounding"), amount),
        Because::Cap { amount } => (words().say("the wallet's cap"), amount),
        Because::HoldAtMost { amount } => (words().say("the wallet's greatest balance"), amount),
        Because::Adjustment { amount } => (words().say("given by staff"), amount),
    };
    let mut steps = story.steps.as_slice();
    // What is no rule's has one step, which says all in the same row.
    let head = match steps {
        [step @ Step::Round(_)] if !matches!(part, Because::Rule { .. }) => {
            steps = &[];
            joined(head.line(story.line).say(": "), step_words(told, step, story))
        }
        [step @ (Step::Cut(_) | Step::Hold(_))] if !matches!(part, Because::Rule { .. }) => {
            steps = &[];
            joined(head.say(": "), step_words(told, step, story))
        }
        _ => head.line(story.line),
    };
    let holding = story.holding.iter().map(|condition| reason_row(plan, condition, story.line));
    let steps = steps.iter().map(|step| Row {
        rows: match step {
            Step::Earn(earn) => earn_rows(plan, earn),
            Step::Multiply(multiply) => figure_rows(plan, &multiply.figures),
            _ => Vec::new(),
        },
        ..step_words(told, step, story).row()
    });
    Row { amount: Some(words::signed(*amount)), words: head, rows: holding.chain(steps).collect() }
}

fn step_words(told: &Explanation, step: &Step, part: &Part) -> Words {
    let plan = told.plan();
    match step {
        Step::Effect(quote) => {
            let line = Some(quote.line).filter(|line| part.line != Some(*line));
            words().code(words::quoted(&told.source, *quote)).line(line)
        }
        Step::Earn(earn) => earn_words(told, earn, part),
        Step::Multiply(multiply) => multiply_words(plan, multiply, part),
        Step::Cut(cut) => cut_words(plan, cut),
        Step::Lot(amount) => words().say(format!("{} of what is left are in this lot", amount::text(*amount))),
        Step::Round(rounding) => rounding_words(rounding),
        Step::Hold(held) => held_words(plan, held),
    }
}

/// What an `earn` says, in numbers where it is a rate.
fn earn_words(told: &Explanation, earn: &Earn, part: &Part) -> Words {
    let plan = told.plan();
    let line = Some(earn.quote.line).filter(|line| part.line != Some(*line));
    // One step comes to what the part says.
    let total = match part.steps.len() {
        1 => String::new(),
        _ => format!(": {}", words::signed(earn.amount)),
    };
    let Some(rate) = &earn.rate else {
        return words().code(words::quoted(&told.source, earn.quote)).line(line).say(total);
    };
    let points = words::bare(plan, rate.points, words::unit_of(plan, earn.wallet));
    let per = words::bare(plan, rate.per, rate.unit);
    let figure = earn.figures.iter().find(|figure| figure.said == rate.said);
    let of = |said: Words| match figure {
        Some(figure) => figure_words(plan, said, figure),
        None => said.say(words::number(plan, rate.of, rate.unit)),
    };
    let said = match rate.blocks {
        Some(blocks) => {
            let blocks = amount::text(blocks);
            let plural = if blocks == "1" { "" } else { "s" };
            of(words().say(format!("{points} for each of {blocks} full block{plural} of {per} in ")))
        }
        None => of(words().say(format!("{points} per {per} of "))),
    };
    said.line(line).say(total)
}

/// The numbers below an `earn`.
fn earn_rows(plan: &Plan, earn: &Earn) -> Vec<Row> {
    let said = earn.rate.as_ref().map(|rate| rate.said.as_str());
    let figures = earn.figures.iter().filter(|figure| Some(figure.said.as_str()) != said);
    let mut rows: Vec<Row> = figures.map(|figure| figure_words(plan, words(), figure).row()).collect();
    if !earn.lines.is_empty() {
        let lines = earn.lines.iter().map(|(line, amount)| format!("line {line}: {}", amount::text(*amount)));
        let lines: Vec<String> = lines.collect();
        rows.push(words().say(format!("rounded line by line: {}", lines.join(", "))).row());
    }
    rows
}

/// A factor with what it does to what it multiplies.
fn multiply_words(plan: &Plan, multiply: &Multiply, part: &Part) -> Words {
    let (before, after) = (amount::text(multiply.before), amount::text(multiply.after));
    let line = Some(multiply.quote.line).filter(|line| part.line != Some(*line));
    let said = words().say("the factor of ").code(rule_name(plan, multiply.rule));
    let said = said.say(format!(" goes from {before} to {after}")).line(line);
    let said = match part.steps.len() {
        1 => said,
        _ => said.say(format!(": {}", words::signed(multiply.amount))),
    };
    if amount::is_one(multiply.before.normalize()) {
        return said;
    }
    let how = words::multipliers(multiply.multipliers);
    said.say(", as ").code(format!("multipliers {how}")).say(" has it").line(multiply.line)
}

fn cut_words(plan: &Plan, cut: &Cut) -> Words {
    let points = |amount: Decimal| words::points(plan, amount, cut.wallet);
    let mut said = words().code(format!("cap {}{}", points(cut.most), words::per(cut.per)));
    if let Owner::Group(group) = cut.owner {
        let name = plan.groups.get(usize::from(group)).map_or("", |group| &*group.name);
        said = said.say(" of group ").code(name);
    }
    let said = said.line(Some(cut.line));
    let (asked, room) = (amount::text(cut.asked), amount::text(cut.room));
    let lost = amount::subtract(cut.asked, cut.left).map_or_else(|_| String::new(), amount::text);
    let all = if cut.rejects { ", and it gives all or nothing" } else { "" };
    let until = cut.until.map_or_else(String::new, |at| format!("; counted anew from {}", words::from(plan, at)));
    said.say(format!(" had room for {room} of {asked}, so {lost} are cut{all}{until}"))
}

fn rounding_words(rounding: &Rounding) -> Words {
    let exact = amount::text(rounding.exact);
    let (mode, result) = (words::mode(rounding.mode), amount::text(rounding.result));
    if !rounding.before.is_zero() {
        let before = amount::text(rounding.before);
        return words()
            .say(format!("the running sum {exact} is rounded {mode} to {result}; earlier lots have {before} of it"));
    }
    let said = words().say(format!("{exact} is rounded {mode} to {result}"));
    match rounding.scope {
        RoundScope::PerOrder => said,
        scope => said.say(format!(", {}", words::scope(scope))),
    }
}

fn held_words(plan: &Plan, held: &Held) -> Words {
    let points = |amount: Decimal| words::points(plan, amount, held.wallet);
    let said = words().code(format!("hold at most {}", points(held.most))).line(held.line);
    let (before, room, asked) = (amount::text(held.held), amount::text(held.room), amount::text(held.asked));
    said.say(format!(" had room for {room} of {asked}: {before} were there before"))
}

fn figure_rows(plan: &Plan, figures: &[Figure]) -> Vec<Row> {
    figures.iter().map(|figure| figure_words(plan, words(), figure).row()).collect()
}

/// `order.subtotal = 42.86 EUR`, behind other words.
fn figure_words(plan: &Plan, before: Words, figure: &Figure) -> Words {
    let value = words::value(plan, &figure.value, figure.unit);
    let over = figure.over.as_ref().map_or_else(String::new, over);
    before.code(&*figure.said).say(format!(" = {value}{over}"))
}

/// Which items a figure took in.
fn over(over: &Over) -> String {
    let one = over.list.strip_suffix('s').unwrap_or(&over.list);
    match over.items.as_slice() {
        [] => format!(" over none of {} {}", over.of, if over.of == 1 { one } else { &*over.list }),
        [item] => format!(" over {one} {item}"),
        all if all.len() == over.of as usize => format!(" over all {} {}", over.of, over.list),
        some => format!(" over {} {}", over.list, words::several(some)),
    }
}

fn spent_rows(told: &Explanation, story: &Story, lots: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(effect) = &story.effect {
        let code = words::quoted(&told.source, effect.quote);
        let head = story.rule.and_then(|rule| told.plan().rules.get(rule as usize)).map(|rule| rule.line);
        let line = Some(effect.quote.line).filter(|line| head != Some(*line));
        rows.push(Row { rows: figure_rows(told.plan(), &effect.figures), ..words().code(code).line(line).row() });
    }
    if lots > 1 {
        rows.push(words().say(format!("from {lots} lots")).row());
    }
    rows
}

fn past_rows(told: &Explanation, story: &Story, not_vested: bool) -> Vec<Row> {
    let plan = told.plan();
    let Some(past) = &story.past else { return Vec::new() };
    let mut rows = Vec::new();
    if let Some(at) = past.earned_at {
        let said = words().say(format!("earned on {}", words::moment(plan, at)));
        rows.push(match &past.event {
            Some(event) => said.say(" by ").code(event.as_str()).row(),
            None => said.row(),
        });
    }
    if let Some(at) = past.active_at {
        rows.push(words().say(format!("the last activity was on {}", words::moment(plan, at))).row());
    }
    if let Some(event) = past.waited.filter(|_| not_vested) {
        let event = plan.events.get(usize::from(event)).map_or("", |event| &*event.layout.name);
        rows.push(words().say("no event ").code(event).say(" came for it").row());
    }
    rows.extend(past.clause.map(|quote| quoted(told, quote).row()));
    rows
}

fn taken_rows(told: &Explanation, taken: &Taken) -> Vec<Row> {
    let plan = told.plan();
    let amounts = |amount: Decimal| Some(words::signed(amount));
    let mut rows = Vec::new();
    let order = told.returned.as_ref();
    let (id, at) = order.map_or(("", 0), |order| (order.order.as_str(), order.ordered_at));
    let said = words().say("granted by ").code(id).say(format!(" on {}", words::moment(plan, at)));
    rows.push(Row { amount: amounts(taken.granted), ..said.row() });
    let whole = order.is_some_and(|order| order.whole);
    let said = if whole { "nothing of it is kept" } else { "for the part that is kept" };
    let mut kept = Row { amount: amounts(-taken.kept), ..words().say(said).row() };
    if !whole {
        kept.rows = taken.parts.iter().map(|part| kept_row(plan, part)).collect();
        if taken.rounding.exact != taken.rounding.result {
            kept.rows.push(rounding_words(&taken.rounding).line(taken.rounding.line).row());
        }
        if taken.rounding.result > taken.granted {
            kept.rows.push(words().say("never more than was granted").row());
        }
    }
    rows.push(kept);
    if !taken.before.is_zero() {
        rows.push(Row { amount: amounts(-taken.before), ..words().say("taken back before").row() });
    }
    rows
}

fn kept_row(plan: &Plan, part: &Kept) -> Row {
    let said = words().code(rule_name(plan, part.rule)).line(part.line);
    let said = said.say(format!(": {} of {}", amount::text(part.kept), amount::text(part.granted)));
    let said = match &part.of {
        Some(of) => {
            let (then, kept) = (words::value(plan, &of.then, of.unit), words::value(plan, &of.kept, of.unit));
            said.say(", as ").code(&*of.said).say(format!(" is {kept} of {then}"))
        }
        None => said,
    };
    said.row()
}

fn restored_rows(told: &Explanation, restored: &Restored) -> Vec<Row> {
    let plan = told.plan();
    let spent = words::points(plan, restored.spent, restored.wallet);
    let before = if restored.before.is_zero() {
        String::new()
    } else {
        format!(", {} were given back before", amount::text(restored.before))
    };
    let mut rows = vec![words().say(format!("{spent} were spent with the order{before}")).row()];
    rows.push(match (restored.restore, restored.policy) {
        (Some(quote), _) => quoted(told, quote).row(),
        (None, RestorePlan::Original { at_least: Some(length) }) => {
            words().say(format!("they keep their last day, and have at least {}", words::length(length))).row()
        }
        _ => words().say("they keep their last day").row(),
    });
    rows
}

fn silent_row(plan: &Plan, silent: &Silent) -> Row {
    let head = words().code(rule_name(plan, silent.rule)).line(Some(silent.line));
    let rows = silent.reasons.iter().map(|reason| reason_row(plan, reason, Some(silent.line))).collect();
    Row { rows, ..head.row() }
}

/// A reason with its parts below it; its line is left out where it is that of what stands above.
fn reason_row(plan: &Plan, reason: &Reason, above: Option<u32>) -> Row {
    let shown = matches!(reason.what, What::Condition | What::Nothing | What::Limit { .. });
    let line = reason.line.filter(|_| shown && reason.line != above);
    let said = reason_with_line(plan, reason, line);
    // What is missing, or stands in the row already, is not said again below it.
    let told = |figure: &&Figure| {
        let only = reason.figures.len() == 1 && reason.actual.as_ref() == Some(&figure.value);
        !figure.value.is_missing() && (!only || figure.over.is_some())
    };
    let figures = reason.figures.iter().filter(told);
    let mut rows: Vec<Row> = figures.map(|figure| figure_words(plan, words(), figure).row()).collect();
    rows.extend(reason.parts.iter().map(|part| reason_row(plan, part, reason.line)));
    Row { rows, ..said.row() }
}

/// A reason in words: what stood in the way, what was found, and what is missing.
pub fn reason_words(plan: &Plan, reason: &Reason) -> Words {
    reason_with_line(plan, reason, None)
}

fn reason_with_line(plan: &Plan, reason: &Reason, line: Option<u32>) -> Words {
    let mut said = words();
    if !reason.said.is_empty() {
        said = said.code(&*reason.said).line(line);
    }
    let mut facts: Vec<String> = Vec::new();
    match &reason.what {
        What::Cap(cut) => return joined(said.say(": "), cut_words(plan, cut)),
        What::Rounded(rounding) => return joined(said.say(": "), rounding_words(rounding)),
        What::Held(held) => return joined(said.say(": "), held_words(plan, held)),
        What::Limit { owner, used, of } => {
            if let Owner::Group(group) = owner {
                let name = plan.groups.get(usize::from(*group)).map_or("", |group| &*group.name);
                said = said.say(" of group ").code(name);
            }
            facts.push(format!("used {used} of {of}"));
        }
        _ => {}
    }
    let mut note = reason.words.as_str();
    if reason.what == What::Nothing && !note.is_empty() {
        facts.push(core::mem::take(&mut note).to_owned());
    }
    if !reason.missing.is_empty() {
        let verb = if reason.missing.len() == 1 { "is" } else { "are" };
        facts.push(format!("{} {verb} missing", reason.missing.join(", ")));
    } else if let Some(actual) = &reason.actual {
        facts.push(format!("is {}", words::value(plan, actual, reason.unit)));
    }
    if reason.missing.is_empty() {
        match reason.gap {
            Some(Gap::Short(gap)) if !gap.is_zero() => {
                facts.push(format!("{} short", words::number(plan, gap, reason.unit)));
            }
            Some(Gap::Over(gap)) if !gap.is_zero() => {
                facts.push(format!("{} over", words::number(plan, gap, reason.unit)));
            }
            _ => {}
        }
    }
    if !note.is_empty() {
        facts.push(note.to_owned());
    }
    if let Some(until) = reason.until {
        let from = words::from(plan, until);
        facts.push(match reason.what {
            What::Limit { .. } => format!("free again from {from}"),
            What::Valid => format!("next from {from}"),
            _ => format!("from {from}"),
        });
    }
    if facts.is_empty() {
        return said;
    }
    let colon = if said.0.is_empty() { "" } else { ": " };
    said.say(format!("{colon}{}", facts.join(", ")))
}

fn joined(mut one: Words, other: Words) -> Words {
    one.0.extend(other.0);
    one
}
