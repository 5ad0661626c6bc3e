/** What providers repeat of a request: as long as content is not captured, no error and no span shows it. */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { applySettings, defaultSettings } from '../../src/telemetry/settings.js'
import { startServer, type Behaviour, type FaultServer } from './fault-server.js'

const spanOut = new InMemorySpanExporter()
let server: FaultServer

beforeAll(async () => {
  server = await startServer(() => {})
})
afterAll(() => server.close())
beforeEach(() => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanOut)] }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  applySettings({ ...defaultSettings() })
})
afterEach(() => {
  trace.disable()
  context.disable()
  applySettings(undefined)
  spanOut.reset()
})

const PROMPT = 'My mother is called Ludmila Nováková and was born in 1951'

const REQUEST = {
  model: 'odd/m',
  messages: [
    { role: 'system', content: 'Answer as the oracle of Delphi would' },
    { role: 'user', content: PROMPT },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'look_up', arguments: '{"passport":"CZ-7781-4402"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'She lives at Dlouhá 12, Prague' },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'look_up',
        description: 'Looks a citizen up in the register',
        parameters: {
          type: 'object',
          properties: { passport: { type: 'string', description: 'As printed on page two' } },
        },
      },
    },
  ],
  extra_body: { note: 'for the eyes of the duty officer' },
}
const TOLD = [
  PROMPT,
  PROMPT.slice(10, 30),
  'CZ-7781-4402',
  'Dlouhá 12, Prague',
  'oracle of Delphi',
  'citizen up in the register',
  'printed on page two',
  'eyes of the duty officer',
]

/** A refusal that says what `say` makes of the body. */
const refusal =
  (say: (body: string) => object): Behaviour =>
  ({ body }, response) =>
    void response
      .writeHead(400, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: say(JSON.stringify(body)) }))

const repeated = refusal((body) => ({ message: `bad request: ${body}`, code: PROMPT, type: 'CZ-7781-4402' }))

/** All that is seen of a call that fails. */
async function seenOf(behave: Behaviour, body: object = REQUEST): Promise<string> {
  server.behave = behave
  const ai = createClient({ retries: 0, providers: { odd: { baseURL: server.origin } } })
  const error: unknown = await ai.chat.completions.create(body as never).catch((thrown: unknown) => thrown)
  const spans = spanOut.getFinishedSpans().map(({ attributes, status, events }) => [attributes, status, events])
  return `${inspect(error, { depth: 10 })}${JSON.stringify(error)}${inspect(spans, { depth: 10 })}`
}

test.each([false, true])('it is hidden, stream %s', async (stream) => {
  const shown = await seenOf(repeated, { ...REQUEST, stream })
  for (const text of TOLD) expect(shown).not.toContain(text)
  expect(shown).toContain('bad request')
})

test.each<readonly [string, (text: string) => string, string]>([
  ['over several lines', (text) => text.replaceAll(' ', '\n'), 'born\nin\n1951'],
  ['as in a URL', encodeURIComponent, 'born%20in%201951'],
  ['as in a form', (text) => text.replaceAll(' ', '+'), 'born+in+1951'],
  ['in base64', (text) => Buffer.from(text).toString('base64'), Buffer.from(PROMPT).toString('base64').slice(4, 24)],
  ['with other quotes and spaces', (text) => `[' ${text.replaceAll(' ', "  ' '  ")} ']`, "born  ' '  in"],
])('it is hidden %s, in words and in codes', async (_, written, telling) => {
  const shown = await seenOf(
    refusal(() => ({ message: `bad request: ${written(PROMPT)}`, code: written(PROMPT), type: written(PROMPT) })),
  )
  expect(shown).toContain('bad request')
  expect(shown).not.toContain(telling)
})

test('it is shown where content is captured', async () => {
  applySettings({ ...defaultSettings(), capture: 'span' })
  expect(await seenOf(repeated)).toContain(PROMPT.slice(0, 20))
})

test("the provider's own words are not hidden", async () => {
  const said =
    "Invalid schema for function 'look_up': passport of the model odd/m is not supported, max_tokens must be at most 4096"
  expect(await seenOf(refusal(() => ({ message: said })))).toContain(said)
})

test('a large prompt is searched too, and words of the API are not mistaken for it', async () => {
  const book = `${'It was a bright cold day in April, and the clocks were striking thirteen. '.repeat(20_000)}the secret ending`
  const said = 'This model is not supported. You said: clocks were striking thirteen. the secret ending'
  const shown = await seenOf(
    refusal(() => ({ message: said })),
    { ...REQUEST, messages: [{ role: 'user', content: book }] },
  )
  expect(shown).toContain('This model is not supported')
  expect(shown).not.toMatch(/striking|secret ending/)
})

test('the class of a failure is read from the words before they are hidden', async () => {
  const content = 'maximum context length'
  server.behave = refusal(() => ({ message: "This model's maximum context length is 10 tokens" }))
  const classes: string[] = []
  const ai = createClient({
    retries: 0,
    providers: { odd: { baseURL: server.origin } },
    hooks: { onAttempt: ({ outcome }) => void classes.push(outcome) },
  })
  const error: unknown = await ai.chat.completions
    .create({ model: 'odd/m', messages: [{ role: 'user', content }] })
    .catch((thrown: unknown) => thrown)
  expect(classes).toEqual(['context-length'])
  expect(String(error)).not.toContain(content)
})
