/** One program in each runtime that is at hand: this Node, and Bun where `npm run bundlers` has brought it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'

interface Seen {
  readonly spans: number
  readonly tokens: readonly unknown[]
  readonly hasFirstChunk: boolean
  readonly traceparent: boolean
}
interface Runs {
  readonly WAYS: Readonly<Record<string, unknown>>
  runIn(
    command: readonly string[],
    way: string,
    origin: string,
  ): Promise<{ readonly faults: number; readonly seen: Readonly<Record<string, Seen>> }>
}
interface Started {
  readonly origin: string
  close(): void
}

const folder = join(root, 'test/runtimes')
const { runIn, WAYS } = (await import(join(folder, 'run.mjs'))) as Runs
const { startServer } = (await import(join(folder, 'server.mjs'))) as { startServer(): Promise<Started> }

let server: Started
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const BUN = join(root, 'test/bundlers/node_modules/@oven/bun-linux-x64/bin/bun')
const SDKS = ['openai', '@anthropic-ai/sdk']
const streamedToo = (kinds: readonly string[]): readonly string[] =>
  kinds.flatMap((kind) => [kind, `${kind}, streamed`])

describe.each(Object.keys(WAYS))('%s', (way) => {
  test('on this Node, every call has a span, whose id its request carries', async () => {
    const { faults, seen } = await runIn([process.execPath], way, server.origin)
    expect(faults).toBe(0)
    const expected = streamedToo([...SDKS, 'fetch']).map((kind) => [
      kind,
      { spans: 1, tokens: [11, 7], hasFirstChunk: kind.endsWith('streamed'), traceparent: true },
    ])
    expect(seen).toEqual(Object.fromEntries(expected))
  })

  test.skipIf(!existsSync(BUN))('on Bun, every call of an SDK has one (npm run bundlers)', async () => {
    const { faults, seen } = await runIn([BUN], way, server.origin)
    expect(faults).toBe(0)
    for (const kind of streamedToo(SDKS))
      expect([kind, seen[kind]]).toMatchObject([
        kind,
        { spans: 1, tokens: [11, 7], hasFirstChunk: kind.endsWith('streamed') },
      ])
  })
})
