// A web application as anybody might have it: JSON, large bodies, server-sent events and a WebSocket echo.
// It writes its port to the file named by its argument.
package main

import (
	"bufio"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"query": r.URL.RawQuery, "host": r.Host})
	})
	mux.HandleFunc("POST /sum", func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.New()
		length, err := io.Copy(sum, r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "%d %s", length, hex.EncodeToString(sum.Sum(nil)))
	})
	mux.HandleFunc("GET /large", func(w http.ResponseWriter, r *http.Request) {
		block := make([]byte, 1<<16)
		for range 128 {
			w.Write(block)
		}
	})
	mux.HandleFunc("GET /events", events)
	mux.HandleFunc("GET /echo", echo)
	mux.HandleFunc("GET /missing", http.NotFound)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	port := fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
	draft := os.Args[1] + ".draft"
	if err := os.WriteFile(draft, []byte(port), 0o600); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(draft, os.Args[1]); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, mux))
}

// events sends five events, a while apart, so that a proxy that collects them is found out.
func events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	for number := range 5 {
		fmt.Fprintf(w, "id: %d\ndata: %d\n\n", number, time.Now().UnixMilli())
		w.(http.Flusher).Flush()
		select {
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
			return
		}
	}
}

// echo is a WebSocket (RFC 6455) by hand: every text frame comes back.
func echo(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "websocket" {
		http.Error(w, "upgrade, please", http.StatusUpgradeRequired)
		return
	}
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	connection, stream, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer connection.Close()
	fmt.Fprintf(stream, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	stream.Flush()
	for {
		text, err := readFrame(stream.Reader)
		if err != nil {
			return
		}
		stream.Write(append([]byte{0x81, byte(len(text))}, text...))
		stream.Flush()
	}
}

func readFrame(reader *bufio.Reader) ([]byte, error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(reader, head); err != nil {
		return nil, err
	}
	if head[0]&0x0f == 8 {
		return nil, io.EOF
	}
	mask := make([]byte, 4)
	if _, err := io.ReadFull(reader, mask); err != nil {
		return nil, err
	}
	text := make([]byte, head[1]&0x7f)
	if _, err := io.ReadFull(reader, text); err != nil {
		return nil, err
	}
	for index := range text {
		text[index] ^= mask[index%4]
	}
	return text, nil
}
