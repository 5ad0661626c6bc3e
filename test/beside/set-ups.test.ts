/**
 * A program's own OpenTelemetry set-up, before `autolog()` and after it, each the real one, in a process of its own: its spans
 * and ours go to it, as one trace. `another copy` has an `@opentelemetry/api` of its own beside that of this package.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'
import { withTools } from './installed.js'

const { folder, isInstalled, provider, title } = withTools()

interface Exported {
  readonly name: string
  readonly id: string
  readonly parent?: string
  readonly trace: string
}

async function run(name: string, order: string, copy: string): Promise<{ spans: Exported[]; mode: string }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['set-ups.cjs', name, order, copy], {
    cwd: folder,
    env: {
      ...process.env,
      PROVIDER_ORIGIN: provider().origin,
      TRACESTITCH_ELSEWHERE: join(root, 'dist/index.cjs'),
    },
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { spans: Exported[]; mode: string }
}

const SET_UPS = ['NodeSDK', 'register()', '@vercel/otel', 'Sentry 10', 'Sentry 11']
const orders = ['before', 'after'].flatMap((order) => ['same', 'another'].map((copy) => [order, copy] as const))

describe.skipIf(!isInstalled).each(SET_UPS)(`${title} %s`, (name) => {
  test.each(orders)('set up %s autolog(), with %s copy of the API', async (order, copy) => {
    const { spans, mode } = await run(name, order, copy)
    const parents = spans
      // Requests, which some set-ups trace.
      .filter((span) => !span.name.startsWith('POST'))
      .map((span) => [span.name, spans.find(({ id }) => id === span.parent)?.name])
      .sort()
    expect(mode).toBe('existing')
    expect(parents).toEqual([
      ['attempt openai/gpt-test', 'chat gpt-test'],
      ['chat gpt-test', 'of a late tracer'],
      ['chat gpt-test', 'of an early tracer'],
      ['of a late tracer', undefined],
      ['of an early tracer', undefined],
    ])
  })
})
