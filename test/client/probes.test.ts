/** What is asked of targets that have cooled down, over real sockets, and that nothing of it outlives `close()`. */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, describe, expect, test } from 'vitest'
import { createClient, type AttemptEvent, type ClientOptions } from '../../src/index.js'
import { holdTime } from '../support/held-time.js'
import { faultPair, messages } from './fault-pair.js'
import { answers, eventually, never, sendJson, type Behaviour } from './fault-server.js'

const time = holdTime()
const pair = faultPair()
const fails: Behaviour = (_, response) => sendJson(response, 500, { error: { message: 'down' } })
/** However soon the next request comes. */
const failsOnce = (then: Behaviour): Behaviour => {
  let failed = false
  return (...request) => {
    const behave = failed ? then : fails
    failed = true
    return behave(...request)
  }
}
const exporter = new InMemorySpanExporter()
let opened: ReturnType<typeof createClient>[] = []

afterEach(async () => {
  await Promise.all(opened.map((ai) => ai.close()))
  opened = []
  trace.disable()
  context.disable()
  exporter.reset()
})

function clientFor(options: ClientOptions = {}) {
  const ai = createClient({
    providers: {
      bad: { baseURL: pair.bad.baseURL, apiKey: 'k' },
      good: { baseURL: pair.good.baseURL, apiKey: 'k' },
    },
    models: { both: ['bad/m', 'good/m'] },
    retries: 0,
    cooldown: { consecutive: 1, duration: 40 },
    timeout: { total: 3000 },
    probes: { interval: 1 },
    ...options,
  })
  opened.push(ai)
  return ai
}

const ask = (ai: ReturnType<typeof createClient>) => ai.chat.completions.create({ model: 'both', messages })
const stateOf = (ai: ReturnType<typeof createClient>) => ai.health().targets[0]?.state

describe('a target that has cooled down', () => {
  test('is asked by a small request, and serves again once that was answered', async () => {
    const attempts: AttemptEvent[] = []
    const recovered: string[] = []
    pair.bad.behave = failsOnce(answers('well again'))
    const ai = clientFor({
      probes: true,
      hooks: {
        onAttempt: (event) => attempts.push(event),
        onRecover: ({ target }) => recovered.push(target),
      },
    })
    expect((await ask(ai))._meta.provider).toBe('good')
    await time.until(() => stateOf(ai) === 'closed', 'it has recovered without a call')
    expect(recovered).toEqual(['bad/m'])
    expect(pair.bad.seen).toHaveLength(2)
    expect(pair.bad.seen[1]?.body).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'ping' }],
      max_tokens: 16,
    })
    expect(attempts.filter(({ reason }) => reason === 'probe')).toMatchObject([
      { model: 'bad/m', target: 'bad/m', outcome: 'ok', number: 1 },
    ])
    expect((await ask(ai))._meta.provider).toBe('bad')
  })

  test('is asked again after each cooldown while it fails, and every cooldown is longer', async () => {
    const cooldowns: number[] = []
    pair.bad.behave = fails
    const ai = clientFor({ hooks: { onCooldown: ({ ms }) => cooldowns.push(ms) } })
    await ask(ai)
    await time.until(() => cooldowns.length >= 4, 'it has failed some probes')
    expect(cooldowns.slice(0, 4)).toEqual([40, 80, 160, 320])
    expect(pair.good.seen).toHaveLength(1)
  })

  test('gets the request of the options, and not what its targets preset for calls', async () => {
    pair.bad.behave = failsOnce(answers('yes'))
    const ai = clientFor({
      models: { both: [{ model: 'bad/m', params: { max_tokens: 4096, temperature: 2 } }, 'good/m'] },
      probes: { interval: 1, request: { messages: [{ role: 'user', content: 'well?' }], max_tokens: 3 } },
    })
    await ask(ai)
    await time.until(() => stateOf(ai) === 'closed', 'it has recovered')
    expect(pair.bad.seen.at(-1)?.body).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'well?' }],
      max_tokens: 3,
    })
  })

  test('is not asked more often than the interval', async () => {
    pair.bad.behave = fails
    const ai = clientFor({ cooldown: { consecutive: 1, duration: 5, maxDuration: 5 }, probes: { interval: 60_000 } })
    await ask(ai)
    await time.until(() => pair.bad.seen.length === 2, 'it was asked once')
    await time.advance(59_900)
    await time.pass(10)
    expect(pair.bad.seen).toHaveLength(2)
    await time.until(() => pair.bad.seen.length === 3, 'it is asked again')
  })

  test('that does not answer in time stays in cooldown', async () => {
    pair.bad.behave = failsOnce(never)
    const cooldowns: string[] = []
    const ai = clientFor({
      probes: { interval: 1, timeout: 30 },
      hooks: { onCooldown: ({ after }) => cooldowns.push(after) },
    })
    await ask(ai)
    await time.until(() => cooldowns.includes('timeout'), 'the probe has run out of time')
  })
})

describe('no probe is sent', () => {
  test('without the option', async () => {
    pair.bad.behave = fails
    const ai = clientFor({ probes: undefined, cooldown: { consecutive: 1, duration: 10 } })
    await ask(ai)
    await time.pass(80)
    expect(pair.bad.seen).toHaveLength(1)
    expect(stateOf(ai)).toBe('half-open')
  })

  test('a target that only a call has named, or that failed at something else than chat', async () => {
    pair.bad.behave = fails
    const ai = clientFor({ cooldown: { consecutive: 1, duration: 10 } })
    await expect(ai.chat.completions.create({ model: 'bad/other', messages })).rejects.toThrow('down')
    await expect(ai.embeddings.create({ model: 'bad/m', input: 'text' })).rejects.toThrow('down')
    expect(ai.health().targets.map(({ state }) => state !== 'closed')).toEqual([true, false, true])
    await time.pass(80)
    expect(pair.bad.seen).toHaveLength(2)
  })

  test('after close(), which aborts open probes; calls still work', async () => {
    pair.bad.behave = failsOnce(never)
    const ai = clientFor({ cooldown: { consecutive: 1, duration: 20 } })
    await ask(ai)
    await time.until(() => pair.bad.seen.length === 2, 'a probe is under way')
    await ai.close()
    await ai.close()
    await eventually(() => pair.bad.busy() === 0, 'its socket is closed')
    expect(ai.health().targets[0]?.inFlight).toBe(0)
    expect(stateOf(ai)).not.toBe('closed')
    pair.bad.behave = fails
    expect((await ask(ai))._meta.provider).toBe('good')
    const { length } = pair.bad.seen
    await time.pass(80)
    expect(pair.bad.seen).toHaveLength(length)
  })

  test('after close(), also when cooldowns begin later', async () => {
    pair.bad.behave = fails
    const ai = clientFor({ cooldown: { consecutive: 1, duration: 10 } })
    await ai.close()
    expect((await ask(ai))._meta.provider).toBe('good')
    await time.pass(60)
    expect(pair.bad.seen).toHaveLength(1)
  })
})

test('its span says that it is a probe, and belongs to no trace of the program', async () => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  pair.bad.behave = failsOnce(answers('well again'))
  const ai = clientFor()
  await trace.getTracer('program').startActiveSpan('work', async (span) => {
    await ask(ai)
    span.end()
  })
  await time.until(() => stateOf(ai) === 'closed', 'it has recovered')
  const spans = exporter.getFinishedSpans()
  const probes = spans.filter(({ attributes }) => attributes['tracestitch.probe'] === true)
  expect(probes.map(({ name, parentSpanContext }) => [name, parentSpanContext])).toEqual([['chat m', undefined]])
  const tries = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === probes[0]?.spanContext().spanId)
  expect(tries.map(({ attributes }) => attributes['tracestitch.attempt.reason'])).toEqual(['probe'])
})

test('a probe keeps to the limits of its target', async () => {
  pair.bad.behave = fails
  const ai = clientFor({
    models: { both: [{ model: 'bad/m', limits: { rpm: 1 } }, 'good/m'] },
    probes: { interval: 1, timeout: 50 },
  })
  await ask(ai)
  await time.pass(150)
  expect(pair.bad.seen).toHaveLength(1)
  expect(ai.health().targets[0]).toMatchObject({ inFlight: 0 })
})
