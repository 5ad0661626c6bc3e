import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { endWhenAbandoned, watchedCount } from '../../src/telemetry/spans/abandoned.js'
import { turn } from '../support/eventually.js'

const root = resolve(import.meta.dirname, '../..')

afterEach(() => vi.useRealTimers())

test('ten thousand results that are read leave nothing behind', () => {
  const listeners = process.listenerCount('beforeExit')
  const targets = Array.from({ length: 10_000 }, () => ({}))
  const watches = targets.map((target) => endWhenAbandoned(target, () => expect.unreachable()))
  expect(watchedCount()).toBe(10_000)
  for (const stop of watches) stop()
  for (const stop of watches) stop()
  expect(watchedCount()).toBe(0)
  expect(process.listenerCount('beforeExit')).toBeLessThanOrEqual(listeners + 1)
})

describe('the time limit', () => {
  const MINUTE = 60_000

  test('ends what nobody reads, once', () => {
    vi.useFakeTimers()
    const end = vi.fn()
    const target = {}
    endWhenAbandoned(target, end)
    vi.advanceTimersByTime(4 * MINUTE)
    expect(end).not.toHaveBeenCalled()
    vi.advanceTimersByTime(20 * MINUTE)
    expect(end).toHaveBeenCalledTimes(1)
    expect([watchedCount(), vi.getTimerCount(), target]).toEqual([0, 0, {}])
  })

  test('does not run while a read waits, and runs anew after it', () => {
    vi.useFakeTimers()
    const end = vi.fn()
    const target = {}
    const watch = endWhenAbandoned(target, end)
    watch.reading()
    vi.advanceTimersByTime(60 * MINUTE)
    watch.read()
    vi.advanceTimersByTime(4 * MINUTE)
    expect(end).not.toHaveBeenCalled()
    vi.advanceTimersByTime(20 * MINUTE)
    expect(end).toHaveBeenCalledTimes(1)
    expect(target).toEqual({})
  })

  test('an end that throws does not stop the others', () => {
    vi.useFakeTimers()
    const end = vi.fn()
    const targets = [{}, {}]
    endWhenAbandoned(targets[0] as object, () => {
      throw new Error('x')
    })
    endWhenAbandoned(targets[1] as object, end)
    vi.advanceTimersByTime(30 * MINUTE)
    expect(end).toHaveBeenCalledTimes(1)
    expect(targets).toHaveLength(2)
  })
})

describe('in a process of its own', () => {
  async function run(code: string, ...flags: string[]): Promise<string> {
    const home = mkdtempSync(`${tmpdir()}/tracestitch-abandoned-`)
    try {
      const outfile = `${home}/main.mjs`
      const contents = `import { endWhenAbandoned, watchedCount } from './src/telemetry/spans/abandoned.ts'\n${code}`
      await build({
        stdin: { contents, resolveDir: root, loader: 'ts' },
        bundle: true,
        platform: 'node',
        format: 'esm',
        outfile,
        external: ['@opentelemetry/*'],
      })
      return execFileSync(process.execPath, [...flags, outfile], { encoding: 'utf8', timeout: 100_000 })
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  }

  test('nothing keeps the process alive, and its end ends what is open', async () => {
    expect(
      await run(`globalThis.held = {}; endWhenAbandoned(globalThis.held, () => console.log('ended')).reading()`),
    ).toBe('ended\n')
  })

  test('the garbage collector ends what nobody holds', async () => {
    const code = `
      endWhenAbandoned({}, () => console.log('ended'))
      for (let i = 0; i < 50 && watchedCount() > 0; i++) { gc(); await new Promise((done) => setTimeout(done, 10)) }
      console.log(watchedCount())`
    expect(await run(code, '--expose-gc')).toBe('ended\n0\n')
  })
})

test('fake timers are gone', async () => {
  await turn()
  expect(watchedCount()).toBe(0)
})
