// Search results without a page load: filters, paging and the moved map ask for the same address and take over the parts
// that changed. Addresses stay real: going back, copying and reloading give the same list.
import { announce } from './page.mjs'

let turn = 0

export function start ([root]) {
  if (root.dataset.started) return
  root.dataset.started = 'true'
  document.addEventListener('click', event => {
    const link = event.target.closest('a[data-refine]')
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    go(link.href)
  })
  document.addEventListener('submit', event => {
    if (!event.target.matches('form[data-refine]')) return
    event.preventDefault()
    event.target.closest('dialog')?.close()
    const query = new URLSearchParams([...new FormData(event.target)].filter(([, value]) => value !== ''))
    go(`${event.target.getAttribute('action') || location.pathname}?${query}`)
  })
  document.addEventListener('map:moved', event => {
    const address = new URL(location.href)
    address.searchParams.set('box', event.detail.box)
    address.searchParams.delete('cursor')
    go(address.href, { quiet: true })
  })
  window.addEventListener('popstate', () => go(location.href, { push: false }))
  document.querySelector('[data-show-map]')?.addEventListener('click', event => {
    const open = document.querySelector('.results').classList.toggle('map-open')
    event.currentTarget.setAttribute('aria-pressed', String(open))
    document.dispatchEvent(new CustomEvent('map:shown'))
  })
}

async function go (href, { push = true, quiet = false } = {}) {
  const mine = ++turn
  for (const part of document.querySelectorAll('[data-results]')) part.setAttribute('aria-busy', 'true')
  let answer
  try { answer = await fetch(href, { headers: { accept: 'text/html' } }) } catch (error) {
    if (error instanceof TypeError) { location.assign(href); return }
    throw error
  }
  if (mine !== turn) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const part of document.querySelectorAll('[data-results]')) {
    const fresh = page.querySelector(`[data-results="${part.dataset.results}"]`)
    if (!fresh) continue
    part.replaceChildren(...[...fresh.childNodes].map(node => document.adoptNode(node)))
    part.removeAttribute('aria-busy')
    part.dispatchEvent(new CustomEvent('content:replaced', { bubbles: true }))
  }
  document.title = page.title
  if (push) quiet ? history.replaceState({}, '', href) : history.pushState({}, '', href)
  document.dispatchEvent(new CustomEvent('results:changed', { detail: { moved: quiet } }))
  const count = document.querySelector('[data-result-count]')
  if (count) announce(count.textContent.trim())
  if (!quiet) window.scrollTo({ top: 0 })
}
