// Pictures: the full-screen view with keys and swipes, and the small reel of a card.
import { announce, el, glyph, t } from './page.mjs'
import leftSvg from 'lucide-static/icons/chevron-left.svg'
import rightSvg from 'lucide-static/icons/chevron-right.svg'
import closeSvg from 'lucide-static/icons/x.svg'

export function start (found) {
  for (const element of found) {
    if (element.dataset.started) continue
    element.dataset.started = 'true'
    element.matches('[data-reel]') ? startReel(element) : startGallery(element)
  }
}

function startGallery (holder) {
  const links = [...holder.querySelectorAll('a[data-photo]')]
  const photos = links.map(link => ({ src: link.href, alt: link.querySelector('img')?.alt ?? '' }))
  let at = 0
  const image = el('img', { alt: '' })
  const place = el('span', { class: 'num' })
  const caption = el('p')
  const button = (svg, label, run, extra = '') => el('button', { type: 'button', class: `button round plain ${extra}`, 'aria-label': label, onclick: run }, glyph(svg, 's24'))
  const stage = el('div', { class: 'stage' }, image)
  const dialog = el('dialog', { class: 'lightbox', 'aria-label': t('photos') },
    el('div', { class: 'top' }, place, button(closeSvg, t('close'), () => dialog.close())), stage, el('div', { class: 'bottom' }, caption))
  if (photos.length > 1) stage.append(button(leftSvg, t('photo.previous'), () => show(at - 1), 'turn prev'), button(rightSvg, t('photo.next'), () => show(at + 1), 'turn next'))

  function show (index) {
    at = (index + photos.length) % photos.length
    image.src = photos[at].src
    image.alt = photos[at].alt
    caption.textContent = photos[at].alt
    place.textContent = `${at + 1} / ${photos.length}`
    announce(t('photo.of', { at: at + 1, all: photos.length, what: photos[at].alt }))
    new Image().src = photos[(at + 1) % photos.length].src
  }
  const open = index => { if (!dialog.isConnected) document.body.append(dialog); show(index); dialog.showModal() }

  links.forEach((link, index) => link.addEventListener('click', event => { event.preventDefault(); open(index) }))
  holder.querySelector('[data-all-photos]')?.addEventListener('click', event => { event.preventDefault(); open(0) })
  dialog.addEventListener('close', () => links[at]?.focus({ preventScroll: true }))
  dialog.addEventListener('keydown', event => {
    const moves = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: photos.length - 1 }
    if (event.key in moves) { event.preventDefault(); show(moves[event.key]) }
  })
  let from = null
  stage.addEventListener('pointerdown', event => { from = event.clientX })
  stage.addEventListener('pointerup', event => {
    if (from !== null && Math.abs(event.clientX - from) > 48) show(at + (event.clientX < from ? 1 : -1))
    from = null
  })
}

function startReel (frame) {
  const reel = frame.querySelector('.reel')
  const dots = [...frame.querySelectorAll('.dots i')]
  if (!reel || reel.children.length < 2) return
  const turn = (by, svg, label, side) => el('button', { type: 'button', class: `button round small floating turn ${side}`, 'aria-label': label, tabindex: '-1', onclick: event => { event.preventDefault(); reel.scrollBy({ left: by * reel.clientWidth, behavior: 'smooth' }) } }, glyph(svg, 's16'))
  frame.append(turn(-1, leftSvg, t('photo.previous'), 'prev'), turn(1, rightSvg, t('photo.next'), 'next'))
  reel.addEventListener('scroll', () => {
    const now = Math.round(reel.scrollLeft / reel.clientWidth)
    dots.forEach((dot, i) => dot.classList.toggle('on', i === now))
  }, { passive: true })
}
