/** Guardrails hold on every operation and in every format, and leave alone what is not text. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { autolog, GuardrailError, type ClientOptions, type GuardrailOptions } from '../../src/index.js'
import type { Provider } from '../client/cache-support.js'
import { completion, exporter, forgetSpans, keepSpans } from '../client/stages-support.js'
import { answering, guarded } from './guardrail-support.js'

const MAIL = 'ann@example.com'
const mask: readonly GuardrailOptions[] = [{ check: 'pii', action: 'mask' }]
const block: readonly GuardrailOptions[] = [{ check: 'pii' }]

type Client = ReturnType<typeof guarded>['client']

/** Operations beside chat: what is asked, and where the text is that the provider gets. */
const OPERATIONS: readonly (readonly [
  name: string,
  run: (client: Client, text: string) => Promise<unknown>,
  answer: object,
])[] = [
  [
    'embeddings',
    (client, text) => client.embeddings.create({ model: 'a/m', input: ['other', text] }),
    { object: 'list', model: 'm', data: [0, 1].map((index) => ({ object: 'embedding', index, embedding: [1] })) },
  ],
  [
    'responses',
    (client, text) =>
      client.responses.create({ model: 'a/m', input: [{ role: 'user', content: [{ type: 'input_text', text }] }] }),
    completion('fine'),
  ],
  [
    'images',
    (client, text) => client.images.generate({ model: 'a/m', prompt: text }),
    { created: 1, data: [{ b64_json: 'aaaa' }] },
  ],
  ['moderations', (client, text) => client.moderations.create({ model: 'a/m', input: text }), { id: 'x', results: [] }],
  [
    'rerank',
    (client, text) => client.rerank.create({ model: 'a/m', query: 'q', documents: [text] }),
    { id: 'r', results: [{ index: 0, relevance_score: 1 }] },
  ],
]

describe.each(OPERATIONS)('%s', (_name, run, answer) => {
  const provider: Provider = () => Response.json(answer)
  const protocol = ['openai-chat', 'openai-embeddings', 'openai-images', 'openai-moderations', 'jina-rerank'] as const
  const options: ClientOptions = { providers: { a: { baseURL: 'http://a/v1', protocol: [...protocol] } } }

  test('a request is blocked', async () => {
    const { client, sent } = guarded(block, provider, options)
    await expect(run(client, `to ${MAIL}`)).rejects.toBeInstanceOf(GuardrailError)
    expect(sent).toEqual([])
  })

  test('a request is masked', async () => {
    const { client, sent } = guarded(mask, provider, options)
    await run(client, `to ${MAIL}`)
    expect(JSON.stringify(sent[0]?.body)).toContain('to [EMAIL]')
    expect(JSON.stringify(sent[0]?.body)).not.toContain(MAIL)
  })
})

describe('in a body of a format of its own', () => {
  const anthropic: ClientOptions = {
    providers: { a: { baseURL: 'http://a/v1', protocol: 'anthropic-messages', apiKey: 'k' } },
  }
  const message = (text: string) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  })
  const asked = (more: object = {}) =>
    new Request('http://tracestitch/v1/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({
        model: 'a/m',
        max_tokens: 10,
        system: `Mail of the shop: ${MAIL}`,
        messages: [{ role: 'user', content: `mine is ${MAIL}` }],
        some_new_field: { kept: true },
        ...more,
      }),
    })

  test('what the hub does not know is kept when it is masked', async () => {
    const { client, sent } = guarded(mask, () => Response.json(message(`yours is ${MAIL}`)), anthropic)
    const answer = (await (await client.fetch(asked())).json()) as ReturnType<typeof message>
    expect(sent[0]?.body).toMatchObject({
      some_new_field: { kept: true },
      system: 'Mail of the shop: [EMAIL]',
      messages: [{ role: 'user', content: 'mine is [EMAIL]' }],
    })
    expect(answer.content).toEqual([{ type: 'text', text: 'yours is [EMAIL]' }])
  })

  test('a block is an error of that format', async () => {
    const { client } = guarded(block, () => Response.json(message('fine')), anthropic)
    const response = await client.fetch(asked())
    expect(response.status).toBe(400)
    expect(response.headers.get('x-should-retry')).toBe('false')
    const body = JSON.stringify(await response.json())
    expect(body).toContain('the guardrail `pii` blocked the request (email)')
    expect(body).not.toContain(MAIL)
  })

  test('a stream is masked in the format of its caller', async () => {
    const { client } = guarded([{ check: 'pii', on: 'output', action: 'mask' }], answering(`yours is ${MAIL}, I think`))
    const response = await client.fetch(asked({ stream: true, model: 'a/m' }))
    const text = await response.text()
    const pieces = [...text.matchAll(/"text_delta","text":"([^"]*)"/g)].map(([, piece]) => piece)
    expect(pieces.join('')).toBe('yours is [EMAIL], I think')
    expect(text).toContain('message_stop')
  })

  test('a stream that is blocked ends with an error of that format', async () => {
    const { client } = guarded([{ check: 'pii', on: 'output' }], answering(`${'Well. '.repeat(60)}yours is ${MAIL}`))
    const text = await (await client.fetch(asked({ stream: true }))).text()
    expect(text).toContain('event: error')
    expect(text).not.toContain('ann@')
    expect(text).not.toContain('message_stop')
  })
})

describe('arguments of tools', () => {
  const call = (given: string) => ({
    id: 'call_1',
    type: 'function',
    function: { name: 'send', arguments: given },
  })
  const given = JSON.stringify({ to: MAIL, body: 'He said "hi"' })
  const hidden = { to: '[EMAIL]', body: 'He said "hi"' }

  test('stay JSON in requests and answers', async () => {
    const answer = completion('')
    const choices = [
      {
        ...answer.choices[0],
        message: { role: 'assistant', content: null, tool_calls: [call(given)] },
        finish_reason: 'tool_calls',
      },
    ]
    const { client, sent } = guarded(mask, () => Response.json({ ...answer, choices }))
    const { choices: got } = await client.chat.completions.create({
      model: 'a/m',
      messages: [
        { role: 'user', content: 'send it' },
        { role: 'assistant', content: null, tool_calls: [call(given) as never] },
        { role: 'tool', tool_call_id: 'call_1', content: `sent to ${MAIL}` },
      ],
    })
    const [, assistant, tool] = sent.flatMap(({ body }) => body['messages']) as {
      tool_calls: [ReturnType<typeof call>]
      content: string
    }[]
    expect(JSON.parse(assistant?.tool_calls[0].function.arguments ?? '')).toEqual(hidden)
    expect(tool?.content).toBe('sent to [EMAIL]')
    const [made] = got[0]?.message.tool_calls ?? []
    expect(JSON.parse((made as ReturnType<typeof call>).function.arguments)).toEqual(hidden)
  })

  test('stay JSON in a stream, wherever it is cut', async () => {
    for (const size of [1, 5, given.length]) {
      const piece = (delta: object, finish: string | null = null) =>
        `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
      const parts = given.match(new RegExp(`.{1,${size}}`, 'g')) ?? []
      const text = [
        piece({ role: 'assistant', content: 'Sending.' }),
        piece({ tool_calls: [{ index: 0, ...call('') }] }),
        ...parts.map((one) => piece({ tool_calls: [{ index: 0, function: { arguments: one } }] })),
        piece({}, 'tool_calls'),
        'data: [DONE]\n\n',
      ].join('')
      const { client } = guarded(mask, () => new Response(text, { headers: { 'content-type': 'text/event-stream' } }))
      let said = ''
      let content = ''
      let finish: unknown
      for await (const { choices } of await client.chat.completions.create({
        model: 'a/m',
        messages: [{ role: 'user', content: 'x' }],
        stream: true,
      })) {
        const [choice] = choices
        content += choice?.delta.content ?? ''
        said += choice?.delta.tool_calls?.[0]?.function?.arguments ?? ''
        finish = choice?.finish_reason ?? finish
      }
      expect(content).toBe('Sending.')
      expect(JSON.parse(said)).toEqual(hidden)
      expect(finish).toBe('tool_calls')
    }
  })
})

describe('a body that hides its text', () => {
  const passed = async (input: unknown, guardrails: readonly GuardrailOptions[] = mask): Promise<unknown> => {
    const { client, sent } = guarded(guardrails, () => Response.json({ id: 'x', results: [] }))
    await client.moderations.create({ model: 'a/m', input: input as string })
    return sent[0]?.body['input']
  }

  test('in a field that is named __proto__', async () => {
    const given: unknown = JSON.parse(`{ "__proto__": { "text": "${MAIL}" }, "text": "to ${MAIL}" }`)
    expect(JSON.stringify(await passed([given]))).toBe('[{"__proto__":{"text":"[EMAIL]"},"text":"to [EMAIL]"}]')
  })

  test('in more levels than are looked at', async () => {
    let deep: unknown = { text: MAIL }
    for (let level = 0; level < 80; level += 1) deep = { content: deep }
    expect(JSON.stringify(await passed([deep]))).not.toContain(MAIL)
    await expect(passed([deep], block)).rejects.toBeInstanceOf(GuardrailError)
  })
})

test('pictures, ids and signatures are left alone', async () => {
  const { client, sent } = guarded(mask, answering('fine'))
  const url = 'data:image/png;base64,AKIA4111111111111111ann@example.com'
  const messages = [
    {
      role: 'user' as const,
      content: [
        { type: 'image_url' as const, image_url: { url } },
        { type: 'text' as const, text: MAIL },
      ],
    },
  ]
  await client.chat.completions.create({ model: 'a/m', messages })
  expect(sent[0]?.body['messages']).toEqual([
    {
      role: 'user',
      content: [
        { type: 'image_url', image_url: { url } },
        { type: 'text', text: '[EMAIL]' },
      ],
    },
  ])
})

test('probabilities of tokens do not spell what was masked', async () => {
  const whole = completion(`to ${MAIL}`)
  const logprobs = { content: [{ token: MAIL, logprob: 0, bytes: null, top_logprobs: [] }], refusal: null }
  const { client } = guarded([{ check: 'pii', on: 'output', action: 'mask' }], () =>
    Response.json({ ...whole, choices: [{ ...whole.choices[0], logprobs }] }),
  )
  const answer = await client.chat.completions.create({
    model: 'a/m',
    messages: [{ role: 'user', content: 'x' }],
    logprobs: true,
  })
  expect(JSON.stringify(answer)).not.toContain(MAIL)
})

test('the cache keeps what callers may see, and is asked with what is sent', async () => {
  const { client, sent } = guarded(mask, answering(`to ${MAIL}`), { cache: true })
  const ask = (text: string) =>
    client.chat.completions.create({ model: 'a/m', messages: [{ role: 'user', content: text }] })
  await ask('from bob@example.com')
  const second = await ask('from carol@example.com')
  expect(sent).toHaveLength(1)
  expect(second._meta.cache).toMatchObject({ hit: 'exact' })
  expect(second.choices[0]?.message.content).toBe('to [EMAIL]')
})

describe('recorded content', () => {
  beforeAll(keepSpans)
  afterAll(forgetSpans)
  beforeEach(() => exporter.reset())

  test('is what was sent and given', async () => {
    const log = autolog({ captureContent: 'span', integrations: { wire: false } })
    try {
      const { client } = guarded(mask, answering(`to ${MAIL}`))
      await client.chat.completions.create({ model: 'a/m', messages: [{ role: 'user', content: `from ${MAIL}` }] })
      const { client: other } = guarded(block, answering('fine'))
      await other.chat.completions
        .create({ model: 'a/m', messages: [{ role: 'user', content: `from ${MAIL}` }] })
        .catch(() => undefined)
      const recorded = JSON.stringify(exporter.getFinishedSpans().map(({ attributes }) => attributes))
      expect(recorded).toContain('from [EMAIL]')
      expect(recorded).toContain('to [EMAIL]')
      expect(recorded).not.toContain(MAIL)
    } finally {
      log.off()
    }
  })
})

test('a stream that guardrails cannot follow is refused, or said to be unchecked', async () => {
  const options: ClientOptions = {
    providers: { a: { baseURL: 'http://a/v1', protocol: ['openai-chat', 'openai-transcriptions'] } },
  }
  const form = () => ({ model: 'a/m', file: new File(['x'], 'a.mp3'), stream: true as const })
  const provider: Provider = () =>
    new Response('data: {"type":"transcript.text.done","text":"x"}\n\n', {
      headers: { 'content-type': 'text/event-stream' },
    })
  const { client } = guarded([{ check: 'pii', on: 'output' }], provider, options)
  await expect(client.audio.transcriptions.create(form())).rejects.toMatchObject({ code: 'guardrail_failed' })
})
