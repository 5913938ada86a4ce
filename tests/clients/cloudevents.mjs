// Reads events as they came from a NATS stream, one on each line of standard input, with the npm package cloudevents, and checks each against the schema that docs/asyncapi.json promises.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import Ajv from 'ajv';
import { HTTP } from 'cloudevents';

const document = JSON.parse(readFileSync(new URL('../../docs/asyncapi.json', import.meta.url)));
const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'doc', components: document.components });
let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const event = HTTP.toEvent({ headers: { 'content-type': 'application/cloudevents+json' }, body: line });
  event.validate();
  const message = Object.keys(document.channels[event.type].messages)[0];
  const valid = ajv.compile({ $ref: `doc#/components/messages/${message}/payload` });
  if (!valid(JSON.parse(line))) throw new Error(`${event.type}: ${ajv.errorsText(valid.errors)}\n${line}`);
  if (event.source === '' || event.subject === '' || !Number.isInteger(event.sequence)) throw new Error(`${event.type} lacks something`);
  count += 1;
}
console.log(`${count} events read`);
