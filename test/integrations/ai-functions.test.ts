/**
 * `ai` in programs that say nothing of telemetry: loaded after `autolog()`, all that its functions do is traced. An ES module
 * needs a Node that shows its load; without, the models are traced.
 */
import { build } from 'esbuild'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { seesLateESM } from '../autolog/apps.js'

const NODE = process.env['TRACESTITCH_TEST_NODE'] ?? process.execPath
const root = resolve(import.meta.dirname, '../..')
const PROVIDER: Readonly<Record<string, string>> = { 5: 'ai-sdk-openai-v2', 6: 'ai-sdk-openai-v3', 7: '@ai-sdk/openai' }
const FOLDER: Readonly<Record<string, string>> = { 5: 'ai-v5', 6: 'ai-v6', 7: 'ai' }

/** What is out of reach when it loads late is loaded early, when the models at least are in reach. */
const isReached = (format: string): boolean => format === 'cjs' || seesLateESM

interface Span {
  readonly name: string
  readonly parent?: string
  readonly status: number
  readonly attributes: Readonly<Record<string, unknown>>
}

interface Output {
  readonly rows: Readonly<Record<string, { readonly outcome: unknown; readonly spans: readonly Span[] }>>
  readonly report?: { readonly status: string; readonly detail?: string }
  readonly facts: unknown
}

let provider: FakeProvider
let home: string
beforeAll(async () => {
  provider = await startFakeProvider()
  home = mkdtempSync(join(tmpdir(), 'tracestitch-ai-'))
})
afterAll(async () => {
  await provider.close()
  rmSync(home, { recursive: true, force: true })
})

async function appOf(version: string): Promise<string> {
  const app = join(home, version)
  const links = { ai: FOLDER[version], '@ai-sdk/openai': PROVIDER[version], '@opentelemetry/api': '@opentelemetry/api' }
  for (const [name, folder] of Object.entries(links)) {
    const at = join(app, 'node_modules', name)
    mkdirSync(dirname(at), { recursive: true })
    symlinkSync(join(root, 'node_modules', folder ?? name), at, 'junction')
  }
  symlinkSync(root, join(app, 'node_modules/tracestitch'), 'junction')
  const dependencies = { ai: '*', '@ai-sdk/openai': '*', tracestitch: '*' }
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, dependencies }))
  writeFileSync(join(app, 'main.cjs'), `require('./app.cjs').run(async (name) => require(name))`)
  writeFileSync(join(app, 'main.mjs'), `import { run } from './app.cjs'; await run((name) => import(name))`)
  await build({
    entryPoints: [join(import.meta.dirname, 'ai-functions.app.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outfile: join(app, 'app.cjs'),
    external: ['@opentelemetry/*'],
    logLevel: 'error',
  })
  return app
}

const apps = new Map<string, Promise<string>>()
async function outputOf(version: string, format: string, mode: string): Promise<Output> {
  if (!apps.has(version)) apps.set(version, appOf(version))
  const app = await (apps.get(version) as Promise<string>)
  const origin = `${provider.origin}/${version}-${format}-${mode}`
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    APP_ORIGIN: origin,
    APP_VERSION: version,
    APP_MODE: mode,
    APP_ORDER: isReached(format) ? 'after' : 'before',
  }
  const stdout = await new Promise<string>((done, fail) => {
    execFile(NODE, [join(app, `main.${format}`)], { cwd: app, env, timeout: 100_000 }, (error, out, err) =>
      out.includes('@@') ? done(out) : fail(new Error(`${error?.message}\n${err}`)),
    )
  })
  return JSON.parse(stdout.split('\n@@')[1] ?? '') as Output
}

const lines = (spans: readonly Span[]): string[] =>
  spans
    .map(
      ({ name, parent, status }) => `${name}${parent === undefined ? '' : ` < ${parent}`}${status === 2 ? ' !' : ''}`,
    )
    .sort((a, b) => a.localeCompare(b))

const chat = 'chat gpt-5.4'
const below = (what: string, parent: string): string[] => [`${what} < ${parent}`, parent]

interface Expected {
  /** Where the functions are reached. */
  readonly all: readonly string[]
  /** What the models, the agents and the channel of 7 show without that. */
  readonly only: readonly string[]
  /** Of 7, where it is neither of these: its channel is there in any case, and does not tell of everything. */
  readonly by7?: readonly string[]
  /** As `only`, of 6. */
  readonly by6?: readonly string[]
  readonly attributes?: Readonly<Record<string, unknown>>
}

const tokens = { 'gen_ai.usage.input_tokens': 11, 'gen_ai.usage.output_tokens': 7 }
const run = (parent: string): Expected => ({
  all: below(chat, parent),
  only: [chat],
  by7: below(chat, parent),
  attributes: tokens,
})
const always = (name: string, attributes: Readonly<Record<string, unknown>>): Expected => ({
  all: [name],
  only: [name],
  attributes,
})
const unseen = (name: string): Expected => ({ all: [name], only: [] })
const agent: Expected = { ...run('invoke_agent helper'), only: below(chat, 'invoke_agent helper') }
const alone: Expected = { all: [chat], only: [chat], attributes: tokens }
const toolOf = [...below(chat, 'invoke_workflow generateText'), 'execute_tool add < invoke_workflow generateText']
const ownRun = below('chat own-1', 'invoke_workflow generateText')
const failed = [`${chat} < invoke_workflow generateText !`, 'invoke_workflow generateText !']

const ROWS: Readonly<Record<string, Expected>> = {
  generateText: run('invoke_workflow generateText'),
  // 6 tells of tools without a flag.
  tool: { all: toolOf, only: [chat], by6: [chat, 'execute_tool add'], by7: toolOf, attributes: tokens },
  streamText: run('invoke_workflow streamText'),
  generateObject: {
    all: [`${chat} < invoke_workflow generateObject`, 'invoke_workflow generateObject !'],
    only: [chat],
    by7: [chat],
    attributes: tokens,
  },
  streamObject: { all: below(chat, 'invoke_workflow streamObject'), only: [chat], by7: [chat], attributes: tokens },
  agent,
  'stream of an agent': agent,
  fails: { all: failed, only: [`${chat} !`], by7: failed },
  'with a name': run('invoke_workflow mine'),
  refused: alone,
  'of an agent that refused': alone,
  // The spans that the program has asked for are its own where nobody can see whom it asks.
  'by a tracer of the program': {
    ...run('invoke_workflow generateText'),
    only: ['ai.generateText', 'ai.generateText.doGenerate < ai.generateText', `${chat} < ai.generateText.doGenerate`],
  },
  'own model': { all: ownRun, only: [], by7: ownRun },
  embed: always('embeddings text-embedding-3-small', { 'gen_ai.usage.input_tokens': 5 }),
  'embedMany, own model': { ...unseen('embeddings own-1'), by7: ['embeddings own-1'] },
  generateImage: always('generate_content gpt-image-1', {
    'gen_ai.output.type': 'image',
    'gen_ai.request.choice.count': 2,
    'tracestitch.usage.generated_images': 2,
  }),
  'generateImage, own model': unseen('generate_content own-1'),
  generateSpeech: always('generate_content tts-1', { 'gen_ai.output.type': 'speech' }),
  transcribe: always('generate_content whisper-1', { 'gen_ai.output.type': 'text' }),
  'embed, refused': { all: [], only: [] },
  'rerank, own model': { ...unseen('rerank own-1'), by7: ['rerank own-1'] },
}

const variants = [
  ['5', 'cjs'],
  ['5', 'mjs'],
  ['6', 'cjs'],
  ['6', 'mjs'],
  ['7', 'mjs'],
] as const

describe.each(variants)('ai %s, %s', (version, format) => {
  const reached = isReached(format)
  let bare: Output
  let own: Output
  beforeAll(async () => {
    bare = await outputOf(version, format, 'bare')
    own = await outputOf(version, format, 'content')
  }, 120_000)

  it('the program sees no difference', () => {
    const outcomesOf = ({ rows }: Output): unknown => Object.entries(rows).map(([name, { outcome }]) => [name, outcome])
    expect(own.facts).toEqual(bare.facts)
    expect(outcomesOf(own)).toEqual(outcomesOf(bare))
    expect(own.report?.status).toBe('patched')
    const missed = reached ? undefined : expect.stringMatching(/generateText, .* cannot be replaced/)
    expect(own.report?.detail).toEqual(version === '7' && !reached ? expect.any(String) : missed)
  })

  it.each(Object.entries(ROWS))('%s', (name, { all, only, by6 = only, by7, attributes = {} }) => {
    if (name.startsWith('rerank') && version === '5') return
    const { spans } = own.rows[name] as { readonly spans: readonly Span[] }
    const expected = version === '7' && by7 ? by7 : reached ? all : version === '6' ? by6 : only
    expect(lines(spans)).toEqual([...expected].sort((a, b) => a.localeCompare(b)))
    const call = spans.find((span) => span.name.startsWith(chat) || /^(?:embed|generate_)/.test(span.name))
    if (call) expect(call.attributes).toMatchObject(attributes)
    for (const span of spans) expect(span.attributes).not.toHaveProperty('tracestitch.unread')
  })

  it('writes no text where content is not captured', { timeout: 120_000 }, async () => {
    const content = JSON.stringify(Object.values(own.rows).map(({ spans }) => spans))
    expect(content).toContain('A question that is private.')
    const without = await outputOf(version, format, 'plain')
    // Spans that the program itself makes by its tracer are its own affair.
    const ours = Object.values(without.rows).flatMap(({ spans }) => spans.filter(({ name }) => !name.startsWith('ai.')))
    const said = JSON.stringify(ours)
    for (const text of ['A question that is private.', 'Hello', 'Own answer', 'ai.prompt'])
      expect(said).not.toContain(text)
  })
})
