package accounts

import (
	"strings"
	"testing"
)

func TestPasswordsAreCheckedAgainstTheirStoredForm(t *testing.T) {
	stored, err := HashPassword("correct horse", 10)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(stored, "pbkdf2-sha256$10$") {
		t.Fatalf("got %s", stored)
	}
	for password, want := range map[string]bool{"correct horse": true, "correct horsf": false, "": false} {
		if ok, err := checkPassword(password, stored); err != nil || ok != want {
			t.Errorf("%q: got %v, %v", password, ok, err)
		}
	}
	again, _ := HashPassword("correct horse", 10)
	if again == stored {
		t.Error("two hashes of one password are the same: no salt")
	}
}

func TestAStrangeStoredPasswordIsAnErrorAndNoLogin(t *testing.T) {
	for _, stored := range []string{"", "plain", "pbkdf2-sha256$x$AA$AA", "pbkdf2-sha256$0$AA$AA", "pbkdf2-sha256$1$*$AA", "md5$1$AA$AA"} {
		if ok, err := checkPassword("x", stored); ok || err == nil {
			t.Errorf("%q: got %v, %v", stored, ok, err)
		}
	}
}

func TestRegistrationsAreChecked(t *testing.T) {
	good := registration{credentials{"ann@example.com", "long enough"}, "  Ann "}
	if err := good.validate(); err != nil || good.Name != "Ann" {
		t.Fatalf("got %v, %q", err, good.Name)
	}
	bad := registration{credentials{"Ann <ann@example.com>", "short"}, " "}
	err := bad.validate()
	if err == nil {
		t.Fatal("want an error")
	}
}

func TestAddressesAreTrimmedAndChecked(t *testing.T) {
	address := Address{Label: " Home ", Street: "1 High St", City: "Ghent", Zone: "eu-west"}
	if err := address.validate(); err != nil || address.Label != "Home" {
		t.Fatalf("got %v, %q", err, address.Label)
	}
	if err := (&Address{Label: "x"}).validate(); err == nil {
		t.Fatal("want an error")
	}
}
