/**
 * Reports when the built-in `fetch` has a connection and begins to send. `fetch` has no such event; undici publishes it
 * (https://undici.nodejs.org/#/docs/api/DiagnosticsChannel).
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import { hasNodeModules } from '../../kernel/platform.js'

interface Watch {
  readonly onSent: () => void
  /** Undici has made its request before `fetch` returned. */
  atOnce: boolean
}

const requests = new WeakMap<object, Watch>()
/** The watch of the `fetch` that is being called. */
let calling: Watch | undefined
/** For a wrapped `fetch` that calls undici's later. While it is in use, every promise of the process costs more. */
let later: AsyncLocalStorage<Watch> | undefined
/** Those that make their request before they return, as undici's own does. */
const prompt = new WeakSet<typeof globalThis.fetch>()
let watching = false

function startWatching(): void {
  if (watching) return
  watching = true
  diagnostics.subscribe('undici:request:create', (event) => {
    const watch = calling ?? later?.getStore()
    if (!watch) return
    watch.atOnce = watch === calling
    requests.set((event as { request: object }).request, watch)
  })
  diagnostics.subscribe('undici:client:sendHeaders', (event) => {
    requests.get((event as { request: object }).request)?.onSent()
  })
}

/** Runs `request`, which calls `fetch`, and calls `onSent` once its connection is open. Without Node that is not known. */
export function watchConnect<T>(fetch: typeof globalThis.fetch, request: () => T, onSent: () => void): T {
  if (!hasNodeModules()) return request()
  startWatching()
  const watch: Watch = { onSent, atOnce: false }
  const run = (): T => {
    const before = calling
    calling = watch
    try {
      return request()
    } finally {
      calling = before
    }
  }
  if (prompt.has(fetch)) return run()
  const isFirst = later === undefined
  later ??= new AsyncLocalStorage()
  const result = later.run(watch, run)
  if (watch.atOnce) {
    prompt.add(fetch)
    // Nobody else waits for a request that comes later.
    if (isFirst) {
      later.disable()
      later = undefined
    }
  }
  return result
}
