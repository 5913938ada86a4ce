// What the deployment is made from: the modules as the program itself tells them, and what only a deployment knows about them.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const program = 'src/Host/bin/Release/net10.0/estospaces.dll';

/** What the built program prints for a verb. */
export function tell(...verb) {
  if (!existsSync(program)) throw new Error(`${program} is not built: dotnet build src/Host -c Release`);
  return execFileSync('dotnet', [program, ...verb], { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: process.env.HOME, DOTNET_ROOT: process.env.DOTNET_ROOT } });
}

/** Every port that something of a third party listens at. */
export const ports = { postgres: 5432, nats: 4222, redis: 6379, otlp: 4318, https: 443, smtp: [465, 587] };

// cpu and memory that a replica asks for, the memory it may not exceed, and the most replicas. A processor limit would only make requests slow while others idle.
const size = (cpu, memory, limit, most) => ({ cpu, memory, limit, most });
const usual = size('100m', '192Mi', '512Mi', 6);
const sizes = {
  gateway: size('250m', '192Mi', '512Mi', 10),
  web: size('250m', '192Mi', '512Mi', 10),
  auth: size('250m', '192Mi', '512Mi', 8), // password hashes
  bookings: size('200m', '256Mi', '768Mi', 8),
  search: size('250m', '512Mi', '1536Mi', 6), // the index lives in memory
  media: size('250m', '512Mi', '3Gi', 4), // image workers: up to 1 GiB each, one for two processors
};

// Secrets of the outside world, by module; each is a Kubernetes Secret of this name and a group of variables in compose.
const providers = {
  payments: ['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRET'],
  notifications: ['SENDGRID_API_KEY', 'SMTP_URL', 'TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM', 'FIREBASE_CREDENTIALS'],
  blockchain: ['ETH_RPC_URL', 'ETH_CHAIN_ID', 'ETH_CONFIRMATIONS', 'ESCROW_ADDRESS', 'REGISTRY_ADDRESS', 'ETH_SIGNER_URL', 'ETH_OPERATOR', 'ETH_EXPLORER_URL', 'ETH_PRICE_URL'],
  media: ['S3_ENDPOINT', 'S3_BUCKET', 'S3_REGION', 'S3_ACCESS_KEY', 'S3_SECRET_KEY', 'GCS_BUCKET_NAME'],
};

/** The modules, with whom each asks and who asks it, over HTTP. */
export function modules() {
  const all = JSON.parse(tell('modules', '--json'));
  const known = new Set(all.map((m) => m.name));
  const asks = (m) => {
    if (m.name === 'sandbox') return all.filter((o) => o.name !== m.name).map((o) => o.name); // tells everybody the time, payments what Stripe would
    const calls = new Set(m.calls);
    if (m.name === 'web') calls.add('gateway');
    if (m.name === 'gateway') all.filter((o) => o.serves.length > 0).forEach((o) => calls.add(o.name));
    if (m.name !== 'auth' && m.name !== 'registry') calls.add('auth'); // the public keys of tokens, the sessions that ended
    calls.delete(m.name);
    return [...calls].filter((c) => known.has(c)).sort();
  };
  return all.map((m) => ({
    ...m,
    asks: asks(m),
    asked: all.filter((o) => o.name !== m.name && asks(o).includes(m.name)).map((o) => o.service).sort(),
    public: m.name === 'gateway' || m.name === 'web',
    outside: ['payments', 'notifications', 'media', 'blockchain'].includes(m.name),
    providers: providers[m.name] ?? [],
    ...(sizes[m.name] ?? usual),
  })).sort((a, b) => a.port - b.port);
}
