/** What every store of a cache keeps to. Run for each implementation, on its own time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CacheStore } from '../../src/kernel/cache-store.js'

export interface CacheUnderTest {
  readonly store: CacheStore
  /** Lets this many milliseconds pass on the store's own clock. */
  pass(ms: number): Promise<void>
  stop(): Promise<void>
}

export function cacheStoreContract(name: string, open: () => Promise<CacheUnderTest>, skipped = ''): void {
  describe.skipIf(skipped !== '')(`the cache store ${name}${skipped}`, () => {
    let under: CacheUnderTest
    let store: CacheStore
    beforeAll(async () => {
      under = await open()
      ;({ store } = under)
    })
    afterAll(() => under.stop())
    const entry = (key: string, value: string, ttlMs = 60_000) => ({ key, value, ttlMs })

    test('has what was written, in the order that is asked for', async () => {
      await store.set([entry('a', '1'), entry('b', '{"x":"ü\ud83d\ude00"}')])
      expect(await store.get(['b', 'none', 'a'])).toEqual(['{"x":"ü\ud83d\ude00"}', undefined, '1'])
      expect(await store.get([])).toEqual([])
    })

    test('has the newer of two values', async () => {
      await store.set([entry('c', 'old')])
      await store.set([entry('c', 'new')])
      expect(await store.get(['c'])).toEqual(['new'])
    })

    test('forgets what is removed, and what is over', async () => {
      await store.set([entry('d', '1'), entry('e', '1', 40.5), entry('f', '1')])
      await store.remove(['d', 'never'])
      await under.pass(60)
      expect(await store.get(['d', 'e', 'f'])).toEqual([undefined, undefined, '1'])
    })

    test('has long values whole', async () => {
      const value = 'long '.repeat(50_000)
      await store.set([entry('long', value)])
      expect(await store.get(['long'])).toEqual([value])
    })
  })
}
