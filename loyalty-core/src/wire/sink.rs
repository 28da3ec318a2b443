//! What hosts are told, value by value, to whatever takes it: a text of JSON, the form for JavaScript, or a document.
//!
//! So the shape of an outcome is written once, and none of the three is made of another.

use rust_decimal::Decimal;

use crate::time::Instant;

/// Takes values in order. Inside of an object each value has a key before it.
pub trait Sink {
    fn null(&mut self);
    fn bool(&mut self, value: bool);
    fn number(&mut self, number: i128);
    fn amount(&mut self, amount: Decimal);
    fn text(&mut self, text: &str);
    fn instant(&mut self, moment: Moment);
    fn begin_list(&mut self);
    fn end_list(&mut self);
    fn begin_object(&mut self);
    fn end_object(&mut self);
    /// A key of the core's own, in which nothing has to be escaped.
    fn key(&mut self, key: &'static str);
    /// A key that is a name of the program.
    fn name(&mut self, name: &str);
}

/// What is told as one value.
pub trait Tell {
    fn tell(&self, sink: &mut dyn Sink);
}

/// An instant, with the offset in seconds that is shown with it.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub at: Instant,
    pub offset: i32,
}

/// An object that is being told.
pub struct Object<'s> {
    sink: &'s mut dyn Sink,
}

impl<'s> Object<'s> {
    /// Tells an object.
    pub fn tell(sink: &'s mut dyn Sink, entries: impl FnOnce(&mut Object<'_>)) {
        sink.begin_object();
        entries(&mut Object { sink });
        sink.end_object();
    }

    pub fn put(&mut self, key: &'static str, value: impl Tell) {
        self.sink.key(key);
        value.tell(self.sink);
    }

    /// Puts a value under a name of the program.
    pub fn put_named(&mut self, name: &str, value: impl Tell) {
        self.sink.name(name);
        value.tell(self.sink);
    }

    /// Puts a value if there is one; `put` would say that there is none.
    pub fn put_some(&mut self, key: &'static str, value: Option<impl Tell>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    pub fn put_object(&mut self, key: &'static str, entries: impl FnOnce(&mut Object<'_>)) {
        self.sink.key(key);
        Object::tell(self.sink, entries);
    }

    /// Puts a list of objects.
    pub fn put_objects<T>(
        &mut self,
        key: &'static str,
        items: impl IntoIterator<Item = T>,
        mut entries: impl FnMut(&mut Object<'_>, T),
    ) {
        self.sink.key(key);
        self.sink.begin_list();
        for item in items {
            Object::tell(self.sink, |object| entries(object, item));
        }
        self.sink.end_list();
    }

    /// Puts a list of plain values.
    pub fn put_list(&mut self, key: &'static str, items: impl IntoIterator<Item = impl Tell>) {
        self.sink.key(key);
        self.sink.begin_list();
        items.into_iter().for_each(|item| item.tell(self.sink));
        self.sink.end_list();
    }
}

impl Tell for Decimal {
    fn tell(&self, sink: &mut dyn Sink) {
        sink.amount(*self);
    }
}

impl Tell for Moment {
    fn tell(&self, sink: &mut dyn Sink) {
        sink.instant(*self);
    }
}

impl Tell for str {
    fn tell(&self, sink: &mut dyn Sink) {
        sink.text(self);
    }
}

impl Tell for String {
    fn tell(&self, sink: &mut dyn Sink) {
        sink.text(self);
    }
}

impl Tell for Box<str> {
    fn tell(&self, sink: &mut dyn Sink) {
        sink.text(self);
    }
}

impl Tell for bool {
    fn tell(&self, sink: &mut dyn Sink) {
        sink.bool(*self);
    }
}

macro_rules! whole_numbers {
    ($($number:ty)*) => {
        $(impl Tell for $number {
            fn tell(&self, sink: &mut dyn Sink) {
                sink.number(*self as i128);
            }
        })*
    };
}

whole_numbers!(u8 u16 u32 u64 i64 usize);

impl<T: Tell + ?Sized> Tell for &T {
    fn tell(&self, sink: &mut dyn Sink) {
        (**self).tell(sink);
    }
}

impl<T: Tell> Tell for Option<T> {
    fn tell(&self, sink: &mut dyn Sink) {
        match self {
            Some(value) => value.tell(sink),
            None => sink.null(),
        }
    }
}
