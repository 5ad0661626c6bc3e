import { after } from 'next/server'
import OpenAI from 'openai'
import { flush, withContext } from 'tracestitch'

export async function POST(request) {
  const { question } = await request.json()
  after(() => flush())
  const answer = await withContext({ user: 'ann' }, () =>
    new OpenAI().chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: question }] }),
  )
  return Response.json({ text: answer.choices[0].message.content })
}
