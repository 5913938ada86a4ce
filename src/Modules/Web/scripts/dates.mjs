// The date range picker. Two `<input type=date>` become two buttons that open one grid (the ARIA date grid pattern): arrows
// move by day and week, Home and End within the week, Page Up and Down by month, Enter chooses, Escape closes. Nights that
// cannot be had are struck through, can be reached, and say why.
import { announce, el, freshId, glyph, readJson, t } from './page.mjs'
import * as days from './days.mjs'
import leftSvg from 'lucide-static/icons/chevron-left.svg'
import rightSvg from 'lucide-static/icons/chevron-right.svg'

export function start (found) {
  for (const element of found) {
    if (element.dataset.started) continue
    element.dataset.started = 'true'
    if (element.matches('[data-calendar]')) startInline(element)
    else startField(element)
  }
}

async function rules (element) {
  let given = element.dataset.availability ? readJson(element.dataset.availability) : null
  if (element.dataset.availabilityUrl) {
    const answer = await fetch(element.dataset.availabilityUrl, { headers: { accept: 'application/json' } }).catch(() => null)
    if (answer?.ok) given = await answer.json()
  }
  const now = given?.today ?? element.dataset.today ?? days.today()
  const taken = new Map()
  for (const span of given?.taken ?? []) for (let day = span.from; day < span.to; day = days.add(day, 1)) taken.set(day, span.reason ?? 'booked')
  return { today: now, last: given?.last ?? days.addMonths(now, 18), least: given?.min_nights ?? 1, most: given?.max_nights ?? 365, taken, prices: given?.prices ?? {} }
}

function startField (holder) {
  const [first, second] = holder.querySelectorAll('input[type="date"]')
  const buttons = [first, second].map((input, i) => {
    const button = el('button', { type: 'button', class: 'input bare datebutton', id: freshId('date'), 'aria-haspopup': 'dialog', 'aria-expanded': 'false' })
    const label = holder.querySelector(`label[for="${input.id}"]`)
    if (label) { label.htmlFor = button.id; label.id ||= freshId('label'); button.setAttribute('aria-labelledby', `${label.id} ${button.id}`) }
    if (input.getAttribute('aria-describedby')) button.setAttribute('aria-describedby', input.getAttribute('aria-describedby'))
    if (input.getAttribute('aria-invalid')) button.setAttribute('aria-invalid', 'true')
    input.type = 'hidden'
    input.before(button)
    button.addEventListener('click', () => picker.open ? close() : open(i))
    return button
  })
  holder.classList.add('taken-over')
  const box = el('div', { class: `picker ${holder.dataset.align === 'end' ? 'end' : ''}`, role: 'dialog', 'aria-label': t('dates.choose') })
  const picker = { open: false, grid: null }
  const paint = () => [first, second].forEach((input, i) => {
    buttons[i].textContent = input.value ? days.short(input.value) : t(i ? 'dates.addOut' : 'dates.addIn')
    buttons[i].classList.toggle('muted', !input.value)
  })

  async function open (end) {
    picker.grid ??= new Grid(box, await rules(holder), { months: 2, onChange: changed, onDone: close })
    picker.open = true
    buttons[end].setAttribute('aria-expanded', 'true')
    holder.append(box)
    picker.grid.show(first.value, second.value, end === 1 && first.value ? 'end' : 'start')
    box.scrollIntoView({ block: 'nearest' })
    picker.grid.focus()
  }
  function close (give = true) {
    if (!picker.open) return
    picker.open = false
    box.remove()
    buttons.forEach(button => button.setAttribute('aria-expanded', 'false'))
    if (give) buttons[second.value ? 1 : 0].focus()
  }
  function changed (from, to) {
    const before = `${first.value}/${second.value}`
    first.value = from ?? ''
    second.value = to ?? ''
    paint()
    if (`${first.value}/${second.value}` !== before && Boolean(from) === Boolean(to)) second.dispatchEvent(new Event('change', { bubbles: true }))
  }
  holder.addEventListener('dates:set', event => { first.value = event.detail.from ?? ''; second.value = event.detail.to ?? ''; paint(); second.dispatchEvent(new Event('change', { bubbles: true })) })
  holder.addEventListener('dates:open', () => open(0))
  document.addEventListener('pointerdown', event => { if (picker.open && !holder.contains(event.target)) close(false) })
  holder.addEventListener('keydown', event => { if (event.key === 'Escape' && picker.open) { event.stopPropagation(); close() } })
  holder.addEventListener('focusout', event => { if (picker.open && event.relatedTarget && !holder.contains(event.relatedTarget)) close(false) })
  paint()
}

async function startInline (holder) {
  const field = document.querySelector(holder.dataset.calendar)
  const read = () => field ? [...field.querySelectorAll('input[type="hidden"], input[type="date"]')].map(input => input.value) : ['', '']
  const box = el('div', { class: 'picker inline' })
  const grid = new Grid(box, await rules(holder), { months: 2, onChange: (from, to) => { if (Boolean(from) === Boolean(to)) field?.dispatchEvent(new CustomEvent('dates:set', { detail: { from, to } })) } })
  holder.replaceChildren(box)
  grid.show(...read())
  field?.addEventListener('change', () => grid.show(...read()))
}

class Grid {
  constructor (box, given, options) {
    Object.assign(this, { box, given, options, from: '', to: '', phase: 'start', at: given.today, hover: '' })
    this.sheet = el('div', { class: 'sheet' })
    this.say = el('p', { class: 'say', role: 'status', 'aria-live': 'polite' })
    this.previous = this.arrow(leftSvg, t('dates.previous'), -1)
    this.next = this.arrow(rightSvg, t('dates.next'), 1)
    this.months = el('div', { class: 'months' })
    this.sheet.append(this.months, el('div', { class: 'turns' }, this.previous, this.next))
    const clear = el('button', { type: 'button', class: 'button plain small', onclick: () => this.clear() }, t('dates.clear'))
    const done = options.onDone && el('button', { type: 'button', class: 'button primary small', onclick: () => options.onDone() }, t('done'))
    box.append(this.sheet, el('div', { class: 'foot' }, this.say, el('div', { class: 'row tight nowrap' }, clear, done)))
    this.months.addEventListener('click', event => { const day = event.target.closest('[data-day]'); if (day) { this.at = day.dataset.day; this.choose(this.at) } })
    this.months.addEventListener('keydown', event => this.onKey(event))
    this.months.addEventListener('pointerover', event => this.onHover(event.target.closest('[data-day]')?.dataset.day ?? ''))
    this.months.addEventListener('focusin', event => { const day = event.target.closest('[data-day]'); if (day) this.tell(day.dataset.day) })
    matchMedia('(max-width: 47.99rem)').addEventListener('change', () => this.draw())
  }

  arrow (svg, label, by) {
    return el('button', { type: 'button', class: 'button round plain small', 'aria-label': label, onclick: () => { this.first = days.addMonths(this.first, by); this.at = this.first < this.given.today ? this.given.today : this.first; this.draw() } }, glyph(svg))
  }

  show (from, to, phase) {
    this.from = from || ''
    this.to = to || ''
    this.phase = phase ?? (this.from && !this.to ? 'end' : 'start')
    this.at = this.from || this.given.today
    this.first = days.firstOf(this.at)
    this.draw()
    this.summary()
  }

  clear () { this.from = this.to = ''; this.phase = 'start'; this.options.onChange('', ''); this.draw(); this.summary() }
  focus () { this.months.querySelector('[tabindex="0"]')?.focus() }

  // A night can be slept if it is neither gone nor taken; a day can be the last one if all nights before it can.
  why (day) {
    if (day < this.given.today) return 'past'
    if (day > this.given.last) return 'far'
    if (this.phase === 'end' && this.from && day > this.from) {
      for (let night = this.from; night < day; night = days.add(night, 1)) if (this.given.taken.has(night)) return 'across'
      const nights = days.between(this.from, day)
      return nights < this.given.least ? 'short' : nights > this.given.most ? 'long' : null
    }
    return this.given.taken.get(day) ?? null
  }

  choose (day) {
    const why = this.why(day)
    if (why === 'across' || (this.phase === 'end' && day <= this.from && !this.given.taken.has(day) && day >= this.given.today)) {
      if (this.given.taken.has(day)) return this.warn(this.reason(this.given.taken.get(day)))
      this.from = day; this.to = ''; this.phase = 'end'
    } else if (why) return this.warn(this.reason(why))
    else if (this.phase === 'start') { this.from = day; this.to = ''; this.phase = 'end' } else { this.to = day; this.phase = 'start' }
    this.options.onChange(this.from, this.to)
    this.draw()
    this.summary()
    if (document.activeElement === document.body || !this.box.contains(document.activeElement)) this.focus()
    if (this.to) announce(t('dates.chosen', { from: days.long(this.from), to: days.long(this.to) }))
  }

  reason (why) {
    if (why === 'short') return t('dates.short', { count: this.given.least })
    if (why === 'long') return t('dates.long', { count: this.given.most })
    return t(`dates.why.${why}`)
  }

  warn (text) { this.say.textContent = text; this.say.classList.add('warn') }
  tell (day) { const why = this.why(day); why && why !== 'past' ? this.warn(this.reason(why)) : this.summary() }
  summary () {
    this.say.classList.remove('warn')
    this.say.textContent = this.from && this.to ? t('nights', { count: days.between(this.from, this.to) })
      : this.from ? (this.given.least > 1 ? t('dates.short', { count: this.given.least }) : t('dates.pickOut')) : t('dates.pickIn')
  }

  onHover (day) { if (this.phase === 'end' && this.from && day !== this.hover) { this.hover = day; this.colour() } }

  onKey (event) {
    const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, Home: -days.weekday(this.at), End: 6 - days.weekday(this.at) }
    let to
    if (event.key in moves) to = days.add(this.at, moves[event.key])
    else if (event.key === 'PageUp' || event.key === 'PageDown') to = days.addMonths(this.at, (event.key === 'PageUp' ? -1 : 1) * (event.shiftKey ? 12 : 1))
    else return
    event.preventDefault()
    this.at = to < this.given.today ? this.given.today : to > this.given.last ? this.given.last : to
    const shown = days.addMonths(this.first, this.count() - 1)
    if (this.at < this.first) this.first = days.firstOf(this.at)
    else if (days.firstOf(this.at) > shown) this.first = days.addMonths(days.firstOf(this.at), 1 - this.count())
    this.hover = this.at
    this.draw()
    this.focus()
  }

  count () { return matchMedia('(max-width: 47.99rem)').matches ? 1 : this.options.months }

  draw () {
    const had = this.months.contains(document.activeElement)
    this.previous.toggleAttribute('disabled', this.first <= days.firstOf(this.given.today))
    this.next.toggleAttribute('disabled', days.addMonths(this.first, this.count()) > this.given.last)
    this.months.replaceChildren(...[...Array(this.count()).keys()].map(i => this.month(days.addMonths(this.first, i))))
    if (!this.months.querySelector('[tabindex="0"]')) this.months.querySelector('[data-day]')?.setAttribute('tabindex', '0')
    this.colour()
    if (had) this.focus()
  }

  month (first) {
    const rows = []
    let row = el('tr')
    for (let i = 0; i < days.weekday(first); i++) row.append(el('td'))
    for (let day = first; day.slice(0, 7) === first.slice(0, 7); day = days.add(day, 1)) {
      row.append(el('td', {}, this.day(day)))
      if (days.weekday(day) === 6) { rows.push(row); row = el('tr') }
    }
    while (row.children.length && row.children.length < 7) row.append(el('td'))
    if (row.children.length) rows.push(row)
    const head = el('tr', {}, ...days.weekdays.map(day => el('th', { scope: 'col', abbr: day.long }, el('span', { 'aria-hidden': 'true' }, day.short), el('span', { class: 'sr' }, day.long))))
    const name = el('p', { class: 'name', id: freshId('month'), 'aria-live': 'polite' }, days.monthName(first))
    return el('div', { class: 'month' }, name, el('table', { role: 'grid', 'aria-labelledby': name.id }, el('thead', {}, head), el('tbody', {}, ...rows)))
  }

  day (day) {
    const price = this.given.prices[day]
    return el('button', { type: 'button', class: 'day', 'data-day': day, tabindex: day === this.at ? '0' : '-1' }, String(+day.slice(8)), price && el('small', {}, price))
  }

  colour () {
    const until = this.to || (this.phase === 'end' && this.hover > this.from && !this.why(this.hover) ? this.hover : '')
    for (const button of this.months.querySelectorAll('[data-day]')) {
      const day = button.dataset.day
      const why = this.why(day)
      const taken = this.given.taken.has(day)
      button.classList.toggle('taken', taken && why !== null && day >= this.given.today)
      button.classList.toggle('past', why === 'past' || why === 'far' || (!taken && (why === 'across' || why === 'short' || why === 'long')))
      button.classList.toggle('today', day === this.given.today)
      button.toggleAttribute('aria-disabled', false)
      if (why && why !== 'across') button.setAttribute('aria-disabled', 'true')
      const cell = button.parentElement
      const start = day === this.from; const end = day === until
      cell.className = [(start && until) || end || (this.from && until && day > this.from && day < until) ? 'in' : '', start ? 'start' : '', end ? 'end' : ''].join(' ').trim()
      cell.setAttribute('aria-selected', String(start || end || cell.className.startsWith('in')))
      const said = [days.long(day), start && t('dates.isIn'), end && t('dates.isOut'), why && this.reason(why)].filter(Boolean).join(', ')
      button.setAttribute('aria-label', said)
    }
  }
}
