/** Responses that are made in the background: queued, in progress at the first look, then there. */
import { sse, type Json } from './shape.js'

const HEAD = { object: 'response', created_at: 1_700_000_000, model: 'gpt-5-mini-2026', error: null, metadata: {} }
const USAGE = { input_tokens: 11, output_tokens: 7, total_tokens: 18 }
const OUTPUT = [
  {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: 'Hello there, friend.', annotations: [] }],
  },
]

/** `undefined` for what is no such response. Its id is that of the behaviour, which a run asks for once. */
export function backgroundResponse(
  path: string,
  body: Json,
  { behaviour, count }: { readonly behaviour: string; readonly count: number },
): Json | undefined {
  const begins = path.endsWith('/responses') && body['background'] === true
  if (!begins && !/\/responses\/resp_/.test(path)) return undefined
  const background = behaviour !== 'fetched'
  const response = { id: `resp_${behaviour}`, ...HEAD, background }
  if (begins) return { ...response, status: 'queued', output: [], usage: null }
  if (background && count === 2) return { ...response, status: 'in_progress', output: [], usage: null }
  if (behaviour === 'background-failed')
    return {
      ...response,
      status: 'failed',
      output: [],
      usage: null,
      error: { code: 'server_error', message: 'broken' },
    }
  return { ...response, status: 'completed', output: OUTPUT, usage: USAGE }
}

/** The events of a response that is there. */
export function backgroundEvents(response: Json): string[] {
  const event = (type: string, data: Json, sequence_number: number): string =>
    sse({ type, response: data, sequence_number }, type)
  return [
    event('response.created', { ...response, status: 'in_progress', output: [], usage: null }, 0),
    event('response.completed', { ...response, status: 'completed', output: OUTPUT, usage: USAGE }, 1),
  ]
}
