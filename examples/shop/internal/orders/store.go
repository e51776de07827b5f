package orders

import (
	"context"
	"errors"
	"math"

	"github.com/jackc/pgx/v5"

	"ficus.example/shop/internal/database"
	"ficus.example/shop/internal/web"
)

// Store keeps orders and their events.
type Store struct{ db database.Querier }

const orderColumns = `id, account_id, status, currency, zone, subtotal_cents, shipping_cents, tax_cents, total_cents, placed_at, cancelled_at`

func (s Store) insert(ctx context.Context, order *Order, key string) error {
	var keyOrNull *string
	if key != "" {
		keyOrNull = &key
	}
	err := s.db.QueryRow(ctx, `
		insert into orders (account_id, status, currency, zone, subtotal_cents, shipping_cents, tax_cents, total_cents, idempotency_key)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id, placed_at`,
		order.AccountID, order.Status, order.Currency, order.Zone, order.SubtotalCents, order.ShippingCents,
		order.TaxCents, order.TotalCents, keyOrNull).Scan(&order.ID, &order.PlacedAt)
	if err != nil {
		return err
	}
	order.PlacedAt = order.PlacedAt.UTC()
	for i, line := range order.Lines {
		_, err := s.db.Exec(ctx, `insert into order_lines (order_id, position, sku, name, quantity, unit_cents) values ($1, $2, $3, $4, $5, $6)`,
			order.ID, i, line.SKU, line.Name, line.Quantity, line.UnitCents)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s Store) byID(ctx context.Context, id, account int64) (Order, error) {
	order, err := scanOrder(s.db.QueryRow(ctx, `select `+orderColumns+` from orders where id = $1 and account_id = $2`, id, account))
	if err != nil {
		return order, err
	}
	order.Lines, err = s.lines(ctx, id)
	return order, err
}

func (s Store) byKey(ctx context.Context, account int64, key string) (Order, error) {
	order, err := scanOrder(s.db.QueryRow(ctx, `select `+orderColumns+` from orders where account_id = $1 and idempotency_key = $2`, account, key))
	if err != nil {
		return order, err
	}
	order.Lines, err = s.lines(ctx, order.ID)
	return order, err
}

// lock reads an order and keeps others from changing it until the transaction ends.
func (s Store) lock(ctx context.Context, id int64, account *int64) (Order, error) {
	return scanOrder(s.db.QueryRow(ctx, `select `+orderColumns+` from orders
		where id = $1 and ($2::bigint is null or account_id = $2) for update`, id, account))
}

func (s Store) setStatus(ctx context.Context, order *Order, status Status) error {
	order.Status = status
	err := s.db.QueryRow(ctx, `
		update orders set status = $2, cancelled_at = case when $2 = 'cancelled' then now() end
		where id = $1 returning cancelled_at`, order.ID, status).Scan(&order.CancelledAt)
	order.utc()
	return err
}

// list reads the newest first; the cursor is the last id seen.
func (s Store) list(ctx context.Context, account int64, page web.PageRequest) ([]Order, error) {
	before := page.After
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := s.db.Query(ctx, `select `+orderColumns+` from orders
		where account_id = $1 and id < $2 order by id desc limit $3`, account, before, page.Limit+1)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var orders []Order
	for rows.Next() {
		order, err := scanOrder(rows)
		if err != nil {
			return nil, err
		}
		orders = append(orders, order)
	}
	return orders, rows.Err()
}

func (s Store) lines(ctx context.Context, id int64) ([]Line, error) {
	rows, err := s.db.Query(ctx, `select sku, name, quantity, unit_cents from order_lines where order_id = $1 order by position`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Line, error) {
		var l Line
		err := row.Scan(&l.SKU, &l.Name, &l.Quantity, &l.UnitCents)
		return l, err
	})
}

func (s Store) record(ctx context.Context, order, account int64, kind string) (*Event, error) {
	event := Event{OrderID: order, AccountID: account, Kind: kind}
	err := s.db.QueryRow(ctx, `insert into order_events (order_id, account_id, kind) values ($1, $2, $3) returning id, at`,
		order, account, kind).Scan(&event.ID, &event.At)
	event.At = event.At.UTC()
	return &event, err
}

// maxReplay is how many missed events a returning client is sent at most.
const maxReplay = 500

// eventsAfter reads what an account has missed.
func (s Store) eventsAfter(ctx context.Context, account, after int64) ([]Event, error) {
	rows, err := s.db.Query(ctx, `select id, order_id, account_id, kind, at from order_events
		where account_id = $1 and id > $2 order by id limit $3`, account, after, maxReplay)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Event, error) {
		var e Event
		err := row.Scan(&e.ID, &e.OrderID, &e.AccountID, &e.Kind, &e.At)
		e.At = e.At.UTC()
		return e, err
	})
}

func scanOrder(row pgx.Row) (Order, error) {
	var o Order
	err := row.Scan(&o.ID, &o.AccountID, &o.Status, &o.Currency, &o.Zone, &o.SubtotalCents, &o.ShippingCents,
		&o.TaxCents, &o.TotalCents, &o.PlacedAt, &o.CancelledAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return o, errNoOrder
	}
	o.utc()
	return o, err
}

func (o *Order) utc() {
	o.PlacedAt = o.PlacedAt.UTC()
	if o.CancelledAt != nil {
		at := o.CancelledAt.UTC()
		o.CancelledAt = &at
	}
}
