-- $1 version, 0 for the one in force; $2 zone; $3 currency
with chosen as (
    select version, effective_from, valid_days from rate_versions
    where case when $1::int = 0 then effective_from <= now() else version = $1 end
    order by version desc limit 1
)
select c.version, c.effective_from, c.valid_days, s.zone, s.name, s.first_cents, s.per_kg_cents, s.free_from,
    s.remote_cents, x.micros,
    array(select t.tax_class from tax_rates t
        where t.version = c.version and t.zone = $2 order by t.tax_class) as tax_classes,
    array(select t.basis_points::bigint from tax_rates t
        where t.version = c.version and t.zone = $2 order by t.tax_class) as tax_points
from chosen c
left join shipping_rates s on s.version = c.version and s.zone = $2
left join exchange_rates x on x.version = c.version and x.currency = $3
