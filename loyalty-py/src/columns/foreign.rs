//! Types of Arrow that no field of an event is read from: what they are called there, and what to make of such a column.

use std::borrow::Cow;

use loyalty_core::Scalar;

const BINARY: &str = "if its bytes are text, cast the column with `column.cast(pyarrow.string())`";
const DECIMAL: &str = "cast the column to decimal128, as with `column.cast(pyarrow.decimal128(38, 6))`";
const LIST: &str = "cast the column to a list with `column.cast(pyarrow.list_(column.type.value_type))`";
const NOTHING: &str = "cast the column to a type that docs/embedding.md lists for tables, or leave it out";

/// A value, by the words in which Arrow's C interface says its type.
pub fn foreign<'s>(format: &str) -> Scalar<'s> {
    let (name, help) = match format {
        "z" => ("binary", BINARY),
        "Z" => ("large_binary", BINARY),
        "vz" => ("binary_view", BINARY),
        "e" => ("halffloat", "cast the column with `column.cast(pyarrow.float64())`"),
        "tdm" => ("date64", "cast the column with `column.cast(pyarrow.date32())`"),
        "+m" => ("map", NOTHING),
        "+vl" => ("list_view", LIST),
        "+vL" => ("large_list_view", LIST),
        "+r" => ("run_end_encoded", "decode the column with `pyarrow.compute.run_end_decode(column)`"),
        _ if format.starts_with("d:") => match format.rsplit(',').next() {
            Some(bits @ ("32" | "64" | "256")) => return value(&format!("decimal{bits}"), DECIMAL),
            _ => ("decimal", DECIMAL),
        },
        _ if format.starts_with("w:") => ("fixed_size_binary", BINARY),
        _ if format.starts_with("+w:") => ("fixed_size_list", LIST),
        _ if format.starts_with("+u") => ("union", NOTHING),
        _ if format.starts_with("tD") => ("duration", NOTHING),
        _ if format.starts_with("ti") => ("interval", NOTHING),
        _ => return value(&format!("`{format}`"), NOTHING),
    };
    value(name, help)
}

/// A timestamp that may be any of many instants.
pub fn without_zone<'s>() -> Scalar<'s> {
    Scalar::Foreign {
        what: Cow::Borrowed("a timestamp without a zone"),
        help: Cow::Borrowed(
            "say of which zone its times are, as with `pyarrow.compute.assume_timezone(column, \"UTC\")`",
        ),
    }
}

fn value<'s>(name: &str, help: &'static str) -> Scalar<'s> {
    Scalar::Foreign { what: Cow::Owned(format!("a value of Arrow's type {name}")), help: Cow::Borrowed(help) }
}
