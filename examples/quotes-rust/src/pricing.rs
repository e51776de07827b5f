//! Prices a basket for a zone and a currency, cent for cent as the shop's `quotes` package does.
//!
//! Pure: a request and a [`Sheet`] of rates in, a [`Quote`] out. Amounts are integers throughout; floats are only
//! shown, never computed with.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::faults::Faults;

mod id;

pub(crate) use id::{decode as decode_id, encode as encode_id};

/// What all rates and all prices in requests are in.
pub(crate) const BASE_CURRENCY: &str = "EUR";

const ITEMS_MAX: usize = 50;
const QUANTITY_MAX: i64 = 99;
const UNIT_CENTS_MAX: i64 = 100_000_000;
const WEIGHT_GRAMS_MAX: i64 = 100_000;
const SKU_BYTES_MAX: usize = 64;
const TITLE_BYTES_MAX: usize = 120;
const HEAVY_FROM_GRAMS: i64 = 30_000;
const HEAVY_CENTS: i64 = 1_500;

/// What to price, in cents of the base currency.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Request {
    pub(crate) items: Vec<Item>,
    pub(crate) zone: String,
    pub(crate) currency: String,
}

/// One position of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Item {
    pub(crate) sku: String,
    pub(crate) title: String,
    pub(crate) quantity: i64,
    pub(crate) unit_cents: i64,
    pub(crate) weight_grams: i64,
    pub(crate) tax_class: String,
}

/// Everything one version of the rates says about a zone and a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) version: i32,
    pub(crate) effective_from: Timestamp,
    pub(crate) valid_days: i32,
    pub(crate) zone: String,
    /// Empty when the zone is not served.
    pub(crate) zone_name: String,
    pub(crate) first_cents: i64,
    pub(crate) per_kg_cents: i64,
    pub(crate) free_from: Option<i64>,
    pub(crate) remote_cents: i64,
    pub(crate) currency: String,
    /// Millionths of the currency per unit of the base currency; zero when it is not served.
    pub(crate) micros: i64,
    /// Tax classes and their rates in basis points.
    pub(crate) taxes: Vec<(String, i64)>,
}

/// A priced request, in cents of its currency.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quote {
    pub(crate) id: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) surcharges: Vec<(&'static str, i64)>,
    pub(crate) weight_grams: i64,
    pub(crate) subtotal_cents: i64,
    pub(crate) shipping_cents: i64,
    pub(crate) surcharge_cents: i64,
    pub(crate) tax_cents: i64,
    pub(crate) free_shipping: bool,
}

/// One priced item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub(crate) item: Item,
    pub(crate) unit_cents: i64,
    pub(crate) net_cents: i64,
    pub(crate) tax_points: i64,
    pub(crate) tax_cents: i64,
}

/// Fields that are wrong, and why.
pub(crate) type Fields = BTreeMap<String, String>;

impl Request {
    /// Fills in defaults and checks everything that needs no rates.
    ///
    /// # Errors
    /// The fields that are wrong, all of them.
    pub(crate) fn normalise(&mut self) -> Result<(), Fields> {
        if self.currency.is_empty() {
            self.currency = BASE_CURRENCY.to_owned();
        }
        let mut fields = Fields::new();
        if self.zone.is_empty() {
            fields.insert("zone".to_owned(), "is missing".to_owned());
        }
        if self.items.is_empty() || self.items.len() > ITEMS_MAX {
            let text = format!("must hold between 1 and {ITEMS_MAX} items");
            fields.insert("items".to_owned(), text);
        }
        for (index, item) in self.items.iter_mut().enumerate() {
            item.normalise(index, &mut fields);
        }
        if fields.is_empty() { Ok(()) } else { Err(fields) }
    }
}

impl Item {
    fn normalise(&mut self, index: usize, fields: &mut Fields) {
        if self.tax_class.is_empty() {
            self.tax_class = "standard".to_owned();
        }
        let mut wrong =
            |name: &str, text: String| fields.insert(format!("items[{index}].{name}"), text);
        for (name, value, low, high) in [
            ("quantity", self.quantity, 1, QUANTITY_MAX),
            ("unit_cents", self.unit_cents, 0, UNIT_CENTS_MAX),
            ("weight_grams", self.weight_grams, 0, WEIGHT_GRAMS_MAX),
        ] {
            if value < low || value > high {
                wrong(name, format!("must be between {low} and {high}"));
            }
        }
        if self.sku.is_empty() || self.sku.len() > SKU_BYTES_MAX {
            wrong("sku", format!("must have between 1 and {SKU_BYTES_MAX} bytes"));
        }
        if self.title.len() > TITLE_BYTES_MAX {
            wrong("title", format!("must have at most {TITLE_BYTES_MAX} bytes"));
        }
    }
}

/// Makes a quote of a normalised request. The faults are what the demonstration plants here.
///
/// # Errors
/// Tax classes that the zone does not know, by field.
pub(crate) fn price(request: &Request, sheet: &Sheet, faults: &Faults) -> Result<Quote, Fields> {
    let mut lines = Vec::with_capacity(request.items.len());
    let mut fields = Fields::new();
    for (index, item) in request.items.iter().enumerate() {
        match sheet.tax(&item.tax_class) {
            Some(points) => lines.push(sheet.line(item, points, faults)),
            None => {
                let name = format!("items[{index}].tax_class");
                fields.insert(name, "is not known in this zone".to_owned());
            }
        }
    }
    if !fields.is_empty() {
        return Err(fields);
    }
    let base_cents: i64 = request.items.iter().map(|item| item.unit_cents * item.quantity).sum();
    let weight_grams = request.items.iter().map(|item| item.weight_grams * item.quantity).sum();
    let free_shipping = sheet.free_from.is_some_and(|from| base_cents >= from);
    let shipping_cents =
        if free_shipping { 0 } else { sheet.convert(sheet.shipping(weight_grams)) };
    let surcharges = sheet.surcharges(weight_grams);
    Ok(Quote {
        id: encode_id(request, sheet.version),
        subtotal_cents: lines.iter().map(|line| line.net_cents).sum(),
        tax_cents: lines.iter().map(|line| line.tax_cents).sum(),
        surcharge_cents: surcharges.iter().map(|(_, cents)| cents).sum(),
        lines,
        surcharges,
        weight_grams,
        shipping_cents,
        free_shipping,
    })
}

impl Quote {
    /// Everything together.
    pub(crate) const fn total_cents(&self) -> i64 {
        self.subtotal_cents + self.shipping_cents + self.surcharge_cents + self.tax_cents
    }
}

impl Sheet {
    /// When quotes made from this sheet stop being good.
    pub(crate) fn valid_until(&self) -> Timestamp {
        let days = SignedDuration::from_hours(24 * i64::from(self.valid_days));
        self.effective_from.saturating_add(days).unwrap_or(Timestamp::MAX)
    }

    /// Converts cents of the base currency.
    pub(crate) const fn convert(&self, cents: i64) -> i64 {
        round_half_up(cents * self.micros, 1_000_000)
    }

    fn line(&self, item: &Item, tax_points: i64, faults: &Faults) -> Line {
        let unit_cents = self.convert(item.unit_cents);
        let net_cents = unit_cents * item.quantity;
        let taxed = net_cents * tax_points;
        let tax_cents = if faults.rounding() {
            round_half_even(taxed, 10_000)
        } else {
            round_half_up(taxed, 10_000)
        };
        Line { item: item.clone(), unit_cents, net_cents, tax_points, tax_cents }
    }

    fn tax(&self, class: &str) -> Option<i64> {
        self.taxes.iter().find(|(name, _)| name == class).map(|(_, points)| *points)
    }

    /// In the base currency: the first kilogram, then every further one that has begun.
    fn shipping(&self, grams: i64) -> i64 {
        let further = (grams - 1000).max(0);
        self.first_cents + (further + 999) / 1000 * self.per_kg_cents
    }

    fn surcharges(&self, grams: i64) -> Vec<(&'static str, i64)> {
        let mut surcharges = Vec::new();
        if self.remote_cents > 0 {
            surcharges.push(("remote", self.convert(self.remote_cents)));
        }
        if grams >= HEAVY_FROM_GRAMS {
            surcharges.push(("heavy", self.convert(HEAVY_CENTS)));
        }
        surcharges
    }
}

/// Divides; nothing here is negative.
const fn round_half_up(numerator: i64, denominator: i64) -> i64 {
    (numerator + denominator / 2) / denominator
}

/// What a well-meaning rewrite does: banker's rounding. Differs by a cent, and only on exact halves.
const fn round_half_even(numerator: i64, denominator: i64) -> i64 {
    let down = numerator / denominator;
    let twice = 2 * (numerator % denominator);
    if twice > denominator || (twice == denominator && down % 2 == 1) { down + 1 } else { down }
}

#[cfg(test)]
mod tests;
