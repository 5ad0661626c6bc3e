/**
 * Tells when the built-in `fetch` has a connection and begins to send. `fetch` has no such event; undici
 * publishes it (https://undici.nodejs.org/#/docs/api/DiagnosticsChannel).
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'

interface Watch {
  readonly onSent: () => void
}

let watches: AsyncLocalStorage<Watch> | undefined
const requests = new WeakMap<object, Watch>()

function startWatching(): AsyncLocalStorage<Watch> {
  const storage = new AsyncLocalStorage<Watch>()
  diagnostics.subscribe('undici:request:create', (event) => {
    const watch = storage.getStore()
    if (watch) requests.set((event as { request: object }).request, watch)
  })
  diagnostics.subscribe('undici:client:sendHeaders', (event) => {
    requests.get((event as { request: object }).request)?.onSent()
  })
  return storage
}

/** Runs `request`, which calls `fetch`, and `onSent` once its connection stands. */
export function watchConnect<T>(request: () => T, onSent: () => void): T {
  watches ??= startWatching()
  return watches.run({ onSent }, request)
}
