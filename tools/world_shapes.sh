#!/bin/sh
# Remakes the map's shapes from Natural Earth (public domain), as packed in npm's world-atlas. Needs Node.js and npm.
# Usage: sh tools/world_shapes.sh       writes src/countervail/report/static/world.json
set -eu
target=$(cd "$(dirname "$0")/.." && pwd)/src/countervail/report/static/world.json
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save world-atlas@2.0.2 mapshaper@0.7.70
# Feature ids are ISO 3166-1 numeric codes. Antarctica has no economy, Ashmore and Cartier shares Australia's code, the
# Vatican falls below the grid; keep-shapes leaves every small country a polygon (Malta, Singapore, Hong Kong, São Tomé ...).
npx mapshaper -i node_modules/world-atlas/countries-50m.json id-field=iso \
    -drop target=land -target countries \
    -filter '!["Antarctica", "Ashmore and Cartier Is.", "Vatican"].includes(name)' \
    -simplify 15% keep-shapes -clean \
    -o "$work/world.json" format=topojson quantization=10000 id-field=iso
mv "$work/world.json" "$target"
