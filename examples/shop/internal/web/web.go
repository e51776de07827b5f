// Package web is what every handler of the shop shares: errors as JSON, decoding, pages, middleware.
package web

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
)

// Error is a failure that a client may see.
type Error struct {
	Status  int               `json:"-"`
	Code    string            `json:"code"`
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields,omitempty"`
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// NotFound is a 404 about a kind of thing.
func NotFound(kind, key string) *Error {
	return &Error{Status: http.StatusNotFound, Code: kind + "/not-found", Message: kind + " \"" + key + "\" does not exist"}
}

// Invalid is a 422 that names the fields that are wrong.
func Invalid(code string, fields map[string]string) *Error {
	return &Error{Status: http.StatusUnprocessableEntity, Code: code, Message: "some fields are not valid", Fields: fields}
}

// BadRequest is a 400.
func BadRequest(code, message string) *Error {
	return &Error{Status: http.StatusBadRequest, Code: code, Message: message}
}

// Conflict is a 409.
func Conflict(code, message string) *Error {
	return &Error{Status: http.StatusConflict, Code: code, Message: message}
}

// Handler answers a request or fails; failures become JSON.
type Handler func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP makes a Handler an http.Handler.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		writeError(w, r, err)
	}
}

func writeError(w http.ResponseWriter, r *http.Request, err error) {
	var shown *Error
	if !errors.As(err, &shown) {
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			shown = &Error{Status: http.StatusRequestEntityTooLarge, Code: "request/too-large", Message: "the body is too large"}
		case r.Context().Err() != nil:
			shown = &Error{Status: http.StatusServiceUnavailable, Code: "request/cancelled", Message: "the request was given up"}
		default:
			slog.ErrorContext(r.Context(), "request failed", "error", err, "path", r.URL.Path, "request_id", RequestID(r.Context()))
			shown = &Error{Status: http.StatusInternalServerError, Code: "internal", Message: "something went wrong"}
		}
	}
	_ = JSON(w, shown.Status, struct {
		Error *Error `json:"error"`
	}{shown})
}

// JSON writes a value with encoding/json's defaults: HTML escaped, a newline at the end.
// It is encoded before the status is written, so a value that cannot be encoded is a clean 500.
func JSON(w http.ResponseWriter, status int, value any) error {
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(value); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, err := w.Write(body.Bytes())
	return err
}

// maxBody is the most a client may send, in bytes.
const maxBody = 1 << 20

// Decode reads one JSON value from the body into target.
func Decode(w http.ResponseWriter, r *http.Request, target any) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, target); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return BadRequest("request/wrong-type", "field \""+kind.Field+"\" has the wrong type")
		}
		return BadRequest("request/not-json", "the body is not valid JSON")
	}
	return nil
}

// Page is a slice of a longer list; Next is empty on the last page.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// PageRequest is what a client asked for: at most Limit items after the one numbered After.
type PageRequest struct {
	Limit int
	After int64
}

const (
	defaultLimit = 20
	maxLimit     = 100
)

// ParsePage reads ?limit= and ?cursor=.
func ParsePage(r *http.Request) (PageRequest, error) {
	page := PageRequest{Limit: defaultLimit}
	query := r.URL.Query()
	if text := query.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > maxLimit {
			return page, BadRequest("page/limit", "limit must be between 1 and 100")
		}
		page.Limit = limit
	}
	if text := query.Get("cursor"); text != "" {
		after, err := decodeCursor(text)
		if err != nil {
			return page, BadRequest("page/cursor", "cursor was not made by this service")
		}
		page.After = after
	}
	return page, nil
}

// NewPage cuts items, of which one more than asked for was read, into a page.
func NewPage[T any](items []T, request PageRequest, key func(T) int64) Page[T] {
	if len(items) <= request.Limit {
		return Page[T]{Items: items}
	}
	items = items[:request.Limit]
	return Page[T]{Items: items, Next: encodeCursor(key(items[len(items)-1]))}
}

func encodeCursor(after int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte("c1:" + strconv.FormatInt(after, 10)))
}

func decodeCursor(text string) (int64, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < 3 || string(raw[:3]) != "c1:" {
		return 0, errors.New("not a cursor")
	}
	return strconv.ParseInt(string(raw[3:]), 10, 64)
}
