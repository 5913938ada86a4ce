// As much of kustomize as our overlays use, so that they are checked where no kubectl is: resources, components, namespace, images, patches by path and by target.
// Whatever else stands in a kustomization is refused. Where kubectl is, check.mjs compares both.
import { join } from 'node:path';
import { readAll } from './yaml.mjs';

const known = new Set(['apiVersion', 'kind', 'namespace', 'resources', 'components', 'images', 'patches']);
const clusterWide = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding']);
// Lists whose items are merged by a key; all others are replaced, as Kubernetes' strategic merge does.
const keys = { containers: 'name', initContainers: 'name', volumes: 'name', env: 'name', volumeMounts: 'mountPath', ports: 'containerPort', topologySpreadConstraints: 'topologyKey', imagePullSecrets: 'name' };

export function build(folder) {
  const [file] = readAll(join(folder, 'kustomization.yaml'));
  const at = (path) => join(folder, path);
  for (const key of Object.keys(file)) if (!known.has(key)) throw new Error(`${folder}: our check does not know ${key} in a kustomization`);
  let objects = (file.resources ?? []).flatMap((path) => (path.endsWith('.yaml') ? readAll(at(path)) : build(at(path))));
  for (const path of file.components ?? []) objects = apply(at(path), objects);
  return change(folder, file, objects);
}

/** A component changes what is there already. */
function apply(folder, objects) {
  const [file] = readAll(join(folder, 'kustomization.yaml'));
  return change(folder, file, [...objects, ...(file.resources ?? []).flatMap((path) => readAll(join(folder, path)))]);
}

function change(folder, file, objects) {
  for (const patch of file.patches ?? []) {
    if (patch.path) for (const wanted of readAll(join(folder, patch.path))) objects = mergeOne(objects, wanted, join(folder, patch.path));
    else {
      const hit = objects.filter((o) => o.kind === patch.target.kind && (!patch.target.name || o.metadata.name === patch.target.name));
      if (hit.length === 0) throw new Error(`${folder}: a patch of ${patch.target.kind} meets nothing`);
      for (const step of readAll(patch.patch, true).flat()) hit.forEach((o) => replace(o, step));
    }
  }
  for (const image of file.images ?? []) objects.forEach((o) => rename(o, image));
  if (file.namespace) for (const o of objects) if (!clusterWide.has(o.kind)) o.metadata.namespace = file.namespace;
  const seen = new Set();
  for (const o of objects) {
    const id = `${o.kind} ${o.metadata.name}`;
    if (seen.has(id)) throw new Error(`${folder}: there are two of ${id}`);
    seen.add(id);
  }
  return objects;
}

function mergeOne(objects, wanted, path) {
  const target = objects.find((o) => o.kind === wanted.kind && o.apiVersion === wanted.apiVersion && o.metadata.name === wanted.metadata.name);
  if (!target) throw new Error(`${path}: there is no ${wanted.kind} ${wanted.metadata.name} to patch`);
  return objects.map((o) => (o === target ? merge(o, wanted) : o));
}

function merge(old, wanted, field) {
  if (Array.isArray(wanted) && Array.isArray(old) && keys[field]) {
    const key = keys[field];
    const fresh = wanted.filter((w) => !old.some((o) => o[key] === w[key])).map(stripped);
    return [...fresh, ...old.map((o) => { const w = wanted.find((x) => x[key] === o[key]); return w ? merge(o, w) : o; })];
  }
  if (wanted === null || typeof wanted !== 'object' || Array.isArray(wanted) || old === undefined || old === null || typeof old !== 'object' || Array.isArray(old)) return wanted;
  const result = { ...old };
  for (const [name, value] of Object.entries(wanted)) {
    if (value === null) delete result[name];
    else result[name] = merge(result[name], value, name);
  }
  return result;
}

const stripped = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== null));

function replace(object, { op, path, value }) {
  if (op !== 'replace') throw new Error(`our check knows replace only, not ${op}`);
  const steps = path.split('/').slice(1), last = steps.pop();
  const place = steps.reduce((o, step) => o[step], object);
  if (place?.[last] === undefined) throw new Error(`${object.kind} ${object.metadata.name} has no ${path}`);
  place[last] = value;
}

function rename(node, image) {
  if (Array.isArray(node)) node.forEach((n) => rename(n, image));
  else if (node && typeof node === 'object')
    for (const [name, value] of Object.entries(node))
      if (name === 'image' && typeof value === 'string' && value.split(':')[0] === image.name) node[name] = `${image.newName ?? image.name}:${image.newTag}`;
      else rename(value, image);
}

