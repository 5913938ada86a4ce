// Writes what of deploy/ and docs/ follows from the program: the manifests of every module, the containers of compose, the page of settings.
//   npm run deploy            writes them; run it after a change of modules or settings
//   npm run deploy -- --check fails when a committed one is not what would be written
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parse, stringify } from 'yaml';
import { composeOf, databasesScript } from './deploy/compose.mjs';
import { dashboard } from './deploy/dashboard.mjs';
import { modules, tell } from './deploy/facts.mjs';
import * as kubernetes from './deploy/kubernetes.mjs';

const written = '# Written by `npm run deploy` from what the program says of its modules; edit scripts/deploy/, not this.\n';
const text = (objects) => written + objects.map((o) => stringify(o, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })).join('---\n');
const list = (kind, apiVersion, more) => written + stringify({ apiVersion, kind, ...more }, { version: '1.1', lineWidth: 0 });
const kustomization = (more) => list('Kustomization', 'kustomize.config.k8s.io/v1beta1', more);

/** Every generated file: its path and its text. */
export function generated() {
  const all = modules();
  const real = all.filter((m) => !m.development_only && m.name !== 'registry');
  const database = real.filter((m) => m.database);
  const files = new Map();
  const base = 'deploy/kubernetes/base', cloud = 'deploy/kubernetes/overlays/cloud-sql', development = 'deploy/kubernetes/overlays/development';
  for (const m of real) files.set(`${base}/modules/${m.service}.yaml`, text(kubernetes.manifestsOf(m, all)));
  files.set(`${base}/kustomization.yaml`, kustomization({
    resources: ['namespace.yaml', 'account.yaml', 'settings.yaml', 'policies.yaml', 'nats.yaml', 'redis.yaml', ...real.map((m) => `modules/${m.service}.yaml`), 'ingress.yaml'],
  }));
  const registry = all.find((m) => m.name === 'registry');
  files.set('deploy/kubernetes/components/registry/eureka-server.yaml', text(kubernetes.registry(registry)));
  files.set('deploy/kubernetes/components/registry/settings.yaml', text([kubernetes.registrySettings(registry)]));
  files.set('deploy/kubernetes/components/registry/kustomization.yaml', list('Component', 'kustomize.config.k8s.io/v1alpha1', { resources: ['eureka-server.yaml'], patches: [{ path: 'settings.yaml' }] }));
  files.set('deploy/kubernetes/migrate/job.yaml', text([kubernetes.migration(real), kubernetes.migrationPolicy()]));
  files.set('deploy/kubernetes/migrate/kustomization.yaml', kustomization({ resources: ['job.yaml'] }));
  const sandbox = all.find((m) => m.name === 'sandbox');
  files.set(`${development}/sandbox-service.yaml`, text(kubernetes.manifestsOf(sandbox, all)));
  files.set(`${development}/databases.yaml`, text([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'postgres-databases' }, data: { '10-databases.sh': databasesScript(all) } }]));
  for (const m of database) files.set(`${cloud}/modules/${m.service}.yaml`, text([kubernetes.cloudSqlPatch(m)]));
  files.set(`${cloud}/migrate/job.yaml`, text([kubernetes.cloudSqlMigrationPatch(real)]));
  files.set(`${cloud}/network.yaml`, text([kubernetes.cloudSqlPolicy(real)]));
  files.set(`${cloud}/kustomization.yaml`, kustomization({
    namespace: 'estospaces', resources: ['../../base', 'account.yaml', 'instances.yaml', 'network.yaml'], components: ['../../components/release'],
    patches: [{ path: 'settings.yaml' }, ...database.map((m) => ({ path: `modules/${m.service}.yaml` }))],
  }));
  files.set('deploy/compose.split.yaml', written + composeOf(all));
  files.set('deploy/compose/databases.sh', databasesScript(all));
  files.set('deploy/monitoring/grafana.json', JSON.stringify(dashboard(), null, 1) + '\n');
  files.set('docs/settings.md', tell('check-config', '--page'));
  return files;
}

/** Instances of Cloud SQL are the operator's to name: written once with a placeholder for each module, then only checked for completeness. */
function instances(all) {
  const path = 'deploy/kubernetes/overlays/cloud-sql/instances.yaml';
  const wanted = all.filter((m) => m.database && !m.development_only).map((m) => m.service).sort();
  if (!existsSync(path))
    writeFileSync(path, '# The instance of each module\'s database, as project:region:instance. Several modules may share one.\n' +
      stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cloud-sql-instances' }, data: Object.fromEntries(wanted.map((s) => [s, `project:region:estospaces-${s.replace('-service', '')}`])) }));
  const has = Object.keys(parse(readFileSync(path, 'utf8')).data).sort();
  return wanted.filter((s) => !has.includes(s)).map((s) => `${path}: add ${s}`);
}

const owned = ['deploy/kubernetes/base/modules', 'deploy/kubernetes/overlays/cloud-sql/modules'];
const files = generated();
const stale = owned.filter(existsSync).flatMap((d) => readdirSync(d).map((f) => `${d}/${f}`)).filter((f) => !files.has(f));
if (process.argv.includes('--check')) {
  const wrong = [...files].filter(([path, wanted]) => !existsSync(path) || readFileSync(path, 'utf8') !== wanted).map(([path]) => `${path} is not current`)
    .concat(stale.map((path) => `${path} belongs to no module`), instances(modules()));
  if (wrong.length > 0) {
    console.error([...wrong, 'Run: npm run deploy'].join('\n'));
    process.exit(1);
  }
  console.log(`deploy: ${files.size} generated files are current`);
} else {
  for (const path of stale) rmSync(path);
  for (const [path, wanted] of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wanted, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  const missing = instances(modules());
  if (missing.length > 0) console.log(missing.join('\n'));
  console.log(`deploy: ${files.size} files are written`);
}
