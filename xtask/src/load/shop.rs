//! Who buys and what there is: logins and the catalog, over the same HTTP everybody uses.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context as _, anyhow, ensure};
use serde_json::{Value, json};

use super::client::{Connection, PATIENCE, Reply};

/// Opens every seeded account of the shop.
const PASSWORD: &str = "demo-password";

/// A customer who is logged in.
#[derive(Debug, Clone)]
pub(super) struct Login {
    pub(super) token: String,
}

/// What there is to ask for.
#[derive(Debug, Default)]
pub(super) struct Shop {
    pub(super) products: Vec<Product>,
    pub(super) zones: Vec<String>,
    pub(super) words: Vec<String>,
}

/// A product, as far as baskets need it.
#[derive(Debug, Clone)]
pub(super) struct Product {
    pub(super) sku: String,
    pub(super) name: String,
    pub(super) price_cents: i64,
    pub(super) weight_grams: i64,
    pub(super) tax_class: String,
}

/// Logs `count` customers in over several connections.
pub(super) fn log_in(target: SocketAddr, count: usize, lanes: usize) -> anyhow::Result<Vec<Login>> {
    let next = AtomicUsize::new(1);
    let lane = || {
        let mut connection = Connection::open(target, PATIENCE)?;
        let mut logins = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number > count {
                return Ok::<_, anyhow::Error>(logins);
            }
            logins.push(log_in_one(&mut connection, number)?);
        }
    };
    thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes.min(16)).map(|_| scope.spawn(lane)).collect();
        let mut logins = Vec::with_capacity(count);
        for lane in lanes {
            logins.extend(lane.join().map_err(|_| anyhow!("a login thread panicked"))??);
        }
        Ok(logins)
    })
}

fn log_in_one(connection: &mut Connection, number: usize) -> anyhow::Result<Login> {
    let email = format!("customer-{number}@shop.example");
    let body = json!({ "email": email, "password": PASSWORD }).to_string();
    connection.send("POST", "/api/login", None, &body)?;
    let reply = connection.receive()?;
    ensure!(reply.status == 200, "{email} can not log in: status {}", reply.status);
    let token = json_of(&reply)?.get("token").and_then(Value::as_str).map(str::to_owned);
    Ok(Login { token: token.context("a login without a token")? })
}

pub(super) fn json_of(reply: &Reply) -> anyhow::Result<Value> {
    serde_json::from_slice(&reply.body).context("an answer that is not JSON")
}

impl Shop {
    /// Reads catalog and zones.
    pub(super) fn explore(target: SocketAddr) -> anyhow::Result<Self> {
        let mut connection = Connection::open(target, PATIENCE)?;
        let mut read = |path: &str| {
            connection.send("GET", path, None, "")?;
            json_of(&connection.receive()?)
        };
        let (products, rates) = (read("/api/products?limit=100")?, read("/api/rates")?);
        let list = |value: &Value, key: &str| -> Vec<Value> {
            value.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let products: Vec<Product> = list(&products, "items").iter().filter_map(product).collect();
        let zone = |rate: &Value| rate.get("zone")?.as_str().map(str::to_owned);
        let zones: Vec<String> = list(&rates, "rates").iter().filter_map(zone).collect();
        ensure!(!products.is_empty() && !zones.is_empty(), "the shop is empty: was it seeded?");
        let words = products.iter().filter_map(|product| product.name.split(' ').next_back());
        let words = words.filter(|word| word.chars().all(char::is_alphabetic));
        let words = words.map(str::to_owned).collect();
        Ok(Self { products, zones, words })
    }
}

fn product(value: &Value) -> Option<Product> {
    let text = |key: &str| value.get(key)?.as_str().map(str::to_owned);
    Some(Product {
        sku: text("sku")?,
        name: text("name")?,
        price_cents: value.get("price_cents")?.as_i64()?,
        weight_grams: value.get("weight_grams")?.as_i64()?,
        tax_class: text("tax_class")?,
    })
}
