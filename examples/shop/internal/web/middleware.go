package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"ficus.example/shop/internal/token"
)

type contextKey int

const (
	requestIDKey contextKey = iota
	identityKey
)

// Identity is who sent a request, once authenticated.
type Identity struct {
	AccountID int64
	Role      string
}

// RequestID returns the id of the request that ctx belongs to.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// Caller returns who sent the request; the handler must be behind Require.
func Caller(ctx context.Context) Identity {
	identity, _ := ctx.Value(identityKey).(Identity)
	return identity
}

// WithRequestID takes the client's X-Request-Id, or makes one.
func WithRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if id == "" || len(id) > 64 {
			var raw [8]byte
			_, _ = rand.Read(raw[:])
			id = hex.EncodeToString(raw[:])
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey, id)))
	})
}

// Recover turns a panic into a 500, unless the answer has already begun.
func Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(cause)
			}
			slog.ErrorContext(r.Context(), "panic", "cause", cause, "stack", string(debug.Stack()), "request_id", RequestID(r.Context()))
			writeError(w, r, &Error{Status: http.StatusInternalServerError, Code: "internal", Message: "something went wrong"})
		}()
		next.ServeHTTP(w, r)
	})
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(data []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(data)
	r.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection, for streams.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Log writes one line per request.
func Log(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			seen := &recorder{ResponseWriter: w}
			next.ServeHTTP(seen, r)
			level := slog.LevelInfo
			if seen.status >= http.StatusInternalServerError {
				level = slog.LevelError
			}
			log.LogAttrs(r.Context(), level, "request",
				slog.String("method", r.Method), slog.String("route", r.Pattern), slog.String("path", r.URL.Path),
				slog.Int("status", seen.status), slog.Int("bytes", seen.bytes),
				slog.Duration("took", time.Since(start)), slog.String("request_id", RequestID(r.Context())))
		})
	}
}

// Guard checks bearer tokens.
type Guard struct{ signer *token.Signer }

// NewGuard returns a guard that trusts signer.
func NewGuard(signer *token.Signer) *Guard { return &Guard{signer: signer} }

// Require lets only logged-in callers through.
func (g *Guard) Require(next Handler) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		identity, err := g.identify(r)
		if err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer realm="shop"`)
			return err
		}
		return next(w, r.WithContext(context.WithValue(r.Context(), identityKey, identity)))
	}
}

// RequireStaff lets only staff through.
func (g *Guard) RequireStaff(next Handler) Handler {
	return g.Require(func(w http.ResponseWriter, r *http.Request) error {
		if Caller(r.Context()).Role != "staff" {
			return &Error{Status: http.StatusForbidden, Code: "auth/forbidden", Message: "this needs a member of staff"}
		}
		return next(w, r)
	})
}

func (g *Guard) identify(r *http.Request) (Identity, error) {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") || text == "" {
		return Identity{}, &Error{Status: http.StatusUnauthorized, Code: "auth/missing", Message: "a bearer token is needed"}
	}
	claims, err := g.signer.Verify(strings.TrimSpace(text))
	if err != nil {
		return Identity{}, &Error{Status: http.StatusUnauthorized, Code: "auth/invalid", Message: err.Error()}
	}
	account, err := strconv.ParseInt(claims.Subject, 10, 64)
	if err != nil {
		return Identity{}, &Error{Status: http.StatusUnauthorized, Code: "auth/invalid", Message: "token has no account"}
	}
	return Identity{AccountID: account, Role: claims.Role}, nil
}
