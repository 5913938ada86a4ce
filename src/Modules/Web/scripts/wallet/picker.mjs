// The list of wallets to choose from, where a page has a place for it: one button each, with the wallet's own name and picture.
import { announce, el, glyph } from '../page.mjs'
import { onFound, wallets } from './wallets.mjs'
import { w } from './site.mjs'
import walletSvg from 'lucide-static/icons/wallet.svg'
import chevronSvg from 'lucide-static/icons/chevron-right.svg'

// A picture only from the announcement itself: a wallet must not make the page fetch something.
const pictured = icon => /^data:image\/(png|jpeg|webp|gif|svg\+xml)[;,]/.test(icon ?? '')

export function pick (place, chosen) {
  const draw = () => {
    const all = wallets()
    const had = document.activeElement?.closest?.('[data-wallet-uuid]')?.dataset.walletUuid
    place.replaceChildren(...all.map(wallet => {
      const name = wallet.info.name || w('browser_wallet')
      const face = pictured(wallet.info.icon) ? el('img', { src: wallet.info.icon, alt: '', width: 28, height: 28 }) : glyph(walletSvg, 's24')
      return el('li', {}, el('button', { type: 'button', class: 'walletchoice', 'data-wallet-uuid': wallet.info.uuid, onclick: () => chosen(wallet, name) },
        el('span', { class: 'face' }, face), el('span', { class: 'grow strong' }, name), glyph(chevronSvg, 's20')))
    }))
    place.closest('[data-wallet-some]')?.classList.toggle('none', all.length === 0)
    if (had) place.querySelector(`[data-wallet-uuid="${CSS.escape(had)}"]`)?.focus()
    return all.length
  }
  draw()
  onFound(() => { if (place.isConnected) announce(w('found', { count: draw() })) })
}
