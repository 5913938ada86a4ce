// Checks deploy/ with what npm and Debian have: schemas of Kubernetes and compose, strict YAML, names that meet, the Dockerfile, promtool. Where kubectl is, it builds the overlays, too.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { validate } from 'dockerfile-utils';
import { modules } from './facts.mjs';
import { build } from './kustomize.mjs';
import { composeNameFindings, manifestFindings } from './manifests.mjs';
import { monitoringFindings } from './monitoring.mjs';
import { composeFindings, kubernetesFindings } from './schemas.mjs';
import { readAll } from './yaml.mjs';

const findings = [], done = [];
const kubernetes = 'deploy/kubernetes', overlays = ['cluster', 'cloud-sql', 'development', 'cluster/migrate', 'cloud-sql/migrate'];
const files = (folder) => readdirSync(folder).flatMap((f) => (statSync(join(folder, f)).isDirectory() ? files(join(folder, f)) : [join(folder, f)]));

/** Runs one check; what it throws is a finding like those it answers. */
function check(what, body) {
  try {
    const found = body() ?? [];
    findings.push(...found.map((f) => `${what}: ${f}`));
    done.push(what);
  } catch (e) {
    findings.push(`${what}: ${e.message}`);
  }
}

check('YAML', () => { for (const path of files('deploy').filter((f) => /\.ya?ml$/.test(f))) readAll(path); });

const publicBytes = modules().find((m) => m.name === 'gateway').max_body_bytes;
const sorted = (objects) => [...objects].sort((a, b) => (`${a.kind} ${a.metadata.name}` < `${b.kind} ${b.metadata.name}` ? -1 : 1));
const kubectl = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' }).status === 0;
const plain = (o) => JSON.parse(JSON.stringify(o, (_, v) => (Array.isArray(v) && v.every((x) => x?.name) ? [...v].sort((a, b) => (a.name < b.name ? -1 : 1)) : v)));
for (const overlay of overlays)
  check(`overlay ${overlay}`, () => {
    const folder = `${kubernetes}/overlays/${overlay}`, objects = build(folder);
    const found = objects.flatMap((o) => kubernetesFindings(o).map((f) => `${o.kind} ${o.metadata.name}: ${f}`)).concat(manifestFindings(objects, { alone: overlay.endsWith('/migrate'), publicBytes }));
    if (kubectl) {
      const theirs = sorted(readAll(execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8', maxBuffer: 1 << 26 }), true)), ours = sorted(objects);
      ours.forEach((o, i) => { if (!isDeepStrictEqual(plain(o), plain(theirs[i]))) found.push(`${o.kind} ${o.metadata.name} is another one when kubectl builds it`); });
      if (ours.length !== theirs.length) found.push(`kubectl builds ${theirs.length} objects, we ${ours.length}`);
    }
    return found;
  });
check('component registry', () => readAll(`${kubernetes}/components/registry/eureka-server.yaml`).flatMap(kubernetesFindings));
check('secrets', () => {
  const written = readAll(execFileSync(`${kubernetes}/secrets.sh`, ['development'], { encoding: 'utf8' }), true);
  const named = new Set(build(`${kubernetes}/overlays/development`).flatMap((o) => JSON.stringify(o).match(/"secret(?:Key)?Ref":\{"name":"[^"]+"/g) ?? []).map((m) => m.match(/"name":"([^"]+)"/)[1]));
  return written.flatMap(kubernetesFindings).concat([...named].filter((n) => !written.some((s) => s.metadata.name === n)).map((n) => `${n} is needed in development and not written`));
});
for (const path of ['deploy/compose.yaml', 'deploy/compose.split.yaml']) check(path, () => readAll(path).flatMap((f) => [...composeFindings(f), ...composeNameFindings(f)]));

check('Dockerfile', () => {
  const text = readFileSync('deploy/Dockerfile', 'utf8'), allowed = readFileSync('deploy/Dockerfile.dockerignore', 'utf8').split('\n').filter((l) => l.startsWith('!')).map((l) => l.slice(1));
  const found = validate(text).map((p) => `line ${p.range.start.line + 1}: ${p.message}`);
  // What is copied from the source tree exists there, is let through to the build, and names nothing twice.
  for (const [, sources] of text.matchAll(/^COPY (?!--from)(.+) \S+$/gm))
    for (const source of sources.split(' ')) {
      if (!existsSync(source)) found.push(`COPY ${source}: there is nothing`);
      if (!allowed.some((a) => source === a || source.startsWith(a + '/') || new RegExp(`^${a.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(source))) found.push(`COPY ${source}: .dockerignore keeps it out`);
    }
  for (const [, image] of text.matchAll(/^FROM (?:--platform=\S+ )?(\S+)/gm)) if (!/:[\w.-]+$/.test(image)) found.push(`FROM ${image}: no tag`);
  if (!/^USER \d+:\d+$/m.test(text)) found.push('no numeric USER: Kubernetes could not know that it is not root');
  return found;
});
check('scripts', () => files('deploy').filter((f) => f.endsWith('.sh')).flatMap((f) => {
  const { status, stderr } = spawnSync(readFileSync(f, 'utf8').startsWith('#!/bin/sh') ? 'sh' : 'bash', ['-n', f], { encoding: 'utf8' });
  return status === 0 ? [] : [stderr];
}));
check('monitoring', () => monitoringFindings());

if (findings.length > 0) {
  console.error(findings.join('\n'));
  process.exit(1);
}
console.log(`deploy: ${done.length} checks passed${kubectl ? '' : ' (no kubectl here: overlays were built by our own hand only)'}`);
