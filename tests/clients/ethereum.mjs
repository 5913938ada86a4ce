// What ethers, viem and siwe say about keys, hashes, signatures and sign-in messages.
// Usage: node tests/clients/ethereum.mjs make 200    answers so many samples, a JSON object a line
//        node tests/clients/ethereum.mjs read        answers for each line, a sign-in message as a JSON string, its fields or null
//        node tests/clients/ethereum.mjs verify      answers for each line {message, signature} the address that ethers and viem recover
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { SigningKey, Wallet, computeAddress, hashMessage, keccak256, recoverAddress, verifyMessage } from 'ethers';
import { SiweMessage } from 'siwe';
import { hashMessage as viemHash, keccak256 as viemKeccak, recoverMessageAddress } from 'viem';
import { createSiweMessage } from 'viem/siwe';

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const lines = async () => (await text(process.stdin)).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
const sometimes = (make) => (randomInt(2) ? make() : undefined);

async function sample(i) {
  const wallet = new Wallet(`0x${randomBytes(32).toString('hex')}`);
  const data = `0x${randomBytes(randomInt(400)).toString('hex')}`;
  assert.equal(keccak256(data), viemKeccak(data));
  const at = 1.7e12 + randomInt(1e9);
  const fields = {
    scheme: sometimes(() => 'https'), domain: ['localhost:4200', 'rental.example', '127.0.0.1:80', '[::1]:4200'][i % 4], address: wallet.address, statement: sometimes(() => `Sign in to rental ${i}.`),
    uri: ['http://localhost:4200', 'https://rental.example/login?next=%2Ftrips#top'][i % 2], version: '1', chainId: [1, 31337, 11155111, 8453][i % 4], nonce: randomBytes(8).toString('hex'),
    issuedAt: new Date(at).toISOString(), expirationTime: sometimes(() => new Date(at + 600_000).toISOString()), notBefore: sometimes(() => new Date(at - 1000).toISOString()),
    requestId: sometimes(() => `request-${i}`), resources: sometimes(() => ['https://rental.example/terms', `ipfs://bafybei${i}/`].slice(0, randomInt(3))),
  };
  const message = new SiweMessage(fields).prepareMessage();
  // viem leaves an empty list out where siwe writes one, and takes no IPv6 literal for a domain.
  if (fields.resources?.length !== 0 && !fields.domain.startsWith('[')) {
    const dates = Object.fromEntries(['issuedAt', 'expirationTime', 'notBefore'].filter((name) => fields[name]).map((name) => [name, new Date(fields[name])]));
    assert.equal(createSiweMessage({ ...fields, ...dates }), message);
  }
  const signature = await wallet.signMessage(message);
  assert.equal(hashMessage(message), viemHash(message));
  assert.equal(await recoverMessageAddress({ message, signature }), wallet.address);
  assert.equal(computeAddress(wallet.signingKey.publicKey), wallet.address);
  const digest = keccak256(data);
  const raw = wallet.signingKey.sign(digest);
  assert.equal(recoverAddress(digest, raw), wallet.address);
  return {
    key: wallet.privateKey, address: wallet.address, public_key: `0x${SigningKey.computePublicKey(wallet.privateKey, false).slice(4)}`, data, keccak: digest, raw_signature: raw.serialized,
    message, fields, hash: hashMessage(message), signature,
  };
}

function read(message) {
  try {
    const parsed = new SiweMessage(message);
    return { ...parsed };
  } catch {
    return null;
  }
}

const [task, count] = process.argv.slice(2);
if (task === 'make') for (let i = 0; i < Number(count); i++) say(await sample(i));
else if (task === 'read') for (const message of await lines()) say(read(message));
else if (task === 'verify') {
  for (const { message, signature } of await lines()) {
    const address = verifyMessage(message, signature);
    assert.equal(await recoverMessageAddress({ message, signature }), address);
    say(address);
  }
} else assert.fail(`unknown task ${task}`);
