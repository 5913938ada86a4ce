// Forms: one sending at a time, problems told next to the field in plain words, focus on the first of them, a summary for
// screen readers. The server checks everything again; this only saves a round trip.
import { announce, el, freshId, glyph, t } from './page.mjs'
import alertSvg from 'lucide-static/icons/circle-alert.svg'

let listening = false

export function startForms (root) {
  const refused = root.querySelector('[aria-invalid="true"]')
  if (refused) refused.focus()
  for (const form of root.querySelectorAll('form[data-form]')) form.noValidate = true
  if (listening) return
  listening = true
  document.addEventListener('submit', onSubmit)
  document.addEventListener('input', event => { if (event.target.getAttribute?.('aria-invalid') === 'true' && event.target.checkValidity()) clear(event.target) })
  document.addEventListener('change', event => { if (event.target.matches?.('[data-submit-on-change]')) event.target.form.requestSubmit() })
  window.addEventListener('pageshow', event => { if (event.persisted) for (const button of document.querySelectorAll('button[aria-busy="true"]')) button.removeAttribute('aria-busy') })
}

function onSubmit (event) {
  const form = event.target
  if (event.defaultPrevented) return
  if (form.matches('[data-form]')) {
    const wrong = [...form.elements].filter(field => field.willValidate && !field.checkValidity())
    for (const field of form.elements) if (field.willValidate && field.checkValidity()) clear(field)
    if (wrong.length) {
      event.preventDefault()
      wrong.forEach(field => show(field))
      wrong[0].focus()
      announce(t('form.problems', { count: wrong.length }))
      return
    }
  }
  const button = event.submitter ?? form.querySelector('button[type="submit"], button:not([type])')
  if (!button || form.method === 'dialog' || form.hasAttribute('data-theme-form')) return
  if (form.dataset.sending) return event.preventDefault()
  if (form.method === 'post') {
    form.dataset.sending = 'true'
    // Set after this turn, so that the button's own name and value are still sent.
    setTimeout(() => button.setAttribute('aria-busy', 'true'))
    window.addEventListener('pageshow', () => delete form.dataset.sending, { once: true })
  }
}

function words (field) {
  const v = field.validity
  if (v.valueMissing) return field.dataset.missing || t(field.type === 'checkbox' ? 'form.tick' : 'form.missing')
  if (v.typeMismatch && field.type === 'email') return t('form.email')
  if (v.tooShort) return t('form.tooShort', { count: field.minLength })
  if (v.rangeUnderflow) return t('form.least', { value: field.min })
  if (v.rangeOverflow) return t('form.most', { value: field.max })
  if (v.patternMismatch && field.title) return field.title
  return field.validationMessage
}

export function show (field, message = words(field)) {
  const holder = field.closest('.field, .check') ?? field.parentElement
  field.setAttribute('aria-invalid', 'true')
  let line = holder.querySelector('.error')
  if (!line) {
    line = el('p', { class: 'error', id: freshId('error') })
    holder.append(line)
    field.setAttribute('aria-describedby', `${field.getAttribute('aria-describedby') ?? ''} ${line.id}`.trim())
  }
  line.replaceChildren(glyph(alertSvg, 's16'), el('span', {}, message))
}

function clear (field) {
  if (field.getAttribute?.('aria-invalid') !== 'true') return
  field.removeAttribute('aria-invalid')
  const line = field.closest('.field, .check')?.querySelector('.error')
  if (!line) return
  const left = (field.getAttribute('aria-describedby') ?? '').split(' ').filter(id => id && id !== line.id).join(' ')
  if (left) field.setAttribute('aria-describedby', left)
  else field.removeAttribute('aria-describedby')
  line.remove()
}
