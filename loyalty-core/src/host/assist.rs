//! What an editor is given of [`assist`](crate::assist), each as one JSON text with its places in the host's units.

use crate::assist::{self, Hover, Symbol};
use crate::program::Program;
use crate::source::{Offsets, Span, Units};
use crate::wire::document::Document;

/// The colours of a text: `[[start,end,class],…]`.
#[must_use]
pub fn tokens(text: &str, units: Units) -> String {
    let offsets = Offsets::new(text, units);
    let tokens = assist::tokens(text).into_iter().map(|token| {
        let (start, end) = (offsets.of(token.span().start), offsets.of(token.span().end));
        Document::List(vec![start.into(), end.into(), token.class().as_str().into()])
    });
    tokens.collect::<Document>().to_string()
}

/// What the word at a place is; `null` for nothing:
/// `{"span":{…},"kind":…,"title":…,"detail":…,"docs":…,"declared":{…},"line":…,"policies":[…]}`.
#[must_use]
pub fn hover(text: &str, offset: u32, units: Units) -> String {
    let offsets = Offsets::new(text, units);
    let hover = assist::hover(text, bytes(text, offset, units)).map(|hover| hover_document(&hover, &offsets));
    hover.unwrap_or(Document::Null).to_string()
}

fn hover_document(hover: &Hover, offsets: &Offsets<'_>) -> Document {
    Document::object()
        .with("span", span(hover.span(), offsets))
        .with("kind", hover.kind())
        .with("title", hover.title())
        .with("detail", hover.detail())
        .with("docs", hover.docs())
        .with("declared", hover.declared().map(|declared| span(declared, offsets)))
        .with("line", hover.line())
        .with("policies", hover.policies().iter().map(String::as_str).collect::<Document>())
}

/// What may be written at a place: `{"span":{…},"items":[{"label":…,"kind":…,"detail":…,"docs":…}]}`.
#[must_use]
pub fn complete(text: &str, offset: u32, units: Units) -> String {
    let offered = assist::complete(text, bytes(text, offset, units));
    let items = offered.items().iter().map(|item| {
        Document::object()
            .with("label", item.label())
            .with("kind", item.kind())
            .with("detail", item.detail())
            .with("docs", item.docs())
    });
    let items = items.collect::<Document>();
    Document::object().with("span", span(offered.span(), &Offsets::new(text, units))).with("items", items).to_string()
}

/// What a text declares: `[{"kind":…,"name":…,"detail":…,"docs":…,"span":{…},"fields":[…]}]`.
#[must_use]
pub fn outline(text: &str, units: Units) -> String {
    symbols(&assist::outline(text), &Offsets::new(text, units)).to_string()
}

/// The events that a text knows, the used ones first, in the same form.
#[must_use]
pub fn events(text: &str, units: Units) -> String {
    symbols(&assist::events(text), &Offsets::new(text, units)).to_string()
}

/// What lists of events are made of, in the same form.
#[must_use]
pub fn records(text: &str, units: Units) -> String {
    symbols(&assist::records(text), &Offsets::new(text, units)).to_string()
}

/// The tests of a program as histories: `[{"title":…,"line":…,"enrolled":…,"until":…,"events":["{…}",…]}]`.
#[must_use]
pub fn scenarios(program: &Program) -> String {
    let scenarios = program.scenarios().into_iter().map(|scenario| {
        Document::object()
            .with("title", scenario.title())
            .with("line", scenario.line())
            .with("enrolled", scenario.enrolled().to_string())
            .with("until", scenario.until().to_string())
            .with("events", scenario.events().iter().map(String::as_str).collect::<Document>())
    });
    scenarios.collect::<Document>().to_string()
}

fn symbols(symbols: &[Symbol], offsets: &Offsets<'_>) -> Document {
    let symbols = symbols.iter().map(|symbol| {
        Document::object()
            .with("kind", symbol.kind())
            .with("name", symbol.name())
            .with("detail", symbol.detail())
            .with("docs", symbol.docs())
            .with("span", symbol.name_span().map(|name| span(name, offsets)))
            .with("fields", self::symbols(symbol.fields(), offsets))
    });
    symbols.collect()
}

fn span(span: Span, offsets: &Offsets<'_>) -> Document {
    Document::object().with("start", offsets.of(span.start)).with("end", offsets.of(span.end))
}

/// The byte at which the host's offset stands, never within a character; the end for what lies beyond.
fn bytes(text: &str, offset: u32, units: Units) -> usize {
    let wanted = offset as usize;
    if units == Units::Bytes {
        return wanted;
    }
    let mut passed = 0_usize;
    for (at, character) in text.char_indices() {
        let width = if units == Units::Utf16 { character.len_utf16() } else { 1 };
        if passed.saturating_add(width) > wanted {
            return at;
        }
        passed = passed.saturating_add(width);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An offset goes in, and the places that come out are in the same units.
    #[test]
    fn places_are_in_the_units_of_the_host() {
        let text = "// 🎁 قهوة\nwallet نقاط {}\nrule x on order { earn 1 نقاط }";
        let word = text.rfind("نقاط").unwrap_or_default();
        let before = text.get(..word).unwrap_or_default();
        for (units, start) in [
            (Units::Bytes, before.len()),
            (Units::CodePoints, before.chars().count()),
            (Units::Utf16, before.encode_utf16().count()),
        ] {
            let told = hover(text, start as u32 + 1, units);
            assert!(told.starts_with(&format!(r#"{{"span":{{"start":{start},"end":"#)), "{units:?}: {told}");
            assert!(told.contains(r#""line":2"#), "{told}");
            let offered = complete(text, start as u32, units);
            assert!(
                offered
                    .starts_with(&format!(r#"{{"span":{{"start":{start},"end":{start}}},"items":[{{"label":"نقاط""#)),
                "{offered}"
            );
        }
        // Half of a pair is the place before it.
        assert_eq!(bytes(text, 4, Units::Utf16), 3);
        assert_eq!(bytes(text, 5, Units::Utf16), 7);
        assert_eq!(bytes(text, 999, Units::Utf16), text.len());
    }
}
