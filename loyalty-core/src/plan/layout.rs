//! Where the fields that a program reads of an event find their place.

use rust_decimal::Decimal;

use super::node::NodeId;

/// The fields of money that speak of an event as a whole, the first that is told.
pub const WHOLE: [&str; 3] = ["subtotal", "total", "amount"];

/// The fields of one event type that the program reads.
#[derive(Debug)]
pub struct EventLayout {
    pub name: Box<str>,
    /// Fields with one value.
    pub slots: Vec<SlotLayout>,
    /// Fields that are lists.
    pub lists: Vec<ListLayout>,
    /// Declared field → where it is, if it is read.
    pub places: Vec<Option<Place>>,
    /// The list of the order's lines, if the event has lines that can be returned.
    pub lines: Option<LinesLayout>,
    /// Tells one layout from another, so that a captured event is read as it was written.
    pub signature: u64,
    /// Some slot has a default.
    pub has_defaults: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Slot(u16),
    List(u16),
}

/// Where the parts of a line are that returns need.
#[derive(Debug, Clone, Copy)]
pub struct LinesLayout {
    pub list: u16,
    pub id: u16,
    pub sku: u16,
    pub quantity: u16,
    pub amount: u16,
    /// Goods or not, where the program reads it.
    pub kind: Option<u16>,
}

#[derive(Debug, Clone)]
pub struct SlotLayout {
    pub name: Box<str>,
    pub kind: FieldKind,
    /// Refused if missing, from this local day on.
    pub required_from: Option<i32>,
    pub default: Option<NodeId>,
    /// Some literal is compared with it.
    pub symbolic: bool,
    pub shared: bool,
    pub money: bool,
    /// Amounts and quantities of orders and returns.
    pub not_negative: bool,
}

impl SlotLayout {
    /// Whether anything is done where the field is missing.
    pub fn is_asked_for(&self) -> bool {
        self.default.is_some() || self.required_from.is_some()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Digits after the point at the least, so that amounts of one currency have one scale.
    Number {
        whole: bool,
        scale: u8,
    },
    Text,
    Bool,
    Date,
    Instant,
    Time,
}

#[derive(Debug)]
pub struct ListLayout {
    pub name: Box<str>,
    pub required_from: Option<i32>,
    /// The fields of a record that are read; a list of plain values has one slot without a name.
    pub fields: Vec<SlotLayout>,
    /// Record field → slot.
    pub places: Vec<Option<u16>>,
    pub plain: bool,
    pub has_defaults: bool,
}

/// Digits that an event's number may have before the point.
pub const INTEGER_DIGITS_MAX: u32 = 18;
/// Digits that an event's number may have after the point.
pub const FRACTION_DIGITS_MAX: u32 = 8;
/// Items of one list.
pub const LIST_ITEMS_MAX: usize = 10_000;
/// Bytes of one text.
pub const TEXT_BYTES_MAX: usize = 4_096;
/// Bytes of one id.
pub const ID_BYTES_MAX: usize = 128;
/// Bytes of one event.
pub const EVENT_BYTES_MAX: usize = 4 << 20;
/// Fields of one event's own: nobody has one with so many, and each is compared with all others.
pub const EVENT_FIELDS_MAX: usize = 1_000;
/// Levels of lists and objects below one event.
pub const EVENT_LEVELS_MAX: u32 = 127;
/// Values of one event that is no text: each takes two of its bytes or more.
pub const EVENT_VALUES_MAX: usize = EVENT_BYTES_MAX / 2;
/// The largest balance, total or counter: what 64 bits hold.
pub const TOTAL_MAX: Decimal = Decimal::from_parts(u32::MAX, 0x7FFF_FFFF, 0, false, 0);
