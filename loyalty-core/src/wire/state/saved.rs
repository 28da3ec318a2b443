//! What is saved is described once, for both forms and both directions: a function passes over its parts, writes them, or puts
//! what it reads in their place. (What most members have has a description of its own for bytes; see [`super::squeezed`].)

mod json;

use rust_decimal::Decimal;

use super::values::Amount;
pub use json::{read_json, write_json};

/// A part of a saved state.
pub trait Saved {
    fn code(&mut self, form: &mut dyn Form) -> Result<(), Unread>;

    fn is_empty(&self) -> bool {
        false
    }
}

/// A part by its name.
pub type Field<'a> = (&'static str, &'a mut dyn Saved);

/// A form in one direction. What is given counts for a writer alone, and what comes back for a reader.
pub trait Form {
    fn reads(&self) -> bool;
    /// Named parts. Those of the second list JSON leaves out where they are empty: nothing is told of members in programs that
    /// know nothing of it.
    fn object<'p>(&mut self, fields: &mut [Field<'p>], unless_empty: &mut [Field<'p>]) -> Result<(), Unread>;
    /// Parts of different kinds in order, without names.
    fn row(&mut self, parts: &mut [&mut dyn Saved]) -> Result<(), Unread>;
    fn list(&mut self, items: &mut dyn Items) -> Result<(), Unread>;
    /// One of some names; what it comes with follows as its [`parts`](Form::parts).
    fn choice(&mut self, names: &[&'static str], chosen: &'static str) -> Result<&'static str, Unread>;
    fn parts(&mut self, parts: &mut [&mut dyn Saved]) -> Result<(), Unread>;
    /// Whether there is something; only then it follows.
    fn some(&mut self, is: bool) -> Result<bool, Unread>;
    fn flag(&mut self, set: bool) -> Result<bool, Unread>;
    fn count(&mut self, number: u64) -> Result<u64, Unread>;
    fn signed(&mut self, number: i64) -> Result<i64, Unread>;
    fn amount(&mut self, amount: Decimal) -> Result<Decimal, Unread>;
    fn moment(&mut self, at: i64) -> Result<i64, Unread>;
    fn text(&mut self, text: &mut String) -> Result<(), Unread>;
    fn bytes(&mut self, bytes: &mut Vec<u8>) -> Result<(), Unread>;
}

/// A list, of whatever.
pub trait Items {
    fn count(&self) -> usize;
    /// Adds an item that is read next.
    fn add(&mut self);
    fn item(&mut self, at: usize) -> Option<&mut dyn Saved>;
}

/// What was expected in place of what is there, and under which name that stands.
pub struct Unread {
    pub expected: &'static str,
    pub within: &'static str,
}

impl Unread {
    pub fn expecting(expected: &'static str) -> Self {
        Self { expected, within: "" }
    }

    /// The innermost name is the one that helps.
    fn within(self, name: &'static str) -> Self {
        if self.within.is_empty() { Self { within: name, ..self } } else { self }
    }
}

/// Describes a structure by its fields, or an enum by its names.
macro_rules! saved {
    ($type:ident { $($field:ident),+ $(,)? } $(unless empty { $($list:ident),+ $(,)? })?) => {
        impl $crate::wire::state::saved::Saved for $type {
            fn code(
                &mut self,
                form: &mut dyn $crate::wire::state::saved::Form,
            ) -> Result<(), $crate::wire::state::saved::Unread> {
                // Without `..`: what is not described would be forgotten.
                let Self { $($field),+ $(, $($list),+)? } = self;
                form.object(&mut [$((stringify!($field), $field)),+], &mut [$($((stringify!($list), $list)),+)?])
            }
        }
    };
    ($type:ident($($part:ident),+)) => {
        impl $crate::wire::state::saved::Saved for $type {
            fn code(
                &mut self,
                form: &mut dyn $crate::wire::state::saved::Form,
            ) -> Result<(), $crate::wire::state::saved::Unread> {
                let Self($($part),+) = self;
                form.row(&mut [$($part),+])
            }
        }
    };
    ($type:ident: $($name:literal = $variant:ident $(($($part:ident),+))?),+ $(,)?) => {
        impl $crate::wire::state::saved::Saved for $type {
            fn code(
                &mut self,
                form: &mut dyn $crate::wire::state::saved::Form,
            ) -> Result<(), $crate::wire::state::saved::Unread> {
                let given = match self {
                    $($type::$variant { .. } => $name),+
                };
                let chosen = form.choice(&[$($name),+], given)?;
                if form.reads() {
                    $(if chosen == $name {
                        *self = $type::$variant $(($($crate::wire::state::saved::fresh(stringify!($part))),+))?;
                    })+
                }
                match self {
                    $($type::$variant $(($($part),+))? => form.parts(&mut [$($($part),+)?])),+
                }
            }
        }
    };
}

pub(super) use saved;

/// The value that a part has before it is read. (Its name only says that there is one.)
pub fn fresh<T: Default>(_part: &str) -> T {
    T::default()
}

impl<T: Saved + Default> Saved for Vec<T> {
    fn code(&mut self, form: &mut dyn Form) -> Result<(), Unread> {
        form.list(self)
    }

    fn is_empty(&self) -> bool {
        Vec::is_empty(self)
    }
}

impl<T: Saved + Default> Items for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn add(&mut self) {
        self.push(T::default());
    }

    fn item(&mut self, at: usize) -> Option<&mut dyn Saved> {
        let item = self.get_mut(at)?;
        Some(item)
    }
}

impl<T: Saved + Default> Saved for Option<T> {
    fn code(&mut self, form: &mut dyn Form) -> Result<(), Unread> {
        if form.some(self.is_some())? {
            return self.get_or_insert_default().code(form);
        }
        Ok(())
    }
}

macro_rules! rows {
    ($($($part:ident)+;)+) => {
        $(
            #[expect(non_snake_case, reason = "a part is called by its type")]
            impl<$($part: Saved),+> Saved for ($($part),+) {
                fn code(&mut self, form: &mut dyn Form) -> Result<(), Unread> {
                    let ($($part),+) = self;
                    form.row(&mut [$($part),+])
                }
            }
        )+
    };
}

rows! {
    A B;
    A B C;
    A B C D E;
}

macro_rules! numbers {
    ($($number:ty)+, $method:ident, $wide:ty) => {
        $(impl Saved for $number {
            fn code(&mut self, form: &mut dyn Form) -> Result<(), Unread> {
                let number = form.$method(<$wide>::from(*self))?;
                *self = Self::try_from(number).map_err(|_| Unread::expecting("a smaller number"))?;
                Ok(())
            }
        })+
    };
}

numbers!(u8 u16 u32 u64, count, u64);
numbers!(i32 i64, signed, i64);

impl Saved for bool {
    fn code(&mut self, form: &mut dyn Form) -> Result<(), Unread> {
        *self = form.flag(*self)?;
        Ok(())
    }
}

impl Saved for String {
    fn code(&mut self, form: &mut dyn Form) -> Result<(), Unread> {
        form.text(self)
    }
}

impl Saved for Amount {
    fn code(&mut self, form: &mut dyn Form) -> Result<(), Unread> {
        self.0 = form.amount(self.0)?;
        Ok(())
    }
}

impl Saved for super::values::Moment {
    fn code(&mut self, form: &mut dyn Form) -> Result<(), Unread> {
        self.0 = form.moment(self.0)?;
        Ok(())
    }
}

/// What is for the engine alone: its bytes, in JSON as hexadecimal digits.
#[derive(Default)]
pub struct Opaque(pub Vec<u8>);

impl Saved for Opaque {
    fn code(&mut self, form: &mut dyn Form) -> Result<(), Unread> {
        form.bytes(&mut self.0)
    }
}
