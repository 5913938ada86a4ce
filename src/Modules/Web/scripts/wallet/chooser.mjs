// Which of several wallets: a dialog. The only one there is, is chosen without asking.
import { el } from '../page.mjs'
import { dialog } from './dialog.mjs'
import { pick } from './picker.mjs'
import { w } from './site.mjs'
import { wallets } from './wallets.mjs'

export function choose () {
  const all = wallets()
  if (all.length === 1) return all[0]
  return dialog(w('choose'), w('close'), close => {
    const list = el('ul', { class: 'walletlist' })
    const some = el('div', { 'data-wallet-some': true, class: 'stack' }, list,
      el('div', { class: 'nowallet stack' }, el('p', { class: 'strong' }, w('none')), el('p', { class: 'small muted' }, w('none_text'))))
    pick(list, close)
    return { body: [some] }
  })
}
