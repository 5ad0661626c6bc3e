/** Where strict mode depends on the model, on the address, or on what else a request holds. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createClient } from '../../src/index.js'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { patternIn } from '../../src/protocols/shared/schema/pattern.js'
import { PROVIDERS, at } from './providers.js'

const messages = [{ role: 'user' as const, content: 'x' }]
const Sum = z.strictObject({ a: z.number(), b: z.number() })

interface Sent {
  readonly url: string
  readonly body: JsonObject
  readonly warnings: string
}

async function send(model: string, fields: object, provider: object = {}): Promise<Sent> {
  const id = model.split('/')[0] as string
  let seen: { url: string; body: JsonObject } | undefined
  const answer = id === 'cohere' ? PROVIDERS.cohere.says('{"a":1,"b":2}') : PROVIDERS.openai.says('{"a":1,"b":2}')
  const client = createClient({
    retries: 0,
    providers: { [id]: { apiKey: 'k', ...provider } },
    fetch: (url, init) => {
      seen = { url: String(url), body: JSON.parse(String(init?.body)) as JsonObject }
      return Promise.resolve(Response.json(answer))
    },
  })
  const { _meta: meta } = await client.chat.completions.create({ model, messages, ...fields })
  if (!seen) throw new Error('nothing was sent')
  return { ...seen, warnings: meta.warnings.join('\n') }
}

const fn = (name: string, strict?: boolean, parameters: unknown = Sum): object => ({
  type: 'function',
  function: { name, parameters, ...(strict !== undefined && { strict }) },
})

describe('Groq', () => {
  const answer = { response_format: Sum }

  test.each([
    ['openai/gpt-oss-120b', true, ''],
    ['openai/gpt-oss-20b', true, ''],
    ['moonshotai/kimi-k2-instruct-0905', false, 'sent without strict'],
    ['openai/gpt-oss-safeguard-20b', false, 'sent without strict'],
  ])('%s: strict %s', async (model, strict, warning) => {
    const { body, warnings } = await send(`groq/${model}`, answer)
    expect(at(body, 'response_format.json_schema.strict')).toBe(strict)
    expect(warnings).toContain(warning)
    const { body: tools } = await send(`groq/${model}`, { tools: [fn('f', true)] })
    expect(at(tools, 'tools.0.function.strict')).toBe(strict)
  })

  test('a model without schemas is asked in words', async () => {
    const { body, warnings } = await send('groq/llama-3.3-70b-versatile', answer)
    expect(body['response_format']).toEqual({ type: 'json_object' })
    expect(at(body, 'messages.0.content')).toContain('"additionalProperties":false')
    expect(warnings).toContain('not enforced')
  })

  test('beside tools no format is taken', async () => {
    for (const response_format of [Sum, { type: 'json_object' }]) {
      const { body, warnings } = await send('groq/openai/gpt-oss-20b', { response_format, tools: [fn('f')] })
      expect(body['response_format']).toBeUndefined()
      expect(at(body, 'messages.0')).toMatchObject({ role: 'system' })
      expect(warnings).toContain('not enforced')
    }
  })
})

describe('DeepSeek', () => {
  const model = 'deepseek/deepseek-v4-flash'

  test.each([
    [undefined, 'https://api.deepseek.com/beta/chat/completions'],
    ['https://api.deepseek.com/v1', 'https://api.deepseek.com/beta/chat/completions'],
    ['https://api.deepseek.com/beta/', 'https://api.deepseek.com/beta/chat/completions'],
    ['https://proxy.test/deepseek', 'https://proxy.test/deepseek/beta/chat/completions'],
  ])('strict functions go to the beta of %s', async (baseURL, url) => {
    const sent = await send(model, { tools: [fn('f', true)] }, baseURL === undefined ? {} : { baseURL })
    expect(sent.url).toBe(url)
    expect(at(sent.body, 'tools.0.function.strict')).toBe(true)
    expect(sent.warnings).toContain('/beta')
  })

  test.each([
    ['not strict', [fn('f')], ''],
    ['strict and not', [fn('f', true), fn('g')], 'g is not strict'],
    ['one that does not fit', [fn('f', true), fn('g', true, z.record(z.string(), z.int()))], 'tool g: sent without'],
    ['an inner object without properties', [fn('f', true, z.object({ a: z.object({}) }))], '`properties` at a'],
  ])('%s: all as they were, at the usual address', async (_what, tools, warning) => {
    const { url, body, warnings } = await send(model, { tools })
    expect(url).toBe('https://api.deepseek.com/chat/completions')
    expect(JSON.stringify(body['tools'])).not.toContain('"strict":true')
    expect(warnings).toContain(warning)
  })

  test('a function without arguments is strict too', async () => {
    const { body } = await send(model, { tools: [fn('f', true, { type: 'object', properties: {} })] })
    expect(at(body, 'tools.0.function')).toMatchObject({ strict: true, parameters: { required: [] } })
  })
})

describe('Cohere', () => {
  const model = 'cohere/command-a-03-2025'

  test.each([
    ['strict ones', [fn('f', true), fn('g', true)], true, ''],
    ['strict and not', [fn('f', true), fn('g')], undefined, 'g is not strict'],
    ['one without arguments', [fn('f', true), fn('g', true, z.object({}))], undefined, 'all are sent without strict'],
    [
      'more than 200 properties',
      [1, 2, 3].map((one) =>
        fn(
          `f${one}`,
          true,
          z.object(Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`p${at}`, z.string()]))),
        ),
      ),
      undefined,
      '270 properties of tools',
    ],
  ])('%s', async (_what, tools, strict, warning) => {
    const { body, warnings } = await send(model, { tools })
    expect(body['strict_tools']).toBe(strict)
    expect(warnings).toContain(warning)
  })

  test('beside tools the format is asked for in words', async () => {
    const { body, warnings } = await send(model, { response_format: Sum, tools: [fn('f')] })
    expect(body['response_format']).toBeUndefined()
    expect(JSON.stringify(at(body, 'messages.0'))).toContain('JSON schema')
    expect(warnings).toContain('not enforced')
  })
})

describe('a pattern for whole texts', () => {
  test.each([
    ['^a$', 'a'],
    ['^[A-Z]{3}-\\d+$', '[A-Z]{3}-\\d+'],
    ['a', '.*a.*'],
    ['^a', 'a.*'],
    ['a$', '.*a'],
    ['a|b', '.*(?:a|b).*'],
    ['^(a|b)$', '(a|b)'],
    ['[$^|]', '.*[$^|].*'],
    ['^\\$\\^$', '\\$\\^'],
    ['a\\$', '.*a\\$.*'],
    ['^a|b$', undefined],
    ['a^b', undefined],
    ['^(?!x)$', undefined],
    ['\\bword\\b', undefined],
    ['^$', undefined],
  ])('%s', (pattern, whole) => {
    expect(patternIn('whole', pattern)).toBe(whole)
    expect(patternIn('anchored', pattern)).toBe(whole === undefined ? undefined : `^${whole}$`)
    if (whole === undefined) return
    const [given, written] = [new RegExp(pattern, 'u'), new RegExp(`^(?:${whole})$`, 'u')]
    for (const text of ['', 'a', 'b', 'xax', 'xa', 'ax', 'ABC-12', 'xABC-12', '$', '$^', 'a$', '|'])
      expect({ text, fits: written.test(text) }).toEqual({ text, fits: given.test(text) })
  })
})
