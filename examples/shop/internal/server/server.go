// Package server puts the shop together and runs it.
package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"ficus.example/shop/internal/accounts"
	"ficus.example/shop/internal/cart"
	"ficus.example/shop/internal/catalog"
	"ficus.example/shop/internal/config"
	"ficus.example/shop/internal/orders"
	"ficus.example/shop/internal/quotes"
	"ficus.example/shop/internal/search"
	"ficus.example/shop/internal/token"
	"ficus.example/shop/internal/web"
)

// Handler is the whole shop. The feed is closed by whoever stops the server.
func Handler(cfg config.Config, pool *pgxpool.Pool, log *slog.Logger, feed *orders.Feed) http.Handler {
	signer := token.NewSigner(cfg.TokenSecret, cfg.TokenTTL)
	guard := web.NewGuard(signer)
	products := catalog.NewStore(pool)
	pricing := quotes.NewService(quotes.NewStore(pool))

	mux := http.NewServeMux()
	accounts.Routes(mux, accounts.NewService(accounts.NewStore(pool), signer), guard)
	catalog.Routes(mux, products, guard)
	search.Routes(mux, products)
	cart.Routes(mux, pool, guard)
	orders.Routes(mux, orders.NewService(pool, pricing, feed), guard)
	quotes.Routes(mux, pricing)
	mux.Handle("GET /healthz", web.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		return web.JSON(w, http.StatusOK, map[string]string{"status": "ok"})
	}))
	mux.Handle("GET /readyz", web.Handler(ready(pool)))
	mux.Handle("/", web.Handler(func(_ http.ResponseWriter, r *http.Request) error {
		return web.NotFound("page", r.URL.Path)
	}))

	return web.WithRequestID(web.Log(log)(web.Recover(mux)))
}

func ready(pool *pgxpool.Pool) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		if err := pool.Ping(ctx); err != nil {
			return &web.Error{Status: http.StatusServiceUnavailable, Code: "ready/database", Message: "the database does not answer"}
		}
		return web.JSON(w, http.StatusOK, map[string]string{"status": "ready"})
	}
}

// Run answers until ctx ends, then lets the requests in flight finish.
func Run(ctx context.Context, cfg config.Config, pool *pgxpool.Pool, log *slog.Logger) error {
	feed := orders.NewFeed()
	server := &http.Server{
		Handler:           Handler(cfg, pool, log, feed),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return err
	}
	log.Info("listening", "address", listener.Addr().String())

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}

	log.Info("stopping", "drain", cfg.DrainTimeout)
	feed.Close()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.DrainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
