import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** Runs a program whose OpenTelemetry set-up waits before it exports, and never flushes. */
async function run(program: string): Promise<string> {
  const source = `
    const { trace: api } = require('@opentelemetry/api')
    const { BatchSpanProcessor, NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')
    const { autolog, trace } = require('./dist/index.cjs')
    let answers = true
    const exporter = {
      export(spans, done) {
        console.log(spans.map(({ name }) => name).join())
        if (answers) setImmediate(done, { code: 0 })
      },
      shutdown: () => Promise.resolve(),
    }
    const register = () => new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: 500 })] }).register()
    ${program}`
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', source], {
    cwd: root,
    env: { ...process.env, OTEL_TRACES_EXPORTER: '' },
  })
  return stdout.trim()
}

describe('a program that ends by itself, with an OpenTelemetry set-up of its own', () => {
  it.each([
    ['that was there before', `register(); autolog(); trace('one', () => {})`, 'one'],
    ['that came after autolog()', `autolog(); register(); trace('one', () => {})`, 'one'],
    ['without autolog()', `register(); trace('one', () => {})`, 'one'],
    [
      'and work at its end',
      `register(); trace('one', () => {}); process.once('beforeExit', () => require('node:fs').readFile('package.json', () => trace('two', () => {})))`,
      'one\ntwo',
    ],
    ['and spans of its own only', `register(); autolog(); api.getTracer('app').startSpan('app').end()`, ''],
    ['and no spans', 'register(); autolog()', ''],
    // The processor gives up, and the process ends.
    ['whose backend never answers', `answers = false; register(); autolog(); trace('one', () => {})`, 'one'],
    [
      'that has no flush',
      `api.setGlobalTracerProvider({ getTracer: () => new (require('@opentelemetry/api').ProxyTracer)({}, 'none') }); trace('one', () => console.log('ran'))`,
      'ran',
    ],
  ])('%s', async (_name, program, printed) => {
    expect(await run(program)).toBe(printed)
  })
})
