import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { engine, manifest, run, seesLateESM, temporaryDirectory, write } from './apps.js'

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url))

/** The packages of this project, linked into an app: their real path lies elsewhere, as in a pnpm store. */
function appWith(links: Readonly<Record<string, string>>, main: string): unknown {
  const directory = temporaryDirectory()
  write(directory, {
    ...engine(),
    'package.json': manifest(Object.fromEntries(Object.keys(links).map((name) => [name, '*']))),
    'main.mjs': main,
  })
  for (const [name, folder] of Object.entries(links)) {
    const link = path.join(directory, 'node_modules', name)
    fs.mkdirSync(path.dirname(link), { recursive: true })
    fs.symlinkSync(path.join(modules, folder), link, 'junction')
  }
  return run(directory, 'main.mjs')
}

const integration = (name: string, method: string, keys: readonly string[], entry = '.'): string => `{
  id: '${name}',
  targets: [{ package: '${name}', entry: '${entry}', tested: '0 - 9', instrument(module, patcher) {
    const holder = ${JSON.stringify(keys)}.reduce((value, key) => value?.[key], module)
    patcher.wrap(holder, '${method}', (original) => function (...args) { calls.push('${name}'); return original.apply(this, args) })
  } }],
}`

const OPENAI = integration('openai', 'create', ['OpenAI', 'Chat', 'Completions', 'prototype'])
const ANTHROPIC = integration('@anthropic-ai/sdk', 'create', ['default', 'Messages', 'prototype'])
const LANGCHAIN = integration('@langchain/core', '_configureSync', ['CallbackManager'], './callbacks/manager')

const begin = `import { createRequire } from 'node:module'
  import { entryOf, instrumentModules, findCallerFile, lines } from 'engine'
  const require = createRequire(import.meta.url)
  const calls = []
  const start = (...integrations) => instrumentModules({ integrations: integrations.map(entryOf), callerFile: findCallerFile(), call: () => (original) => original })
  const offline = { apiKey: 'none', baseURL: 'http://127.0.0.1:9', maxRetries: 0 }
  const ended = (promise) => promise.then(() => 'answered', () => 'refused')\n`

describe('real packages', () => {
  it('openai: two majors and both formats of one, found by their package.json', () => {
    const main = `import OpenAI from 'openai'
      import Old from 'openai-v4'
      ${begin}
      const Twin = require('openai')
      const log = start(${OPENAI})
      for (const Client of [OpenAI, Old, Twin]) await ended(new Client(offline).chat.completions.create({ model: 'm', messages: [] }))
      const report = lines(log)
      log.off()
      await ended(new OpenAI(offline).chat.completions.create({ model: 'm', messages: [] }))
      console.log(JSON.stringify([calls, report]))`
    expect(appWith({ openai: 'openai', 'openai-v4': 'openai-v4' }, main)).toEqual([
      ['openai', 'openai', 'openai'],
      [
        expect.stringMatching(/^openai@4\.\S+ esm patched$/),
        expect.stringMatching(/^openai@7\.\S+ cjs patched$/),
        expect.stringMatching(/^openai@7\.\S+ esm patched$/),
      ],
    ])
  })

  it('@anthropic-ai/sdk: the old major under its own name and the new one under an alias', () => {
    const main = `import New from 'claude'
      import Old from '@anthropic-ai/sdk'
      ${begin}
      const log = start(${ANTHROPIC})
      for (const Client of [New, Old]) await ended(new Client(offline).messages.create({ model: 'm', max_tokens: 1, messages: [] }))
      console.log(JSON.stringify([calls.length, lines(log).map((line) => line.replace(/[.]\\S+/, ''))]))`
    expect(appWith({ claude: '@anthropic-ai/sdk', '@anthropic-ai/sdk': 'anthropic-v0' }, main)).toEqual([
      2,
      ['@anthropic-ai/sdk@0 esm patched', '@anthropic-ai/sdk@1 esm patched'],
    ])
  })

  it('@langchain/core: the subpath that holds the callback manager, loaded by another entry', () => {
    const main = `import { RunnableLambda } from '@langchain/core/runnables'
      ${begin}
      const log = start(${LANGCHAIN})
      const answer = await RunnableLambda.from((word) => word + '!').invoke('hello')
      console.log(JSON.stringify([answer, calls.length > 0, lines(log).map((line) => line.split(' ').slice(1))]))`
    expect(appWith({ '@langchain/core': '@langchain/core' }, main)).toEqual(['hello!', true, [['esm', 'patched']]])
  })

  it.each([
    ['ai-v5', 'v2'],
    ['ai-v6', 'v3'],
  ])('%s: exported functions, for importers by name', (folder, specification) => {
    const main = `${begin}
      const log = start({ id: 'ai', targets: [{ package: 'ai', tested: '5 - 6', exports: ['generateText', 'streamText'],
        instrument(module, patcher) {
          const count = (original, active) => function (...args) { if (active()) calls.push(args[0].prompt); return original.apply(this, args) }
          for (const name of ['generateText', 'streamText']) patcher.wrap(module, name, count)
        } }] })
      const { generateText, streamText } = await import('ai')
      const fail = () => { throw new Error('no model') }
      const model = { specificationVersion: '${specification}', provider: 'p', modelId: 'm', supportedUrls: {}, doGenerate: fail, doStream: fail }
      const ask = () => ended(generateText({ model, prompt: 'Hello', maxRetries: 0 }))
      const first = await ask()
      log.off()
      console.log(JSON.stringify([first, await ask(), calls, typeof streamText, log.report()[0].detail ?? '']))`
    const [first, second, calls, type, detail] = appWith({ ai: folder }, main) as [
      string,
      string,
      string[],
      string,
      string,
    ]
    expect([first, second, type]).toEqual(['refused', 'refused', 'function'])
    expect(calls).toEqual(seesLateESM ? ['Hello'] : [])
    // Node 20 does not show the load: the package is found, and what cannot be done is said, a moment later.
    if (!seesLateESM && detail !== '') expect(detail).toMatch(/generateText|installed, not loaded yet/)
  })

  it('finds without loading', () => {
    const main = `${begin}
      const log = start(${OPENAI}, ${ANTHROPIC}, ${LANGCHAIN})
      const loaded = Object.keys(require.cache).filter((file) => /openai|anthropic|langchain/.test(file))
      console.log(JSON.stringify([loaded, log.report().map(({ package: name, status }) => name + ' ' + status).sort()]))`
    expect(
      appWith(
        { openai: 'openai', '@anthropic-ai/sdk': '@anthropic-ai/sdk', '@langchain/core': '@langchain/core' },
        main,
      ),
    ).toEqual([[], ['@anthropic-ai/sdk pending', '@langchain/core pending', 'openai pending']])
  })
})
