/** A program that names what it uses pays for that alone. Needs the built package. */
import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { providersById } from '../../src/providers/index.js'
import { root } from '../architecture/sources.js'
import { startModelServer, type ModelServer } from '../support/model-server.js'

const providers = providersById()

const run = promisify(execFile)
const folder = join(root, 'test/.apps/core')

const imports = {
  mjs: (names: string, from: string) => `import { ${names} } from '${from}'`,
  cjs: (names: string, from: string) => `const { ${names} } = require('${from}')`,
}
type Format = keyof typeof imports

const program = (format: Format): string => `
  ${imports[format]('createClientWith', 'tracestitch/core')}
  ${imports[format]('anthropicMessages', 'tracestitch/protocols')}
  ${imports[format]('anthropic', 'tracestitch/providers')}

  const createClient = createClientWith({ protocols: [anthropicMessages], providers: [anthropic] })
  async function main() {
    const ai = createClient({ models: { smart: 'anthropic/claude-sonnet-4-6' } })
    const answer = await ai.chat.completions.create({ model: 'smart', messages: [{ role: 'user', content: 'Hello' }] })
    const missing = await ai.responses.create({ model: 'smart', input: 'Hello' }).catch((error) => error)
    const { provider, cost } = answer._meta
    console.log(JSON.stringify([answer.choices[0].message.content, provider, cost.usd > 0, missing.name, missing.message]))
  }
  void main()
`

const said = [
  'Hello! How can I help?',
  'anthropic',
  true,
  'ConfigError',
  'protocols: `openai-responses` is not among the protocols of createClientWith; add openaiResponses of tracestitch/protocols',
]

/** Words of formats that no program here uses. Their paths are in the endpoint, which serves them with what a client has. */
const FOREIGN = ['num_predict', 'done_reason', '/ml/v1/', 'functionDeclarations', 'guardrailConfig', 'verbosity']

let server: ModelServer

beforeAll(async () => {
  server = await startModelServer()
  await mkdir(folder, { recursive: true })
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function runProgram(file: string): Promise<unknown> {
  const env = { ...process.env, NODE_OPTIONS: '', ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: server.origin }
  const { stdout } = await run(process.execPath, [file], { cwd: folder, env })
  return JSON.parse(stdout)
}

/** As a bundler of an application makes it, from what is built: the paths of our own compiler settings do not count. */
async function bundle(name: string, source: string): Promise<string> {
  await writeFile(join(folder, `${name}.mjs`), source)
  const outfile = join(folder, `${name}.bundle.mjs`)
  await build({
    entryPoints: [join(folder, `${name}.mjs`)],
    outfile,
    format: 'esm',
    bundle: true,
    minify: true,
    platform: 'node',
    external: ['@opentelemetry/*', 'eventsource-parser'],
    tsconfigRaw: '{}',
  })
  return readFile(outfile, 'utf8')
}

test.each(['mjs', 'cjs'] as const)('one provider, as %s', async (format) => {
  const file = join(folder, `one.${format}`)
  await writeFile(file, program(format))
  expect(await runProgram(file)).toEqual(said)
})

describe('a bundle', () => {
  test('of one provider works, with no other format and few other rows', async () => {
    const text = await bundle('one', program('mjs'))
    expect(await runProgram(join(folder, 'one.bundle.mjs'))).toEqual(said)
    // Pages of documentation stand beside facts of models too, so the field counts.
    const held = [...providers.values()].filter(({ docs }) => text.includes(`docs:"${docs}"`)).map(({ id }) => id)
    expect(held).toContain('anthropic')
    // Rows come by their first letter.
    expect(held.filter((id) => !/^(?:a|302ai$)/.test(id))).toEqual([])
    expect(FOREIGN.filter((word) => text.includes(word))).toEqual([])
    expect(text).toContain('/v1/messages')
  })

  test('of everything has the words of every format', async () => {
    const text = await bundle('whole', `export { createClient } from 'tracestitch'`)
    expect([...FOREIGN, '"tool_use"'].filter((word) => !text.includes(word))).toEqual([])
  })

  test('of the client alone has no format', async () => {
    const text = await bundle('core', `export { createClientWith } from 'tracestitch/core'`)
    const words = [...FOREIGN, '"tool_use"']
    expect(words.filter((word) => text.includes(word))).toEqual([])
  })

  test.each([
    ['tracestitch/core', 'createClientWith'],
    ['tracestitch/protocols', 'anthropicMessages'],
    ['tracestitch/providers', 'anthropic'],
    ['tracestitch', 'createClient'],
    ['tracestitch/testing', 'recordSpans'],
  ])('of a program that imports %s and uses nothing of it is empty', async (specifier, name) => {
    const text = await bundle('nothing', `import { ${name} } from '${specifier}'\nexport const used = 1`)
    expect(text.length).toBeLessThan(100)
  })

  test('of tracestitch/auto keeps what it is imported for', async () => {
    const text = await bundle('auto', `import 'tracestitch/auto'`)
    expect(text).toContain('tracestitch.v1')
  })
})
