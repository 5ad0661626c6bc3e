/** `tracestitch doctor` in applications as they are installed, with a receiver that takes the test span or refuses it. */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Examination } from '../../src/cli/examination.js'

const root = resolve(import.meta.dirname, '../..')
const own = ['@opentelemetry', '@pydantic', 'zod']

let home: string
let server: Server
let taken: string[]
let status: number

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'tracestitch-doctor-'))
  taken = []
  status = 200
  for (const file of ['package.json', 'prices.json', 'dist'])
    cpSync(join(root, file), join(home, 'node_modules/tracestitch', file), { recursive: true })
  for (const name of own) link(name, name)
  server = createServer((request, response) => {
    taken.push(request.url ?? '')
    request.resume().on('end', () => response.writeHead(status).end())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  rmSync(home, { recursive: true, force: true })
})

function link(name: string, as: string): void {
  const place = join(home, 'node_modules', as)
  mkdirSync(dirname(place), { recursive: true })
  symlinkSync(join(root, 'node_modules', name), place, 'junction')
}

function install(name: string, version: string, code: string): void {
  const folder = join(home, 'node_modules', name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, main: 'index.js' }))
  writeFileSync(join(folder, 'index.js'), code)
}

function application(...names: string[]): void {
  const dependencies = Object.fromEntries(['tracestitch', ...names].map((name) => [name, '*']))
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'app', private: true, dependencies }))
}

function doctor(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; out: string; error: string }> {
  const file = join(home, 'node_modules/tracestitch/dist/cli.cjs')
  const { port } = server.address() as AddressInfo
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, NODE_OPTIONS: '' }
  return new Promise((done) => {
    execFile(
      process.execPath,
      [file, 'doctor', ...args],
      { cwd: home, env: { ...process.env, ...endpoint, ...env } },
      (error, out, said) => done({ code: typeof error?.code === 'number' ? error.code : 0, out, error: said }),
    )
  })
}

async function examined(env: NodeJS.ProcessEnv = {}): Promise<Examination & { code: number }> {
  const { code, out } = await doctor(['--json'], env)
  return { ...(JSON.parse(out) as Examination), code }
}

describe('doctor', () => {
  test('of an application with an SDK and a backend: all is well', async () => {
    link('openai', 'openai')
    application('openai')
    const found = await examined()
    expect(found).toMatchObject({
      code: 0,
      problems: [],
      destination: { mode: 'own', exporter: 'otlp', testSpan: 'acknowledged' },
      apis: [{ name: '@opentelemetry/api' }],
      tools: [],
    })
    expect(found.packages).toMatchObject([{ package: 'openai', status: 'patched' }])
    expect(taken).toEqual(['/v1/traces'])
    const { code, out } = await doctor([])
    expect(code).toBe(0)
    expect(out).toMatch(/^openai +7\S+ +patched/m)
    expect(out).toContain('test span: acknowledged')
    expect(out).toContain('All is well.')
  })

  test('says which package is not traced and why, and which tools trace as well', async () => {
    link('openai', 'openai')
    install('@anthropic-ai/sdk', '9.0.0', 'module.exports = {}')
    install('langsmith', '1.2.3', 'module.exports = {}')
    application('openai', '@anthropic-ai/sdk')
    const found = await examined()
    expect(found.code).toBe(1)
    expect(found.tools).toEqual([{ name: 'langsmith', version: '1.2.3' }])
    expect(found.problems).toEqual([expect.stringMatching(/^@anthropic-ai\/sdk is not traced: .*; tests run 0 - 1/)])
  })

  test('says why the test span did not arrive, and what to set', async () => {
    link('openai', 'openai')
    application('openai')
    status = 401
    const found = await examined({ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20secret-key' })
    expect(found.code).toBe(1)
    expect(found.destination.testSpan).toBe('HTTP 401')
    expect(found.problems).toEqual([
      expect.stringMatching(/did not arrive at 127\.0\.0\.1:\d+: HTTP 401; set OTEL_EXPORTER_OTLP_ENDPOINT/),
    ])
    const { out, error } = await doctor([], { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20secret-key' })
    expect(out + error).not.toContain('secret-key')
  })

  test('sends nothing with --no-send', async () => {
    link('openai', 'openai')
    application('openai')
    const { code, out } = await doctor(['--no-send'])
    expect([code, taken]).toEqual([0, []])
    expect(out).toContain('test span: not sent')
  })

  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['tracing is off', { OTEL_SDK_DISABLED: 'true' }, /^tracing is off/],
    ['spans go nowhere', { OTEL_TRACES_EXPORTER: 'none' }, /^spans go nowhere/],
  ])('%s', async (_what, env, problem) => {
    link('openai', 'openai')
    application('openai')
    expect(await examined(env)).toMatchObject({ code: 1, problems: [expect.stringMatching(problem)] })
    expect(taken).toEqual([])
  })

  test('a folder without a known package is a problem', async () => {
    application()
    expect((await examined()).problems).toEqual([
      expect.stringContaining('no package that autolog() knows is installed here'),
    ])
  })

  test('a package.json that cannot be parsed, and a package that does not load, are problems', async () => {
    install('openai', '6.0.0', 'throw new RangeError("broken")')
    application('openai')
    const { code, problems } = await examined()
    expect([code, problems.length]).toEqual([1, 1])
    writeFileSync(join(home, 'package.json'), '{')
    expect((await examined()).problems).toContainEqual(expect.stringContaining('package.json cannot be read'))
  })

  test('two majors of the OpenTelemetry API are a problem', async () => {
    link('openai', 'openai')
    application('openai')
    install('old/node_modules/@opentelemetry/api', '0.9.0', 'module.exports = {}')
    writeFileSync(
      join(home, 'node_modules/old/package.json'),
      JSON.stringify({ name: 'old', version: '1.0.0', dependencies: { '@opentelemetry/api': '0.9.0' } }),
    )
    application('openai', 'old')
    expect((await examined()).problems).toEqual([expect.stringMatching(/is installed as .*0\.9\.0.*keep one major/)])
  })
})
