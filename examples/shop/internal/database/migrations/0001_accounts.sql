create table accounts (
    id            bigint generated always as identity primary key,
    email         text not null,
    name          text not null,
    password_hash text not null,
    role          text not null default 'customer' check (role in ('customer', 'staff')),
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now()
);
create unique index accounts_email_key on accounts (lower(email));

create table addresses (
    id         bigint generated always as identity primary key,
    account_id bigint not null references accounts (id) on delete cascade,
    label      text not null,
    street     text not null,
    city       text not null,
    zone       text not null,
    created_at timestamptz not null default now()
);
create index addresses_account_idx on addresses (account_id, id);
