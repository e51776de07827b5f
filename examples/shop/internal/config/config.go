// Package config reads the settings of the shop from flags, with the environment as their default.
package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"time"
)

// Config is everything the shop can be told.
type Config struct {
	Listen        string
	DatabaseURL   string
	DatabaseConns int
	TokenSecret   []byte
	TokenTTL      time.Duration
	DrainTimeout  time.Duration
	LogLevel      slog.Level
	Seed          Seed
}

// Seed says how much demonstration data `shop seed` makes.
type Seed struct {
	Customers int
	Products  int
}

// minSecretBytes is the least length of a signing key that is worth the name.
const minSecretBytes = 16

// Parse reads args; lookup is os.LookupEnv, except in tests.
func Parse(args []string, lookup func(string) (string, bool)) (Config, error) {
	env := func(name, fallback string) string {
		if value, ok := lookup(name); ok && value != "" {
			return value
		}
		return fallback
	}
	conns, err := strconv.Atoi(env("SHOP_DATABASE_CONNS", "16"))
	if err != nil {
		return Config{}, fmt.Errorf("SHOP_DATABASE_CONNS: %w", err)
	}

	var cfg Config
	var secret, level string
	flags := flag.NewFlagSet("shop", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&cfg.Listen, "listen", env("SHOP_LISTEN", "127.0.0.1:8090"), "address to listen on")
	flags.StringVar(&cfg.DatabaseURL, "database", env("SHOP_DATABASE_URL", ""), "PostgreSQL connection string")
	flags.IntVar(&cfg.DatabaseConns, "database-conns", conns, "most connections to PostgreSQL")
	flags.StringVar(&secret, "token-secret", env("SHOP_TOKEN_SECRET", ""), "key that signs login tokens")
	flags.DurationVar(&cfg.TokenTTL, "token-ttl", 12*time.Hour, "how long a login lasts")
	flags.DurationVar(&cfg.DrainTimeout, "drain", 10*time.Second, "how long to wait for requests at the end")
	flags.StringVar(&level, "log-level", env("SHOP_LOG_LEVEL", "info"), "debug, info, warn or error")
	flags.IntVar(&cfg.Seed.Customers, "customers", 5000, "seed: how many customers")
	flags.IntVar(&cfg.Seed.Products, "products", 400, "seed: how many products")
	if err := flags.Parse(args); err != nil {
		return Config{}, err
	}
	if flags.NArg() > 0 {
		return Config{}, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	cfg.TokenSecret = []byte(secret)
	levelErr := cfg.LogLevel.UnmarshalText([]byte(level))
	return cfg, errors.Join(cfg.validate(), levelErr)
}

func (c Config) validate() error {
	var problems []error
	if c.DatabaseURL == "" {
		problems = append(problems, errors.New("no database: set -database or SHOP_DATABASE_URL"))
	}
	if len(c.TokenSecret) < minSecretBytes {
		problems = append(problems, fmt.Errorf("the token secret needs at least %d bytes: set -token-secret or SHOP_TOKEN_SECRET", minSecretBytes))
	}
	if c.DatabaseConns < 2 {
		problems = append(problems, errors.New("-database-conns: at least 2 are needed"))
	}
	return errors.Join(problems...)
}
