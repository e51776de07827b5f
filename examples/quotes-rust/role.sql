-- The role the service reads with. It can not write, whatever it is granted later: copies of live traffic must not
-- be able to change anything. Run it as the owner of the shop's database.
create role quotes_reader login;
alter role quotes_reader set default_transaction_read_only = on;
alter role quotes_reader set statement_timeout = '2s';
grant select on rate_versions, shipping_rates, tax_rates, exchange_rates to quotes_reader;
