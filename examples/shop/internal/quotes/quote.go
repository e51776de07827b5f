// Package quotes prices a basket for a zone and a currency.
//
// A quote is computed from the rates in force and from what the client sent, and nothing is stored: the id carries
// the inputs and the version of the rates, so the same id gives the same quote for as long as the rates are kept.
// Asking for a quote therefore has no effect on anything, whatever the method.
package quotes

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"ficus.example/shop/internal/web"
)

// BaseCurrency is what all rates and all prices in requests are in.
const BaseCurrency = "EUR"

const (
	maxItems        = 50
	maxQuantity     = 99
	maxUnitCents    = 100_000_000
	maxWeightGrams  = 100_000
	maxSKU          = 64
	maxTitle        = 120
	heavyFromGrams  = 30_000
	heavyCents      = 1_500
	defaultTaxClass = "standard"
)

// Request is what to price. Amounts are in cents of the base currency.
type Request struct {
	Items    []Item `json:"items"`
	Zone     string `json:"zone"`
	Currency string `json:"currency"`
}

// Item is one position of a request.
type Item struct {
	SKU         string `json:"sku"`
	Title       string `json:"title"`
	Quantity    int64  `json:"quantity"`
	UnitCents   int64  `json:"unit_cents"`
	WeightGrams int64  `json:"weight_grams"`
	TaxClass    string `json:"tax_class"`
}

// Quote is a priced request. Amounts are in cents of its currency.
type Quote struct {
	ID             string      `json:"id"`
	Zone           string      `json:"zone"`
	ZoneName       string      `json:"zone_name"`
	Currency       string      `json:"currency"`
	ExchangeRate   float64     `json:"exchange_rate"`
	Lines          []Line      `json:"lines"`
	Surcharges     []Surcharge `json:"surcharges"`
	WeightGrams    int64       `json:"weight_grams"`
	SubtotalCents  int64       `json:"subtotal_cents"`
	ShippingCents  int64       `json:"shipping_cents"`
	SurchargeCents int64       `json:"surcharge_cents,omitempty"`
	TaxCents       int64       `json:"tax_cents"`
	TotalCents     int64       `json:"total_cents"`
	FreeShipping   bool        `json:"free_shipping,omitempty"`
	RateVersion    int32       `json:"rate_version"`
	ValidFrom      time.Time   `json:"valid_from"`
	ValidUntil     time.Time   `json:"valid_until"`
	GeneratedAt    time.Time   `json:"generated_at"`
}

// Line is one priced item.
type Line struct {
	SKU        string  `json:"sku"`
	Title      string  `json:"title,omitempty"`
	Quantity   int64   `json:"quantity"`
	UnitCents  int64   `json:"unit_cents"`
	NetCents   int64   `json:"net_cents"`
	TaxClass   string  `json:"tax_class"`
	TaxRate    float64 `json:"tax_rate"`
	TaxCents   int64   `json:"tax_cents"`
	GrossCents int64   `json:"gross_cents"`
}

// Surcharge is an amount on top of shipping.
type Surcharge struct {
	Code  string `json:"code"`
	Cents int64  `json:"cents"`
}

// Sheet is everything that one version of the rates says about a zone and a currency.
type Sheet struct {
	Version       int32
	EffectiveFrom time.Time
	ValidDays     int32
	Zone          string
	ZoneName      string
	FirstCents    int64
	PerKgCents    int64
	FreeFrom      *int64
	RemoteCents   int64
	Currency      string
	Micros        int64
	Taxes         []Tax
}

// Tax is what one class of goods is taxed in a zone.
type Tax struct {
	Class       string
	BasisPoints int64
}

// normalise fills in defaults and checks everything that needs no rates.
func (r *Request) normalise() error {
	if r.Currency == "" {
		r.Currency = BaseCurrency
	}
	fields := map[string]string{}
	if r.Zone == "" {
		fields["zone"] = "is missing"
	}
	if len(r.Items) == 0 || len(r.Items) > maxItems {
		fields["items"] = fmt.Sprintf("must hold between 1 and %d items", maxItems)
	}
	for i := range r.Items {
		r.Items[i].normalise(fmt.Sprintf("items[%d].", i), fields)
	}
	if len(fields) > 0 {
		return web.Invalid("quote/invalid", fields)
	}
	return nil
}

func (item *Item) normalise(prefix string, fields map[string]string) {
	if item.TaxClass == "" {
		item.TaxClass = defaultTaxClass
	}
	between := func(name string, value, low, high int64) {
		if value < low || value > high {
			fields[prefix+name] = fmt.Sprintf("must be between %d and %d", low, high)
		}
	}
	between("quantity", item.Quantity, 1, maxQuantity)
	between("unit_cents", item.UnitCents, 0, maxUnitCents)
	between("weight_grams", item.WeightGrams, 0, maxWeightGrams)
	if item.SKU == "" || len(item.SKU) > maxSKU {
		fields[prefix+"sku"] = fmt.Sprintf("must have between 1 and %d bytes", maxSKU)
	}
	if len(item.Title) > maxTitle {
		fields[prefix+"title"] = fmt.Sprintf("must have at most %d bytes", maxTitle)
	}
}

// price makes a quote of a normalised request.
func price(request Request, sheet Sheet, now time.Time) (Quote, error) {
	quote := Quote{
		Zone: sheet.Zone, ZoneName: sheet.ZoneName, Currency: sheet.Currency,
		ExchangeRate: float64(sheet.Micros) / 1e6,
		RateVersion:  sheet.Version,
		ValidFrom:    sheet.EffectiveFrom.UTC(),
		ValidUntil:   sheet.validUntil(),
		GeneratedAt:  now.UTC(),
	}
	var baseCents int64
	fields := map[string]string{}
	for i, item := range request.Items {
		points, ok := sheet.tax(item.TaxClass)
		if !ok {
			fields[fmt.Sprintf("items[%d].tax_class", i)] = "is not known in this zone"
			continue
		}
		line := sheet.line(item, points)
		quote.Lines = append(quote.Lines, line)
		quote.SubtotalCents += line.NetCents
		quote.TaxCents += line.TaxCents
		quote.WeightGrams += item.WeightGrams * item.Quantity
		baseCents += item.UnitCents * item.Quantity
	}
	if len(fields) > 0 {
		return Quote{}, web.Invalid("quote/invalid", fields)
	}
	quote.FreeShipping = sheet.FreeFrom != nil && baseCents >= *sheet.FreeFrom
	if !quote.FreeShipping {
		quote.ShippingCents = sheet.convert(sheet.shipping(quote.WeightGrams))
	}
	quote.Surcharges = sheet.surcharges(quote.WeightGrams)
	for _, surcharge := range quote.Surcharges {
		quote.SurchargeCents += surcharge.Cents
	}
	quote.TotalCents = quote.SubtotalCents + quote.ShippingCents + quote.SurchargeCents + quote.TaxCents
	quote.ID = encodeID(request, sheet.Version)
	return quote, nil
}

func (s Sheet) line(item Item, points int64) Line {
	unit := s.convert(item.UnitCents)
	net := unit * item.Quantity
	tax := roundHalfUp(net*points, 10_000)
	return Line{
		SKU: item.SKU, Title: item.Title, Quantity: item.Quantity, UnitCents: unit, NetCents: net,
		TaxClass: item.TaxClass, TaxRate: float64(points) / 1e4, TaxCents: tax, GrossCents: net + tax,
	}
}

func (s Sheet) tax(class string) (int64, bool) {
	for _, tax := range s.Taxes {
		if tax.Class == class {
			return tax.BasisPoints, true
		}
	}
	return 0, false
}

// shipping is the price in the base currency: the first kilogram, then every further one that has begun.
func (s Sheet) shipping(grams int64) int64 {
	further := max(0, grams-1000)
	return s.FirstCents + (further+999)/1000*s.PerKgCents
}

func (s Sheet) surcharges(grams int64) []Surcharge {
	var surcharges []Surcharge
	if s.RemoteCents > 0 {
		surcharges = append(surcharges, Surcharge{Code: "remote", Cents: s.convert(s.RemoteCents)})
	}
	if grams >= heavyFromGrams {
		surcharges = append(surcharges, Surcharge{Code: "heavy", Cents: s.convert(heavyCents)})
	}
	return surcharges
}

func (s Sheet) convert(cents int64) int64 { return roundHalfUp(cents*s.Micros, 1_000_000) }

// roundHalfUp divides; nothing here is negative.
func roundHalfUp(numerator, denominator int64) int64 {
	return (numerator + denominator/2) / denominator
}

// inputs is what an id carries; short names keep ids short.
type inputs struct {
	Version  int32   `json:"v"`
	Zone     string  `json:"z"`
	Currency string  `json:"c"`
	Items    []input `json:"i"`
}

type input struct {
	SKU         string `json:"s"`
	Title       string `json:"t,omitempty"`
	Quantity    int64  `json:"q"`
	UnitCents   int64  `json:"u"`
	WeightGrams int64  `json:"w"`
	TaxClass    string `json:"x"`
}

const idPrefix = "q1."

func encodeID(request Request, version int32) string {
	in := inputs{Version: version, Zone: request.Zone, Currency: request.Currency}
	for _, item := range request.Items {
		in.Items = append(in.Items, input(item))
	}
	text, err := json.Marshal(in)
	if err != nil {
		panic(err) // strings and integers always encode
	}
	return idPrefix + base64.RawURLEncoding.EncodeToString(text)
}

func decodeID(id string) (Request, int32, error) {
	encoded, ok := strings.CutPrefix(id, idPrefix)
	if !ok {
		return Request{}, 0, errors.New("not a quote id")
	}
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return Request{}, 0, err
	}
	var in inputs
	if err := json.Unmarshal(text, &in); err != nil {
		return Request{}, 0, err
	}
	request := Request{Zone: in.Zone, Currency: in.Currency}
	for _, item := range in.Items {
		request.Items = append(request.Items, Item(item))
	}
	return request, in.Version, request.normalise()
}
