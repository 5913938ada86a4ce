// The live price: when dates or guests change, the page's own fragment is asked again and takes the old one's place.
// `data-quote` is the address of the fragment; every element marked `data-live` in the answer replaces its namesake.
import { announce, debounce, t } from './page.mjs'

export function start (found) { for (const form of found) if (!form.dataset.started) enhance(form) }

function enhance (form) {
  form.dataset.started = 'true'
  let turn = 0
  const places = () => document.querySelectorAll(`[data-live^="${form.dataset.liveGroup ?? 'quote'}"]`)
  const refresh = debounce(async () => {
    const data = new URLSearchParams(new FormData(form))
    if (!data.get('check_in') || !data.get('check_out')) return
    const mine = ++turn
    places().forEach(place => place.setAttribute('aria-busy', 'true'))
    try {
      const answer = await fetch(`${form.dataset.quote}?${data}`, { headers: { accept: 'text/html', 'x-fragment': 'quote' } })
      if (mine !== turn) return
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      for (const place of places()) {
        const fresh = page.querySelector(`[data-live="${place.dataset.live}"]`)
        if (fresh) place.replaceWith(document.adoptNode(fresh))
      }
      const total = document.querySelector('[data-live] [data-say]')
      if (total) announce(total.dataset.say)
      const address = new URL(location.href)
      for (const [name, value] of data) if (!name.startsWith('__')) address.searchParams.set(name, value)
      history.replaceState(history.state, '', address)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      announce(t('offline'))
    } finally {
      if (mine === turn) places().forEach(place => place.removeAttribute('aria-busy'))
    }
  }, 180)
  form.addEventListener('change', refresh)
}
