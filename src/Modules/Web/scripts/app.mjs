// The one script of every page. Each enhancement starts only where its mark is in the page, and its code is loaded only then;
// without any of it the page still works: forms post, links lead, dates are typed.
import { startShell } from './shell.mjs'
import { startForms } from './forms.mjs'

const parts = [
  ['[data-daterange], [data-calendar]', () => import('./dates.mjs')],
  ['[data-stepper], [data-guests]', () => import('./guests.mjs')],
  ['[data-combobox]', () => import('./combobox.mjs')],
  ['[data-gallery], [data-reel]', () => import('./gallery.mjs')],
  ['[data-quote]', () => import('./quote.mjs')],
  ['[data-save]', () => import('./save.mjs')],
  ['[data-results]', () => import('./results.mjs')],
  ['[data-pay], [data-hold], [data-again]', () => import('./pay.mjs')],
  // Before what asks for wallets, so that it finds this one too.
  ['[data-demo-wallet]', () => import('./wallet/demo.mjs')],
  ['[data-wallet-pay]', () => import('./wallet/pay.mjs')],
  ['[data-wallet-sign]', () => import('./wallet/sign.mjs')],
  ['[data-chain-act]', () => import('./wallet/act.mjs')],
  ['[data-map]', () => import('./map/map.mjs')]
]

export function enhance (root = document) {
  for (const [mark, load] of parts) {
    const found = [...root.querySelectorAll(mark)]
    if (found.length) load().then(part => part.start(found), error => console.error('A part of the page did not load.', error))
  }
  startForms(root)
}

startShell()
enhance()
document.addEventListener('content:replaced', event => enhance(event.target))
