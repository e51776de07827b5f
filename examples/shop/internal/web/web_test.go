package web

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ficus.example/shop/internal/token"
)

func call(h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestErrorsBecomeJSON(t *testing.T) {
	cases := []struct {
		name   string
		err    error
		status int
		body   string
	}{
		{"known", NotFound("product", "a<b"), 404, `{"error":{"code":"product/not-found","message":"product \"a\u003cb\" does not exist"}}`},
		{"fields", Invalid("x/invalid", map[string]string{"b": "2", "a": "1"}), 422, `{"error":{"code":"x/invalid","message":"some fields are not valid","fields":{"a":"1","b":"2"}}}`},
		{"unknown", errors.New("secret detail"), 500, `{"error":{"code":"internal","message":"something went wrong"}}`},
		{"too large", &http.MaxBytesError{Limit: 1}, 413, `{"error":{"code":"request/too-large","message":"the body is too large"}}`},
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := call(Handler(func(http.ResponseWriter, *http.Request) error { return c.err }), "GET", "/", "")
			if w.Code != c.status || strings.TrimSpace(w.Body.String()) != c.body {
				t.Fatalf("got %d %s", w.Code, w.Body)
			}
		})
	}
}

func TestDecodeNamesWhatIsWrong(t *testing.T) {
	h := Handler(func(w http.ResponseWriter, r *http.Request) error {
		var target struct {
			Count int `json:"count"`
		}
		if err := Decode(w, r, &target); err != nil {
			return err
		}
		return JSON(w, 200, target)
	})
	for body, want := range map[string]string{
		`{"count":3}`:   `{"count":3}`,
		`{"COUNT":4}`:   `{"count":4}`,
		`{"count":"x"}`: `request/wrong-type`,
		`{"count":3`:    `request/not-json`,
		``:              `request/not-json`,
		`{} {}`:         `request/not-json`,
	} {
		if got := call(h, "POST", "/", body).Body.String(); !strings.Contains(got, want) {
			t.Errorf("%s: got %s", body, got)
		}
	}
}

func TestPagesFollowTheirCursor(t *testing.T) {
	id := func(n int64) int64 { return n }
	request := PageRequest{Limit: 2}
	page := NewPage([]int64{1, 2, 3}, request, id)
	if len(page.Items) != 2 || page.Next == "" {
		t.Fatalf("got %+v", page)
	}
	next, err := ParsePage(httptest.NewRequest("GET", "/?limit=2&cursor="+page.Next, nil))
	if err != nil || next.After != 2 || next.Limit != 2 {
		t.Fatalf("got %+v, %v", next, err)
	}
	if last := NewPage([]int64{3}, next, id); last.Next != "" {
		t.Fatalf("got %+v", last)
	}
	for _, bad := range []string{"limit=0", "limit=101", "limit=x", "cursor=***", "cursor=YTE6Mg"} {
		if _, err := ParsePage(httptest.NewRequest("GET", "/?"+bad, nil)); err == nil {
			t.Errorf("%s: want an error", bad)
		}
	}
}

func TestAPanicIsA500AndTheRequestIDIsKept(t *testing.T) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	h := WithRequestID(Recover(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })))
	w := call(h, "GET", "/", "", "X-Request-Id", "abc")
	if w.Code != 500 || w.Header().Get("X-Request-Id") != "abc" {
		t.Fatalf("got %d %v", w.Code, w.Header())
	}
	made := call(h, "GET", "/", "", "X-Request-Id", strings.Repeat("x", 65)).Header().Get("X-Request-Id")
	if len(made) != 16 {
		t.Fatalf("got %q", made)
	}
}

func TestTheGuard(t *testing.T) {
	signer := token.NewSigner([]byte("0123456789abcdef"), time.Hour)
	guard := NewGuard(signer)
	customer, _, _ := signer.Sign("7", "customer")
	staff, _, _ := signer.Sign("8", "staff")
	nameless, _, _ := signer.Sign("x", "customer")
	answer := func(w http.ResponseWriter, r *http.Request) error {
		return JSON(w, 200, Caller(r.Context()).AccountID)
	}
	cases := []struct {
		name, authorization string
		handler             Handler
		status              int
	}{
		{"customer", "Bearer " + customer, guard.Require(answer), 200},
		{"lower case scheme", "bearer " + customer, guard.Require(answer), 200},
		{"nobody", "", guard.Require(answer), 401},
		{"basic", "Basic abc", guard.Require(answer), 401},
		{"garbage", "Bearer abc", guard.Require(answer), 401},
		{"no account", "Bearer " + nameless, guard.Require(answer), 401},
		{"customer at a staff door", "Bearer " + customer, guard.RequireStaff(answer), 403},
		{"staff", "Bearer " + staff, guard.RequireStaff(answer), 200},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if w := call(c.handler, "GET", "/", "", "Authorization", c.authorization); w.Code != c.status {
				t.Fatalf("got %d %s", w.Code, w.Body)
			}
		})
	}
}
