/** Where requests carry their key: a row for each way that SDKs have. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { RequestHead } from '../client/endpoint/index.js'

type Place = (request: RequestHead) => string | undefined

const header =
  (name: string): Place =>
  ({ headers }) =>
    headers.get(name)?.trim()

const PLACES: readonly Place[] = [
  // OpenAI, LangChain, Bedrock's API keys and most others
  ({ headers }) => /^Bearer\s+(.+)$/i.exec(headers.get('authorization') ?? '')?.[1]?.trim(),
  // Anthropic (https://platform.claude.com/docs/en/api/overview)
  header('x-api-key'),
  // Gemini (https://ai.google.dev/gemini-api/docs/api-key)
  header('x-goog-api-key'),
  ({ url }) => url.searchParams.get('key') ?? undefined,
  // Azure OpenAI (https://learn.microsoft.com/azure/ai-foundry/openai/reference)
  header('api-key'),
]

/** Every key that a request carries, each once. Some programs send one of a vendor beside the gateway's. */
export function keysIn(request: RequestHead): readonly string[] {
  return [...new Set(PLACES.flatMap((place) => place(request) || []))]
}

/** Takes the same time wherever the two differ. */
export function isSameKey(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
