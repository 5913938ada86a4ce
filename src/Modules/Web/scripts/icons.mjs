// Writes Components/Ui/IconPaths.cs: the shapes of the icons that the pages use, taken from npm lucide-static (ISC licence).
// Run `node src/Modules/Web/scripts/icons.mjs` after adding a name; the file is committed, so that .NET needs no Node.
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const here = dirname(fileURLToPath(import.meta.url))
const names = `
search map map-pin calendar calendar-days calendar-check users user user-round user-check heart star house home building-2 key key-round bed bed-double bath shower-head
wifi car utensils cooking-pot washing-machine snowflake heater flame tv waves waves-ladder trees mountain paw-print dumbbell baby accessibility
coffee wind sun moon sun-moon languages globe menu x check check-check circle-check circle-x circle-alert triangle-alert info circle-help plus minus
chevron-left chevron-right chevron-down chevron-up arrow-left arrow-right arrow-up-right external-link grid-3x3 images image camera share-2 copy download upload
credit-card wallet banknote receipt receipt-text landmark shield shield-check lock log-in log-out settings sliders-horizontal bell mail message-circle messages-square send phone
pencil trash-2 eye eye-off clock clock-3 hourglass history rotate-ccw refresh-cw undo-2 ban flag scale gavel file-text folder link sparkles zap tag percent list layout-dashboard
chart-line chart-column trending-up trending-down arrow-down-left locate-fixed navigation compass door-open luggage plane sofa lamp fan microwave refrigerator briefcase laptop cigarette-off party-popper volume-x
thermometer-sun alarm-smoke parking-circle circle-parking bike tree-palm umbrella sailboat tent-tree castle hotel warehouse square-check ellipsis ellipsis-vertical move database server activity bug fingerprint id-card coins qr-code
circle-dot circle monitor smartphone arrow-up-down funnel loader-circle bookmark quote
`.trim().split(/\s+/)

const folder = join(dirname(require.resolve('lucide-static/package.json')), 'icons')
const rows = []
for (const name of [...new Set(names)].sort()) {
  const svg = await readFile(join(folder, `${name}.svg`), 'utf8').catch(() => null)
  if (!svg) { console.warn(`icons: there is no ${name}`); continue }
  const inner = svg.replace(/<!--.*?-->/gs, '').replace(/<svg[^>]*>|<\/svg>/gs, '').replace(/\s+/g, ' ').replace(/> </g, '><').replace(/ \/>/g, '/>').trim()
  rows.push(`        ["${name}"] = """${inner}""",`)
}
await writeFile(join(here, '../Components/Ui/IconPaths.cs'), `namespace EstoSpaces.Web.Components.Ui;

/// <summary>The shapes of the outlined icons, written by scripts/icons.mjs from lucide-static (ISC licence). Do not edit by hand.</summary>
internal static class IconPaths
{
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
${rows.join('\n')}
    };
}
`)
console.log(`icons: ${rows.length} written`)
