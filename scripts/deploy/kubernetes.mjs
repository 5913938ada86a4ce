// The Kubernetes manifests of the modules: for each a Deployment, Service, disruption budget, autoscaler and network policies, all from the same facts.
import { ports } from './facts.mjs';

const image = 'estospaces';
const names = (m) => ({ 'app.kubernetes.io/name': m.service, 'app.kubernetes.io/part-of': 'estospaces' });
const own = (m) => ({ 'app.kubernetes.io/name': m.service });
const config = (name) => ({ configMapRef: { name } });
const secret = (name) => ({ secretRef: { name } });
const pod = (m) => ({ podSelector: { matchLabels: own(m) } });
const service = (name) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } });

/** The database's Secret of a module: DB_HOST, DB_USER, DB_PASSWORD, and DB_PORT or DB_NAME where they are not the usual ones. */
export const databaseSecret = (m) => `${m.service}-database`;
export const providersSecret = (m) => `${m.service}-providers`;

export const confined = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

export const confinedPod = {
  automountServiceAccountToken: false,
  enableServiceLinks: false, // else Kubernetes sets variables like BOOKING_SERVICE_PORT=tcp://…, which are settings of ours
  securityContext: { runAsNonRoot: true, runAsUser: 1654, runAsGroup: 1654, fsGroup: 1654, seccompProfile: { type: 'RuntimeDefault' } },
};

// /data holds nothing that must last on a cluster; /tmp spools uploads.
const folders = [
  { name: 'data', emptyDir: { sizeLimit: '64Mi' } },
  { name: 'tmp', emptyDir: {} },
];
const mounts = [
  { name: 'data', mountPath: '/data' },
  { name: 'tmp', mountPath: '/tmp' },
];

const settingsOf = (m) => [
  config('estospaces-settings'),
  secret('estospaces-common'),
  ...(m.database ? [config('estospaces-bus'), secret('estospaces-bus'), secret(databaseSecret(m))] : []),
  ...(m.providers.length ? [secret(providersSecret(m))] : []),
];

const probe = (path, more) => ({ httpGet: { path, port: 'http' }, timeoutSeconds: 4, ...more });

export function deployment(m) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: m.service, labels: names(m) },
    // No replicas: the autoscaler holds two or more, and applying this again takes none away.
    spec: {
      revisionHistoryLimit: 5,
      selector: { matchLabels: own(m) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { ...names(m), 'estospaces/role': 'module', ...(m.database ? { 'estospaces/bus': 'member' } : {}) },
          annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(m.port), 'prometheus.io/path': '/metrics' },
        },
        spec: {
          serviceAccountName: 'estospaces',
          ...confinedPod,
          // DRAIN_SECONDS in which all learn of the stop, then 25 s for what runs.
          terminationGracePeriodSeconds: 45,
          topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((topologyKey) => ({
            maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: own(m) },
          })),
          containers: [{
            name: 'module',
            image,
            args: ['serve', m.name],
            ports: [{ name: 'http', containerPort: m.port }],
            envFrom: settingsOf(m),
            env: [
              { name: 'PORT', value: String(m.port) },
              // Named here, so that without it nothing starts: pictures in a pod's own folder would go with the pod.
              ...(m.name === 'media' ? [{ name: 'S3_BUCKET', valueFrom: { secretKeyRef: { name: providersSecret(m), key: 'S3_BUCKET' } } }] : []),
            ],
            resources: { requests: { cpu: m.cpu, memory: m.memory }, limits: { memory: m.limit } },
            securityContext: confined,
            startupProbe: probe('/health', { periodSeconds: 2, failureThreshold: 60 }),
            livenessProbe: probe('/health', { periodSeconds: 10, failureThreshold: 3 }),
            // Without the bus facts wait in the outbox, without Redis limits are counted by each gateway: no reason to take everybody out of service at once.
            readinessProbe: probe('/ready?except=bus,redis', { periodSeconds: 3, failureThreshold: 2 }),
            volumeMounts: mounts,
          }],
          volumes: folders,
        },
      },
    },
  };
}

// With DISCOVERY=dns a service is one name; behind it Kubernetes chooses among the replicas that are ready.
const serviceOf = (m) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: m.service, labels: names(m) },
  spec: { selector: own(m), ports: [{ name: 'http', port: m.port, targetPort: 'http' }] },
});

const budget = (m) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: m.service, labels: names(m) },
  spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: own(m) } },
});

const autoscaler = (m) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: m.service, labels: names(m) },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: m.service },
    minReplicas: 2,
    maxReplicas: m.most,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
    behavior: { scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } },
  },
});

const tcp = (...list) => list.flat().map((port) => ({ protocol: 'TCP', port }));
// The world without what is ours or the cloud's: nobody reaches a metadata server or a neighbour by way of an address that a user gave.
const world = { ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10'] } };
// Where Postgres may be: in the cluster, or at a private address beside it.
const privately = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map((cidr) => ({ ipBlock: { cidr } }));

function policy(m, all) {
  const of = (name) => all.find((o) => o.name === name);
  const from = [
    ...m.asked.map(service),
    ...(m.public ? [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } } }] : []),
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
  ];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: m.service, labels: names(m) },
    spec: {
      podSelector: { matchLabels: own(m) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from, ports: tcp(m.port) }],
      egress: [
        ...m.asks.map((name) => ({ to: [pod(of(name))], ports: tcp(of(name).port) })),
        { to: [service('redis')], ports: tcp(ports.redis) },
        ...(m.database ? [{ to: [service('nats')], ports: tcp(ports.nats) }, { to: privately, ports: tcp(ports.postgres) }] : []),
        ...(m.outside ? [{ to: [world], ports: tcp(ports.https, m.name === 'notifications' ? ports.smtp : []) }] : []),
        { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }], ports: tcp(ports.otlp) },
      ],
    },
  };
}

/** All of one module, in the order in which a person reads it. */
export const manifestsOf = (m, all) => [deployment(m), serviceOf(m), budget(m), autoscaler(m), policy(m, all)];

const registryAddresses = (m) => [0, 1].map((i) => `http://${m.service}-${i}.${m.service}:${m.port}/eureka`).join(',');

/**
 * The registry with DISCOVERY=registry instead of DNS: two of it that tell each other, by names that last. Nothing here is needed with DNS.
 */
export function registry(m) {
  const { spec: { template, selector } } = deployment(m);
  template.spec.containers[0].env.push({ name: 'EUREKA_PEERS', value: registryAddresses(m) });
  const modules = { podSelector: { matchLabels: { 'estospaces/role': 'module' } } };
  const network = (name, podSelector, policy) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, labels: names(m) }, spec: { podSelector, ...policy } });
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: m.service, labels: names(m) },
      spec: { serviceName: m.service, replicas: 2, podManagementPolicy: 'Parallel', selector, template },
    },
    // Two that are not ready yet must find each other.
    { apiVersion: 'v1', kind: 'Service', metadata: { name: m.service, labels: names(m) }, spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector: own(m), ports: [{ name: 'http', port: m.port, targetPort: 'http' }] } },
    budget(m),
    network(m.service, { matchLabels: own(m) }, {
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [modules, { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }], ports: tcp(m.port) }],
      egress: [{ to: [service('redis')], ports: tcp(ports.redis) }],
    }),
    network('to-registry', modules.podSelector, { policyTypes: ['Egress'], egress: [{ to: [pod(m)], ports: tcp(m.port) }] }),
  ];
}

/** What the modules' settings say then. */
export const registrySettings = (m) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'estospaces-settings' }, data: { DISCOVERY: 'registry', EUREKA_URL: registryAddresses(m) } });

/** One Job that brings every database up to its schema: a container for each module that has one. It runs before a new version does. */
export function migration(all) {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'estospaces-migrate', labels: { 'app.kubernetes.io/name': 'estospaces-migrate', 'app.kubernetes.io/part-of': 'estospaces' } },
    spec: {
      backoffLimit: 4,
      activeDeadlineSeconds: 900,
      ttlSecondsAfterFinished: 600,
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'estospaces-migrate', 'app.kubernetes.io/part-of': 'estospaces' } },
        spec: {
          serviceAccountName: 'estospaces',
          ...confinedPod,
          restartPolicy: 'OnFailure',
          containers: all.filter((m) => m.database).map((m) => ({
            name: m.name,
            image,
            args: ['migrate', m.name],
            envFrom: settingsOf({ ...m, providers: [] }),
            resources: { requests: { cpu: '50m', memory: '96Mi' }, limits: { memory: '256Mi' } },
            securityContext: confined,
            volumeMounts: mounts,
          })),
          volumes: folders,
        },
      },
    },
  };
}

/** The Job reaches databases and nothing else. */
export const migrationPolicy = () => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'estospaces-migrate' },
  spec: {
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'estospaces-migrate' } },
    policyTypes: ['Egress'],
    egress: [{ to: privately, ports: tcp(ports.postgres) }],
  },
});

// Google's proxy as a sidecar that starts before and ends after the module; it reaches Google over 443 and the instance over 3307.
const proxy = (m, port, name) => ({
  name,
  image: 'gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.15.2',
  restartPolicy: 'Always',
  args: ['--structured-logs', '--private-ip', '--health-check', '--http-address=0.0.0.0', `--http-port=${port + 4000}`, `--port=${port}`, '$(INSTANCE_CONNECTION_NAME)'],
  env: [{ name: 'INSTANCE_CONNECTION_NAME', valueFrom: { configMapKeyRef: { name: 'cloud-sql-instances', key: m.service } } }],
  startupProbe: { httpGet: { path: '/startup', port: port + 4000 }, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 60 },
  resources: { requests: { cpu: '20m', memory: '32Mi' }, limits: { memory: '128Mi' } },
  securityContext: { ...confined, runAsUser: 65532, runAsGroup: 65532 },
});
const throughProxy = (port) => [{ name: 'DB_HOST', value: '127.0.0.1' }, { name: 'DB_PORT', value: String(port) }, { name: 'DB_SSL_MODE', value: 'disable' }];

export const cloudSqlPatch = (m) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: m.service },
  spec: {
    template: {
      spec: {
        serviceAccountName: 'estospaces-cloud-sql',
        initContainers: [proxy(m, ports.postgres, 'cloud-sql-proxy')],
        containers: [{ name: 'module', env: throughProxy(ports.postgres) }],
      },
    },
  },
});

export function cloudSqlMigrationPatch(all) {
  const with_ = all.filter((m) => m.database);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'estospaces-migrate' },
    spec: {
      template: {
        spec: {
          serviceAccountName: 'estospaces-cloud-sql',
          initContainers: with_.map((m, i) => proxy(m, ports.postgres + i, `proxy-${m.name}`)),
          containers: with_.map((m, i) => ({ name: m.name, env: throughProxy(ports.postgres + i) })),
        },
      },
    },
  };
}

/** Whatever has a proxy may talk to Google: its APIs, its metadata server (for the identity) and the instances. */
export const cloudSqlPolicy = (all) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'cloud-sql' },
  spec: {
    podSelector: { matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: ['estospaces-migrate', ...all.filter((m) => m.database).map((m) => m.service)] }] },
    policyTypes: ['Egress'],
    egress: [
      { to: [world, ...privately], ports: tcp(ports.https, 3307) },
      { to: [{ ipBlock: { cidr: '169.254.169.254/32' } }, { ipBlock: { cidr: '169.254.169.252/32' } }], ports: tcp(80, 987, 988) },
    ],
  },
});
