// Makes time-zones.bin, the table behind TimeZones.cs, from the npm package @photostructure/tz-lookup (CC0; boundaries of OpenStreetMap by
// timezone-boundary-builder) and the zones of each country from tzdata's zone.tab (public domain). Run it when borders or clocks of a country changed:
//   npm install --no-save @photostructure/tz-lookup@11.7.0 && node src/Modules/Properties/TimeZones/make-table.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = readFileSync(createRequire(import.meta.url).resolve('@photostructure/tz-lookup'), 'utf8')
const text = JSON.parse(source.match(/="((?:[^"\\]|\\.)*)"/)[0].slice(1))
const zones = JSON.parse(source.match(/\[("[A-Z][^\]]*")\]/)[0])

// Two characters a cell, base 56. A value is the distance to four finer cells, or, at the top of the range, a zone.
const cells = new Uint16Array(text.length / 2)
for (let i = 0; i < cells.length; i++) cells[i] = 56 * text.charCodeAt(2 * i) + text.charCodeAt(2 * i + 1) - 1995

const countries = new Map()
for (const line of readFileSync('/usr/share/zoneinfo/zone.tab', 'utf8').split('\n')) {
  if (!line || line.startsWith('#')) continue
  const [country, , zone] = line.split('\t')
  countries.set(country, [...(countries.get(country) ?? []), zone])
}

const header = Buffer.from(`${zones.join(',')}\n${[...countries].map(([country, list]) => `${country}=${list.join(',')}`).join(';')}`, 'utf8')
const length = Buffer.alloc(4)
length.writeInt32LE(header.length)
writeFileSync(join(dirname(fileURLToPath(import.meta.url)), 'time-zones.bin'), Buffer.concat([length, header, Buffer.from(cells.buffer)]))
console.log(`${zones.length} zones, ${countries.size} countries, ${cells.length} cells`)
