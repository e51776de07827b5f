// Package catalog is what the shop sells: categories, products and how many there are.
package catalog

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"ficus.example/shop/internal/database"
	"ficus.example/shop/internal/web"
)

// Category groups products.
type Category struct {
	Slug     string `json:"slug"`
	Name     string `json:"name"`
	Products int64  `json:"products"`
}

// Product is one thing for sale. Prices are in cents of the base currency.
type Product struct {
	ID          int64     `json:"-"`
	SKU         string    `json:"sku"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Category    string    `json:"category"`
	PriceCents  int64     `json:"price_cents"`
	WeightGrams int64     `json:"weight_grams"`
	TaxClass    string    `json:"tax_class"`
	Tags        []string  `json:"tags"`
	InStock     bool      `json:"in_stock"`
	Stock       int64     `json:"stock,omitempty"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// ErrOutOfStock means fewer are left than were asked for.
var ErrOutOfStock = errors.New("out of stock")

// Store keeps the catalog.
type Store struct{ db database.Querier }

// NewStore returns a store on db, which may be a transaction.
func NewStore(db database.Querier) *Store { return &Store{db: db} }

const productColumns = `id, sku, name, description, category, price_cents, weight_grams, tax_class, tags, stock, updated_at`

// Categories lists all categories with how much each holds.
func (s *Store) Categories(ctx context.Context) ([]Category, error) {
	rows, err := s.db.Query(ctx, `
		select c.slug, c.name, count(p.id) from categories c
		left join products p on p.category = c.slug
		group by c.slug, c.name, c.position order by c.position, c.slug`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Category, error) {
		var c Category
		err := row.Scan(&c.Slug, &c.Name, &c.Products)
		return c, err
	})
}

// List reads a page of products, of one category unless that is empty, and one more to see whether the list goes on.
func (s *Store) List(ctx context.Context, category string, page web.PageRequest) ([]Product, error) {
	rows, err := s.db.Query(ctx, `select `+productColumns+` from products
		where id > $1 and ($2 = '' or category = $2) order by id limit $3`, page.After, category, page.Limit+1)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanProduct)
}

// BySKU finds products, in no particular order; what does not exist is left out.
func (s *Store) BySKU(ctx context.Context, skus ...string) ([]Product, error) {
	rows, err := s.db.Query(ctx, `select `+productColumns+` from products where sku = any($1)`, skus)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanProduct)
}

// Search finds products by their words, the best first.
func (s *Store) Search(ctx context.Context, query string, low, high int64, page web.PageRequest) ([]Product, error) {
	rows, err := s.db.Query(ctx, `select `+productColumns+`
		from products, websearch_to_tsquery('english', $1) as query
		where document @@ query and price_cents between $2 and $3
		order by ts_rank(document, query) desc, id offset $4 limit $5`, query, low, high, page.After, page.Limit+1)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanProduct)
}

// Reserve takes quantity off the stock. Call it in a transaction, with SKUs in one order everywhere: that is what
// keeps two orders for the same things from waiting for each other for ever.
func (s *Store) Reserve(ctx context.Context, sku string, quantity int64) error {
	tag, err := s.db.Exec(ctx, `update products set stock = stock - $2, updated_at = now() where sku = $1 and stock >= $2`, sku, quantity)
	if err == nil && tag.RowsAffected() == 0 {
		return ErrOutOfStock
	}
	return err
}

// Restock puts quantity back, or takes delivery of it; it reports whether the product exists.
func (s *Store) Restock(ctx context.Context, sku string, quantity int64) (bool, error) {
	tag, err := s.db.Exec(ctx, `update products set stock = stock + $2, updated_at = now() where sku = $1`, sku, quantity)
	return tag.RowsAffected() == 1, err
}

func scanProduct(row pgx.CollectableRow) (Product, error) {
	var p Product
	err := row.Scan(&p.ID, &p.SKU, &p.Name, &p.Description, &p.Category, &p.PriceCents, &p.WeightGrams,
		&p.TaxClass, &p.Tags, &p.Stock, &p.UpdatedAt)
	p.InStock, p.UpdatedAt = p.Stock > 0, p.UpdatedAt.UTC()
	return p, err
}

// Routes registers the routes.
func Routes(mux *http.ServeMux, store *Store, guard *web.Guard) {
	h := handlers{store}
	mux.Handle("GET /api/categories", web.Handler(h.categories))
	mux.Handle("GET /api/products", web.Handler(h.list))
	mux.Handle("GET /api/products/{sku}", web.Handler(h.show))
	mux.Handle("POST /api/products/{sku}/stock", guard.RequireStaff(h.restock))
}

type handlers struct{ store *Store }

func (h handlers) categories(w http.ResponseWriter, r *http.Request) error {
	categories, err := h.store.Categories(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=60")
	return web.JSON(w, http.StatusOK, web.Page[Category]{Items: categories})
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	page, err := web.ParsePage(r)
	if err != nil {
		return err
	}
	products, err := h.store.List(r.Context(), r.URL.Query().Get("category"), page)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, web.NewPage(products, page, func(p Product) int64 { return p.ID }))
}

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	sku := r.PathValue("sku")
	found, err := h.store.BySKU(r.Context(), sku)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return web.NotFound("product", sku)
	}
	return web.JSON(w, http.StatusOK, found[0])
}

func (h handlers) restock(w http.ResponseWriter, r *http.Request) error {
	var given struct {
		Quantity int64 `json:"quantity"`
	}
	if err := web.Decode(w, r, &given); err != nil {
		return err
	}
	if given.Quantity < 1 || given.Quantity > 100_000 {
		return web.Invalid("stock/invalid", map[string]string{"quantity": "must be between 1 and 100000"})
	}
	found, err := h.store.Restock(r.Context(), r.PathValue("sku"), given.Quantity)
	if err != nil {
		return err
	}
	if !found {
		return web.NotFound("product", r.PathValue("sku"))
	}
	return h.show(w, r)
}
