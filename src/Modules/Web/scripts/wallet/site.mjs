// What the wallet parts ask of this site: small JSON doors next to the pages, in the visitor's name. The words of a refusal come with it.
import { language, readJson } from '../page.mjs'
import { WalletError, connect, ether, short, sign } from './wallets.mjs'

/** { chain: {id, name, explorer, rpc_urls, development, confirmations}, linked: [addresses], words: {} } */
export const facts = readJson('wallet-facts') ?? { chain: {}, linked: [], words: {} }

export const w = (key, values = {}) => (facts.words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => name in values ? values[name] : whole)

/** The site refused, in words for a person. */
export class SiteError extends Error {
  constructor (code, message) {
    super(message)
    this.code = code
  }
}

export async function tell (path, body) {
  let answer
  try {
    answer = await fetch(path, body === undefined
      ? { headers: { accept: 'application/json' } }
      : { method: 'POST', headers: { accept: 'application/json', 'content-type': 'application/json' }, body: JSON.stringify(body) })
  } catch (error) {
    if (error instanceof TypeError) throw new SiteError('unreachable', w('unreachable'))
    throw error
  }
  const said = answer.headers.get('content-type')?.includes('json') ? await answer.json() : {}
  if (!answer.ok) throw new SiteError(said.code ?? 'internal_error', said.message || w('unreachable'))
  return said
}

/** A text of EIP-4361 is asked for, signed in the wallet, and handed to the door that wants it. */
export async function prove (provider, account, purpose, more = {}) {
  const asked = await tell('/wallet/nonce', { address: account })
  const signature = await sign(provider, account, asked.message)
  return tell(`/wallet/${purpose}`, { ...more, address: account, message: asked.message, signature })
}

/** Connects and remembers the account as one of this person's after a signature, if it isn't yet. */
export async function connectAndLink (provider) {
  const account = await connect(provider)
  await prove(provider, account, 'link')
  return account
}

// Saying no is no failure, and what the person can put right in the wallet is none of ours.
const tones = { rejected: 'info', busy: 'warn', locked: 'warn', account: 'warn', wrong_chain: 'warn', unknown_chain: 'warn' }

/** What went wrong: a title, a text in plain words, and how grave it is. */
export function plain (error) {
  if (error instanceof SiteError) return { title: w('problem'), text: error.message, tone: 'bad' }
  if (!(error instanceof WalletError)) throw error
  const { kind, facts: about } = error
  const values = { network: facts.chain.name, chain: facts.chain.id }
  if (about.account) Object.assign(values, { account: short(about.account), wanted: short(about.wanted) })
  if (about.needed !== undefined) Object.assign(values, { needed: ether(about.needed, language, { up: true }), there: ether(about.there, language), missing: ether(about.needed - about.there, language, { up: true }) })
  const known = `${kind}${about.needed !== undefined ? '_counted' : ''}`
  return { title: w(`${known}.title`, values), text: w(`${known}.text`, values) + (kind === 'failed' && error.message ? ` (${error.message.slice(0, 160)})` : ''), tone: tones[kind] ?? 'bad' }
}
