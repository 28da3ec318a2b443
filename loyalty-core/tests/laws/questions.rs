//! Quizzes and surveys against a conversation that is written down as one would tell it.

use loyalty_core::{Instant, Member, Program};
use proptest::prelude::*;

use crate::settings;

const TEXT: &str = r#"
program "Shop" { timezone "UTC"  history 3 days  returns within 1 days }
wallet pts {}
quiz q {
  ask "Which?"
  choice A "Red"  choice B "Blue"  choice C "Green"
  answer B
  within 48 hours
  right { earn 7 pts }
  wrong { earn 1 pts }
}
survey s { ask "How many?"  scale 1 .. 5  within 24 hours  done { earn 10 pts } }
rule one   on visit  { ask q }
rule two   on review { ask s }
rule stop  on message matching ["stop", "3"] { tag "stopped" }
rule other on message otherwise { earn 100 pts }
measure answers = count(answer)
measure scores  = sum(answer.score)
measure rights  = count(answer where right == true)
"#;

/// What a member writes, and the letters and numbers that it is.
const TEXTS: [&str; 12] = ["a", "B.", "blue", "GREEN", "1", "٢", "5", "9", "3", "stop", "hello", "4.5"];
const HOUR: i64 = 3_600;

#[derive(Debug, Clone)]
enum Step {
    AskQuiz,
    AskSurvey,
    Text(usize),
    TapQuiz(usize),
    TapSurvey(u32),
    AnswerQuiz(usize),
    AnswerSurvey(u32),
}

fn step() -> impl Strategy<Value = (Step, i64)> {
    let what = prop_oneof![
        3 => Just(Step::AskQuiz),
        3 => Just(Step::AskSurvey),
        8 => (0..TEXTS.len()).prop_map(Step::Text),
        1 => (0..3_usize).prop_map(Step::TapQuiz),
        1 => (0..7_u32).prop_map(Step::TapSurvey),
        1 => (0..3_usize).prop_map(Step::AnswerQuiz),
        1 => (0..7_u32).prop_map(Step::AnswerSurvey),
    ];
    (what, 1..20_i64)
}

/// A conversation as one would tell it: what was asked, in its order, and is not answered yet.
#[derive(Default)]
struct Told {
    /// `q` or `s`, and when it was asked.
    open: Vec<(char, i64)>,
    points: i64,
    answers: i64,
    scores: i64,
    rights: i64,
}

impl Told {
    fn ask(&mut self, question: char, now: i64) {
        self.open.retain(|(known, _)| *known != question);
        self.open.push((question, now));
    }

    fn waits((question, asked): (char, i64), now: i64) -> bool {
        now < asked + if question == 'q' { 48 } else { 24 } * HOUR
    }

    /// Whether it was open, and is answered now.
    fn close(&mut self, question: char, now: i64) -> bool {
        let place = self.open.iter().position(|one| one.0 == question && Self::waits(*one, now));
        place.map(|place| self.open.remove(place)).is_some()
    }

    fn quiz(&mut self, choice: usize, now: i64) -> bool {
        let answered = self.close('q', now);
        if answered {
            self.answers += 1;
            self.rights += i64::from(choice == 1);
            self.points += if choice == 1 { 7 } else { 1 };
        }
        answered
    }

    fn survey(&mut self, number: u32, now: i64) -> bool {
        let answered = (1..=5).contains(&number) && self.close('s', now);
        if answered {
            self.answers += 1;
            self.scores += i64::from(number);
            self.points += 10;
        }
        answered
    }

    fn text(&mut self, text: &str, now: i64) {
        if ["stop", "3"].contains(&text) {
            return;
        }
        let running = self.open.iter().rev().find(|one| Self::waits(**one, now)).map(|one| one.0);
        match (running, text) {
            (Some('q'), "a" | "1") => assert!(self.quiz(0, now)),
            (Some('q'), "B." | "blue" | "٢") => assert!(self.quiz(1, now)),
            (Some('q'), "GREEN") => assert!(self.quiz(2, now)),
            (Some('s'), "1") => assert!(self.survey(1, now)),
            (Some('s'), "٢") => assert!(self.survey(2, now)),
            (Some('s'), "5") => assert!(self.survey(5, now)),
            // Meant as an answer, and none.
            (Some(_), "a" | "B." | "5" | "9" | "4.5") => {}
            _ => self.points += 100,
        }
    }
}

/// The event of a step, and whether it is refused.
fn event(step: &Step, number: usize, now: i64, told: &mut Told) -> (String, bool) {
    let (fields, refused) = match step {
        Step::AskQuiz => {
            told.ask('q', now);
            (r#""type":"visit""#.to_owned(), false)
        }
        Step::AskSurvey => {
            told.ask('s', now);
            (r#""type":"review""#.to_owned(), false)
        }
        Step::Text(text) => {
            told.text(TEXTS[*text], now);
            (format!(r#""type":"message","text":"{}""#, TEXTS[*text]), false)
        }
        Step::TapQuiz(choice) => {
            told.quiz(*choice, now);
            (format!(r#""type":"message","payload":"answer q {}""#, ["A", "B", "C"][*choice]), false)
        }
        Step::TapSurvey(number) => {
            told.survey(*number, now);
            (format!(r#""type":"message","payload":"answer s {number}""#), false)
        }
        Step::AnswerQuiz(choice) => {
            let answered = told.quiz(*choice, now);
            (format!(r#""type":"answer","quiz":"q","choice":"{}""#, ["A", "B", "C"][*choice]), !answered)
        }
        Step::AnswerSurvey(number) => {
            let answered = told.survey(*number, now);
            (format!(r#""type":"answer","survey":"s","score":{number}"#), !answered)
        }
    };
    let at = Instant::from_micros(start() + now * 1_000_000).unwrap();
    (format!(r#"{{{fields},"id":"e-{number}","at":"{at}"}}"#), refused)
}

fn start() -> i64 {
    Instant::parse("2026-01-01T00:00:00Z").unwrap().as_micros()
}

fn enrolled(program: &Program) -> Member {
    program.enroll("m-1", Instant::from_micros(start()).unwrap()).unwrap()
}

fn view(program: &Program, member: &Member, now: i64) -> serde_json::Value {
    let at = Instant::from_micros(start() + now * 1_000_000).unwrap();
    serde_json::from_str(&program.view(member, at).to_json()).unwrap()
}

proptest! {
    #![proptest_config(settings(48))]

    /// What comes of a conversation is what one would tell of it, whether every event comes twice and the state is saved in
    /// between or not; and a refused event changes nothing.
    #[test]
    fn a_conversation_is_as_it_is_told(steps in proptest::collection::vec(step(), 1..40)) {
        let program = Program::compile(TEXT).unwrap_or_else(|found| panic!("{}", found.render("shop", false)));
        let mut member = enrolled(&program);
        let (mut told, mut now) = (Told::default(), 0);
        for (number, (step, hours)) in steps.iter().enumerate() {
            now += hours * HOUR;
            let (line, refused) = event(step, number, now, &mut told);
            let before = program.save(&member);
            let given = program.apply(&mut member, line.as_str());
            prop_assert_eq!(given.is_err(), refused, "{} {:?}", line, given.as_ref().err());
            if refused {
                prop_assert_eq!(&before, &program.save(&member), "{}", line);
            } else {
                let (given, again) = (given.unwrap(), program.apply(&mut member, line.as_str()).unwrap());
                prop_assert!(again.replayed());
                prop_assert_eq!(again.decisions(), given.decisions());
            }
            member = program.load(&program.save(&member)).unwrap().member;
            let seen = view(&program, &member, now);
            prop_assert_eq!(&seen["wallets"]["pts"]["available"], &told.points.to_string(), "after {}", line);
            prop_assert_eq!(&seen["measures"]["answers"], &told.answers.to_string(), "after {}", line);
            prop_assert_eq!(&seen["measures"]["rights"], &told.rights.to_string(), "after {}", line);
            prop_assert_eq!(&seen["measures"]["scores"], &told.scores.to_string(), "after {}", line);
            for (kind, name, question) in [("quizzes", "q", 'q'), ("surveys", "s", 's')] {
                let open = told.open.iter().any(|one| one.0 == question && Told::waits(*one, now));
                prop_assert_eq!(seen[kind][name]["open"].as_bool().unwrap_or(false), open, "{} after {}", name, line);
            }
        }
    }
}

/// However long it goes on, what is kept of a conversation is the last asking and the last answer of each question.
#[test]
fn a_conversation_without_an_end_does_not_grow() {
    let program = Program::compile(TEXT).unwrap_or_else(|found| panic!("{}", found.render("shop", false)));
    let mut member = enrolled(&program);
    let mut told = Told::default();
    let round = [Step::AskQuiz, Step::AskSurvey, Step::Text(1), Step::Text(7), Step::TapQuiz(2), Step::Text(4)];
    let mut size = [0, 0];
    for number in 0..1_200 {
        let now = number as i64 * 6 * HOUR;
        let (line, _) = event(&round[number % round.len()], number, now, &mut told);
        program.apply(&mut member, line.as_str()).unwrap();
        if number == 599 {
            size[0] = program.save(&member).len();
        }
    }
    size[1] = program.save(&member).len();
    assert!(size[1] <= size[0] + 64, "{size:?}");
}
