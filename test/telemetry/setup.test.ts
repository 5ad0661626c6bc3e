import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { OtlpReceiver } from '../../src/testing.js'
import { setUpProcesses } from './set-up-processes.js'
import { ConfigError } from '../../src/kernel/errors.js'
import { setUpTracing } from '../../src/telemetry/set-up/setup.js'
import type { TracingOptions } from '../../src/telemetry/set-up/setup-options.js'

const { root, run, receiver: receiverOf, folder: folderOf } = setUpProcesses()
let receiver: OtlpReceiver
let folder: string
beforeAll(() => {
  receiver = receiverOf()
  folder = folderOf()
})

/** Prints for how many milliseconds the program was kept from ending. */
const HELD = `const done = performance.now(); process.on('exit', () => console.log(performance.now() - done));`
const SPAN = `api.trace.getTracer('app').startSpan('work').end();`

describe.each(['esm', 'cjs'] as const)('a %s program', (format) => {
  it('is traced by one line: context, propagation, and its spans arrive without a flush', async () => {
    const outcome = await run(
      `const handle = setUpTracing();
       const carrier = {};
       api.trace.getTracer('app').startActiveSpan('outer', (outer) => setTimeout(() => {
         api.propagation.inject(api.context.active(), carrier);
         api.trace.getTracer('app').startSpan('inner').end();
         outer.end();
         console.log(JSON.stringify({ carrier, mode: handle.status.mode, id: outer.spanContext() }));
       }, 5));`,
      { format, env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: 'child' } },
    )
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    const { carrier, mode, id } = JSON.parse(outcome.stdout)
    expect(mode).toBe('own')
    expect(carrier).toEqual({ traceparent: `00-${id.traceId}-${id.spanId}-01` })
    expect(receiver.spans.map(({ name, service }) => ({ name, service }))).toEqual([
      { name: 'inner', service: 'child' },
      { name: 'outer', service: 'child' },
    ])
    expect(receiver.spans[0]?.parentSpanId).toBe(id.spanId)
  })
})

describe('a program that ends', () => {
  it('is delayed only briefly when the backend is not there', async () => {
    const outcome = await run(`setUpTracing(); ${SPAN} ${HELD}`, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
    })
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toMatch(
      /^\[tracestitch\] exporting traces to 127\.0\.0\.1:1 failed \(ECONNREFUSED\)[^\n]*\n$/,
    )
    // It waits for an answer, and there is none to wait for.
    expect(Number(outcome.stdout)).toBeLessThan(5_000)
  })

  it('is delayed at most five seconds when the backend never answers', async () => {
    receiver.setFault(() => true)
    const outcome = await run(`setUpTracing(); ${SPAN} ${HELD}`, {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_TIMEOUT: '60000' },
    })
    expect(outcome).toMatchObject({ code: 0 })
    // A minute, if it waited for the exporter.
    expect(Number(outcome.stdout)).toBeLessThan(30_000)
  })

  it('is not delayed when nothing is left to send', async () => {
    const outcome = await run(
      `const handle = setUpTracing(); ${SPAN} await handle.flush(); console.log(process.uptime())`,
      {
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '60000' },
      },
    )
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(receiver.spans).toHaveLength(1)
  })

  it('prints its trees even when it exits by process.exit', async () => {
    const outcome = await run(`setUpTracing({ exporter: 'console' }); ${SPAN} process.exit(3)`)
    expect(outcome.code).toBe(3)
    expect(outcome.stderr).toMatch(/^trace [0-9a-f]{32} .*\nwork /)
  })

  it('gets one warning how to export, if no exporter is named', async () => {
    const outcome = await run(
      `const handle = setUpTracing(undefined, true); ${SPAN} setUpTracing(); console.log(handle.status.exporter)`,
    )
    expect(outcome.stdout).toBe('none\n')
    expect(outcome.stderr).toMatch(/^\[tracestitch\] traces are not exported: set OTEL_EXPORTER_OTLP_ENDPOINT[^\n]*\n$/)
  })
})

describe('the environment', () => {
  it('OTEL_SDK_DISABLED: nothing is registered or loaded', async () => {
    const outcome = await run(
      `const handle = setUpTracing({ exporter: 'console' }); ${SPAN} await handle.flush(); await handle.shutdown();
       console.log(handle.status.mode, Object.keys(require.cache).some((file) => file.includes('sdk-trace')))`,
      { env: { OTEL_SDK_DISABLED: 'true' } },
    )
    expect(outcome).toMatchObject({ code: 0, stdout: 'off false\n', stderr: '' })
  })

  /** What is on `globalThis` for the API, and whether the SDK was loaded. */
  const TAKEN = `Object.keys(globalThis[Symbol.for('opentelemetry.js.api.1')] ?? {}).filter((key) => key !== 'version' && key !== 'metrics'),
    Object.keys(require.cache).some((file) => file.includes('sdk-trace'))`
  const METERED = `api.metrics.setGlobalMeterProvider({ getMeter: () => ({}) });`

  it.each([
    ['no exporter is named', '', 'undefined', {}, [], false],
    ['OTEL_TRACES_EXPORTER=none', '', 'undefined', { OTEL_TRACES_EXPORTER: 'none' }, [], false],
    ["exporter: 'none'", '', `{ exporter: 'none' }`, {}, [], false],
    ["exporter: 'none' and a meter", METERED, `{ exporter: 'none' }`, {}, ['trace', 'context', 'propagation'], true],
    ["exporter: 'none' and a hook", '', `{ exporter: 'none' }, true`, {}, ['trace', 'context', 'propagation'], true],
  ])('%s: what is registered in the process', async (_name, before, options, env, taken, loaded) => {
    const outcome = await run(
      `${before} const handle = setUpTracing(${options}); console.log(JSON.stringify([handle.status.mode, handle.status.exporter, ${TAKEN}])); await handle.flush()`,
      { env },
    )
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(outcome.stdout)).toEqual(['own', 'none', expect.arrayContaining(taken), loaded])
    expect((JSON.parse(outcome.stdout) as unknown[][])[2]).toHaveLength(taken.length)
  })

  it.each([
    ['always_off', undefined, false],
    ['traceidratio', '0', false],
    ['traceidratio', '1', true],
    ['parentbased_always_on', undefined, true],
  ])('OTEL_TRACES_SAMPLER=%s (%s) samples: %s', async (sampler, argument, sampled) => {
    const outcome = await run(
      `setUpTracing(undefined, true); console.log(api.trace.getTracer('a').startSpan('b').isRecording())`,
      {
        env: {
          OTEL_TRACES_EXPORTER: 'none',
          OTEL_TRACES_SAMPLER: sampler,
          ...(argument && { OTEL_TRACES_SAMPLER_ARG: argument }),
        },
      },
    )
    expect(outcome).toMatchObject({ code: 0, stdout: `${sampled}\n`, stderr: '' })
  })

  it('full of invalid values: one warning for each variable, and spans arrive', async () => {
    const env = {
      OTEL_SDK_DISABLED: 'maybe',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ':::',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'sk-secret',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'carrier/pigeon',
      OTEL_EXPORTER_OTLP_TIMEOUT: 'NaN',
      OTEL_EXPORTER_OTLP_COMPRESSION: '7z',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/does/not/exist.pem',
      OTEL_RESOURCE_ATTRIBUTES: '====',
      OTEL_TRACES_SAMPLER: '🎲',
      OTEL_BSP_MAX_QUEUE_SIZE: '0',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '-3',
      OTEL_BSP_SCHEDULE_DELAY: 'soon',
      OTEL_BSP_EXPORT_TIMEOUT: '1e99',
      OTEL_PROPAGATORS: 'smoke',
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '-5',
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: 'x',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '-1',
    }
    const outcome = await run(
      `setUpTracing(); const span = api.trace.getTracer('app').startSpan('work', { attributes: { a: 1 } }); span.addEvent('e'); span.end();`,
      { env },
    )
    expect(outcome.code).toBe(0)
    expect(receiver.spans.map((span) => span.name)).toEqual(['work'])
    const lines = outcome.stderr.trimEnd().split('\n')
    expect(lines.every((line) => line.startsWith('[tracestitch] '))).toBe(true)
    for (const name of Object.keys(env).filter((key) => !/OTLP_ENDPOINT$|_LIMIT$/.test(key))) {
      expect(lines.filter((line) => line.includes(`${name} `))).toHaveLength(1)
    }
    expect(outcome.stderr).not.toContain('secret')
  })

  it('OTEL_PROPAGATORS with baggage: baggage is sent', async () => {
    const source = `setUpTracing(undefined, true); const carrier = {};
      const baggage = api.propagation.createBaggage({ team: { value: 'a' } });
      api.propagation.inject(api.propagation.setBaggage(api.context.active(), baggage), carrier); console.log(JSON.stringify(carrier));`
    const env = { OTEL_TRACES_EXPORTER: 'none' }
    expect((await run(source, { env })).stdout).toBe('{}\n')
    expect((await run(source, { env: { ...env, OTEL_PROPAGATORS: 'baggage' } })).stdout).toBe('{"baggage":"team=a"}\n')
  })
})

describe('a program with a set-up of its own', () => {
  const EXISTING = `
    const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
    const memory = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(memory)] });`

  it('keeps it: spans go there, nothing global is replaced, options are ignored with one warning', async () => {
    const outcome = await run(
      `${EXISTING}
       api.trace.setGlobalTracerProvider(provider);
       const before = { ...globalThis[Symbol.for('opentelemetry.js.api.1')] };
       const handle = setUpTracing({ exporter: 'console', serviceName: 'mine' });
       ${SPAN}
       await handle.flush();
       const after = globalThis[Symbol.for('opentelemetry.js.api.1')];
       const same = Object.keys(after).every((key) => after[key] === before[key]);
       const flushed = memory.getFinishedSpans().map((span) => span.name);
       await handle.shutdown();
       ${SPAN}
       await provider.forceFlush();
       console.log(JSON.stringify({ mode: handle.status.mode, same, flushed, later: memory.getFinishedSpans().length }));`,
    )
    expect(outcome.code).toBe(0)
    expect(JSON.parse(outcome.stdout)).toEqual({ mode: 'existing', same: true, flushed: ['work'], later: 2 })
    expect(outcome.stderr).toMatch(
      /^\[tracestitch\] the program has its own OpenTelemetry set-up[^\n]*exporter, serviceName\n$/,
    )
  })

  it('keeps it without a warning when no option is given', async () => {
    const outcome = await run(
      `${EXISTING} api.trace.setGlobalTracerProvider(provider); console.log(setUpTracing().status.mode)`,
    )
    expect(outcome).toMatchObject({ code: 0, stdout: 'existing\n', stderr: '' })
  })

  it('registered through an older copy of the API is used, context included', async () => {
    const outcome = await run(
      `${EXISTING}
       const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
       globalThis[Symbol.for('opentelemetry.js.api.1')] = { version: '1.4.0', trace: provider, context: new AsyncLocalStorageContextManager().enable() };
       const unseen = api.trace.getTracer('app').startSpan('before').isRecording();
       const handle = setUpTracing();
       api.trace.getTracer('app').startActiveSpan('outer', (outer) => {
         api.trace.getTracer('app').startSpan('inner').end();
         outer.end();
       });
       await handle.flush();
       const [inner, outer] = memory.getFinishedSpans();
       console.log(JSON.stringify({ unseen, mode: handle.status.mode, nested: inner.parentSpanContext.spanId === outer.spanContext().spanId }));`,
    )
    expect(outcome.code).toBe(0)
    expect(JSON.parse(outcome.stdout)).toEqual({ unseen: false, mode: 'existing', nested: true })
    expect(outcome.stderr).toMatch(
      /^\[tracestitch\] the tracer provider was registered through @opentelemetry\/api 1\.4\.0[^\n]*\n$/,
    )
  })

  it('that another copy of the API has only begun does not turn tracing off', async () => {
    const outcome = await run(
      `globalThis[Symbol.for('opentelemetry.js.api.1')] = { version: '1.4.0' };
       const handle = setUpTracing();
       api.trace.getTracer('app').startActiveSpan('outer', (outer) => {
         api.trace.getTracer('app').startSpan('inner').end();
         outer.end();
       });
       await handle.flush();
       console.log(handle.status.mode, handle.status.exported);`,
      { env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } },
    )
    expect(outcome).toMatchObject({ code: 0, stdout: 'own 2\n', stderr: '' })
    expect(receiver.spans[0]?.parentSpanId).toBe(receiver.spans[1]?.spanId)
  })

  it('keeps its context manager and propagator when it has registered only these', async () => {
    const outcome = await run(
      `const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks');
       const manager = new AsyncLocalStorageContextManager().enable();
       api.context.setGlobalContextManager(manager);
       const propagator = { inject() {}, extract: (context) => context, fields: () => [] };
       api.propagation.setGlobalPropagator(propagator);
       setUpTracing({ exporter: 'none' });
       const { context, propagation } = globalThis[Symbol.for('opentelemetry.js.api.1')];
       console.log(context === manager, propagation === propagator);`,
    )
    expect(outcome).toMatchObject({ code: 0, stdout: 'true true\n', stderr: '' })
  })
})

describe('a library with its own copy of the API', () => {
  // A second copy, as a nested node_modules has it.
  const SECOND_COPY = `
    const fs = require('node:fs'); const path = require('node:path');
    const real = path.dirname(require.resolve('@opentelemetry/api'));
    const folder = fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'second-api-'));
    process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
    fs.cpSync(real, path.join(folder, 'node_modules/@opentelemetry/api/build/src'), { recursive: true });
    const other = require(path.join(folder, 'node_modules/@opentelemetry/api/build/src/index.js'));
    const early = other.trace.getTracer('library');`

  it('gets our provider for tracers that it got before', async () => {
    const outcome = await run(
      `${SECOND_COPY}
       const handle = setUpTracing();
       early.startSpan('library work').end();
       await handle.flush();`,
      { env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } },
    )
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(receiver.spans.map((span) => span.name)).toEqual(['library work'])
  })

  it('that has registered a provider is the program’s own set-up', async () => {
    const outcome = await run(
      `${SECOND_COPY}
       const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
       const memory = new InMemorySpanExporter();
       other.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }));
       const handle = setUpTracing();
       ${SPAN}
       console.log(handle.status.mode, memory.getFinishedSpans().length);`,
    )
    expect(outcome).toMatchObject({ code: 0, stdout: 'existing 1\n', stderr: '' })
  })
})

describe('a bundle without the SDK', () => {
  it('runs untraced, and says why', async () => {
    const bundle = await mkdtemp(join(tmpdir(), 'bundle-'))
    try {
      await mkdir(join(bundle, 'node_modules/@opentelemetry'), { recursive: true })
      await symlink(join(root, 'node_modules/@opentelemetry/api'), join(bundle, 'node_modules/@opentelemetry/api'))
      await cp(folder, join(bundle, 'code'), { recursive: true })
      const copy = join(bundle, 'code/setup.cjs')
      const outcome =
        await run(`const { setUpTracing: bundled } = require(${JSON.stringify(copy)}); const handle = bundled({ exporter: 'console' });
        ${SPAN} await handle.flush(); console.log(handle.status.mode)`)
      expect(outcome).toMatchObject({ code: 0, stdout: 'off\n' })
      expect(outcome.stderr).toMatch(/^\[tracestitch\] tracing is off: [^\n]*MODULE_NOT_FOUND[^\n]*\n$/)
    } finally {
      await rm(bundle, { recursive: true, force: true })
    }
  })
})

describe('options', () => {
  it.each<[string, TracingOptions, string]>([
    ['exporter', { exporter: 'zipkin' as 'otlp' }, 'exporter'],
    ['exporter', { exporter: {} as { backend: string } }, 'exporter'],
    ['exporter', { exporter: { backend: 'mlflow', url: 'http://m' } }, 'exporter.backend'],
    ['endpoint', { endpoint: 'localhost:4318' }, 'endpoint'],
    ['headers', { headers: { 'bad name': 'sk-secret' } }, 'headers'],
    ['headers', { headers: { ok: 'sk-secret\n' } }, 'headers'],
    ['serviceName', { serviceName: '' }, 'serviceName'],
    ['resourceAttributes', { resourceAttributes: { a: {} as string } }, 'resourceAttributes.a'],
  ])('a bad %s (%j) is a ConfigError that names it', (_name, options, path) => {
    let thrown: unknown
    try {
      setUpTracing(options)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(ConfigError)
    expect((thrown as ConfigError).path).toBe(path)
    expect((thrown as ConfigError).message).not.toContain('secret')
  })
})
