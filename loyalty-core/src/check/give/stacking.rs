//! Which coupons stand beside which others, and how one of a group is chosen.

use crate::check::Checker;
use crate::check::model::CouponIndex;
use crate::check::names::Value;
use crate::check::offer::{GroupChoice, Offer, Stack};
use crate::diagnostic::{Code, Diagnostic};
use crate::sorting::Arrange as _;
use crate::source::Span;
use crate::syntax::give;
use crate::syntax::tree::Name;

/// The stacking groups of a program: how their coupons are chosen among, and where that was said.
#[derive(Debug, Default)]
pub(in crate::check) struct StackGroups {
    names: std::collections::BTreeMap<String, u32>,
    choices: Vec<Option<(GroupChoice, Span)>>,
}

impl Checker<'_> {
    pub(super) fn stack(&mut self, stack: &give::Stack, own: CouponIndex) -> Option<Stack> {
        Some(match stack {
            give::Stack::None => Stack::None,
            give::Stack::Any => Stack::Any,
            give::Stack::With(names) => {
                let mut with = Vec::with_capacity(names.len());
                for name in names {
                    let found = match self.names.values.get(name.text.as_str()).copied() {
                        Some(Value::Coupon(found)) => found,
                        _ => self.coupon(name)?,
                    };
                    if found == own {
                        self.report(
                            Diagnostic::new(Code::Stacking, name.span, "a coupon does not stand beside itself")
                                .help("one coupon applies once to an order; leave it out"),
                        );
                        return None;
                    }
                    with.push(found);
                }
                with.arrange();
                with.dedup();
                Stack::With(with)
            }
        })
    }

    pub(super) fn stack_group(&mut self, name: &Name, choice: Option<GroupChoice>) -> (u32, GroupChoice) {
        let next = self.stack_groups.choices.len() as u32;
        let number = *self.stack_groups.names.entry(name.text.clone()).or_insert(next);
        if number == next {
            self.stack_groups.choices.push(None);
        }
        let known = self.stack_groups.choices.get(number as usize).copied().flatten();
        match (known, choice) {
            (Some((before, at)), Some(choice)) if before != choice => {
                self.report(
                    Diagnostic::new(
                        Code::Stacking,
                        name.span,
                        format!("the group `{}` chooses in two ways", name.text),
                    )
                    .label(at, "said otherwise here")
                    .help("say it once; the other coupons of the group only name it"),
                );
            }
            (None, Some(choice)) => {
                if let Some(place) = self.stack_groups.choices.get_mut(number as usize) {
                    *place = Some((choice, name.span));
                }
            }
            _ => {}
        }
        (number, choice.or(known.map(|known| known.0)).unwrap_or(GroupChoice::Best))
    }

    /// What can only be seen of all coupons together: how groups choose, and consent that comes from one side only.
    pub(in crate::check) fn finish_stacking(&mut self) {
        let choices: Vec<GroupChoice> = (self.stack_groups.choices.iter())
            .map(|choice| choice.map_or(GroupChoice::Best, |(choice, _)| choice))
            .collect();
        let offers = self
            .coupons
            .iter_mut()
            .flat_map(|coupon| &mut coupon.versions)
            .filter_map(|form| form.value.offer.as_mut());
        for offer in offers {
            if let Some((group, choice)) = &mut offer.group
                && let Some(said) = choices.get(*group as usize)
            {
                *choice = *said;
            }
        }
        let mut one_sided = Vec::new();
        for (own, coupon) in self.coupons.iter().enumerate() {
            let Some(offer) = coupon.versions.first().and_then(|form| form.value.offer.as_ref()) else { continue };
            let Stack::With(with) = &offer.stack else { continue };
            for other in with {
                let Some(coupon_other) = self.coupons.get(*other) else { continue };
                let mut forms = coupon_other.versions.iter().filter_map(|form| form.value.offer.as_ref()).peekable();
                let agrees = |other: &Offer| match &other.stack {
                    Stack::None => false,
                    Stack::Any => true,
                    Stack::With(with) => with.contains(&own),
                };
                if forms.peek().is_some() && !forms.any(agrees) {
                    one_sided.push((coupon.span, coupon.name.clone(), coupon_other.name.clone(), coupon_other.span));
                }
            }
        }
        for (span, name, other, at) in one_sided {
            self.report(
                Diagnostic::new(
                    Code::OneSidedStack,
                    span,
                    format!("`{name}` would stand beside `{other}`, which does not agree"),
                )
                .label(at, "stands beside others here")
                .help(format!("let `{other}` say `stack with [{name}]` or `stack with any`, or leave it out")),
            );
        }
    }
}
