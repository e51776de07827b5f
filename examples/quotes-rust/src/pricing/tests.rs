use proptest::prelude::*;

use super::*;

fn sheet() -> Sheet {
    Sheet {
        version: 3,
        effective_from: "2026-01-31T22:30:00.25Z".parse().unwrap(),
        valid_days: 14,
        zone: "eu-north".to_owned(),
        zone_name: "North".to_owned(),
        first_cents: 500,
        per_kg_cents: 100,
        free_from: Some(10_000),
        remote_cents: 0,
        currency: "EUR".to_owned(),
        micros: 1_000_000,
        taxes: vec![("books".to_owned(), 600), ("standard".to_owned(), 2500)],
    }
}

fn item(unit_cents: i64, quantity: i64) -> Item {
    let sku = "a".to_owned();
    Item { sku, quantity, unit_cents, tax_class: "standard".to_owned(), ..Item::default() }
}

fn request(items: Vec<Item>) -> Request {
    Request { items, zone: "eu-north".to_owned(), currency: "EUR".to_owned() }
}

#[test]
fn begun_kilograms_are_charged() {
    for (grams, cents) in [(0, 500), (1000, 500), (1001, 600), (2000, 600), (2001, 700)] {
        assert_eq!(sheet().shipping(grams), cents, "{grams} g");
    }
}

#[test]
fn the_two_roundings_differ_on_halves_before_an_even_cent_only() {
    for (numerator, up, even) in
        [(4_999, 0, 0), (5_000, 1, 0), (5_001, 1, 1), (15_000, 2, 2), (25_000, 3, 2)]
    {
        assert_eq!(round_half_up(numerator, 10_000), up, "{numerator}");
        assert_eq!(round_half_even(numerator, 10_000), even, "{numerator}");
    }
}

#[test]
fn the_planted_rounding_costs_a_cent() {
    let request = request(vec![item(2, 1)]);
    let right = price(&request, &sheet(), &Faults::default()).unwrap();
    let wrong = price(&request, &sheet(), &"rounding".parse().unwrap()).unwrap();
    assert_eq!((right.tax_cents, wrong.tax_cents), (1, 0));
    assert_eq!(right.total_cents(), wrong.total_cents() + 1);
}

#[test]
fn enough_goods_ship_for_nothing() {
    let quote = price(&request(vec![item(2500, 4)]), &sheet(), &Faults::default()).unwrap();
    assert!(quote.free_shipping);
    assert_eq!(quote.shipping_cents, 0);
}

#[test]
fn every_unknown_tax_class_is_named() {
    let mut items = vec![item(1, 1), item(1, 1), item(1, 1)];
    items[0].tax_class = "x".to_owned();
    items[2].tax_class = "y".to_owned();
    let fields = price(&request(items), &sheet(), &Faults::default()).unwrap_err();
    assert_eq!(
        fields.into_keys().collect::<Vec<_>>(),
        ["items[0].tax_class", "items[2].tax_class"]
    );
}

#[test]
fn a_sheet_is_good_for_its_days() {
    assert_eq!(sheet().valid_until().to_string(), "2026-02-14T22:30:00.25Z");
}

proptest! {
    #[test]
    fn an_id_carries_its_request(
        sku in "[a-z<&\"é]{1,16}", title in ".{0,20}", quantity in 1..=99_i64,
        unit_cents in 0..=100_000_000_i64, weight_grams in 0..=100_000_i64, version in 1..i32::MAX,
    ) {
        let tax_class = "standard".to_owned();
        let item = Item { sku, title, quantity, unit_cents, weight_grams, tax_class };
        let request = request(vec![item]);
        prop_assert_eq!(decode_id(&encode_id(&request, version)), Some((request, version)));
    }

    #[test]
    fn no_id_makes_it_panic(text in "(q1\\.)?[A-Za-z0-9_-]{0,40}") {
        let _unknown = decode_id(&text);
    }

    #[test]
    fn totals_are_the_sum_of_their_lines(
        positions in proptest::collection::vec((0..=100_000_000_i64, 1..=99_i64), 1..8),
    ) {
        let items = positions.into_iter().map(|(cents, quantity)| item(cents, quantity)).collect();
        let quote = price(&request(items), &sheet(), &Faults::default()).unwrap();
        let lines: i64 = quote.lines.iter().map(|line| line.net_cents + line.tax_cents).sum();
        prop_assert_eq!(quote.total_cents(), lines + quote.shipping_cents + quote.surcharge_cents);
    }
}
