#!/bin/bash
# curl against the application: kept connections, an upload that waits for 100-continue, a stream.
set -euo pipefail
url=$1
curl -sS --fail --max-time 10 "$url/json?a=1" "$url/json?a=2" | grep -c '"query"' | grep -qx 2
head -c 5000000 /dev/zero > "${TMPDIR:-/tmp}/ficus-upload.$$"
trap 'rm -f "${TMPDIR:-/tmp}/ficus-upload.$$"' EXIT
sum=$(sha256sum < "${TMPDIR:-/tmp}/ficus-upload.$$" | cut -d' ' -f1)
said=$(curl -sS --fail --max-time 20 -H 'Expect: 100-continue' --data-binary "@${TMPDIR:-/tmp}/ficus-upload.$$" "$url/sum")
[ "$said" = "5000000 $sum" ]
[ "$(curl -sS -N --fail --max-time 10 "$url/events" | grep -c '^data: ')" = 5 ]
[ "$(curl -sS -o /dev/null -w '%{http_code}' "$url/missing")" = 404 ]
echo "all fine"
