/** The same programs in each runtime that is at hand: this Node, Bun where `npm run bundlers` has brought it, Deno where `npm run runtimes` has. */
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
interface Fetched {
  readonly faults: number
  readonly looksAlike: boolean
  readonly restored: boolean
  readonly seen: Readonly<Record<string, unknown>>
}
interface Runs {
  readonly HOME: string
  runFetching(command: readonly string[], origin: string): Promise<Fetched>
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
const { HOME, runFetching, runIn, WAYS } = (await import(join(folder, 'run.mjs'))) as Runs
const { startServer } = (await import(join(folder, 'server.mjs'))) as { startServer(): Promise<Started> }

let server: Started
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

const BUN = join(root, 'test/bundlers/node_modules/@oven/bun-linux-x64/bin/bun')
const DENO = join(HOME, 'deno-2/node_modules/.bin/deno')
/** What is not there is skipped. */
const RUNTIMES = [
  { name: 'this Node', command: [process.execPath] },
  { name: 'Bun (npm run bundlers)', command: [BUN] },
  { name: 'Deno (npm run runtimes)', command: [DENO, 'run', '-A'] },
].map((runtime) => ({ ...runtime, isMissing: !existsSync(runtime.command[0] ?? '') }))
const SDKS = ['openai', '@anthropic-ai/sdk']
const KINDS = [
  ...[...SDKS, 'fetch', 'node:http'].flatMap((kind) => [kind, `${kind}, streamed`]),
  ...SDKS.map((kind) => `${kind}, made before`),
]

const right = { spans: 1, model: 'm', tokens: [11, 7], failed: false, traceparent: true }
const withoutAnswer = { ...right, tokens: [null, null], traceparent: false }
/** What comes of each way of `fetching.mjs`. Default: {@link right}. */
const OF_WAYS: Readonly<Record<string, object>> = {
  'clone()': { ...right, got: true },
  'what the answer says of itself': { ...right, got: [true, true, false, 200, true] },
  'a refusal': { ...withoutAnswer, model: 'limited', failed: true, got: [429, 'rate_limit_exceeded'] },
  // Bun may drop what came before the break.
  'a stream that breaks': { spans: 1, model: 'broken', failed: true, got: true },
  'a stream that is left': { ...right, model: 'endless', tokens: [null, null] },
  'a stream that is aborted': { ...right, model: 'endless', tokens: [null, null], got: true },
  'a connection that fails': { ...withoutAnswer, failed: true, got: true },
  'another request': { spans: 0, tokens: [null, null], failed: false, traceparent: false },
  'with a parent already': { ...right, traceparent: false, got: true },
}

describe.each(RUNTIMES)('$name', ({ command, isMissing }) => {
  test.skipIf(isMissing).each(Object.keys(WAYS))(
    'as %s, every call has a span, whose id its request carries',
    async (way) => {
      const { faults, seen } = await runIn(command, way, server.origin)
      expect(faults).toBe(0)
      const expected = KINDS.map((kind) => [
        kind,
        { spans: 1, tokens: [11, 7], hasFirstChunk: kind.endsWith('streamed'), traceparent: true },
      ])
      expect(seen).toEqual(Object.fromEntries(expected))
    },
  )

  test.skipIf(isMissing)(
    'whatever a program does with `fetch`, its call has one span, and it gets the same',
    async () => {
      const { seen, ...others } = await runFetching(command, server.origin)
      expect(others).toEqual({ faults: 0, looksAlike: true, restored: true })
      for (const [way, outcome] of Object.entries(seen))
        expect([way, outcome]).toMatchObject([way, OF_WAYS[way] ?? right])
      expect(Object.keys(seen)).toEqual(expect.arrayContaining(Object.keys(OF_WAYS)))
    },
  )
})
