//! The words that clauses are printed with: lengths, periods, and how points vest and run out.

use chrono::Weekday;

use super::program::*;

pub(super) fn stretch(per: Per) -> String {
    match per {
        Per::Order => "per order".to_owned(),
        Per::Period(of) => format!("per {}", period(of)),
        Per::Membership(of) => format!("per {}", membership(of)),
        Per::Rolling(of) => format!("over last {}", length(of)),
        Per::FromFirst(of) => format!("per {} from first use", length(of)),
    }
}

pub(super) fn vest(form: &Vest) -> String {
    match form {
        Vest::AtOnce => "vest at once".to_owned(),
        Vest::After(after) => format!("vest after {}", length(*after)),
        Vest::At(day) => format!("vest at {day}"),
        Vest::EndOf { period: of, after } => format!("vest at end of {}{}", period(*of), later(after)),
        Vest::OnDayOfNextYear { month, day } => format!("vest on {day} {} of next year", month_name(*month)),
        Vest::OnDayOfNextMonth { day } => format!("vest on day {day} of next month"),
        Vest::EndOfMembership { of, after } => format!("vest at end of {}{}", membership(*of), later(after)),
        Vest::OnDay { month, day, after } => format!("vest on {day} {}{}", month_name(*month), later(after)),
        Vest::On { event, within } => format!("vest on {event} within {}", length(*within)),
    }
}

pub(super) fn later(after: &Option<Length>) -> String {
    after.map(|after| format!(" after {}", length(after))).unwrap_or_default()
}

pub(super) fn month_name(month: u32) -> String {
    chrono::Month::try_from(month as u8).expect("a month").name().to_lowercase()
}

pub(super) fn expire(form: &Expire) -> String {
    match form {
        Expire::Never | Expire::Open => "expire never".to_owned(),
        Expire::AfterEarning(of) => format!("expire {} after earning", length(*of)),
        Expire::AfterVesting(of) => format!("expire {} after vesting", length(*of)),
        Expire::EndOf { period: of, after } => format!("expire end of {}{}", period(*of), later(after)),
        Expire::OnDayOfNextYear { month, day } => format!("expire on {day} {} of next year", month_name(*month)),
        Expire::OnDayOfNextMonth { day } => format!("expire on day {day} of next month"),
        Expire::EndOfMembership { of, after } => format!("expire end of {}{}", membership(*of), later(after)),
        Expire::OnDay { month, day, after } => format!("expire on {day} {}{}", month_name(*month), later(after)),
        Expire::Inactivity { length: of, without } => {
            let without = match without {
                Activity::Events(events) => events.join(", "),
                Activity::Earning => "earning".to_owned(),
                Activity::Any => "activity".to_owned(),
            };
            format!("expire after {} without {without}", length(*of))
        }
        Expire::At(day) => format!("expire at {day}"),
        Expire::Told(owner, field) => format!("expire at {owner}.{field}"),
    }
}

pub(super) fn returns(policy: Returns) -> &'static str {
    match policy {
        Returns::Keep => "keep",
        Returns::Revoke => "revoke",
    }
}

pub(super) fn length(of: Length) -> String {
    format!("{} {}{}", of.count, unit(of.unit), if of.count == 1 { "" } else { "s" })
}

pub(super) fn units(of: TimeUnit) -> String {
    format!("{}s", unit(of))
}

fn unit(of: TimeUnit) -> &'static str {
    match of {
        TimeUnit::Second => "second",
        TimeUnit::Minute => "minute",
        TimeUnit::Hour => "hour",
        TimeUnit::Day => "day",
        TimeUnit::Week => "week",
        TimeUnit::Month => "month",
        TimeUnit::Quarter => "quarter",
        TimeUnit::Year => "year",
    }
}

pub(super) fn period(of: Period) -> &'static str {
    match of {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
        Period::Quarter => "quarter",
        Period::HalfYear => "half year",
        Period::Year => "year",
    }
}

pub fn cycle(of: Cycle) -> &'static str {
    match of {
        Cycle::Calendar(of) => period(of),
        Cycle::Own(of) => membership(of),
    }
}

pub(super) fn membership(of: Membership) -> &'static str {
    match of {
        Membership::Year => "membership year",
        Membership::Month => "membership month",
    }
}

pub(super) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

pub(super) fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}
