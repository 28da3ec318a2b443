//! The policies that a program has in force, chosen or by default, as the clauses that would say so.

use super::model::{
    Activity, CapMode, Carry, ChallengeForm, Checked, CouponForm, Cycle, Expire, ExpireStart, Fall, Keep, LadderForm,
    LadderReturns, Length, Most, Restore, Returns, Rise, ToEnd, Vest, WalletPolicy, month_name, weekday_name,
};
use super::offer::{Basis, Stack};
use crate::codes::entropy_bits;

/// (declaration, clause), in the order of the program.
pub fn list(checked: &Checked) -> Vec<(String, String)> {
    let settings = &checked.settings;
    let mut list = Vec::new();
    let mut add = |place: &str, clause: String| list.push((place.to_owned(), clause));
    add("program", format!("version {}", settings.version));
    if let Some(currency) = &settings.currency {
        add("program", format!("currency {}", currency.as_str()));
    }
    add("program", format!("timezone \"{}\"", settings.zone.name()));
    add("program", format!("week {}", weekday_name(settings.week_start.num_days_from_monday() as u8)));
    add("program", format!("year {}", month_name(settings.year_start)));
    if !settings.languages.is_empty() {
        add("program", format!("languages [{}]", settings.languages.join(", ")));
    }
    add("program", format!("history {}", settings.history));
    add("program", format!("returns within {}", settings.returns_within));
    add("program", format!("returns {}", if settings.returns == Returns::Keep { "keep" } else { "revoke" }));
    add("program", format!("future at most {}", settings.future));
    for wallet in &checked.wallets {
        for version in &wallet.versions {
            let from = version.from.map_or(String::new(), |from| format!(" from {from}"));
            let place = format!("wallet {}{from}", wallet.name);
            add(&place, format!("decimals {}", wallet.decimals));
            let unit = wallet.holds.as_ref().map_or(wallet.name.as_str(), |currency| currency.as_str());
            for clause in policy(checked, &version.value, unit) {
                add(&place, clause);
            }
        }
    }
    for ladder in &checked.ladders {
        for version in &ladder.versions {
            let from = version.from.map_or(String::new(), |from| format!(" from {from}"));
            let place = format!("tiers {}{from}", ladder.name);
            for clause in standing(&version.value) {
                add(&place, clause);
            }
        }
    }
    for challenge in &checked.challenges {
        for version in &challenge.versions {
            let from = version.from.map_or(String::new(), |from| format!(" from {from}"));
            let place = format!("challenge {}{from}", challenge.name);
            for clause in rounds(&version.value) {
                add(&place, clause);
            }
        }
    }
    if !checked.coupons.is_empty() {
        let rules = &checked.coupon_policy;
        add("policy coupons", format!("choose {}", if rules.by_priority { "by priority" } else { "best for member" }));
        add("policy coupons", format!("codes {}", if rules.all_codes { "all" } else { "partial" }));
    }
    for coupon in &checked.coupons {
        for version in &coupon.versions {
            let from = version.from.map_or(String::new(), |from| format!(" from {from}"));
            let place = format!("coupon {}{from}", coupon.name);
            for clause in uses(checked, &version.value) {
                add(&place, clause);
            }
        }
    }
    list
}

/// The codes of a coupon, beside which others it stands, and what becomes of its use.
fn uses(checked: &Checked, form: &CouponForm) -> Vec<String> {
    let mut clauses = Vec::new();
    if let Some(mint) = &form.minted {
        let (length, bits) = (u32::from(mint.length), entropy_bits(u32::from(mint.length)));
        clauses.push(format!("codes \"{}\" length {length}  // {bits} bits", mint.prefix));
    }
    clauses.push(if form.usage_kept { "usage kept" } else { "usage given back" }.to_owned());
    let Some(offer) = &form.offer else { return clauses };
    clauses.push(if form.returns == Returns::Revoke { "returns revoke" } else { "returns keep" }.to_owned());
    clauses.push(if offer.basis == Basis::Initial { "basis initial" } else { "basis sequential" }.to_owned());
    clauses.push(if offer.judged_after_items { "judge after item discounts" } else { "judge on list" }.to_owned());
    clauses.push(format!("priority {}", offer.priority));
    clauses.push(match &offer.stack {
        Stack::None => "stack with none".to_owned(),
        Stack::Any => "stack with any".to_owned(),
        Stack::With(coupons) => {
            let names = coupons.iter().filter_map(|coupon| checked.coupons.get(*coupon));
            let names: Vec<&str> = names.map(|coupon| coupon.name.as_str()).collect();
            format!("stack with [{}]", names.join(", "))
        }
    });
    clauses
}

/// What becomes of rounds, late events and returns in a challenge.
fn rounds(form: &ChallengeForm) -> Vec<String> {
    let mut clauses = Vec::new();
    match form.repeat {
        None => {}
        Some(most) => {
            clauses.push(most.map_or("repeat".to_owned(), |most| format!("repeat up to {most}")));
            clauses.push(if form.carry { "carry" } else { "carry nothing" }.to_owned());
        }
    }
    clauses.extend(form.tolerance.map(|time| format!("tolerance {time}")));
    clauses.push(if form.returns == Returns::Keep { "returns keep" } else { "returns revoke" }.to_owned());
    if form.migrate {
        clauses.push("migrate".to_owned());
    }
    clauses
}

/// How members rise, stay and fall.
fn standing(form: &LadderForm) -> Vec<String> {
    let to_end = |of: Cycle| ToEnd { next: false, of };
    let rise = match form.rise {
        Rise::AtOnce => "at once".to_owned(),
        Rise::AtEndOf(of) => format!("at end of {of}"),
        Rise::On { month, day } => format!("on {day} {}", month_name(month)),
    };
    let keep = match form.keep {
        Keep::WhileQualified => "while qualified".to_owned(),
        Keep::For(time) => time.to_string(),
        Keep::ForToEnd { length, of } => format!("{length} {}", to_end(of)),
        Keep::ToEnd(end) => end.to_string(),
        Keep::ToAnniversary => "to anniversary".to_owned(),
    };
    let grace = form.grace.map_or("none".to_owned(), |grace| match grace.to_end_of {
        Some(of) => format!("{} {}", grace.length, to_end(of)),
        None => grace.length.to_string(),
    });
    let fall = match form.fall {
        Fall::ToEarnedLevel => "to earned level",
        Fall::OneLevel => "one level",
        Fall::Never => "never",
    };
    let returns = match form.returns {
        LadderReturns::Keep => "keep".to_owned(),
        LadderReturns::Revoke => "revoke".to_owned(),
        LadderReturns::KeepToEnd(of) => format!("keep {}", to_end(of)),
    };
    let mut clauses =
        vec![format!("rise {rise}"), format!("keep {keep}"), format!("grace {grace}"), format!("fall {fall}")];
    if let Some(retain) = &form.retain {
        let conditions = retain.conditions.len();
        clauses.push(if conditions == 1 {
            "retain when …".to_owned()
        } else {
            format!("retain when any {} of {conditions} conditions", retain.count)
        });
    }
    clauses.push(format!("seen {}", if form.seen_after { "after" } else { "before" }));
    clauses.extend(form.carry.map(|carry| match carry {
        Carry::Rest => "carry".to_owned(),
        Carry::Nothing => "carry nothing".to_owned(),
    }));
    clauses.push(format!("returns {returns}"));
    clauses
}

fn policy(checked: &Checked, policy: &WalletPolicy, unit: &str) -> Vec<String> {
    let event = |event: usize| checked.events.get(event).map_or("", |event| event.name.as_str());
    let vest = match &policy.vest {
        Vest::AtOnce => "at once".to_owned(),
        Vest::After(after) => format!("after {after}"),
        Vest::At(date) => format!("at {date}"),
        Vest::EndOf { of, after: later } => format!("at end of {of}{}", later_by(*later)),
        Vest::OnDay { month, day, next_year: true, .. } => format!("on {day} {} of next year", month_name(*month)),
        Vest::OnDay { month, day, after: later, .. } => format!("on {day} {}{}", month_name(*month), later_by(*later)),
        Vest::OnDayOfNextMonth { day } => format!("on day {day} of next month"),
        Vest::On { event: on, within } => format!("on {} within {within}", event(*on)),
    };
    let mut restore = match &policy.restore {
        Restore::Original { at_least: Some(least) } => format!("original at least {least}"),
        Restore::Original { at_least: None } => "original".to_owned(),
        Restore::Fresh => "fresh".to_owned(),
        Restore::Never => "never".to_owned(),
    };
    if policy.restore_full_only {
        restore.push_str(" on full return");
    }
    let mut clauses = vec![
        format!("round {} {}", policy.round.word(), policy.scope.word()),
        format!("multipliers {}", policy.multipliers.word()),
        format!("vest {vest}"),
    ];
    if policy.expire.is_empty() {
        clauses.push("expire never".to_owned());
    }
    for rule in &policy.expire {
        let form = match &rule.form {
            Expire::Never => "never".to_owned(),
            Expire::After { duration, start: ExpireStart::Earning } => format!("{duration} after earning"),
            Expire::After { duration, start: ExpireStart::Vesting } => format!("{duration} after vesting"),
            Expire::OnDayOfNextMonth { day } => format!("on day {day} of next month"),
            Expire::EndOf { of, after } => format!("end of {of}{}", later_by(*after)),
            Expire::OnDay { month, day, next_year: true, .. } => {
                format!("on {day} {} of next year", month_name(*month))
            }
            Expire::OnDay { month, day, after, .. } => format!("on {day} {}{}", month_name(*month), later_by(*after)),
            Expire::Told(_) => "at …".to_owned(),
            Expire::Inactivity { duration, without } => {
                let without = match without {
                    Activity::Earning => "earning".to_owned(),
                    Activity::Any => "activity".to_owned(),
                    Activity::Events(events) => events.iter().map(|index| event(*index)).collect::<Vec<_>>().join(", "),
                };
                format!("after {duration} without {without}")
            }
            Expire::At(date) => format!("at {date}"),
        };
        let condition = if rule.when.is_some() { " when …" } else { "" };
        clauses.push(format!("expire {form}{condition}"));
    }
    clauses.push(format!("spend {}", policy.spend.word()));
    clauses.push(format!("clawback {}", policy.clawback.word()));
    clauses.push(format!("restore {restore}"));
    if let Some(most) = policy.hold_at_most {
        clauses.push(format!("hold at most {most} {unit}"));
    }
    let cap_mode = if policy.cap_mode == CapMode::Truncate { "truncate" } else { "reject" };
    clauses.extend(policy.caps.iter().map(|cap| {
        let per = cap.per.map_or(String::new(), |per| format!(" {per}"));
        match &cap.amount {
            Most::Fixed(amount) => format!("cap {amount} {unit}{per} {cap_mode}"),
            Most::Told(_) => format!("cap …{per} {cap_mode}"),
        }
    }));
    clauses
}

fn later_by(after: Option<Length>) -> String {
    after.map_or(String::new(), |after| format!(" after {after}"))
}

#[cfg(test)]
mod tests {
    use crate::check::survey;
    use crate::syntax;

    fn of_ladders(clauses: &str) -> String {
        let text = format!(
            "program \"Shop\" {{ currency EUR }}
            measure spend = sum(order.subtotal) this month
            tiers status by spend {{ bronze {{ }}  silver from 5 EUR  {clauses} }}"
        );
        let (file, _) = syntax::parse(&text);
        let ladders = survey::policies(&file).into_iter().filter(|(place, _)| place.starts_with("tiers "));
        ladders.map(|(_, clause)| clause).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn the_program_tells_each_of_its_clauses() {
        let of_program = |clauses: &str| {
            let (file, _) = syntax::parse(&format!("program \"Shop\" {{ {clauses} }}"));
            let of_program = survey::policies(&file).into_iter().filter(|(place, _)| place == "program");
            of_program.map(|(_, clause)| clause).collect::<Vec<_>>().join(", ")
        };
        let without = "version 1, timezone \"UTC\", week monday, year january, history 400 days, \
                       returns within 180 days, returns keep, future at most 5 minutes";
        assert_eq!(of_program(""), without);
        let chosen = "version 3, currency EUR, timezone \"Europe/Berlin\", week sunday, year march, languages [en, ar], \
                      history 2 years, returns within 90 days, returns revoke, future at most 1 hour";
        let written = "version 3 currency EUR timezone \"Europe/Berlin\" week sunday year march languages [en, ar]
            history 2 years returns within 90 days returns revoke future at most 1 hour";
        assert_eq!(of_program(written), chosen);
    }

    #[test]
    fn ladders_tell_what_they_do_by_default() {
        let told = "rise at once, keep while qualified, grace none, fall to earned level, seen before, returns keep";
        assert_eq!(of_ladders(""), told);
    }

    #[test]
    fn ladders_tell_what_is_chosen() {
        let chosen = "rise at end of month, keep to end of next month, grace 10 days to end of month, fall one level, \
                      retain when any 1 of 2 conditions, seen after, carry, returns revoke";
        let written = "rise at period end  keep to end of next month  grace 10 days to end of month  fall one level
            retain when any 1 of [spend > 1 EUR, spend > 2 EUR]  seen after  carry  returns revoke";
        assert_eq!(of_ladders(written), chosen);
    }
}
