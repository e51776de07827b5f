// Command shop is the monolith: one program, one database, every feature of a small web shop.
//
//	shop serve     apply migrations and answer HTTP (the default)
//	shop migrate   apply migrations and stop
//	shop seed      apply migrations and fill in demonstration data
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"ficus.example/shop/internal/config"
	"ficus.example/shop/internal/database"
	"ficus.example/shop/internal/seed"
	"ficus.example/shop/internal/server"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	err := run(ctx, os.Args[1:])
	switch {
	case err == nil:
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	command := "serve"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		command, args = args[0], args[1:]
	}
	cfg, err := config.Parse(args, os.LookupEnv)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: cfg.LogLevel}))
	slog.SetDefault(log)

	startup, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	pool, err := database.Open(startup, cfg.DatabaseURL, cfg.DatabaseConns)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := database.Migrate(startup, pool, log); err != nil {
		return err
	}

	switch command {
	case "serve":
		return server.Run(ctx, cfg, pool, log)
	case "migrate":
		return nil
	case "seed":
		return seed.Run(ctx, pool, cfg.Seed, log)
	default:
		return fmt.Errorf("unknown command %q: want serve, migrate or seed", command)
	}
}
