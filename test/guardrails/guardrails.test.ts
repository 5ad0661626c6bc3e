/** What guardrails do to calls: each kind of check, on requests and answers, whole and as streams. */
import { describe, expect, test } from 'vitest'
import { GuardrailError, type GuardrailOptions } from '../../src/index.js'
import { answering, ask, guarded, hear, sentTexts } from './guardrail-support.js'

const MAIL = 'ann@example.com'
const WORD = 'mercury'

/** Each check, with a text that it finds, what it calls it, and the text without it. */
const FINDING: readonly (readonly [
  name: string,
  GuardrailOptions['check'],
  text: string,
  category: string,
  masked: string,
])[] = [
  ['pii', 'pii', `write to ${MAIL} now`, 'email', 'write to [EMAIL] now'],
  ['pii of one kind', { pii: ['email'] }, `write to ${MAIL} now`, 'email', 'write to [EMAIL] now'],
  ['secrets', 'secrets', `key AKIAIOSFODNN7EXAMPLE here`, 'aws_key', 'key [AWS_KEY] here'],
  ['keywords', { keywords: [WORD] }, `all about ${WORD} today`, 'keyword', 'all about [KEYWORD] today'],
  ['regex', { regex: ['order-\\d+'] }, 'see order-77 please', 'regex', 'see [REGEX] please'],
]

describe.each(FINDING)('%s', (_name, check, text, category, masked) => {
  describe.each([false, true])('stream: %s', (stream) => {
    test('block: no request is sent', async () => {
      const { client, sent } = guarded([{ on: 'input', check }], answering('fine'))
      const { error, text: given } = await hear(client, text, stream)
      expect(error).toBeInstanceOf(GuardrailError)
      expect(error).toMatchObject({ on: 'input', category, code: 'guardrail_blocked', isRetryable: false })
      expect(String((error as Error).stack)).not.toContain(text)
      expect([sent.length, given]).toEqual([0, ''])
      expect(client.spend().total.calls).toBe(0)
    })

    test('mask: the provider gets the rest', async () => {
      const { client, sent } = guarded([{ on: 'input', check, action: 'mask' }], answering('fine'))
      const { text: given, meta } = await hear(client, text, stream)
      expect(given).toBe('fine')
      expect(sentTexts(sent)).toEqual([expect.stringContaining(masked)])
      expect(meta?.guardrails).toMatchObject([{ on: 'input', verdict: 'mask', category }])
    })

    test('log: the call goes on as it is', async () => {
      const { client, sent } = guarded([{ check, action: 'log' }], answering(text))
      const { text: given, meta } = await hear(client, text, stream)
      expect(given).toBe(text)
      expect(sentTexts(sent)).toEqual([expect.stringContaining(text)])
      expect(meta?.guardrails).toMatchObject([
        { on: 'input', verdict: 'log', category },
        { on: 'output', verdict: 'log', category },
      ])
    })

    test('block: the answer does not come, and is paid for', async () => {
      const { client } = guarded([{ on: 'output', check }], answering(`${'So. '.repeat(80)}${text}`))
      const { error, text: given } = await hear(client, 'hi', stream)
      expect(error).toMatchObject({ name: 'GuardrailError', on: 'output', category })
      expect(String((error as Error).stack)).not.toContain(text)
      for (const part of [MAIL.slice(0, 4), 'AKIA', WORD.slice(0, 3), 'order-']) expect(given).not.toContain(part)
      expect(client.spend().total.usd).toBeGreaterThan(0)
    })

    test('mask: the answer comes without', async () => {
      const { client } = guarded([{ on: 'output', check, action: 'mask' }], answering(text))
      const { text: given, meta } = await hear(client, 'hi', stream)
      expect(given).toBe(masked)
      expect(meta).toMatchObject({
        guardrails: [{ on: 'output', verdict: 'mask', category }],
        usage: { completion_tokens: 5 },
      })
    })

    test('retry: the same target is asked again', async () => {
      const answers = answering((count) => (count === 0 ? text : 'better'))
      const { client, sent } = guarded([{ on: 'output', check, action: 'retry' }], answers)
      const { text: given, meta, error } = await hear(client, 'hi', stream)
      // A stream cannot be taken back.
      if (stream) return expect(error).toBeInstanceOf(GuardrailError)
      expect(given).toBe('better')
      expect(sentTexts(sent)[1]).toContain(text)
      expect(meta).toMatchObject({
        attempts: [{ target: 'a/m' }],
        guardrails: [{ verdict: 'retry', category }, { verdict: 'allow' }],
      })
      // Both answers are paid for.
      return expect(client.spend().total.usd).toBeCloseTo(2 * (meta?.cost.usd ?? 0), 9)
    })

    test('what is fine passes', async () => {
      const { client, sent } = guarded([{ check }], answering('fine'))
      const { text: given, meta } = await hear(client, 'hello', stream)
      expect([given, sent.length]).toEqual(['fine', 1])
      expect(meta?.guardrails).toMatchObject([
        { on: 'input', verdict: 'allow' },
        { on: 'output', verdict: 'allow' },
      ])
    })
  })
})

const no = (category: string) => () => ({ found: true, category, feedback: 'Say it kindly.' })

describe('a function', () => {
  test.each([false, true])('blocks a request, stream: %s', async (stream) => {
    const { client, sent } = guarded([{ name: 'mine', check: no('rude') }], answering('fine'))
    const { error } = await hear(client, 'hi', stream)
    expect(error).toMatchObject({ guardrail: 'mine', on: 'input', category: 'rude' })
    expect(sent).toEqual([])
  })

  test.each([false, true])('blocks an answer before any of it is given, stream: %s', async (stream) => {
    const { client } = guarded([{ on: 'output', check: no('rude') }], answering('some answer'))
    expect(await hear(client, 'hi', stream)).toMatchObject({ text: '', error: { on: 'output', category: 'rude' } })
  })

  test.each([false, true])('rewrites texts of requests and answers, stream: %s', async (stream) => {
    const shout = ({ texts }: { texts: readonly string[] }) => ({
      found: true,
      texts: texts.map((one) => one.toUpperCase()),
    })
    const { client, sent } = guarded([{ on: 'both', check: shout, action: 'mask' }], answering('some answer'))
    const { text } = await hear(client, 'hello', stream)
    expect(sentTexts(sent)).toEqual([expect.stringContaining('HELLO')])
    expect(text).toBe('SOME ANSWER')
  })

  test('gets the request, the answer and whom it is for', async () => {
    const seen: unknown[] = []
    const { client } = guarded(
      [{ on: 'both', check: ({ signal: _signal, ...given }) => void seen.push(given) }],
      answering('fine'),
    )
    const body = {
      model: 'a/m',
      messages: [
        { role: 'system' as const, content: 'Be brief.' },
        { role: 'user' as const, content: 'first' },
        { role: 'assistant' as const, content: 'yes' },
        { role: 'user' as const, content: 'second' },
      ],
    }
    await client.chat.completions.create(body, { metadata: { user: 'ann' } })
    expect(seen).toMatchObject([
      {
        on: 'input',
        text: 'first\n\nyes\n\nsecond',
        texts: ['Be brief.', 'first', 'yes', 'second'],
        metadata: { user: 'ann' },
        operation: 'chat',
      },
      {
        on: 'output',
        text: 'fine',
        texts: ['fine'],
        answer: { choices: [{}] },
        request: { messages: [{}, {}, {}, {}] },
      },
    ])
  })

  test('may answer as those of @openai/guardrails do', async () => {
    const check = () => ({ tripwireTriggered: true, info: { guardrail_name: 'Jailbreak', flagged: 'text' } })
    const { client } = guarded([{ name: 'x', check }], answering('fine'))
    expect((await hear(client, 'hi', false)).error).toMatchObject({ category: 'Jailbreak' })
  })

  test('is told to the model again and again, up to its retries', async () => {
    const check = ({ text }: { text: string }) =>
      text === 'answer 3' ? undefined : { found: true, feedback: 'Kinder.' }
    const { client, sent } = guarded(
      [{ on: 'output', check, action: 'retry', retries: 3 }],
      answering((count) => `answer ${count}`),
    )
    expect((await hear(client, 'hi', false)).text).toBe('answer 3')
    expect(sentTexts(sent).map((text) => text.split('Kinder.').length - 1)).toEqual([0, 1, 1, 1])
    const { client: other } = guarded([{ on: 'output', check, action: 'retry' }], answering('no'))
    expect((await hear(other, 'hi', false)).error).toBeInstanceOf(GuardrailError)
  })
})

describe('beside the call', () => {
  test.each([false, true])('the answer waits for the verdict, stream: %s', async (stream) => {
    let decide: (found: boolean) => void = () => undefined
    const check = () => new Promise<boolean>((resolve) => (decide = (found) => resolve(!found)))
    const { client, sent } = guarded([{ check, on: 'input', parallel: true }], answering('fine'))
    const heard = hear(client, 'hi', stream)
    await expect.poll(() => sent.length).toBe(1)
    decide(false)
    expect((await heard).text).toBe('fine')
  })

  test.each([false, true])('a block ends the call and its request, stream: %s', async (stream) => {
    let decide: () => void = () => undefined
    const check = () => new Promise<boolean>((resolve) => (decide = () => resolve(false)))
    const { client, sent } = guarded(
      [{ check, on: 'input', parallel: true }],
      ({ signal }) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
    )
    const heard = hear(client, 'hi', stream)
    await expect.poll(() => sent.length).toBe(1)
    decide()
    expect((await heard).error).toMatchObject({ name: 'GuardrailError', on: 'input' })
    expect(sent[0]?.signal?.aborted).toBe(true)
  })
})

test('an answer from the cache waits for a check beside the call too', async () => {
  let decide: (found: boolean) => void = () => undefined
  const check = () => new Promise<boolean>((resolve) => (decide = (found) => resolve(!found)))
  const { client, sent } = guarded([{ check, on: 'input', parallel: true }], answering('fine'), { cache: true })
  const asked = async (found: boolean) => {
    const before = decide
    const heard = hear(client, 'hi', false)
    await expect.poll(() => decide !== before).toBe(true)
    decide(found)
    return heard
  }
  expect((await asked(false)).text).toBe('fine')
  expect((await asked(false)).meta?.cache).toMatchObject({ hit: 'exact' })
  expect(await asked(true)).toMatchObject({ text: '', error: { name: 'GuardrailError' } })
  expect(sent).toHaveLength(1)
})

describe('a scope', () => {
  const scoped = (scope: GuardrailOptions['scope']) =>
    guarded([{ check: { keywords: ['hi'] }, on: 'input', scope }], answering('fine'), { models: { smart: 'a/m' } })
  test.each<[string, GuardrailOptions['scope'], boolean]>([
    ['none', undefined, true],
    ['of its user', { user: 'ann' }, true],
    ['of every user', { user: '*' }, true],
    ['of another', { user: 'bob' }, false],
    ['of its tag', { tag: 'web' }, true],
    ['of its alias', { alias: 'smart' }, true],
    ['of another alias', { alias: 'other' }, false],
  ])('%s', async (_name, scope, holds) => {
    const { client, sent } = scoped(scope)
    const call = client.chat.completions.create(
      { ...ask('hi'), model: 'smart' },
      { metadata: { user: 'ann', tags: ['web'] } },
    )
    if (holds) await expect(call).rejects.toBeInstanceOf(GuardrailError)
    else await call
    expect(sent).toHaveLength(holds ? 0 : 1)
  })
})

test('several run in their order, and each sees what the one before has left', async () => {
  const seen: string[] = []
  const { client, sent } = guarded(
    [
      { check: 'pii', action: 'mask' },
      { on: 'both', check: ({ text }) => void seen.push(text) },
      { check: { keywords: ['email'] }, action: 'mask' },
    ],
    answering(`mail ${MAIL}`),
  )
  expect((await hear(client, `mail ${MAIL}`, false)).text).toBe('mail [[KEYWORD]]')
  expect(seen).toEqual(['mail [EMAIL]', 'mail [EMAIL]'])
  expect(sentTexts(sent)[0]).toContain('mail [[KEYWORD]]')
})

test('a fallback on `content-filter` takes an answer that was blocked', async () => {
  const { client } = guarded(
    [{ on: 'output', check: { keywords: ['bad'] } }],
    ({ url }) =>
      Response.json({
        ...JSON.parse(JSON.stringify({ id: 'x', object: 'chat.completion', created: 1, model: 'm' })),
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: url.startsWith('http://a') ? 'bad' : 'good' },
            finish_reason: 'stop',
          },
        ],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      }),
    { fallbacks: [{ model: 'b/m', on: 'content-filter' }] },
  )
  expect((await hear(client, 'hi', false)).text).toBe('good')
})

describe('max tokens and schemas', () => {
  test('a request with more tokens is blocked', async () => {
    const { client } = guarded([{ check: { maxTokens: 50 } }], answering('fine'))
    expect((await hear(client, 'short', false)).text).toBe('fine')
    expect((await hear(client, 'long '.repeat(100), false)).error).toMatchObject({
      guardrail: 'max-tokens',
      category: 'tokens',
    })
  })

  test.each([
    ['{"a":1}', undefined],
    ['```json\n{"a":1}\n```', undefined],
    ['{"a":"x"}', 'schema'],
    ['no JSON', 'no_json'],
  ])('an answer must fit: %s', async (content, category) => {
    const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }
    const { client } = guarded([{ check: { schema } }], answering(content))
    const { error } = await hear(client, 'hi', false)
    if (category === undefined) expect(error).toBeUndefined()
    else expect(error).toMatchObject({ guardrail: 'schema', category })
  })
})
