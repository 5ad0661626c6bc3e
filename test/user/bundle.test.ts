/** A program that a bundler has put together with this package, beside its dependencies. Needs the built package. */
import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'
import { startModelServer, type ModelServer } from '../support/model-server.js'

const run = promisify(execFile)
const folder = join(root, 'test/.apps/bundle')

const program = `
  import OpenAI from 'openai'
  import { autolog, costOf } from 'tracestitch'
  import { recordSpans } from 'tracestitch/testing'

  const recorder = recordSpans()
  const log = autolog({ exporter: recorder, modules: { openai: OpenAI } })
  const usage = { prompt_tokens: 1000, completion_tokens: 10, total_tokens: 1010 }
  async function main() {
    await new OpenAI().chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })
    const { usd, missing } = costOf({ provider: 'openai', model: 'gpt-5-mini', usage })
    console.log(JSON.stringify({ names: recorder.spans.map(({ name }) => name), priced: usd > 0, missing }))
  }
  void main()
`

let server: ModelServer

beforeAll(async () => {
  server = await startModelServer()
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'program.mjs'), program)
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

test.each([
  ['esm', 'whole', []],
  ['cjs', 'whole', []],
  ['esm', 'openai apart', ['openai']],
  ['cjs', 'openai apart', ['openai']],
  ['esm', 'tracestitch apart', ['tracestitch', 'tracestitch/testing']],
  ['cjs', 'tracestitch apart', ['tracestitch', 'tracestitch/testing']],
] as const)('%s, %s, is traced and priced', async (format, label, external) => {
  const outfile = join(folder, `${label.replace(' ', '-')}.${format === 'esm' ? 'mjs' : 'cjs'}`)
  await build({
    entryPoints: [join(folder, 'program.mjs')],
    outfile,
    format,
    bundle: true,
    platform: 'node',
    external: [...external],
    // From what is built: by our own compiler settings the package would be its sources.
    tsconfigRaw: '{}',
    // CommonJS has no import.meta, of which the package knows and esbuild warns.
    logOverride: { 'empty-import-meta': 'silent' },
  })
  const { stdout } = await run(process.execPath, [outfile], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${server.origin}/v1` },
  })
  expect(JSON.parse(stdout)).toEqual({ names: ['chat gpt-5-mini'], priced: true, missing: [] })
})
