/** What Node has, and browsers and edge runtimes have not, or have otherwise. */
import { types } from 'node:util'

interface NodeLike {
  readonly env?: Record<string, string | undefined>
  readonly getBuiltinModule?: unknown
  readonly versions?: { readonly node?: string }
}

const found = (): NodeLike | undefined => (globalThis as { process?: NodeLike }).process

/**
 * Whether modules of Node can be had. The build turns their imports into loads on first use, which give nothing elsewhere. The
 * edge runtime of Next.js has the functions of `process`, and each throws; it has no version of Node.
 */
export function hasNodeModules(): boolean {
  const node = found()
  return typeof node?.getBuiltinModule === 'function' && node.versions?.node !== undefined
}

/** The environment; empty where there is none. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return found()?.env ?? {}
}

/** Lets the process end while the timer waits. A browser has no process to keep alive. */
export function unref<Timer>(timer: Timer): Timer {
  ;(timer as { unref?: () => void }).unref?.()
  return timer
}

/** Runs `work` after what is due now. */
export function soon(work: () => void): unknown {
  return hasNodeModules() ? setImmediate(work) : setTimeout(work)
}

/** Of any realm, where that can be told. */
export function isNativeError(value: unknown): value is Error {
  return hasNodeModules() ? types.isNativeError(value) : value instanceof Error
}

/** The same of a promise. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return hasNodeModules() ? types.isPromise(value) : value instanceof Promise
}

/** What a generator function gives. */
export function isGeneratorObject(value: unknown): value is Generator | AsyncGenerator {
  if (hasNodeModules()) return types.isGeneratorObject(value)
  return /^\[object (?:Async)?Generator\]$/.test(Object.prototype.toString.call(value))
}

/** Bytes of base64, its variant for addresses, or hex; what is no such text ends it. */
export function decodeBytes(text: string, encoding: 'base64' | 'hex'): Uint8Array {
  if (typeof Buffer === 'function') return Buffer.from(text, encoding)
  if (encoding === 'hex')
    return Uint8Array.from(text.match(/[\da-f]{2}/gi) ?? [], (digits) => Number.parseInt(digits, 16))
  const plain = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  // Of one digit alone there is no byte.
  const whole = plain.length % 4 === 1 ? plain.slice(0, -1) : plain
  return Uint8Array.from(atob(whole), (byte) => byte.charCodeAt(0))
}

/** A character for each byte. */
export function latin1Of(bytes: Uint8Array): string {
  if (typeof Buffer === 'function') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
