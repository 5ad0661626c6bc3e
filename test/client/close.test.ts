/** What `close()` ends, and what it leaves alone. */
import { expect, test, vi } from 'vitest'
import { createClient, type Store } from '../../src/index.js'
import { systemClock } from '../../src/kernel/clock.js'
import { MemoryStore } from '../../src/stores/memory.js'
import { faultPair, messages } from './fault-pair.js'

const pair = faultPair()
const clientFor = (store?: Store) =>
  createClient({
    providers: { good: { baseURL: pair.good.baseURL, apiKey: 'k' } },
    models: { m: [{ model: 'good/m', limits: { concurrent: 2, rpm: 100 } }] },
    store,
  })

test('closes the store that the client has made, and leaves one that was given to whoever made it', async () => {
  const closed = vi.spyOn(MemoryStore.prototype, 'close')
  try {
    await clientFor().close()
    expect(closed).toHaveBeenCalledTimes(1)
    const given = new MemoryStore(systemClock)
    await clientFor(given).close()
    expect(closed).toHaveBeenCalledTimes(1)
  } finally {
    closed.mockRestore()
  }
})

test('calls still work afterwards, limits and places included', async () => {
  const ai = clientFor()
  const call = () => ai.chat.completions.create({ model: 'm', messages })
  const before = call()
  await ai.close()
  expect((await before)._meta.provider).toBe('good')
  await Promise.all(Array.from({ length: 6 }, call))
  expect(ai.health().targets[0]).toMatchObject({ inFlight: 0, requests: 7 })
})

test('is what `await using` calls', async () => {
  const closed = vi.spyOn(MemoryStore.prototype, 'close')
  try {
    const ai: AsyncDisposable = clientFor()
    await ai[Symbol.asyncDispose]()
    expect(closed).toHaveBeenCalledTimes(1)
  } finally {
    closed.mockRestore()
  }
})
