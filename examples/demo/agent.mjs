// The program of a user: three SDKs, one agent framework, one unified client. The first two lines of the
// body are all that tracing takes.
import Anthropic from '@anthropic-ai/sdk'
import { ChatOpenAI } from '@langchain/openai'
import { createAgent, tool } from 'langchain'
import OpenAI from 'openai'
import { autolog, createClient, trace } from 'tracestitch'
import { z } from 'zod'

const log = autolog({ serviceName: 'agent' })

const gateway = process.env.DEMO_GATEWAY
const model = process.env.DEMO_MODEL
const openai = new OpenAI({ baseURL: `${gateway}/v1`, apiKey: 'demo' })
const anthropic = new Anthropic({ baseURL: gateway, apiKey: 'demo' })

await trace(
  'trip-planner',
  async () => {
    // The openai SDK, streamed.
    const stream = await openai.chat.completions.create({
      model,
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Name a city for a weekend in spring.' }],
    })
    let city = ''
    for await (const chunk of stream) city += chunk.choices[0]?.delta.content ?? ''
    console.log(`openai SDK, streamed:   ${oneLine(city)}`)

    // The Anthropic SDK, through the same gateway.
    const message = await anthropic.messages.create({
      model,
      max_tokens: 200,
      messages: [{ role: 'user', content: `What is worth seeing there? ${city}` }],
    })
    console.log(`anthropic SDK:          ${oneLine(message.content.map((block) => block.text ?? '').join(''))}`)

    // A LangChain agent with a tool.
    const weather = tool(({ place }) => `Sunny in ${place}, 21 degrees.`, {
      name: 'get_weather',
      description: 'The weather at a place.',
      schema: z.object({ place: z.string() }),
    })
    const agent = createAgent({
      model: new ChatOpenAI({ model, apiKey: 'demo', configuration: { baseURL: `${gateway}/v1` } }),
      tools: [weather],
      name: 'weather-agent',
    })
    const state = await agent.invoke({ messages: [{ role: 'user', content: 'What is the weather in Lisbon? Use the tool.' }] })
    console.log(`LangChain agent:        ${oneLine(state.messages.at(-1).text)}`)

    // The unified client: its first target is down, so the second answers.
    const ai = createClient({
      providers: {
        broken: { protocol: 'openai-chat', baseURL: process.env.DEMO_BROKEN, apiKey: 'demo' },
        gateway: { protocol: 'openai-chat', baseURL: `${gateway}/v1`, apiKey: 'demo' },
      },
      models: { smart: [`broken/${model}`, `gateway/${model}`] },
      retries: 0,
    })
    const answer = await ai.chat.completions.create({ model: 'smart', messages: [{ role: 'user', content: 'Sum the plan up in one line.' }] })
    const { attempts, cost } = answer._meta
    console.log(`createClient, fallback: ${oneLine(answer.choices[0].message.content)}`)
    console.log(`                        ${attempts.map(({ target, status, error }) => `${target}: ${error ? `${error} ${status ?? ''}`.trim() : 'ok'}`).join(', then ')}`)
    if (cost?.usd != null) console.log(`                        cost $${cost.usd.toFixed(6)} (${cost.source})`)
  },
  { kind: 'agent' },
)

await log.flush()

function oneLine(text) {
  const line = String(text).replace(/\s+/g, ' ').trim()
  return line.length > 90 ? `${line.slice(0, 89)}…` : line
}
