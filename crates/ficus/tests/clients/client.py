"""A Python client of the application, with the standard library alone."""

import base64
import hashlib
import http.client
import json
import os
import socket
import sys
import time

ADDRESS = sys.argv[1]


def plain() -> None:
    """Several requests over one connection, a large answer among them."""
    connection = http.client.HTTPConnection(ADDRESS, timeout=5)
    for _ in range(20):
        connection.request("GET", "/json?x=%20y")
        answer = json.load(connection.getresponse())
        assert answer == {"query": "x=%20y", "host": ADDRESS}, answer
    connection.request("GET", "/large")
    assert len(connection.getresponse().read()) == 128 * 65536
    body = os.urandom(3_000_000)
    connection.request("POST", "/sum", body=iter([body[:10], body[10:]]), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})
    said = connection.getresponse().read().decode()
    assert said == f"{len(body)} {hashlib.sha256(body).hexdigest()}", said
    connection.close()


def events() -> None:
    """Every event as it comes."""
    connection = http.client.HTTPConnection(ADDRESS, timeout=5)
    connection.request("GET", "/events", headers={"Accept": "text/event-stream"})
    lines = [line.decode().strip() for line in connection.getresponse()]
    data = [int(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert len(data) == 5 and data == sorted(data), lines
    assert data[-1] > data[0] + 300 and time.time() * 1000 - data[-1] < 1500, data


def web_socket() -> None:
    """A WebSocket by hand."""
    host, port = ADDRESS.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as stream:
        key = base64.b64encode(b"sixteen bytes ok").decode()
        stream.sendall((f"GET /echo HTTP/1.1\r\nHost: {ADDRESS}\r\nUpgrade: websocket\r\n"
                        f"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                        "Sec-WebSocket-Version: 13\r\n\r\n").encode())
        reader = stream.makefile("rb")
        assert reader.readline().split()[1] == b"101"
        while reader.readline() != b"\r\n":
            pass
        for text in [b"ping", b"pong"]:
            mask = os.urandom(4)
            masked = bytes(letter ^ mask[index % 4] for index, letter in enumerate(text))
            stream.sendall(bytes([0x81, 0x80 | len(text)]) + mask + masked)
            assert reader.read(2 + len(text))[2:] == text
        stream.sendall(bytes([0x88, 0x80, 0, 0, 0, 0]))
        assert reader.read() == b""


plain()
events()
web_socket()
print("all fine")
