//! Documents as tables for notebooks.

use loyalty_core::Document;

/// An object as rows of key and value; a list of objects as one row each.
pub fn table(document: &Document) -> String {
    match document {
        Document::Object(entries) => {
            let rows: String = entries
                .iter()
                .map(|(key, value)| {
                    format!("<tr><th style=\"text-align:left\">{}</th><td>{}</td></tr>", escape(key), table(value))
                })
                .collect();
            format!("<table>{rows}</table>")
        }
        Document::List(items) if items.iter().any(|item| matches!(item, Document::Object(_))) => {
            let mut keys: Vec<&str> = Vec::new();
            for item in items {
                let Document::Object(entries) = item else { continue };
                for (key, _) in entries {
                    if !keys.contains(&&**key) {
                        keys.push(key);
                    }
                }
            }
            let head: String = keys.iter().map(|key| format!("<th>{}</th>", escape(key))).collect();
            let row = |item: &Document| -> String {
                let cell = |key: &&str| format!("<td>{}</td>", item.get(key).map_or_else(String::new, table));
                format!("<tr>{}</tr>", keys.iter().map(cell).collect::<String>())
            };
            format!("<table><tr>{head}</tr>{}</table>", items.iter().map(row).collect::<String>())
        }
        Document::List(items) => items.iter().map(table).collect::<Vec<_>>().join(", "),
        Document::Null => String::new(),
        Document::Text(text) => escape(text),
        single => escape(single.to_string().trim_matches('"')),
    }
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
