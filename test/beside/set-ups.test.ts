/**
 * A program's own OpenTelemetry set-up, before `autolog()` and after it, each the real one, in a process of its own: its spans
 * and ours go to it, as one trace. Where the copy of the API is not the same, `@opentelemetry/api` is there twice: that of the
 * program and that of this package.
 */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'
import { withTools } from './installed.js'

const { folder, isInstalled, provider, title } = withTools()

interface Exported {
  readonly name: string
  readonly id: string
  readonly parent?: string
  readonly trace: string
}

/** Of the program's API, where it is not that of this package. Its objects on `globalThis` depend on it. */
const VERSIONS: Readonly<Record<string, string>> = { 'an older': '1.4.0', 'a newer': '1.99.0' }

let copies: string
const apiFolder = (copy: string): string => join(copies, copy, 'node_modules/@opentelemetry/api')
beforeAll(async () => {
  copies = await mkdtemp(join(tmpdir(), 'api-'))
  if (!isInstalled) return
  for (const [copy, version] of Object.entries(VERSIONS)) {
    await cp(join(folder, 'node_modules/@opentelemetry/api'), apiFolder(copy), { recursive: true })
    for (const file of ['package.json', 'build/src/version.js']) {
      const path = join(apiFolder(copy), file)
      const text = await readFile(path, 'utf8')
      await writeFile(path, text.replace(/(version"?:? ?=? ?["'])[^"']+/i, `$1${version}`))
    }
  }
})
afterAll(() => rm(copies, { recursive: true, force: true }))

async function run(name: string, order: string, copy: string): Promise<{ spans: Exported[]; mode: string }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['set-ups.cjs', name, order, copy], {
    cwd: folder,
    env: {
      ...process.env,
      PROVIDER_ORIGIN: provider().origin,
      TRACESTITCH_ELSEWHERE: join(root, 'dist/index.cjs'),
      ...(copy in VERSIONS && { API_COPY: join(apiFolder(copy), 'build/src/index.js') }),
    },
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { spans: Exported[]; mode: string }
}

const SET_UPS = ['NodeSDK', 'register()', '@vercel/otel', 'Sentry 10', 'Sentry 11']
const orders = ['before', 'after'].flatMap((order) =>
  ['the same', 'another', ...Object.keys(VERSIONS)].map((copy) => [order, copy] as const),
)
/** An ES module, which brings its own copy into the program. */
const IMPORTS_API = '@vercel/otel'

describe.skipIf(!isInstalled).each(SET_UPS)(`${title} %s`, (name) => {
  const tried = orders.filter(([, copy]) => name !== IMPORTS_API || !(copy in VERSIONS))
  test.each(tried)('set up %s autolog(), with %s copy of the API', async (order, copy) => {
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
