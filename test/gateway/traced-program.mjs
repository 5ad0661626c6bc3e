// The first process of test/agents/trace.test.ts: a program of the openai SDK, traced with one line.
import OpenAI from 'openai'
import { autolog, trace } from 'tracestitch'

const log = autolog({ serviceName: 'agent' })
const client = new OpenAI({
  baseURL: process.env.GATEWAY,
  apiKey: 'unused',
  maxRetries: 0,
  defaultHeaders: JSON.parse(process.env.HEADERS ?? '{}'),
})
const request = { model: process.env.MODEL, messages: [{ role: 'user', content: 'hi' }] }

await trace('work', async () => {
  const { choices } = await client.chat.completions.create(request)
  let streamed = ''
  const stream = await client.chat.completions.create({
    ...request,
    stream: true,
    stream_options: { include_usage: true },
  })
  for await (const chunk of stream) streamed += chunk.choices[0]?.delta.content ?? ''
  console.log(JSON.stringify([choices[0].message.content, streamed]))
})
await log.flush()
