// compose.split.yaml: every module a container of its own, with the servers they need, on one machine. And the script that makes their databases.
import { stringify } from 'yaml';

const bytes = (quantity) => quantity.toLowerCase().replace('mi', 'm').replace('gi', 'g');
const from = (...names) => names.map((source) => ({ source }));
const healthy = { condition: 'service_healthy' };
const confined = { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], restart: 'unless-stopped', logging: { driver: 'local' } };
const limits = (memory, pids = 200) => ({ resources: { limits: { memory: bytes(memory), pids } } });

/** Settings that all modules share. A name that ends in _FILE is where a secret is read from. */
const common = {
  ENVIRONMENT: '${ENVIRONMENT:-production}',
  LOG_FORMAT: 'json',
  PUBLIC_API_URL: '${PUBLIC_API_URL:-http://localhost:8080}',
  PUBLIC_WEB_URL: '${PUBLIC_WEB_URL:-http://localhost:4200}',
  SANDBOX_PUBLIC_URL: '${SANDBOX_PUBLIC_URL:-http://localhost:8099}',
  DISCOVERY: 'registry',
  EUREKA_URL: 'http://eureka-server:8761/eureka',
  REDIS_URL_FILE: '/run/secrets/redis_url',
  JWT_SECRET_FILE: '/run/secrets/jwt_secret',
};
const bus = { NATS_URL: 'nats://nats:4222', NATS_USER: 'estospaces', NATS_PASSWORD_FILE: '/run/secrets/nats_password' };
const database = { DB_HOST: 'postgres', DB_USER: 'estospaces', DB_PASSWORD_FILE: '/run/secrets/db_password', DB_SSL_MODE: 'disable', DB_POOL_SIZE: '10' };

function serviceOf(m) {
  const keepsFiles = m.name === 'media';
  return {
    image: '${IMAGE:-estospaces}',
    command: ['serve', m.name],
    ...confined,
    ...(m.development_only ? { profiles: ['development'] } : {}),
    user: '1654:1654',
    environment: { ...common, ...(m.database ? { ...database, ...bus } : {}), PORT: String(m.port) },
    ...(m.providers.length ? { env_file: [{ path: 'providers.env', required: false }] } : {}),
    secrets: from('jwt_secret', 'redis_url', ...(m.database ? ['db_password', 'nats_password'] : [])),
    tmpfs: ['/tmp', ...(keepsFiles ? [] : ['/data:uid=1654,gid=1654,mode=0700'])],
    ...(keepsFiles ? { volumes: ['media:/data'] } : {}),
    ...(m.development_only ? { ports: [`127.0.0.1:${m.port}:${m.port}`] } : {}),
    networks: ['modules', 'data'],
    depends_on: {
      redis: healthy,
      ...(m.name === 'registry' ? {} : { 'eureka-server': healthy }),
      ...(m.database ? { nats: healthy, migrate: { condition: 'service_completed_successfully' } } : {}),
    },
    healthcheck: { test: ['CMD', 'dotnet', '/app/estospaces.dll', 'probe', m.name], interval: '15s', timeout: '5s', retries: 3, start_period: '60s', start_interval: '2s' },
    // DRAIN_SECONDS, which is 5 where nothing else is set, and 25 s for what runs.
    stop_grace_period: '40s',
    deploy: { ...(m.name === 'gateway' ? { replicas: 2 } : {}), ...limits(m.limit) },
  };
}

const servers = {
  edge: {
    image: 'nginx:1.29-alpine',
    ...confined,
    user: '101:101',
    ports: ['${API_PORT:-8080}:8080', '${WEB_PORT:-4200}:4200'],
    volumes: ['./compose/edge.conf:/etc/nginx/nginx.conf:ro'],
    tmpfs: ['/tmp:uid=101,gid=101'],
    networks: ['modules'],
    depends_on: { 'api-gateway': healthy, 'front-service': healthy },
    healthcheck: { test: ['CMD', 'wget', '-qO', '/dev/null', 'http://127.0.0.1:8080/health'], interval: '15s', timeout: '5s', retries: 3 },
    deploy: limits('128Mi', 50),
  },
  postgres: {
    image: 'postgis/postgis:17-3.5',
    restart: 'unless-stopped',
    logging: { driver: 'local' },
    security_opt: ['no-new-privileges:true'],
    command: ['-c', 'max_connections=200'],
    environment: { POSTGRES_PASSWORD_FILE: '/run/secrets/postgres_password', APP_PASSWORD_FILE: '/run/secrets/db_password' },
    secrets: from('postgres_password', 'db_password'),
    volumes: ['postgres:/var/lib/postgresql/data', './compose/databases.sh:/docker-entrypoint-initdb.d/10-databases.sh:ro'],
    shm_size: '128m',
    networks: ['data'],
    healthcheck: { test: ['CMD', 'pg_isready', '-U', 'postgres', '-h', '127.0.0.1'], interval: '5s', timeout: '3s', retries: 10, start_period: '60s' },
    stop_grace_period: '60s',
    deploy: limits('1Gi', 300),
  },
  nats: {
    image: 'nats:2.12-alpine',
    ...confined,
    user: '1000:1000',
    command: ['--config', '/etc/nats/nats.conf'],
    volumes: ['nats:/data', './compose/nats.conf:/etc/nats/nats.conf:ro'],
    secrets: [{ source: 'nats_users', target: '/etc/nats/users.conf' }],
    tmpfs: ['/tmp:uid=1000,gid=1000'],
    networks: ['data'],
    depends_on: { 'nats-volume': { condition: 'service_completed_successfully' } },
    healthcheck: { test: ['CMD', 'wget', '-qO', '/dev/null', 'http://127.0.0.1:8222/healthz'], interval: '5s', timeout: '3s', retries: 6, start_period: '30s' },
    stop_grace_period: '45s',
    deploy: limits('512Mi', 100),
  },
  // A new volume belongs to root; NATS does not run as root.
  'nats-volume': {
    image: 'nats:2.12-alpine', user: '0:0', entrypoint: ['chown', '1000:1000', '/data'], volumes: ['nats:/data'], network_mode: 'none', restart: 'on-failure',
    cap_drop: ['ALL'], cap_add: ['CHOWN'], security_opt: ['no-new-privileges:true'],
  },
  redis: {
    image: 'redis:7.4-alpine',
    ...confined,
    user: '999:1000',
    // What it keeps may be lost: no file. The password comes by the standard input, so that no list of processes shows it.
    command: ['sh', '-c', "printf 'dir /tmp\\nsave \"\"\\nappendonly no\\nmaxmemory 192mb\\nmaxmemory-policy volatile-ttl\\nrequirepass %s\\n' \"$$(cat /run/secrets/redis_password)\" | exec redis-server -"],
    secrets: from('redis_password'),
    tmpfs: ['/tmp', '/data'],
    networks: ['data'],
    healthcheck: { test: ['CMD-SHELL', 'REDISCLI_AUTH=$$(cat /run/secrets/redis_password) redis-cli ping | grep -q PONG'], interval: '5s', timeout: '3s', retries: 6 },
    deploy: limits('256Mi', 50),
  },
  migrate: {
    image: '${IMAGE:-estospaces}',
    command: ['migrate'],
    ...confined,
    restart: 'on-failure',
    user: '1654:1654',
    environment: { ENVIRONMENT: common.ENVIRONMENT, JWT_SECRET_FILE: common.JWT_SECRET_FILE, LOG_FORMAT: 'json', ...database },
    secrets: from('jwt_secret', 'db_password'),
    tmpfs: ['/tmp', '/data:uid=1654,gid=1654,mode=0700'],
    networks: ['data'],
    depends_on: { postgres: healthy },
    healthcheck: { disable: true },
    deploy: limits('256Mi'),
  },
};

/** The whole file, for modules in the order of their ports. */
export function composeOf(all) {
  const file = {
    name: 'estospaces-split',
    services: { ...servers, ...Object.fromEntries(all.map((m) => [m.service, serviceOf(m)])) },
    networks: { modules: {}, data: { internal: true } },
    volumes: { postgres: {}, nats: {}, media: {} },
    secrets: Object.fromEntries(['postgres_password', 'db_password', 'jwt_secret', 'nats_password', 'nats_users', 'redis_password', 'redis_url'].map((name) => [name, { file: `./secrets/${name}` }])),
  };
  return `# Every module in a container of its own, with Postgres, NATS, Redis and the registry, on one machine: see docs/deploy.md.
#   deploy/prepare.sh && docker compose -f deploy/compose.split.yaml up -d
${stringify(file, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })}`;
}

/** Runs once, when Postgres' data folder is new: the databases of all modules, and what only a superuser may add to them. */
export const databasesScript = (all) => `#!/bin/sh
# Written by \`npm run deploy\`. Run by Postgres' image when its data folder is new: a database for each module.
# With APP_PASSWORD_FILE they belong to the user estospaces, who is no superuser; else to postgres.
set -eu
owner=postgres
if [ -n "\${APP_PASSWORD_FILE:-}" ]; then
  owner=estospaces
  psql -v ON_ERROR_STOP=1 -v password="$(cat "$APP_PASSWORD_FILE")" -U postgres -d postgres <<'SQL'
create role estospaces login password :'password';
SQL
fi
for database in ${all.filter((m) => m.database).map((m) => m.database).sort().join(' ')}; do
  psql -v ON_ERROR_STOP=1 -U postgres -d postgres -c "create database $database owner $owner"
done
# The only extension that an owner may not add by itself.
psql -v ON_ERROR_STOP=1 -U postgres -d estospaces_properties -c 'create extension if not exists postgis'
`;
