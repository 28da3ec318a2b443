//! What a history came to, as tables: a row for each decision, each wallet of a member, each member, each refused event.

use loyalty_core::host::rows::{self, AMOUNT_SCALE, Part};
use loyalty_core::{Decision, Instant, Member, Outcome, Program, RefusedEvent, Replay, Totals};

use crate::table::{Bits, Column, Field, Growing as _, Growth, Lists, Rows, Table, Texts, TooLarge, Wholes, Wides};

const TEXT: &std::ffi::CStr = c"u";
const WHOLE: &std::ffi::CStr = c"l";
const INSTANT: &std::ffi::CStr = c"tsu:UTC";
/// With the digits of `rows::AMOUNT_SCALE`.
const AMOUNT: &std::ffi::CStr = c"d:38,6";
/// With those of `rows::PART_SCALE`.
const PART: &std::ffi::CStr = c"d:38,12";

fn text(value: &str) -> Option<&[u8]> {
    Some(value.as_bytes())
}

/// The decisions of a history, in its order.
#[derive(Default)]
pub struct Decisions {
    member: Texts,
    event: Texts,
    revision: Wholes,
    number: Wholes,
    at: Wholes,
    kind: Texts,
    wallet: Texts,
    amount: Wides,
    entry: Wholes,
    lot: Wholes,
    pending: Bits,
    vests_at: Wholes,
    expires_at: Wholes,
    because: Parts,
    details: Texts,
    length: usize,
}

#[derive(Default)]
struct Parts {
    lists: Lists,
    by: Texts,
    name: Texts,
    amount: Wides,
}

impl Parts {
    fn push(&mut self, parts: Option<&[Part<'_>]>) -> Result<(), TooLarge> {
        self.lists.push(parts.map(<[_]>::len))?;
        parts.unwrap_or_default().iter().try_for_each(|part| {
            self.by.push(text(part.by))?;
            self.name.push(text(part.name))?;
            self.amount.push(Some(part.amount));
            Ok(())
        })
    }
}

impl Decisions {
    fn push(&mut self, outcome: &Outcome, number: usize, decision: &Decision) -> Result<(), TooLarge> {
        let row = rows::row(outcome, decision);
        let entry = |entry: Option<u64>| entry.map(|entry| entry as i64);
        let micros = |at: Option<Instant>| at.map(|at| at.as_micros());
        self.member.push(text(outcome.member()))?;
        self.event.push(outcome.event().map(str::as_bytes))?;
        self.revision.push(Some(outcome.revision() as i64));
        self.number.push(Some(number as i64));
        self.at.push(micros(Some(decision.at())));
        self.kind.push(text(decision.kind()))?;
        self.wallet.push(row.wallet.as_deref().map(str::as_bytes))?;
        self.amount.push(row.amount);
        self.entry.push(entry(row.entry));
        self.lot.push(entry(row.lot));
        self.pending.push(row.pending);
        self.vests_at.push(micros(row.vests_at));
        self.expires_at.push(micros(row.expires_at));
        self.because.push(row.because.as_deref())?;
        self.details.push(row.details.as_deref().map(str::as_bytes))?;
        self.length += 1;
        Ok(())
    }
}

impl Rows for Decisions {
    const FIELDS: &'static [Field] = &[
        Field::new(c"member", TEXT),
        Field::new(c"event", TEXT).or_null(),
        Field::new(c"revision", WHOLE),
        Field::new(c"number", WHOLE),
        Field::new(c"at", INSTANT),
        Field::new(c"kind", TEXT),
        Field::new(c"wallet", TEXT).or_null(),
        Field::new(c"amount", AMOUNT).or_null(),
        Field::new(c"entry", WHOLE).or_null(),
        Field::new(c"lot", WHOLE).or_null(),
        Field::new(c"pending", c"b").or_null(),
        Field::new(c"vests_at", INSTANT).or_null(),
        Field::new(c"expires_at", INSTANT).or_null(),
        Field {
            name: c"because",
            format: c"+l",
            nullable: true,
            children: &[Field {
                name: c"item",
                format: c"+s",
                nullable: false,
                children: &[Field::new(c"by", TEXT), Field::new(c"name", TEXT), Field::new(c"amount", PART)],
            }],
        },
        Field::new(c"details", TEXT).or_null(),
    ];

    fn length(&self) -> usize {
        self.length
    }

    fn size(&self) -> usize {
        let because = self.because.by.size() + self.because.name.size();
        self.member.size() + self.event.size() + self.details.size() + because
    }

    fn finish(self) -> Vec<Column> {
        let parts = vec![self.because.by.finish(), self.because.name.finish(), self.because.amount.finish()];
        vec![
            self.member.finish(),
            self.event.finish(),
            self.revision.finish(),
            self.number.finish(),
            self.at.finish(),
            self.kind.finish(),
            self.wallet.finish(),
            self.amount.finish(),
            self.entry.finish(),
            self.lot.finish(),
            self.pending.finish(),
            self.vests_at.finish(),
            self.expires_at.finish(),
            self.because.lists.finish(parts),
            self.details.finish(),
        ]
    }
}

/// The decisions of a history, as it is played.
#[derive(Default)]
pub struct Told {
    table: Growth<Decisions>,
    failed: Option<TooLarge>,
}

impl Told {
    /// Adds the decisions of an outcome; those of an event that was known are rows already.
    pub fn add(&mut self, outcome: &Outcome) {
        if outcome.replayed() || self.failed.is_some() {
            return;
        }
        for (number, decision) in outcome.decisions().iter().enumerate() {
            if let Err(failed) = self.table.rows().push(outcome, number, decision) {
                self.failed = Some(failed);
            }
        }
    }

    pub fn finish(self) -> Result<Table, TooLarge> {
        self.failed.map_or_else(|| Ok(self.table.finish()), Err)
    }
}

/// The sums of each wallet of each member.
#[derive(Default)]
struct Balances {
    member: Texts,
    wallet: Texts,
    sums: [Wides; 11],
    length: usize,
}

fn sums(totals: &Totals) -> [loyalty_core::Decimal; 11] {
    [
        totals.available,
        totals.pending,
        totals.held,
        totals.issued,
        totals.transferred_in,
        totals.spent,
        totals.transferred_out,
        totals.expired,
        totals.clawed_back,
        totals.written_off,
        totals.debt,
    ]
}

impl Rows for Balances {
    const FIELDS: &'static [Field] = &[
        Field::new(c"member", TEXT),
        Field::new(c"wallet", TEXT),
        Field::new(c"available", AMOUNT).or_null(),
        Field::new(c"pending", AMOUNT).or_null(),
        Field::new(c"held", AMOUNT).or_null(),
        Field::new(c"issued", AMOUNT).or_null(),
        Field::new(c"transferred_in", AMOUNT).or_null(),
        Field::new(c"spent", AMOUNT).or_null(),
        Field::new(c"transferred_out", AMOUNT).or_null(),
        Field::new(c"expired", AMOUNT).or_null(),
        Field::new(c"clawed_back", AMOUNT).or_null(),
        Field::new(c"written_off", AMOUNT).or_null(),
        Field::new(c"debt", AMOUNT).or_null(),
    ];

    fn length(&self) -> usize {
        self.length
    }

    fn size(&self) -> usize {
        self.member.size() + self.wallet.size()
    }

    fn finish(self) -> Vec<Column> {
        let sums = self.sums.into_iter().map(Wides::finish);
        [self.member.finish(), self.wallet.finish()].into_iter().chain(sums).collect()
    }
}

pub fn balances(program: &Program, replay: &Replay) -> Result<Table, TooLarge> {
    let mut table = Growth::<Balances>::default();
    for member in replay.members() {
        for totals in program.totals(member) {
            let rows = table.rows();
            rows.member.push(text(member.id()))?;
            rows.wallet.push(text(&totals.wallet))?;
            for (column, sum) in rows.sums.iter_mut().zip(sums(&totals)) {
                column.push(rows::units(sum, AMOUNT_SCALE));
            }
            rows.length += 1;
        }
    }
    Ok(table.finish())
}

/// The members, each with its state for the next part of the history.
#[derive(Default)]
struct States {
    member: Texts,
    revision: Wholes,
    clock: Wholes,
    next_due: Wholes,
    state: Texts,
    length: usize,
}

impl Rows for States {
    const FIELDS: &'static [Field] = &[
        Field::new(c"member", TEXT),
        Field::new(c"revision", WHOLE),
        Field::new(c"clock", INSTANT),
        Field::new(c"next_due", INSTANT).or_null(),
        Field::new(c"state", c"z"),
    ];

    fn length(&self) -> usize {
        self.length
    }

    fn size(&self) -> usize {
        self.member.size() + self.state.size()
    }

    fn finish(self) -> Vec<Column> {
        let numbers = [self.revision.finish(), self.clock.finish(), self.next_due.finish()];
        [self.member.finish()].into_iter().chain(numbers).chain([self.state.finish()]).collect()
    }
}

pub fn states(program: &Program, replay: &Replay) -> Result<Table, TooLarge> {
    let mut table = Growth::<States>::default();
    let mut push = |member: &Member| {
        let rows = table.rows();
        rows.member.push(text(member.id()))?;
        rows.revision.push(Some(member.revision() as i64));
        rows.clock.push(Some(member.clock().as_micros()));
        rows.next_due.push(member.next_due().map(|due| due.as_micros()));
        rows.state.push(Some(&program.save_binary(member)))?;
        rows.length += 1;
        Ok(())
    };
    replay.members().try_for_each(&mut push)?;
    Ok(table.finish())
}

/// The events that were refused.
#[derive(Default)]
struct Refusals {
    line: Wholes,
    event: Texts,
    code: Texts,
    field: Texts,
    expected: Texts,
    found: Texts,
    help: Texts,
    rule: Texts,
    text: Texts,
    length: usize,
}

impl Rows for Refusals {
    const FIELDS: &'static [Field] = &[
        Field::new(c"line", WHOLE),
        Field::new(c"event", TEXT).or_null(),
        Field::new(c"code", TEXT),
        Field::new(c"field", TEXT).or_null(),
        Field::new(c"expected", TEXT).or_null(),
        Field::new(c"found", TEXT).or_null(),
        Field::new(c"help", TEXT).or_null(),
        Field::new(c"rule", TEXT).or_null(),
        Field::new(c"text", TEXT).or_null(),
    ];

    fn length(&self) -> usize {
        self.length
    }

    fn size(&self) -> usize {
        let said = self.expected.size() + self.found.size() + self.help.size() + self.text.size();
        self.event.size() + self.rule.size() + said
    }

    fn finish(self) -> Vec<Column> {
        let why = [self.event, self.code, self.field, self.expected, self.found, self.help].map(Texts::finish);
        let by_rule = [self.rule, self.text].map(Texts::finish);
        [self.line.finish()].into_iter().chain(why).chain(by_rule).collect()
    }
}

pub fn refusals(refused: &[RefusedEvent]) -> Result<Table, TooLarge> {
    let mut table = Growth::<Refusals>::default();
    for RefusedEvent { line, event, error } in refused {
        let rows = table.rows();
        rows.line.push(Some(*line as i64));
        rows.code.push(text(error.code().as_str()))?;
        for (column, value) in [
            (&mut rows.event, event.as_deref()),
            (&mut rows.field, error.field()),
            (&mut rows.expected, error.expected()),
            (&mut rows.found, error.found()),
            (&mut rows.help, error.help()),
            (&mut rows.rule, error.rule()),
            (&mut rows.text, error.text()),
        ] {
            column.push(value.map(str::as_bytes))?;
        }
        rows.length += 1;
    }
    Ok(table.finish())
}
