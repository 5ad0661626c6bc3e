/** What becomes of spans that wait when the process ends, each case in a process of its own. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildSync } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startOtlpReceiver, type OtlpReceiver } from '../../src/testing.js'

const root = resolve(import.meta.dirname, '../..')
let folder: string
let receiver: OtlpReceiver
beforeAll(async () => {
  receiver = await startOtlpReceiver()
  // Inside the project, so that the built file finds its packages.
  folder = mkdtempSync(join(root, 'node_modules/.tracestitch-exit-'))
  const entryPoints = { setup: join(root, 'src/telemetry/set-up/setup.ts') }
  buildSync({
    entryPoints,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    outdir: folder,
    logOverride: { 'empty-import-meta': 'silent' },
  })
})
afterEach(() => {
  receiver.setFault(undefined)
  receiver.clear()
})
afterAll(async () => {
  await receiver?.close()
  rmSync(folder, { recursive: true, force: true })
})

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Runs the code below a set-up whose spans wait for a minute. The process gets `signals`, one after each line `ready`. */
function run(code: string, signals: readonly NodeJS.Signals[] = []) {
  const script = `
    const { setUpTracing } = require(${JSON.stringify(join(folder, 'setup.js'))})
    const { trace } = require('@opentelemetry/api')
    const log = setUpTracing()
    const span = () => trace.getTracer('test').startSpan('work').end()
    const listeners = () => ['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name)).join('')
    const stay = setInterval(() => {}, 60_000)
    ${code}`
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '60000' }
  const child = spawn(process.execPath, ['-e', script], { cwd: folder, env: { ...env, NODE_OPTIONS: '' } })
  const left = [...signals]
  return new Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>((done) => {
    const said = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.stdout += text
      for (const _ of text.matchAll(/ready/g)) child.kill(left.shift())
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
    child.on('close', (exitCode, signal) => done({ ...said, code: exitCode, signal }))
  })
}

describe('a signal that the program does not handle', () => {
  it.each(SIGNALS)('%s sends the spans and then does what it does', async (signal) => {
    expect(await run(`span(); span(); console.log('ready')`, [signal])).toMatchObject({
      signal,
      code: null,
      stderr: '',
    })
    expect(receiver.spans).toHaveLength(2)
  })

  it.each(SIGNALS)('%s finds no listener of ours while no span waits', async (signal) => {
    const ended = await run(
      `console.log(listeners()); span(); console.log(listeners());
       log.flush().then(() => { console.log(listeners()); console.log('ready') })`,
      [signal],
    )
    expect(ended).toMatchObject({ signal, stdout: '000\n111\n000\nready\n' })
  })

  it('ends the process at once when it comes a second time', async () => {
    receiver.setFault(() => true)
    const ended = await run(
      `span(); console.log('ready')
       setInterval(() => { if (listeners() === '000') console.log('ready') }, 5)`,
      ['SIGINT', 'SIGTERM'],
    )
    expect(ended.signal).toBe('SIGTERM')
  })

  it('waits for a backend that never answers, but not for long', async () => {
    receiver.setFault(() => true)
    expect(await run(`span(); console.log('ready')`, ['SIGTERM'])).toMatchObject({ signal: 'SIGTERM' })
  })
})

describe('a signal that the program handles', () => {
  const handler = `process.on('SIGTERM', () => { console.log('handled', process.listenerCount('SIGTERM')); process.exit(7) })`

  it.each([
    ['before its spans', `${handler}; span(); console.log('ready')`],
    ['since', `span(); ${handler}; console.log('ready')`],
  ])('is its own affair: handled %s', async (_, code) => {
    const ended = await run(code, ['SIGTERM'])
    expect(ended).toMatchObject({ code: 7, signal: null, stdout: 'ready\nhandled 1\n' })
    expect(ended.stderr).toBe('[tracestitch] spans that were not sent: 1; await flush() before process.exit()\n')
  })

  it('can be sent again, as libraries do after cleaning up: the spans are sent then', async () => {
    const ended = await run(
      `span(); process.once('SIGINT', () => { span(); process.kill(process.pid, 'SIGINT') }); console.log('ready')`,
      ['SIGINT'],
    )
    expect(ended).toMatchObject({ signal: 'SIGINT' })
  })
})

describe('the end of the program', () => {
  it('by process.exit() says how many spans were lost', async () => {
    const ended = await run(`span(); span(); process.exit(3)`)
    expect(ended).toMatchObject({
      code: 3,
      stderr: '[tracestitch] spans that were not sent: 2; await flush() before process.exit()\n',
    })
  })

  it('without work left sends them', async () => {
    expect(await run(`span(); clearInterval(stay)`)).toMatchObject({ code: 0, stderr: '' })
    expect(receiver.spans).toHaveLength(1)
  })
})
