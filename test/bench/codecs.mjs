// What a wire format costs: decoding and encoding an answer and a chunk beside JSON.parse and JSON.stringify of the
// same bytes, and how fast a stream is read beside a reader that only finds its events.
import { buildSync } from 'esbuild'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cpu, interleave } from './measure.mjs'

const root = resolve(import.meta.dirname, '../..')

/** The codecs are no part of the package's face, so they are bundled from source. */
async function loadCodecs() {
  const home = mkdtempSync(join(tmpdir(), 'tracestitch-codecs-'))
  try {
    const outfile = join(home, 'codecs.mjs')
    const contents = `export { protocols } from './src/protocols/index.ts'
export { createFrameParser, encodeFrame } from './src/kernel/frames.ts'
export { createChatAccumulator } from './src/kernel/accumulate.ts'`
    buildSync({
      stdin: { contents, resolveDir: root, loader: 'ts' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      outfile,
      logLevel: 'warning',
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const WORDS =
  'Grüße from the moon, where the light falls softly on quiet dust and every step leaves a mark for ages. '.split(
    /(?<= )/,
  )
const ARGUMENTS = JSON.stringify({
  city: 'Lisbon',
  days: 3,
  units: 'metric',
  details: { wind: true, rain: true, hours: [6, 12, 18] },
})
const USAGE = {
  prompt_tokens: 120,
  completion_tokens: 230,
  total_tokens: 350,
  prompt_tokens_details: { cached_tokens: 64 },
  completion_tokens_details: { reasoning_tokens: 24 },
}
const HEAD = { id: 'chatcmpl-1', created: 1_760_000_000, model: 'a-model' }
const TEXT = WORDS.join('').repeat(6)

/** One turn for all formats: text of 600 characters and a tool call. */
const ANSWER = {
  ...HEAD,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: TEXT,
        refusal: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: ARGUMENTS } }],
      },
      finish_reason: 'tool_calls',
      logprobs: null,
    },
  ],
  usage: USAGE,
}

const REQUEST = {
  model: 'a-model',
  max_tokens: 500,
  temperature: 0.5,
  messages: [
    { role: 'system', content: 'Answer briefly.' },
    ...Array.from({ length: 6 }, (_, i) => [
      { role: 'user', content: `${i}: ${WORDS.join('')}` },
      { role: 'assistant', content: WORDS.join('') },
    ]).flat(),
    { role: 'user', content: 'And the weather?' },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'weather',
        description: 'The weather of a city',
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' }, days: { type: 'integer' } },
          required: ['city'],
        },
      },
    },
  ],
}

/** The same turn as 200 pieces of text, and the arguments in pieces of eight characters. */
function answerChunks() {
  const chunk = (delta, finish_reason = null) => ({
    ...HEAD,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason, logprobs: null }],
  })
  return [
    chunk({ role: 'assistant', content: '' }),
    ...Array.from({ length: 200 }, (_, i) => chunk({ content: WORDS[i % WORDS.length] })),
    chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }] }),
    ...ARGUMENTS.match(/.{1,8}/gs).map((piece) =>
      chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] }),
    ),
    chunk({}, 'tool_calls'),
    { ...HEAD, object: 'chat.completion.chunk', choices: [], usage: USAGE },
  ]
}

/** What the fixtures of a format hold, by name of the file. */
function fixtures(id) {
  const folder = join(root, 'test/fixtures', id)
  let names
  try {
    names = readdirSync(folder).filter((name) => !name.startsWith('error'))
  } catch {
    return [] // Not every format has fixtures of its own.
  }
  return names.map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
}

/** Among the fixtures are requests, errors and blocked answers. */
function answersOf(codec) {
  return fixtures(codec.id).filter(({ name, text }) => {
    if (!name.endsWith('.json')) return false
    try {
      return codec.decodeResponse(JSON.parse(text)).choices.length > 0
    } catch {
      return false // Not an answer.
    }
  })
}

const ENCODE = { provider: 'bench', model: 'a-model', quirks: {}, dropUnsupported: true, warn() {} }

/** CPU microseconds of one run of `work`, over runs that take about `ms` together. */
function timed(work, ms) {
  let runs = 1
  // The second count is of code that the first has warmed up.
  for (let warm = 0; warm < 2;) {
    const before = performance.now()
    for (let i = 0; i < runs; i++) work()
    const took = performance.now() - before
    if (took < ms / 4) {
      runs *= 4
    } else {
      runs = Math.max(1, Math.round((runs * ms) / took))
      warm += 1
    }
  }
  return async () =>
    (await cpu(() => {
      for (let i = 0; i < runs; i++) work()
    })) / runs
}

async function compare(contestants, { rounds, ms }) {
  return interleave(
    Object.fromEntries(Object.entries(contestants).map(([name, work]) => [name, timed(work, ms)])),
    rounds,
  )
}

const ratio = (medians, name, baseline) => `${(medians[name] / medians[baseline]).toFixed(2)} x`
const row = (cells) => console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(34) : cell.padStart(16))).join(''))

async function benchAnswer(codec, label, text, effort) {
  const wire = JSON.parse(text)
  const hub = codec.decodeResponse(wire)
  const { body } = codec.encodeRequest(REQUEST, ENCODE)
  const requestText = JSON.stringify(body)
  const medians = await compare(
    {
      parse: () => JSON.parse(text),
      decode: () => codec.decodeResponse(JSON.parse(text)),
      scalars: () => codec.decodeResponse(JSON.parse(text), { content: false }),
      stringify: () => JSON.stringify(wire),
      encode: () => JSON.stringify(codec.encodeResponse(hub)),
      stringifyRequest: () => JSON.stringify(body),
      encodeRequest: () => JSON.stringify(codec.encodeRequest(REQUEST, ENCODE).body),
      parseRequest: () => JSON.parse(requestText),
      decodeRequest: () => codec.decodeRequest(JSON.parse(requestText)),
    },
    effort,
  )
  row([
    `${label}, ${(text.length / 1024).toFixed(1)} kB`,
    `${medians.decode.toFixed(1)} us`,
    ratio(medians, 'decode', 'parse'),
    ratio(medians, 'scalars', 'parse'),
    ratio(medians, 'encode', 'stringify'),
    ratio(medians, 'encodeRequest', 'stringifyRequest'),
    ratio(medians, 'decodeRequest', 'parseRequest'),
  ])
}

/** Events of a stream as its transport hands them on. */
function framesOf(createFrameParser, framing, bytes) {
  const parser = createFrameParser(framing)
  return [...parser.push(bytes), ...parser.end()]
}

const PIECE = 16 * 1024

function readThrough(createFrameParser, framing, bytes, onEvent) {
  const parser = createFrameParser(framing)
  for (let at = 0; at < bytes.length; at += PIECE)
    for (const event of parser.push(bytes.subarray(at, at + PIECE))) onEvent(event)
  for (const event of parser.end()) onEvent(event)
}

const parseData = (data) => (data === '[DONE]' ? data : JSON.parse(data))

async function benchStream(lib, codec, label, bytes, effort) {
  const { createFrameParser, createChatAccumulator } = lib
  const events = framesOf(createFrameParser, codec.framing, bytes)
  const chunks = decodeAll(codec, events)
  const wire = events.map(({ data }) => parseData(data))
  const medians = await compare(
    {
      parse: () => {
        for (const { data } of events) parseData(data)
      },
      decode: () => decodeAll(codec, events),
      stringify: () => {
        for (const data of wire) JSON.stringify(data)
      },
      encode: () => {
        for (const { data } of encodeAll(codec, chunks)) JSON.stringify(data)
      },
      reader: () => readThrough(createFrameParser, codec.framing, bytes, () => {}),
      readerAndParse: () => readThrough(createFrameParser, codec.framing, bytes, ({ data }) => parseData(data)),
      stream: () => {
        const decoder = codec.createStreamDecoder()
        readThrough(createFrameParser, codec.framing, bytes, ({ event, data }) => decoder.push(parseData(data), event))
        decoder.end()
      },
      accumulated: () => {
        const decoder = codec.createStreamDecoder()
        const accumulator = createChatAccumulator()
        const take = (all) => {
          for (const chunk of all) accumulator.push(chunk)
        }
        readThrough(createFrameParser, codec.framing, bytes, ({ event, data }) =>
          take(decoder.push(parseData(data), event)),
        )
        take(decoder.end())
        accumulator.result()
      },
    },
    effort,
  )
  const speed = (name) => `${(bytes.length / medians[name]).toFixed(0)} MB/s`
  row([
    `${label}, ${events.length} events`,
    `${(medians.decode / events.length).toFixed(2)} us`,
    ratio(medians, 'decode', 'parse'),
    ratio(medians, 'encode', 'stringify'),
    speed('reader'),
    speed('stream'),
    ratio(medians, 'stream', 'reader'),
    ratio(medians, 'stream', 'readerAndParse'),
    ratio(medians, 'accumulated', 'reader'),
  ])
}

function decodeAll(codec, events) {
  const decoder = codec.createStreamDecoder()
  const chunks = []
  for (const { event, data } of events) for (const chunk of decoder.push(parseData(data), event)) chunks.push(chunk)
  for (const chunk of decoder.end()) chunks.push(chunk)
  return chunks
}

function encodeAll(codec, chunks) {
  const encoder = codec.createStreamEncoder()
  return [...chunks.flatMap((chunk) => encoder.push(chunk)), ...encoder.end()]
}

/** @param effort - `rounds` of each measure, of about `ms` milliseconds each. */
export async function benchCodecs(effort) {
  const lib = await loadCodecs()
  const codecs = Object.values(lib.protocols).filter(({ kind }) => kind === 'chat')
  console.log('\nCodecs, an answer: CPU with JSON.parse or JSON.stringify, over JSON.parse or JSON.stringify alone')
  row(['', 'decode', 'decode', 'scalars only', 'encode', 'encode request', 'decode request'])
  for (const codec of codecs) {
    await benchAnswer(codec, codec.id, JSON.stringify(codec.encodeResponse(ANSWER)), effort)
    for (const { name, text } of answersOf(codec)) await benchAnswer(codec, `  ${name}`, text, effort)
  }
  console.log(
    '\nCodecs, a stream: CPU an event; bytes a second of the bare reader and with the codec, in pieces of 16 kB',
  )
  row([
    '',
    'decode',
    'over parse',
    'over stringify',
    'bare reader',
    'with codec',
    'over reader',
    'reader + parse',
    'accumulated',
  ])
  for (const codec of codecs) {
    const bytes = Buffer.concat(encodeAll(codec, answerChunks()).map((event) => lib.encodeFrame(event, codec.framing)))
    await benchStream(lib, codec, codec.id, bytes, effort)
    for (const { name, text } of fixtures(codec.id).filter(({ name }) => name.endsWith('.sse')))
      await benchStream(lib, codec, `  ${name}`, Buffer.from(text), effort)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await benchCodecs(process.argv.includes('--quick') ? { rounds: 3, ms: 10 } : { rounds: 7, ms: 30 })
}
