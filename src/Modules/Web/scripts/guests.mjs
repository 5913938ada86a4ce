// Guests: a minus and a plus around each typed number, within its bounds, and the sum in the summary line.
import { announce, el, glyph, t } from './page.mjs'
import minusSvg from 'lucide-static/icons/minus.svg'
import plusSvg from 'lucide-static/icons/plus.svg'

export function start (found) {
  for (const element of found) element.matches('[data-guests]') ? startGuests(element) : startStepper(element)
}

function startStepper (row) {
  if (row.dataset.started) return
  row.dataset.started = 'true'
  const input = row.querySelector('input')
  const name = row.querySelector('.name')?.textContent.trim() ?? ''
  const less = button(minusSvg, t('less', { what: name }), () => step(-1))
  const more = button(plusSvg, t('more', { what: name }), () => step(1))
  input.before(less)
  input.after(more)
  input.addEventListener('input', paint)
  input.addEventListener('change', () => { input.value = clamp(Number(input.value) || 0); paint() })

  function step (by) {
    input.value = clamp((Number(input.value) || 0) + by)
    input.dispatchEvent(new Event('input', { bubbles: true }))
    input.dispatchEvent(new Event('change', { bubbles: true }))
    announce(`${name}: ${input.value}`)
  }
  function clamp (value) { return Math.min(Number(input.max || 99), Math.max(Number(input.min || 0), value)) }
  function paint () {
    less.toggleAttribute('disabled', Number(input.value) <= Number(input.min || 0))
    more.toggleAttribute('disabled', Number(input.value) >= Number(input.max || 99))
  }
  row.addEventListener('stepper:paint', paint)
  paint()
}

const button = (svg, label, run) => el('button', { type: 'button', class: 'button quiet round', 'aria-label': label, onclick: run }, glyph(svg, 's16'))

function startGuests (holder) {
  if (holder.dataset.started) return
  holder.dataset.started = 'true'
  const now = holder.querySelector('.now')
  const most = Number(holder.dataset.most || 16)
  const field = kind => holder.querySelector(`[data-kind="${kind}"]`)
  const count = kind => Number(field(kind)?.value) || 0
  const paint = () => {
    const people = count('adults') + count('children')
    const words = people ? [t('guests', { count: people })] : []
    if (count('infants')) words.push(t('infants', { count: count('infants') }))
    if (count('pets')) words.push(t('pets', { count: count('pets') }))
    now.textContent = words.join(', ') || holder.dataset.none
    holder.classList.toggle('set', words.length > 0)
    for (const kind of ['adults', 'children']) {
      const input = field(kind)
      if (!input) continue
      input.max = String(Math.max(count(kind), count(kind) + most - people))
      input.closest('[data-stepper]')?.dispatchEvent(new Event('stepper:paint'))
    }
  }
  holder.addEventListener('input', event => {
    if (event.target !== field('adults') && !count('adults') && (count('children') || count('infants') || count('pets')) && field('adults')) field('adults').value = '1'
    paint()
  })
  holder.querySelector('[data-done]')?.addEventListener('click', () => { holder.open = false; holder.querySelector('summary').focus() })
  paint()
}
