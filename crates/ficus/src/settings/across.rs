//! What only shows when all boundaries are seen together: names used twice, routes claimed twice.

use super::boundary::Placed;
use crate::file::Notes;

/// Notes every clash, at the later of the two places.
pub(super) fn check(boundaries: &[Placed], notes: &mut Notes) {
    for (index, later) in boundaries.iter().enumerate() {
        for earlier in boundaries.iter().take(index) {
            check_names(earlier, later, notes);
            check_routes(earlier, later, notes);
        }
    }
}

fn check_names(earlier: &Placed, later: &Placed, notes: &mut Notes) {
    if earlier.boundary.name == later.boundary.name {
        let message = format!("boundary `{}` is there twice", later.boundary.name);
        let help = format!("The other is at {}. Rename one of them.", earlier.name);
        notes.error("config/duplicate-name", message, later.name.clone(), help);
    }
}

fn check_routes(earlier: &Placed, later: &Placed, notes: &mut Notes) {
    for route in &later.routes {
        let rivals = earlier.routes.iter().filter(|other| other.value.overlaps(&route.value));
        for rival in rivals {
            let message = format!(
                "route `{}` of boundary `{}` overlaps `{}` of boundary `{}`",
                route.value, later.boundary.name, rival.value, earlier.boundary.name
            );
            let help = format!("The other is at {}. A request has one owner.", rival.place);
            notes.error("config/overlapping-routes", message, route.place.clone(), help);
        }
    }
}
