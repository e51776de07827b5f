package quotes

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"ficus.example/shop/internal/database"
)

// Store reads rates.
type Store struct{ db database.Querier }

// NewStore returns a store on db.
func NewStore(db database.Querier) *Store { return &Store{db: db} }

// errNoRates means that no version of the rates is in force, or not the one asked for.
var errNoRates = errors.New("no rates")

// Version 0 stands for the one in force.
const sheetQuery = `
with chosen as (
	select version, effective_from, valid_days from rate_versions
	where case when $1::int = 0 then effective_from <= now() else version = $1 end
	order by version desc limit 1
)
select c.version, c.effective_from, c.valid_days,
	s.name, s.first_cents, s.per_kg_cents, s.free_from, s.remote_cents, x.micros,
	array(select t.tax_class from tax_rates t where t.version = c.version and t.zone = $2 order by t.tax_class),
	array(select t.basis_points::bigint from tax_rates t where t.version = c.version and t.zone = $2 order by t.tax_class)
from chosen c
left join shipping_rates s on s.version = c.version and s.zone = $2
left join exchange_rates x on x.version = c.version and x.currency = $3`

// Sheet reads what one version says about a zone and a currency.
// Either may be unknown: then the sheet has no zone name, or a rate of zero.
func (s *Store) Sheet(ctx context.Context, version int32, zone, currency string) (Sheet, error) {
	sheet := Sheet{Zone: zone, Currency: currency}
	var name *string
	var first, perKg, remote, micros *int64
	var classes []string
	var points []int64
	err := s.db.QueryRow(ctx, sheetQuery, version, zone, currency).Scan(
		&sheet.Version, &sheet.EffectiveFrom, &sheet.ValidDays,
		&name, &first, &perKg, &sheet.FreeFrom, &remote, &micros, &classes, &points)
	if errors.Is(err, pgx.ErrNoRows) {
		return sheet, errNoRates
	}
	if err != nil {
		return sheet, err
	}
	sheet.ZoneName = orZero(name)
	sheet.FirstCents, sheet.PerKgCents, sheet.RemoteCents = orZero(first), orZero(perKg), orZero(remote)
	sheet.Micros = orZero(micros)
	for i, class := range classes {
		sheet.Taxes = append(sheet.Taxes, Tax{Class: class, BasisPoints: points[i]})
	}
	return sheet, nil
}

const listQuery = `
with chosen as (
	select version, effective_from, valid_days from rate_versions
	where effective_from <= now() order by version desc limit 1
)
select c.version, c.effective_from, c.valid_days, x.micros, s.zone, s.name,
	coalesce(s.first_cents, 0), coalesce(s.per_kg_cents, 0), s.free_from, coalesce(s.remote_cents, 0),
	array(select t.tax_class from tax_rates t where t.version = c.version and t.zone = s.zone order by t.tax_class),
	array(select t.basis_points::bigint from tax_rates t where t.version = c.version and t.zone = s.zone order by t.tax_class)
from chosen c
left join exchange_rates x on x.version = c.version and x.currency = $1
left join shipping_rates s on s.version = c.version and starts_with(s.zone, $2)
order by s.zone`

// List reads the sheets in force for all zones whose name begins with prefix.
// The first result carries version and currency alone, so they are known when no zone matches.
func (s *Store) List(ctx context.Context, currency, prefix string) (Sheet, []Sheet, error) {
	head := Sheet{Currency: currency}
	rows, err := s.db.Query(ctx, listQuery, currency, prefix)
	if err != nil {
		return head, nil, err
	}
	defer rows.Close()
	var sheets []Sheet
	for rows.Next() {
		var zone, name *string
		var micros *int64
		var classes []string
		var points []int64
		sheet := Sheet{Currency: currency}
		err := rows.Scan(&sheet.Version, &sheet.EffectiveFrom, &sheet.ValidDays, &micros, &zone, &name,
			&sheet.FirstCents, &sheet.PerKgCents, &sheet.FreeFrom, &sheet.RemoteCents, &classes, &points)
		if err != nil {
			return head, nil, err
		}
		sheet.Micros = orZero(micros)
		head.Version, head.EffectiveFrom, head.ValidDays, head.Micros = sheet.Version, sheet.EffectiveFrom, sheet.ValidDays, sheet.Micros
		if zone == nil {
			continue
		}
		sheet.Zone, sheet.ZoneName = *zone, orZero(name)
		for i, class := range classes {
			sheet.Taxes = append(sheet.Taxes, Tax{Class: class, BasisPoints: points[i]})
		}
		sheets = append(sheets, sheet)
	}
	if err := rows.Err(); err != nil {
		return head, nil, err
	}
	if head.Version == 0 {
		return head, nil, errNoRates
	}
	return head, sheets, nil
}

func orZero[T any](value *T) T {
	if value == nil {
		var zero T
		return zero
	}
	return *value
}

// validUntil is when quotes made from the sheet stop being good.
func (s Sheet) validUntil() time.Time {
	return s.EffectiveFrom.UTC().AddDate(0, 0, int(s.ValidDays))
}
