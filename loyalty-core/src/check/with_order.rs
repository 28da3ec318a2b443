//! What a coupon gives by the order that uses it: points at a rate, and more of those that others earn.
//!
//! Where anything goes by the order, all that the coupon earns is a rule on the order, which asks whether the order uses the coupon:
//! so caps, rounding and multipliers are those of any such rule, and a return rates it anew on what is kept. The rest
//! follows when the coupon is used, as a rule of its own.

use super::Checker;
use super::model::{
    CouponIndex, Earn, EffectKind, EventIndex, Expire, Expr, ExprKind, Rule, RuleForm, Trigger, Type, Versioned,
    with_order_name,
};
use super::rule::{CapTypes, Draft};

impl Checker<'_> {
    /// The rules that a coupon's block of effects is.
    pub(super) fn with_the_order(&self, draft: Draft, order: EventIndex, coupon: CouponIndex) -> Vec<Draft> {
        let by_order =
            |version: &Versioned<RuleForm>| version.value.effects.iter().any(|effect| goes_by_order(&effect.kind));
        let declared = self.coupons.get(coupon).filter(|_| draft.rule.versions.iter().any(by_order));
        let Some(declared) = declared else { return vec![draft] };
        let Draft { mut rule, mut cap_types, sound } = draft;
        let used = Expr { kind: ExprKind::Used(coupon), ty: Type::Bool, span: rule.span };
        let mut with_order = Rule {
            name: with_order_name(&declared.name),
            trigger: Trigger::Event(order),
            versions: Vec::new(),
            held: rule.held.clone(),
            span: rule.span,
        };
        let mut types = Vec::with_capacity(cap_types.len());
        for (version, own) in rule.versions.iter_mut().zip(&mut cap_types) {
            let mut value = version.value.clone();
            value.when.insert(0, used.clone());
            value.effects.clear();
            let mut taken = CapTypes::new();
            if by_order(version) {
                value.effects = version.value.effects.extract_if(.., |effect| earns(&effect.kind)).collect();
                // Caps cut what is earned.
                version.value.caps.clear();
                taken = core::mem::take(own);
            } else {
                value.caps.clear();
            }
            types.push(taken);
            with_order.versions.push(Versioned { from: version.from, value });
        }
        // From a day on the coupon may take something off instead.
        for form in declared.versions.iter().filter(|form| !form.value.effects) {
            if let Err(place) = with_order.versions.binary_search_by_key(&form.from, |version| version.from) {
                let value = RuleForm { when: vec![used.clone()], ..RuleForm::empty(form.value.span) };
                with_order.versions.insert(place, Versioned { from: form.from, value });
                types.insert(place, CapTypes::new());
            }
        }
        let more = rule.versions.iter().any(|version| !version.value.effects.is_empty());
        let rest = more.then_some(Draft { rule, cap_types, sound });
        rest.into_iter().chain([Draft { rule: with_order, cap_types: types, sound }]).collect()
    }
}

/// Whether an effect earns points, or makes more of others.
fn earns(effect: &EffectKind) -> bool {
    matches!(effect, EffectKind::Earn { .. } | EffectKind::Multiply { .. })
}

/// Whether what an effect earns can be worked out with the order alone.
fn goes_by_order(effect: &EffectKind) -> bool {
    let reads = |expr: &Expr| {
        let mut found = false;
        expr.walk(&mut |part| {
            found |= matches!(part.kind, ExprKind::Event(_) | ExprKind::Fold { .. } | ExprKind::Id);
        });
        found
    };
    match effect {
        EffectKind::Multiply { .. } | EffectKind::Earn { amount: Earn::Rate { .. }, .. } => true,
        EffectKind::Earn { amount: Earn::Fixed(amount), expire, .. } => {
            reads(amount) || matches!(expire, Some(Expire::Told(day)) if reads(day))
        }
        _ => false,
    }
}
