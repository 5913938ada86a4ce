// The card form: the provider's own script and frame, so that no card number touches these pages. The same calls work with Stripe.js
// and with the sandbox. Also: the time that the nights are still held, and asking again while a payment settles.
import { announce, readJson } from './page.mjs'

export function start (found) {
  for (const element of found) {
    if (element.dataset.started) continue
    element.dataset.started = 'true'
    if (element.matches('[data-pay]')) startCard(element)
    else if (element.matches('[data-hold]')) startHold(element)
    else setTimeout(() => location.reload(), Number(element.dataset.again))
  }
}

async function startCard (form) {
  const words = readJson('pay-words') ?? {}
  const place = form.querySelector('[data-card]')
  const button = form.querySelector('[data-card-pay]')
  const problem = form.querySelector('[data-card-problem]')
  const fail = message => {
    problem.hidden = false
    problem.querySelector('[data-card-words]').textContent = message
    problem.scrollIntoView({ block: 'nearest' })
  }
  const busy = on => on ? button.setAttribute('aria-busy', 'true') : button.removeAttribute('aria-busy')
  button.disabled = true
  try { await load(form.dataset.script) } catch {
    place.replaceChildren()
    place.removeAttribute('aria-busy')
    return fail(words.unreachable)
  }
  const stripe = window.Stripe(form.dataset.key, { locale: form.dataset.language })
  const elements = stripe.elements({ clientSecret: form.dataset.secret, appearance: looks() })
  const element = elements.create('payment')
  place.replaceChildren()
  element.mount(place)
  element.on('ready', () => { place.removeAttribute('aria-busy'); button.disabled = false })
  element.on('change', () => { problem.hidden = true })

  form.addEventListener('submit', async event => {
    event.preventDefault()
    event.stopImmediatePropagation()
    if (button.getAttribute('aria-busy') === 'true') return
    busy(true)
    problem.hidden = true
    const checked = await elements.submit()
    if (checked?.error) { busy(false); if (checked.error.type !== 'validation_error') fail(checked.error.message); return }
    const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url: form.dataset.return }, redirect: 'if_required' })
    if (error) {
      busy(false)
      if (error.type === 'validation_error') return
      fail(words[error.decline_code] ?? words[error.code] ?? error.message ?? words.card_declined)
      return
    }
    location.assign(form.dataset.return)
  }, { capture: true })
}

const load = address => new Promise((resolve, reject) => {
  if (window.Stripe) return resolve()
  const script = document.createElement('script')
  script.src = address
  script.addEventListener('load', resolve)
  script.addEventListener('error', () => reject(new TypeError('The card form did not load.')))
  document.head.append(script)
})

// The provider's frame takes the colours of the page.
function looks () {
  const style = getComputedStyle(document.documentElement)
  const value = name => style.getPropertyValue(name).trim()
  const dark = (document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark'
  return { theme: dark ? 'night' : 'stripe', variables: { colorPrimary: value('--pine'), colorBackground: value('--surface'), colorText: value('--ink'), colorDanger: value('--bad'), borderRadius: '8px', fontSizeBase: '16px' } }
}

function startHold (element) {
  const end = new Date(element.dataset.hold).getTime()
  const left = element.parentElement.querySelector('[data-hold-left]')
  let said = 0
  const tick = () => {
    if (!element.isConnected) return
    const seconds = Math.max(0, Math.round((end - Date.now()) / 1000))
    if (left) left.textContent = seconds > 0 && seconds < 86400 ? `(${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')})` : ''
    if (seconds === 0 && Date.now() - end < 5000) return location.reload()
    if (seconds <= 120 && !said) { said = 1; announce(element.textContent) }
    if (seconds > 0) setTimeout(tick, 1000)
  }
  tick()
}
