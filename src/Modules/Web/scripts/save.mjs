// The heart: posts its form in the background, shows the new state at once, and takes it back if the server refused.
import { t, toast } from './page.mjs'

export function start (found) {
  for (const form of found) {
    if (form.dataset.started) continue
    form.dataset.started = 'true'
    form.addEventListener('submit', async event => {
      event.preventDefault()
      const button = form.querySelector('button')
      const saved = button.getAttribute('aria-pressed') === 'true'
      button.setAttribute('aria-pressed', String(!saved))
      const answer = await fetch(form.action, { method: 'POST', body: new FormData(form), headers: { accept: 'application/json' } }).catch(() => null)
      if (answer?.status === 401) { location.assign(`/sign-in?return=${encodeURIComponent(location.pathname + location.search)}`); return }
      if (!answer?.ok) button.setAttribute('aria-pressed', String(saved))
      toast(t(!answer?.ok ? 'save.failed' : saved ? 'save.removed' : 'save.done'))
    })
  }
}
