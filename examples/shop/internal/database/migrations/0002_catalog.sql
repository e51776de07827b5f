create table categories (
    slug     text primary key,
    name     text not null,
    position integer not null default 0
);

create table products (
    id           bigint generated always as identity primary key,
    sku          text not null unique,
    name         text not null,
    description  text not null default '',
    category     text not null references categories (slug),
    price_cents  bigint not null check (price_cents >= 0),
    weight_grams integer not null check (weight_grams >= 0),
    tax_class    text not null default 'standard',
    tags         text[] not null default '{}',
    stock        integer not null default 0 check (stock >= 0),
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    document     tsvector generated always as (
        setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', description), 'B')
    ) stored
);
create index products_category_idx on products (category, id);
create index products_document_idx on products using gin (document);
