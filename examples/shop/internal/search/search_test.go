package search

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ficus.example/shop/internal/catalog"
	"ficus.example/shop/internal/web"
)

// shelf is an index of fixed products.
type shelf []catalog.Product

func (s shelf) Search(_ context.Context, _ string, low, high int64, page web.PageRequest) ([]catalog.Product, error) {
	var found []catalog.Product
	for _, p := range s {
		if p.PriceCents >= low && p.PriceCents <= high {
			found = append(found, p)
		}
	}
	found = found[min(int64(len(found)), page.After):]
	return found[:min(len(found), page.Limit+1)], nil
}

func get(t *testing.T, index Index, target string) (int, string) {
	t.Helper()
	mux := http.NewServeMux()
	Routes(mux, index)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestSearchAnswersPages(t *testing.T) {
	index := shelf{{SKU: "a", Name: "A", PriceCents: 1}, {SKU: "b", Name: "B & <b>", PriceCents: 2, InStock: true}, {SKU: "c", Name: "C", PriceCents: 3}}
	code, body := get(t, index, "/api/search?q=x&limit=2&min_cents=2")
	want := `{"query":"x","items":[{"sku":"b","name":"B \u0026 \u003cb\u003e","price_cents":2,"in_stock":true},{"sku":"c","name":"C","price_cents":3,"in_stock":false}]}`
	if code != 200 || body != want {
		t.Fatalf("got %d %s", code, body)
	}
	if _, body := get(t, index, "/api/search?q=x&limit=1"); !strings.Contains(body, `"next"`) {
		t.Fatalf("got %s", body)
	}
	if _, body := get(t, shelf{}, "/api/search?q=x"); body != `{"query":"x","items":null}` {
		t.Fatalf("got %s", body)
	}
}

func TestBadSearchesAreRefused(t *testing.T) {
	for _, target := range []string{"/api/search", "/api/search?q=+", "/api/search?q=" + strings.Repeat("x", 201),
		"/api/search?q=x&min_cents=-1", "/api/search?q=x&max_cents=much", "/api/search?q=x&limit=0"} {
		if code, body := get(t, shelf{}, target); code != 400 {
			t.Errorf("%s: got %d %s", target, code, body)
		}
	}
}

func TestSnippetsShowTheWord(t *testing.T) {
	text := strings.Repeat("some words before it ", 6) + "the teapot itself " + strings.Repeat("and some after it ", 6)
	got := snippet(text, "Teapot")
	if !strings.Contains(got, "teapot") || !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || len(got) > 110 {
		t.Fatalf("got %q", got)
	}
	if got := snippet("short", "x"); got != "short" {
		t.Fatalf("got %q", got)
	}
}
