//! What customers do: more looking than buying, and a good deal of asking what shipping would cost.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::client::Reply;
use super::locked;
use super::record::{Answered, Cause};
use super::schedule::Random;
use super::shop::{Login, Shop, json_of};

/// Chooses requests, and remembers what later ones need.
#[derive(Debug)]
pub(super) struct Mix {
    shop: Shop,
    customers: Vec<Customer>,
    quotes: Mutex<VecDeque<String>>,
}

#[derive(Debug)]
struct Customer {
    login: Login,
    cart_filled: AtomicBool,
}

/// One request.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) route: &'static str,
    pub(super) method: &'static str,
    pub(super) target: String,
    pub(super) body: String,
    pub(super) token: Option<String>,
    /// Statuses that are fine.
    fine: &'static [u16],
    customer: usize,
}

/// Quotes that are remembered.
const QUOTES_MAX: usize = 2000;

const OK: &[u16] = &[200];
const CREATED: &[u16] = &[201];
/// Two orders of one customer may meet: then the second finds an empty cart.
const ORDERED: &[u16] = &[201, 409];
const FOUND_OR_NOT: &[u16] = &[200, 404];

impl Mix {
    pub(super) fn new(shop: Shop, logins: Vec<Login>) -> Self {
        let customer = |login| Customer { login, cart_filled: AtomicBool::new(false) };
        let customers = logins.into_iter().map(customer).collect();
        Self { shop, customers, quotes: Mutex::default() }
    }

    /// The next request. Per cent: 64 for the boundary that moves, 36 for everything else.
    pub(super) fn choose(&self, mut random: Random) -> Ask {
        let customer = random.below(self.customers.len());
        let random = &mut random;
        let ask = match random.below(100) {
            0..16 => self.new_quote(random),
            16..32 => self.known_quote(random),
            32..48 => self.rates(random),
            48..64 => self.zone_rate(random),
            64..71 => get("GET /api/products", self.product_page(random)),
            71..79 => self.product(random),
            79..85 => self.search(random),
            85..90 => self.fill_cart(random),
            90..94 => get("GET /api/cart", "/api/cart".to_owned()),
            94..96 => self.order(customer, random),
            96..98 => get("GET /api/orders", "/api/orders?limit=5".to_owned()),
            98 => get("GET /api/account", "/api/account".to_owned()),
            _ => get("GET /api/categories", "/api/categories".to_owned()),
        };
        let token = self.customers.get(customer).map(|known| known.login.token.clone());
        Ask { token, customer, ..ask }
    }

    /// Remembers what an answer makes possible.
    pub(super) fn learn(&self, ask: &Ask, reply: &Reply) {
        let filled = match (ask.route, reply.status) {
            ("POST /api/quotes", 201) => return self.remember_quote(reply),
            ("PUT /api/cart/items/{sku}", 200) => true,
            ("POST /api/orders", _) => false,
            _ => return,
        };
        if let Some(customer) = self.customers.get(ask.customer) {
            customer.cart_filled.store(filled, Ordering::Relaxed);
        }
    }

    fn remember_quote(&self, reply: &Reply) {
        let id = json_of(reply).ok().and_then(|quote| Some(quote.get("id")?.as_str()?.to_owned()));
        let mut quotes = locked(&self.quotes);
        quotes.extend(id);
        if quotes.len() > QUOTES_MAX {
            quotes.pop_front();
        }
    }

    fn new_quote(&self, random: &mut Random) -> Ask {
        let items: Vec<Value> = (0..=random.below(3)).filter_map(|_| self.item(random)).collect();
        let currencies = ["EUR", "EUR", "EUR", "USD", "GBP", "CHF", "SEK", "JPY"];
        let currency = random.pick(&currencies).copied().unwrap_or_default();
        let zone = random.pick(&self.shop.zones).cloned().unwrap_or_default();
        let body = json!({ "zone": zone, "currency": currency, "items": items }).to_string();
        post("POST /api/quotes", "/api/quotes", body, CREATED)
    }

    fn item(&self, random: &mut Random) -> Option<Value> {
        let product = random.pick(&self.shop.products)?;
        Some(json!({
            "sku": product.sku, "title": product.name, "quantity": 1 + random.below(5),
            "unit_cents": product.price_cents, "weight_grams": product.weight_grams,
            "tax_class": product.tax_class,
        }))
    }

    fn known_quote(&self, random: &mut Random) -> Ask {
        let id = {
            let quotes = locked(&self.quotes);
            quotes.get(random.below(quotes.len())).cloned()
        };
        match id {
            Some(id) => get("GET /api/quotes/{id}", format!("/api/quotes/{id}")),
            None => self.new_quote(random),
        }
    }

    fn rates(&self, random: &mut Random) -> Ask {
        let queries =
            ["", "", "?currency=USD", "?zone=eu-", "?zone=eu-&currency=SEK", "?zone=asia"];
        let query = random.pick(&queries).copied().unwrap_or_default();
        get("GET /api/rates", format!("/api/rates{query}"))
    }

    fn zone_rate(&self, random: &mut Random) -> Ask {
        let zone = match random.below(20) {
            0 => "atlantis",
            _ => random.pick(&self.shop.zones).map_or("uk", String::as_str),
        };
        let ask = get("GET /api/rates/{zone}", format!("/api/rates/{zone}"));
        Ask { fine: FOUND_OR_NOT, ..ask }
    }

    fn product_page(&self, random: &mut Random) -> String {
        let categories = ["", "&category=tea", "&category=books", "&category=garden"];
        let category = random.pick(&categories).copied().unwrap_or_default();
        format!("/api/products?limit=12{category}")
    }

    fn product(&self, random: &mut Random) -> Ask {
        let sku = random.pick(&self.shop.products).map_or("none", |product| &product.sku);
        get("GET /api/products/{sku}", format!("/api/products/{sku}"))
    }

    fn search(&self, random: &mut Random) -> Ask {
        let word = random.pick(&self.shop.words).map_or("tea", String::as_str);
        get("GET /api/search", format!("/api/search?q={word}&limit=10"))
    }

    fn fill_cart(&self, random: &mut Random) -> Ask {
        let sku = random.pick(&self.shop.products).map_or("none", |product| &product.sku);
        let body = json!({ "quantity": 1 + random.below(3) }).to_string();
        let target = format!("/api/cart/items/{sku}");
        Ask { method: "PUT", ..post("PUT /api/cart/items/{sku}", &target, body, OK) }
    }

    fn order(&self, customer: usize, random: &mut Random) -> Ask {
        let filled = self.customers.get(customer).map(|c| c.cart_filled.load(Ordering::Relaxed));
        if filled != Some(true) {
            return self.fill_cart(random);
        }
        let zone = random.pick(&self.shop.zones).cloned().unwrap_or_default();
        let body = json!({ "zone": zone, "currency": "EUR" }).to_string();
        post("POST /api/orders", "/api/orders", body, ORDERED)
    }
}

impl Ask {
    /// What the client makes of the answer.
    pub(super) fn judge(&self, reply: &Reply) -> Answered {
        let fine = self.fine.contains(&reply.status);
        let failure = (!fine).then_some(Cause::Status(reply.status));
        // A gateway's own answer is numbered by nobody, but it is no success either.
        let service = match (reply.numbered, fine || reply.status == 500) {
            (true, _) => Some(false),
            (false, true) => Some(true),
            (false, false) => None,
        };
        Answered { service, failure }
    }
}

fn get(route: &'static str, target: String) -> Ask {
    let (method, body, token) = ("GET", String::new(), None);
    Ask { route, method, target, body, token, fine: OK, customer: 0 }
}

fn post(route: &'static str, target: &str, body: String, fine: &'static [u16]) -> Ask {
    let (method, target, token) = ("POST", target.to_owned(), None);
    Ask { route, method, target, body, token, fine, customer: 0 }
}
