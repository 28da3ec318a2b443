//! What sets rules off.

use loyalty_core::syntax::tree::{ItemKind, TriggerKind};
use loyalty_core::syntax::trigger::{CalendarDay, Every};

use crate::item;

#[test]
fn triggers() {
    let trigger = |text: &str| match item(&format!("rule r {text} {{ say hi }}")) {
        ItemKind::Rule { trigger, .. } => trigger,
        other => panic!("{text}: {other:?}"),
    };
    macro_rules! reads {
        ($text:literal, $word:literal, $pattern:pat) => {
            let read = trigger($text);
            assert!(matches!(&read.kind, $pattern), "{}: {read:?}", $text);
            assert_eq!(read.kind.word(), $word);
        };
    }
    reads!("on message matching [\"a\", \"نقاط\"]", "on message matching", TriggerKind::Message { .. });
    reads!("on segment lapsed entered", "on segment", TriggerKind::Segment { entered: true, .. });
    reads!("on segment lapsed left", "on segment", TriggerKind::Segment { entered: false, .. });
    reads!("on earned beans", "on", TriggerKind::Decision { .. });
    reads!("on status rises", "on", TriggerKind::Change { .. });
    reads!("on status reaches gold", "on", TriggerKind::Reaches { .. });
    reads!("on order", "on", TriggerKind::Event(_));
    reads!("every 3 months from 2024-02-10", "every", TriggerKind::Every(Every { count: Some(3), from: Some(_), .. }));
    reads!("30 days before status expires", "before", TriggerKind::Before { expires: true, .. });
    reads!("on member.birthday", "on", TriggerKind::Anniversary(_));
    reads!("every month on day 1", "every", TriggerKind::Every(Every { day: Some(CalendarDay::Number(1)), .. }));
    reads!(
        "every month on last day at 09:00",
        "every",
        TriggerKind::Every(Every { day: Some(CalendarDay::Last), at: Some(_), .. })
    );
    reads!(
        "every 2 weeks on monday",
        "every",
        TriggerKind::Every(Every { count: Some(2), day: Some(CalendarDay::Weekday(_)), .. })
    );
    reads!(
        "every second wednesday",
        "every",
        TriggerKind::Every(Every { day: Some(CalendarDay::NthWeekday { nth: Some(2), .. }), unit: None, .. })
    );
    reads!(
        "every year on 31 december",
        "every",
        TriggerKind::Every(Every { day: Some(CalendarDay::MonthDay { month: 12, day: 31 }), .. })
    );
    reads!("every day", "every", TriggerKind::Every(Every { day: None, unit: Some(_), .. }));
    reads!("3 days before beans expire", "before", TriggerKind::Before { expires: true, .. });
    reads!("7 days before member.birthday", "before", TriggerKind::Before { expires: false, .. });
    reads!("60 days after last order", "after", TriggerKind::AfterLast { .. });
    reads!("1 hour after cart without order", "after", TriggerKind::After { without: Some(_), .. });
    reads!("3 days after signup", "after", TriggerKind::After { without: None, .. });
}
