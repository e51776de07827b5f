// Package search finds products by their words and a range of prices.
package search

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"ficus.example/shop/internal/catalog"
	"ficus.example/shop/internal/web"
)

const (
	maxQuery = 200
	maxPrice = int64(1) << 40
)

// Index is where products are found.
type Index interface {
	Search(ctx context.Context, query string, low, high int64, page web.PageRequest) ([]catalog.Product, error)
}

// Query is what a client looks for.
type Query struct {
	Words string
	Low   int64
	High  int64
	Page  web.PageRequest
}

// Hit is a product as search shows it.
type Hit struct {
	SKU        string   `json:"sku"`
	Name       string   `json:"name"`
	Snippet    string   `json:"snippet,omitempty"`
	PriceCents int64    `json:"price_cents"`
	Tags       []string `json:"tags,omitempty"`
	InStock    bool     `json:"in_stock"`
}

// Result is one page of hits.
type Result struct {
	Query string `json:"query"`
	web.Page[Hit]
}

// Routes registers the routes.
func Routes(mux *http.ServeMux, index Index) {
	mux.Handle("GET /api/search", web.Handler(func(w http.ResponseWriter, r *http.Request) error {
		query, err := parse(r)
		if err != nil {
			return err
		}
		products, err := index.Search(r.Context(), query.Words, query.Low, query.High, query.Page)
		if err != nil {
			return err
		}
		return web.JSON(w, http.StatusOK, present(query, products))
	}))
}

func parse(r *http.Request) (Query, error) {
	values := r.URL.Query()
	query := Query{Words: strings.TrimSpace(values.Get("q")), High: maxPrice}
	if query.Words == "" || len(query.Words) > maxQuery {
		return query, web.BadRequest("search/query", "q must have between 1 and 200 bytes")
	}
	for name, target := range map[string]*int64{"min_cents": &query.Low, "max_cents": &query.High} {
		text := values.Get(name)
		if text == "" {
			continue
		}
		cents, err := strconv.ParseInt(text, 10, 64)
		if err != nil || cents < 0 {
			return query, web.BadRequest("search/price", name+" must be a number of cents")
		}
		*target = cents
	}
	var err error
	query.Page, err = web.ParsePage(r)
	return query, err
}

// present makes a page of hits. Ranks are no keys, so the cursor of a search counts hits instead.
func present(query Query, products []catalog.Product) Result {
	var hits []Hit
	for _, p := range products {
		hits = append(hits, Hit{
			SKU: p.SKU, Name: p.Name, Snippet: snippet(p.Description, query.Words),
			PriceCents: p.PriceCents, Tags: p.Tags, InStock: p.InStock,
		})
	}
	next := query.Page.After + int64(query.Page.Limit)
	return Result{Query: query.Words, Page: web.NewPage(hits, query.Page, func(Hit) int64 { return next })}
}

// snippetLength is about how much of a description is shown, in bytes.
const snippetLength = 80

// snippet cuts the part of text around the first word that was searched for, at word boundaries.
func snippet(text, words string) string {
	if len(text) <= snippetLength {
		return text
	}
	start := 0
	lower := strings.ToLower(text)
	for _, word := range strings.Fields(strings.ToLower(words)) {
		if at := strings.Index(lower, word); at >= 0 {
			start = max(0, at-snippetLength/4)
			break
		}
	}
	if start > 0 {
		if space := strings.IndexByte(text[start:], ' '); space >= 0 {
			start += space + 1
		}
	}
	end := min(len(text), start+snippetLength)
	if end < len(text) {
		if space := strings.LastIndexByte(text[start:end], ' '); space > 0 {
			end = start + space
		}
	}
	cut := strings.ToValidUTF8(text[start:end], "")
	if start > 0 {
		cut = "… " + cut
	}
	if end < len(text) {
		cut += " …"
	}
	return cut
}
