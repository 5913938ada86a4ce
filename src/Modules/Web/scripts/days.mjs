// Calendar dates as text (2026-09-04), counted in UTC so that no daylight saving shifts a night.
import { language } from './page.mjs'

const DAY = 86400000
export const parse = text => Date.UTC(+text.slice(0, 4), +text.slice(5, 7) - 1, +text.slice(8, 10))
export const iso = time => new Date(time).toISOString().slice(0, 10)
export const add = (text, days) => iso(parse(text) + days * DAY)
export const between = (from, to) => Math.round((parse(to) - parse(from)) / DAY)
export const firstOf = text => `${text.slice(0, 7)}-01`
export const addMonths = (text, months) => {
  const d = new Date(parse(firstOf(text)))
  const first = iso(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + months, 1))
  const last = between(first, iso(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + months + 1, 1)))
  return add(first, Math.min(+text.slice(8, 10), last) - 1)
}
export const today = () => { const d = new Date(); return iso(Date.UTC(d.getFullYear(), d.getMonth(), d.getDate())) }

const format = options => { const f = new Intl.DateTimeFormat(language, { timeZone: 'UTC', ...options }); return text => f.format(parse(text)) }
export const short = format({ weekday: 'short', day: 'numeric', month: 'short' })
export const long = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
export const monthName = format({ month: 'long', year: 'numeric' })

// Monday first wherever weeks start so; the locale knows.
const locale = new Intl.Locale(language)
const weekInfo = locale.getWeekInfo?.() ?? locale.weekInfo
export const firstWeekday = (weekInfo?.firstDay ?? 1) % 7
export const weekday = text => (new Date(parse(text)).getUTCDay() - firstWeekday + 7) % 7
export const weekdays = [...Array(7).keys()].map(i => {
  const day = iso(Date.UTC(2023, 0, 1 + firstWeekday + i))
  return { short: format({ weekday: 'narrow' })(day), long: format({ weekday: 'long' })(day) }
})
