//! The currencies of ISO 4217 and the digits of their minor units.

use super::model::Currency;

/// Stands for money in a program that names no currency; using it is an error, so it never leaves the checker in use.
pub(super) const NONE: Currency = Currency { code: *b"XXX", minor: 2 };

/// The currency of that code.
pub(super) fn find(code: &str) -> Option<Currency> {
    let code: [u8; 3] = code.as_bytes().try_into().ok()?;
    let minor = LISTS.iter().find(|(_, codes)| codes.split_ascii_whitespace().any(|known| known.as_bytes() == code))?.0;
    Some(Currency { code, minor })
}

/// Every code.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    LISTS.iter().flat_map(|(_, codes)| codes.split_ascii_whitespace())
}

impl Currency {
    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }
}

/// Codes in circulation by the digits of their minor unit; funds, metals and test codes are left out.
const LISTS: [(u8, &str); 3] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP \
         CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR \
         JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN \
         NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP \
         SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    ),
];

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn minor_units_differ() {
        let minor = |code| find(code).map(|currency| currency.minor);
        assert_eq!(
            [minor("JPY"), minor("MYR"), minor("KWD"), minor("myr"), minor("XYZ")],
            [Some(0), Some(2), Some(3), None, None]
        );
    }
}
