package quotes

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata/golden.json anew")

// fixedRates answers from memory, as the store would.
type fixedRates struct{ sheets []Sheet }

func (f fixedRates) Sheet(_ context.Context, version int32, zone, currency string) (Sheet, error) {
	if version > 3 {
		return Sheet{}, errNoRates
	}
	found := Sheet{Version: 3, EffectiveFrom: effective, ValidDays: 14, Zone: zone, Currency: currency, Micros: micros[currency]}
	for _, sheet := range f.sheets {
		if sheet.Zone == zone {
			sheet.Currency, sheet.Micros = currency, micros[currency]
			return sheet, nil
		}
	}
	return found, nil
}

func (f fixedRates) List(_ context.Context, currency, prefix string) (Sheet, []Sheet, error) {
	head := Sheet{Version: 3, EffectiveFrom: effective, ValidDays: 14, Currency: currency, Micros: micros[currency]}
	var found []Sheet
	for _, sheet := range f.sheets {
		if strings.HasPrefix(sheet.Zone, prefix) {
			sheet.Currency, sheet.Micros = currency, micros[currency]
			found = append(found, sheet)
		}
	}
	return head, found, nil
}

var (
	effective = time.Date(2026, 1, 31, 23, 30, 0, 250_000_000, time.FixedZone("CET", 3600))
	micros    = map[string]int64{"EUR": 1_000_000, "USD": 1_084_250, "JPY": 161_370_000, "TINY": 1}
	freeFrom  = int64(10_000)
	rates     = fixedRates{[]Sheet{
		{Version: 3, EffectiveFrom: effective, ValidDays: 14, Zone: "eu-north", ZoneName: "North & <Baltic>", FirstCents: 690,
			PerKgCents: 145, RemoteCents: 350, Taxes: []Tax{{"books", 600}, {"standard", 2500}}},
		{Version: 3, EffectiveFrom: effective, ValidDays: 14, Zone: "eu-west", ZoneName: "Western Europe", FirstCents: 490,
			PerKgCents: 95, FreeFrom: &freeFrom, Taxes: []Tax{{"books", 700}, {"standard", 1900}}},
	}}
)

// golden is one exchange; the Rust service of this boundary is held to the same file.
type golden struct {
	Name     string `json:"name"`
	Method   string `json:"method"`
	Target   string `json:"target"`
	Body     string `json:"body,omitempty"`
	Status   int    `json:"status"`
	Location string `json:"location,omitempty"`
	Answer   string `json:"answer"`
}

func exchanges() []golden {
	one := `{"sku":"tea","quantity":1,"unit_cents":1250,"weight_grams":200}`
	id := func(request Request, version int32) string {
		_ = request.normalise()
		return encodeID(request, version)
	}
	tea := Request{Zone: "eu-west", Items: []Item{{SKU: "tea", Quantity: 2, UnitCents: 1250, WeightGrams: 200}}}
	return []golden{
		{Name: "one item", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","items":[` + one + `]}`},
		{Name: "html in strings", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-north","items":[{"sku":"a&b","title":"Tea <\"fine\"> & more\u2028\u00e9\t\u0001\u007f","quantity":3,"unit_cents":1999,"weight_grams":350}]}`},
		{Name: "half a cent", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-north","items":[{"sku":"a","quantity":1,"unit_cents":2,"weight_grams":0},{"sku":"b","quantity":1,"unit_cents":6,"weight_grams":0},{"sku":"c","quantity":1,"unit_cents":10,"weight_grams":0}]}`},
		{Name: "free shipping", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","items":[{"sku":"a","quantity":4,"unit_cents":2500,"weight_grams":100}]}`},
		{Name: "heavy and remote", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-north","items":[{"sku":"anvil","quantity":2,"unit_cents":15999,"weight_grams":15001}]}`},
		{Name: "dollars and books", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","currency":"USD","items":[{"sku":"book","quantity":2,"unit_cents":1490,"weight_grams":499,"tax_class":"books"},` + one + `]}`},
		{Name: "yen", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","currency":"JPY","items":[` + one + `]}`},
		{Name: "a rate below 1e-5", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","currency":"TINY","items":[` + one + `]}`},
		{Name: "names in any case", Method: "POST", Target: "/api/quotes", Body: `{"ZONE":"eu-west","Items":[{"Sku":"tea","QUANTITY":1,"Unit_Cents":1250,"weight_GRAMS":200}]}`},
		{Name: "the last of two wins", Method: "POST", Target: "/api/quotes", Body: `{"zone":"nowhere","zone":"eu-west","items":[` + one + `]}`},
		{Name: "null is nothing", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","currency":null,"items":[{"sku":"tea","title":null,"quantity":1,"unit_cents":1250,"weight_grams":200}]}`},
		{Name: "unknown fields are skipped", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","note":{"x":[1]},"items":[` + one + `]}`},
		{Name: "not json", Method: "POST", Target: "/api/quotes", Body: `{"zone":`},
		{Name: "empty body", Method: "POST", Target: "/api/quotes"},
		{Name: "two values", Method: "POST", Target: "/api/quotes", Body: `{} {}`},
		{Name: "wrong type", Method: "POST", Target: "/api/quotes", Body: `{"zone":7}`},
		{Name: "wrong type inside", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","items":[{"sku":"tea","quantity":"1"}]}`},
		{Name: "a fraction", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","items":[{"sku":"tea","quantity":1.5}]}`},
		{Name: "an array", Method: "POST", Target: "/api/quotes", Body: `[]`},
		{Name: "null", Method: "POST", Target: "/api/quotes", Body: `null`},
		{Name: "every field wrong", Method: "POST", Target: "/api/quotes", Body: `{"items":[{"sku":"","title":"` + strings.Repeat("x", 121) + `","quantity":0,"unit_cents":-1,"weight_grams":100001}]}`},
		{Name: "no items", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","items":[]}`},
		{Name: "unknown zone", Method: "POST", Target: "/api/quotes", Body: `{"zone":"<moon>","items":[` + one + `]}`},
		{Name: "unknown currency", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","currency":"XXX","items":[` + one + `]}`},
		{Name: "unknown tax class", Method: "POST", Target: "/api/quotes", Body: `{"zone":"eu-west","items":[{"sku":"tea","quantity":1,"tax_class":"luxury"}]}`},
		{Name: "again by id", Method: "GET", Target: "/api/quotes/" + id(tea, 3)},
		{Name: "id of no rates", Method: "GET", Target: "/api/quotes/" + id(tea, 9)},
		{Name: "id of version zero", Method: "GET", Target: "/api/quotes/" + id(tea, 0)},
		{Name: "no id", Method: "GET", Target: "/api/quotes/abc"},
		{Name: "id that is no base64", Method: "GET", Target: "/api/quotes/q1.%25%25"},
		{Name: "all rates", Method: "GET", Target: "/api/rates"},
		{Name: "rates in dollars", Method: "GET", Target: "/api/rates?currency=USD&zone=eu-w"},
		{Name: "no rates match", Method: "GET", Target: "/api/rates?zone=asia"},
		{Name: "rates in nothing", Method: "GET", Target: "/api/rates?currency=XXX"},
		{Name: "one rate", Method: "GET", Target: "/api/rates/eu-west"},
		{Name: "one rate in yen", Method: "GET", Target: "/api/rates/eu-north?currency=JPY"},
		{Name: "no such rate", Method: "GET", Target: "/api/rates/a%20%26%20b"},
	}
}

func newHandler() http.Handler {
	service := NewService(rates)
	service.now = func() time.Time { return time.Date(2026, 2, 3, 4, 5, 6, 70_000_000, time.UTC) }
	mux := http.NewServeMux()
	Routes(mux, service)
	return mux
}

func TestAnswersAreTheGoldenOnes(t *testing.T) {
	const path = "testdata/golden.json"
	handler := newHandler()
	made := exchanges()
	for i := range made {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(made[i].Method, made[i].Target, strings.NewReader(made[i].Body)))
		made[i].Status, made[i].Location, made[i].Answer = w.Code, w.Header().Get("Location"), w.Body.String()
	}
	text, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want) {
		t.Fatal("answers differ from testdata/golden.json; look with `go test ./internal/quotes -update` and git diff")
	}
}

func TestAQuoteIsMadeAgainFromItsID(t *testing.T) {
	service := NewService(rates)
	service.now = func() time.Time { return effective }
	request := Request{Zone: "eu-north", Currency: "USD", Items: []Item{
		{SKU: "a", Title: "A & B", Quantity: 2, UnitCents: 999, WeightGrams: 1500},
		{SKU: "b", Quantity: 1, UnitCents: 1, TaxClass: "books"},
	}}
	first, err := service.Price(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	again, err := service.Find(context.Background(), first.ID)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(first)
	b, _ := json.Marshal(again)
	if !bytes.Equal(a, b) {
		t.Fatalf("first %s\nagain %s", a, b)
	}
}

func TestShippingCountsBegunKilograms(t *testing.T) {
	sheet := Sheet{FirstCents: 500, PerKgCents: 100}
	for grams, want := range map[int64]int64{0: 500, 1000: 500, 1001: 600, 2000: 600, 2001: 700} {
		if got := sheet.shipping(grams); got != want {
			t.Errorf("%d g: got %d, want %d", grams, got, want)
		}
	}
}

func TestHalvesAreRoundedUp(t *testing.T) {
	for numerator, want := range map[int64]int64{0: 0, 4999: 0, 5000: 1, 15_000: 2, 25_000: 3, 24_999: 2} {
		if got := roundHalfUp(numerator, 10_000); got != want {
			t.Errorf("%d: got %d, want %d", numerator, got, want)
		}
	}
}

func TestTotalsAddUp(t *testing.T) {
	request := Request{Zone: "eu-north", Currency: "USD", Items: []Item{
		{SKU: "a", Quantity: 7, UnitCents: 1333, WeightGrams: 6000, TaxClass: "standard"},
		{SKU: "b", Quantity: 3, UnitCents: 77, WeightGrams: 10, TaxClass: "books"},
	}}
	sheet, _ := rates.Sheet(context.Background(), 0, request.Zone, request.Currency)
	quote, err := price(request, sheet, effective)
	if err != nil {
		t.Fatal(err)
	}
	var gross int64
	for _, line := range quote.Lines {
		gross += line.GrossCents
	}
	if total := gross + quote.ShippingCents + quote.SurchargeCents; total != quote.TotalCents {
		t.Fatalf("lines and fees give %d, total is %d", total, quote.TotalCents)
	}
	if len(quote.Surcharges) != 2 {
		t.Fatalf("got %+v", quote.Surcharges)
	}
}
