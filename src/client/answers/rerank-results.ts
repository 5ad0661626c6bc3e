/** Checks and sorts rerank results: each document at most once, the most relevant first. */
import { StreamError } from '../../kernel/errors.js'
import type { RerankRequest, RerankResponse } from '../../kernel/hub.js'

const CODE = 'invalid_ranking'

/**
 * The answer, most relevant first, with no more results than requested.
 *
 * @throws StreamError that names the document, with the code `invalid_ranking`.
 */
export function checkedResults(
  answer: RerankResponse,
  { documents, top_n: top }: RerankRequest,
  warn: (message: string) => void,
): RerankResponse {
  const count = documents.length
  const seen = new Set<number>()
  let isOrdered = true
  let before = Infinity
  for (const { index, relevance_score: score } of answer.results) {
    if (!Number.isInteger(index) || index < 0 || index >= count)
      throw malformedAnswer(`a result for document ${index}, and there are ${count}`)
    if (seen.has(index)) throw malformedAnswer(`two results for document ${index}`)
    seen.add(index)
    isOrdered &&= score <= before
    before = score
  }
  const wanted = Math.min(top ?? count, count)
  let results = answer.results
  if (!isOrdered) results = [...results].sort((one, other) => other.relevance_score - one.relevance_score)
  if (results.length > wanted) {
    warn(`the answer has ${results.length} results, and top_n is ${wanted}: the others are left out`)
    results = results.slice(0, wanted)
  }
  if (results.length < wanted && top == null)
    warn(`the answer has ${results.length} results for ${count} documents: the provider left out the others`)
  return results === answer.results ? answer : { ...answer, results }
}

function malformedAnswer(what: string): StreamError {
  return new StreamError(`the answer has ${what}`, { code: CODE })
}
