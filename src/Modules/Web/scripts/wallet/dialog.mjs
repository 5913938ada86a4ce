// A dialog made by a script: the look and the keys of the pages' own. Answers what it was closed with; closing it any other way answers null.
import { el, freshId, glyph } from '../page.mjs'
import xSvg from 'lucide-static/icons/x.svg'

/** @param build takes `close(value)` and answers { body: [nodes], foot: [buttons] } */
export function dialog (title, closeLabel, build, kind = '') {
  return new Promise(resolve => {
    const id = freshId('dialog')
    let value = null
    const box = el('dialog', { class: `dialog ${kind}`.trim(), 'aria-labelledby': id })
    const close = answer => { value = answer ?? null; box.close() }
    const { body, foot } = build(close)
    box.append(
      el('header', {}, el('h2', { id }, title), el('button', { type: 'button', class: 'button round plain', 'aria-label': closeLabel, onclick: () => close(null) }, glyph(xSvg))),
      el('div', { class: 'body stack', tabindex: '0' }, ...body)
    )
    if (foot?.length) box.append(el('footer', {}, ...foot))
    box.addEventListener('close', () => { box.remove(); resolve(value) })
    document.body.append(box)
    box.showModal()
    box.querySelector('[autofocus]')?.focus()
  })
}
