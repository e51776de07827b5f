package quotes

import (
	"net/http"

	"ficus.example/shop/internal/web"
)

// Routes registers the boundary. Quotes are for everybody: a basket may be priced before logging in.
func Routes(mux *http.ServeMux, service *Service) {
	mux.Handle("POST /api/quotes", web.Handler(service.create))
	mux.Handle("GET /api/quotes/{id}", web.Handler(service.show))
	mux.Handle("GET /api/rates", web.Handler(service.listRates))
	mux.Handle("GET /api/rates/{zone}", web.Handler(service.showRate))
}

func (s *Service) create(w http.ResponseWriter, r *http.Request) error {
	var request Request
	if err := web.Decode(w, r, &request); err != nil {
		return err
	}
	quote, err := s.Price(r.Context(), request)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/quotes/"+quote.ID)
	w.Header().Set("Cache-Control", "no-store")
	return web.JSON(w, http.StatusCreated, quote)
}

func (s *Service) show(w http.ResponseWriter, r *http.Request) error {
	quote, err := s.Find(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.JSON(w, http.StatusOK, quote)
}

func (s *Service) listRates(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	list, err := s.List(r.Context(), query.Get("currency"), query.Get("zone"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, max-age=60")
	return web.JSON(w, http.StatusOK, list)
}

func (s *Service) showRate(w http.ResponseWriter, r *http.Request) error {
	rate, err := s.Zone(r.Context(), r.PathValue("zone"), r.URL.Query().Get("currency"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, max-age=60")
	return web.JSON(w, http.StatusOK, rate)
}
