/** Flushes tracer providers, and waits no longer than it is told. */
import type { TracerProvider } from '@opentelemetry/api'
import { registeredProvider } from '../set-up/global-api.js'

export const FLUSH_TIMEOUT_MS = 5_000

/**
 * Flushes whatever tracer provider is registered, ours or the program's. Always resolves, after `timeoutMs`
 * (default 5000) at the latest.
 */
export async function flushRegistered(timeoutMs = FLUSH_TIMEOUT_MS): Promise<void> {
  const provider = registeredProvider()
  if (provider) await atMost(timeoutMs, () => flushProvider(provider))
}

/** The API has no flush, so the SDK's is called if the provider, or its delegate, has one. */
export async function flushProvider(provider: TracerProvider): Promise<void> {
  const { forceFlush, getDelegate } = provider as {
    forceFlush?: () => Promise<void>
    getDelegate?: () => TracerProvider
  }
  if (typeof forceFlush === 'function') await forceFlush.call(provider)
  else if (typeof getDelegate === 'function') await flushProvider(getDelegate.call(provider))
}

/** Waits for `step` to settle, but no longer than this. Keeps the process alive meanwhile. */
export function atMost(ms: number, step: () => unknown): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    void settled(step).then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** Waits for `step` to settle. Its errors belong to the exporter. */
export async function settled(step: () => unknown): Promise<void> {
  await Promise.allSettled([Promise.resolve().then(step)])
}
