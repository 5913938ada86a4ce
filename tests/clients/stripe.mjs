// Stripe's own client, unchanged but for host and port, walks through everything that the payment adapter relies on.
// Usage: node tests/clients/stripe.mjs http://localhost:8099
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import Stripe from 'stripe';

const base = new URL(process.argv[2] ?? 'http://localhost:8099');
const client = (key) => new Stripe(key, { host: base.hostname, port: base.port, protocol: 'http', maxNetworkRetries: 0 });
const stripe = client('sk_test_walk');
const back = 'http://shop.example/back?a=1';

async function refused(call, type, code) {
  const error = await call.then(() => assert.fail(`expected ${type} ${code ?? ''}`), (e) => e);
  assert.equal(error.type, type, error.message);
  if (code) assert.equal(error.code, code, error.message);
  return error;
}

async function until(what, find) {
  for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((next) => setTimeout(next, 25))) {
    const found = await find();
    if (found) return found;
  }
  return assert.fail(`never: ${what}`);
}

/** Does what the card's holder does on the bank's page; answers where his browser is sent. */
async function answerBank(address, outcome) {
  const page = await fetch(address);
  assert.match(await page.text(), /Complete authentication/);
  const body = new URLSearchParams({ attempt: new URL(address).searchParams.get('attempt'), outcome });
  const response = await fetch(address, { method: 'POST', redirect: 'manual', body });
  assert.equal(response.status, 302);
  return response.headers.get('location');
}

// Webhooks are heard from the beginning.
const heard = [];
const listener = http.createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  heard.push({ body, signature: request.headers['stripe-signature'] });
  response.end();
});
await new Promise((ready) => listener.listen(0, '127.0.0.1', ready));
const endpoint = await stripe.webhookEndpoints.create({ url: `http://127.0.0.1:${listener.address().port}/hook`, enabled_events: ['*'] });
const verified = () => heard.map((h) => stripe.webhooks.constructEvent(h.body, h.signature, endpoint.secret));

// Create, be declined, fail 3-D Secure, pass it.
const customer = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada', metadata: { guest: '1' } });
let intent = await stripe.paymentIntents.create({ amount: 103101, currency: 'eur', customer: customer.id, metadata: { booking_id: 'b1' } });
assert.equal(intent.status, 'requires_payment_method');

const declined = await refused(stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds', return_url: back }), 'StripeCardError', 'card_declined');
assert.equal(declined.statusCode, 402);
assert.equal(declined.decline_code, 'insufficient_funds');
assert.equal(declined.message, 'Your card has insufficient funds.');
assert.equal(declined.payment_intent.status, 'requires_payment_method');
assert.match(declined.requestId, /^req_/);

intent = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_threeDSecure2Required', return_url: back });
assert.equal(intent.status, 'requires_action');
assert.equal(intent.next_action.type, 'redirect_to_url');
assert.match(await answerBank(intent.next_action.redirect_to_url.url, 'fail'), /a=1&payment_intent=.*redirect_status=failed/);
intent = await stripe.paymentIntents.retrieve(intent.id);
assert.equal(intent.last_payment_error.code, 'payment_intent_authentication_failure');

intent = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_authenticationRequired', return_url: back });
assert.match(await answerBank(intent.next_action.redirect_to_url.url, 'complete'), /redirect_status=succeeded/);
intent = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge.balance_transaction', 'customer', 'payment_method'] });
assert.equal(intent.status, 'succeeded');
assert.equal(intent.amount_received, 103101);
assert.equal(intent.latest_charge.balance_transaction.amount, 103101);
assert.equal(intent.latest_charge.payment_method_details.card.three_d_secure.result, 'authenticated');
assert.equal(intent.customer.name, 'Ada');
assert.equal(intent.payment_method.card.last4, '3184');

// Refund a part, the same again under its key, too much, the rest, and once more.
const key = randomUUID();
const part = await stripe.refunds.create({ payment_intent: intent.id, amount: 47165 }, { idempotencyKey: key });
const again = await stripe.refunds.create({ payment_intent: intent.id, amount: 47165 }, { idempotencyKey: key });
assert.equal(again.id, part.id);
assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
await refused(stripe.refunds.create({ payment_intent: intent.id, amount: 47166 }, { idempotencyKey: key }), 'StripeIdempotencyError');
assert.match((await refused(stripe.refunds.create({ payment_intent: intent.id, amount: 60000 }), 'StripeInvalidRequestError')).message, /greater than unrefunded/);
await stripe.refunds.create({ payment_intent: intent.id });
await refused(stripe.refunds.create({ payment_intent: intent.id }), 'StripeInvalidRequestError', 'charge_already_refunded');
assert.equal((await stripe.charges.retrieve(intent.latest_charge.id)).amount_refunded, 103101);

// Authorise now, capture later.
const held = await stripe.paymentIntents.create({ amount: 5000, currency: 'eur', capture_method: 'manual', confirm: true, payment_method: 'pm_card_visa', automatic_payment_methods: { enabled: true, allow_redirects: 'never' } });
assert.equal(held.status, 'requires_capture');
assert.equal((await stripe.paymentIntents.capture(held.id, { amount_to_capture: 4000 })).amount_received, 4000);
await refused(stripe.paymentIntents.cancel(held.id), 'StripeInvalidRequestError', 'payment_intent_unexpected_state');

// What is wrong is said as Stripe says it.
await refused(stripe.paymentIntents.create({ amount: 10, currency: 'eur' }), 'StripeInvalidRequestError', 'amount_too_small');
await refused(stripe.paymentIntents.create({ currency: 'eur' }), 'StripeInvalidRequestError', 'parameter_missing');
await refused(stripe.paymentIntents.create({ amount: 500, currency: 'eur', bogus: 1 }), 'StripeInvalidRequestError', 'parameter_unknown');
await refused(stripe.paymentIntents.retrieve('pi_nobody'), 'StripeInvalidRequestError', 'resource_missing');
await refused(client('sk_live_walk').balance.retrieve(), 'StripeAuthenticationError');

// Lists page by cursor; the client's own iterator reads them to the end.
for (let i = 0; i < 3; i++) await stripe.customers.create({ email: `walker${i}@example.com` });
const first = await stripe.customers.list({ limit: 2 });
assert.equal(first.has_more, true);
const second = await stripe.customers.list({ limit: 2, starting_after: first.data[1].id });
assert.equal(new Set([...first.data, ...second.data].map((c) => c.id)).size, 4);
let refunds = 0;
for await (const refund of stripe.refunds.list({ payment_intent: intent.id, limit: 1 })) refunds += refund.amount;
assert.equal(refunds, 103101);

// Thirty at once under one key make one intent.
const many = randomUUID();
const answers = await Promise.allSettled(Array.from({ length: 30 }, () => stripe.paymentIntents.create({ amount: 700, currency: 'eur' }, { idempotencyKey: many })));
assert.equal(new Set(answers.filter((a) => a.status === 'fulfilled').map((a) => a.value.id)).size, 1);
for (const answer of answers.filter((a) => a.status === 'rejected')) assert.equal(answer.reason.statusCode, 409, answer.reason.message);

// Webhooks carry a signature that Stripe's own code accepts, and refuses once a byte is changed.
const paid = await until('payment_intent.succeeded', () => verified().find((e) => e.type === 'payment_intent.succeeded' && e.data.object.id === intent.id));
assert.equal(paid.data.object.amount_received, 103101);
await until('two charge.refunded', () => verified().filter((e) => e.type === 'charge.refunded' && e.data.object.payment_intent === intent.id).length === 2);
assert.throws(() => stripe.webhooks.constructEvent(`${heard[0].body} `, heard[0].signature, endpoint.secret));
assert.equal((await stripe.events.retrieve(paid.id)).type, 'payment_intent.succeeded');

// Payouts: a connected account gets its share of a charge, never more than there was.
const host = await stripe.accounts.create({ type: 'custom', country: 'PT' });
const source = await stripe.paymentIntents.create({ amount: 9000, currency: 'eur', confirm: true, payment_method: 'pm_card_visa', payment_method_types: ['card'] });
const transfer = await stripe.transfers.create({ amount: 8000, currency: 'eur', destination: host.id, source_transaction: source.latest_charge });
await refused(stripe.transfers.create({ amount: 8000, currency: 'eur', destination: host.id, source_transaction: source.latest_charge }), 'StripeInvalidRequestError', 'balance_insufficient');
await stripe.transfers.createReversal(transfer.id, { amount: 1000 });

// The hosted checkout: declined, then challenged, then paid.
const session = await stripe.checkout.sessions.create({
  mode: 'payment',
  success_url: 'http://shop.example/thanks?s={CHECKOUT_SESSION_ID}',
  cancel_url: 'http://shop.example/cart',
  line_items: [{ quantity: 1, price_data: { currency: 'eur', unit_amount: 4200, product_data: { name: 'Stay in Lisbon' } } }],
  payment_intent_data: { metadata: { booking_id: 'b9' } },
});
const payWith = (number) => fetch(session.url, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ email: 'ada@example.com', name: 'Ada', number, expiry: '12 / 34', cvc: '123' }) });
const no = await payWith('4000 0000 0000 0002');
assert.equal(no.status, 402);
assert.match(await no.text(), /Your card was declined\./);
const bank = await payWith('4000 0025 0000 3155');
const home = await answerBank(bank.headers.get('location'), 'complete');
assert.equal((await fetch(home, { redirect: 'manual' })).headers.get('location'), `http://shop.example/thanks?s=${session.id}`);
const completed = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
assert.equal(completed.payment_status, 'paid');
assert.equal(completed.payment_intent.metadata.booking_id, 'b9');
await until('checkout.session.completed', () => verified().some((e) => e.type === 'checkout.session.completed'));

await stripe.webhookEndpoints.del(endpoint.id);
listener.close();
listener.closeAllConnections();
console.log(`walked through; ${heard.length} webhooks verified`);
process.exit(0);
