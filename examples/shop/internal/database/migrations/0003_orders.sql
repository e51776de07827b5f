create table cart_items (
    account_id bigint not null references accounts (id) on delete cascade,
    sku        text not null references products (sku),
    quantity   integer not null check (quantity between 1 and 99),
    added_at   timestamptz not null default now(),
    primary key (account_id, sku)
);

create table orders (
    id              bigint generated always as identity primary key,
    account_id      bigint not null references accounts (id),
    status          text not null check (status in ('placed', 'paid', 'shipped', 'cancelled')),
    currency        text not null,
    zone            text not null,
    subtotal_cents  bigint not null,
    shipping_cents  bigint not null,
    tax_cents       bigint not null,
    total_cents     bigint not null,
    idempotency_key text,
    placed_at       timestamptz not null default now(),
    cancelled_at    timestamptz,
    constraint orders_idempotency_key unique (account_id, idempotency_key)
);
create index orders_account_idx on orders (account_id, id desc);

create table order_lines (
    order_id   bigint not null references orders (id) on delete cascade,
    position   integer not null,
    sku        text not null,
    name       text not null,
    quantity   integer not null,
    unit_cents bigint not null,
    primary key (order_id, position)
);

create table order_events (
    id         bigint generated always as identity primary key,
    order_id   bigint not null references orders (id) on delete cascade,
    account_id bigint not null,
    kind       text not null,
    at         timestamptz not null default now()
);
create index order_events_account_idx on order_events (account_id, id);
