/** Answers with embeddings that are not what was asked for, what vectors are for at each provider, and rankings. */
import { describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'

function clientFor(answer: (body: Record<string, unknown>) => unknown) {
  const bodies: Record<string, unknown>[] = []
  const options = { baseURL: 'http://models.test', apiKey: 'k' }
  const ids = ['openai', 'voyage', 'cohere', 'bedrock', 'gemini', 'vertex', 'jina', 'nvidia', 'mistral', 'ollama']
  const ai = createClient({
    retries: 0,
    providers: {
      ...Object.fromEntries(ids.map((id) => [id, options])),
      small: { ...options, protocol: 'openai-embeddings', quirks: { maxInputs: { 'openai-embeddings': 2 } } },
    },
    fetch: (_url, init) => {
      const body = JSON.parse(String(init?.body)) as Record<string, unknown>
      bodies.push(body)
      return Promise.resolve(Response.json(answer(body)))
    },
  })
  return { ai, bodies }
}

const entry = (index: number, embedding: unknown = [index, 1]) => ({ object: 'embedding', index, embedding })
const list = (data: unknown) => ({ object: 'list', model: 'e', data, usage: { prompt_tokens: 1, total_tokens: 1 } })
const base64 = (bytes: number): string => Buffer.alloc(bytes).toString('base64')

describe('vectors', () => {
  test.each([
    ['one too few', list([entry(0)]), '1 vector for 2 inputs: none for input 1'],
    ['none', list([]), '0 vectors for 2 inputs: none for input 0'],
    ['one too many', list([entry(0), entry(1), entry(2)]), 'a vector for input 2'],
    ['one twice', list([entry(1), entry(1)]), 'two vectors for input 1'],
    ['a place below 0', list([entry(-1), entry(1)]), 'a vector for input -1'],
    ['half a place', list([entry(0.5), entry(1)]), 'a vector for input 0.5'],
    ['an empty one', list([entry(0), entry(1, [])]), 'an empty vector for input 1'],
    ['null in one', list([entry(0), entry(1, [1, null])]), 'input 1 that holds null at 1'],
    ['a text in one', list([entry(0), entry(1, [1, '2'])]), 'input 1 that holds a string at 1'],
    [
      'NaN in base64',
      list([entry(0), entry(1, Buffer.from(new Float32Array([1, NaN]).buffer).toString('base64'))]),
      'NaN at 1',
    ],
    ['base64 of a wrong length', list([entry(0), entry(1, base64(6))]), 'input 1 that is no list of 32-bit floats'],
    ['what is no base64', list([entry(0), entry(1, '*')]), 'input 1 that is no base64'],
    ['numbers as texts', list([entry(0), entry(1, ['1', '2'])]), 'input 1 that is no list of numbers'],
    ['no vector in one', list([entry(0), { index: 1 }]), 'input 1 that is no list of numbers'],
    [
      'different lengths',
      list([entry(0, [1, 2]), entry(1, [1, 2, 3])]),
      'different lengths: 2 numbers for input 0, 3 for input 1',
    ],
  ])('%s', async (_what, answer, words) => {
    const { ai } = clientFor(() => answer)
    const failure: unknown = await ai.embeddings
      .create({ model: 'openai/e', input: ['a', 'b'] })
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'StreamError', provider: 'openai' })
    expect((failure as Error).message).toContain(words)
  })

  test('out of order is put in order', async () => {
    const { ai } = clientFor(() => list([entry(1), entry(0)]))
    const { data } = await ai.embeddings.create({ model: 'openai/e', input: ['a', 'b'] })
    expect(data.map(({ index, embedding }) => [index, embedding[0]])).toEqual([
      [0, 0],
      [1, 1],
    ])
  })

  test('of several requests the input is named as the caller counts', async () => {
    const { ai } = clientFor(({ input }) =>
      list(input instanceof Array && input[0] === 'c' ? [entry(0)] : [entry(0), entry(1)]),
    )
    await expect(ai.embeddings.create({ model: 'small/e', input: ['a', 'b', 'c', 'd'] })).rejects.toThrow(
      /1 vector for 2 inputs: none for input 3/,
    )
  })

  test.each([base64(6), null])('a vector that cannot be read, in a later request: %s', async (embedding) => {
    const { ai } = clientFor(({ input }) =>
      list(input instanceof Array && input[0] === 'c' ? [entry(0), entry(1, embedding)] : [entry(0), entry(1)]),
    )
    await expect(ai.embeddings.create({ model: 'small/e', input: ['a', 'b', 'c', 'd'] })).rejects.toMatchObject({
      name: 'StreamError',
      code: 'invalid_embeddings',
      message: expect.stringContaining('input 3 that is no list of') as string,
    })
  })

  test('lengths differ between requests', async () => {
    const { ai } = clientFor(({ input }) =>
      list(input instanceof Array && input[0] === 'c' ? [entry(0, [1])] : [entry(0), entry(1)]),
    )
    await expect(ai.embeddings.create({ model: 'small/e', input: ['a', 'b', 'c'] })).rejects.toThrow(
      /different lengths/,
    )
  })

  test.each([
    ['openai/text-embedding-3-small', { data: [entry(0)] }],
    ['gemini/gemini-embedding-001', { embedding: { values: [1] } }],
    ['cohere/embed-v4.0', { embeddings: { float: [[1]] } }],
    ['vertex/text-embedding-005', { predictions: [{ embeddings: { values: [1] } }] }],
    ['ollama/nomic-embed-text', { embeddings: [[1]] }],
    ['bedrock/amazon.titan-embed-text-v2:0', { embedding: [1] }],
  ])('%s: what nobody counted is unknown, and the model has a name', async (model, answer) => {
    const { ai } = clientFor(() => answer)
    const result = await ai.embeddings.create({ model, input: 'x' })
    expect(result).not.toHaveProperty('usage')
    expect(result._meta.cost.usd).toBeNull()
    expect(result._meta.cost.missing).not.toEqual([])
    expect(result.model).toBe(model.slice(model.indexOf('/') + 1))
  })
})

describe('the purpose of vectors', () => {
  const one = { data: [entry(0)], embeddings: { float: [[1]] }, embedding: [1] }
  test.each([
    ['cohere/embed-v4.0', 'query', one, '"input_type":"search_query"'],
    ['cohere/embed-v4.0', 'RETRIEVAL_DOCUMENT', one, '"input_type":"search_document"'],
    ['voyage/voyage-3.5', 'search_query', one, '"input_type":"query"'],
    ['bedrock/cohere.embed-multilingual-v3', 'clustering', { embeddings: [[1]] }, '"input_type":"clustering"'],
    [
      'bedrock/amazon.nova-2-multimodal-embeddings-v1:0',
      'query',
      { embeddings: [{ embedding: [1] }] },
      '"embeddingPurpose":"GENERIC_RETRIEVAL"',
    ],
    ['gemini/gemini-embedding-001', 'document', { embedding: { values: [1] } }, '"taskType":"RETRIEVAL_DOCUMENT"'],
    [
      'vertex/text-embedding-005',
      'similarity',
      { predictions: [{ embeddings: { values: [1] } }] },
      '"task_type":"SEMANTIC_SIMILARITY"',
    ],
    ['jina/jina-embeddings-v4', 'query', one, '"task":"retrieval.query"'],
    ['nvidia/nv-embedqa-e5-v5', 'document', one, '"input_type":"passage"'],
  ])('%s is told of %s', async (model, type, answer, words) => {
    const { ai, bodies } = clientFor(() => answer)
    const result = await ai.embeddings.create({ model, input: 'x', input_type: type })
    expect(JSON.stringify(bodies[0])).toContain(words)
    expect(result._meta.warnings).toEqual([])
  })

  test.each(['task_type', 'taskType', 'task'])('%s is another name for it', async (field) => {
    const { ai, bodies } = clientFor(() => ({ embedding: { values: [1] } }))
    await ai.embeddings.create({ model: 'gemini/gemini-embedding-001', input: 'x', [field]: 'RETRIEVAL_QUERY' })
    expect(bodies[0]).toMatchObject({ taskType: 'RETRIEVAL_QUERY' })
  })

  test.each(['openai/e', 'mistral/e', 'ollama/e'])('%s has no such field, and a warning says so', async (model) => {
    const { ai, bodies } = clientFor(() => ({ ...one, embeddings: [[1]] }))
    const result = await ai.embeddings.create({ model, input: 'x', input_type: 'query' })
    expect(bodies[0]).not.toHaveProperty('input_type')
    expect(result._meta.warnings).toEqual([expect.stringContaining('input_type')])
  })

  test('a purpose that a provider does not have, and an unknown field, are refused', async () => {
    const { ai } = clientFor(() => one)
    const call = { model: 'voyage/voyage-3.5', input: 'x' }
    await expect(ai.embeddings.create({ ...call, input_type: 'facts' })).rejects.toMatchObject({
      parameter: 'input_type',
    })
    const strange = { ...call, colour: 'red' }
    await expect(ai.embeddings.create(strange)).rejects.toMatchObject({ parameter: 'colour' })
    const result = await ai.embeddings.create({ ...strange, dropUnsupported: true })
    expect(result._meta.warnings).toEqual([expect.stringContaining('colour')])
  })
})

describe('rankings', () => {
  const rank = (results: readonly (readonly [number, number])[]) => ({
    results: results.map(([index, relevance_score]) => ({ index, relevance_score })),
  })
  const call = { model: 'jina/jina-reranker-v2', query: 'q', documents: ['a', 'b', 'c'] }

  test.each([
    ['a document that is not there', rank([[3, 1]]), 'document 3'],
    ['a document twice', rank([[1, 1], [1, 0.5]]), 'two results for document 1'], // prettier-ignore
    ['no whole number', rank([[0.5, 1]]), 'document 0.5'],
  ])('%s', async (_what, answer, words) => {
    const { ai } = clientFor(() => answer)
    await expect(ai.rerank.create(call)).rejects.toThrow(words)
  })

  test('the most relevant first, and no more than were asked for', async () => {
    const { ai } = clientFor(() => rank([[0, 0.1], [2, 0.9], [1, 0.5]])) // prettier-ignore
    const result = await ai.rerank.create({ ...call, top_n: 2 })
    expect(result.results.map(({ index }) => index)).toEqual([2, 1])
    expect(result._meta.warnings).toEqual([expect.stringContaining('top_n')])
    expect(result.model).toBe('jina-reranker-v2')
  })
})
