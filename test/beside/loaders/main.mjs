/** A program whose modules load through the hooks that `--import` has put there. Prints one line of JSON. */
import OpenAI from 'openai'
import { autolog } from 'tracestitch'

const log = autolog()
const client = new OpenAI({ apiKey: 'k', maxRetries: 0, baseURL: process.env.BASE_URL })
const answer = await client.chat.completions.create({
  model: 'gpt-test',
  messages: [{ role: 'user', content: 'Say hello.' }],
})
await log.flush()
const report = log.report
  .filter((entry) => entry.package === 'openai' && entry.status !== 'pending')
  .map(({ format, status, detail }) => ({ format, status, detail }))
console.log(JSON.stringify({ text: answer.choices[0].message.content, report, faults: log.status.faults }))
process.exit()
