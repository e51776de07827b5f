package orders

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"ficus.example/shop/internal/web"
)

// Event is something that happened to an order.
type Event struct {
	ID        int64     `json:"id"`
	OrderID   int64     `json:"order_id"`
	AccountID int64     `json:"-"`
	Kind      string    `json:"kind"`
	At        time.Time `json:"at"`
}

const (
	// feedBuffer is how many events a slow client may be behind before it is let go; it comes back and catches up.
	feedBuffer = 32
	// heartbeat keeps proxies from closing a quiet stream.
	heartbeat = 15 * time.Second
)

// Feed passes events on to whoever listens in this process.
type Feed struct {
	mu        sync.Mutex
	listeners map[int64]map[chan Event]struct{}
	closed    bool
}

// NewFeed returns a feed without listeners.
func NewFeed() *Feed {
	return &Feed{listeners: map[int64]map[chan Event]struct{}{}}
}

// Subscribe returns the coming events of an account. The channel is closed when the client is too slow, or the feed ends.
func (f *Feed) Subscribe(account int64) (<-chan Event, func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	events := make(chan Event, feedBuffer)
	if f.closed {
		close(events)
		return events, func() {}
	}
	if f.listeners[account] == nil {
		f.listeners[account] = map[chan Event]struct{}{}
	}
	f.listeners[account][events] = struct{}{}
	return events, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.drop(account, events)
	}
}

// Publish never waits.
func (f *Feed) Publish(event Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for events := range f.listeners[event.AccountID] {
		select {
		case events <- event:
		default:
			f.drop(event.AccountID, events)
		}
	}
}

// Close ends all streams, so that the server can stop.
func (f *Feed) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for account, listeners := range f.listeners {
		for events := range listeners {
			f.drop(account, events)
		}
	}
}

func (f *Feed) drop(account int64, events chan Event) {
	if _, ok := f.listeners[account][events]; !ok {
		return
	}
	delete(f.listeners[account], events)
	if len(f.listeners[account]) == 0 {
		delete(f.listeners, account)
	}
	close(events)
}

// events streams an account's order events as Server-Sent Events. Last-Event-ID resumes where a client left off.
func (s *Service) events(w http.ResponseWriter, r *http.Request) error {
	account := web.Caller(r.Context()).AccountID
	live, stop := s.feed.Subscribe(account) // before reading what was missed, so nothing falls between
	defer stop()
	var missed []Event
	var last int64
	if text := r.Header.Get("Last-Event-ID"); text != "" {
		after, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return web.BadRequest("events/last-event-id", "Last-Event-ID is not an event id")
		}
		if missed, err = (Store{s.pool}).eventsAfter(r.Context(), account, after); err != nil {
			return err
		}
		last = after
	}

	stream := newStream(w)
	if err := stream.comment("hello"); err != nil {
		return nil
	}
	for _, event := range missed {
		if stream.send(event) != nil {
			return nil
		}
		last = event.ID
	}
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-ticker.C:
			if stream.comment("still here") != nil {
				return nil
			}
		case event, ok := <-live:
			if !ok {
				return nil
			}
			if event.ID > last && stream.send(event) != nil {
				return nil
			}
		}
	}
}

// stream writes Server-Sent Events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func newStream(w http.ResponseWriter) stream {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	return stream{w, http.NewResponseController(w)}
}

func (s stream) comment(text string) error {
	if _, err := fmt.Fprintf(s.w, ": %s\n\n", text); err != nil {
		return err
	}
	return s.control.Flush()
}

func (s stream) send(event Event) error {
	data, err := json.Marshal(event)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(s.w, "id: %d\nevent: %s\ndata: %s\n\n", event.ID, event.Kind, data); err != nil {
		return err
	}
	return s.control.Flush()
}
