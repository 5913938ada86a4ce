// Calls of a person's own wallet to the escrow contract, from a trip or a reservation: withdraw, dispute, cancel. What they did is shown by
// the page itself, which is asked again until nothing moves any more.
import { announce, toast } from '../page.mjs'
import { SiteError, facts, plain, tell, w } from './site.mjs'
import { balance, connectAs, fee, holding, send, useChain, WalletError } from './wallets.mjs'
import { choose } from './chooser.mjs'

let busy = false
let looked = 0
let waitsFor = null
const root = () => document.querySelector('[data-chain-act]')

export function start () {
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-chain-act] [data-do="call"]')
    if (button) call(button)
  })
  document.addEventListener('visibilitychange', () => { if (!document.hidden) lookSoon() })
  lookSoon()
}

function talk (words, problem) {
  const [wait, box] = [root().querySelector('[data-wait]'), root().querySelector('[data-problem]')]
  wait.hidden = !words
  box.hidden = !problem
  if (words) {
    wait.querySelector('[data-wait-words]').textContent = words
    announce(words)
  }
  if (problem) {
    box.className = `notice ${problem.tone ?? 'bad'}`
    box.querySelector('.title').textContent = problem.title
    box.querySelector('[data-problem-words]').textContent = problem.text
    box.scrollIntoView({ block: 'nearest' })
  }
}

async function call (button) {
  if (busy) return
  busy = true
  button.setAttribute('aria-busy', 'true')
  const { from, to, call: data } = button.dataset
  try {
    const wallet = await holding(from) ?? await choose()
    if (!wallet) return talk()
    talk(w('wait.connect', { wallet: wallet.info.name || w('browser_wallet') }))
    await connectAs(wallet.provider, from)
    await useChain(wallet.provider, facts.chain)
    const takes = await fee(wallet.provider, from, { to, data })
    const there = await balance(wallet.provider, from)
    if (takes !== null && there < takes) throw new WalletError('funds', null, { needed: takes, there })
    talk(w('wait.call'))
    waitsFor = await send(wallet.provider, from, { to, data })
    talk(w('wait.block'))
    toast(w('sent'))
    looked = 0
    lookSoon(500)
  } catch (error) {
    talk(null, plain(error))
  } finally {
    busy = false
    button.removeAttribute('aria-busy')
  }
}

function lookSoon (wait) {
  const place = root()
  if (!place || document.hidden || looked > 300 || (!waitsFor && place.dataset.moving === undefined)) return
  setTimeout(look, wait ?? (looked < 40 ? 1200 : 3000))
}

async function look () {
  looked++
  try {
    const answer = await fetch(root().dataset.page, { headers: { accept: 'text/html', 'x-fragment': 'escrow' } })
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-chain-act]')
    // Nothing is owed any more: the page without this part is the answer.
    if (!fresh) return answer.ok ? location.reload() : lookSoon()
    if (fresh.dataset.whole !== root().dataset.whole) return location.reload()
    if (fresh.dataset.sig !== root().dataset.sig) {
      root().replaceWith(document.adoptNode(fresh))
      announce(fresh.dataset.say)
      waitsFor = null
    } else if (waitsFor && (await tell(`/wallet/transactions/${waitsFor}`)).status === 'failed') {
      waitsFor = null
      talk(null, { title: w('reverted.title'), text: w('reverted.text') })
    }
  } catch (error) {
    if (!(error instanceof SiteError || error instanceof TypeError)) throw error
  }
  lookSoon()
}
