// Package cart keeps what a customer means to buy.
package cart

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ficus.example/shop/internal/catalog"
	"ficus.example/shop/internal/database"
	"ficus.example/shop/internal/web"
)

const (
	maxQuantity = 99
	maxItems    = 50
)

// Item is one position, at the price of today.
type Item struct {
	SKU         string    `json:"sku"`
	Name        string    `json:"name"`
	Quantity    int64     `json:"quantity"`
	UnitCents   int64     `json:"unit_cents"`
	TotalCents  int64     `json:"total_cents"`
	WeightGrams int64     `json:"weight_grams"`
	TaxClass    string    `json:"tax_class"`
	Available   bool      `json:"available"`
	AddedAt     time.Time `json:"added_at"`
}

// Cart is all of it.
type Cart struct {
	Items       []Item `json:"items"`
	Count       int64  `json:"count"`
	TotalCents  int64  `json:"total_cents"`
	WeightGrams int64  `json:"weight_grams"`
}

// Store keeps carts.
type Store struct{ db database.Querier }

// NewStore returns a store on db, which may be a transaction.
func NewStore(db database.Querier) *Store { return &Store{db: db} }

// Load reads an account's cart, its items in the order of their SKU.
func (s *Store) Load(ctx context.Context, account int64) (Cart, error) {
	rows, err := s.db.Query(ctx, `
		select i.sku, p.name, i.quantity, p.price_cents, p.weight_grams, p.tax_class, p.stock >= i.quantity, i.added_at
		from cart_items i join products p on p.sku = i.sku where i.account_id = $1 order by i.sku`, account)
	if err != nil {
		return Cart{}, err
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Item, error) {
		var i Item
		err := row.Scan(&i.SKU, &i.Name, &i.Quantity, &i.UnitCents, &i.WeightGrams, &i.TaxClass, &i.Available, &i.AddedAt)
		i.AddedAt = i.AddedAt.UTC()
		return i, err
	})
	return newCart(items), err
}

// Put sets how many of a product are in the cart; none takes it out.
func (s *Store) Put(ctx context.Context, account int64, sku string, quantity int64) error {
	if quantity == 0 {
		_, err := s.db.Exec(ctx, `delete from cart_items where account_id = $1 and sku = $2`, account, sku)
		return err
	}
	_, err := s.db.Exec(ctx, `
		insert into cart_items (account_id, sku, quantity) values ($1, $2, $3)
		on conflict (account_id, sku) do update set quantity = excluded.quantity`, account, sku, quantity)
	return err
}

// Clear takes everything out.
func (s *Store) Clear(ctx context.Context, account int64) error {
	_, err := s.db.Exec(ctx, `delete from cart_items where account_id = $1`, account)
	return err
}

func newCart(items []Item) Cart {
	cart := Cart{}
	for _, item := range items {
		item.TotalCents = item.UnitCents * item.Quantity
		cart.Items = append(cart.Items, item)
		cart.Count += item.Quantity
		cart.TotalCents += item.TotalCents
		cart.WeightGrams += item.WeightGrams * item.Quantity
	}
	return cart
}

// Routes registers the routes.
func Routes(mux *http.ServeMux, pool *pgxpool.Pool, guard *web.Guard) {
	h := handlers{pool: pool}
	mux.Handle("GET /api/cart", guard.Require(h.show))
	mux.Handle("PUT /api/cart/items/{sku}", guard.Require(h.put))
	mux.Handle("DELETE /api/cart/items/{sku}", guard.Require(h.remove))
	mux.Handle("DELETE /api/cart", guard.Require(h.clear))
}

type handlers struct{ pool *pgxpool.Pool }

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	cart, err := NewStore(h.pool).Load(r.Context(), web.Caller(r.Context()).AccountID)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, cart)
}

func (h handlers) put(w http.ResponseWriter, r *http.Request) error {
	var given struct {
		Quantity int64 `json:"quantity"`
	}
	if err := web.Decode(w, r, &given); err != nil {
		return err
	}
	if given.Quantity < 0 || given.Quantity > maxQuantity {
		return web.Invalid("cart/invalid", map[string]string{"quantity": "must be between 0 and 99"})
	}
	sku, account := r.PathValue("sku"), web.Caller(r.Context()).AccountID
	found, err := catalog.NewStore(h.pool).BySKU(r.Context(), sku)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return web.NotFound("product", sku)
	}
	if given.Quantity > 0 {
		cart, err := NewStore(h.pool).Load(r.Context(), account)
		if err != nil {
			return err
		}
		if len(cart.Items) >= maxItems && !cart.holds(sku) {
			return web.Conflict("cart/full", "the cart holds 50 different products already")
		}
	}
	if err := NewStore(h.pool).Put(r.Context(), account, sku, given.Quantity); err != nil {
		return err
	}
	return h.show(w, r)
}

func (h handlers) remove(w http.ResponseWriter, r *http.Request) error {
	if err := NewStore(h.pool).Put(r.Context(), web.Caller(r.Context()).AccountID, r.PathValue("sku"), 0); err != nil {
		return err
	}
	return h.show(w, r)
}

func (h handlers) clear(w http.ResponseWriter, r *http.Request) error {
	if err := NewStore(h.pool).Clear(r.Context(), web.Caller(r.Context()).AccountID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (c Cart) holds(sku string) bool {
	for _, item := range c.Items {
		if item.SKU == sku {
			return true
		}
	}
	return false
}
