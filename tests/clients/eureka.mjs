// Eureka's client for Node, unchanged: registers with a registry, renews, finds another service. Then it does what stdin says: "look" prints what it knows, "stop" deregisters.
// Killed, it simply falls silent. Usage: node tests/clients/eureka.mjs http://user:password@127.0.0.1:8761 <application to find>
import readline from 'node:readline';
import eureka from 'eureka-js-client';

const base = new URL(process.argv[2] ?? 'http://127.0.0.1:8761');
const wanted = process.argv[3] ?? 'BOOKING-SERVICE';
const say = (...words) => console.log(...words);
const quiet = { debug() {}, info() {}, warn: (...w) => console.error(...w), error: (...w) => console.error(...w) };

const client = new eureka.Eureka({
  logger: quiet,
  instance: {
    instanceId: 'node-1',
    app: 'node-service',
    hostName: '127.0.0.1',
    ipAddr: '127.0.0.1',
    port: { $: 9123, '@enabled': true },
    vipAddress: 'node-service',
    statusPageUrl: 'http://127.0.0.1:9123/info',
    dataCenterInfo: { '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo', name: 'MyOwn' },
    metadata: { from: 'node' },
  },
  eureka: {
    serviceUrls: { default: [`${base.protocol}//${base.username ? `${base.username}:${base.password}@` : ''}${base.host}/eureka/v2/apps/`] },
    heartbeatInterval: 50,
    registryFetchInterval: 50,
    shouldUseDelta: true,
    maxRetries: 0,
  },
});

let beats = 0;
client.on('registered', () => say('registered'));
client.on('deregistered', () => say('deregistered'));
client.on('heartbeat', () => { if (++beats === 3) say('renewed'); });
client.start((error) => say(error ? `failed: ${error.message}` : 'started'));

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'look') say('found', client.getInstancesByAppId(wanted).map((i) => `${i.hostName}:${i.port.$} ${i.status}`).join(', ') || 'nobody');
  if (line === 'stop') client.stop((error) => { say(error ? `failed: ${error.message}` : 'stopped'); process.exit(error ? 1 : 0); });
});
