//! An explanation as data: the shape that `docs/explain.md` describes.

use rust_decimal::Decimal;

use super::caps::{Cut, Owner};
use super::granted::{Choice, Part, Step};
use super::returned::{Restored, Return, Taken};
use super::silent::{Gap, Reason, What};
use super::stage::{Held, Rounding};
use super::timed::Past;
use super::trace::{Figure, Shown};
use super::{Explanation, Story, TakenFor, words};
use crate::engine::outcome::{Because, Decision, Kind};
use crate::plan::{Plan, Quote, Unit};
use crate::wire::document::Document;
use crate::wire::json::{because_document, decision_document, instant, rule_name, stored, wallet_name};

impl Explanation {
    /// The explanation as JSON, in the shape that `docs/explain.md` describes: the decisions of the outcome, each with
    /// how it came about, and the silent rules with all their reasons.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_document().to_string()
    }

    /// The same as a document, which tells amounts and instants from texts.
    #[must_use]
    pub fn to_document(&self) -> Document {
        document(self)
    }
}

fn document(told: &Explanation) -> Document {
    let plan = told.plan();
    let mut document = Document::object().with("event", told.outcome.event.as_deref());
    if let Some(event) = told.event.and_then(|event| plan.events.get(usize::from(event))) {
        document.put("type", &*event.layout.name);
    }
    document.put("member", &*told.outcome.member);
    document.put("at", instant(plan, told.outcome.at));
    if told.outcome.replayed {
        document.put("replayed", true);
    }
    let decisions = told.outcome.decisions.iter().zip(&told.stories);
    let decisions = decisions.map(|(decision, story)| decided(told, decision, story));
    document.put("decisions", decisions.collect::<Document>());
    if let Some(returned) = &told.returned {
        document.put("returned", return_document(told, returned));
    }
    let silent = told.silent.iter().map(|silent| {
        let reasons = silent.reasons.iter().map(|reason| reason_document(plan, reason));
        Document::object()
            .with("rule", rule_name(plan, silent.rule))
            .with("line", silent.line)
            .with("reasons", reasons.collect::<Document>())
    });
    document.with("silent", silent.collect::<Document>())
}

/// A decision as the outcome has it, with how it came about.
fn decided(told: &Explanation, decision: &Decision, story: &Story) -> Document {
    let plan = told.plan();
    let mut document = decision_document(plan, decision, told.outcome.at);
    if let Some(rule) = story.rule {
        if document.get("rule").is_none() {
            document.put("rule", rule_name(plan, rule));
        }
        if let Some(rule) = plan.rules.get(rule as usize) {
            document.put("line", rule.line);
        }
    }
    if let (Kind::Earned { because, .. }, Some(granted)) = (&decision.kind, &story.granted) {
        let parts = because.iter().zip(&granted.parts).map(|(because, part)| part_document(told, because, part));
        let parts: Document = parts.collect();
        if let Document::Object(entries) = &mut document
            && let Some((_, value)) = entries.iter_mut().find(|(key, _)| key == "because")
        {
            *value = parts;
        }
        put_choice(told, &mut document, "vest", &granted.vest);
        put_choice(told, &mut document, "expire", &granted.expire);
    }
    match &story.taken_for {
        Some(TakenFor::Order) => document.put("taken_for", "order"),
        Some(TakenFor::Streak(challenge)) => {
            document.put("taken_for", "streak");
            document.put("challenge", &**challenge);
        }
        Some(TakenFor::Staff) => document.put("taken_for", "staff"),
        None => {}
    }
    if let Some(effect) = &story.effect {
        document.put("effect", quoted(told, effect.quote));
        document.put("figures", figures(plan, &effect.figures));
        if !effect.limits.is_empty() {
            document.put("limits", effect.limits.iter().map(|limit| step_document(told, limit)).collect::<Document>());
        }
    }
    if let Some(past) = &story.past {
        put_past(told, &mut document, past);
    }
    if let Some(level) = &story.level {
        let mut asked = Document::object().with("level", &*level.name);
        if let Some(line) = level.line {
            asked.put("line", line);
        }
        if let Some(meter) = &level.meter {
            asked.put("figures", figures(plan, core::slice::from_ref(meter)));
        }
        if let Some((from, _)) = &level.from {
            asked.put("required", shown(plan, from));
        }
        if !level.conditions.is_empty() {
            let conditions = level.conditions.iter().map(|condition| reason_document(plan, condition));
            asked.put("parts", conditions.collect::<Document>());
        }
        document.put("asked", asked);
    }
    if let Some((before, after)) = story.debt {
        document.put("debt_before", before);
        document.put("debt_after", after);
    }
    if let Some(set_off) = story.more {
        let part = Document::object().with("before", set_off.before).with("now", set_off.now);
        document.put("set_off", part.with("more", set_off.more));
    }
    document
}

fn quoted(told: &Explanation, quote: Quote) -> Document {
    Document::object().with("said", words::quoted(&told.source, quote)).with("line", quote.line)
}

fn put_choice(told: &Explanation, document: &mut Document, key: &'static str, choice: &Choice) {
    if choice.quote.is_none() && choice.passed.is_empty() {
        return;
    }
    let mut clause = choice.quote.map_or_else(Document::object, |quote| quoted(told, quote));
    if !choice.passed.is_empty() {
        let passed = choice.passed.iter().map(|reason| reason_document(told.plan(), reason));
        clause.put("passed_over", passed.collect::<Document>());
    }
    document.put(key, clause);
}

fn put_past(told: &Explanation, document: &mut Document, past: &Past) {
    let plan = told.plan();
    document.put("earned_at", past.earned_at.map(|at| instant(plan, at)));
    if let Some(event) = &past.event {
        document.put("earned_by", event.as_str());
    }
    if let Some(at) = past.active_at {
        document.put("last_activity", instant(plan, at));
    }
    if let Some(quote) = past.clause {
        document.put("clause", quoted(told, quote));
    }
}

fn part_document(told: &Explanation, because: &Because, part: &Part) -> Document {
    let mut document = because_document(told.plan(), because);
    if let Some(line) = part.line {
        document.put("line", line);
    }
    if !part.holding.is_empty() {
        let holding = part.holding.iter().map(|condition| reason_document(told.plan(), condition));
        document.put("holding", holding.collect::<Document>());
    }
    if !part.steps.is_empty() {
        document.put("steps", part.steps.iter().map(|step| step_document(told, step)).collect::<Document>());
    }
    document
}

fn step_document(told: &Explanation, step: &Step) -> Document {
    let plan = told.plan();
    let named = |name: &str| Document::object().with("step", name);
    match step {
        Step::Effect(quote) => {
            named("effect").with("said", words::quoted(&told.source, *quote)).with("line", quote.line)
        }
        Step::Earn(earn) => {
            let mut document = named("earn");
            document.put("said", words::quoted(&told.source, earn.quote));
            document.put("line", earn.quote.line);
            if let Some(rate) = &earn.rate {
                document.put("points", rate.points);
                document.put("per", rate.per);
                document.put("of", rate.of);
                put_unit(plan, &mut document, rate.unit);
                if let Some(blocks) = rate.blocks {
                    document.put("blocks", blocks);
                }
            }
            document.put("amount", earn.amount);
            document.put("figures", figures(plan, &earn.figures));
            if !earn.lines.is_empty() {
                let lines = earn.lines.iter();
                let lines = lines.map(|(line, amount)| Document::object().with("line", *line).with("amount", *amount));
                document.put("by_line", lines.collect::<Document>());
            }
            document
        }
        Step::Multiply(multiply) => named("multiply")
            .with("said", words::quoted(&told.source, multiply.quote))
            .with("line", multiply.quote.line)
            .with("of", rule_name(plan, multiply.rule))
            .with("factor_before", multiply.before)
            .with("factor_after", multiply.after)
            .with("multipliers", multiply.multipliers.word())
            .with("amount", multiply.amount)
            .with("figures", figures(plan, &multiply.figures)),
        Step::Cut(cut) => put_cut(plan, named("cap"), cut),
        Step::Lot(amount) => named("lot").with("amount", *amount),
        Step::Round(rounding) => put_rounding(named("rounding"), rounding),
        Step::Hold(held) => put_held(named("hold_at_most"), held),
    }
}

fn put_cut(plan: &Plan, document: Document, cut: &Cut) -> Document {
    let document = document.with("cap", cut.most);
    let document = match cut.owner {
        Owner::Rule(rule) => document.with("rule", rule_name(plan, rule)),
        Owner::Group(group) => document.with("group", group_name(plan, group)),
        Owner::Wallet(wallet) => document.with("wallet", wallet_name(plan, wallet)),
    };
    let mut document = document
        .with("per", words::per(cut.per).trim())
        .with("line", cut.line)
        .with("room", cut.room)
        .with("asked", cut.asked)
        .with("left", cut.left);
    if let Some(until) = cut.until {
        document.put("until", instant(plan, until));
    }
    document
}

fn put_rounding(document: Document, rounding: &Rounding) -> Document {
    let mut document = document
        .with("mode", rounding.mode.word())
        .with("scope", rounding.scope.word())
        .with("exact", rounding.exact)
        .with("result", rounding.result);
    if !rounding.before.is_zero() {
        document.put("before", rounding.before);
    }
    document
}

fn put_held(document: Document, held: &Held) -> Document {
    document.with("most", held.most).with("held", held.held).with("room", held.room).with("asked", held.asked)
}

fn group_name(plan: &Plan, group: u16) -> &str {
    plan.groups.get(usize::from(group)).map_or("", |group| &group.name)
}

fn figures(plan: &Plan, figures: &[Figure]) -> Document {
    let list = figures.iter().map(|figure| {
        let mut document =
            Document::object().with("said", figure.said.as_str()).with("value", shown(plan, &figure.value));
        put_unit(plan, &mut document, figure.unit);
        if let Some(over) = &figure.over {
            document.put("over", &*over.list);
            document.put("items", over.items.iter().copied().collect::<Document>());
            document.put("of", over.of);
        }
        document
    });
    list.collect()
}

fn shown(plan: &Plan, value: &Shown) -> Document {
    match value {
        Shown::Word(word) => (*word).into(),
        Shown::Value(value) => stored(plan, value),
    }
}

/// What a number counts; shares of one count nothing.
fn put_unit(plan: &Plan, document: &mut Document, unit: Unit) {
    match unit {
        Unit::None | Unit::Percent => {}
        Unit::Money(currency) => document.put("unit", currency.as_str()),
        Unit::Wallet(wallet) => document.put("unit", wallet_name(plan, wallet)),
    }
}

fn return_document(told: &Explanation, returned: &Return) -> Document {
    let plan = told.plan();
    Document::object()
        .with("order", returned.order.as_str())
        .with("ordered_at", instant(plan, returned.ordered_at))
        .with("whole", returned.whole)
        .with("taken", returned.taken.iter().map(|taken| taken_document(told, taken)).collect::<Document>())
        .with("restored", returned.restored.iter().map(|one| restored_document(told, one)).collect::<Document>())
}

fn taken_document(told: &Explanation, taken: &Taken) -> Document {
    let plan = told.plan();
    let parts = taken.parts.iter().map(|part| {
        let mut document = Document::object().with("rule", rule_name(plan, part.rule));
        if let Some(line) = part.line {
            document.put("line", line);
        }
        document.put("granted", part.granted);
        document.put("kept", part.kept);
        if let Some(of) = &part.of {
            let mut figure = Document::object().with("said", of.said.as_str());
            figure.put("then", shown(plan, &of.then));
            figure.put("kept", shown(plan, &of.kept));
            put_unit(plan, &mut figure, of.unit);
            document.put("of", figure);
        }
        document
    });
    let mut document = Document::object()
        .with("wallet", wallet_name(plan, taken.wallet))
        .with("granted", taken.granted)
        .with("kept", taken.kept)
        .with("taken_before", taken.before)
        .with("due", taken.due)
        .with("own_lots", taken.own)
        .with("parts", parts.collect::<Document>())
        .with("rounding", put_rounding(Document::object(), &taken.rounding));
    if let Some(quote) = taken.clawback {
        document.put("clawback", quoted(told, quote));
    }
    document
}

fn restored_document(told: &Explanation, restored: &Restored) -> Document {
    let mut document = Document::object()
        .with("wallet", wallet_name(told.plan(), restored.wallet))
        .with("spent", restored.spent)
        .with("restored_before", restored.before);
    if let Some(quote) = restored.restore {
        document.put("restore", quoted(told, quote));
    }
    document
}

impl Reason {
    /// What a condition found and what it asked for, as views show it.
    pub fn document(&self, plan: &Plan) -> Document {
        let mut document = Document::object().with("condition", self.said.as_str());
        if let Some(actual) = &self.actual {
            document.put("actual", shown(plan, actual));
        }
        if let [required] = self.required.as_slice() {
            document.put("required", shown(plan, required));
        }
        if let Some(Gap::Short(short)) = self.gap {
            document.put("shortfall", short);
        }
        document
    }
}

pub fn reason_document(plan: &Plan, reason: &Reason) -> Document {
    let kind = match &reason.what {
        What::Condition => "condition",
        What::Valid => "valid",
        What::Limit { .. } => "limit",
        What::Nothing => "nothing",
        What::Cap(_) => "cap",
        What::Rounded(_) => "rounding",
        What::Held(_) => "hold_at_most",
    };
    let mut document = Document::object().with("kind", kind);
    if !reason.said.is_empty() {
        document.put("said", reason.said.as_str());
    }
    // A cap has its own line.
    if let Some(line) = reason.line.filter(|_| !matches!(reason.what, What::Cap(_))) {
        document.put("line", line);
    }
    if !reason.words.is_empty() {
        document.put("note", reason.words.as_str());
    }
    if let Some(actual) = &reason.actual {
        document.put("actual", shown(plan, actual));
    }
    match reason.required.as_slice() {
        [] => {}
        [one] => document.put("required", shown(plan, one)),
        several => document.put("required", several.iter().map(|one| shown(plan, one)).collect::<Document>()),
    }
    put_unit(plan, &mut document, reason.unit);
    let gap = |gap: Decimal| Some(gap).filter(|gap| !gap.is_zero());
    match reason.gap.filter(|_| reason.missing.is_empty()) {
        Some(Gap::Short(short)) => gap(short).into_iter().for_each(|short| document.put("shortfall", short)),
        Some(Gap::Over(over)) => gap(over).into_iter().for_each(|over| document.put("excess", over)),
        None => {}
    }
    if !reason.missing.is_empty() {
        document.put("missing", reason.missing.iter().map(String::as_str).collect::<Document>());
    }
    document = match &reason.what {
        What::Limit { owner, used, of } => {
            if let Owner::Group(group) = owner {
                document.put("group", group_name(plan, *group));
            }
            document.with("used", *used).with("of", *of)
        }
        What::Cap(cut) => put_cut(plan, document, cut),
        What::Rounded(rounding) => put_rounding(document, rounding),
        What::Held(held) => put_held(document, held),
        _ => document,
    };
    if let Some(until) = reason.until.filter(|_| !matches!(reason.what, What::Cap(_))) {
        document.put("until", instant(plan, until));
    }
    if !reason.figures.is_empty() {
        document.put("figures", figures(plan, &reason.figures));
    }
    if !reason.parts.is_empty() {
        document.put("parts", reason.parts.iter().map(|part| reason_document(plan, part)).collect::<Document>());
    }
    document
}
