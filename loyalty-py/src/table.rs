//! Tables that other libraries take as they are: columns laid out as Arrow has them.

use std::borrow::Cow;
use std::ffi::CStr;
use std::sync::Arc;

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

use crate::arrow;

/// A column's name and type, in Arrow's own words.
pub struct Field {
    pub name: &'static CStr,
    pub format: &'static CStr,
    pub nullable: bool,
    pub children: &'static [Field],
}

impl Field {
    pub const fn new(name: &'static CStr, format: &'static CStr) -> Self {
        Self { name, format, nullable: false, children: &[] }
    }

    pub const fn or_null(self) -> Self {
        Self { nullable: true, ..self }
    }
}

/// The values of a column.
pub struct Column {
    marks: Marks,
    buffers: Buffers,
    children: Vec<Column>,
}

pub enum Buffers {
    /// Those of an object are in its children.
    None,
    /// One bit a value.
    Bits(Vec<u8>),
    Whole(Vec<i64>),
    Wide(Vec<i128>),
    /// Where lists end, the first of them at the second number.
    Ends(Vec<i32>),
    /// Where texts end in the bytes.
    Bytes(Vec<i32>, Vec<u8>),
}

impl Column {
    pub fn length(&self) -> usize {
        self.marks.length
    }

    pub fn nulls(&self) -> usize {
        self.marks.nulls
    }

    /// One bit a value, set where there is one; nothing if there is one everywhere.
    pub fn validity(&self) -> Option<&[u8]> {
        (self.marks.nulls > 0).then_some(&self.marks.bits)
    }

    pub fn buffers(&self) -> &Buffers {
        &self.buffers
    }

    pub fn children(&self) -> &[Column] {
        &self.children
    }
}

/// Which values are there.
#[derive(Default)]
struct Marks {
    length: usize,
    nulls: usize,
    bits: Vec<u8>,
}

impl Marks {
    fn push(&mut self, there: bool) {
        bit(&mut self.bits, self.length, there);
        self.length += 1;
        self.nulls += usize::from(!there);
    }
}

fn bit(bits: &mut Vec<u8>, at: usize, set: bool) {
    if at.is_multiple_of(8) {
        bits.push(0);
    }
    if let Some(last) = bits.last_mut() {
        *last |= u8::from(set) << (at % 8);
    }
}

/// A column in the making; each type of values has its own.
pub trait Growing: Default {
    fn finish(self) -> Column;
}

#[derive(Default)]
pub struct Bits(Marks, Vec<u8>);

impl Bits {
    pub fn push(&mut self, value: Option<bool>) {
        bit(&mut self.1, self.0.length, value == Some(true));
        self.0.push(value.is_some());
    }
}

impl Growing for Bits {
    fn finish(self) -> Column {
        Column { marks: self.0, buffers: Buffers::Bits(self.1), children: Vec::new() }
    }
}

/// Whole numbers, or microseconds since 1970.
#[derive(Default)]
pub struct Wholes(Marks, Vec<i64>);

impl Wholes {
    pub fn push(&mut self, value: Option<i64>) {
        self.0.push(value.is_some());
        self.1.push(value.unwrap_or(0));
    }
}

impl Growing for Wholes {
    fn finish(self) -> Column {
        Column { marks: self.0, buffers: Buffers::Whole(self.1), children: Vec::new() }
    }
}

/// Decimals, as whole numbers of their smallest unit.
#[derive(Default)]
pub struct Wides(Marks, Vec<i128>);

impl Wides {
    pub fn push(&mut self, value: Option<i128>) {
        self.0.push(value.is_some());
        self.1.push(value.unwrap_or(0));
    }
}

impl Growing for Wides {
    fn finish(self) -> Column {
        Column { marks: self.0, buffers: Buffers::Wide(self.1), children: Vec::new() }
    }
}

/// Texts, or bytes.
pub struct Texts {
    marks: Marks,
    ends: Vec<i32>,
    bytes: Vec<u8>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { marks: Marks::default(), ends: vec![0], bytes: Vec::new() }
    }
}

impl Texts {
    /// Puts a value behind the others; nothing if all of them together are more than a column of a batch holds.
    pub fn push(&mut self, value: Option<&[u8]>) -> Result<(), TooLarge> {
        self.marks.push(value.is_some());
        self.bytes.extend_from_slice(value.unwrap_or_default());
        self.ends.push(i32::try_from(self.bytes.len()).map_err(|_| TooLarge)?);
        Ok(())
    }

    /// How many bytes there are.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }
}

impl Growing for Texts {
    fn finish(self) -> Column {
        Column { marks: self.marks, buffers: Buffers::Bytes(self.ends, self.bytes), children: Vec::new() }
    }
}

/// Lists; their items are told when they are finished.
pub struct Lists {
    marks: Marks,
    ends: Vec<i32>,
}

impl Default for Lists {
    fn default() -> Self {
        Self { marks: Marks::default(), ends: vec![0] }
    }
}

impl Lists {
    /// Puts a list of so many items behind the others.
    pub fn push(&mut self, items: Option<usize>) -> Result<(), TooLarge> {
        let end = i32::try_from(items.unwrap_or(0)).ok().and_then(|more| self.ends.last()?.checked_add(more));
        self.marks.push(items.is_some());
        self.ends.push(end.ok_or(TooLarge)?);
        Ok(())
    }

    /// Lists of objects with these fields, as many of each as there are items.
    pub fn finish(self, fields: Vec<Column>) -> Column {
        let length = fields.first().map_or(0, Column::length);
        let marks = Marks { length, ..Marks::default() };
        let objects = Column { marks, buffers: Buffers::None, children: fields };
        Column { marks: self.marks, buffers: Buffers::Ends(self.ends), children: vec![objects] }
    }
}

/// More than two gigabytes of texts in one batch.
#[derive(Debug, Clone, Copy)]
pub struct TooLarge;

impl From<TooLarge> for PyErr {
    fn from(_: TooLarge) -> Self {
        PyOverflowError::new_err("a batch with more than two gigabytes of texts")
    }
}

/// Some rows of a table.
pub struct Batch {
    pub length: usize,
    pub columns: Vec<Column>,
}

/// After so many rows another batch begins, or when the texts of one have so many bytes: consumers work batch by batch.
const ROWS: usize = 65_536;
const BYTES: usize = 64 << 20;

/// The rows of a table in the making.
pub trait Rows: Default {
    const FIELDS: &'static [Field];

    fn length(&self) -> usize;

    /// About how many bytes of texts there are.
    fn size(&self) -> usize;

    fn finish(self) -> Vec<Column>;
}

/// A table in the making.
pub struct Growth<R: Rows> {
    rows: R,
    batches: Vec<Arc<Batch>>,
}

impl<R: Rows> Default for Growth<R> {
    fn default() -> Self {
        Self { rows: R::default(), batches: Vec::new() }
    }
}

impl<R: Rows> Growth<R> {
    /// The rows to which more are added.
    pub fn rows(&mut self) -> &mut R {
        if self.rows.length() >= ROWS || self.rows.size() >= BYTES {
            self.cut();
        }
        &mut self.rows
    }

    fn cut(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        self.batches.push(Arc::new(Batch { length: rows.length(), columns: rows.finish() }));
    }

    pub fn finish(mut self) -> Table {
        if self.rows.length() > 0 {
            self.cut();
        }
        Table { fields: R::FIELDS, batches: self.batches.into() }
    }
}

/// Rows that other libraries take as they are, without a copy: whatever reads `__arrow_c_stream__`, such as
/// `pyarrow.table`, `polars.DataFrame` and, from pandas 3 on, `pandas.DataFrame.from_arrow`.
#[pyclass(frozen, module = "loyalty")]
#[derive(Clone)]
pub struct Table {
    fields: &'static [Field],
    batches: Arc<[Arc<Batch>]>,
}

impl Table {
    fn length(&self) -> usize {
        self.batches.iter().map(|batch| batch.length).sum()
    }

    fn names(&self) -> impl ExactSizeIterator<Item = Cow<'static, str>> {
        self.fields.iter().map(|field| field.name.to_string_lossy())
    }
}

#[pymethods]
impl Table {
    /// The names of the columns, in order.
    #[getter]
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.names())
    }

    fn __len__(&self) -> usize {
        self.length()
    }

    fn __repr__(&self) -> String {
        let names: Vec<_> = self.names().collect();
        format!("Table({} rows: {})", self.length(), names.join(", "))
    }

    /// The types of the columns, for consumers of Arrow.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::schema(py, self.fields)
    }

    /// The rows, for consumers of Arrow, any number of times. Another schema than the own is not made.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        _ = requested_schema;
        arrow::stream(py, self.fields, &self.batches)
    }
}
