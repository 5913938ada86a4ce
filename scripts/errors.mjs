// Writes docs/errors.md, the list of every refusal code, from the places in src/ that refuse. Run it after adding a code: npm run errors
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// What HTTP has a status of its own for (Problems.StatusOf).
const own = { edited_meanwhile: 412, body_too_large: 413, unsupported_media_type: 415, method_not_allowed: 405, upstream_connection_lost: 502, upstream_timeout: 504 };
const status = {
  Invalid: 400, Unauthenticated: 401, PaymentRequired: 402, Forbidden: 403, NotFound: 404, Conflict: 409, TooMany: 429, Unavailable: 503,
};
const text = String.raw`(\$?"(?:[^"\\]|\\.)*")`;
const shapes = [
  { pattern: new RegExp(String.raw`\bRefusal\s*\.\s*(?<kind>\w+)\s*\(\s*"(?<code>[a-z0-9_]+)"(?:\s*,\s*(?<says>${text}))?`, 'g') },
  { pattern: new RegExp(String.raw`"(?<code>[a-z0-9_]+)"\s*,\s*RefusalKind\s*\.\s*(?<kind>\w+)(?:\s*,\s*(?<says>${text}))?`, 'g') },
  { pattern: new RegExp(String.raw`\bnew\s+Refusal\s*\(\s*"(?<code>[a-z0-9_]+)"`, 'g') },
  { pattern: new RegExp(String.raw`\bChecks\s*\.\s*That\s*\([^;]*?"(?<code>[a-z][a-z0-9]*(?:_[a-z0-9]+)+)"\s*,\s*(?<says>${text})`, 'g'), kind: 'Invalid' },
];

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (['bin', 'obj', 'wwwroot'].includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.(cs|razor)$/.test(entry.name)) yield path;
  }
}

// The first message found speaks for a code; what is filled in at run time shows as an ellipsis.
const plain = (says) => says.replace(/^\$?"|"$/g, '').replace(/\{[^{}]*\}/g, '…').replace(/\\(.)/g, '$1').replaceAll('|', '\\|');
const place = (path) => path.replaceAll('\\', '/').match(/^src\/(?:Modules\/)?(\w+)/)[1];
const codes = new Map();
for (const path of sources('src')) {
  const source = readFileSync(path, 'utf8').replace(/^\s*\/\/.*$/gm, '');
  for (const { pattern, kind } of shapes)
    for (const { groups } of source.matchAll(pattern)) {
      const row = codes.get(groups.code) ?? { kinds: new Set(), says: '', places: new Set() };
      if (kind ?? groups.kind) row.kinds.add(own[groups.code] ?? status[kind ?? groups.kind] ?? '');
      if (groups.says && !row.says) row.says = plain(groups.says);
      row.places.add(place(path));
      codes.set(groups.code, row);
    }
}

const rows = [...codes].sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([code, r]) => `| \`${code}\` | ${[...r.kinds].filter(Boolean).sort().join(', ')} | ${r.says} | ${[...r.places].sort().join(', ')} |`);
writeFileSync('docs/errors.md', `# Refusal codes

Every refusal is a problem document (RFC 9457) with \`code\`, \`detail\`, \`param\` (the field that is meant, if one is) and \`request_id\`.
A code is stable for ever; the words may change and are for people. This page is written by \`npm run errors\`, and a test fails when a code is missing from it.

| code | HTTP status | what it says | made by |
|---|---|---|---|
${rows.join('\n')}
`);
console.log(`${rows.length} codes in docs/errors.md`);
