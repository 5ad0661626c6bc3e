/** `autolog()` as a whole: started once, undone whole, started again; in processes of their own, on the built package. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
let home: string

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'tracestitch-engine-'))
  for (const [name, target] of [
    ['tracestitch', root],
    ...['openai', 'openai-v5', '@anthropic-ai/sdk', '@opentelemetry/api'].map((name) => [
      name,
      join(root, 'node_modules', name),
    ]),
  ] as [string, string][]) {
    const at = join(home, 'node_modules', name === 'openai-v5' ? 'nested/node_modules/openai' : name)
    mkdirSync(dirname(at), { recursive: true })
    symlinkSync(target, at, 'junction')
  }
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name: 'app', dependencies: { openai: '*', nested: '*', '@anthropic-ai/sdk': '*' } }),
  )
  writeFileSync(
    join(home, 'node_modules/nested/package.json'),
    JSON.stringify({ name: 'nested', version: '1.0.0', dependencies: { openai: '*' } }),
  )
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const PRELUDE = `
import { createRequire } from 'node:module'
import { autolog, trace, ConfigError } from 'tracestitch'
const require = createRequire(import.meta.url)
const collect = () => { const names = []; return { names, export: (spans, done) => { names.push(...spans.map((span) => span.name)); done({ code: 0 }) }, shutdown: async () => {} } }
const answer = { id: 'a', object: 'chat.completion', created: 1, model: 'm', choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hi' } }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }
const options = { apiKey: 'k', baseURL: 'http://gw.test/v1', maxRetries: 0, fetch: async () => Response.json(answer) }
const ask = (client) => client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
`

/** Runs an ES module in the app and returns what it prints as JSON. */
function run(code: string, env: Record<string, string> = {}): { out: unknown; err: string } {
  const file = join(home, 'main.mjs')
  writeFileSync(file, PRELUDE + code)
  const script = `const { spawnSync } = require('node:child_process'); const { stdout, stderr } = spawnSync(process.execPath, [${JSON.stringify(file)}], { encoding: 'utf8' }); console.log(JSON.stringify({ stdout, stderr }))`
  const { stdout, stderr } = JSON.parse(
    execFileSync(process.execPath, ['-e', script], {
      cwd: home,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...env } as unknown as NodeJS.ProcessEnv,
      timeout: 100_000,
    }),
  ) as { stdout: string; stderr: string }
  if (stdout === '') throw new Error(stderr)
  return { out: JSON.parse(stdout), err: stderr }
}

test('a second call returns the first handle, and warns once of the options that it ignores', () => {
  const { out, err } = run(`
    const exporter = collect()
    const first = autolog({ exporter })
    const again = [autolog(), autolog({ exporter }), autolog({ captureContent: 'span' }), autolog({ captureContent: 'span' })]
    console.log(JSON.stringify(again.map((log) => log === first)))`)
  expect(out).toEqual([true, true, true, true])
  expect(err.match(/no effect/g)).toHaveLength(1)
  expect(err).toContain('captureContent; call off() first')
})

test('a wrong option: nothing is patched, and the next call works', () => {
  const { out } = run(`
    import OpenAI from 'openai'
    const { create } = OpenAI.Chat.Completions.prototype
    const seen = []
    for (const wrong of [{ semconv: 'x' }, { exporter: { backend: 'mlflow' } }, { headers: { 'bad name': 'x' } }]) {
      try { autolog(wrong); seen.push('started') } catch (error) { seen.push(error instanceof ConfigError) }
    }
    seen.push(OpenAI.Chat.Completions.prototype.create === create)
    autolog({ exporter: 'none' })
    seen.push(OpenAI.Chat.Completions.prototype.create !== create)
    console.log(JSON.stringify(seen))`)
  expect(out).toEqual([true, true, true, true, true])
})

test('off() and on again, with another exporter each time', () => {
  const { out } = run(`
    import OpenAI from 'openai'
    const client = new OpenAI(options)
    const { create } = OpenAI.Chat.Completions.prototype
    const exporters = [collect(), collect()]
    const restored = []
    for (const exporter of exporters) {
      const log = autolog({ exporter })
      await ask(client)
      await log.flush()
      log.off()
      log.off()
      await ask(client)
      restored.push(OpenAI.Chat.Completions.prototype.create === create)
    }
    console.log(JSON.stringify({ restored, names: exporters.map(({ names }) => names) }))`)
  expect(out).toEqual({ restored: [true, true], names: [['chat m'], ['chat m']] })
})

test('a call that is open at off() still ends its span', () => {
  const { out } = run(`
    import OpenAI from 'openai'
    let release, asked
    const sent = new Promise((done) => { asked = done })
    const client = new OpenAI({ ...options, fetch: () => new Promise((done) => { release = () => done(Response.json(answer)); asked() }) })
    const exporter = collect()
    const log = autolog({ exporter })
    const call = ask(client)
    const waiting = call.then(() => undefined)
    await sent
    log.off()
    release()
    await waiting
    await log.flush()
    console.log(JSON.stringify(exporter.names))`)
  expect(out).toEqual(['chat m'])
})

test('the ESM and the CJS build in one process are one: one handle, one span for each call', () => {
  const { out } = run(`
    import OpenAI from 'openai'
    const cjs = require('tracestitch')
    const exporter = collect()
    const log = autolog({ exporter })
    const other = cjs.autolog()
    const clients = [new OpenAI(options), new (require('openai'))(options)]
    await Promise.all(clients.map(ask))
    const ai = cjs.createClient({ providers: { local: { protocol: 'openai-chat', baseURL: 'http://gw.test/v1', apiKey: 'k' } }, fetch: async () => Response.json(answer) })
    const nested = new OpenAI({ ...options, fetch: async () => Response.json(await ai.chat.completions.create({ model: 'local/m', messages: [{ role: 'user', content: 'x' }] })) })
    await ask(nested)
    await log.flush()
    other.off()
    await ask(clients[0])
    await log.flush()
    console.log(JSON.stringify({ same: other === log, names: exporter.names.sort() }))`)
  expect(out).toEqual({ same: true, names: ['attempt local/m', 'chat m', 'chat m', 'chat m'] })
})

test.each([
  ['openai/client', 'OpenAI'],
  ['openai/azure', 'AzureOpenAI'],
  ['nested copy of an older major', 'OpenAI'],
])('a program that only loads %s', (specifier, name) => {
  const { out } = run(`
    const { ${name}: Client } = await import('${specifier.startsWith('openai') ? specifier : './node_modules/nested/node_modules/openai/index.mjs'}')
    const exporter = collect()
    const log = autolog({ exporter })
    await ask(new Client({ ...options, ...('${name}' === 'AzureOpenAI' && { apiVersion: '2026-01-01' }) }))
    await log.flush()
    console.log(JSON.stringify({ names: exporter.names, report: log.report.filter(({ status }) => status === 'patched').map((entry) => [entry.package, entry.format]) }))`)
  expect(out).toEqual({ names: ['chat m'], report: [['openai', 'esm']] })
})

test('an integration that is switched off, and modules that are passed in', () => {
  const { out, err } = run(`
    import OpenAI from 'openai'
    const { create } = OpenAI.Chat.Completions.prototype
    const off = autolog({ exporter: 'none', integrations: { openai: false } })
    const untouched = OpenAI.Chat.Completions.prototype.create === create
    const silent = off.report.every((entry) => entry.integration !== 'openai')
    off.off()
    class Bundled { static Chat = { Completions: class { create() { return answer } } } }
    const log = autolog({ exporter: 'none', modules: { openai: Bundled, nobody: {} } })
    const handed = log.report.find((entry) => entry.detail === 'passed in modules')
    console.log(JSON.stringify({ untouched, silent, handed: handed?.status }))`)
  expect(out).toEqual({ untouched: true, silent: true, handed: 'patched' })
  expect(err).toContain('modules.nobody')
})

test('modules that a later call passes are patched as well, and reported once', () => {
  const { out, err } = run(`
    const bundle = () => class { static Chat = { Completions: class { create() { return answer } } } }
    const [A, B] = [bundle(), bundle()]
    const names = []
    const log = autolog({ exporter: 'none', modules: { openai: A }, onSpanStart: (span) => names.push(span.name) })
    autolog({ modules: { openai: B } })
    autolog({ modules: { openai: B } })
    new A.Chat.Completions().create({ model: 'a' })
    new B.Chat.Completions().create({ model: 'b' })
    const handed = log.report.filter((entry) => entry.detail === 'passed in modules').length
    log.off()
    new B.Chat.Completions().create({ model: 'off' })
    console.log(JSON.stringify({ names, handed }))`)
  expect(out).toEqual({ names: ['chat a', 'chat b'], handed: 1 })
  expect(err).toBe('')
})

test.each([
  ['a set-up that comes later', true],
  ['nobody', false],
])('without an exporter, and with %s: the warning, and when it comes', (_name, later) => {
  const { out, err } = run(`
    import OpenAI from 'openai'
    const beside = createRequire(require.resolve('tracestitch'))
    const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = beside('@opentelemetry/sdk-trace-base')
    const api = beside('@opentelemetry/api')
    const written = []
    const { warn } = console
    console.warn = (line) => written.push(line.includes('traces are not exported'))
    const log = autolog()
    const atStart = written.length
    const exporter = new InMemorySpanExporter()
    if (${later}) api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
    for (let i = 0; i < 2; i++) await new OpenAI(options).chat.completions.create({ model: 'm', messages: [] })
    console.log(JSON.stringify({ atStart, written, spans: exporter.getFinishedSpans().length, mode: log.status.mode }))`)
  expect(out).toEqual(
    later
      ? { atStart: 0, written: [], spans: 2, mode: 'existing' }
      : { atStart: 0, written: [true], spans: 0, mode: 'own' },
  )
  expect(err).toBe('')
})

test('an invalid environment variable gives one warning and does no harm', () => {
  const { out, err } = run(`console.log(JSON.stringify(autolog({ exporter: 'none' }).status.faults))`, {
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'perhaps',
  })
  expect(out).toBe(0)
  expect(err.match(/OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT/g)).toHaveLength(1)
})
