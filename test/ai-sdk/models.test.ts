/** What a conversation keeps, and the other kinds of models. */
import { generateImage, generateSpeech, generateText, rerank, streamText, transcribe } from 'ai'
import { expect, test } from 'vitest'
import { aiSdk } from '../../src/ai-sdk.js'
import type { AskedMessage } from '../../src/ai-sdk/ai-asked.js'
import { createClient, type Client } from '../../src/index.js'
import { completion, scripted } from './scripted.js'

const PIXEL = 'iVBORw0KGgo='

/** A client of Anthropic that records what it is sent. */
function anthropic(answer: () => Response): { readonly client: Client; readonly bodies: Record<string, unknown>[] } {
  const bodies: Record<string, unknown>[] = []
  const client = createClient({
    providers: { anthropic: { apiKey: 'k' } },
    retries: 0,
    async fetch(input, init) {
      bodies.push((await new Request(input as string, init).json()) as Record<string, unknown>)
      return answer()
    },
  })
  return { client, bodies }
}

const THINKING = { type: 'thinking', thinking: 'Hm', signature: 'sig-1' }
const REDACTED = { type: 'redacted_thinking', data: 'opaque' }
const TEXT = { type: 'text', text: 'Hi' }

const message = (): Response =>
  Response.json({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [THINKING, REDACTED, TEXT],
    stop_reason: 'end_turn',
    usage: { input_tokens: 3, output_tokens: 2 },
  })

function events(): Response {
  const blocks = [THINKING, REDACTED, TEXT].flatMap((block, index) => {
    const deltas =
      block.type === 'thinking'
        ? [
            { type: 'thinking_delta', thinking: 'Hm' },
            { type: 'signature_delta', signature: 'sig-1' },
          ]
        : block.type === 'text'
          ? [{ type: 'text_delta', text: 'Hi' }]
          : []
    const empty = { thinking: { type: 'thinking', thinking: '', signature: '' }, text: { type: 'text', text: '' } }
    return [
      { type: 'content_block_start', index, content_block: empty[block.type as 'text'] ?? block },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]
  })
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', content: [] }
  const all = [
    { type: 'message_start', message: { ...head, usage: { input_tokens: 3, output_tokens: 0 } } },
    ...blocks,
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ]
  const text = all.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
}

test.each(['generateText', 'streamText'] as const)('thinking of %s comes back signed', async (way) => {
  const { client, bodies } = anthropic(way === 'streamText' ? events : message)
  const model = aiSdk(client)('anthropic/claude-sonnet-4-5')
  const first = { role: 'user', content: 'Hello' } as const
  const result =
    way === 'generateText' ? await generateText({ model, prompt: 'Hello' }) : streamText({ model, prompt: 'Hello' })
  const { messages } = await result.response
  expect(await result.text).toBe('Hi')
  expect(await result.reasoningText).toBe('Hm')
  const after = way === 'generateText' ? generateText({ model, messages: [first, ...messages, first] }) : undefined
  if (after) await after
  else
    for await (const piece of streamText({ model, messages: [first, ...messages, first] }).textStream)
      expect(piece).toBe('Hi')
  const sent = bodies[1]?.['messages'] as { content: unknown }[]
  expect(sent[1]?.content).toEqual([THINKING, REDACTED, TEXT])
})

test('prompts of every version are read: files bare and in objects, results of tools', async () => {
  const { client, sent } = scripted(() => completion({ content: 'Hi' }))
  const prompt: AskedMessage[] = [
    { role: 'system', content: 'S', providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } },
    {
      role: 'user',
      content: [
        { type: 'file', mediaType: 'image/png', data: new URL('https://x.test/a.png') },
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: PIXEL } },
        { type: 'file', mediaType: 'application/pdf', data: PIXEL, filename: 'a.pdf' },
        { type: 'file', mediaType: 'audio/mpeg', data: PIXEL },
        { type: 'file', mediaType: 'application/pdf', data: { type: 'reference', reference: { openai: 'file-1' } } },
      ],
    },
    { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 't', input: { a: 1 } }] },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'c1', toolName: 't', output: { type: 'error-text', value: 'broken' } },
      ],
    },
  ]
  const result = await aiSdk(client).languageModel('main/m').doGenerate({ prompt })
  // Both are what this format lacks: nothing of the prompt was left out.
  expect(result.warnings).toMatchObject([
    { message: expect.stringMatching('failure of a tool') as string },
    { message: expect.stringMatching('cache_control') as string },
  ])
  const messages = sent[0]?.body['messages'] as { content: unknown }[]
  expect(messages[1]?.content).toEqual([
    { type: 'image_url', image_url: { url: 'https://x.test/a.png' } },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
    { type: 'file', file: { file_data: `data:application/pdf;base64,${PIXEL}`, filename: 'a.pdf' } },
    { type: 'input_audio', input_audio: { data: PIXEL, format: 'mp3' } },
    { type: 'file', file: { file_id: 'file-1' } },
  ])
  expect(messages[3]).toMatchObject({ role: 'tool', tool_call_id: 'c1', content: 'broken' })
})

test('a tool that runs at a provider is a warning, and the choice of it goes too', async () => {
  const { client, sent } = scripted(() => completion({ content: 'Hi' }))
  const result = await aiSdk(client)
    .languageModel('main/m')
    .doGenerate({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
      tools: [{ type: 'provider', name: 'web_search' }],
      toolChoice: { type: 'required' },
    })
  expect(result.warnings).toMatchObject([
    { type: 'unsupported', feature: expect.stringMatching('web_search') as string },
  ])
  expect(sent[0]?.body).not.toHaveProperty('tool_choice')
})

test('images, speech, transcripts and rankings', async () => {
  const { client, sent } = scripted(({ url }) => {
    if (url.endsWith('/images/generations')) return Response.json({ created: 1, data: [{ b64_json: PIXEL }] })
    if (url.endsWith('/audio/speech'))
      return new Response(new Uint8Array([73, 68, 51, 4]), { headers: { 'content-type': 'audio/mpeg' } })
    if (url.endsWith('/audio/transcriptions')) return Response.json({ text: 'hello', language: 'en', duration: 1.5 })
    return Response.json({
      id: 'r1',
      results: [
        { index: 1, relevance_score: 0.9 },
        { index: 0, relevance_score: 0.1 },
      ],
    })
  })
  const provider = aiSdk(client)
  const { image } = await generateImage({
    model: provider.imageModel('main/i'),
    prompt: 'a cat',
    size: '8x8',
  })
  expect(image.base64).toBe(PIXEL)
  const { audio } = await generateSpeech({ model: provider.speechModel('main/v'), text: 'hello' })
  expect([...audio.uint8Array]).toEqual([73, 68, 51, 4])
  const heard = await transcribe({ model: provider.transcriptionModel('main/t'), audio: audio.uint8Array })
  expect(heard).toMatchObject({ text: 'hello', language: 'en', durationInSeconds: 1.5 })
  const { ranking } = await rerank({ model: provider.rerankingModel('main/r'), documents: ['a', 'b'], query: 'b' })
  expect(ranking).toMatchObject([
    { originalIndex: 1, document: 'b' },
    { originalIndex: 0, document: 'a' },
  ])
  expect(sent.map(({ body }) => body['model'])).toEqual(['i', 'v', undefined, 'r'])
})

test('a reader that leaves ends the stream of the provider', async () => {
  let cancelled = false
  const chunk = `data: ${JSON.stringify({ id: '1', choices: [{ index: 0, delta: { content: 'a' }, finish_reason: null }] })}\n\n`
  const body = new ReadableStream<Uint8Array>({
    pull: (sink) => sink.enqueue(new TextEncoder().encode(chunk)),
    cancel: () => void (cancelled = true),
  })
  const { client } = scripted(() => new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
  const { stream } = await aiSdk(client)
    .languageModel('main/m')
    .doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] })
  const reader = stream.getReader()
  for (let read = 0; read < 5; read += 1) await reader.read()
  await reader.cancel()
  expect(cancelled).toBe(true)
})
