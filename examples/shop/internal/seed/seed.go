// Package seed fills an empty shop with demonstration data. It makes the same data every time.
package seed

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ficus.example/shop/internal/accounts"
	"ficus.example/shop/internal/config"
)

// Password opens every seeded account.
const Password = "demo-password"

// rounds is far too low for real passwords and makes thousands of logins cheap.
const rounds = 500

// Run adds what is missing; a shop that has products is left alone.
func Run(ctx context.Context, pool *pgxpool.Pool, size config.Seed, log *slog.Logger) error {
	var filled bool
	if err := pool.QueryRow(ctx, `select exists (select from products)`).Scan(&filled); err != nil {
		return err
	}
	if filled {
		log.Info("seed: the shop has products already")
		return nil
	}
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		for _, step := range []func(context.Context, pgx.Tx, config.Seed) error{seedCatalog, seedRates, seedCustomers} {
			if err := step(ctx, tx, size); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	_, err = pool.Exec(ctx, `analyze`)
	log.Info("seed: done", "customers", size.Customers, "products", size.Products)
	return err
}

var (
	categories = [][2]string{{"tea", "Tea & Infusions"}, {"coffee", "Coffee"}, {"books", "Books"}, {"kitchen", "Kitchen"}, {"garden", "Garden"}}
	adjectives = []string{"Fine", "Rustic", "Quiet", "Bright", "Northern", "Hand-made", "Everyday", "Old", "Little", "Grand"}
	nouns      = map[string][]string{
		"tea":     {"Assam", "Darjeeling", "Sencha", "Earl Grey", "Mint & Lime"},
		"coffee":  {"Espresso", "Filter Roast", "House Blend", "Decaf"},
		"books":   {"Cookbook", "Atlas", "Novel", "Field Guide <2nd ed.>"},
		"kitchen": {"Teapot", "Kettle", "Mug", "Grinder", "Cast-iron Pan"},
		"garden":  {"Trowel", "Watering Can", "Seed Box", "Stone Bench"},
	}
	phrases = []string{
		"made in small batches", "loved by regulars", "a present that is kept", "ships the same day",
		"with a lifetime guarantee", "from a family workshop", "for slow mornings", "tested in our own kitchen",
	}
)

func seedCatalog(ctx context.Context, tx pgx.Tx, size config.Seed) error {
	for i, category := range categories {
		if _, err := tx.Exec(ctx, `insert into categories (slug, name, position) values ($1, $2, $3)`, category[0], category[1], i); err != nil {
			return err
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	columns := []string{"sku", "name", "description", "category", "price_cents", "weight_grams", "tax_class", "tags", "stock"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"products"}, columns, pgx.CopyFromSlice(size.Products, func(i int) ([]any, error) {
		category := categories[i%len(categories)][0]
		noun := nouns[category][random.IntN(len(nouns[category]))]
		name := adjectives[random.IntN(len(adjectives))] + " " + noun
		class := "standard"
		if category == "books" {
			class = "books"
		}
		tags := []string{}
		if random.IntN(3) == 0 {
			tags = append(tags, "new")
		}
		description := strings.ToLower(name) + ", " + phrases[random.IntN(len(phrases))] + " & " + phrases[random.IntN(len(phrases))]
		return []any{fmt.Sprintf("%s-%04d", category, i+1), name, description, category,
			int64(199 + random.IntN(12_000)), 50 + random.IntN(4000), class, tags, 1_000_000}, nil
	}))
	return err
}

// rate is one zone of the rate sheet, with taxes in basis points.
type rate struct {
	zone, name           string
	first, perKg, remote int64
	free                 *int64
	standard, books      int
}

func seedRates(ctx context.Context, tx pgx.Tx, _ config.Seed) error {
	free := func(cents int64) *int64 { return &cents }
	zones := []rate{
		{"ch", "Switzerland", 1190, 240, 0, nil, 810, 260},
		{"eu-east", "Eastern Europe", 690, 120, 0, free(12_000), 2300, 500},
		{"eu-north", "Nordics & Baltics", 790, 145, 0, free(15_000), 2500, 600},
		{"eu-south", "Southern Europe", 590, 110, 0, free(10_000), 2200, 400},
		{"eu-west", "Western Europe", 490, 95, 0, free(9_900), 1900, 700},
		{"islands", "Islands <remote>", 1490, 310, 350, nil, 2500, 2500},
		{"uk", "United Kingdom", 890, 160, 0, free(20_000), 2000, 0},
	}
	currencies := map[string]int64{"EUR": 1_000_000, "USD": 1_084_250, "GBP": 842_600, "CHF": 938_150, "SEK": 11_243_500, "JPY": 161_370_000}
	for version, from := range []string{"2025-07-01 00:00:00+00", "2026-01-01 00:00:00.25+00"} {
		version++
		if _, err := tx.Exec(ctx, `insert into rate_versions (version, effective_from, valid_days) values ($1, $2::timestamptz, 730)`, version, from); err != nil {
			return err
		}
		for _, z := range zones {
			_, err := tx.Exec(ctx, `insert into shipping_rates (version, zone, name, first_cents, per_kg_cents, free_from, remote_cents)
				values ($1, $2, $3, $4, $5, $6, $7)`, version, z.zone, z.name, z.first+int64(version)*10, z.perKg, z.free, z.remote)
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `insert into tax_rates (version, zone, tax_class, basis_points) values ($1, $2, 'standard', $3), ($1, $2, 'books', $4)`,
				version, z.zone, z.standard, z.books)
			if err != nil {
				return err
			}
		}
		for currency, micros := range currencies {
			if _, err := tx.Exec(ctx, `insert into exchange_rates (version, currency, micros) values ($1, $2, $3)`, version, currency, micros); err != nil {
				return err
			}
		}
	}
	return nil
}

func seedCustomers(ctx context.Context, tx pgx.Tx, size config.Seed) error {
	hashes, err := hashPasswords(size.Customers + 1)
	if err != nil {
		return err
	}
	columns := []string{"email", "name", "password_hash", "role"}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"accounts"}, columns, pgx.CopyFromSlice(len(hashes), func(i int) ([]any, error) {
		if i == size.Customers {
			return []any{"staff@shop.example", "Staff", hashes[i], "staff"}, nil
		}
		return []any{fmt.Sprintf("customer-%d@shop.example", i+1), fmt.Sprintf("Customer %d", i+1), hashes[i], "customer"}, nil
	}))
	return err
}

func hashPasswords(count int) ([]string, error) {
	hashes := make([]string, count)
	workers := runtime.GOMAXPROCS(0)
	failures := make([]error, workers)
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := worker; i < count && failures[worker] == nil; i += workers {
				hashes[i], failures[worker] = accounts.HashPassword(Password, rounds)
			}
		}()
	}
	wait.Wait()
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	return hashes, nil
}
