package config

import (
	"log/slog"
	"strings"
	"testing"
)

func environment(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := pairs[name]
		return value, ok
	}
}

func TestFlagsWinOverTheEnvironment(t *testing.T) {
	env := environment(map[string]string{
		"SHOP_LISTEN":       "127.0.0.1:1",
		"SHOP_DATABASE_URL": "postgres://x",
		"SHOP_TOKEN_SECRET": "0123456789abcdef",
		"SHOP_LOG_LEVEL":    "warn",
	})
	cfg, err := Parse([]string{"-listen", "127.0.0.1:2"}, env)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Listen != "127.0.0.1:2" || cfg.DatabaseURL != "postgres://x" || cfg.LogLevel != slog.LevelWarn {
		t.Fatalf("got %+v", cfg)
	}
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	_, err := Parse([]string{"-database-conns", "1", "-token-secret", "short"}, environment(nil))
	if err == nil {
		t.Fatal("want an error")
	}
	for _, part := range []string{"no database", "at least 16 bytes", "at least 2"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %q", err, part)
		}
	}
}

func TestStrayArgumentsAreRefused(t *testing.T) {
	if _, err := Parse([]string{"extra"}, environment(nil)); err == nil {
		t.Fatal("want an error")
	}
}
