// Bundles the styles and the scripts of the pages into wwwroot/dist, and writes the base map's files there.
import { build } from 'esbuild'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeBaseMap } from './build-map.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../wwwroot')
const out = join(root, 'dist')

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })

await build({
  entryPoints: { app: join(root, 'css/app.css'), map: join(here, 'map/map.css') },
  outdir: out,
  bundle: true,
  minify: true,
  loader: { '.woff2': 'file', '.png': 'dataurl' },
  assetNames: 'fonts/[name]',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  logLevel: 'warning'
})

await build({
  entryPoints: { app: join(here, 'app.mjs') },
  outdir: out,
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  chunkNames: 'js/[name]-[hash]',
  loader: { '.svg': 'text' },
  target: ['chrome111', 'firefox113', 'safari16.4'],
  logLevel: 'warning'
})

const cells = await writeBaseMap(join(out, 'map'))
console.log(`web: styles, scripts and ${cells} base map cells are in wwwroot/dist`)
