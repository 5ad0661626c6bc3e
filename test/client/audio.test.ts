/** Speech and transcription: the `openai` package beside the client, at a server that keeps what it got. */
import { createReadStream } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import type { Upload } from '../../src/index.js'
import { holdTime } from '../support/held-time.js'
import {
  answersJson,
  bodyOf,
  clientFor,
  openai,
  sendJson,
  usePassedServer,
  wire,
  type Seen,
} from './passthrough-server.js'

const traces = usePassedServer()
const formOf = (one: Seen | undefined) =>
  new Response(one?.bytes as Buffer<ArrayBuffer>, {
    headers: { 'content-type': one?.headers['content-type'] ?? '' },
  }).formData()

describe('speech', () => {
  const AUDIO = Buffer.from(Array.from({ length: 300 }, (_, i) => i % 256))
  const BODY = { input: 'Hello', voice: 'alloy' }
  const sendAudio = (_: Seen, response: ServerResponse) =>
    void response.writeHead(200, { 'content-type': 'audio/mpeg', 'x-request-id': 'r1' }).end(AUDIO)

  test('is a Response, as in the openai package', async () => {
    wire.behave = sendAudio
    const theirs = await openai().audio.speech.create({ ...BODY, model: 'm' })
    const ours = await clientFor().audio.speech.create({ ...BODY, model: 'openai/m' })
    expect(ours).toBeInstanceOf(Response)
    expect(ours.headers.get('content-type')).toBe('audio/mpeg')
    expect(ours._meta).toMatchObject({
      provider: 'openai',
      model: 'm',
      cost: { usd: null, missing: [expect.any(String)] },
    })
    expect(traces.inference()).toHaveLength(0)
    expect(Buffer.from(await ours.arrayBuffer())).toEqual(AUDIO)
    expect(Buffer.from(await theirs.arrayBuffer())).toEqual(AUDIO)
    expect(bodyOf(wire.seen[1])).toEqual(bodyOf(wire.seen[0]))
    expect(traces.inference()[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.output.type': 'speech',
    })
  })

  test('is read as it comes', async () => {
    let end = (): void => {}
    wire.behave = (_, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).write(AUDIO)
      end = () => void response.end(AUDIO)
    }
    const { body } = await clientFor().audio.speech.create({ ...BODY, model: 'openai/m' })
    const reader = body!.getReader()
    expect(Buffer.from((await reader.read()).value!)).toEqual(AUDIO)
    end()
    expect(Buffer.from((await reader.read()).value!)).toEqual(AUDIO)
    expect((await reader.read()).done).toBe(true)
    expect(traces.inference()).toHaveLength(1)
  })

  test('a body that nobody reads ends when it is garbage-collected, and not while somebody reads it', async () => {
    wire.behave = (_, response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).write(AUDIO)
    const reader = (await clientFor().audio.speech.create({ ...BODY, model: 'openai/m' })).body!.getReader()
    await clientFor().audio.speech.create({ ...BODY, model: 'openai/m' })
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    await expect.poll(() => (collect(), traces.inference())).toHaveLength(1)
    expect(Buffer.from((await reader.read()).value!)).toEqual(AUDIO)
    await reader.cancel()
    expect(traces.inference()).toHaveLength(2)
  })

  test('a cancelled body ends the call', async () => {
    wire.behave = (_, response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).write(AUDIO)
    const { body } = await clientFor().audio.speech.create({ ...BODY, model: 'openai/m' })
    await body!.cancel()
    expect(traces.inference()).toHaveLength(1)
  })

  test.each<[string, (response: ServerResponse) => void]>([
    ['an error page', (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['an empty body', (response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).end()],
    ['an error as JSON', (response) => sendJson(response, { error: { message: 'no', type: 'server_error' } })],
    ['a reset', (response) => void response.destroy()],
  ])('%s falls back', async (_what, fault) => {
    wire.behave = (request, response) =>
      request.path.startsWith('/down') ? fault(response) : sendAudio(request, response)
    const result = await clientFor().audio.speech.create({ ...BODY, model: 'both' })
    expect(result._meta.attempts).toMatchObject([
      { target: 'down/m', error: expect.any(String) },
      { target: 'openai/m', status: 200 },
    ])
    expect(Buffer.from(await result.arrayBuffer())).toEqual(AUDIO)
  })

  test('a body that breaks off is a typed error', async () => {
    let destroy = (): void => {}
    wire.behave = (_, response) =>
      void response.writeHead(200, { 'content-type': 'audio/mpeg', 'content-length': '600' }).write(AUDIO, () => {
        destroy = () => void response.destroy()
      })
    const cut = await clientFor().audio.speech.create({ ...BODY, model: 'openai/m' })
    destroy()
    await expect(cut.arrayBuffer()).rejects.toMatchObject({ name: 'StreamError', provider: 'openai' })
    expect(traces.inference()).toHaveLength(1)
  })

  describe('time', () => {
    const time = holdTime()

    test('a body that stalls is a typed error', async () => {
      wire.behave = (_, response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).write(AUDIO)
      const stalled = await clientFor({ timeout: { idle: 30 } }).audio.speech.create({ ...BODY, model: 'openai/m' })
      await expect(time.passing(stalled.arrayBuffer())).rejects.toMatchObject({
        name: 'StreamError',
        message: expect.stringContaining('timeout.idle'),
      })
      expect(traces.inference()).toHaveLength(1)
    })
  })
})

describe('transcriptions', () => {
  const AUDIO = Buffer.from('RIFF\r\n--not-a-boundary\r\n\0\x01')
  const ANSWER = {
    text: 'Hello',
    usage: {
      type: 'tokens',
      input_tokens: 14,
      output_tokens: 4,
      total_tokens: 18,
      input_token_details: { text_tokens: 0, audio_tokens: 14 },
    },
  }

  async function entriesOf(one: Seen | undefined) {
    const entries: [string, unknown][] = []
    for (const [name, value] of await formOf(one)) {
      entries.push([
        name,
        typeof value === 'string'
          ? value
          : { name: value.name, bytes: Buffer.from(await value.arrayBuffer()).toString('latin1') },
      ])
    }
    return entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
  }

  test('upload what the openai package uploads', async () => {
    answersJson(ANSWER)
    const body = {
      model: 'm',
      language: 'en',
      temperature: 0.5,
      timestamp_granularities: ['word' as const, 'segment' as const],
      chunking_strategy: { type: 'server_vad' as const, threshold: 0.5 },
    }
    const file = new File([AUDIO], 'hello.wav', { type: 'audio/wav' })
    const theirs = await openai().audio.transcriptions.create({ ...body, file })
    const { _meta, ...ours } = await clientFor().audio.transcriptions.create({ ...body, file, model: 'openai/m' })
    expect(ours).toEqual(theirs)
    expect(await entriesOf(wire.seen[1])).toEqual(await entriesOf(wire.seen[0]))
    expect(wire.seen[1]?.headers['content-length']).toBeDefined()
    // 14 tokens of audio at 10, 4 of text at 4.
    expect(_meta.cost.usd).toBeCloseTo((140 + 16) / 1e6)
    expect(traces.inference()[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'generate_content',
      'gen_ai.output.type': 'text',
      'gen_ai.usage.audio.input_tokens': 14,
    })
  })

  test('the file is sent again to the next target, under its own model', async () => {
    answersJson(ANSWER)
    const folder = await mkdtemp(join(tmpdir(), 'tracestitch-'))
    await writeFile(join(folder, 'hello.wav'), AUDIO)
    const result = await clientFor({ models: { both: ['down/a', 'openai/b'] } }).audio.transcriptions.create({
      model: 'both',
      file: createReadStream(join(folder, 'hello.wav')),
      extra_body: { prompt: 'p' },
    })
    expect(result.text).toBe('Hello')
    const file = { name: 'hello.wav', bytes: AUDIO.toString('latin1') }
    expect(await entriesOf(wire.seen[0])).toEqual([
      ['file', file],
      ['model', 'a'],
      ['prompt', 'p'],
    ])
    expect(await entriesOf(wire.seen[1])).toEqual([
      ['file', file],
      ['model', 'b'],
      ['prompt', 'p'],
    ])
  })

  test.each<[string, Upload, string]>([
    ['bytes', AUDIO, 'file'],
    ['a Blob', new Blob([AUDIO], { type: 'audio/mpeg' }), 'file.mp3'],
    ['a Response', new Response(AUDIO), 'file'],
  ])('%s are a file', async (_what, file, name) => {
    answersJson(ANSWER)
    await clientFor().audio.transcriptions.create({ model: 'openai/m', file })
    expect((await entriesOf(wire.seen[0]))[0]).toEqual(['file', { name, bytes: AUDIO.toString('latin1') }])
  })

  test('subtitles come as text', async () => {
    wire.behave = (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        .end('1\n00:00:00,000 --> 00:00:01,000\nHello\n')
    const result = await clientFor().audio.transcriptions.create({
      model: 'groq/m',
      file: AUDIO,
      response_format: 'srt',
    })
    expect(result.text).toContain('--> 00:00:01,000')
  })

  test('a function among the fields is refused, before any request', async () => {
    await expect(
      clientFor().audio.transcriptions.create({ model: 'openai/m', file: (() => AUDIO) as never }),
    ).rejects.toMatchObject({ name: 'ConfigError', path: 'file' })
    expect(wire.seen).toEqual([])
  })
})
