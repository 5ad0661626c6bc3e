/** Image edits, variations and translations: the `openai` package beside the client, at a server that keeps what it got. */
import { expect, test } from 'vitest'
import { answersJson, clientFor, openai, usePassedServer, wire, type Seen } from './passthrough-server.js'

const traces = usePassedServer()
const PNG = Buffer.from('\x89PNG\r\n--not-a-boundary\r\n\0\x01', 'latin1')
const image = (name: string): File => new File([PNG], name, { type: 'image/png' })

async function entriesOf(one: Seen | undefined): Promise<readonly (readonly [string, string])[]> {
  const form = await new Response(one?.bytes as Buffer<ArrayBuffer>, {
    headers: { 'content-type': one?.headers['content-type'] ?? '' },
  }).formData()
  const entries: [string, string][] = []
  for (const [name, value] of form) {
    const shown =
      typeof value === 'string'
        ? value
        : `${value.name} ${value.type} ${Buffer.from(await value.arrayBuffer()).toString('hex')}`
    entries.push([name, shown])
  }
  return entries.toSorted(([a, x], [b, y]) => (`${a} ${x}` < `${b} ${y}` ? -1 : 1))
}

const IMAGES = {
  created: 1,
  data: [{ b64_json: 'aGk=' }],
  usage: { input_tokens: 50, output_tokens: 1000, total_tokens: 1050 },
}

test('an edit of several images is what the openai package sends and gets, with a cost', async () => {
  answersJson(IMAGES)
  const body = {
    prompt: 'a hat',
    n: 1,
    size: '1024x1024' as const,
    image: [image('a.png'), image('b.png')],
    mask: image('m.png'),
  }
  const theirs = await openai().images.edit({ ...body, model: 'm' })
  const { _meta, ...ours } = await clientFor().images.edit({ ...body, model: 'openai/m' })
  expect(ours).toEqual(theirs)
  expect(wire.seen.map(({ path }) => path)).toEqual(['/v1/images/edits', '/v1/images/edits'])
  expect(await entriesOf(wire.seen[1])).toEqual(await entriesOf(wire.seen[0]))
  expect(_meta.cost.usd).toBeCloseTo((50 + 4000) / 1e6)
  expect(traces.inference()[0]?.attributes).toMatchObject({ 'gen_ai.output.type': 'image' })
})

test('an edit is read event by event', async () => {
  const events = [
    { type: 'image_edit.partial_image', b64_json: 'aA==' },
    { type: 'image_edit.completed', b64_json: 'aGk=', usage: IMAGES.usage },
  ]
  wire.behave = (_, response) =>
    void response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''))
  const body = { prompt: 'a hat', image: image('a.png'), stream: true as const }
  for await (const event of await openai().images.edit({ ...body, model: 'm' })) void event
  const stream = await clientFor().images.edit({ ...body, model: 'openai/m' })
  const got: unknown[] = []
  for await (const event of stream) got.push(event)
  expect(got).toEqual([events[0], { ...events[1], _meta: expect.anything() }])
  expect(await entriesOf(wire.seen[1])).toEqual(await entriesOf(wire.seen[0]))
})

test('a variation goes on to the next target, with its image', async () => {
  answersJson(IMAGES)
  const theirs = await openai().images.createVariation({ image: image('a.png'), n: 2, model: 'b' })
  const { _meta, ...ours } = await clientFor({ models: { both: ['down/a', 'openai/b'] } }).images.createVariation({
    image: image('a.png'),
    n: 2,
    model: 'both',
  })
  expect(ours).toEqual(theirs)
  expect(_meta.attempts.map(({ target }) => target)).toEqual(['down/a', 'openai/b'])
  expect(wire.seen.map(({ path }) => path)).toEqual([
    '/v1/images/variations',
    '/down/v1/images/variations',
    '/v1/images/variations',
  ])
  expect(await entriesOf(wire.seen[2])).toEqual(await entriesOf(wire.seen[0]))
})

test('a translation is what the openai package sends and gets', async () => {
  answersJson({ text: 'Hello' })
  const file = new File([PNG], 'hello.wav', { type: 'audio/wav' })
  const theirs = await openai().audio.translations.create({ file, model: 'm', temperature: 0.5 })
  const { _meta, ...ours } = await clientFor().audio.translations.create({ file, model: 'openai/m', temperature: 0.5 })
  expect(ours).toEqual(theirs)
  expect(_meta.provider).toBe('openai')
  expect(wire.seen[1]?.path).toBe('/v1/audio/translations')
  expect(await entriesOf(wire.seen[1])).toEqual(await entriesOf(wire.seen[0]))
})

test('subtitles of a translation come as text', async () => {
  wire.behave = (_, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('1\n00:00:00,000')
  const result = await clientFor().audio.translations.create({ model: 'groq/m', file: PNG, response_format: 'srt' })
  expect(result.text).toBe('1\n00:00:00,000')
})

test('a provider without the operation is told apart, before any request', async () => {
  await expect(clientFor().images.edit({ model: 'groq/m', prompt: 'x', image: PNG })).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringContaining('openai-image-edits'),
  })
  expect(wire.seen).toEqual([])
})
