// docs/asyncapi.json is a valid AsyncAPI 3.0 document, its references lead somewhere, and its schemas compile. That it is current is a test in C#.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv from 'ajv';

const require = createRequire(import.meta.url);
const specification = require('@asyncapi/specs/schemas/3.0.0.json');
const document = JSON.parse(readFileSync(new URL('../docs/asyncapi.json', import.meta.url)));
const wrong = [];

// The specification's schema carries draft 07 within itself, so Ajv must not bring its own.
const ajv = new Ajv({ strict: false, meta: false, validateSchema: false, allErrors: true, logger: false, validateFormats: false });
const validate = ajv.compile(specification);
// The specification says "this, or a reference": an error inside one alternative names the reference too. The deepest are the telling ones.
if (!validate(document)) wrong.push(...validate.errors.sort((a, b) => b.instancePath.length - a.instancePath.length).slice(0, 10).map((e) => `${e.instancePath} ${e.message}`));

const find = (path) => path.slice(2).split('/').reduce((node, key) => node?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
(function walk(node) {
  if (node === null || typeof node !== 'object') return;
  if (typeof node.$ref === 'string' && find(node.$ref) === undefined) wrong.push(`${node.$ref} leads nowhere`);
  Object.values(node).forEach(walk);
})(document);

const shapes = new Ajv({ strict: false, validateFormats: false });
shapes.addSchema({ $id: 'doc', components: document.components });
for (const name of Object.keys(document.components.schemas)) shapes.compile({ $ref: `doc#/components/schemas/${name}` });

for (const line of wrong) console.error(`docs/asyncapi.json: ${line}`);
if (wrong.length === 0) console.log(`docs/asyncapi.json: ${Object.keys(document.channels).length} events, ${Object.keys(document.operations).length} operations`);
process.exit(wrong.length === 0 ? 0 : 1);
