-- Everything a quote is made of. A version is never changed once it is current, so a quote can be made again.
create table rate_versions (
    version        integer primary key,
    effective_from timestamptz not null,
    valid_days     integer not null check (valid_days > 0)
);

create table shipping_rates (
    version      integer not null references rate_versions (version),
    zone         text not null,
    name         text not null,
    first_cents  bigint not null,
    per_kg_cents bigint not null,
    free_from    bigint,
    remote_cents bigint not null default 0,
    primary key (version, zone)
);

create table tax_rates (
    version      integer not null references rate_versions (version),
    zone         text not null,
    tax_class    text not null,
    basis_points integer not null check (basis_points between 0 and 10000),
    primary key (version, zone, tax_class)
);

create table exchange_rates (
    version  integer not null references rate_versions (version),
    currency text not null,
    micros   bigint not null check (micros > 0),
    primary key (version, currency)
);
