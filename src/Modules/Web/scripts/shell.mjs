// Menus that close, dialogs that open, the theme switch, copying, and toasts that the server asked for.
import { setCookie, toast, t } from './page.mjs'

export function startShell () {
  document.addEventListener('click', onClick)
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    const open = event.target.closest?.('details.menu[open], details.guests[open]') ?? document.querySelector('details.menu[open], details.guests[open]')
    if (!open) return
    open.open = false
    open.querySelector('summary').focus()
  })
  document.addEventListener('focusin', event => closeMenusExcept(event.target))
  document.addEventListener('submit', onThemeChange)
  for (const dialog of document.querySelectorAll('dialog[data-open]')) dialog.showModal()
  const flash = document.querySelector('[data-toast]')
  if (flash) toast(flash.dataset.toast)
}

function onClick (event) {
  closeMenusExcept(event.target)
  const opener = event.target.closest('[data-dialog]')
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog)
    if (dialog?.showModal) { event.preventDefault(); dialog.showModal() }
  }
  if (event.target.closest('[data-close]')) event.target.closest('dialog')?.close()
  if (event.target instanceof HTMLDialogElement && event.target.classList.contains('dialog') && outside(event)) event.target.close()
  const copier = event.target.closest('[data-copy]')
  if (copier) copy(copier)
}

function outside (event) {
  const box = event.target.getBoundingClientRect()
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom
}

function closeMenusExcept (target) {
  for (const menu of document.querySelectorAll('details.menu[open], details.guests[open]')) if (!menu.contains(target)) menu.open = false
}

async function copy (button) {
  const text = button.dataset.copy || location.href
  if (button.hasAttribute('data-share') && navigator.share && matchMedia('(pointer: coarse)').matches) {
    try { await navigator.share({ title: document.title, url: text }) } catch (error) { if (error.name !== 'AbortError') throw error }
    return
  }
  await navigator.clipboard.writeText(text)
  toast(t('copied'))
}

// The form posts to /preferences and comes back; here the choice is kept in the same cookie and shown at once.
function onThemeChange (event) {
  const theme = event.submitter?.name === 'theme' ? event.submitter.value : null
  if (!theme || !event.target.matches('[data-theme-form]')) return
  event.preventDefault()
  setCookie('theme', theme)
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  for (const button of event.target.querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.value === theme))
  document.dispatchEvent(new CustomEvent('theme:changed'))
}
