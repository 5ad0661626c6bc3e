/** Which requests ask a model: by hosts and paths that the catalogue knows, and by what the user names. */
import { describe, expect, test } from 'vitest'
import type { NamedEndpoint } from '../../src/autolog/wire/named-endpoints.js'
import { checkOptions } from '../../src/autolog/options.js'
import { Endpoints } from '../../src/autolog/wire/wire-endpoints.js'
import { passthroughs, protocols } from '../../src/protocols/index.js'
import { WIRE_PATHS } from '../../src/protocols/shared/wire-paths.js'
import { directory } from '../../src/whole-directory.js'

const endpointAt = (url: string, named: readonly NamedEndpoint[] = [], headers: Record<string, string> = {}) => {
  const { pathname, search } = new URL(url)
  const request = { path: pathname + search, url: () => new URL(url), header: (name: string) => headers[name] }
  return new Endpoints(named, directory).at(request)
}
const found = (...given: Parameters<typeof endpointAt>): string | undefined => {
  const endpoint = endpointAt(...given)
  return endpoint && `${endpoint.provider} ${endpoint.format}`
}

describe('of the catalogue', () => {
  test.each([
    ['https://api.openai.com/v1/chat/completions', 'openai openai-chat'],
    ['https://eu.api.openai.com/v1/responses', 'openai openai-responses'],
    ['https://api.openai.com/v1/embeddings/', 'openai openai-embeddings'],
    ['https://api.openai.com/v1/completions', 'openai openai-completions'],
    ['https://api.openai.com/v1/images/generations', 'openai openai-images'],
    ['https://api.openai.com/v1/audio/speech', 'openai openai-speech'],
    ['https://api.openai.com/v1/audio/transcriptions', 'openai openai-transcriptions'],
    ['https://n.openai.azure.com/openai/deployments/d/chat/completions?api-version=1', 'azure.ai.openai openai-chat'],
    ['https://api.anthropic.com/v1/messages?beta=true', 'anthropic anthropic-messages'],
    [
      'https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?alt=sse',
      'gcp.gemini gemini-generate',
    ],
    ['https://generativelanguage.googleapis.com/v1beta/models/m:batchEmbedContents', 'gcp.gemini gemini-embeddings'],
    [
      'https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/anthropic/models/m:rawPredict',
      'gcp.vertex_ai anthropic-messages',
    ],
    [
      'https://aiplatform.googleapis.com/v1/projects/p/locations/global/endpoints/openapi/chat/completions',
      'gcp.vertex_ai openai-chat',
    ],
    ['https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse-stream', 'aws.bedrock bedrock-converse'],
    [
      'https://bedrock-runtime.eu-west-1.amazonaws.com/model/amazon.titan-embed-text-v2%3A0/invoke',
      'aws.bedrock bedrock-titan-embeddings',
    ],
    [
      'https://bedrock-runtime.eu-west-1.amazonaws.com/model/anthropic.claude-v2/invoke-with-response-stream',
      'aws.bedrock bedrock-invoke',
    ],
    ['https://api.mistral.ai/v1/embeddings', 'mistral_ai openai-embeddings'],
    ['https://api.mistral.ai/v1/fim/completions', 'mistral_ai mistral-fim'],
    ['https://api.mistral.ai/v1/ocr', 'mistral_ai mistral-ocr'],
    ['https://api.cohere.com/v1/chat', 'cohere cohere-chat-v1'],
    ['https://api.cohere.com/v1/generate', 'cohere cohere-generate'],
    ['https://api.cohere.com/v1/embed', 'cohere cohere-embeddings'],
    ['https://api.cohere.com/v1/rerank', 'cohere cohere-rerank'],
    ['https://api.cohere.com/v2/rerank', 'cohere cohere-rerank'],
    ['https://api.cohere.com/v2/chat', 'cohere cohere-chat'],
    ['https://api.voyageai.com/v1/embeddings', 'voyage voyage-embeddings'],
    ['https://api.groq.com/openai/v1/chat/completions', 'groq openai-chat'],
    ['https://api.deepseek.com/chat/completions', 'deepseek openai-chat'],
    ['https://api.replicate.com/v1/models/meta/llama/predictions', 'replicate replicate-predictions'],
    // What its row does not list, and has in the shape of the same maker.
    ['https://api.groq.com/openai/v1/embeddings', 'groq openai-embeddings'],
    // Anywhere.
    ['http://10.0.0.7:4000/v1/chat/completions', 'openai openai-chat'],
    ['http://localhost:8080/v1beta/models/m:generateContent', 'gcp.gemini gemini-generate'],
    ['http://localhost:11434/api/generate', 'ollama ollama-generate'],
    ['http://10.0.0.7:11434/api/chat', 'ollama ollama-chat'],
    ['http://localhost:11434/api/embed', 'ollama ollama-embeddings'],
  ])('%s', (url, endpoint) => expect(found(url)).toBe(endpoint))

  test('Messages at any host are known by their header', () => {
    expect(found('http://10.0.0.7/v1/messages', [], { 'anthropic-version': '2023-06-01' })).toBe(
      'anthropic anthropic-messages',
    )
    expect(found('https://api.deepseek.com/anthropic/v1/messages', [], { 'anthropic-version': '2023-06-01' })).toBe(
      'deepseek anthropic-messages',
    )
  })

  test.each([
    'https://api.openai.com/v1/files',
    'https://api.openai.com/v1/batches',
    'https://api.openai.com/v1/threads/t/messages',
    'https://api.openai.com/v1/threads/t/v1/messages',
    'https://api.anthropic.com/v1/messages/batches',
    'https://api.openai.com/v1/other?next=/chat/completions',
    'https://example.com/v1/messages',
    'https://example.com/v1/responses',
    'https://example.com/api/chat',
    'https://example.com/completions',
    'https://example.com/model/m/converse',
    'https://example.com/model/m/invoke',
    'https://example.com/api/generate',
    'https://example.com/v1/chat',
    'https://example.com/v1/ocr',
  ])('%s is none', (url) => expect(found(url)).toBeUndefined())
})

describe('that the user names', () => {
  const at = (more: Partial<NamedEndpoint> = {}): NamedEndpoint[] => [{ url: 'https://llm.internal/v1', ...more }]
  test.each<[string, Partial<NamedEndpoint>, string | undefined]>([
    ['https://llm.internal/v1/responses', {}, '_OTHER openai-responses'],
    ['https://llm.internal/v1/chat/completions', {}, 'openai openai-chat'],
    ['https://llm.internal/v1/responses', { provider: 'openai' }, 'openai openai-responses'],
    ['https://llm.internal/v1/embeddings', { provider: 'voyage' }, 'voyage voyage-embeddings'],
    ['https://llm.internal/v1/embeddings', { provider: 'ours' }, 'ours openai-embeddings'],
    ['https://llm.internal/v1/embeddings', { provider: 'azure.ai.openai' }, 'azure.ai.openai openai-embeddings'],
    ['https://llm.internal/v1/generate', { protocol: 'openai-chat', provider: 'ours' }, 'ours openai-chat'],
    ['https://llm.internal/v1/generate', { provider: 'openai' }, undefined],
    ['https://llm.internal/v10/responses', {}, undefined],
    ['https://other.internal/v1/responses', {}, undefined],
  ])('%s by %j', (url, more, endpoint) => expect(found(url, at(more))).toBe(endpoint))
})

test.each([
  [[{ url: 'llm.internal' }], /endpoints\[0\]\.url/],
  [[{ url: 'https://a.b' }, 'https://c.d'], /endpoints\[1\]/],
  [[{ url: 'https://a.b', protocol: 'openai' }], /endpoints\[0\]\.protocol.*openai-chat/],
  [[{ url: 'https://a.b', providr: 'x' }], /endpoints\[0\]\.providr.*provider/],
  ['https://a.b', /endpoints/],
])('%j is refused by name', (endpoints, message) => {
  expect(() => checkOptions({ endpoints }, [])).toThrow(message)
})

test('every path of a codec is in the table, with its format', () => {
  for (const codec of [...Object.values(protocols), ...Object.values(passthroughs)]) {
    const { streamPath, batchPath } = codec as { streamPath?: string; batchPath?: string }
    for (const path of [codec.path, streamPath, batchPath]) {
      if (path === undefined) continue
      const pathname = path.replace(/\?.*$/, '')
      const row = WIRE_PATHS.find(({ end, format }) => format === codec.id && pathname.endsWith(end))
      expect([codec.id, pathname, row?.format]).toEqual([codec.id, pathname, codec.id])
    }
  }
})
