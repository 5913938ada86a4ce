// The place field: an ARIA combobox over /autocomplete. Typing asks, arrows choose, Enter takes, Escape closes.
import { announce, debounce, el, freshId, glyph, t } from './page.mjs'
import pinSvg from 'lucide-static/icons/map-pin.svg'
import homeSvg from 'lucide-static/icons/house.svg'

export function start (found) { for (const holder of found) if (!holder.dataset.started) enhance(holder) }

function enhance (holder) {
  holder.dataset.started = 'true'
  const input = holder.querySelector('input:not([type="hidden"])')
  const id = freshId('places')
  const list = el('ul', { class: 'options', role: 'listbox', id, 'aria-label': t('places') })
  const box = el('div', { class: 'popover' }, list)
  let options = []; let active = -1; let asked = 0
  Object.entries({ role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': id, autocomplete: 'off' }).forEach(([k, v]) => input.setAttribute(k, v))

  const close = () => { box.remove(); active = -1; input.setAttribute('aria-expanded', 'false'); input.removeAttribute('aria-activedescendant') }
  const open = () => { if (options.length) { holder.append(box); input.setAttribute('aria-expanded', 'true') } else close() }
  const mark = index => {
    active = (index + options.length) % options.length
    ;[...list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === active)))
    input.setAttribute('aria-activedescendant', list.children[active].id)
    list.children[active].scrollIntoView({ block: 'nearest' })
  }
  const take = option => {
    if (option.href) { location.assign(option.href); return }
    input.value = option.value ?? option.name
    for (const [name, value] of Object.entries(option.fields ?? {})) {
      let extra = holder.querySelector(`input[type="hidden"][name="${name}"]`)
      if (!extra) holder.append(extra = el('input', { type: 'hidden', name }))
      extra.value = value
    }
    close()
    input.dispatchEvent(new Event('change', { bubbles: true }))
    holder.dispatchEvent(new CustomEvent('place:taken', { bubbles: true, detail: option }))
  }
  const ask = debounce(async () => {
    const query = input.value.trim()
    const turn = ++asked
    try {
      const answer = await fetch(`${holder.dataset.combobox}?q=${encodeURIComponent(query)}`, { headers: { accept: 'application/json' } })
      if (!answer.ok || turn !== asked || document.activeElement !== input) return
      options = (await answer.json()).data ?? []
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      options = []
    }
    list.replaceChildren(...options.map((option, i) => el('li', { role: 'option', id: `${id}-${i}`, 'aria-selected': 'false', onpointerdown: event => { event.preventDefault(); take(option) } },
      el('span', { class: 'glyph' }, glyph(option.kind === 'listing' ? homeSvg : pinSvg)), el('span', {}, el('span', { class: 'name' }, ...bold(option.name, query)), option.detail && el('span', { class: 'more' }, option.detail)))))
    open()
    announce(t('suggestions', { count: options.length }))
  }, 140)

  input.addEventListener('input', () => { holder.querySelectorAll('input[type="hidden"][data-clear]').forEach(extra => extra.remove()); ask() })
  input.addEventListener('focus', () => { if (holder.dataset.eager !== undefined || input.value) ask() })
  input.addEventListener('blur', close)
  input.addEventListener('keydown', event => {
    const shown = box.isConnected
    if (event.key === 'ArrowDown') { event.preventDefault(); shown ? mark(active + 1) : ask() }
    else if (event.key === 'ArrowUp' && shown) { event.preventDefault(); mark(active - 1) }
    else if (event.key === 'Enter' && shown && active >= 0) { event.preventDefault(); take(options[active]) }
    else if (event.key === 'Escape' && shown) { event.stopPropagation(); close() }
  })
}

function bold (name, query) {
  const at = query ? name.toLocaleLowerCase().indexOf(query.toLocaleLowerCase()) : -1
  return at < 0 ? [name] : [name.slice(0, at), el('mark', {}, name.slice(at, at + query.length)), name.slice(at + query.length)]
}
