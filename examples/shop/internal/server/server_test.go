package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ficus.example/shop/internal/config"
	"ficus.example/shop/internal/database"
	"ficus.example/shop/internal/orders"
	"ficus.example/shop/internal/seed"
)

// shop is a running shop on a schema of its own.
type shop struct {
	t    *testing.T
	url  string
	pool *pgxpool.Pool
}

// newShop needs a database that SHOP_TEST_DATABASE_URL names; without it the test is left out, saying so.
func newShop(t *testing.T) *shop {
	t.Helper()
	address := os.Getenv("SHOP_TEST_DATABASE_URL")
	if address == "" {
		t.Skip("SHOP_TEST_DATABASE_URL is not set")
	}
	ctx := t.Context()
	admin, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("shop_test_%d", time.Now().UnixNano())
	if _, err := admin.Exec(ctx, `create schema `+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.Exec(context.Background(), `drop schema `+schema+` cascade`)
		_ = admin.Close(context.Background())
	})

	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	pool, err := database.Open(ctx, address+separator+"search_path="+schema, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	for range 2 { // the second time nothing is left to do
		if err := database.Migrate(ctx, pool, log); err != nil {
			t.Fatal(err)
		}
		if err := seed.Run(ctx, pool, config.Seed{Customers: 3, Products: 20}, log); err != nil {
			t.Fatal(err)
		}
	}
	feed := orders.NewFeed()
	cfg := config.Config{TokenSecret: []byte("a secret for tests"), TokenTTL: time.Hour}
	server := httptest.NewServer(Handler(cfg, pool, log, feed))
	t.Cleanup(server.Close)
	t.Cleanup(feed.Close)
	return &shop{t: t, url: server.URL, pool: pool}
}

// call sends body as JSON and decodes the answer into answer, unless that is nil.
func (s *shop) call(token, method, path string, body, answer any, headers ...string) int {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if answer != nil {
		if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
			s.t.Fatalf("%s %s: %d: %v", method, path, response.StatusCode, err)
		}
	}
	return response.StatusCode
}

func (s *shop) want(status, got int) {
	s.t.Helper()
	if status != got {
		s.t.Fatalf("got status %d, want %d", got, status)
	}
}

func (s *shop) login(email string) string {
	s.t.Helper()
	var session struct{ Token string }
	s.want(200, s.call("", "POST", "/api/login", map[string]string{"email": email, "password": seed.Password}, &session))
	return session.Token
}

func (s *shop) stock(sku string) int64 {
	s.t.Helper()
	var stock int64
	if err := s.pool.QueryRow(s.t.Context(), `select stock from products where sku = $1`, sku).Scan(&stock); err != nil {
		s.t.Fatal(err)
	}
	return stock
}

type order struct {
	ID         int64  `json:"id"`
	Status     string `json:"status"`
	TotalCents int64  `json:"total_cents"`
	Lines      []struct {
		SKU string `json:"sku"`
	} `json:"lines"`
}

func TestACustomerBuysAndCancels(t *testing.T) {
	s := newShop(t)
	token := s.login("Customer-1@shop.example")
	before := s.stock("tea-0001")

	s.want(409, s.call(token, "POST", "/api/orders", map[string]string{"zone": "eu-west"}, nil))
	s.want(404, s.call(token, "PUT", "/api/cart/items/nothing", map[string]int{"quantity": 1}, nil))
	s.want(200, s.call(token, "PUT", "/api/cart/items/tea-0001", map[string]int{"quantity": 2}, nil))
	s.want(200, s.call(token, "PUT", "/api/cart/items/coffee-0002", map[string]int{"quantity": 1}, nil))
	s.want(422, s.call(token, "POST", "/api/orders", map[string]string{"zone": "moon"}, nil))
	if s.stock("tea-0001") != before {
		t.Fatal("a failed order took stock")
	}

	var placed, again order
	key := []string{"Idempotency-Key", "k1"}
	s.want(201, s.call(token, "POST", "/api/orders", map[string]string{"zone": "eu-west"}, &placed, key...))
	s.want(201, s.call(token, "POST", "/api/orders", map[string]string{"zone": "eu-west"}, &again, key...))
	if placed.ID == 0 || placed.ID != again.ID || len(placed.Lines) != 2 || s.stock("tea-0001") != before-2 {
		t.Fatalf("placed %+v, again %+v", placed, again)
	}
	path := fmt.Sprintf("/api/orders/%d", placed.ID)
	s.want(404, s.call(s.login("customer-2@shop.example"), "GET", path, nil, nil))
	s.want(200, s.call(token, "POST", path+"/cancel", nil, &placed))
	s.want(409, s.call(token, "POST", path+"/cancel", nil, nil))
	if placed.Status != "cancelled" || s.stock("tea-0001") != before {
		t.Fatalf("got %+v, stock %d", placed, s.stock("tea-0001"))
	}
	var list struct{ Items []order }
	s.want(200, s.call(token, "GET", "/api/orders?limit=5", nil, &list))
	if len(list.Items) != 1 {
		t.Fatalf("got %+v", list)
	}
}

func TestTheLastOneIsSoldOnce(t *testing.T) {
	s := newShop(t)
	if _, err := s.pool.Exec(t.Context(), `update products set stock = 1 where sku = 'tea-0001'`); err != nil {
		t.Fatal(err)
	}
	var statuses [3]int
	var wait sync.WaitGroup
	for i := range statuses {
		token := s.login(fmt.Sprintf("customer-%d@shop.example", i+1))
		s.want(200, s.call(token, "PUT", "/api/cart/items/tea-0001", map[string]int{"quantity": 1}, nil))
		wait.Add(1)
		go func() {
			defer wait.Done()
			statuses[i] = s.call(token, "POST", "/api/orders", map[string]string{"zone": "eu-west"}, nil)
		}()
	}
	wait.Wait()
	sold := 0
	for _, status := range statuses {
		if status == 201 {
			sold++
		} else if status != 409 {
			t.Errorf("got status %d", status)
		}
	}
	if sold != 1 || s.stock("tea-0001") != 0 {
		t.Fatalf("sold %d times, %v, %d left", sold, statuses, s.stock("tea-0001"))
	}
}

func TestEventsAreStreamedAndCaughtUpWith(t *testing.T) {
	s := newShop(t)
	token, staff := s.login("customer-1@shop.example"), s.login("staff@shop.example")
	lines := s.events(token, "0")
	if first := <-lines; first != ": hello" {
		t.Fatalf("got %q", first)
	}
	s.want(200, s.call(token, "PUT", "/api/cart/items/tea-0001", map[string]int{"quantity": 1}, nil))
	var placed order
	s.want(201, s.call(token, "POST", "/api/orders", map[string]string{"zone": "uk", "currency": "GBP"}, &placed))
	path := fmt.Sprintf("/api/orders/%d/status", placed.ID)
	s.want(403, s.call(token, "POST", path, map[string]string{"status": "paid"}, nil))
	s.want(200, s.call(staff, "POST", path, map[string]string{"status": "paid"}, nil))
	for _, want := range []string{"event: placed", "event: paid"} {
		for line := range lines {
			if line == want {
				break
			}
		}
	}
	var caughtUp []string
	for line := range s.events(token, "0") {
		if strings.HasPrefix(line, "event:") {
			caughtUp = append(caughtUp, line)
		}
		if len(caughtUp) == 2 {
			break
		}
	}
	if strings.Join(caughtUp, ",") != "event: placed,event: paid" {
		t.Fatalf("got %v", caughtUp)
	}
}

// events opens a stream and returns its lines, without the empty ones.
func (s *shop) events(token, last string) <-chan string {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), "GET", s.url+"/api/orders/events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Last-Event-ID", last)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = response.Body.Close() })
	lines := make(chan string, 64)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(response.Body); scanner.Scan(); {
			if scanner.Text() != "" {
				lines <- scanner.Text()
			}
		}
	}()
	return lines
}

func TestTheCatalogIsPagedAndSearched(t *testing.T) {
	s := newShop(t)
	type page struct {
		Items []struct {
			SKU  string `json:"sku"`
			Name string `json:"name"`
		}
		Next string
	}
	seen := map[string]string{}
	path := "/api/products?limit=7"
	for path != "" {
		var got page
		s.want(200, s.call("", "GET", path, nil, &got))
		for _, item := range got.Items {
			seen[item.SKU] = item.Name
		}
		path = ""
		if got.Next != "" {
			path = "/api/products?limit=7&cursor=" + got.Next
		}
	}
	if len(seen) != 20 {
		t.Fatalf("saw %d products", len(seen))
	}
	var found page
	name := seen["tea-0001"]
	s.want(200, s.call("", "GET", "/api/search?q="+url.QueryEscape(name), nil, &found))
	if len(found.Items) == 0 || found.Items[0].Name != name {
		t.Fatalf("looked for %q, found %+v", name, found)
	}
	s.want(404, s.call("", "GET", "/api/products/none", nil, nil))
	s.want(200, s.call("", "GET", "/api/categories", nil, nil))
	s.want(200, s.call("", "GET", "/readyz", nil, nil))
	s.want(404, s.call("", "GET", "/nowhere", nil, nil))
}

func TestQuotesComeFromTheDatabase(t *testing.T) {
	s := newShop(t)
	body := map[string]any{"zone": "islands", "currency": "USD", "items": []any{map[string]any{"sku": "a", "quantity": 3, "unit_cents": 1999, "weight_grams": 700}}}
	type quote struct {
		ID          string `json:"id"`
		TotalCents  int64  `json:"total_cents"`
		RateVersion int    `json:"rate_version"`
	}
	var made, again quote
	s.want(201, s.call("", "POST", "/api/quotes", body, &made))
	s.want(200, s.call("", "GET", "/api/quotes/"+made.ID, nil, &again))
	if made != again || made.TotalCents == 0 || made.RateVersion != 2 {
		t.Fatalf("made %+v, again %+v", made, again)
	}
	var list struct{ Rates []struct{ Zone string } }
	s.want(200, s.call("", "GET", "/api/rates?zone=eu-", nil, &list))
	if len(list.Rates) != 4 || list.Rates[0].Zone != "eu-east" {
		t.Fatalf("got %+v", list)
	}
	s.want(200, s.call("", "GET", "/api/rates/ch?currency=CHF", nil, nil))
	s.want(404, s.call("", "GET", "/api/rates/moon", nil, nil))
}

func TestAccountsAreMadeAndKept(t *testing.T) {
	s := newShop(t)
	var session struct{ Token string }
	registration := map[string]string{"email": "new@shop.example", "name": "New", "password": "long enough"}
	s.want(201, s.call("", "POST", "/api/accounts", registration, &session))
	s.want(409, s.call("", "POST", "/api/accounts", registration, nil))
	s.want(401, s.call("", "POST", "/api/login", map[string]string{"email": "new@shop.example", "password": "wrong"}, nil))
	s.want(401, s.call("", "POST", "/api/login", map[string]string{"email": "nobody@shop.example", "password": "wrong"}, nil))
	s.want(401, s.call("", "GET", "/api/account", nil, nil))

	var address struct{ ID int64 }
	s.want(201, s.call(session.Token, "POST", "/api/account/addresses",
		map[string]string{"label": "Home", "street": "1 High St", "city": "Ghent", "zone": "eu-west"}, &address))
	var account struct {
		Name      string
		Addresses []struct{ Label string }
	}
	s.want(200, s.call(session.Token, "PATCH", "/api/account", map[string]string{"name": "Newer"}, &account))
	if account.Name != "Newer" || len(account.Addresses) != 1 {
		t.Fatalf("got %+v", account)
	}
	path := fmt.Sprintf("/api/account/addresses/%d", address.ID)
	s.want(204, s.call(session.Token, "DELETE", path, nil, nil))
	s.want(404, s.call(session.Token, "DELETE", path, nil, nil))
}
