import { CohereClientV2 } from 'cohere-ai'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UnsupportedParameterError } from '../../src/kernel/errors.js'
import type { RerankRequest, RerankResponse } from '../../src/kernel/hub.js'
import type { EncodeContext } from '../../src/kernel/protocol.js'
import { cohereRerank, jinaRerank, voyageRerank } from '../../src/protocols/rerank/index.js'
import { testAnswerProtocol } from '../contracts/answer-protocol.js'
import { startLoopback } from '../support/loopback.js'

const context: EncodeContext = {
  provider: 'p',
  model: 'a-model',
  quirks: {},
  dropUnsupported: false,
  warn: () => undefined,
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const requests: fc.Arbitrary<RerankRequest> = fc.record(
  {
    model: fc.constant('a-model'),
    query: text,
    documents: fc.array(text, { maxLength: 4 }),
    top_n: fc.integer({ min: 1, max: 9 }),
  },
  { requiredKeys: ['model', 'query', 'documents'] },
)
const responses: fc.Arbitrary<RerankResponse> = fc.record({
  id: fc.constantFrom('', 'r-1'),
  model: fc.constantFrom('', 'a-model'),
  results: fc.array(
    fc.record(
      { index: fc.nat({ max: 99 }), relevance_score: fc.constantFrom(0, 0.25, 0.5, 1), document: fc.record({ text }) },
      { requiredKeys: ['index', 'relevance_score'] },
    ),
    { maxLength: 4 },
  ),
  usage: fc.record({
    prompt_tokens: fc.nat({ max: 99 }),
    total_tokens: fc.nat({ max: 99 }),
    search_units: fc.nat({ max: 3 }),
  }),
})

for (const protocol of [cohereRerank, jinaRerank, voyageRerank])
  testAnswerProtocol<RerankRequest, RerankResponse>(protocol, {
    requests,
    responses,
    // What Cohere's counts are in.
    said: ({ meta: _meta, ...said }) => said,
    withoutContent: { request: { query: '', documents: [] }, response: { results: [] } },
  })

test('names of fields, document forms and counts are those of each format', () => {
  const request: RerankRequest = {
    model: 'm',
    query: 'q',
    documents: ['a', { text: 'b' }],
    top_n: 1,
    extra_body: { priority: 2 },
  }
  expect(cohereRerank.encodeRequest(request, context)).toEqual({
    path: '/v2/rerank',
    body: { model: 'a-model', query: 'q', documents: ['a', 'b'], top_n: 1, priority: 2 },
  })
  expect(voyageRerank.encodeRequest({ ...request, return_documents: true }, context).body).toEqual({
    model: 'a-model',
    query: 'q',
    documents: ['a', 'b'],
    top_k: 1,
    return_documents: true,
    priority: 2,
  })
  expect(jinaRerank.encodeRequest(request, context).body['documents']).toEqual(request.documents)
  const voyage = {
    object: 'list',
    data: [{ index: 1, relevance_score: 0.5, document: 'b' }],
    model: 'rerank-2.5',
    usage: { total_tokens: 12 },
  }
  const read = voyageRerank.decodeResponse(voyage)
  expect(read.results).toEqual([{ index: 1, relevance_score: 0.5, document: { text: 'b' } }])
  expect(voyageRerank.encodeResponse(read)).toEqual(voyage)
  expect(
    cohereRerank.decodeResponse({ id: 'r', results: [], meta: { billed_units: { search_units: 1 } } }),
  ).toMatchObject({
    usage: { search_units: 1 },
    meta: { billed_units: { search_units: 1 } },
  })
  // An empty object is what Together gives for documents that were not asked for.
  expect(jinaRerank.decodeResponse({ results: [{ index: 0, relevance_score: 1, document: {} }] }).results).toEqual([
    { index: 0, relevance_score: 1 },
  ])
})

test('answers of others who speak of Jina’s format: where the results are, what a document is, who counts', () => {
  const results = [{ index: 1, relevance_score: 0.5, document: { text: 'b' } }]
  const fireworks = {
    object: 'list',
    model: 'm',
    data: [{ index: 1, relevance_score: 0.5, document: 'b' }],
    usage: { prompt_tokens: 7, total_tokens: 7 },
  }
  expect(jinaRerank.decodeResponse(fireworks)).toMatchObject({ results, usage: { prompt_tokens: 7 } })
  const siliconflow = { id: 'r', results, tokens: { input_tokens: 7, output_tokens: 0 } }
  expect(jinaRerank.decodeResponse(siliconflow)).toMatchObject({
    results,
    usage: { prompt_tokens: 7, total_tokens: 7 },
  })
  const openrouter = { id: 'r', model: 'm', results, usage: { search_units: 1, total_tokens: 150, cost: 0.002 } }
  expect(jinaRerank.decodeResponse(openrouter).usage).toEqual({ total_tokens: 150, search_units: 1, cost: 0.002 })
})

test('a field that a format does not have is refused, or left out where the caller allows it', () => {
  const request: RerankRequest = {
    model: 'm',
    query: 'q',
    documents: [{ text: 'a', title: 't' }],
    return_documents: true,
  }
  expect(() => cohereRerank.encodeRequest(request, context)).toThrow(UnsupportedParameterError)
  expect(cohereRerank.encodeRequest(request, { ...context, dropUnsupported: true }).body).toEqual({
    model: 'a-model',
    query: 'q',
    documents: ['a'],
  })
  expect(() => jinaRerank.decodeResponse({ results: [{ index: 0 }] })).toThrow(/no index or no score/)
})

test('Cohere’s SDK reads what the codec writes', async () => {
  const server = await startLoopback()
  try {
    const response: RerankResponse = {
      id: 'r',
      model: 'm',
      results: [{ index: 1, relevance_score: 0.5 }],
      usage: { search_units: 1 },
    }
    server.answer = { json: cohereRerank.encodeResponse(response) }
    const client = new CohereClientV2({ token: 'test', environment: server.origin })
    const answer = await client.rerank({ model: 'rerank-v3.5', query: 'q', documents: ['a', 'b'], topN: 1 })
    expect(answer).toMatchObject({
      id: 'r',
      results: [{ index: 1, relevanceScore: 0.5 }],
      meta: { billedUnits: { searchUnits: 1 } },
    })
    expect(server.requests[0]?.path).toBe(cohereRerank.path)
    expect(cohereRerank.decodeRequest(server.requests[0]?.body)).toEqual({
      model: 'rerank-v3.5',
      query: 'q',
      documents: ['a', 'b'],
      top_n: 1,
    })
  } finally {
    await server.close()
  }
})
