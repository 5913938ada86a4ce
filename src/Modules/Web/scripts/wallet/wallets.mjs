// The wallets of this browser: found by EIP-6963, asked by EIP-1193. The pages know no ABI and hash nothing: texts to sign and calls to
// send come ready-made from the server, and the contract checks them again.
const found = new Map()
const watchers = new Set()

addEventListener('eip6963:announceProvider', ({ detail }) => {
  if (typeof detail?.info?.uuid !== 'string' || typeof detail.provider?.request !== 'function') return
  found.set(detail.info.uuid, detail)
  for (const tell of watchers) tell()
})
dispatchEvent(new Event('eip6963:requestProvider'))

/** What was found: `{ info: { uuid, name, icon, rdns }, provider }`. A wallet of before EIP-6963 only counts when no other announces itself. */
export function wallets () {
  if (found.size) return [...found.values()]
  return typeof globalThis.ethereum?.request === 'function' ? [{ info: { uuid: 'injected', name: '', icon: '', rdns: '' }, provider: globalThis.ethereum }] : []
}

/** Calls back whenever another wallet announces itself. */
export function onFound (tell) { watchers.add(tell) }

/** Why a wallet did not do what it was asked. Kind: rejected, busy, locked, unknown_chain, wrong_chain, account, funds, reverted, offline, unsupported, failed. */
export class WalletError extends Error {
  constructor (kind, cause, facts = {}) {
    super(cause?.message ?? kind, { cause })
    this.kind = kind
    this.facts = facts
  }
}

const kinds = { 4001: 'rejected', 4100: 'locked', 4200: 'unsupported', 4900: 'offline', 4901: 'offline', 4902: 'unknown_chain', '-32002': 'busy', 5000: 'rejected', 3: 'reverted', '-32601': 'unsupported' }

function kindOf (error) {
  // Some wallets wrap what their node said.
  const inner = error?.data?.originalError ?? error?.data?.cause
  const kind = kinds[error?.code] ?? kinds[inner?.code]
  if (kind) return kind
  const text = `${error?.message ?? ''} ${inner?.message ?? ''}`
  if (/insufficient funds/i.test(text)) return 'funds'
  if (/revert/i.test(text)) return 'reverted'
  if (/reject|denied|cancell?ed/i.test(text)) return 'rejected'
  return 'failed'
}

export async function ask (provider, method, params = []) {
  try {
    return await provider.request({ method, params })
  } catch (error) {
    if (error instanceof WalletError) throw error
    throw new WalletError(kindOf(error), error)
  }
}

/** Asks to be let in; the wallet shows its own window. Answers the account that is in front. */
export async function connect (provider) {
  const [account] = await ask(provider, 'eth_requestAccounts')
  if (!account) throw new WalletError('locked')
  return account
}

/** The accounts that this site may see already; asks nobody. */
export async function known (provider) {
  try {
    return await ask(provider, 'eth_accounts') ?? []
  } catch (error) {
    if (error instanceof WalletError) return []
    throw error
  }
}

export const same = (one, other) => one?.toLowerCase() === other?.toLowerCase()

/** The wallet that this site may already see this account in, or null. */
export async function holding (address) {
  for (const wallet of wallets()) if ((await known(wallet.provider)).some(account => same(account, address))) return wallet
  return null
}

/** Connects until the account in front is this one; says whom it met instead. */
export async function connectAs (provider, address) {
  if ((await known(provider)).some(account => same(account, address))) return
  const account = await connect(provider)
  if (same(account, address) || (await known(provider)).some(other => same(other, address))) return
  throw new WalletError('account', null, { account, wanted: address })
}

const hex = number => `0x${BigInt(number).toString(16)}`
const isOn = async (provider, id) => BigInt(await ask(provider, 'eth_chainId')) === BigInt(id)

/** @param chain {id, name, rpc_urls, explorer}: brings the wallet onto the chain, and makes the chain known to it if need be. */
export async function useChain (provider, chain) {
  if (await isOn(provider, chain.id)) return
  try {
    await ask(provider, 'wallet_switchEthereumChain', [{ chainId: hex(chain.id) }])
  } catch (error) {
    if (error.kind !== 'unknown_chain' || !chain.rpc_urls?.length) throw error.kind === 'unsupported' ? new WalletError('wrong_chain', error) : error
    await addChain(provider, chain)
    // Adding a chain doesn't make every wallet go there.
    if (!await isOn(provider, chain.id)) await ask(provider, 'wallet_switchEthereumChain', [{ chainId: hex(chain.id) }])
  }
  if (!await isOn(provider, chain.id)) throw new WalletError('wrong_chain')
}

async function addChain (provider, chain) {
  try {
    await ask(provider, 'wallet_addEthereumChain', [{
      chainId: hex(chain.id),
      chainName: chain.name,
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: chain.rpc_urls,
      blockExplorerUrls: chain.explorer ? [chain.explorer] : undefined
    }])
  } catch (error) {
    // It can't be taught: then its owner has to do it.
    throw error.kind === 'unsupported' ? new WalletError('unknown_chain', error) : error
  }
}

const utf8Hex = text => `0x${[...new TextEncoder().encode(text)].map(byte => byte.toString(16).padStart(2, '0')).join('')}`

/** Signs the server's EIP-4361 text, byte for byte. */
export const sign = (provider, account, message) => ask(provider, 'personal_sign', [utf8Hex(message), account])

const request = (account, call) => ({ from: account, to: call.to, value: hex(call.value ?? 0), data: call.data })

/** @param call {to, value, data}: from the server. Answers the transaction's hash. */
export const send = (provider, account, call) => ask(provider, 'eth_sendTransaction', [request(account, call)])

export const balance = async (provider, account) => BigInt(await ask(provider, 'eth_getBalance', [account, 'latest']))

/** What the network will take for carrying the call out, in wei; null when this wallet can't tell. Throws what the contract would refuse. */
export async function fee (provider, account, call) {
  let gas
  try {
    gas = BigInt(await ask(provider, 'eth_estimateGas', [request(account, call)]))
  } catch (error) {
    if (error.kind === 'funds' || error.kind === 'reverted') throw error
    return null
  }
  try {
    return gas * BigInt(await ask(provider, 'eth_gasPrice'))
  } catch (error) {
    if (error instanceof WalletError) return null
    throw error
  }
}

/** The accounts or the chain changed under the page. */
export function onChange (provider, tell) {
  provider.on?.('accountsChanged', tell)
  provider.on?.('chainChanged', tell)
}

export const short = address => `${address.slice(0, 6)}…${address.slice(-4)}`

/** Wei as ether in the page's way of writing, with so many decimals after the first that counts. Rounded up where too little would mislead. */
export function ether (wei, language, { figures = 6, up = false } = {}) {
  const value = BigInt(wei)
  const zeros = value >= 10n ** 18n ? 0 : value.toString().padStart(18, '0').search(/[1-9]/)
  const drop = 10n ** BigInt(Math.max(0, 18 - Math.max(zeros, 0) - figures))
  const cut = (value + (up ? drop - 1n : drop / 2n)) / drop * drop
  const part = (cut % 10n ** 18n).toString().padStart(18, '0').replace(/0+$/, '')
  const format = new Intl.NumberFormat(language)
  const point = format.formatToParts(1.5).find(piece => piece.type === 'decimal').value
  return `${format.format(cut / 10n ** 18n)}${part ? point + part : ''}\u00a0ETH`
}
