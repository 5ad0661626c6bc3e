// A program as a user would write it: two SDKs, an agent framework and the unified client. All that tracing
// takes is the line with autolog(); where the spans go comes from OTEL_* variables.
import Anthropic from '@anthropic-ai/sdk'
import { ChatOpenAI } from '@langchain/openai'
import { createAgent, tool } from 'langchain'
import OpenAI from 'openai'
import { autolog, createClient, trace } from 'tracestitch'
import { z } from 'zod'

autolog()

const gateway = process.env.DEMO_GATEWAY
const apiKey = 'demo'

async function planTrip() {
  // The openai SDK, streamed.
  const openai = new OpenAI({ baseURL: `${gateway}/v1`, apiKey })
  const stream = await openai.chat.completions.create({
    model: 'gpt-5-mini',
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: 'Name a city for a weekend in spring, in one sentence.' }],
  })
  let city = ''
  for await (const chunk of stream) city += chunk.choices[0]?.delta.content ?? ''
  say('openai SDK, streamed', city)

  // The Anthropic SDK, through the same gateway.
  const anthropic = new Anthropic({ baseURL: gateway, apiKey })
  const message = await anthropic.messages.create({
    model: 'claude-haiku-4-5',
    max_tokens: 1024,
    messages: [{ role: 'user', content: `What is worth seeing there? One sentence. ${city}` }],
  })
  say('Anthropic SDK', message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''))

  // A LangChain agent with a tool.
  const weather = tool(({ place }) => `Sunny in ${place}, 21 degrees.`, {
    name: 'get_weather',
    description: 'The weather at a place.',
    schema: z.object({ place: z.string() }),
  })
  const agent = createAgent({
    name: 'weather-agent',
    model: new ChatOpenAI({ model: 'gpt-5-mini', apiKey, configuration: { baseURL: `${gateway}/v1` } }),
    tools: [weather],
  })
  const question = 'What is the weather in Lisbon? Use the tool.'
  const { messages } = await agent.invoke({ messages: [{ role: 'user', content: question }] })
  say('LangChain agent, tool', messages.at(-1).text)

  // The unified client: the first provider is down, so the second answers.
  const ai = createClient({
    providers: {
      primary: { baseURL: process.env.DEMO_BROKEN, apiKey },
      gateway: { baseURL: `${gateway}/v1`, apiKey },
    },
    models: { smart: ['primary/gpt-5-mini', 'gateway/gpt-5-mini'] },
    retries: 0,
  })
  const answer = await ai.chat.completions.create({
    model: 'smart',
    messages: [{ role: 'user', content: 'Sum the plan up in one line.' }],
  })
  const { attempts, cost } = answer._meta
  const tries = attempts.map(
    ({ target, error, status }) => `${target} ${error ? `failed (${status ?? error})` : 'answered'}`,
  )
  say('createClient()', answer.choices[0].message.content)
  say('', `${tries.join(', ')}; cost ${cost.usd === null ? 'unknown' : `$${cost.usd.toFixed(6)}`}`)
}

function say(who, text) {
  const line = String(text).replace(/\s+/g, ' ').trim()
  console.log(`${who.padEnd(23)} ${line.length > 95 ? `${line.slice(0, 94)}…` : line}`)
}

try {
  await trace('trip-planner', planTrip, { kind: 'agent' })
} catch (error) {
  console.error(`The agent failed: ${error.message}`)
  process.exitCode = 1
}
