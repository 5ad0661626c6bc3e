/** How a client sees a body that a provider answers with. */
import { createClient, ProviderError } from '../../../src/index.js'

interface Said {
  readonly status: number
  /** JSON, or a text as it is. */
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const vertex = { location: 'us-central1', project: 'p' }

/** The error of a call that one provider refuses. */
export async function refusedBy(model: string, { status, body, headers = {} }: Said): Promise<ProviderError> {
  const id = model.split('/', 1)[0] as string
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/plain' : 'application/json'
  const ai = createClient({
    providers: {
      [id]: {
        baseURL: 'http://provider.test/v1',
        apiKey: 'eyJ-key-of-a-test',
        ...(id === 'vertex' && { variables: vertex }),
      },
    },
    retries: 0,
    fetch: () => Promise.resolve(new Response(text, { status, headers: { 'content-type': type, ...headers } })),
  })
  const error: unknown = await ai.chat.completions.create({ model, messages: [{ role: 'user', content: 'hi' }] }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  await ai.close()
  if (!(error instanceof ProviderError)) throw error
  return error
}

/** OpenAI's shape, as most speak it. */
export const openai = (message: string, more: object = {}): unknown => ({
  error: { message, type: 'invalid_request_error', param: null, code: null, ...more },
})
export const anthropic = (message: string, type = 'invalid_request_error'): unknown => ({
  type: 'error',
  error: { type, message },
})
export const google = (message: string, code = 400, status = 'INVALID_ARGUMENT', details?: unknown): unknown => ({
  error: { code, message, status, ...(details !== undefined && { details }) },
})
export const openrouter = (message: string, code: number, metadata?: object): unknown => ({
  error: { message, code, ...(metadata && { metadata }) },
  user_id: 'user_1',
})
