// A wallet as proof of who somebody is: sign in, sign up, or link it to the account. One text of EIP-4361, one signature, no transaction.
import { show } from '../forms.mjs'
import { announce, t } from '../page.mjs'
import { choose } from './chooser.mjs'
import { SiteError, plain, prove, w } from './site.mjs'
import { connect } from './wallets.mjs'

export function start (found) {
  for (const place of found) {
    if (place.dataset.started) continue
    place.dataset.started = 'true'
    const button = place.querySelector('[data-do="sign"]')
    const form = place.closest('form')
    if (form && place.dataset.walletSign === 'sign-up') form.addEventListener('submit', event => { event.preventDefault(); event.stopImmediatePropagation(); if (filled(form)) run(place, button, form) }, { capture: true })
    else button.addEventListener('click', () => run(place, button, form))
  }
}

const filled = form => {
  const wrong = [...form.elements].filter(field => field.willValidate && !field.checkValidity())
  for (const field of wrong) show(field)
  wrong[0]?.focus()
  if (wrong.length) announce(t('form.problems', { count: wrong.length }))
  return wrong.length === 0
}

async function run (place, button, form) {
  const [wait, problem, unknown] = ['[data-wait]', '[data-problem]', '[data-unknown]'].map(mark => place.querySelector(mark))
  const say = words => {
    wait.hidden = !words
    problem.hidden = true
    if (unknown) unknown.hidden = true
    if (words) {
      wait.querySelector('[data-wait-words]').textContent = words
      announce(words)
    }
  }
  if (button.getAttribute('aria-busy')) return
  button.setAttribute('aria-busy', 'true')
  try {
    const wallet = await choose()
    if (!wallet) return say()
    say(w('wait.connect', { wallet: wallet.info.name || w('browser_wallet') }))
    const account = await connect(wallet.provider)
    say(w('wait.sign'))
    const more = Object.fromEntries(form ? [...new FormData(form)].filter(([name]) => !name.startsWith('__') && !name.startsWith('_')) : [])
    const done = await prove(wallet.provider, account, place.dataset.walletSign, { ...more, return: place.dataset.return })
    say(w('wait.page'))
    location.assign(done.location)
  } catch (error) {
    say()
    if (unknown && error instanceof SiteError && error.code === place.dataset.unknownCode) {
      unknown.hidden = false
      unknown.querySelector('a, button')?.focus()
    } else {
      const { title, text, tone } = plain(error)
      problem.className = `notice ${tone}`
      problem.querySelector('.title').textContent = title
      problem.querySelector('[data-problem-words]').textContent = text
      problem.hidden = false
    }
  } finally {
    button.removeAttribute('aria-busy')
  }
}
