import { createClientWith } from 'tracestitch/core'
import { openaiChat } from 'tracestitch/protocols'
import { openai } from 'tracestitch/providers'

export const runtime = 'edge'

const createClient = createClientWith({ protocols: [openaiChat], providers: [openai] })

export async function POST(request) {
  const { question } = await request.json()
  const ai = createClient({ providers: { openai: { apiKey: 'sk-test', baseURL: process.env.OPENAI_BASE_URL } } })
  const answer = await ai.chat.completions.create({
    model: 'openai/gpt-5-mini',
    messages: [{ role: 'user', content: question }],
  })
  // A global of the edge runtime of Next.js.
  return Response.json({ text: answer.choices[0].message.content, isEdge: typeof EdgeRuntime === 'string' })
}
