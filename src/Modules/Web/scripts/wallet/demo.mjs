// A wallet for development, so that a person without one can walk the whole road: an EIP-1193 provider over the development chain's own
// accounts, announced like any other (EIP-6963). It shows what is signed or sent and asks, as a real one does. The site offers its door
// only when its chain is a development chain.
import { el, language } from '../page.mjs'
import { dialog } from './dialog.mjs'
import { ether, short } from './wallets.mjs'
import { facts, w } from './site.mjs'

const kept = 'demo-wallet'
const icon = 'data:image/svg+xml,' + encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#a5452a"/><path d="M16 5v22M9 12l7-7 7 7M9 20l7 7 7-7" fill="none" stroke="#fffdf9" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/></svg>')
const listeners = { accountsChanged: new Set(), chainChanged: new Set() }
const refuse = (code, message) => Object.assign(new Error(message), { code })
const inFront = () => JSON.parse(localStorage.getItem(kept) ?? 'null')
let open = false

async function node (method, params = []) {
  const answer = await fetch('/wallet/rpc', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) })
  const said = answer.headers.get('content-type')?.includes('json') ? await answer.json() : {}
  if (said.error) throw Object.assign(refuse(said.error.code, said.error.message), { data: said.error.data })
  if (!answer.ok) throw refuse(4900, said.message ?? 'The development chain does not answer.')
  return said.result
}

/** One window at a time, as in a real wallet. */
async function window_ (title, build) {
  if (open) throw refuse(-32002, 'A request is pending already.')
  open = true
  try {
    const answer = await dialog(title, w('close'), build, 'demowallet')
    if (answer === null) throw refuse(4001, 'The person said no.')
    return answer
  } finally {
    open = false
  }
}

const badge = () => el('p', { class: 'small' }, el('span', { class: 'badge warn' }, w('demo.badge')), ' ', el('span', { class: 'muted' }, w('demo.note')))
const button = (label, kind, run, focus = false) => el('button', { type: 'button', class: `button ${kind}`, onclick: run, autofocus: focus }, label)

async function connect () {
  const accounts = await node('eth_accounts')
  const balances = await Promise.all(accounts.map(account => node('eth_getBalance', [account, 'latest'])))
  const account = await window_(w('demo.connect'), close => ({
    body: [badge(), el('p', {}, w('demo.connect_text', { site: location.host })),
      el('ul', { class: 'walletlist' }, ...accounts.map((one, index) => el('li', {}, el('button', { type: 'button', class: 'walletchoice', onclick: () => close(one) },
        el('span', { class: 'face' }, el('span', { class: 'num strong' }, String(index + 1))), el('span', { class: 'grow' }, el('span', { class: 'strong' }, w('demo.account', { number: index + 1 })), el('br'), el('span', { class: 'small muted mono' }, short(one))),
        el('span', { class: 'num small' }, ether(BigInt(balances[index]), language, { figures: 3 }))))))],
    foot: [button(w('demo.reject'), 'quiet', () => close(null))]
  }))
  localStorage.setItem(kept, JSON.stringify(account))
  for (const tell of listeners.accountsChanged) tell([account])
  return [account]
}

const text = hex => new TextDecoder().decode(Uint8Array.from(hex.slice(2).match(/../g) ?? [], byte => parseInt(byte, 16)))

async function signed ([message, account]) {
  mine(account)
  await window_(w('demo.sign'), close => ({
    body: [badge(), el('p', {}, w('demo.sign_text', { site: location.host })), el('pre', { class: 'signed', tabindex: '0' }, text(message)), el('p', { class: 'small muted mono' }, short(account))],
    foot: [button(w('demo.reject'), 'quiet', () => close(null)), button(w('demo.approve_sign'), 'primary', () => close(true), true)]
  }))
  return node('personal_sign', [message, account])
}

async function sent ([request]) {
  mine(request.from)
  let gas = null
  // A call that the contract would refuse is said to be one before it is sent, as wallets do.
  try { gas = BigInt(await node('eth_estimateGas', [request])) } catch (error) { if (error.code === 4900) throw error }
  const price = gas === null ? null : await node('eth_gasPrice').then(BigInt, () => null)
  const row = (name, value, kind = '') => [el('dt', {}, name), el('dd', { class: kind }, value)]
  await window_(w('demo.send'), close => ({
    body: [badge(), el('p', { class: 'price big' }, el('span', { class: 'amount num' }, ether(BigInt(request.value ?? 0), language))),
      el('dl', { class: 'facts small' }, ...row(w('demo.from'), short(request.from), 'mono'), ...row(w('demo.to'), short(request.to), 'mono'),
        ...row(w('demo.fee'), price === null ? '–' : `≈ ${ether(gas * price, language, { figures: 2, up: true })}`, 'num'), ...row(w('demo.data'), w('demo.bytes', { count: Math.max(0, ((request.data ?? '0x').length - 2) / 2) }), 'num')),
      gas === null ? el('div', { class: 'notice warn' }, el('p', {}, w('demo.would_fail'))) : null].filter(Boolean),
    foot: [button(w('demo.reject'), 'quiet', () => close(null)), button(w('demo.approve_send'), 'primary', () => close(true), true)]
  }))
  return node('eth_sendTransaction', [request])
}

function mine (account) {
  if (inFront()?.toLowerCase() !== account?.toLowerCase()) throw refuse(4100, 'This account is not connected.')
}

const provider = Object.freeze({
  async request ({ method, params = [] }) {
    switch (method) {
      case 'eth_requestAccounts': return inFront() ? [inFront()] : connect()
      case 'wallet_requestPermissions': await connect(); return [{ parentCapability: 'eth_accounts' }]
      case 'wallet_revokePermissions': localStorage.removeItem(kept); return null
      case 'eth_accounts': return inFront() ? [inFront()] : []
      case 'eth_chainId': return `0x${BigInt(facts.chain.id).toString(16)}`
      case 'wallet_switchEthereumChain': if (BigInt(params[0].chainId) !== BigInt(facts.chain.id)) throw refuse(4902, 'This wallet knows one chain.'); return null
      case 'personal_sign': return signed(params)
      case 'eth_sendTransaction': return sent(params)
      default: return node(method, params)
    }
  },
  on (event, tell) { listeners[event]?.add(tell) },
  removeListener (event, tell) { listeners[event]?.delete(tell) }
})

const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info: Object.freeze({ uuid: '6f1a3c52-63d5-4b39-9c9a-0b7d2a1f5e10', name: w('demo.name'), icon, rdns: 'example.estospaces.demo' }), provider }) }))

export function start () {
  addEventListener('eip6963:requestProvider', announce)
  announce()
}
