// Paying from a wallet. What is true stands in the page that the server renders: this asks for it again while something moves, and does
// only what the server can't: speak with the wallet. A reload or a second tab finds the same state.
import { announce, language } from '../page.mjs'
import { pick } from './picker.mjs'
import { SiteError, facts, plain, prove, tell, w } from './site.mjs'
import { WalletError, balance, connect, connectAs, ether, fee, holding, onChange, onFound, same, send, short, useChain } from './wallets.mjs'

const flow = { wallet: null, account: null, takes: 0n, busy: false, looked: 0, timer: 0, watched: new WeakSet() }
const root = () => document.querySelector('[data-wallet-pay]')
const part = mark => root()?.querySelector(mark)

export function start () {
  document.addEventListener('click', onClick)
  document.addEventListener('visibilitychange', () => { if (!document.hidden) lookSoon(0) })
  addEventListener('storage', event => { if (event.key === depositKey()) lookSoon(0) })
  // A wallet that announces itself late may be the one of these terms.
  onFound(() => { if (root()?.dataset.state === 'awaited' && !flow.wallet && !flow.busy && !remembered()) showReady() })
  settle()
}

function onClick (event) {
  const button = event.target.closest('[data-wallet-pay] [data-do]')
  if (!button) return
  const deed = { prove: proveIt, send: pay, again: payAgain, look: () => { flow.looked = 0; lookSoon(0) }, change: () => at('connect') }[button.dataset.do]
  deed?.(button)
}

// ---- what the page shows

/** After the page came, or a part of it was replaced: what only the browser knows is put in again. */
function settle () {
  const list = part('[data-wallet-list]')
  if (list) pick(list, choose)
  const deposit = remembered()
  const { state } = root().dataset
  // Money is on its way: neither the clock nor another way to pay matters any more.
  if (state === 'seen' || state === 'funded') before(false)
  if (state === 'awaited' && deposit) showSent(deposit)
  else if (state === 'awaited') showReady()
  lookSoon()
}

/** Moves the walk to a step, by sight, for screen readers and with the focus. */
function at (name, focus = true) {
  const steps = [...root().querySelectorAll('[data-step]')]
  const now = steps.findIndex(step => step.dataset.step === name)
  steps.forEach((step, index) => {
    step.classList.toggle('done', index < now)
    step.classList.toggle('now', index === now)
    step.classList.toggle('todo', index > now)
    if (index === now) step.setAttribute('aria-current', 'step')
    else step.removeAttribute('aria-current')
  })
  quiet()
  if (focus) steps[now]?.querySelector('.title')?.focus()
}

/** Said where the person looks: in the step that is now. */
function place (box) {
  const step = part('.now > .stack')
  if (step && !step.contains(box)) step.append(box)
}

function waiting (words) {
  quiet()
  const box = part('[data-wait]')
  place(box)
  box.querySelector('[data-wait-words]').textContent = words
  box.hidden = false
  announce(words)
}

function quiet () {
  for (const mark of ['[data-wait]', '[data-problem]']) if (part(mark)) part(mark).hidden = true
}

function complain (error) {
  quiet()
  const { title, text, tone } = plain(error)
  const box = part('[data-problem]')
  place(box)
  box.className = `notice ${tone}`
  box.querySelector('.title').textContent = title
  box.querySelector('[data-problem-words]').textContent = text
  box.hidden = false
  box.scrollIntoView({ block: 'nearest' })
}

/** One thing at a time with the wallet, told from beginning to end. */
async function doing (words, button, run) {
  if (flow.busy) return
  flow.busy = true
  button?.setAttribute('aria-busy', 'true')
  waiting(words)
  try {
    await run()
  } catch (error) {
    complain(error)
    if (error.kind === 'reverted') lookSoon(0)
  } finally {
    flow.busy = false
    button?.removeAttribute('aria-busy')
  }
}

// ---- connect, network, proof

function choose (wallet, name) {
  if (root().dataset.state === 'awaited') return reconnect(wallet, name)
  return doing(w('wait.connect', { wallet: name }), null, async () => {
    const account = await connect(wallet.provider)
    waiting(w('wait.network', { wallet: name, network: facts.chain.name }))
    await useChain(wallet.provider, facts.chain)
    take(wallet, account, name)
    if (facts.linked.some(mine => same(mine, account))) await open()
    else at('prove')
  })
}

/** The page was loaded again: the wallet that was chosen before is asked to show its account once more. */
function reconnect (wallet, name) {
  return doing(w('wait.connect', { wallet: name }), null, async () => {
    await connectAs(wallet.provider, root().dataset.from)
    await useChain(wallet.provider, facts.chain)
    take(wallet, root().dataset.from, name)
    quiet()
    showReady()
  })
}

function take (wallet, account, name) {
  Object.assign(flow, { wallet, account })
  for (const place of root().querySelectorAll('[data-account]')) place.textContent = `${name} · ${short(account)}`
  if (flow.watched.has(wallet.provider)) return
  flow.watched.add(wallet.provider)
  onChange(wallet.provider, () => { if (!flow.busy) changed() })
}

/** Another account or network was put in front: what is shown of the wallet is asked for again. */
function changed () {
  if (root().dataset.state === 'awaited') { if (!remembered()) showReady() }
  else at('connect', false)
}

const proveIt = button => doing(w('wait.sign'), button, async () => {
  await prove(flow.wallet.provider, flow.account, 'link')
  facts.linked.push(flow.account)
  await open()
})

/** The terms to pay by are asked for; from here on the server knows which wallet it will be. */
async function open () {
  waiting(w('wait.terms'))
  await tell(`/checkout/${root().dataset.booking}/wallet`, { wallet: flow.account })
  await refresh(true)
}

// ---- review and send

/** Whether the wallet of these terms is here, what it holds and what the network will take. */
async function showReady () {
  const { from } = root().dataset
  const here = await holding(from)
  const ready = part('[data-ready]')
  if (!ready) return
  ready.hidden = !here
  part('[data-absent]').hidden = Boolean(here)
  if (!here) return
  flow.wallet = here
  flow.account = from
  try {
    const call = callOf()
    const there = await balance(here.provider, from)
    put('[data-balance]', ether(there, language))
    const takes = await fee(here.provider, from, call)
    flow.takes = takes ?? 0n
    if (takes !== null) put('[data-fee]', `≈ ${ether(takes, language, { figures: 2, up: true })}`)
  } catch (error) {
    // On another network, or too poor: said when the person presses, with numbers.
    if (!(error instanceof WalletError)) throw error
  }
}

const put = (mark, text) => { const place = part(mark); if (place) place.textContent = text }
const callOf = () => ({ to: root().dataset.to, value: BigInt(root().dataset.value), data: root().dataset.call })

const pay = button => doing(w('wait.check'), button, async () => {
  const { provider } = flow.wallet
  const call = callOf()
  await connectAs(provider, flow.account)
  await useChain(provider, facts.chain)
  await mustAfford(provider, call)
  waiting(w('wait.send'))
  const hash = await send(provider, flow.account, call)
  remember(hash)
  showSent(remembered())
  announce(w('sent'))
  flow.looked = 0
  lookSoon(300)
})

async function mustAfford (provider, call) {
  const there = await balance(provider, flow.account)
  // A node estimates nothing for a purse that can't pay at all: then the fee is what it was a moment ago.
  let takes = flow.takes
  if (there >= call.value) {
    try {
      takes = await fee(provider, flow.account, call) ?? takes
    } catch (error) {
      if (error.kind !== 'funds') throw error
      throw new WalletError('funds', error)
    }
  }
  const needed = call.value + takes
  if (there < needed) throw new WalletError('funds', null, { needed, there })
}

// ---- sent, until the server has seen it

const depositKey = () => root()?.dataset.escrow ? `deposit:${root().dataset.escrow}` : null
const remember = (hash, more = {}) => localStorage.setItem(depositKey(), JSON.stringify({ hash, at: Date.now(), ...more }))
const forget = () => { const key = depositKey(); if (key) localStorage.removeItem(key) }

function remembered () {
  const key = depositKey()
  return key ? JSON.parse(localStorage.getItem(key) ?? 'null') : null
}

/** What is only offered before something is sent: the clock, and the other way to pay. */
const before = shown => { for (const over of document.querySelectorAll('[data-before-pay]')) over.hidden = !shown }

function showSent (deposit) {
  before(false)
  at('confirm', !root().dataset.sentShown)
  root().dataset.sentShown = 'true'
  const sent = part('[data-sent]')
  if (!sent) return
  sent.hidden = false
  part('[data-sent-first]').hidden = Boolean(deposit.replaced)
  part('[data-sent-replaced]').hidden = !deposit.replaced
  for (const place of sent.querySelectorAll('[data-hash]')) place.textContent = short(deposit.hash)
  for (const place of sent.querySelectorAll('[data-hash-copy]')) place.dataset.copy = deposit.hash
  for (const place of sent.querySelectorAll('[data-hash-link]')) place.href = `${place.dataset.base}${deposit.hash}`
}

/** The chain is asked about a transaction that the server hasn't seen a deposit of. */
async function follow () {
  const deposit = remembered()
  if (!deposit || root().dataset.state !== 'awaited') return
  const { status } = await tell(`/wallet/transactions/${deposit.hash}`)
  const lost = status === 'unknown' && Date.now() - deposit.at > 90_000
  const waits = part('[data-sent-waits]')
  if (waits) waits.hidden = lost || status === 'failed'
  for (const [mark, on] of [['[data-sent-failed]', status === 'failed'], ['[data-sent-lost]', lost]]) {
    const box = part(mark)
    if (!box || box.hidden === !on) continue
    box.hidden = !on
    if (on) announce(box.innerText)
  }
}

function payAgain () {
  forget()
  for (const mark of ['[data-sent]', '[data-sent-failed]', '[data-sent-lost]']) part(mark).hidden = true
  part('[data-sent-waits]').hidden = false
  delete root().dataset.sentShown
  before(true)
  at('send')
  showReady()
}

// ---- asking the server again

/** Fast while something is under way, slowly while a person reads, not at all when nobody looks; after ten minutes on demand. */
function lookSoon (wait) {
  clearTimeout(flow.timer)
  const { state } = root()?.dataset ?? {}
  if (!state || document.hidden || !['awaited', 'seen', 'funded', 'unknown'].includes(state)) return
  if (flow.looked > 400) { const box = part('[data-tired]'); if (box) box.hidden = false; return }
  const moving = state !== 'awaited' || remembered()
  flow.timer = setTimeout(look, wait ?? (moving ? flow.looked < 60 ? 1000 : 2500 : 5000))
}

async function look () {
  flow.looked++
  if (!flow.busy) {
    try {
      await refresh(false)
      await follow()
    } catch (error) {
      // Not reached for once: the next look may be luckier.
      if (!(error instanceof SiteError || error instanceof TypeError)) throw error
    }
  }
  lookSoon()
}

/** The page's own fragment takes the place of the old one when its state is another. */
async function refresh (focus) {
  const answer = await fetch(root().dataset.page, { headers: { accept: 'text/html', 'x-fragment': 'wallet' } })
  if (answer.redirected && new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url)
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const fresh = page.querySelector('[data-wallet-pay]')
  if (!fresh) return answer.ok ? location.reload() : undefined
  if (fresh.dataset.sig === root().dataset.sig && !focus) return
  const inside = root().contains(document.activeElement)
  const { state: stood, deposit: gone } = root().dataset
  root().replaceWith(document.adoptNode(fresh))
  if (fresh.dataset.say) announce(fresh.dataset.say)
  if (focus || inside) root().querySelector('.now .title')?.focus()
  if (fresh.dataset.state !== 'awaited') forget()
  // The block with the deposit was replaced: the network has the transaction still, as a rule, and takes it into another.
  else if (stood === 'seen' && gone) remember(gone, { replaced: true })
  history.replaceState(history.state, '', fresh.dataset.page)
  // Not waited for: the person may press already while the wallet is asked what it holds.
  settle()
}
