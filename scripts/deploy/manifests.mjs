// What no schema says of Kubernetes manifests: that names meet, that every way that one side opens is open at the other, and that no pod has more rights than it needs.

const podOf = (o) => (['Deployment', 'StatefulSet', 'Job'].includes(o.kind) ? o.spec.template : undefined);
const matches = (selector, labels) =>
  Object.entries(selector?.matchLabels ?? {}).every(([k, v]) => labels?.[k] === v) &&
  (selector?.matchExpressions ?? []).every((e) => e.operator === 'In' && e.values.includes(labels?.[e.key]));

/** Findings about all objects of one overlay; `alone` says that others of its namespace are applied apart. */
export function manifestFindings(objects, { alone, publicBytes }) {
  const found = [];
  const say = (o, what) => found.push(`${o.kind} ${o.metadata.name}: ${what}`);
  const pods = objects.filter(podOf).map((o) => ({ owner: o, labels: podOf(o).metadata.labels, spec: podOf(o).spec }));
  const has = (kind, name) => objects.some((o) => o.kind === kind && o.metadata.name === name);
  const meets = (selector) => pods.some((p) => matches(selector, p.labels));

  for (const { owner, spec } of pods) {
    const own = owner.metadata.name;
    if (spec.automountServiceAccountToken !== false) say(owner, 'has a token of Kubernetes');
    if (spec.enableServiceLinks !== false) say(owner, 'gets variables of Services, which may have names of settings');
    if (spec.securityContext?.runAsNonRoot !== true || spec.securityContext?.seccompProfile?.type !== 'RuntimeDefault') say(owner, 'may run as root or without seccomp');
    if (spec.serviceAccountName && !has('ServiceAccount', spec.serviceAccountName) && !alone) say(owner, `has an account that is not there: ${spec.serviceAccountName}`);
    for (const c of [...(spec.initContainers ?? []), ...spec.containers]) {
      const s = c.securityContext ?? {};
      if (s.allowPrivilegeEscalation !== false || !s.capabilities?.drop?.includes('ALL')) say(owner, `${c.name} keeps capabilities`);
      if (s.readOnlyRootFilesystem !== true && own !== 'postgres') say(owner, `${c.name} writes to its image`);
      if (!c.resources?.requests?.cpu || !c.resources?.requests?.memory || !c.resources?.limits?.memory) say(owner, `${c.name} does not say what it needs`);
      if (owner.kind !== 'Job' && !c.readinessProbe && c.restartPolicy !== 'Always') say(owner, `${c.name} is never known to be ready`);
      if (!/:[\w.-]+$/.test(c.image) && !alone && objects.some((o) => o.kind === 'Ingress') && c.image !== 'estospaces') say(owner, `${c.image} has no tag`);
      for (const mount of c.volumeMounts ?? []) if (![...(spec.volumes ?? []), ...(owner.spec.volumeClaimTemplates ?? []).map((v) => v.metadata)].some((v) => v.name === mount.name)) say(owner, `${c.name} mounts ${mount.name}, which is no volume`);
      for (const from of [...(c.envFrom ?? []), ...(c.env ?? []).map((e) => e.valueFrom ?? {})]) {
        const config = from.configMapRef ?? from.configMapKeyRef, secret = from.secretRef ?? from.secretKeyRef;
        const map = config && objects.find((o) => o.kind === 'ConfigMap' && o.metadata.name === config.name);
        if (config && !map && !alone) say(owner, `reads ConfigMap ${config.name}, which is not there`);
        if (map && config.key && !(config.key in map.data)) say(owner, `reads ${config.key} of ConfigMap ${config.name}, which is not there`);
        if (secret && !/^(estospaces-common|estospaces-bus|estospaces-redis|postgres|[a-z]+-service-(database|providers))$/.test(secret.name)) say(owner, `reads Secret ${secret.name}, which nothing tells to make`);
      }
    }
  }

  for (const o of objects) {
    if (o.kind === 'Service') {
      const behind = pods.filter((p) => matches({ matchLabels: o.spec.selector }, p.labels));
      if (behind.length === 0) say(o, 'has no pods');
      for (const port of o.spec.ports)
        if (!behind.some((p) => p.spec.containers.some((c) => (c.ports ?? []).some((x) => [x.name, x.containerPort].includes(port.targetPort ?? port.port))))) say(o, `port ${port.port} leads nowhere`);
    }
    if (o.kind === 'HorizontalPodAutoscaler' && !has(o.spec.scaleTargetRef.kind, o.spec.scaleTargetRef.name)) say(o, 'scales nothing');
    if (o.kind === 'PodDisruptionBudget' && !meets(o.spec.selector)) say(o, 'guards nothing');
    if (o.kind === 'NetworkPolicy' && Object.keys(o.spec.podSelector).length > 0 && !meets(o.spec.podSelector) && !alone && o.metadata.name !== 'cloud-sql') say(o, 'is about nothing');
    if (o.kind === 'Ingress')
      for (const { http } of o.spec.rules)
        for (const { backend } of http.paths) {
          const service = objects.find((s) => s.kind === 'Service' && s.metadata.name === backend.service.name);
          if (!service?.spec.ports.some((p) => p.name === backend.service.port.name)) say(o, `${backend.service.name} has no port ${backend.service.port.name}`);
          const size = o.metadata.annotations['nginx.ingress.kubernetes.io/proxy-body-size'];
          if (size && size !== `${publicBytes / (1 << 20)}m`) say(o, `lets ${size} through, the gateway takes ${publicBytes / (1 << 20)}m`);
        }
  }
  if (!alone) found.push(...oneSided(objects, pods));
  return found;
}

/** Ways between pods that one policy opens and no policy of the other end does. */
function oneSided(objects, pods) {
  const policies = objects.filter((o) => o.kind === 'NetworkPolicy').map((o) => o.spec);
  const opens = (side, own, other, port) =>
    policies.filter((p) => p.policyTypes.includes(side) && matches(p.podSelector, own.labels)).some((p) =>
      (p[side.toLowerCase()] ?? []).some((rule) => (rule.to ?? rule.from ?? []).some((peer) => peer.podSelector && !peer.namespaceSelector && matches(peer.podSelector, other.labels)) && (rule.ports ?? []).some((x) => x.port === port)));
  const found = [];
  for (const a of pods)
    for (const b of pods)
      for (const port of new Set(b.spec.containers.flatMap((c) => (c.ports ?? []).map((x) => x.containerPort)))) {
        const out = opens('Egress', a, b, port), into = opens('Ingress', b, a, port);
        if (out !== into) found.push(`NetworkPolicy: ${a.owner.metadata.name} → ${b.owner.metadata.name}:${port} is open at ${out ? 'its beginning' : 'its end'} only`);
      }
  return found;
}

/** What no schema says of a compose file: that names meet, and that data stores are reached from inside only. */
export function composeNameFindings(file) {
  const found = [], inside = Object.entries(file.networks).filter(([, n]) => n?.internal).map(([name]) => name);
  for (const [name, s] of Object.entries(file.services)) {
    for (const other of Object.keys(s.depends_on ?? {})) if (!file.services[other]) found.push(`${name} depends on ${other}, which is not there`);
    for (const [other, { condition }] of Object.entries(s.depends_on ?? {})) if (condition === 'service_healthy' && !file.services[other]?.healthcheck && !/estospaces/.test(file.services[other]?.image)) found.push(`${name} waits for the health of ${other}, which is never told`);
    for (const x of s.secrets ?? []) if (!file.secrets[x.source ?? x]) found.push(`${name}: no secret ${x.source ?? x}`);
    for (const x of s.networks ?? []) if (!(x in file.networks)) found.push(`${name}: no network ${x}`);
    for (const x of s.volumes ?? []) if (!/^[./]/.test(x) && !(x.split(':')[0] in file.volumes)) found.push(`${name}: no volume ${x}`);
    for (const [key, value] of Object.entries(s.environment ?? {})) if (key.endsWith('_FILE') && value.startsWith('/run/secrets/') && !(s.secrets ?? []).some((x) => `/run/secrets/${x.source ?? x}` === value)) found.push(`${name}: ${key} names a secret it is not given`);
    if (['postgres', 'nats', 'redis'].includes(name) && (s.ports || (s.networks ?? []).some((n) => !inside.includes(n)))) found.push(`${name} can be reached from outside`);
    if (!s.deploy?.resources?.limits?.memory && name !== 'nats-volume') found.push(`${name} may take all memory`);
    if (!s.security_opt?.includes('no-new-privileges:true')) found.push(`${name} may gain privileges`);
  }
  return found;
}
