/** Runs inside the child process: drives one SDK through all rows of its case and prints a report. */
import { context, trace, type Span } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { setTimeout as sleep } from 'node:timers/promises'
import { autolog, trace as traceStep } from 'tracestitch'
import type { ChildReport, ChildSpan, IntegrationCase, Kit, Mode } from '../contracts/integration.js'

const mode = process.env['CASE_MODE'] as Mode
const origin = process.env['CASE_ORIGIN'] ?? ''
const run = process.env['CASE_RUN'] ?? ''

const unhandled: string[] = []
process.on('unhandledRejection', (error) => unhandled.push(`${currentRow}: ${describe(error).class}`))
let currentRow = ''

export async function runCase<Sdk, Client>(sdk: Sdk, spec: IntegrationCase<Sdk, Client>): Promise<void> {
  const baseOf = (row: { behaviour?: string; name: string }): string => `${origin}/${run}/${row.behaviour ?? 'ok'}`
  const clients = new Map<string, Client>()
  const clientFor = (base: string): Client => {
    const known = clients.get(base) ?? spec.client(sdk, base)
    clients.set(base, known)
    return known
  }
  if (mode === 'before' || mode === 'bare') for (const row of spec.rows) clientFor(baseOf(row))

  const originals = spec.patched(sdk).map(([holder, name]) => (holder as Record<string, unknown> | undefined)?.[name])
  const finished: ReadableSpan[] = []
  const started: Span[] = []
  const log = mode === 'bare' ? undefined : start(finished, started)
  const sameHandle = log === undefined || autolog() === log
  const patched = spec.patched(sdk).map(([holder, name]) => (holder as Record<string, unknown> | undefined)?.[name])

  const outcomes: Record<string, unknown> = {}
  const skipped: Record<string, string> = {}
  const traces: Record<string, string> = {}
  const version = process.env['CASE_VERSION'] ?? ''
  for (const row of spec.rows) {
    const client = clientFor(baseOf(row))
    const reason = row.skip?.(version, client)
    if (reason) {
      skipped[row.name] = reason
      continue
    }
    currentRow = row.name
    const began = performance.now()
    outcomes[row.name] = await inRoot(row.name, traces, () =>
      Promise.race([kit.outcome(row.run(client, kit)), sleep(15_000, 'row timed out', { ref: false })]),
    )
    await settle(row.collectGarbage === true, () => started.every((span) => !span.isRecording()))
    if (process.env['CASE_DEBUG']) process.stderr.write(`${Math.round(performance.now() - began)} ms ${row.name}\n`)
  }

  await log?.flush()
  log?.off()
  const restored = spec.patched(sdk).flatMap(([holder, name], i) => {
    const now = (holder as Record<string, unknown> | undefined)?.[name]
    const wasPatched = mode === 'bare' || originals[i] === undefined || patched[i] !== originals[i]
    return now === originals[i] && wasPatched ? [] : [`${name}${wasPatched ? '' : ' was never patched'}`]
  })
  const report: ChildReport = {
    version,
    outcomes,
    skipped,
    traces,
    spans: finished.map((span) => toChildSpan(span, finished)),
    open: started.filter((span) => span.isRecording()).map((span) => describeSpan(span, traces)),
    unhandled,
    sameHandle,
    restored,
    report: log ? JSON.parse(JSON.stringify(log.report)) : [],
  }
  process.stdout.write(`\n@@REPORT@@${JSON.stringify(report)}\n`, () => process.exit(0))
}

function start(finished: ReadableSpan[], started: Span[]): ReturnType<typeof autolog> {
  const boom = (): never => {
    throw new Error('hostile')
  }
  if (mode === 'hostile') {
    return autolog({
      captureContent: 'both',
      redact: boom,
      onSpanStart: boom,
      onSpanEnd: boom,
      exporter: { export: boom, shutdown: async () => boom(), forceFlush: async () => boom() },
    })
  }
  return autolog({
    captureContent: 'span',
    onSpanStart: (span) => started.push(span),
    exporter: {
      export: (spans, done) => {
        finished.push(...spans)
        done({ code: 0 })
      },
      shutdown: async () => undefined,
    },
  })
}

async function inRoot<T>(name: string, traces: Record<string, string>, fn: () => Promise<T>): Promise<T> {
  if (mode === 'bare') return fn()
  return trace.getTracer('test').startActiveSpan(`row ${name}`, async (span) => {
    traces[span.spanContext().traceId] = name
    try {
      return await fn()
    } finally {
      span.end()
    }
  })
}

/** Gives open spans of the row a moment to end, collecting garbage where the row asks for it. */
async function settle(collect: boolean, done: () => boolean): Promise<void> {
  for (let i = 0; i < 1_000 && !done(); i++) {
    if (collect) globalThis.gc?.()
    await sleep(20)
  }
}

const kit: Kit = {
  inSpan(name, fn) {
    if (mode === 'bare') return fn()
    const span = trace.getTracer('test').startSpan(name)
    return context.with(trace.setSpan(context.active(), span), fn).finally(() => span.end())
  },
  inRetriever: (name, fn) => (mode === 'bare' ? fn() : traceStep(name, fn, { kind: 'retriever' })),
  async outcome(result) {
    try {
      return { value: plain(await result) }
    } catch (error) {
      return { error: describe(error) }
    }
  },
  shapeOf: (value) => ({
    class: Object.getPrototypeOf(value)?.constructor?.name,
    promise: value instanceof Promise,
    keys: Object.keys(value).sort(),
  }),
  async collect(stream, limit = Infinity) {
    const items: unknown[] = []
    for await (const item of stream) {
      items.push(plain(item))
      if (items.length >= limit) break
    }
    return items
  },
  async text(stream) {
    let text = ''
    const decoder = new TextDecoder()
    for await (const piece of stream as AsyncIterable<Uint8Array | string>) {
      text += typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true })
    }
    return text
  },
  wait: (ms) => sleep(ms),
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

function describe(error: unknown): Record<string, unknown> & { class: string } {
  const { name, message, status, code, type, constructor } = error as Record<string, unknown>
  return {
    class: String((constructor as { name?: string } | undefined)?.name),
    name,
    message: String(message).replaceAll(run, 'RUN'),
    status,
    code,
    type,
    keys: typeof error === 'object' && error !== null ? Object.keys(error).sort() : [],
  }
}

function describeSpan(span: Span, traces: Readonly<Record<string, string>>): string {
  return `${(span as unknown as ReadableSpan).name} of ${traces[span.spanContext().traceId] ?? 'no row'}`
}

function toChildSpan(span: ReadableSpan, all: readonly ReadableSpan[]): ChildSpan {
  const parentSpanId = span.parentSpanContext?.spanId
  return {
    name: span.name,
    traceId: span.spanContext().traceId,
    spanId: span.spanContext().spanId,
    parentSpanId,
    parentName: all.find((other) => other.spanContext().spanId === parentSpanId)?.name,
    kind: span.kind,
    status: span.status.code,
    attributes: { ...span.attributes },
    scope: span.instrumentationScope.name,
  }
}
