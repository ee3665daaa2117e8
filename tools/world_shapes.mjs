// Remakes the map's shapes from Natural Earth (public domain), as packed in npm's world-atlas. Run in an empty folder:
//   npm install world-atlas@2.0.2 topojson-client@3.1.0 topojson-server@3.0.1 topojson-simplify@3.0.3 d3-geo@3.1.1 d3-geo-projection@4.0.0
//   node path/to/tools/world_shapes.mjs path/to/src/countervail/report/static/world.json
// Simplified on the sphere: the source is stitched at the 180th meridian, which planar tools tear apart again.
// Then projected (Natural Earth, degrees at the equator, y downwards), so that a page which redraws the map only scales it.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const { presimplify, sphericalRingArea, sphericalTriangleArea } = require("topojson-simplify");
const { feature } = require("topojson-client");
const { topology: build } = require("topojson-server");
const { geoNaturalEarth1 } = await import(require.resolve("d3-geo"));
const { geoProject } = await import(require.resolve("d3-geo-projection"));

const KEPT_WEIGHT = 1e-5; // steradians: a corner that spans less is left out
const KEPT_ISLAND = 1e-5; // steradians: a smaller island is left out, unless it is its country's largest
const KEPT_POINTS = 3; // inner points every line keeps, so that small countries keep an area
// Antarctica has no economy, Ashmore and Cartier shares Australia's code
const LEFT_OUT = new Set(["Antarctica", "Ashmore and Cartier Is."]);

const source = JSON.parse(readFileSync(require.resolve("world-atlas/countries-50m.json"), "utf8"));
const topology = presimplify({ ...source, objects: { countries: source.objects.countries } }, sphericalTriangleArea);
const countries = topology.objects.countries;
countries.geometries = countries.geometries
  .filter((shape) => !LEFT_OUT.has(shape.properties.name))
  .map((shape) => {
    if (shape.type !== "MultiPolygon") return shape;
    const areas = feature(topology, shape).geometry.coordinates.map((rings) => sphericalRingArea(rings[0], true));
    const largest = Math.max(...areas);
    return { ...shape, arcs: shape.arcs.filter((_, k) => areas[k] >= KEPT_ISLAND || areas[k] === largest) };
  });

topology.arcs = topology.arcs.map((arc) => {
  const inner = arc.slice(1, -1).map((point) => point[2]).sort((a, b) => b - a);
  const limit = Math.min(KEPT_WEIGHT, inner[Math.min(KEPT_POINTS, inner.length) - 1] ?? 0);
  return arc.filter((point, k) => k === 0 || k === arc.length - 1 || point[2] >= limit).map(([x, y]) => [x, y]);
});
// turned so that the cut lies in the Bering Strait; without resampling, a border that two countries share stays one line
const flat = geoNaturalEarth1().rotate([-11, 0]).scale(180 / Math.PI).translate([0, 0]).precision(0);
const drawn = geoProject(feature(topology, topology.objects.countries), flat);
writeFileSync(process.argv[2], JSON.stringify(build({ countries: drawn }, 1e4)));
