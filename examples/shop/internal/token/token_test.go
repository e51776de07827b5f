package token

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func signerAt(now time.Time) *Signer {
	s := NewSigner([]byte("0123456789abcdef"), time.Hour)
	s.now = func() time.Time { return now }
	return s
}

func TestATokenIsReadBackUntilItExpires(t *testing.T) {
	start := time.Unix(1_700_000_000, 0)
	text, expires, err := signerAt(start).Sign("42", "customer")
	if err != nil {
		t.Fatal(err)
	}
	if !expires.Equal(start.Add(time.Hour)) {
		t.Fatalf("expires %v", expires)
	}
	claims, err := signerAt(start.Add(59 * time.Minute)).Verify(text)
	if err != nil || claims.Subject != "42" || claims.Role != "customer" {
		t.Fatalf("got %+v, %v", claims, err)
	}
	if _, err := signerAt(start.Add(time.Hour)).Verify(text); !errors.Is(err, ErrExpired) {
		t.Fatalf("got %v", err)
	}
}

func TestAChangedTokenIsRefused(t *testing.T) {
	signer := signerAt(time.Unix(1_700_000_000, 0))
	text, _, err := signer.Sign("42", "customer")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(text, ".")
	other, _, _ := signer.Sign("43", "staff")
	none := "eyJhbGciOiJub25lIn0"
	for name, bad := range map[string]string{
		"empty":           "",
		"no dots":         "abc",
		"other payload":   parts[0] + "." + strings.Split(other, ".")[1] + "." + parts[2],
		"other algorithm": none + "." + parts[1] + "." + parts[2],
		"no signature":    parts[0] + "." + parts[1] + ".",
		"bad base64":      parts[0] + "." + parts[1] + ".***",
	} {
		if _, err := signer.Verify(bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestAnotherKeyIsRefused(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	text, _, err := signerAt(now).Sign("42", "customer")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewSigner([]byte("another key, longer"), time.Hour).Verify(text); !errors.Is(err, ErrInvalid) {
		t.Fatalf("got %v", err)
	}
}
