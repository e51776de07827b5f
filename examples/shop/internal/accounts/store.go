package accounts

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"ficus.example/shop/internal/database"
)

// Account is a customer or a member of staff.
type Account struct {
	ID        int64     `json:"id"`
	Email     string    `json:"email"`
	Name      string    `json:"name"`
	Role      string    `json:"role"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	Addresses []Address `json:"addresses"`

	passwordHash string
}

// Address is a place an account has things sent to.
type Address struct {
	ID        int64     `json:"id"`
	Label     string    `json:"label"`
	Street    string    `json:"street"`
	City      string    `json:"city"`
	Zone      string    `json:"zone"`
	CreatedAt time.Time `json:"created_at"`
}

// Store keeps accounts.
type Store struct{ db database.Querier }

// NewStore returns a store on db.
func NewStore(db database.Querier) *Store { return &Store{db: db} }

var (
	errNoAccount  = errors.New("no such account")
	errEmailTaken = errors.New("email is taken")
)

const accountColumns = `id, email, name, role, created_at, updated_at, password_hash`

// ByEmail finds an account by its address, in any case.
func (s *Store) ByEmail(ctx context.Context, email string) (Account, error) {
	return scanAccount(s.db.QueryRow(ctx, `select `+accountColumns+` from accounts where lower(email) = lower($1)`, email))
}

// ByID finds an account and its addresses.
func (s *Store) ByID(ctx context.Context, id int64) (Account, error) {
	account, err := scanAccount(s.db.QueryRow(ctx, `select `+accountColumns+` from accounts where id = $1`, id))
	if err != nil {
		return account, err
	}
	account.Addresses, err = s.addresses(ctx, id)
	return account, err
}

// Create adds an account.
func (s *Store) Create(ctx context.Context, email, name, hash string) (Account, error) {
	account, err := scanAccount(s.db.QueryRow(ctx,
		`insert into accounts (email, name, password_hash) values ($1, $2, $3) returning `+accountColumns, email, name, hash))
	if database.IsUniqueViolation(err, "accounts_email_key") {
		return account, errEmailTaken
	}
	return account, err
}

// Rename changes an account's name.
func (s *Store) Rename(ctx context.Context, id int64, name string) error {
	tag, err := s.db.Exec(ctx, `update accounts set name = $2, updated_at = now() where id = $1`, id, name)
	if err == nil && tag.RowsAffected() == 0 {
		return errNoAccount
	}
	return err
}

// AddAddress adds an address to an account.
func (s *Store) AddAddress(ctx context.Context, account int64, address Address) (Address, error) {
	err := s.db.QueryRow(ctx,
		`insert into addresses (account_id, label, street, city, zone) values ($1, $2, $3, $4, $5) returning id, created_at`,
		account, address.Label, address.Street, address.City, address.Zone).Scan(&address.ID, &address.CreatedAt)
	address.CreatedAt = address.CreatedAt.UTC()
	return address, err
}

// RemoveAddress removes one of an account's addresses and reports whether there was one.
func (s *Store) RemoveAddress(ctx context.Context, account, id int64) (bool, error) {
	tag, err := s.db.Exec(ctx, `delete from addresses where account_id = $1 and id = $2`, account, id)
	return tag.RowsAffected() == 1, err
}

func (s *Store) addresses(ctx context.Context, account int64) ([]Address, error) {
	rows, err := s.db.Query(ctx,
		`select id, label, street, city, zone, created_at from addresses where account_id = $1 order by id`, account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var addresses []Address
	for rows.Next() {
		var a Address
		if err := rows.Scan(&a.ID, &a.Label, &a.Street, &a.City, &a.Zone, &a.CreatedAt); err != nil {
			return nil, err
		}
		a.CreatedAt = a.CreatedAt.UTC()
		addresses = append(addresses, a)
	}
	return addresses, rows.Err()
}

func scanAccount(row pgx.Row) (Account, error) {
	var a Account
	err := row.Scan(&a.ID, &a.Email, &a.Name, &a.Role, &a.CreatedAt, &a.UpdatedAt, &a.passwordHash)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, errNoAccount
	}
	a.CreatedAt, a.UpdatedAt = a.CreatedAt.UTC(), a.UpdatedAt.UTC()
	return a, err
}
