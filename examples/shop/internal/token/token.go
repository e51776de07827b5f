// Package token makes and checks login tokens: JSON Web Tokens signed with HMAC-SHA-256 and nothing else.
//
// The header is compared byte for byte, so no token can choose another algorithm.
package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Claims is what a token says about its bearer.
type Claims struct {
	Subject  string `json:"sub"`
	Role     string `json:"role"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

var (
	// ErrInvalid means the token was not made here, or was changed since.
	ErrInvalid = errors.New("token is not valid")
	// ErrExpired means the token was good once.
	ErrExpired = errors.New("token has expired")
)

// header is {"alg":"HS256","typ":"JWT"}.
const header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

// Signer makes and checks tokens with one key.
type Signer struct {
	key []byte
	ttl time.Duration
	now func() time.Time
}

// NewSigner returns a signer whose tokens last for ttl.
func NewSigner(key []byte, ttl time.Duration) *Signer {
	return &Signer{key: key, ttl: ttl, now: time.Now}
}

// Sign makes a token for subject and says until when it is good.
func (s *Signer) Sign(subject, role string) (string, time.Time, error) {
	now := s.now()
	expires := now.Add(s.ttl)
	payload, err := json.Marshal(Claims{Subject: subject, Role: role, IssuedAt: now.Unix(), Expires: expires.Unix()})
	if err != nil {
		return "", time.Time{}, err
	}
	signed := header + "." + base64.RawURLEncoding.EncodeToString(payload)
	return signed + "." + base64.RawURLEncoding.EncodeToString(s.mac(signed)), expires, nil
}

// Verify checks a token and returns what it says.
func (s *Signer) Verify(text string) (Claims, error) {
	var claims Claims
	dot := strings.LastIndexByte(text, '.')
	if dot < 0 {
		return claims, ErrInvalid
	}
	signature, err := base64.RawURLEncoding.DecodeString(text[dot+1:])
	if err != nil || !hmac.Equal(signature, s.mac(text[:dot])) {
		return claims, ErrInvalid
	}
	head, body, ok := strings.Cut(text[:dot], ".")
	if !ok || head != header {
		return claims, ErrInvalid
	}
	payload, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return claims, ErrInvalid
	}
	if s.now().Unix() >= claims.Expires {
		return claims, ErrExpired
	}
	return claims, nil
}

func (s *Signer) mac(text string) []byte {
	hash := hmac.New(sha256.New, s.key)
	hash.Write([]byte(text))
	return hash.Sum(nil)
}
