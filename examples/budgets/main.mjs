// Two users of one program, each with a budget of its own for the day. Shows what is said before a budget is used up, how
// a call goes to a cheaper model when the better one is too dear, and what a call meets when nothing is left. With
// OPENAI_API_KEY in the environment it asks OpenAI, for about a tenth of a cent; without, a stand-in in this file.
import { createClient, estimateCost, LimitError } from 'tracestitch'

const BETTER = 'openai/gpt-5.4'
const CHEAPER = 'openai/gpt-5-mini'
const real = Boolean(process.env.OPENAI_API_KEY)
console.log(`Provider: ${real ? 'OpenAI (OPENAI_API_KEY is set)' : 'a stand-in in this process'}\n`)

const request = {
  model: 'assistant',
  messages: [{ role: 'user', content: 'Name a town in Portugal that is worth a weekend, in one sentence.' }],
  max_completion_tokens: 40,
}
// Counted as the client does it by default.
const counted = { tokenizer: 'characters' }
const dear = estimateCost({ ...request, model: BETTER }, counted)
const cheap = estimateCost({ ...request, model: CHEAPER }, counted)
console.log(`A call may cost ${inUsd(dear.high)} at ${BETTER}, ${inUsd(cheap.high)} at ${CHEAPER}.`)

// Enough for one call of the better model, and for some of the cheaper.
const budget = 0.001
console.log(`Each user has ${inUsd(budget)} a day.\n`)

const ai = createClient({
  models: { assistant: [BETTER, CHEAPER] },
  budgets: [
    { scope: { user: '*' }, usd: budget, per: 'day', warnAt: 0.5 },
    { tokens: 200, per: 'hour', hard: false }, // of all calls; told, and never refused
  ],
  hooks: {
    onBudget: ({ scope, state, unit, limit, left }) =>
      console.log(`  budget of ${scope}: ${state}, ${amount(left, unit)} of ${amount(limit, unit)} left`),
  },
  ...(!real && { providers: { openai: { apiKey: 'none' } }, fetch: standIn }),
})

let refused = 0
for (const user of ['ann', 'ann', 'ann', 'ann', 'ann', 'ann', 'ann', 'ann', 'bob']) {
  try {
    const { _meta: meta } = await ai.chat.completions.create(request, { metadata: { user } })
    console.log(`${user}: ${meta.provider}/${meta.model}, ${inUsd(meta.cost.usd)}`)
  } catch (error) {
    if (!(error instanceof LimitError) || error.limit !== 'budget') throw error
    refused += 1
    const { left, unit, resetsInMs } = error.budget
    console.log(`${user}: refused, ${amount(left, unit)} left, anew in ${Math.ceil(resetsInMs / 3_600_000)} h`)
  }
}

console.log(`\n${refused} calls were refused. What was spent:`)
for (const by of ['user', 'model']) {
  for (const { name, calls, usd } of ai.spend({ by }).rows) {
    console.log(`  ${by} ${name}: ${calls} ${calls === 1 ? 'call' : 'calls'}, ${inUsd(usd)}`)
  }
}

await ai.close()

function inUsd(usd) {
  return usd === null ? 'an unknown amount' : `$${usd.toFixed(6)}`
}

function amount(count, unit) {
  return unit === 'usd' ? inUsd(count) : `${count} tokens`
}

/** Answers as OpenAI does, with as many tokens as the request has room for. */
async function standIn(_url, { body }) {
  const { model, max_completion_tokens: room } = JSON.parse(body)
  const message = { role: 'assistant', content: 'Évora, for its Roman temple and quiet lanes.', refusal: null }
  return Response.json({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
    usage: { prompt_tokens: 20, completion_tokens: room, total_tokens: 20 + room },
  })
}
