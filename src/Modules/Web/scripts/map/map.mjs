// Maps: price pins that cluster, light up with their card and open a small preview; "search as I move"; one home as a circle.
import L from 'leaflet'
import { debounce, el, glyph, readJson, t } from '../page.mjs'
import { addOwnBase } from './base-layer.mjs'
import homeSvg from 'lucide-static/icons/house.svg'

export function start (found) { for (const holder of found) if (!holder.dataset.started) draw(holder) }

function draw (holder) {
  holder.dataset.started = 'true'
  holder.querySelector('.fallback')?.remove()
  const map = L.map(holder, { zoomControl: false, minZoom: 2, maxZoom: 16, worldCopyJump: true, scrollWheelZoom: holder.dataset.wheel !== 'false', zoomAnimation: !matchMedia('(prefers-reduced-motion: reduce)').matches })
  map.attributionControl.setPrefix(false)
  L.control.zoom({ position: 'topright', zoomInTitle: t('map.in'), zoomOutTitle: t('map.out') }).addTo(map)
  if (holder.dataset.tiles) L.tileLayer(holder.dataset.tiles, { attribution: holder.dataset.attribution ?? '', maxZoom: 19 }).addTo(map)
  else addOwnBase(map)
  document.addEventListener('map:shown', () => map.invalidateSize())

  if (holder.dataset.lat) showHome(holder, map)
  else if (holder.dataset.pins) showPins(holder, map)
}

function showHome (holder, map) {
  const at = [Number(holder.dataset.lat), Number(holder.dataset.lng)]
  map.setView(at, Number(holder.dataset.zoom || 13))
  const style = getComputedStyle(document.documentElement)
  if (holder.dataset.radius) L.circle(at, { radius: Number(holder.dataset.radius), color: style.getPropertyValue('--pine').trim(), weight: 1.5, fillOpacity: 0.14, interactive: false }).addTo(map)
  const mark = el('b', {}, glyph(homeSvg))
  const fields = holder.dataset.fields?.split(',').map(id => document.getElementById(id))
  const marker = L.marker(at, { icon: L.divIcon({ className: 'pin home', html: mark }), interactive: Boolean(fields), draggable: Boolean(fields), keyboard: false, alt: holder.dataset.label ?? '' }).addTo(map)
  if (fields) follow(map, marker, fields)
}

// A point that its owner sets: by a click, by dragging, or by typing; the two fields and the pin always say the same.
function follow (map, marker, fields) {
  const put = place => {
    marker.setLatLng(place)
    fields[0].value = place.lat.toFixed(6)
    fields[1].value = L.Util.wrapNum(place.lng, [-180, 180], true).toFixed(6)
  }
  map.on('click', event => put(event.latlng))
  marker.on('dragend', () => put(marker.getLatLng()))
  for (const field of fields) {
    field.addEventListener('change', () => {
      const [lat, lng] = fields.map(f => Number(f.value.replace(',', '.')))
      if (fields.some(f => !f.value.trim()) || !(Math.abs(lat) <= 90) || !(Math.abs(lng) <= 180)) return
      marker.setLatLng([lat, lng])
      map.setView([lat, lng], Math.max(map.getZoom(), 14))
    })
  }
}

function showPins (holder, map) {
  const layer = L.layerGroup().addTo(map)
  const seen = new Set()
  let pins = []
  let markers = new Map()
  let byUser = false
  let roam = false

  const read = () => { pins = readJson(holder.dataset.pins)?.pins ?? [] }
  const fit = () => {
    const given = readJson(holder.dataset.pins)?.box
    if (given) map.fitBounds([[given[1], given[0]], [given[3], given[2]]])
    else if (pins.length) map.fitBounds(L.latLngBounds(pins.map(pin => [pin.lat, pin.lng])).pad(0.15), { maxZoom: 14 })
    else map.setView([46, 6], 4)
  }

  function paint () {
    layer.clearLayers()
    markers = new Map()
    for (const group of clusters(map, pins)) group.length === 1 ? addPin(group[0]) : addCluster(group)
  }
  function addPin (pin) {
    const label = el('b', { class: 'num' }, pin.price)
    const marker = L.marker([pin.lat, pin.lng], { icon: L.divIcon({ className: `pin ${seen.has(pin.id) ? 'seen' : ''}`, html: label }), alt: `${pin.title}, ${pin.price}`, riseOnHover: true })
    marker.bindPopup(() => preview(pin), { closeButton: false, offset: [0, -8], autoPanPadding: [16, 80] })
    marker.on('popupopen', () => seen.add(pin.id))
    marker.on('mouseover', () => light(pin.id, true)).on('mouseout', () => light(pin.id, false))
    marker.addTo(layer)
    marker.getElement()?.setAttribute('aria-label', `${pin.title}, ${pin.price}`)
    markers.set(pin.id, marker)
  }
  function addCluster (group) {
    const centre = L.latLngBounds(group.map(pin => [pin.lat, pin.lng]))
    const marker = L.marker(centre.getCenter(), { icon: L.divIcon({ className: 'pin cluster', html: el('b', { class: 'num' }, String(group.length)) }) })
    marker.on('click', () => { byUser = true; map.fitBounds(centre.pad(0.2), { maxZoom: 16 }) })
    marker.addTo(layer)
    marker.getElement()?.setAttribute('aria-label', t('map.cluster', { count: group.length }))
    for (const pin of group) markers.set(pin.id, marker)
  }
  function light (id, on) {
    markers.get(id)?.getElement()?.classList.toggle('lit', on)
    document.querySelector(`[data-listing="${CSS.escape(id)}"]`)?.classList.toggle('lit', on)
  }

  document.addEventListener('pointerover', event => hover(event, true))
  document.addEventListener('pointerout', event => hover(event, false))
  document.addEventListener('focusin', event => hover(event, true))
  document.addEventListener('focusout', event => hover(event, false))
  function hover (event, on) {
    const card = event.target.closest?.('[data-listing]')
    if (card) { const marker = markers.get(card.dataset.listing); marker?.getElement()?.classList.toggle('lit', on); marker?.setZIndexOffset(on ? 1000 : 0) }
  }

  const moved = debounce(() => {
    if (!roam || !byUser) return
    byUser = false
    const b = map.getBounds()
    const box = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map(n => n.toFixed(4)).join(',')
    document.dispatchEvent(new CustomEvent('map:moved', { detail: { box } }))
  }, 350)
  if (holder.hasAttribute('data-roam')) {
    const box = el('input', { type: 'checkbox', checked: true })
    roam = true
    box.addEventListener('change', () => { roam = box.checked; byUser = true; moved() })
    const control = el('div', { class: 'roam' }, el('label', { class: 'check' }, box, el('span', {}, t('map.roam'))))
    L.DomEvent.disableClickPropagation(control)
    holder.append(control)
  }
  map.on('dragstart', () => { byUser = true })
  holder.addEventListener('wheel', () => { byUser = true }, { passive: true })
  holder.addEventListener('click', event => { if (event.target.closest('.leaflet-control-zoom')) byUser = true }, true)
  map.on('moveend', moved)
  document.addEventListener('results:changed', event => { read(); if (!event.detail.moved) fit(); paint() })
  read()
  fit()
  paint()
  map.on('zoomend', paint)
}

// Pins that would cover each other are one: each joins the first group whose middle is nearer than a pin is wide.
function clusters (map, pins) {
  const zoom = map.getZoom()
  const groups = []
  for (const pin of pins) {
    const at = map.project([pin.lat, pin.lng], zoom)
    const near = zoom < 16 && groups.find(group => Math.abs(group.at.x - at.x) < 66 && Math.abs(group.at.y - at.y) < 34)
    near ? near.pins.push(pin) : groups.push({ at, pins: [pin] })
  }
  return groups.map(group => group.pins)
}

function preview (pin) {
  return el('a', { class: 'peek', href: pin.href },
    pin.photo && el('img', { src: pin.photo, alt: '', loading: 'lazy' }),
    el('span', { class: 'in' }, el('span', { class: 'strong' }, pin.title), pin.meta && el('span', { class: 'small muted' }, pin.meta),
      el('span', { class: 'price' }, el('span', { class: 'amount' }, pin.total ?? pin.price), pin.caption && el('span', { class: 'caption' }, ` ${pin.caption}`))))
}
