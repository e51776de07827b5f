// Package orders turns carts into orders.
//
// An order is placed in one transaction: stock is reserved, the price is fixed, the cart is emptied and the event
// is written, or nothing of it happens.
package orders

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ficus.example/shop/internal/cart"
	"ficus.example/shop/internal/catalog"
	"ficus.example/shop/internal/database"
	"ficus.example/shop/internal/quotes"
	"ficus.example/shop/internal/web"
)

// Status is how far an order has come.
type Status string

// The statuses an order passes through.
const (
	Placed    Status = "placed"
	Paid      Status = "paid"
	Shipped   Status = "shipped"
	Cancelled Status = "cancelled"
)

// next says which steps are possible.
var next = map[Status][]Status{
	Placed: {Paid, Cancelled},
	Paid:   {Shipped, Cancelled},
}

// Allows reports whether an order may go from s to target.
func (s Status) Allows(target Status) bool {
	for _, status := range next[s] {
		if status == target {
			return true
		}
	}
	return false
}

// Order is what a customer bought.
type Order struct {
	ID            int64      `json:"id"`
	AccountID     int64      `json:"-"`
	Status        Status     `json:"status"`
	Currency      string     `json:"currency"`
	Zone          string     `json:"zone"`
	SubtotalCents int64      `json:"subtotal_cents"`
	ShippingCents int64      `json:"shipping_cents"`
	TaxCents      int64      `json:"tax_cents"`
	TotalCents    int64      `json:"total_cents"`
	PlacedAt      time.Time  `json:"placed_at"`
	CancelledAt   *time.Time `json:"cancelled_at,omitempty"`
	Lines         []Line     `json:"lines,omitempty"`
}

// Line is one product of an order.
type Line struct {
	SKU       string `json:"sku"`
	Name      string `json:"name"`
	Quantity  int64  `json:"quantity"`
	UnitCents int64  `json:"unit_cents"`
}

// Pricer prices a basket; in this program that is the quotes package.
type Pricer interface {
	Price(ctx context.Context, request quotes.Request) (quotes.Quote, error)
}

// Service answers for orders.
type Service struct {
	pool   *pgxpool.Pool
	pricer Pricer
	feed   *Feed
}

// NewService returns a service that tells feed about every change.
func NewService(pool *pgxpool.Pool, pricer Pricer, feed *Feed) *Service {
	return &Service{pool: pool, pricer: pricer, feed: feed}
}

// Placement is what a client says when it orders.
type Placement struct {
	Zone           string `json:"zone"`
	Currency       string `json:"currency"`
	IdempotencyKey string `json:"-"`
}

var (
	errEmptyCart = web.Conflict("order/empty-cart", "there is nothing in the cart")
	errNoOrder   = errors.New("no such order")
)

// Place orders what is in the account's cart. The same idempotency key gives the same order again.
func (s *Service) Place(ctx context.Context, account int64, placement Placement) (Order, error) {
	var order Order
	var event *Event
	err := database.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		event = nil
		store := Store{tx}
		if placement.IdempotencyKey != "" {
			earlier, err := store.byKey(ctx, account, placement.IdempotencyKey)
			if err == nil {
				order = earlier
				return nil
			}
			if !errors.Is(err, errNoOrder) {
				return err
			}
		}
		var err error
		order, err = s.place(ctx, tx, account, placement)
		if err != nil {
			return err
		}
		event, err = store.record(ctx, order.ID, account, string(Placed))
		return err
	})
	if database.IsUniqueViolation(err, "orders_idempotency_key") {
		return Order{}, web.Conflict("order/in-progress", "an order with this key is being placed")
	}
	s.publish(err, event)
	return order, err
}

func (s *Service) place(ctx context.Context, tx pgx.Tx, account int64, placement Placement) (Order, error) {
	basket, err := cart.NewStore(tx).Load(ctx, account)
	if err != nil {
		return Order{}, err
	}
	if len(basket.Items) == 0 {
		return Order{}, errEmptyCart
	}
	quote, err := s.pricer.Price(ctx, basketRequest(basket, placement))
	if err != nil {
		return Order{}, err
	}
	products := catalog.NewStore(tx)
	for _, item := range basket.Items { // in the order of their SKU
		err := products.Reserve(ctx, item.SKU, item.Quantity)
		if errors.Is(err, catalog.ErrOutOfStock) {
			return Order{}, web.Conflict("order/out-of-stock", item.Name+" is out of stock")
		}
		if err != nil {
			return Order{}, err
		}
	}
	order := newOrder(account, placement, quote)
	if err := (Store{tx}).insert(ctx, &order, placement.IdempotencyKey); err != nil {
		return Order{}, err
	}
	return order, cart.NewStore(tx).Clear(ctx, account)
}

func basketRequest(basket cart.Cart, placement Placement) quotes.Request {
	request := quotes.Request{Zone: placement.Zone, Currency: placement.Currency}
	for _, item := range basket.Items {
		request.Items = append(request.Items, quotes.Item{
			SKU: item.SKU, Title: item.Name, Quantity: item.Quantity,
			UnitCents: item.UnitCents, WeightGrams: item.WeightGrams, TaxClass: item.TaxClass,
		})
	}
	return request
}

func newOrder(account int64, placement Placement, quote quotes.Quote) Order {
	order := Order{
		AccountID: account, Status: Placed, Currency: quote.Currency, Zone: placement.Zone,
		SubtotalCents: quote.SubtotalCents, ShippingCents: quote.ShippingCents + quote.SurchargeCents,
		TaxCents: quote.TaxCents, TotalCents: quote.TotalCents,
	}
	for _, line := range quote.Lines {
		order.Lines = append(order.Lines, Line{SKU: line.SKU, Name: line.Title, Quantity: line.Quantity, UnitCents: line.UnitCents})
	}
	return order
}

// Advance moves an order on. With an account, only that account's orders are found.
func (s *Service) Advance(ctx context.Context, id int64, account *int64, target Status) (Order, error) {
	var order Order
	var event *Event
	err := database.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		store := Store{tx}
		var err error
		order, err = store.lock(ctx, id, account)
		if err != nil {
			return err
		}
		if !order.Status.Allows(target) {
			return web.Conflict("order/status", "an order that is "+string(order.Status)+" cannot become "+string(target))
		}
		if err := store.setStatus(ctx, &order, target); err != nil {
			return err
		}
		if order.Lines, err = store.lines(ctx, id); err != nil {
			return err
		}
		if target == Cancelled {
			if err := restock(ctx, tx, order.Lines); err != nil {
				return err
			}
		}
		event, err = store.record(ctx, id, order.AccountID, string(target))
		return err
	})
	if errors.Is(err, errNoOrder) {
		return order, web.NotFound("order", strconv.FormatInt(id, 10))
	}
	s.publish(err, event)
	return order, err
}

func restock(ctx context.Context, tx pgx.Tx, lines []Line) error {
	products := catalog.NewStore(tx)
	for _, line := range lines {
		if _, err := products.Restock(ctx, line.SKU, line.Quantity); err != nil {
			return err
		}
	}
	return nil
}

// publish tells the feed, once the change is committed.
func (s *Service) publish(err error, event *Event) {
	if err == nil && event != nil {
		s.feed.Publish(*event)
	}
}

// Routes registers the routes.
func Routes(mux *http.ServeMux, s *Service, guard *web.Guard) {
	mux.Handle("POST /api/orders", guard.Require(s.create))
	mux.Handle("GET /api/orders", guard.Require(s.list))
	mux.Handle("GET /api/orders/{id}", guard.Require(s.show))
	mux.Handle("GET /api/orders/events", guard.Require(s.events))
	mux.Handle("POST /api/orders/{id}/cancel", guard.Require(s.cancel))
	mux.Handle("POST /api/orders/{id}/status", guard.RequireStaff(s.setStatus))
}

func (s *Service) create(w http.ResponseWriter, r *http.Request) error {
	var placement Placement
	if err := web.Decode(w, r, &placement); err != nil {
		return err
	}
	placement.IdempotencyKey = r.Header.Get("Idempotency-Key")
	if len(placement.IdempotencyKey) > 100 {
		return web.BadRequest("order/idempotency-key", "the idempotency key has more than 100 bytes")
	}
	order, err := s.Place(r.Context(), web.Caller(r.Context()).AccountID, placement)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/orders/"+strconv.FormatInt(order.ID, 10))
	return web.JSON(w, http.StatusCreated, order)
}

func (s *Service) list(w http.ResponseWriter, r *http.Request) error {
	page, err := web.ParsePage(r)
	if err != nil {
		return err
	}
	orders, err := (Store{s.pool}).list(r.Context(), web.Caller(r.Context()).AccountID, page)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, web.NewPage(orders, page, func(o Order) int64 { return o.ID }))
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	id, err := orderID(r)
	if err != nil {
		return err
	}
	order, err := (Store{s.pool}).byID(r.Context(), id, web.Caller(r.Context()).AccountID)
	if errors.Is(err, errNoOrder) {
		return web.NotFound("order", r.PathValue("id"))
	}
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, order)
}

func (s *Service) cancel(w http.ResponseWriter, r *http.Request) error {
	id, err := orderID(r)
	if err != nil {
		return err
	}
	account := web.Caller(r.Context()).AccountID
	order, err := s.Advance(r.Context(), id, &account, Cancelled)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, order)
}

func (s *Service) setStatus(w http.ResponseWriter, r *http.Request) error {
	id, err := orderID(r)
	if err != nil {
		return err
	}
	var given struct {
		Status Status `json:"status"`
	}
	if err := web.Decode(w, r, &given); err != nil {
		return err
	}
	order, err := s.Advance(r.Context(), id, nil, given.Status)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, order)
}

func orderID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, web.NotFound("order", r.PathValue("id"))
	}
	return id, nil
}
