#!/bin/sh
# Installs a Chromium from Debian's or Ubuntu's packages where none is on PATH: the tests of the page drive it.
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if ! command -v apt-get >/dev/null 2>&1; then
    echo "countervail: no Chromium, and no apt-get to install it with: install Chromium" >&2
    exit 1
fi
become=
if [ "$(id -u)" -ne 0 ]; then become="sudo -n"; fi
echo "Installing Chromium ..."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for pause in 5 20 60 0; do
    if { $become apt-get -q update && $become env DEBIAN_FRONTEND=noninteractive \
        apt-get -q install -y --no-install-recommends chromium fonts-dejavu-core; } >"$log" 2>&1; then
        exit 0
    fi
    sleep "$pause"
done
tail -20 "$log" >&2
echo "countervail: Chromium could not be installed (see above)" >&2
exit 1
