// CPU of a model call: the openai SDK bare, under autolog() without an exporter, and under autolog() with
// the batch exporter sending to a receiver; then the unified client beside bare fetch and the SDK.
import OpenAI from 'openai'
import { autolog, createClient } from 'tracestitch'
import { cpu, interleave, printRatios } from './measure.mjs'

const CHUNKS = 202

export async function benchCalls(origin, { rounds, calls, streams }) {
  const openai = new OpenAI({ apiKey: 'bench', baseURL: `${origin}/v1`, maxRetries: 0 })
  const model = 'gpt-5-mini'
  const messages = [{ role: 'user', content: 'Say hello to everybody in the room, one by one.' }]

  const plain = async () => {
    for (let i = 0; i < calls; i++) await openai.chat.completions.create({ model, messages })
  }
  const streamed = async () => {
    for (let i = 0; i < streams; i++) {
      for await (const _ of await openai.chat.completions.create({ model, messages, stream: true })) void _
    }
  }
  const under = (options, fn, per) => async () => {
    const log = options && autolog(options)
    try {
      return (await cpu(fn)) / per
    } finally {
      log?.off()
      await log?.flush()
    }
  }
  // First, because autolog() registers a tracer provider that stays for the life of the process.
  const ai = createClient({
    providers: { local: { protocol: 'openai-chat', baseURL: `${origin}/v1`, apiKey: 'bench' } },
  })
  const body = JSON.stringify({ model, messages })
  const fetched = async () => {
    for (let i = 0; i < calls; i++) {
      const response = await fetch(`${origin}/v1/chat/completions`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
      await response.json()
    }
  }
  const client = async () => {
    for (let i = 0; i < calls; i++) await ai.chat.completions.create({ model: `local/${model}`, messages })
  }
  const faces = await interleave(
    {
      'bare fetch': under(undefined, fetched, calls),
      'openai SDK': under(undefined, plain, calls),
      createClient: under(undefined, client, calls),
    },
    rounds,
    // The client has the most code to compile, and is warm after some thousand calls.
    rounds,
  )
  printRatios('CPU per client call, no tracer provider', faces, 'bare fetch', 'us')

  const off = { exporter: 'none' }
  const batch = { exporter: 'otlp', endpoint: origin }
  const perCall = await interleave(
    {
      'openai, bare': under(undefined, plain, calls),
      'openai, autolog, exporter off': under(off, plain, calls),
      'openai, autolog, batch exporter': under(batch, plain, calls),
    },
    rounds,
  )
  printRatios('CPU per non-streaming call', perCall, 'openai, bare', 'us')
  const perChunk = await interleave(
    {
      'openai, bare': under(undefined, streamed, streams * CHUNKS),
      'openai, autolog, exporter off': under(off, streamed, streams * CHUNKS),
      'openai, autolog, batch exporter': under(batch, streamed, streams * CHUNKS),
    },
    rounds,
  )
  printRatios('CPU per stream chunk', perChunk, 'openai, bare', 'us', 2)
}
