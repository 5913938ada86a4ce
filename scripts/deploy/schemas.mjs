// JSON schemas from npm: Kubernetes' own (of its OpenAPI document) and that of compose files. A property that a schema does not know is an error, as for a server that is strict.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Ajv from 'ajv';

const require = createRequire(import.meta.url);
const options = { strict: false, allErrors: true, validateFormats: false };
const say = (errors) => errors.filter((e) => e.keyword !== 'if').slice(0, 5).map((e) => `${e.instancePath || '/'} ${e.message}${e.params?.additionalProperty ? ` (${e.params.additionalProperty})` : ''}${e.params?.allowedValues ? `: ${e.params.allowedValues.join(', ')}` : ''}`);

// The packages hold their schemas in modules that register themselves with a validator; here they register with us.
function registered(start) {
  const schemas = new Map(), loaded = new Map();
  const folders = { 'kubernetes-models': packageFolder('kubernetes-models'), '@kubernetes-models/apimachinery': packageFolder('@kubernetes-models/apimachinery') };
  const load = (file) => {
    if (loaded.has(file)) return loaded.get(file);
    const module = { exports: {} };
    loaded.set(file, module.exports);
    const ask = (name) => {
      if (name === '@kubernetes-models/validate') return { register: (id, schema) => schemas.set(id, schema) };
      if (name.startsWith('.')) return load(withEnding(join(dirname(file), name)));
      const owner = Object.keys(folders).find((f) => name.startsWith(f + '/'));
      return owner ? load(withEnding(join(folders[owner], name.slice(owner.length + 1)))) : {};
    };
    new Function('require', 'exports', 'module', readFileSync(file, 'utf8'))(ask, module.exports, module);
    return module.exports;
  };
  load(join(folders['kubernetes-models'], '_schemas', start + '.js')).addSchema();
  return schemas;
}
const packageFolder = (name) => require.resolve.paths(name).map((p) => join(p, name)).find((p) => { try { return readFileSync(join(p, 'package.json')); } catch { return false; } });
const withEnding = (file) => (file.endsWith('.js') ? file : file + '.js');

function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!schema || typeof schema !== 'object') return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([k, v]) => [k, closed(v)]));
  if (copy.properties && typeof copy.properties === 'object' && copy.additionalProperties === undefined) copy.additionalProperties = false;
  return copy;
}

const groups = { '': 'Core', apps: 'Apps', batch: 'Batch', policy: 'Policy', autoscaling: 'Autoscaling', 'networking.k8s.io': 'Networking', 'rbac.authorization.k8s.io': 'Rbac' };
const ajv = new Ajv(options), added = new Set(), ready = new Map();

/** What is wrong with a Kubernetes object, as lines; empty when it would be taken. */
export function kubernetesFindings(object) {
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
  if (groups[group] === undefined) return [`${object.apiVersion}: no schema is known`];
  const name = `IoK8sApi${groups[group]}${version[0].toUpperCase()}${version.slice(1)}${object.kind}`;
  if (!ready.has(name)) {
    for (const [id, schema] of registered(name)) {
      if (!added.has(id)) ajv.addSchema(closed(younger(id, schema)), id);
      added.add(id);
    }
    ready.set(name, ajv.getSchema(`io.k8s.api.${groups[group].toLowerCase()}.${version}.${object.kind}`));
  }
  const check = ready.get(name);
  return check(object) ? [] : say(check.errors);
}

// The schemas are of Kubernetes 1.27. What we use of later ones: containers that run beside the others from before their start to after their end (1.29).
const younger = (id, schema) => (id.endsWith('.core.v1.Container') ? { ...schema, properties: { ...schema.properties, restartPolicy: { enum: ['Always'] } } } : schema);

/** The same for a compose file. */
export function composeFindings(file) {
  const folder = packageFolder('dclint');
  const schema = JSON.parse(readFileSync(join(folder, 'schemas/compose.schema.json'), 'utf8'));
  delete schema.$schema;
  const check = new Ajv(options).compile(schema);
  return check(file) ? [] : say(check.errors);
}
