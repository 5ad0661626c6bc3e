/** Schemas of a response format, and `parse`: what the target is asked, and what an answer that does not fit gives. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { zodResponseFormat } from 'openai/helpers/zod'
import { createClient } from '../../src/index.js'
import { SchemaError } from '../../src/kernel/errors.js'
import { answers, completion, sendJson, startServer, type Behaviour, type FaultServer } from './fault-server.js'

let server: FaultServer
beforeEach(async () => {
  server = await startServer(answers('Hello'))
})
afterEach(() => server.close())

const messages = [{ role: 'user' as const, content: 'hi' }]
const clientFor = () => createClient({ retries: 0, providers: { chat: { baseURL: server.baseURL } } })

describe('structured output', () => {
  const Person = z.object({ name: z.string(), age: z.number() })
  const says =
    (content: string, finish_reason = 'stop', extra: object = {}): Behaviour =>
    (_, response) =>
      sendJson(
        response,
        200,
        completion('', {
          choices: [
            {
              index: 0,
              finish_reason,
              logprobs: null,
              message: { role: 'assistant', content, refusal: null, ...extra },
            },
          ],
        }),
      )

  test('parse with a zod schema', async () => {
    server.behave = says('{"name":"Ada","age":36}')
    const result = await clientFor().chat.completions.parse({ model: 'chat/m', messages, response_format: Person })
    const parsed: { name: string; age: number } | null | undefined = result.choices[0]?.message.parsed
    expect(parsed).toEqual({ name: 'Ada', age: 36 })
    expect(server.seen[0]?.body.response_format).toMatchObject({
      type: 'json_schema',
      json_schema: {
        name: 'answer',
        strict: true,
        schema: { type: 'object', required: ['name', 'age'], additionalProperties: false },
      },
    })
    expect(result._meta.provider).toBe('chat')
  })

  test('what may be left out is nullable where all has to be there', async () => {
    await clientFor().chat.completions.create({
      model: 'chat/m',
      messages,
      response_format: z.object({ a: z.string().optional() }),
    })
    expect(server.seen[0]?.body.response_format).toMatchObject({
      json_schema: {
        strict: true,
        schema: { properties: { a: { type: ['string', 'null'] } }, required: ['a'], additionalProperties: false },
      },
    })
  })

  test("parse with the openai package's helper", async () => {
    server.behave = says('{"name":"Ada","age":36}')
    const result = await clientFor().chat.completions.parse({
      model: 'chat/m',
      messages,
      response_format: zodResponseFormat(Person, 'person'),
    })
    expect(result.choices[0]?.message.parsed).toEqual({ name: 'Ada', age: 36 })
    expect(server.seen[0]?.body.response_format).toMatchObject({ json_schema: { name: 'person' } })
  })

  const misfits: readonly (readonly [string, Behaviour, string])[] = [
    ['content that does not fit', says('{"name":"Ada","age":"secret"}'), 'age'],
    ['content that is no JSON', says('secret words'), 'not JSON'],
    ['content cut at the limit', says('{"name":"secr', 'length'), 'output limit'],
  ]
  test.each(misfits)('%s is a SchemaError with the answer', async (_what, behave, word) => {
    server.behave = behave
    const failure: unknown = await clientFor()
      .chat.completions.parse({ model: 'chat/m', messages, response_format: Person })
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(SchemaError)
    expect((failure as Error).message).toContain(word)
    expect((failure as Error).message).not.toContain('secret')
    expect((failure as SchemaError).partial).toMatchObject({ object: 'chat.completion' })
    expect((failure as SchemaError).attempts).toHaveLength(1)
  })

  test('a refusal parses to null', async () => {
    server.behave = says('', 'stop', { content: null, refusal: 'no' })
    const result = await clientFor().chat.completions.parse({ model: 'chat/m', messages, response_format: Person })
    expect(result.choices[0]?.message).toMatchObject({ parsed: null, refusal: 'no' })
  })
})
