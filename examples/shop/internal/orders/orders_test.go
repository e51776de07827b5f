package orders

import (
	"net/http/httptest"
	"testing"
	"time"

	"ficus.example/shop/internal/cart"
	"ficus.example/shop/internal/quotes"
)

func TestStatusesOnlyGoForward(t *testing.T) {
	all := []Status{Placed, Paid, Shipped, Cancelled}
	allowed := map[[2]Status]bool{
		{Placed, Paid}: true, {Placed, Cancelled}: true, {Paid, Shipped}: true, {Paid, Cancelled}: true,
	}
	for _, from := range all {
		for _, to := range all {
			if got := from.Allows(to); got != allowed[[2]Status{from, to}] {
				t.Errorf("%s to %s: got %v", from, to, got)
			}
		}
	}
}

func TestAnOrderIsMadeFromItsQuote(t *testing.T) {
	placement := Placement{Zone: "eu-west", Currency: "USD"}
	request := basketRequest(cart.Cart{Items: []cart.Item{{SKU: "a", Name: "A", Quantity: 2, UnitCents: 100, WeightGrams: 5, TaxClass: "books"}}}, placement)
	if len(request.Items) != 1 || request.Items[0].TaxClass != "books" || request.Currency != "USD" {
		t.Fatalf("got %+v", request)
	}
	order := newOrder(7, placement, quotes.Quote{
		Currency: "USD", SubtotalCents: 217, ShippingCents: 500, SurchargeCents: 50, TaxCents: 15, TotalCents: 782,
		Lines: []quotes.Line{{SKU: "a", Title: "A", Quantity: 2, UnitCents: 108}},
	})
	if order.ShippingCents != 550 || order.TotalCents != 782 || order.Status != Placed || len(order.Lines) != 1 {
		t.Fatalf("got %+v", order)
	}
}

func TestTheFeedReachesOnlyTheAccount(t *testing.T) {
	feed := NewFeed()
	mine, stopMine := feed.Subscribe(1)
	other, stopOther := feed.Subscribe(2)
	defer stopOther()
	feed.Publish(Event{ID: 5, AccountID: 1})
	if event := <-mine; event.ID != 5 {
		t.Fatalf("got %+v", event)
	}
	select {
	case event := <-other:
		t.Fatalf("got %+v", event)
	default:
	}
	stopMine()
	if _, ok := <-mine; ok {
		t.Fatal("want a closed channel")
	}
	stopMine() // twice does no harm
}

func TestASlowListenerIsLetGo(t *testing.T) {
	feed := NewFeed()
	events, _ := feed.Subscribe(1)
	for id := range int64(feedBuffer + 1) {
		feed.Publish(Event{ID: id, AccountID: 1})
	}
	seen := 0
	for range events {
		seen++
	}
	if seen != feedBuffer || len(feed.listeners) != 0 {
		t.Fatalf("saw %d, %d accounts left", seen, len(feed.listeners))
	}
}

func TestAClosedFeedEndsItsStreams(t *testing.T) {
	feed := NewFeed()
	before, _ := feed.Subscribe(1)
	feed.Close()
	after, _ := feed.Subscribe(1)
	if _, ok := <-before; ok {
		t.Fatal("before: want a closed channel")
	}
	if _, ok := <-after; ok {
		t.Fatal("after: want a closed channel")
	}
}

func TestTheFormOfAStream(t *testing.T) {
	w := httptest.NewRecorder()
	s := newStream(w)
	at := time.Date(2026, 1, 2, 3, 4, 5, 600_000, time.UTC)
	if err := s.comment("hello"); err != nil {
		t.Fatal(err)
	}
	if err := s.send(Event{ID: 9, OrderID: 3, AccountID: 1, Kind: "placed", At: at}); err != nil {
		t.Fatal(err)
	}
	want := ": hello\n\nid: 9\nevent: placed\ndata: {\"id\":9,\"order_id\":3,\"kind\":\"placed\",\"at\":\"2026-01-02T03:04:05.0006Z\"}\n\n"
	if w.Body.String() != want || w.Header().Get("Content-Type") != "text/event-stream" || !w.Flushed {
		t.Fatalf("got %q", w.Body)
	}
}
