/** The rows of Google's older SDKs: a model with settings, and a chat with a history. */
import type { IntegrationCase, Row } from './integration.js'
import { plainRows, type PlainCalls } from './plain-rows.js'

interface Streamed {
  readonly stream: AsyncIterable<unknown>
  readonly response: Promise<unknown>
}

interface Chat {
  sendMessage(request: unknown): Promise<unknown>
  sendMessageStream(request: unknown): Promise<Streamed>
  getHistory(): Promise<unknown>
}

/** The part that the rows use. The SDKs are installed apart, so that their types are not to be had here. */
export interface GenerativeModel {
  generateContent(request: unknown, options?: object): Promise<{ readonly response: unknown }>
  generateContentStream(request: unknown, options?: object): Promise<Streamed>
  countTokens(request: unknown): Promise<unknown>
  embedContent?(request: unknown): Promise<unknown>
  startChat(options?: object): Chat
}

interface Shape {
  readonly provider: string
  readonly errors: PlainCalls<GenerativeModel>['errors']
  /** Rows that it cannot run, each with the reason. */
  readonly without: Readonly<Record<string, string>>
}

export const model = 'gemini-2.5-flash'
const span = { name: `generate_content ${model}`, usage: [11, 7] as const, finish: ['stop'] }
const request = { contents: [{ role: 'user', parts: [{ text: 'Say hello.' }] }] }

export function generativeModelRows({
  provider,
  errors,
  without,
}: Shape): IntegrationCase<never, GenerativeModel>['rows'] {
  const rows: Row<GenerativeModel>[] = [
    ...plainRows<GenerativeModel>({
      span: span.name,
      usage: span.usage,
      streamUsage: span.usage,
      finish: span.finish,
      attributes: {
        'gen_ai.provider.name': provider,
        'gen_ai.response.model': `${model}-2026`,
        'gen_ai.usage.cache_read.input_tokens': 4,
      },
      plain: (client, options) => client.generateContent(request, options),
      stream: async (client, options) => (await client.generateContentStream(request, options)).stream,
      errors,
    }),
    {
      name: 'a text alone',
      run: (client) => client.generateContent('Say hello.'),
      spans: [{ ...span, attributes: { 'gen_ai.input.messages': { contains: 'Say hello.' } } }],
    },
    {
      name: 'a stream of which only the whole answer is read',
      run: async (client) => (await client.generateContentStream(request)).response,
      spans: [{ ...span, attributes: { 'gen_ai.output.messages': { contains: ', fri' } } }],
    },
    {
      name: 'a chat of two turns, the second streamed',
      run: async (client, kit) => {
        const chat = client.startChat({})
        const first = await chat.sendMessage('Say hello.')
        const { stream } = await chat.sendMessageStream('And again.')
        return [first, await kit.collect(stream), await chat.getHistory()]
      },
      spans: [span, { ...span, attributes: { 'gen_ai.input.messages': { contains: 'Hello there, friend.' } } }],
    },
    {
      name: 'countTokens',
      run: (client) => client.countTokens(request),
      spans: [{ name: `count_tokens ${model}`, usage: null, attributes: { 'tracestitch.counted.input_tokens': 42 } }],
    },
  ]
  return rows.map((row) => {
    const reason = without[row.name] ?? READS_ON[row.name]
    return reason === undefined ? row : { ...row, skip: () => reason }
  })
}

const readsOn = 'the SDK reads a stream to its end, whatever the program does'
const READS_ON: Readonly<Record<string, string>> = {
  'break out of a stream': readsOn,
  'stream of which one chunk is read and the rest dropped': readsOn,
  'stream never consumed': readsOn,
}
