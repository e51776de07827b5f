// Package accounts is who the shop's customers are: registration, login, profile and addresses.
package accounts

import (
	"errors"
	"net/http"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"ficus.example/shop/internal/token"
	"ficus.example/shop/internal/web"
)

const (
	minPassword = 8
	maxPassword = 200
	maxText     = 200
)

// Service answers for accounts.
type Service struct {
	store  *Store
	signer *token.Signer
}

// NewService returns a service that logs in with tokens of signer.
func NewService(store *Store, signer *token.Signer) *Service {
	return &Service{store: store, signer: signer}
}

// Routes registers the routes.
func Routes(mux *http.ServeMux, s *Service, guard *web.Guard) {
	mux.Handle("POST /api/login", web.Handler(s.login))
	mux.Handle("POST /api/accounts", web.Handler(s.register))
	mux.Handle("GET /api/account", guard.Require(s.show))
	mux.Handle("PATCH /api/account", guard.Require(s.rename))
	mux.Handle("POST /api/account/addresses", guard.Require(s.addAddress))
	mux.Handle("DELETE /api/account/addresses/{id}", guard.Require(s.removeAddress))
}

type credentials struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

type session struct {
	Token     string    `json:"token"`
	AccountID int64     `json:"account_id"`
	Role      string    `json:"role"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (s *Service) login(w http.ResponseWriter, r *http.Request) error {
	var given credentials
	if err := web.Decode(w, r, &given); err != nil {
		return err
	}
	refused := &web.Error{Status: http.StatusUnauthorized, Code: "login/refused", Message: "email or password is wrong"}
	account, err := s.store.ByEmail(r.Context(), given.Email)
	if errors.Is(err, errNoAccount) {
		return refused
	}
	if err != nil {
		return err
	}
	ok, err := checkPassword(given.Password, account.passwordHash)
	if err != nil {
		return err
	}
	if !ok {
		return refused
	}
	return s.startSession(w, http.StatusOK, account)
}

func (s *Service) startSession(w http.ResponseWriter, status int, account Account) error {
	text, expires, err := s.signer.Sign(strconv.FormatInt(account.ID, 10), account.Role)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.JSON(w, status, session{Token: text, AccountID: account.ID, Role: account.Role, ExpiresAt: expires.UTC()})
}

type registration struct {
	credentials
	Name string `json:"name"`
}

func (r *registration) validate() error {
	r.Name = strings.TrimSpace(r.Name)
	fields := map[string]string{}
	if address, err := mail.ParseAddress(r.Email); err != nil || address.Address != r.Email {
		fields["email"] = "is not an email address"
	}
	if len(r.Password) < minPassword || len(r.Password) > maxPassword {
		fields["password"] = "must have between 8 and 200 characters"
	}
	if r.Name == "" || len(r.Name) > maxText {
		fields["name"] = "must have between 1 and 200 characters"
	}
	if len(fields) > 0 {
		return web.Invalid("account/invalid", fields)
	}
	return nil
}

func (s *Service) register(w http.ResponseWriter, r *http.Request) error {
	var given registration
	if err := web.Decode(w, r, &given); err != nil {
		return err
	}
	if err := given.validate(); err != nil {
		return err
	}
	hash, err := HashPassword(given.Password, PasswordRounds)
	if err != nil {
		return err
	}
	account, err := s.store.Create(r.Context(), given.Email, given.Name, hash)
	if errors.Is(err, errEmailTaken) {
		return web.Conflict("account/email-taken", "there is an account with this email already")
	}
	if err != nil {
		return err
	}
	return s.startSession(w, http.StatusCreated, account)
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	id := web.Caller(r.Context()).AccountID
	account, err := s.store.ByID(r.Context(), id)
	if errors.Is(err, errNoAccount) {
		return web.NotFound("account", strconv.FormatInt(id, 10))
	}
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, account)
}

func (s *Service) rename(w http.ResponseWriter, r *http.Request) error {
	var given struct {
		Name *string `json:"name"`
	}
	if err := web.Decode(w, r, &given); err != nil {
		return err
	}
	if given.Name != nil {
		name := strings.TrimSpace(*given.Name)
		if name == "" || len(name) > maxText {
			return web.Invalid("account/invalid", map[string]string{"name": "must have between 1 and 200 characters"})
		}
		err := s.store.Rename(r.Context(), web.Caller(r.Context()).AccountID, name)
		if err != nil && !errors.Is(err, errNoAccount) {
			return err
		}
	}
	return s.show(w, r)
}

func (a *Address) validate() error {
	fields := map[string]string{}
	for name, value := range map[string]*string{"label": &a.Label, "street": &a.Street, "city": &a.City, "zone": &a.Zone} {
		*value = strings.TrimSpace(*value)
		if *value == "" || len(*value) > maxText {
			fields[name] = "must have between 1 and 200 characters"
		}
	}
	if len(fields) > 0 {
		return web.Invalid("address/invalid", fields)
	}
	return nil
}

func (s *Service) addAddress(w http.ResponseWriter, r *http.Request) error {
	var given Address
	if err := web.Decode(w, r, &given); err != nil {
		return err
	}
	if err := given.validate(); err != nil {
		return err
	}
	added, err := s.store.AddAddress(r.Context(), web.Caller(r.Context()).AccountID, given)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusCreated, added)
}

func (s *Service) removeAddress(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return web.NotFound("address", r.PathValue("id"))
	}
	removed, err := s.store.RemoveAddress(r.Context(), web.Caller(r.Context()).AccountID, id)
	if err != nil {
		return err
	}
	if !removed {
		return web.NotFound("address", r.PathValue("id"))
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
