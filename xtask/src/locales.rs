//! `cargo xtask locales FOLDER`: what the core knows of languages, out of the Unicode Common Locale Data Repository as its
//! own packages have it (`npm install cldr-core cldr-numbers-full cldr-dates-full`, and their `node_modules` is the folder).
//!
//! `loyalty-core/src/locale.rs` says what the file holds.

#![expect(clippy::indexing_slicing, reason = "of JSON: what is not there is null, and no panic")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{Done, root};

/// The languages in which messages are sent, and the regions of them that write numbers or days otherwise.
const LOCALES: &str = "af am ar ar-AE ar-EG ar-SA az be bg bn bs ca cs cy da de de-AT de-CH el en en-AU en-CA en-GB en-IN en-MY \
en-SG en-ZA es es-AR es-CL es-CO es-MX et eu fa fi fil fr fr-CA fr-CH ga gl gu ha he hi hr hu hy id is it ja ka kk km kn ko \
ky lo lt lv mk ml mn mr ms my nb ne nl pa pl ps pt pt-PT ro ru rw si sk sl sq sr sv sw ta te th tr uk ur uz vi zh zh-Hant \
zh-Hant-HK zu";

const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];
const SIZES: [&str; 4] = ["full", "long", "medium", "short"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub fn write(folder: &str) -> Done {
    let folder = Path::new(folder);
    let read = |path: String| -> Result<Value, Box<dyn Error>> {
        let text = fs::read_to_string(folder.join(&path)).map_err(|error| format!("{path}: {error}"))?;
        Ok(serde_json::from_str(&text)?)
    };
    let version = read("cldr-core/package.json".into())?;
    let cardinals = read("cldr-core/supplemental/plurals.json".into())?;
    let ordinals = read("cldr-core/supplemental/ordinals.json".into())?;
    let systems = read("cldr-core/supplemental/numberingSystems.json".into())?;
    let mut rules: Vec<String> = Vec::new();
    let mut symbols: BTreeMap<String, String> = BTreeMap::new();
    let mut lines = Vec::new();
    for locale in LOCALES.split_whitespace() {
        let language = locale.split('-').next().unwrap_or(locale);
        let language = if language == "nb" { "no" } else { language };
        let mut number_of = |found: &Value| {
            let rule = rule(found);
            rules.iter().position(|known| *known == rule).unwrap_or_else(|| {
                rules.push(rule);
                rules.len() - 1
            })
        };
        // Portuguese as it is written in Portugal counts in its own way.
        let counted = if locale == "pt-PT" { locale } else { language };
        let cardinal = number_of(&cardinals["supplemental"]["plurals-type-cardinal"][counted]);
        let ordinal = number_of(&ordinals["supplemental"]["plurals-type-ordinal"][language]);
        let numbers = read(format!("cldr-numbers-full/main/{locale}/numbers.json"))?;
        let numbers = &numbers["main"][locale]["numbers"];
        let system = text(&numbers["defaultNumberingSystem"]);
        let digits = text(&systems["supplemental"]["numberingSystems"][&system]["_digits"]);
        let signs = &numbers[format!("symbols-numberSystem-{system}")];
        let currencies = read(format!("cldr-numbers-full/main/{locale}/currencies.json"))?;
        let own: Vec<String> = entries(&currencies["main"][locale]["numbers"]["currencies"])
            .filter_map(|(code, found)| Some((code, found.get("symbol")?.as_str()?)))
            .filter(|(code, symbol)| code != symbol && code.len() == 3)
            .map(|(code, symbol)| format!("{code}={symbol}"))
            .collect();
        let shared = own.join(",");
        symbols.insert(locale.to_owned(), shared.clone());
        let days = read(format!("cldr-dates-full/main/{locale}/ca-gregorian.json"))?;
        let days = &days["main"][locale]["dates"]["calendars"]["gregorian"];
        let list = |found: &Value, keys: &[String]| -> String {
            keys.iter().map(|key| text(&found[key])).collect::<Vec<_>>().join("|")
        };
        let months: Vec<String> = (1..=12).map(|month: u32| month.to_string()).collect();
        let weekdays = DAYS.map(str::to_owned);
        let wide = list(&days["months"]["format"]["wide"], &months);
        let short = list(&days["months"]["format"]["abbreviated"], &months);
        let form = |found: &Value| found.as_str().map_or_else(|| text(&found["_value"]), str::to_owned);
        let dates = SIZES.map(|size| form(&days["dateFormats"][size])).join("|");
        let halves = &days["dayPeriods"]["format"]["abbreviated"];
        let alone = list(&days["months"]["stand-alone"]["wide"], &months);
        let fields = [
            locale.replace('-', "_"),
            cardinal.to_string(),
            ordinal.to_string(),
            digits.chars().next().unwrap_or('0').to_string(),
            text(&signs["decimal"]),
            text(&signs["group"]),
            text(&signs["minusSign"]),
            text(&numbers["minimumGroupingDigits"]),
            text(&numbers[format!("decimalFormats-numberSystem-{system}")]["standard"]),
            text(&numbers[format!("percentFormats-numberSystem-{system}")]["standard"]),
            text(&signs["percentSign"]),
            text(&numbers[format!("currencyFormats-numberSystem-{system}")]["standard"]),
            wide.clone(),
            if short == wide { String::new() } else { short },
            if alone == wide { String::new() } else { alone },
            list(&days["days"]["format"]["wide"], &weekdays),
            list(&days["days"]["format"]["abbreviated"], &weekdays),
            dates,
            form(&days["timeFormats"]["short"]),
            format!("{}|{}", text(&halves["am"]), text(&halves["pm"])),
            form(&days["dateTimeFormats"]["medium"]),
            shared,
        ];
        if fields.iter().any(|field| field.contains(['\t', '\n'])) {
            return Err(format!("{locale}: a tab or a line in a field").into());
        }
        lines.push(fields);
    }
    // What a locale shares with the language that it belongs to is left out, and so are the symbols that English has.
    let english = lines.iter().find(|fields| fields[0] == "en").map(|fields| fields[21].clone()).unwrap_or_default();
    let known: Vec<&str> = english.split(',').collect();
    let mut file = format!("CLDR {}\n", text(&version["version"]));
    file.push_str(&format!("{}\n", rules.len()));
    rules.iter().for_each(|rule| file.push_str(&format!("{rule}\n")));
    let whole = lines.clone();
    for mut fields in lines {
        if fields[0] != "en" {
            let own = fields[21].split(',').filter(|symbol| !known.contains(symbol));
            fields[21] = own.collect::<Vec<_>>().join(",");
        }
        if let Some((language, _)) = fields[0].clone().split_once('_')
            && let Some(parent) = whole.iter().find(|fields| fields[0] == language)
        {
            for (place, (field, of_parent)) in fields.iter_mut().zip(parent).enumerate().skip(1) {
                if field == of_parent && place != 21 {
                    *field = "^".to_owned();
                }
            }
        }
        file.push_str(&format!("{}\n", fields.join("\t")));
    }
    fs::write(root()?.join("loyalty-core/src/locale/locales.txt"), &file)?;
    println!(
        "{} locales, {} plural rules, {} bytes, of CLDR {}",
        whole.len(),
        rules.len(),
        file.len(),
        text(&version["version"])
    );
    Ok(())
}

/// The rules of a language, `one:i = 1 and v = 0;few:…`; nothing where all numbers are alike.
fn rule(found: &Value) -> String {
    let mut rules = Vec::new();
    for category in CATEGORIES {
        let rule = text(&found[format!("pluralRule-count-{category}")]);
        let condition = rule.split('@').next().unwrap_or("").trim();
        if !condition.is_empty() {
            rules.push(format!("{category}:{condition}"));
        }
    }
    rules.join(";")
}

fn entries(found: &Value) -> impl Iterator<Item = (&String, &Value)> {
    found.as_object().into_iter().flatten()
}

fn text(found: &Value) -> String {
    found.as_str().unwrap_or_default().to_owned()
}
