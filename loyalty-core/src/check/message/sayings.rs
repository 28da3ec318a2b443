//! A message as it is said: its values are typed by what can be read there.

use super::controls::ControlDraft;
use crate::check::Checker;
use crate::check::expression::Scope;
use crate::check::model::{Control, Saying, SayingIndex, Text, Type};
use crate::check::names::Value;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::Name;

impl<'a> Checker<'a> {
    /// The message of that name as it is said where `scope` is what can be read.
    pub(in crate::check) fn say(&mut self, name: &Name, scope: &Scope) -> Option<SayingIndex> {
        let Some(number) = self.names.messages.get(name.text.as_str()).copied() else {
            if let Some(Value::Question(question)) = self.names.values.get(name.text.as_str()).copied() {
                let word = self.questions.get(question).map_or("", |question| question.kind.word());
                let message = format!("`{}` is a {word}, which is asked and not said", name.text);
                let diagnostic = Diagnostic::new(Code::AskedNotSaid, name.span, message);
                self.report(diagnostic.help(format!("write `ask {}`", name.text)));
                return None;
            }
            let known: Vec<String> = self.names.messages.keys().map(|known| (*known).to_owned()).collect();
            self.unknown(Code::UnknownMessage, name.span, "message", &name.text, known.iter().map(String::as_str));
            return None;
        };
        self.say_number(number, scope)
    }

    /// The message of that number as it is said where `scope` is what can be read.
    pub(in crate::check) fn say_number(&mut self, number: usize, scope: &Scope) -> Option<SayingIndex> {
        let draft = self.messages.get(number).filter(|draft| draft.sound)?;
        let known = draft.sayings.iter().find(|(known, _)| known.reads_as(scope));
        if let Some((_, saying)) = known {
            return *saying;
        }
        let saying = self.saying(number, scope).map(|saying| {
            self.sayings.push(saying);
            self.sayings.len() - 1
        });
        if let Some(draft) = self.messages.get_mut(number) {
            draft.sayings.push((*scope, saying));
        }
        saying
    }

    /// Types the values of a message where they are read.
    fn saying(&mut self, number: usize, scope: &Scope) -> Option<Saying> {
        let draft = self.messages.get(number)?;
        // It is made when all that was decided has been written down.
        let scope = &Scope { place: "this message", counts: false, ..*scope };
        let (texts, template) = (draft.texts.clone(), draft.template);
        let (header, footer) = (draft.header.clone(), draft.footer.clone());
        let typed: Vec<Option<Text>> =
            texts.iter().map(|(_, text, locale)| self.message_text(text, *locale, scope)).collect();
        let arguments = template.map_or(&[][..], |(_, arguments)| arguments);
        let parameters: Vec<_> = arguments.iter().map(|argument| self.parameter(argument, scope)).collect();
        let mut controls = Vec::new();
        let count = self.messages.get(number).map_or(0, |draft| draft.controls.len());
        for at in 0..count {
            let control = self.messages.get(number).and_then(|draft| draft.controls.get(at));
            controls.push(match control? {
                ControlDraft::Button { label, payload, when } => {
                    let (label, payload, when) = (label.clone(), payload.clone(), *when);
                    let when = match when {
                        Some(when) => self.condition(when, scope, "`when`").map(Some),
                        None => Some(None),
                    };
                    when.map(|when| Control::Button { label, payload, when })
                }
                ControlDraft::Link { label, url } => {
                    let (label, url) = (label.clone(), url.clone());
                    let url: Vec<Option<Text>> = url
                        .iter()
                        .zip(&texts)
                        .map(|(text, (_, _, locale))| self.message_text(text, *locale, scope))
                        .collect();
                    url.into_iter().collect::<Option<_>>().map(|url| Control::Link { label, url })
                }
                ControlDraft::CopyCode { label, code } => {
                    let (label, code) = (label.clone(), *code);
                    let code = self.expression(code, scope).and_then(|code| self.hold(code, &Type::Text, "a code"));
                    code.map(|code| Control::CopyCode { label, code })
                }
                ControlDraft::Menu { label, rows } => Some(Control::Menu { label: label.clone(), rows: rows.clone() }),
            });
        }
        Some(Saying {
            message: number,
            event: scope.event,
            texts: typed.into_iter().collect::<Option<_>>()?,
            parameters: parameters.into_iter().collect::<Option<_>>()?,
            header,
            footer,
            controls: controls.into_iter().collect::<Option<_>>()?,
        })
    }
}
