//! A value in memory as a host would have it, and the way to read it in place.

use std::borrow::Cow;

use loyalty_core::{EventError, Fields, Input, Refused, Scalar, Shape};

/// What a host holds. An object has its keys in an order of its own.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    Null,
    Bool(bool),
    Digits(String),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// The value as JSON.
    pub fn json(&self) -> String {
        let quoted = |text: &String| serde_json::to_string(text).unwrap();
        match self {
            Tree::Null => "null".to_owned(),
            Tree::Bool(value) => value.to_string(),
            Tree::Digits(digits) => digits.clone(),
            Tree::Text(text) => quoted(text),
            Tree::List(items) => format!("[{}]", items.iter().map(Tree::json).collect::<Vec<_>>().join(", ")),
            Tree::Object(fields) => {
                let field = |(key, value): &(String, Tree)| format!("{}:{}", quoted(key), value.json());
                format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(",\n"))
            }
        }
    }
}

/// A place in a tree.
pub struct Place<'a>(pub &'a Tree);

impl<'a> Place<'a> {
    fn get(&self, name: &str) -> Option<&'a Tree> {
        let Tree::Object(fields) = self.0 else { return None };
        fields.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl Input for Place<'_> {
    fn shape(&mut self) -> Result<Shape, EventError> {
        Ok(match self.0 {
            Tree::Null => Shape::Null,
            Tree::List(_) => Shape::List,
            Tree::Object(_) => Shape::Object,
            _ => Shape::Scalar,
        })
    }

    fn scalar(&mut self) -> Result<Scalar<'_>, EventError> {
        Ok(match self.0 {
            Tree::Null => Scalar::Null,
            Tree::Bool(value) => Scalar::Bool(*value),
            Tree::Digits(digits) => match digits.parse() {
                Ok(whole) if digits != "-0" => Scalar::Whole(whole),
                _ => Scalar::Number(Cow::Borrowed(digits)),
            },
            Tree::Text(text) => Scalar::Text(Cow::Borrowed(text)),
            Tree::List(_) => Scalar::LIST,
            Tree::Object(_) => Scalar::OBJECT,
        })
    }

    fn peek<T>(
        &mut self,
        wanted: &Fields,
        number: usize,
        take: impl FnOnce(&mut Self) -> T,
    ) -> Result<Option<T>, EventError> {
        Ok(self.get(wanted.name(number)).map(|value| take(&mut Place(value))))
    }

    fn fields(
        &mut self,
        wanted: &Fields,
        mut take: impl FnMut(usize, &mut Self) -> Result<(), EventError>,
    ) -> Result<(), Refused> {
        for number in 0..wanted.len() {
            if let Some(value) = self.get(wanted.name(number)) {
                take(number, &mut Place(value)).map_err(|error| Refused::field(number, error))?;
            }
        }
        Ok(())
    }

    fn items(&mut self, mut take: impl FnMut(usize, &mut Self) -> Result<(), EventError>) -> Result<(), EventError> {
        let Tree::List(items) = self.0 else { return Ok(()) };
        items.iter().enumerate().try_for_each(|(number, item)| take(number, &mut Place(item)))
    }
}
