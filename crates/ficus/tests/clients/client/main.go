// A Go client of the application, with the standard library's transport: kept connections, a large upload without
// a length, server-sent events as they come, a WebSocket by hand.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	address := os.Args[1]
	for range 20 {
		plain(address)
	}
	upload(address)
	events(address)
	webSocket(address)
	fmt.Println("all fine")
}

func get(address, path string) *http.Response {
	response, err := http.Get("http://" + address + path)
	if err != nil {
		log.Fatal(err)
	}
	return response
}

func plain(address string) {
	response := get(address, "/json?a=1&b=%2F")
	var answer map[string]string
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		log.Fatal(err)
	}
	response.Body.Close()
	if answer["query"] != "a=1&b=%2F" || answer["host"] != address {
		log.Fatalf("the request was changed: %v", answer)
	}
	missing := get(address, "/missing")
	missing.Body.Close()
	if missing.StatusCode != http.StatusNotFound {
		log.Fatalf("status %d", missing.StatusCode)
	}
}

func upload(address string) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<17)
	// A reader of unknown length is sent in chunks.
	response, err := http.Post("http://"+address+"/sum", "application/octet-stream", io.MultiReader(bytes.NewReader(body)))
	if err != nil {
		log.Fatal(err)
	}
	text, _ := io.ReadAll(response.Body)
	sum := sha256.Sum256(body)
	if string(text) != fmt.Sprintf("%d %s", len(body), hex.EncodeToString(sum[:])) {
		log.Fatalf("the upload was changed: %s", text)
	}
}

func events(address string) {
	response := get(address, "/events")
	defer response.Body.Close()
	scanner, count := bufio.NewScanner(response.Body), 0
	for scanner.Scan() {
		sent, found := strings.CutPrefix(scanner.Text(), "data: ")
		if !found {
			continue
		}
		count++
		millis, err := strconv.ParseInt(sent, 10, 64)
		if err != nil {
			log.Fatal(err)
		}
		if late := time.Since(time.UnixMilli(millis)); late > 80*time.Millisecond && count < 5 {
			log.Fatalf("event %d came %v late: it was collected on the way", count, late)
		}
	}
	if count != 5 {
		log.Fatalf("%d events", count)
	}
}

func webSocket(address string) {
	connection, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(connection, "GET /echo HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", address)
	reader := bufio.NewReader(connection)
	response, err := http.ReadResponse(reader, nil)
	if err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		log.Fatalf("no upgrade: %v %v", response, err)
	}
	if response.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		log.Fatal("the handshake was changed")
	}
	for _, text := range []string{"one", "two", "three"} {
		// A mask of zeroes is a mask.
		connection.Write(append([]byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}, text...))
		frame := make([]byte, 2+len(text))
		if _, err := io.ReadFull(reader, frame); err != nil || string(frame[2:]) != text {
			log.Fatalf("echo of %s: %q %v", text, frame, err)
		}
	}
}
