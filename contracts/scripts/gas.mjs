// Measures what every call costs as a transaction of its own and writes the table into README.md. --check: compares instead.
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {forge} from './forge.mjs';
import {root} from './compiler.mjs';

const readme = join(root, 'README.md');
const [begin, end] = ['<!-- gas: written by npm run contracts:gas -->\n', '<!-- end of gas -->'];
forge(['test', '--match-contract', 'GasTest'], {profile: 'gas', quiet: true});
const gas = JSON.parse(readFileSync(join(root, 'snapshots', 'escrow.json'), 'utf8'));
rmSync(join(root, 'snapshots'), {recursive: true});
const rows = Object.entries(gas).sort(([a], [b]) => a.localeCompare(b, 'en', {numeric: true})).map(([call, units]) => `| ${call} | ${Number(units).toLocaleString('en')} |`);
const table = ['| call | gas |', '|---|---:|', ...rows, ''].join('\n');
const text = readFileSync(readme, 'utf8');
const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
const fresh = text.slice(0, from) + table + text.slice(to);
if (!process.argv.includes('--check')) writeFileSync(readme, fresh);
else if (fresh !== text) {
  console.error('The gas table in contracts/README.md is out of date: npm run contracts:gas');
  process.exit(1);
}
