/**
 * SDKs that a bundler has put into a program, and the plugins of `tracestitch/bundler`. The programs run in a folder of their
 * own, without a `node_modules` above it: all they need has to be in them. Needs the built package.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, copyFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import * as esbuild from 'esbuild'
import * as vite from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../architecture/sources.js'
import { startModelServer, type ModelServer } from '../support/model-server.js'

const run = promisify(execFile)
const folder = join(root, 'test/.apps/bundler')
const home = join(root, 'test/bundlers/node_modules')

const { esbuildPlugin, rollupPlugin, webpackPlugin } = (await import(
  pathToFileURL(join(root, 'dist/bundler.js')).href
)) as typeof import('../../src/bundler.js')

const calls = `
  const { choices } = await new OpenAI().chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] })
  const { content } = await new Anthropic().messages.create({ model: 'claude-sonnet-4-6', max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] })
  const usage = { prompt_tokens: 1000, completion_tokens: 10, total_tokens: 1010 }
  const { usd } = costOf({ provider: 'openai', model: 'gpt-5-mini', usage })
  // The Anthropic SDK makes spans of its own.
  const ours = recorder.spans.filter(({ name }) => name.startsWith('chat '))
  const report = log.report.filter(({ status }) => status !== 'untraced').map(({ package: name, status, detail }) => [name, status, detail])
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
const untraced = { ...traced, names: [], tokens: [], report: [] }

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
    const { stdout } = await run(process.execPath, [file], {
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

type Bundle = (entry: string, outdir: string, withPlugin: boolean) => Promise<string>

/** Optional peers that no program here needs. */
const OPTIONAL = ['google-auth-library', '@aws-sdk/credential-providers', 'aws4fetch', 'yaml']

const bundlers: Record<string, Bundle> = {
  async 'esbuild to an ES module'(entry, outdir, withPlugin) {
    const plugins = withPlugin ? [esbuildPlugin()] : []
    await esbuild.build({ ...esbuildOptions(entry, plugins), format: 'esm', outfile: join(outdir, 'main.mjs') })
    return 'main.mjs'
  },
  async 'esbuild to CommonJS, minified'(entry, outdir, withPlugin) {
    const plugins = withPlugin ? [esbuildPlugin()] : []
    await esbuild.build({
      ...esbuildOptions(entry, plugins),
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
      ssr: { noExternal: true, external: OPTIONAL },
      build: {
        ssr: entry,
        outDir: outdir,
        minify: false,
        rollupOptions: { output: { entryFileNames: 'main.mjs', inlineDynamicImports: true } },
      },
    })
    return 'main.mjs'
  },
}

function esbuildOptions(entry: string, plugins: esbuild.Plugin[]): esbuild.BuildOptions {
  return {
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    external: OPTIONAL,
    plugins,
    // From what is built: by our own compiler settings the package would be its sources.
    tsconfigRaw: '{}',
    logOverride: { 'empty-import-meta': 'silent' },
  }
}

if (existsSync(join(home, 'webpack')))
  bundlers['webpack'] = async (entry, outdir, withPlugin) => {
    const { default: webpack } = (await import(pathToFileURL(join(home, 'webpack/lib/index.js')).href)) as {
      default: (
        options: unknown,
        done: (error: unknown, stats: { toString(options: unknown): string; hasErrors(): boolean }) => void,
      ) => void
    }
    await new Promise<void>((resolve, reject) => {
      const options = {
        mode: 'production',
        optimization: { minimize: false },
        resolve: { tsconfig: false },
        target: 'node',
        entry,
        output: { path: outdir, filename: 'main.cjs' },
        externals: Object.fromEntries(OPTIONAL.map((name) => [name, `commonjs ${name}`])),
        plugins: withPlugin ? [webpackPlugin()] : [],
      }
      webpack(options, (error, stats) => {
        if (error || stats.hasErrors())
          reject((error as Error) ?? new Error(stats.toString({ all: false, errors: true })))
        else resolve()
      })
    })
    return 'main.cjs'
  }

describe.each(Object.entries(bundlers))('%s', (label, bundle) => {
  test.each(Object.entries(programs))('traces what it has swallowed: %s', async (when, source) => {
    const { entry, outdir } = await written(`${label} ${when}`, source)
    const file = await bundle(entry, outdir, true)
    expect(await runAlone(outdir, file)).toEqual(traced)
  })

  test('without the plugin, the SDKs are not found', async () => {
    const { entry, outdir } = await written(`${label} alone`, programs['the SDKs are imported first'])
    const file = await bundle(entry, outdir, false)
    expect(await runAlone(outdir, file)).toEqual(untraced)
  })
})

test.skipIf(existsSync(join(home, 'webpack')))('webpack: not installed, see `npm run bundlers`', () => undefined)
