//! Rules that set off rules: that no chain leads back to itself, and that what is watched changes at known instants.

use std::collections::BTreeMap;

use super::Checker;
use super::graph::cycle;
use super::model::{
    BadgeIndex, ChallengeIndex, CouponChange, DecisionTrigger, EffectKind, Expr, ExprKind, Flow, Goals, LadderIndex,
    LeaderboardIndex, MeasureIndex, MeasureOf, Moment, QuestionFigure, QuestionIndex, ReferralIndex, RewardIndex, Rule,
    SegmentIndex, Trigger, WalletIndex, WheelIndex,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// What a chain can run through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Link {
    Rule(usize),
    Moved(WalletIndex, DecisionTrigger),
    Ladder(LadderIndex),
    Segment(SegmentIndex),
    Coupon(usize),
    Badge(BadgeIndex),
    Wheel(WheelIndex),
    /// Its end is told by an event, so that nothing leads to it.
    Leaderboard(LeaderboardIndex),
    /// Cards of a wheel come and go.
    Cards(WheelIndex),
    /// A question is asked.
    Asked(QuestionIndex),
    /// A question is answered, which nothing but the member does.
    Answered(QuestionIndex),
    Challenge(ChallengeIndex),
    Referral(ReferralIndex),
    Attribute(usize),
    Tags,
    Reward(RewardIndex),
}

const MOVES: [DecisionTrigger; 6] = [
    DecisionTrigger::Earned,
    DecisionTrigger::Vested,
    DecisionTrigger::Spent,
    DecisionTrigger::Expired,
    DecisionTrigger::Restored,
    DecisionTrigger::ClawedBack,
];

#[derive(Default)]
struct Chains {
    links: Vec<Link>,
    places: BTreeMap<Link, usize>,
    edges: Vec<Vec<usize>>,
}

impl Chains {
    fn place(&mut self, link: Link) -> usize {
        if let Some(place) = self.places.get(&link) {
            return *place;
        }
        self.places.insert(link, self.links.len());
        self.links.push(link);
        self.edges.push(Vec::new());
        self.links.len() - 1
    }

    fn lead(&mut self, from: Link, to: Link) {
        let (from, to) = (self.place(from), self.place(to));
        if let Some(edges) = self.edges.get_mut(from) {
            edges.push(to);
        }
    }
}

impl Checker<'_> {
    /// Refuses rules, ladders and segments that set each other off in a circle.
    pub(super) fn chains(&mut self, rules: &[Rule]) {
        let mut chains = Chains::default();
        for wallet in 0..self.wallets.len() {
            // What is earned vests and runs out in time.
            chains.lead(Link::Moved(wallet, DecisionTrigger::Earned), Link::Moved(wallet, DecisionTrigger::Vested));
            chains.lead(Link::Moved(wallet, DecisionTrigger::Vested), Link::Moved(wallet, DecisionTrigger::Expired));
        }
        for (index, segment) in self.segments.iter().enumerate() {
            segment.versions.iter().for_each(|form| self.reads_from(&form.value, Link::Segment(index), &mut chains));
        }
        for (index, ladder) in self.ladders.iter().enumerate() {
            for form in &ladder.versions {
                let whens = form.value.levels.iter().flat_map(|level| &level.when);
                form.value
                    .by
                    .iter()
                    .chain(whens)
                    .for_each(|expr| self.reads_from(expr, Link::Ladder(index), &mut chains));
            }
        }
        for (index, badge) in self.badges.iter().enumerate() {
            let whens = badge.levels.iter().filter_map(|level| level.when.as_ref());
            whens.for_each(|when| self.reads_from(when, Link::Badge(index), &mut chains));
        }
        (0..self.challenges.len()).for_each(|challenge| self.challenge_reads(challenge, &mut chains));
        for (index, rule) in rules.iter().enumerate() {
            let rule_link = Link::Rule(index);
            match &rule.trigger {
                Trigger::Decision(kind, wallet) => chains.lead(Link::Moved(*wallet, *kind), rule_link),
                Trigger::Ladder(ladder, _) => chains.lead(Link::Ladder(*ladder), rule_link),
                Trigger::Segment { segment, .. } => chains.lead(Link::Segment(*segment), rule_link),
                // Only orders redeem.
                Trigger::Declared(Moment::Used(_)) | Trigger::Coupon(CouponChange::Redeemed, _) => {}
                Trigger::Declared(moment) => chains.lead(Self::decided_by(*moment), rule_link),
                Trigger::Coupon(_, Some(coupon)) => chains.lead(Link::Coupon(*coupon), rule_link),
                Trigger::Coupon(_, None) => {
                    (0..self.coupons.len()).for_each(|coupon| chains.lead(Link::Coupon(coupon), rule_link));
                }
                Trigger::Event(_) | Trigger::Clock(_) => {}
            }
            for effect in rule.versions.iter().flat_map(|form| &form.value.effects) {
                match &effect.kind {
                    EffectKind::Earn { wallet, .. } => {
                        chains.lead(rule_link, Link::Moved(*wallet, DecisionTrigger::Earned));
                    }
                    // Where points come in, levels by the balance may change as when they are earned.
                    EffectKind::Accept { wallet } => {
                        chains.lead(rule_link, Link::Moved(*wallet, DecisionTrigger::Earned));
                    }
                    EffectKind::Spend { wallet, .. } | EffectKind::Transfer { wallet, .. } => {
                        chains.lead(rule_link, Link::Moved(*wallet, DecisionTrigger::Spent));
                    }
                    EffectKind::Forfeit { wallet, .. } => {
                        chains.lead(rule_link, Link::Moved(*wallet, DecisionTrigger::Expired));
                    }
                    EffectKind::Convert { from, to, .. } => {
                        chains.lead(rule_link, Link::Moved(*from, DecisionTrigger::Spent));
                        chains.lead(rule_link, Link::Moved(*to, DecisionTrigger::Earned));
                    }
                    EffectKind::Redeem { reward, .. } => {
                        chains.lead(rule_link, Link::Reward(*reward));
                        for wallet in self.paid_from(*reward) {
                            chains.lead(rule_link, Link::Moved(wallet, DecisionTrigger::Spent));
                        }
                    }
                    EffectKind::Raise { ladder, .. } => chains.lead(rule_link, Link::Ladder(*ladder)),
                    EffectKind::Say(saying) => {
                        if let Some(question) = self.asked_by(*saying) {
                            chains.lead(rule_link, Link::Asked(question));
                        }
                    }
                    EffectKind::Draw(wheel) => {
                        chains.lead(rule_link, Link::Wheel(*wheel));
                        chains.lead(rule_link, Link::Cards(*wheel));
                    }
                    EffectKind::OptIn(challenge) => chains.lead(rule_link, Link::Challenge(*challenge)),
                    EffectKind::Deal(wheel) => chains.lead(rule_link, Link::Cards(*wheel)),
                    EffectKind::Award { badge, .. } => chains.lead(rule_link, Link::Badge(*badge)),
                    EffectKind::Set { field, .. } => chains.lead(rule_link, Link::Attribute(*field)),
                    EffectKind::Tag(_) | EffectKind::Untag(_) => chains.lead(rule_link, Link::Tags),
                    EffectKind::Issue { coupon, .. } => chains.lead(rule_link, Link::Coupon(*coupon)),
                    EffectKind::Multiply { .. }
                    | EffectKind::Consent { .. }
                    | EffectKind::Signal { .. }
                    // Nothing happens of it.
                    | EffectKind::Refuse(_)
                    | EffectKind::Bring { .. }
                    | EffectKind::Share { .. }
                    | EffectKind::Refer { .. } => {}
                }
            }
        }
        let Some(ring) = cycle(&chains.edges) else { return };
        let ring: Vec<Link> = ring.into_iter().filter_map(|place| chains.links.get(place).copied()).collect();
        // Segments that read themselves have been reported as such.
        if ring.iter().all(|link| matches!(link, Link::Segment(_))) {
            return;
        }
        self.ring(&ring, rules);
    }

    /// The question that a saying asks.
    fn asked_by(&self, saying: usize) -> Option<QuestionIndex> {
        let message = self.sayings.get(saying)?.message;
        self.questions.iter().position(|question| question.message == message)
    }

    /// What decides a moment of a declaration.
    fn decided_by(moment: Moment) -> Link {
        match moment {
            Moment::Slice(wheel, _) => Link::Wheel(wheel),
            Moment::Placed(leaderboard, _) => Link::Leaderboard(leaderboard),
            Moment::Answered(question, _) => Link::Answered(question),
            Moment::Redeemed(reward) => Link::Reward(reward),
            Moment::Goal(challenge, _) | Moment::Breaks(challenge) => Link::Challenge(challenge),
            Moment::Friends(referral, _) => Link::Referral(referral),
            Moment::Used(coupon) => Link::Coupon(coupon),
        }
    }

    /// What a challenge goes by leads to it.
    fn challenge_reads(&self, index: ChallengeIndex, chains: &mut Chains) {
        let Some(challenge) = self.challenges.get(index) else { return };
        let to = Link::Challenge(index);
        challenge.progress.measures().iter().for_each(|measure| self.measure_reads(*measure, to, chains));
        // What keeps the streak is spent.
        challenge.freeze.iter().for_each(|(wallet, _)| {
            chains.lead(to, Link::Moved(*wallet, DecisionTrigger::Spent));
        });
        for form in &challenge.versions {
            form.value.when.iter().for_each(|when| self.reads_from(when, to, chains));
            if let Goals::Fixed(goals) = &form.value.goal {
                goals.iter().for_each(|goal| self.reads_from(goal, to, chains));
            }
        }
    }

    /// What moves a measure leads to what reads it.
    fn measure_reads(&self, measure: MeasureIndex, to: Link, chains: &mut Chains) {
        match self.measures.get(measure).and_then(Option::as_ref).map(|measure| measure.of) {
            Some(MeasureOf::Flow(wallet, flow)) => {
                let kinds: &[DecisionTrigger] = match flow {
                    Flow::Earned => &[DecisionTrigger::Earned, DecisionTrigger::ClawedBack],
                    Flow::Vested => &[DecisionTrigger::Vested, DecisionTrigger::ClawedBack],
                    Flow::Spent => &[DecisionTrigger::Spent, DecisionTrigger::Restored],
                    Flow::Expired => &[DecisionTrigger::Expired],
                };
                kinds.iter().for_each(|kind| chains.lead(Link::Moved(wallet, *kind), to));
            }
            Some(MeasureOf::Goal(challenge, _)) => chains.lead(Link::Challenge(challenge), to),
            Some(MeasureOf::Event(_)) | None => {}
        }
    }

    /// Everything that an expression reads leads to what it decides.
    fn reads_from(&self, expr: &Expr, to: Link, chains: &mut Chains) {
        expr.walk(&mut |part| match &part.kind {
            ExprKind::Wallet(wallet, _) => {
                MOVES.iter().for_each(|kind| chains.lead(Link::Moved(*wallet, *kind), to));
            }
            ExprKind::Level(ladder) | ExprKind::Benefit(ladder, _) | ExprKind::Standing(ladder, _) => {
                chains.lead(Link::Ladder(*ladder), to);
            }
            ExprKind::Segment(segment) => chains.lead(Link::Segment(*segment), to),
            ExprKind::Held(coupon) => chains.lead(Link::Coupon(*coupon), to),
            ExprKind::Badge(badge, _) => chains.lead(Link::Badge(*badge), to),
            ExprKind::Cards(wheel) => chains.lead(Link::Cards(*wheel), to),
            ExprKind::Question(question, QuestionFigure::Asked) => chains.lead(Link::Asked(*question), to),
            ExprKind::Question(question, _) => chains.lead(Link::Answered(*question), to),
            ExprKind::Member(field) => chains.lead(Link::Attribute(*field), to),
            ExprKind::Tags => chains.lead(Link::Tags, to),
            ExprKind::Measure(measure) | ExprKind::MeasureBefore(measure) => self.measure_reads(*measure, to, chains),
            ExprKind::Challenge(challenge, _) => chains.lead(Link::Challenge(*challenge), to),
            ExprKind::Referral(referral, _) => chains.lead(Link::Referral(*referral), to),
            _ => {}
        });
    }

    fn ring(&mut self, ring: &[Link], rules: &[Rule]) {
        // Begin with something that the author wrote.
        let start = ring.iter().position(|link| self.place_of(*link, rules).is_some()).unwrap_or(0);
        let turned: Vec<Link> = ring.iter().cycle().skip(start).take(ring.len()).copied().collect();
        let words: Vec<String> = turned.iter().map(|link| self.called(*link, rules)).collect();
        let mut places = turned.iter().filter_map(|link| self.place_of(*link, rules));
        let first = places.next().unwrap_or_default();
        let rest: Vec<Span> = places.collect();
        let way = words.iter().skip(1).chain(words.first()).cloned().collect::<Vec<_>>().join(", which sets off ");
        let from = words.first().cloned().unwrap_or_default();
        let mut diagnostic =
            Diagnostic::new(Code::Cycle, first, format!("{from} sets off {way}")).at("the circle begins here");
        for place in rest {
            diagnostic = diagnostic.label(place, "on the way");
        }
        let ladder = ring.iter().any(|link| matches!(link, Link::Ladder(_)));
        self.report(diagnostic.help(if ladder {
            "let the ladder count events, as in `sum(order.subtotal)`, or let the rule do something that the ladder does not read"
        } else {
            "let a rule follow something that it does not bring about itself"
        }));
    }

    fn called(&self, link: Link, rules: &[Rule]) -> String {
        let wallet = |wallet: WalletIndex| self.wallets.get(wallet).map_or("", |wallet| &wallet.name);
        match link {
            Link::Rule(rule) => match rules.get(rule).map(|rule| (&rule.held, &rule.name)) {
                Some((Some(held), _)) => format!("the block of the {} `{}`", held.keyword, held.name),
                found => format!("the rule `{}`", found.map_or("", |(_, name)| name)),
            },
            Link::Referral(referral) => {
                format!("the referral `{}`", self.referrals.get(referral).map_or("", |referral| &referral.name))
            }
            Link::Challenge(challenge) => {
                format!("the challenge `{}`", self.challenges.get(challenge).map_or("", |challenge| &challenge.name))
            }
            Link::Moved(of, kind) => {
                let word = match kind {
                    DecisionTrigger::Earned => "earned",
                    DecisionTrigger::Vested => "vested",
                    DecisionTrigger::Spent => "spent",
                    DecisionTrigger::Expired => "expired",
                    DecisionTrigger::Restored => "restored",
                    DecisionTrigger::ClawedBack => "clawed_back",
                };
                format!("`{word} {}`", wallet(of))
            }
            Link::Ladder(ladder) => {
                format!("the ladder `{}`", self.ladders.get(ladder).map_or("", |ladder| &ladder.name))
            }
            Link::Segment(segment) => {
                format!("the segment `{}`", self.segments.get(segment).map_or("", |segment| &segment.name))
            }
            Link::Coupon(coupon) => {
                format!("the coupon `{}`", self.coupons.get(coupon).map_or("", |coupon| &coupon.name))
            }
            Link::Cards(wheel) => {
                format!("the cards of the wheel `{}`", self.wheels.get(wheel).map_or("", |wheel| &wheel.name))
            }
            Link::Wheel(wheel) => format!("the wheel `{}`", self.wheels.get(wheel).map_or("", |wheel| &wheel.name)),
            Link::Leaderboard(leaderboard) => {
                format!("the leaderboard `{}`", self.leaderboards.get(leaderboard).map_or("", |board| &board.name))
            }
            Link::Asked(question) | Link::Answered(question) => match self.questions.get(question) {
                Some(question) => format!("the {} `{}`", question.kind.word(), question.name),
                None => String::new(),
            },
            Link::Badge(badge) => format!("the badge `{}`", self.badges.get(badge).map_or("", |badge| &badge.name)),
            Link::Attribute(field) => format!("`member.{}`", self.member.get(field).map_or("", |field| &field.name)),
            Link::Tags => "`member.tags`".to_owned(),
            Link::Reward(reward) => {
                let reward = self.rewards.get(reward).and_then(|reward| reward.as_ref());
                format!("the reward `{}`", reward.map_or("", |reward| &reward.name))
            }
        }
    }

    fn place_of(&self, link: Link, rules: &[Rule]) -> Option<Span> {
        match link {
            // The declaration that holds a block stands there already.
            Link::Rule(rule) if rules.get(rule).is_some_and(|rule| rule.held.is_some()) => None,
            Link::Rule(rule) => rules.get(rule).map(|rule| rule.span),
            Link::Ladder(ladder) => self.ladders.get(ladder).map(|ladder| ladder.span),
            Link::Segment(segment) => self.segments.get(segment).map(|segment| segment.span),
            Link::Coupon(coupon) => self.coupons.get(coupon).map(|coupon| coupon.span),
            Link::Wheel(wheel) | Link::Cards(wheel) => self.wheels.get(wheel).map(|wheel| wheel.span),
            Link::Leaderboard(leaderboard) => self.leaderboards.get(leaderboard).map(|board| board.span),
            Link::Asked(question) | Link::Answered(question) => {
                self.questions.get(question).map(|question| question.span)
            }
            Link::Badge(badge) => self.badges.get(badge).map(|badge| badge.span),
            Link::Challenge(challenge) => self.challenges.get(challenge).map(|challenge| challenge.span),
            Link::Referral(referral) => self.referrals.get(referral).map(|referral| referral.span),
            Link::Reward(reward) => {
                self.rewards.get(reward).and_then(|reward| reward.as_ref()).map(|reward| reward.span)
            }
            _ => None,
        }
    }

    /// Holds a condition that time alone may change to forms whose instants of change are known beforehand, so that
    /// members are woken exactly then.
    pub(super) fn watched(&mut self, condition: &Expr, what: &str) {
        let mut bad: Vec<Span> = Vec::new();
        let mut waiting = vec![condition];
        let mut segments = Vec::new();
        while let Some(expr) = waiting.pop() {
            match &expr.kind {
                ExprKind::Compare(_, left, right) => {
                    for (side, other) in [(left, right), (right, left)] {
                        match &side.kind {
                            ExprKind::Since(_, of) if super::expression::constant(other).is_some() => waiting.push(of),
                            _ => waiting.push(side),
                        }
                    }
                }
                ExprKind::Since(..) => bad.push(expr.span),
                ExprKind::Segment(segment) if !segments.contains(segment) => {
                    segments.push(*segment);
                    let forms = self.segments.get(*segment).map(|segment| segment.versions.as_slice());
                    waiting.extend(forms.unwrap_or(&[]).iter().map(|form| &form.value));
                }
                _ => expr.parts(&mut waiting),
            }
        }
        for span in bad {
            self.report(
                Diagnostic::new(
                    Code::Unwatchable,
                    span,
                    format!("nobody can tell beforehand when this changes, and {what} must"),
                )
                .help("compare it with a constant, as in `days since last(order) > 60`"),
            );
        }
    }
}
