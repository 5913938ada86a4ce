// Checks of deploy/monitoring: promtool reads the configuration and the rules and runs their tests; the dashboard hangs together, and promtool reads its queries, too.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readAll } from './yaml.mjs';

const folder = 'deploy/monitoring';

function promtool(...args) {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' });
  if (error) throw new Error('there is no promtool: apt-get install prometheus');
  return status === 0 ? [] : [`promtool ${args.slice(0, 2).join(' ')}: ${(stderr + stdout).trim()}`];
}

export function monitoringFindings() {
  const scratch = mkdtempSync(join(tmpdir(), 'estospaces-monitoring-'));
  try {
    return [...configuration(scratch), ...promtool('check', 'rules', `${folder}/rules.yml`), ...promtool('test', 'rules', `${folder}/rules.test.yml`), ...tested(), ...dashboardFindings(scratch)];
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

// Debian's promtool is built without Kubernetes: it gets the same file with addresses in place of the discovery, whose few words are checked here.
function configuration(scratch) {
  const [file] = readAll(`${folder}/prometheus.yml`), found = [];
  for (const job of file.scrape_configs) {
    for (const sd of job.kubernetes_sd_configs ?? []) {
      for (const key of Object.keys(sd)) if (!['role', 'namespaces', 'selectors'].includes(key)) found.push(`${job.job_name}: ${key} is not known here`);
      if (!['pod', 'service', 'endpoints', 'endpointslice', 'node', 'ingress'].includes(sd.role)) found.push(`${job.job_name}: there is no role ${sd.role}`);
      job.static_configs = [{ targets: ['localhost:1'] }];
    }
    delete job.kubernetes_sd_configs;
  }
  file.rule_files = [];
  writeFileSync(join(scratch, 'prometheus.yml'), stringify(file));
  return [...found, ...promtool('check', 'config', join(scratch, 'prometheus.yml'))];
}

/** Every alert has a test, and an entry in docs/deploy.md. */
function tested() {
  const alerts = readAll(`${folder}/rules.yml`)[0].groups.flatMap((g) => g.rules).filter((r) => r.alert);
  const tests = new Set(readAll(`${folder}/rules.test.yml`)[0].tests.flatMap((t) => t.alert_rule_test ?? []).filter((t) => t.exp_alerts.length > 0).map((t) => t.alertname));
  const page = readFileSync('docs/deploy.md', 'utf8');
  return alerts.flatMap((a) => [...(tests.has(a.alert) ? [] : [`${a.alert} has no test`]), ...(page.includes(`\`${a.alert}\``) ? [] : [`${a.alert} is not in docs/deploy.md`]), ...(['page', 'ticket'].includes(a.labels?.severity) ? [] : [`${a.alert}: who is told?`])]);
}

function dashboardFindings(scratch) {
  const d = JSON.parse(readFileSync(`${folder}/grafana.json`, 'utf8')), found = [], ids = new Set(), places = [];
  if (!d.title || !d.uid || !(d.schemaVersion >= 30)) found.push('the dashboard has no title, uid or schema version');
  for (const p of d.panels) {
    if (ids.has(p.id)) found.push(`two panels are number ${p.id}`);
    ids.add(p.id);
    const { x, y, w, h } = p.gridPos;
    if (x + w > 24 || places.some((o) => x < o.x + o.w && o.x < x + w && y < o.y + o.h && o.y < y + h)) found.push(`${p.title} lies on another panel`);
    places.push(p.gridPos);
    if (p.type !== 'row' && !(p.targets?.length > 0)) found.push(`${p.title} asks nothing`);
  }
  // As rules, with Grafana's variables filled in: promtool reads them.
  const rules = d.panels.flatMap((p) => (p.targets ?? []).map((t, i) => ({ record: `panel_${p.id}_${i}`, expr: t.expr.replaceAll('$__rate_interval', '1m').replaceAll('$service', '.*') })));
  writeFileSync(join(scratch, 'dashboard.yml'), stringify({ groups: [{ name: 'dashboard', rules }] }));
  return [...found, ...promtool('check', 'rules', join(scratch, 'dashboard.yml'))];
}
