// The base map of our own, for when no tile server is configured: land, coast, borders and the reach of towns on canvas tiles,
// town names as text above them. The data are the files that build-map.mjs wrote; the colours are the theme's.
import L from 'leaflet'

const FINE_FROM = 5
const CELL = 10
const cache = new Map()
const folder = new URL('./map/', new URL(document.querySelector('script[type="module"][src*="app.js"]')?.src ?? location.href))
const known = load('index').then(list => new Set(list))

function load (name) {
  if (!cache.has(name)) cache.set(name, fetch(new URL(`${name}.json`, folder)).then(answer => answer.ok ? answer.json() : null).then(unpack))
  return cache.get(name)
}

function unpack (file) {
  if (!file || Array.isArray(file)) return file ?? []
  const opened = packed => {
    const points = new Float64Array(packed.length)
    let x = 0; let y = 0; let w = 1e9; let e = -1e9; let s = 1e9; let n = -1e9
    for (let i = 0; i < packed.length; i += 2) {
      x += packed[i]; y += packed[i + 1]
      const lon = x / file.scale; const lat = y / file.scale
      w = Math.min(w, lon); e = Math.max(e, lon); s = Math.min(s, lat); n = Math.max(n, lat)
      points[i] = lon; points[i + 1] = mercator(lat)
    }
    return { points, w, e, s, n }
  }
  return { land: file.land.map(opened), border: file.border.map(opened), towns: file.towns.map(([name, lon, lat, people]) => ({ name, lon: lon / 1000, lat: lat / 1000, people })) }
}

const mercator = lat => { const s = Math.sin(Math.max(-85.05, Math.min(85.05, lat)) * Math.PI / 180); return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI) }

async function cellsOf (bounds, zoom) {
  if (zoom < FINE_FROM) return [await load('world')].filter(file => file?.land)
  const have = await known
  const names = []
  for (let x = Math.floor(Math.max(-180, bounds.getWest()) / CELL); x <= Math.floor(Math.min(179.9, bounds.getEast()) / CELL); x++) {
    for (let y = Math.floor(Math.max(-90, bounds.getSouth()) / CELL); y <= Math.floor(Math.min(89.9, bounds.getNorth()) / CELL); y++) {
      if (have.has(`${x}_${y}`)) names.push(`${x}_${y}`)
    }
  }
  return (await Promise.all(names.map(load))).filter(file => file?.land)
}

const Land = L.GridLayer.extend({
  createTile (coords, done) {
    const size = this.getTileSize()
    const scale = Math.min(2, window.devicePixelRatio || 1)
    const tile = document.createElement('canvas')
    tile.width = size.x * scale
    tile.height = size.y * scale
    const bounds = this._tileCoordsToBounds(coords)
    cellsOf(bounds, coords.z).then(files => { this.paint(tile, coords, bounds, files, scale, size.x); done(null, tile) }, error => done(error, tile))
    return tile
  },

  paint (tile, coords, bounds, files, scale, size) {
    const style = getComputedStyle(document.documentElement)
    const colour = name => style.getPropertyValue(name).trim()
    const c = tile.getContext('2d')
    const world = 256 * 2 ** coords.z
    c.scale(scale, scale)
    c.fillStyle = colour('--map-water')
    c.fillRect(0, 0, size, size)
    const x = lon => (lon + 180) / 360 * world - coords.x * size
    const y = m => m * world - coords.y * size
    const seen = part => part.e >= bounds.getWest() - 0.1 && part.w <= bounds.getEast() + 0.1 && part.n >= bounds.getSouth() - 0.1 && part.s <= bounds.getNorth() + 0.1
    const edge = (a, b) => coords.z >= FINE_FROM && a === b && Math.abs(a / CELL - Math.round(a / CELL)) < 1e-9
    const edgeY = new Set(); if (coords.z >= FINE_FROM) for (let lat = -80; lat <= 80; lat += CELL) edgeY.add(mercator(lat))

    c.fillStyle = colour('--map-land')
    c.beginPath()
    for (const file of files) {
      for (const { points, ...part } of file.land) {
        if (!seen(part)) continue
        for (let i = 0; i < points.length; i += 2) i ? c.lineTo(x(points[i]), y(points[i + 1])) : c.moveTo(x(points[i]), y(points[i + 1]))
        c.closePath()
      }
    }
    c.fill('evenodd')

    // Where people live, guessed from how many they are: a soft tone, so that a city is more than a word.
    if (coords.z >= 7) {
      c.save()
      c.clip('evenodd')
      for (const file of files) {
        for (const town of file.towns) {
          if (town.people < 1500) continue
          const reach = Math.sqrt(town.people) * 7.5 / (40075016 * Math.cos(town.lat * Math.PI / 180) / world)
          const cx = x(town.lon); const cy = y(mercator(town.lat))
          if (reach < 1.2 || cx < -reach || cy < -reach || cx > size + reach || cy > size + reach) continue
          const wash = c.createRadialGradient(cx, cy, 0, cx, cy, reach)
          wash.addColorStop(0, colour('--map-town'))
          wash.addColorStop(0.55, colour('--map-town'))
          wash.addColorStop(1, colour('--map-town-rim'))
          c.fillStyle = wash
          c.fillRect(cx - reach, cy - reach, reach * 2, reach * 2)
        }
      }
      c.restore()
    }

    const stroke = (parts, width, tone, dash, skipEdges) => {
      c.strokeStyle = colour(tone)
      c.lineWidth = width
      c.setLineDash(dash)
      c.lineJoin = 'round'
      c.beginPath()
      for (const file of files) {
        for (const { points, ...part } of file[parts]) {
          if (!seen(part)) continue
          for (let i = 0; i < points.length; i += 2) {
            const gap = i === 0 || (skipEdges && (edge(points[i - 2], points[i]) || (points[i - 1] === points[i + 1] && edgeY.has(points[i + 1]))))
            gap ? c.moveTo(x(points[i]), y(points[i + 1])) : c.lineTo(x(points[i]), y(points[i + 1]))
          }
        }
      }
      c.stroke()
    }
    stroke('border', 1, '--map-border', coords.z >= 4 ? [4, 3] : [], false)
    stroke('land', 1, '--map-coast', [], true)
  }
})

const Names = L.Layer.extend({
  onAdd (map) {
    this.holder = L.DomUtil.create('div', 'leaflet-zoom-hide', map.getPane('names') ?? map.createPane('names'))
    this.holder.setAttribute('aria-hidden', 'true')
    map.on('moveend zoomend viewreset resize', this.draw, this)
    this.draw()
  },
  onRemove (map) { this.holder.remove(); map.off('moveend zoomend viewreset resize', this.draw, this) },
  async draw () {
    const map = this._map
    const bounds = map.getBounds()
    const zoom = map.getZoom()
    const files = await cellsOf(bounds.pad(0.1), zoom)
    if (this._map !== map || map.getZoom() !== zoom) return
    const least = [2e6, 2e6, 2e6, 9e5, 4e5, 15e4, 6e4, 25e3, 8e3, 2500, 0, 0][zoom] ?? 0
    const towns = files.flatMap(file => file.towns).filter(town => town.people >= least && bounds.contains([town.lat, town.lon])).sort((a, b) => b.people - a.people)
    const placed = []
    const made = []
    for (const town of towns) {
      const at = map.latLngToLayerPoint([town.lat, town.lon])
      const size = town.people > 1e6 ? 'l' : town.people > 1e5 ? 'm' : 's'
      const half = town.name.length * (size === 'l' ? 4.4 : size === 'm' ? 3.8 : 3.3) + 8
      const box = [at.x - half, at.y - 14, at.x + half, at.y + 14]
      if (placed.some(other => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue
      placed.push(box)
      const name = L.DomUtil.create('span', `town ${size}`)
      name.textContent = town.name
      L.DomUtil.setPosition(name, at)
      made.push(name)
      if (made.length >= 44) break
    }
    this.holder.replaceChildren(...made)
  }
})

export function addOwnBase (map) {
  const land = new Land({ tileSize: 512, minZoom: 1, maxZoom: 16, noWrap: false, updateWhenIdle: false, keepBuffer: 1, attribution: 'Natural Earth, GeoNames' })
  land.addTo(map)
  new Names().addTo(map)
  const redraw = () => land.redraw()
  document.addEventListener('theme:changed', redraw)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
}
