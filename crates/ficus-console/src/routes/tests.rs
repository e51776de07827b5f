//! Pages, forms and live sections over a real control.

mod acting;
mod live;
mod reading;
mod session;
mod stand;
