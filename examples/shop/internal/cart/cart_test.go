package cart

import (
	"encoding/json"
	"testing"
)

func TestACartAddsUp(t *testing.T) {
	cart := newCart([]Item{{SKU: "a", Quantity: 2, UnitCents: 150, WeightGrams: 40}, {SKU: "b", Quantity: 1, UnitCents: 999, WeightGrams: 1}})
	if cart.Count != 3 || cart.TotalCents != 1299 || cart.WeightGrams != 81 || cart.Items[0].TotalCents != 300 {
		t.Fatalf("got %+v", cart)
	}
	if !cart.holds("b") || cart.holds("c") {
		t.Fatal("holds is wrong")
	}
}

func TestAnEmptyCartHasNullItems(t *testing.T) {
	text, err := json.Marshal(newCart(nil))
	if err != nil || string(text) != `{"items":null,"count":0,"total_cents":0,"weight_grams":0}` {
		t.Fatalf("got %s, %v", text, err)
	}
}
