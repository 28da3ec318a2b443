//! Buttons, links and lists, and what tapping them does.

use std::sync::Arc;

use super::MessageDraft;
use super::protocol::{DESCRIPTION_MAX, ROW_MAX, ROWS_MAX, URL_MAX, least};
use crate::check::Checker;
use crate::check::expression::Scope;
use crate::check::model::{
    self, CapMode, Comparison, Expr, ExprKind, Held, Label, Returns, Row, Rule, RuleForm, Trigger, Type, Versioned,
};
use crate::check::names::Owner;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::EngagementEffect;
use crate::syntax::message::{self as tree_message, LabelTexts, MessageText, Part};
use crate::syntax::tree::{self, Effect};

/// Buttons and the like, their short texts settled.
pub(in crate::check) enum ControlDraft<'a> {
    Button { label: Label, payload: String, when: Option<&'a tree::Expr> },
    Link { label: Label, url: Vec<&'a MessageText> },
    CopyCode { label: Label, code: &'a tree::Expr },
    Menu { label: Label, rows: Vec<Row> },
}

/// A button or a row, with what tapping it does.
pub(in crate::check) struct Tapped<'a> {
    pub payload: String,
    pub effect: &'a Effect,
    pub span: Span,
}

impl<'a> Checker<'a> {
    pub(super) fn url(
        &mut self,
        draft: &MessageDraft<'a>,
        url: &'a tree_message::Label,
    ) -> Option<Vec<&'a MessageText>> {
        let texts: Vec<&'a MessageText> = match &url.texts {
            LabelTexts::One(text) => vec![text; draft.texts.len()],
            LabelTexts::Each(texts) => {
                self.each_language(draft, texts, url.span, |place| texts.get(place).map(|each| &each.text))?
            }
        };
        for text in &texts {
            let starts = matches!(text.parts.first(), Some(Part::Literal(first)) if first.starts_with("https://"));
            if !starts || least(text) > URL_MAX {
                self.report(
                    Diagnostic::new(Code::ProtocolLimit, text.span, "this is no address that a link can lead to")
                        .help(format!("an address begins with `https://` and has at most {URL_MAX} characters")),
                );
                return None;
            }
        }
        Some(texts)
    }

    pub(super) fn rows(
        &mut self,
        draft: &MessageDraft<'a>,
        rows: &'a [tree_message::MenuRow],
        span: Span,
    ) -> Option<Vec<Row>> {
        if rows.is_empty() || rows.len() > ROWS_MAX {
            self.report(
                Diagnostic::new(Code::ProtocolLimit, span, format!("the list has {} rows", rows.len()))
                    .help(format!("a list has 1 to {ROWS_MAX} rows")),
            );
            return None;
        }
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let label = self.label(draft, &row.label, ROW_MAX, "of a row");
            let description = match &row.description {
                Some(text) => self.label(draft, text, DESCRIPTION_MAX, "that describes a row").map(Some),
                None => Some(None),
            };
            let payload = self.tap(&row.effect, row.span);
            if let (Some(label), Some(description), Some(payload)) = (label, description, payload) {
                found.push(Row { label, description, payload });
            }
        }
        (found.len() == rows.len()).then_some(found)
    }

    /// What comes back when a button or a row is tapped, and that it does something.
    pub(super) fn tap(&mut self, effect: &'a Effect, span: Span) -> Option<String> {
        let Effect::Engagement(engagement) = effect else { return None };
        let (EngagementEffect::Award { badge: name, .. }
        | EngagementEffect::Issue { coupon: name, .. }
        | EngagementEffect::Redeem(name)
        | EngagementEffect::RedeemEach(name)
        | EngagementEffect::Draw(name)
        | EngagementEffect::Ask(name)
        | EngagementEffect::OptIn(name)
        | EngagementEffect::Say(name)
        | EngagementEffect::Consent(name)
        | EngagementEffect::Withdraw(name)) = engagement;
        let payload = format!("{} {}", engagement.word(), name.text);
        if !self.tapped.iter().any(|known| known.payload == payload) {
            self.tapped.push(Tapped { payload: payload.clone(), effect, span });
        }
        Some(payload)
    }

    /// A rule for each thing that tapping a button or a row does.
    pub(in crate::check) fn tapped_rules(&mut self) -> Vec<Rule> {
        let Some(event) = self.names.events.get("message").copied() else { return Vec::new() };
        let Some(field) = self.names.fields.get(&(Owner::Event(event), "payload")).copied() else { return Vec::new() };
        let scope = Scope::rule(event);
        let tapped = core::mem::take(&mut self.tapped);
        let rules = tapped.into_iter().filter_map(|Tapped { payload, effect, span }| {
            let kind = self.effect(effect, &scope, span)?;
            let made = |kind, ty| Box::new(Expr { kind, ty, span });
            let sent = made(ExprKind::Event(field), Type::Text);
            let wanted = made(ExprKind::Text(Arc::from(payload.as_str())), Type::Text);
            let when = *made(ExprKind::Compare(Comparison::Equal, sent, wanted), Type::Bool);
            let form = RuleForm {
                when: vec![when],
                valid: Vec::new(),
                limits: Vec::new(),
                caps: Vec::new(),
                cap_wallet: None,
                cap_mode: CapMode::Truncate,
                returns: Returns::Keep,
                effects: vec![model::Effect { kind, span }],
                span,
            };
            let versions = vec![Versioned { from: None, value: form }];
            let held = Some(Held { keyword: "button", name: payload.clone() });
            Some(Rule { name: payload, trigger: Trigger::Event(event), versions, held, span })
        });
        rules.collect()
    }
}
