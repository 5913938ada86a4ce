// The libraries siwe and ethers, as a page would use them, sign in to the real product: register, sign in again, link a second wallet, take it off.
// Usage: node tests/clients/siwe.mjs http://localhost:8080 http://localhost:4200
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Wallet } from 'ethers';
import { SiweMessage } from 'siwe';

const [api, page] = process.argv.slice(2);
const domain = new URL(page).host;

async function call(method, path, body, token) {
  const response = await fetch(new URL(`/api/v1/auth${path}`, api), {
    method, headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }, ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

/** A message of the library's own making around the product's nonce. */
async function sign(wallet, change = {}) {
  const { status, body } = await call('POST', '/wallet/nonce', { address: wallet.address });
  assert.equal(status, 200, JSON.stringify(body));
  const message = new SiweMessage({
    domain, address: wallet.address, statement: 'A statement of the page.', uri: `${page}/login`, version: '1', chainId: Number(body.chain_id), nonce: body.nonce,
    expirationTime: new Date(Date.now() + 60_000).toISOString(), resources: [`${page}/terms`], ...change,
  }).prepareMessage();
  return { message, signature: await wallet.signMessage(message) };
}

/** The message that the product proposes, read and checked by the library. */
async function signProposed(wallet) {
  const { body } = await call('POST', '/wallet/nonce', { address: wallet.address, chain_id: 31337 });
  const message = new SiweMessage(body.message);
  assert.equal(message.nonce, body.nonce);
  assert.equal(message.domain, domain);
  const signature = await wallet.signMessage(message.prepareMessage());
  assert.ok((await message.verify({ signature, domain, nonce: body.nonce })).success);
  return { message: body.message, signature };
}

const wallet = Wallet.createRandom();
const first = await signProposed(wallet);
let answer = await call('POST', '/wallet/login', first);
assert.equal(answer.status, 404);
assert.equal(answer.body.code, 'wallet_unknown');
answer = await call('POST', '/wallet/register', { ...first, email: `siwe-${randomUUID()}@example.com`, name: 'Ada' });
assert.equal(answer.status, 201, JSON.stringify(answer.body));
const account = answer.body.user.id;

answer = await call('POST', '/wallet/login', first);
assert.equal(answer.body.code, 'wallet_nonce_invalid');
answer = await call('POST', '/wallet/login', await sign(wallet));
assert.equal(answer.status, 200, JSON.stringify(answer.body));
assert.equal(answer.body.user.id, account);
const token = answer.body.access_token;

answer = await call('POST', '/wallet/login', await sign(wallet, { domain: 'evil.example' }));
assert.equal(answer.body.code, 'wallet_wrong_origin');
answer = await call('POST', '/wallet/login', await sign(wallet, { chainId: 1 }));
assert.equal(answer.body.code, 'wallet_wrong_chain');

const second = Wallet.createRandom();
answer = await call('POST', '/wallets', await sign(second), token);
assert.equal(answer.status, 200, JSON.stringify(answer.body));
assert.equal(answer.body.address, second.address);
answer = await call('POST', '/wallet/login', await signProposed(second));
assert.equal(answer.body.user.id, account);
answer = await call('GET', '/wallets', null, token);
assert.deepEqual(answer.body.data.map((w) => w.address), [wallet.address, second.address]);
answer = await call('DELETE', `/wallets/${second.address}`, null, token);
assert.equal(answer.status, 204);
console.log('walked through');
