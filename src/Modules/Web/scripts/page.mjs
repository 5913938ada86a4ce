// What every part needs: words, formats, small constructors and the two live regions of the layout.
const source = document.getElementById('page-texts')
const texts = source ? JSON.parse(source.textContent) : {}
// Days and numbers are written as the server writes them.
export const language = { en: 'en-GB', fr: 'fr-FR' }[document.documentElement.lang] ?? 'en-GB'
const plural = new Intl.PluralRules(language)

export function t (key, values = {}) {
  const text = 'count' in values ? texts[`${key}.${plural.select(values.count)}`] ?? texts[`${key}.other`] : texts[key]
  return (text ?? key).replace(/\{(\w+)\}/g, (whole, name) => name in values ? values[name] : whole)
}

export function el (tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name === 'class') element.className = value
    else element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.filter(child => child !== null && child !== undefined && child !== false))
  return element
}

export function glyph (svg, size = 's20') {
  const holder = document.createElement('template')
  holder.innerHTML = svg.replace(/<!--.*?-->/gs, '').trim()
  const icon = holder.content.firstElementChild
  icon.setAttribute('class', `icon ${size}`)
  icon.setAttribute('aria-hidden', 'true')
  return icon
}

let counter = 0
export const freshId = stem => `${stem}-${++counter}`

export function announce (message) {
  const region = document.getElementById('live')
  if (!region) return
  region.textContent = ''
  requestAnimationFrame(() => { region.textContent = message })
}

export function toast (message, action) {
  const holder = document.getElementById('toasts')
  if (!holder) return announce(message)
  const box = el('div', { class: 'toast' }, el('span', {}, message))
  if (action) box.append(el('button', { type: 'button', onclick: () => { box.remove(); action.run() } }, action.label))
  holder.append(box)
  setTimeout(() => box.remove(), action ? 8000 : 4500)
}

export function setCookie (name, value) {
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`
}

export const readJson = id => JSON.parse(document.getElementById(id)?.textContent || 'null')
export const debounce = (run, wait) => { let timer; return (...given) => { clearTimeout(timer); timer = setTimeout(() => run(...given), wait) } }
