//! Lengths, days and windows: that they are neither empty nor longer than a life.

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;

use super::Checker;
use super::expression::{Scope, constant};
use super::model::{Expr, Lasts, Length, OwnFrom, OwnPeriod, Per, Period, TimeUnit, Window};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement;
use crate::syntax::tree::{self, DateRange, Duration};

/// The longest length: a hundred years, in seconds.
const LENGTH_MAX: u64 = 100 * 365 * 86_400 + 25 * 86_400;

/// The years in which instants lie.
const FIRST_YEAR: i32 = 1970;
const LAST_YEAR: i32 = 2199;

impl Length {
    /// About how many seconds it takes; months and years at their mean.
    pub(super) fn seconds(self) -> u64 {
        let unit = match self.unit {
            TimeUnit::Second => 1,
            TimeUnit::Minute => 60,
            TimeUnit::Hour => 3_600,
            TimeUnit::Day => 86_400,
            TimeUnit::Week => 7 * 86_400,
            TimeUnit::Month => 2_629_746,
            TimeUnit::Quarter => 3 * 2_629_746,
            TimeUnit::Year => 31_556_952,
        };
        u64::from(self.count).saturating_mul(unit)
    }
}

impl<'a> Checker<'a> {
    /// A length that is more than nothing and no longer than a hundred years.
    pub(super) fn length(&mut self, duration: &Duration) -> Option<Length> {
        let length = Length { count: duration.count, unit: duration.unit };
        if length.count == 0 || length.seconds() > LENGTH_MAX {
            self.report(Diagnostic::new(
                Code::OutOfRange,
                duration.span,
                "a length of time is more than nothing and at most 100 years",
            ));
            return None;
        }
        Some(length)
    }

    /// A length that may be left out; the outer nothing says that it is wrong.
    pub(super) fn length_if(&mut self, duration: Option<&Duration>) -> Option<Option<Length>> {
        match duration {
            None => Some(None),
            Some(duration) => self.length(duration).map(Some),
        }
    }

    /// How long what is issued lasts.
    pub(super) fn lasts(&mut self, lasts: &engagement::Lasts) -> Option<Lasts> {
        Some(match lasts {
            engagement::Lasts::For(duration) => Lasts::For(self.length(duration)?),
            engagement::Lasts::ForToEnd { length, of } => Lasts::ForToEnd { length: self.length(length)?, of: *of },
            engagement::Lasts::ToEnd(end) => Lasts::ToEnd(*end),
        })
    }

    /// The days of a range, the first not after the last.
    pub(super) fn days(&mut self, range: &DateRange) -> Option<(Option<NaiveDate>, Option<NaiveDate>)> {
        if let (Some(from), Some(to)) = (range.from, range.to)
            && from > to
        {
            self.empty_window(range.span);
            return None;
        }
        self.far_years(range.from, range.to, range.span);
        Some((range.from, range.to))
    }

    /// Warns of years in which nothing happens, such as those of another calendar. An end that is far away is none.
    pub(super) fn far_years(&mut self, from: Option<NaiveDate>, to: Option<NaiveDate>, span: Span) {
        let early = from.into_iter().chain(to).find(|date| date.year() < FIRST_YEAR);
        let late = from.filter(|from| from.year() > LAST_YEAR);
        let Some(date) = early.or(late) else { return };
        self.report(
            Diagnostic::new(Code::FarYear, span, format!("nothing happens in the year {}", date.year())).help(format!(
                "events are of the years {FIRST_YEAR} to {LAST_YEAR} of the calendar that `2026-11-21` is in; a side that has no end is \
                 left out, as in `2026-11-21 ..`"
            )),
        );
    }

    pub(super) fn empty_window(&mut self, span: Span) {
        self.report(
            Diagnostic::new(Code::EmptyWindow, span, "this window ends before it begins")
                .help("write the earlier side first"),
        );
    }

    pub(super) fn window(&mut self, window: &tree::Window) -> Option<Window> {
        Some(match window {
            tree::Window::AllTime => Window::AllTime,
            tree::Window::This(period, _) => Window::This(*period),
            tree::Window::Periods { period, count, with_present, of_last_year, span } => {
                self.periods(*period, *count, *span)?;
                let before = match of_last_year {
                    true => self.periods_of_a_year(*period, *span)?,
                    false => 0,
                };
                Window::Periods { period: *period, back: count - u32::from(*with_present) + before, count: *count }
            }
            tree::Window::Rolling(duration) => Window::Rolling(self.length(duration)?),
            tree::Window::Own { of, each, previous } => {
                let of = if of.text == "membership" {
                    OwnFrom::Membership
                } else if let Some(super::names::Value::Ladder(ladder)) = self.names.values.get(of.text.as_str()) {
                    if *each == OwnPeriod::Month {
                        let message = format!("a level has years and no months: `{}`", of.text);
                        self.report(Diagnostic::new(Code::UnknownLadder, of.span, message).help(
                            "write `this membership month` for months from the day of joining, or a period of the calendar",
                        ));
                        return None;
                    }
                    OwnFrom::Level(*ladder)
                } else {
                    let known: Vec<String> = self
                        .ladders
                        .iter()
                        .map(|ladder| ladder.name.clone())
                        .chain(["membership".to_owned()])
                        .collect();
                    let message = format!("nothing begins the years of `{}`", of.text);
                    let diagnostic = Diagnostic::new(Code::UnknownLadder, of.span, message)
                        .help("write `this membership year`, `this membership month`, or the name of a ladder for years from the entry into its present level");
                    self.suggest(diagnostic, &of.text, known.iter().map(String::as_str));
                    return None;
                };
                Window::Own { of, each: *each, previous: *previous }
            }
            tree::Window::Range(range) => {
                let (from, to) = self.days(range)?;
                Window::Range { from, to }
            }
        })
    }

    /// Whole periods that are more than none and within a hundred years.
    fn periods(&mut self, period: Period, count: u32, span: Span) -> Option<()> {
        let unit = match period {
            Period::Day => TimeUnit::Day,
            Period::Week => TimeUnit::Week,
            Period::Month => TimeUnit::Month,
            Period::Quarter => TimeUnit::Quarter,
            // Two of them are a year.
            Period::HalfYear | Period::Year => TimeUnit::Year,
        };
        let count = if period == Period::HalfYear { count.div_ceil(2) } else { count };
        self.length(&Duration { count, unit, span }).map(|_| ())
    }

    /// How many periods a year has, of those of which each has its counterpart in the year before.
    fn periods_of_a_year(&mut self, period: Period, span: Span) -> Option<u32> {
        Some(match period {
            Period::Month => 12,
            Period::Quarter => 4,
            Period::HalfYear => 2,
            Period::Day | Period::Week | Period::Year => {
                let help = match period {
                    Period::Year => "the year before this one is `last year`",
                    _ => "write it of a `month`, a `quarter` or a `half year`, as in `this month of last year`",
                };
                let message = format!("no {period} of last year is the counterpart of this one");
                self.report(Diagnostic::new(Code::BadWindow, span, message).help(help));
                return None;
            }
        })
    }

    /// `per …` of a cap or limit; the outer nothing says that it is wrong.
    pub(super) fn per(&mut self, per: Option<&tree::Per>) -> Option<Option<Per>> {
        Some(match per {
            None => None,
            Some(tree::Per::Order(_)) => Some(Per::Order),
            Some(tree::Per::Period(period, _)) => Some(Per::Period(*period)),
            Some(tree::Per::Membership(each, _)) => Some(Per::Membership(*each)),
            Some(tree::Per::Rolling(duration)) => Some(Per::Rolling(self.length(duration)?)),
            Some(tree::Per::FromFirst(duration)) => Some(Per::FromFirst(self.length(duration)?)),
        })
    }

    /// A quantity that is the same for everyone and more than nothing.
    pub(super) fn positive(&mut self, expr: &'a tree::Expr, what: &'static str) -> Option<(Decimal, Expr)> {
        let expr = self.expression(expr, &Scope::constant(what))?;
        let Some(value) = constant(&expr) else {
            self.report(Diagnostic::new(Code::NotConstant, expr.span, format!("{what} is a constant")));
            return None;
        };
        if value <= Decimal::ZERO {
            self.report(Diagnostic::new(Code::OutOfRange, expr.span, format!("{what} is more than nothing")));
            return None;
        }
        Some((value, expr))
    }
}
