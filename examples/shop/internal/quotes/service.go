package quotes

import (
	"context"
	"errors"
	"net/http"
	"time"

	"ficus.example/shop/internal/web"
)

// Rates is where sheets come from.
type Rates interface {
	Sheet(ctx context.Context, version int32, zone, currency string) (Sheet, error)
	List(ctx context.Context, currency, prefix string) (Sheet, []Sheet, error)
}

// Service makes quotes. Orders use it in process, clients over HTTP.
type Service struct {
	rates Rates
	now   func() time.Time
}

// NewService returns a service on rates.
func NewService(rates Rates) *Service { return &Service{rates: rates, now: time.Now} }

// Price makes a quote with the rates in force.
func (s *Service) Price(ctx context.Context, request Request) (Quote, error) {
	if err := request.normalise(); err != nil {
		return Quote{}, err
	}
	return s.priceAt(ctx, request, 0)
}

// Find makes a quote again from its id.
func (s *Service) Find(ctx context.Context, id string) (Quote, error) {
	request, version, err := decodeID(id)
	if err != nil || version < 1 {
		return Quote{}, web.NotFound("quote", id)
	}
	quote, err := s.priceAt(ctx, request, version)
	if errors.Is(err, errNoRates) {
		return Quote{}, web.NotFound("quote", id)
	}
	return quote, err
}

func (s *Service) priceAt(ctx context.Context, request Request, version int32) (Quote, error) {
	sheet, err := s.rates.Sheet(ctx, version, request.Zone, request.Currency)
	if err != nil {
		return Quote{}, err
	}
	if sheet.ZoneName == "" {
		return Quote{}, unknown("zone", request.Zone)
	}
	if sheet.Micros == 0 {
		return Quote{}, unknown("currency", request.Currency)
	}
	return price(request, sheet, s.now())
}

func unknown(kind, name string) *web.Error {
	return &web.Error{
		Status: http.StatusUnprocessableEntity, Code: "quote/unknown-" + kind,
		Message: kind + " \"" + name + "\" is not served",
	}
}

// RateList is the rates of several zones.
type RateList struct {
	Version      int32     `json:"version"`
	Currency     string    `json:"currency"`
	ExchangeRate float64   `json:"exchange_rate"`
	ValidUntil   time.Time `json:"valid_until"`
	Rates        []Rate    `json:"rates"`
}

// Rate is what a zone costs, in cents of the list's currency.
type Rate struct {
	Zone          string             `json:"zone"`
	Name          string             `json:"name"`
	FirstCents    int64              `json:"first_cents"`
	PerKgCents    int64              `json:"per_kg_cents"`
	FreeFromCents *int64             `json:"free_from_cents,omitempty"`
	RemoteCents   int64              `json:"remote_cents,omitempty"`
	Taxes         map[string]float64 `json:"taxes"`
}

// ZoneRate is the rate of one zone with its validity.
type ZoneRate struct {
	Rate
	Version    int32     `json:"version"`
	Currency   string    `json:"currency"`
	ValidFrom  time.Time `json:"valid_from"`
	ValidUntil time.Time `json:"valid_until"`
}

// List returns the rates of the zones whose name begins with prefix.
func (s *Service) List(ctx context.Context, currency, prefix string) (RateList, error) {
	if currency == "" {
		currency = BaseCurrency
	}
	head, sheets, err := s.rates.List(ctx, currency, prefix)
	if err != nil {
		return RateList{}, err
	}
	if head.Micros == 0 {
		return RateList{}, unknown("currency", currency)
	}
	list := RateList{
		Version: head.Version, Currency: currency,
		ExchangeRate: float64(head.Micros) / 1e6, ValidUntil: head.validUntil(),
	}
	for _, sheet := range sheets {
		list.Rates = append(list.Rates, sheet.rate())
	}
	return list, nil
}

// Zone returns the rate of one zone.
func (s *Service) Zone(ctx context.Context, zone, currency string) (ZoneRate, error) {
	if currency == "" {
		currency = BaseCurrency
	}
	sheet, err := s.rates.Sheet(ctx, 0, zone, currency)
	if err != nil {
		return ZoneRate{}, err
	}
	if sheet.ZoneName == "" {
		return ZoneRate{}, web.NotFound("zone", zone)
	}
	if sheet.Micros == 0 {
		return ZoneRate{}, unknown("currency", currency)
	}
	return ZoneRate{
		Rate: sheet.rate(), Version: sheet.Version, Currency: currency,
		ValidFrom: sheet.EffectiveFrom.UTC(), ValidUntil: sheet.validUntil(),
	}, nil
}

func (s Sheet) rate() Rate {
	rate := Rate{
		Zone: s.Zone, Name: s.ZoneName, FirstCents: s.convert(s.FirstCents), PerKgCents: s.convert(s.PerKgCents),
		RemoteCents: s.convert(s.RemoteCents), Taxes: map[string]float64{},
	}
	if s.FreeFrom != nil {
		cents := s.convert(*s.FreeFrom)
		rate.FreeFromCents = &cents
	}
	for _, tax := range s.Taxes {
		rate.Taxes[tax.Class] = float64(tax.BasisPoints) / 1e4
	}
	return rate
}
