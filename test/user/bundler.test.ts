/**
 * SDKs that a bundler has put into a program, and the plugins of `tracestitch/bundler`. The programs run in a folder of their
 * own, without a `node_modules` above it: all they need has to be in them. Needs the built package.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, copyFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import * as esbuild from 'esbuild'
import * as vite from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'
import { OPTIONAL, areInstalled, esbuildOptions, moreBundlers, type Bundle } from './more-bundlers.js'
import { startModelServer, type ModelServer } from '../support/model-server.js'

const run = promisify(execFile)
const folder = join(root, 'test/.apps/bundler')

const { rollupPlugin } = (await import(
  pathToFileURL(join(root, 'dist/bundler.js')).href
)) as typeof import('../../src/bundler.js')

const calls = `
  const { choices } = await new OpenAI().chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })
  const { content } = await new Anthropic().messages.create({ model: 'claude-sonnet-4-6', max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] })
  const usage = { prompt_tokens: 1000, completion_tokens: 10, total_tokens: 1010 }
  const { usd } = costOf({ provider: 'openai', model: 'gpt-5-mini', usage })
  const ours = recorder.spans.filter(({ attributes }) => attributes['gen_ai.operation.name'] === 'chat')
  const report = log.report.filter(({ integration }) => integration !== 'wire').map(({ package: name, status, detail }) => [name, status, detail])
  console.log(JSON.stringify({
    names: ours.map(({ name }) => name),
    tokens: ours.map(({ attributes }) => attributes['gen_ai.usage.output_tokens'] > 0),
    priced: usd > 0,
    mode: log.status.mode,
    report,
    answered: [choices.length, content.length],
  }))`
const imports = `
  import { autolog, costOf } from 'tracestitch'
  import { recordSpans } from 'tracestitch/testing'
  const recorder = recordSpans()`

const programs = {
  'the SDKs are imported first': `
    import OpenAI from 'openai'
    import Anthropic from '@anthropic-ai/sdk'
    ${imports}
    const log = autolog({ exporter: recorder })
    async function main() { ${calls} }
    void main()`,
  'the SDKs are loaded after autolog()': `
    ${imports}
    const log = autolog({ exporter: recorder })
    async function main() {
      const { default: OpenAI } = await import('openai')
      const { default: Anthropic } = await import('@anthropic-ai/sdk')
      ${calls}
    }
    void main()`,
}

const traced = {
  names: ['chat gpt-5-mini', 'chat claude-sonnet-4-6'],
  tokens: [true, true],
  priced: true,
  mode: 'own',
  report: expect.arrayContaining([
    ['openai', 'patched', 'bundled'],
    ['@anthropic-ai/sdk', 'patched', 'bundled'],
  ]),
  answered: [1, 1],
}
/** The Anthropic SDK has a span of its own, which is completed. */
const onTheWire = { ...traced, names: ['chat gpt-5-mini', 'anthropic.messages.create'], report: [] }

let server: ModelServer

beforeAll(async () => {
  server = await startModelServer()
  await mkdir(folder, { recursive: true })
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

/** Runs the program from a folder that has its files and nothing else. */
async function runAlone(outdir: string, file: string): Promise<unknown> {
  const alone = await mkdtemp(join(tmpdir(), 'tracestitch-bundle-'))
  try {
    for (const name of await readdir(outdir)) await copyFile(join(outdir, name), join(alone, name))
    const isProgram = !/\.[cm]js$/.test(file)
    const { stdout } = await run(isProgram ? join(alone, file) : process.execPath, isProgram ? [] : [file], {
      cwd: alone,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        OPENAI_API_KEY: 'sk-test',
        OPENAI_BASE_URL: `${server.origin}/v1`,
        ANTHROPIC_API_KEY: 'sk-ant-test',
        ANTHROPIC_BASE_URL: server.origin,
      },
    })
    return JSON.parse(stdout)
  } finally {
    await rm(alone, { recursive: true, force: true })
  }
}

async function written(label: string, source: string): Promise<{ entry: string; outdir: string }> {
  const name = label.replaceAll(/\W+/g, '-')
  const entry = join(folder, `${name}.mjs`)
  await writeFile(entry, source)
  return { entry, outdir: join(folder, `${name}.out`) }
}

const bundlers: Record<string, Bundle> = {
  async 'esbuild to an ES module'(entry, outdir, withPlugin) {
    await esbuild.build({ ...esbuildOptions(entry, withPlugin), format: 'esm', outfile: join(outdir, 'main.mjs') })
    return 'main.mjs'
  },
  async 'esbuild to CommonJS, minified'(entry, outdir, withPlugin) {
    await esbuild.build({
      ...esbuildOptions(entry, withPlugin),
      format: 'cjs',
      minify: true,
      outfile: join(outdir, 'main.cjs'),
    })
    return 'main.cjs'
  },
  async 'Vite, for a server'(entry, outdir, withPlugin) {
    await vite.build({
      root: folder,
      logLevel: 'silent',
      configFile: false,
      plugins: withPlugin ? [rollupPlugin()] : [],
      ssr: { noExternal: true, external: [...OPTIONAL] },
      build: {
        ssr: entry,
        outDir: outdir,
        minify: false,
        rollupOptions: { output: { entryFileNames: 'main.mjs', inlineDynamicImports: true } },
      },
    })
    return 'main.mjs'
  },
  ...moreBundlers,
}

describe.each(Object.entries(bundlers))('%s', (label, bundle) => {
  test.each(Object.entries(programs))('traces what it has swallowed: %s', async (when, source) => {
    const { entry, outdir } = await written(`${label} ${when}`, source)
    const file = await bundle(entry, outdir, true)
    expect(await runAlone(outdir, file)).toEqual(traced)
  })

  test('without the plugin, the SDKs are not found, and their calls are seen on the wire', async () => {
    const { entry, outdir } = await written(`${label} alone`, programs['the SDKs are imported first'])
    const file = await bundle(entry, outdir, false)
    expect(await runAlone(outdir, file)).toEqual(onTheWire)
  })
})

test.skipIf(areInstalled)('others are not installed, see `npm run bundlers`', () => undefined)
