/**
 * What vectors are for: a query, a document that is searched, and so on. Models that tell them apart say it in a field and
 * in words of their own; a caller may use one word for all of them, or any provider's.
 */
import type { EmbeddingsRequest } from '../../kernel/hub.js'
import { limitsOf } from '../../kernel/limits.js'
import type { EncodeContext, InputTypes } from '../../kernel/protocol.js'

type Task = keyof InputTypes['words']

/** Fields in which callers say it. */
export const INPUT_TYPE_FIELDS = ['input_type', 'task_type', 'taskType', 'task'] as const

/** What each task is called: by us, and by providers, in lower case and with underscores. */
const NAMES: Readonly<Record<Task, readonly string[]>> = {
  query: ['query', 'search_query', 'retrieval_query', 'generic_retrieval', 'text_retrieval'],
  document: ['document', 'passage', 'search_document', 'retrieval_document', 'retrieval_passage', 'generic_index'],
  classification: ['classification'],
  clustering: ['clustering', 'separation'],
  similarity: ['similarity', 'semantic_similarity', 'text_matching'],
  code: ['code', 'code_retrieval_query', 'code_query'],
  questions: ['questions', 'question_answering'],
  facts: ['facts', 'fact_verification', 'fact_checking'],
}

function taskOf(word: string): Task | undefined {
  const plain = word.toLowerCase().replaceAll(/[.\s-]+/g, '_')
  return (Object.keys(NAMES) as Task[]).find((task) => NAMES[task].includes(plain))
}

/** The word of the request, from the first field that has one. */
export function inputTypeOf(request: EmbeddingsRequest): string | undefined {
  const fields = request as unknown as Readonly<Record<string, unknown>>
  for (const field of INPUT_TYPE_FIELDS) {
    const word = fields[field]
    if (typeof word === 'string' && word !== '') return word
  }
  return undefined
}

/**
 * @param types - The provider's field and words; `false` where its models tell nothing apart.
 * @returns The field as it is sent; nothing when the request says nothing.
 * @throws UnsupportedParameterError for a task that the provider has no word for, unless it may be dropped.
 */
export function encodeInputType(
  request: EmbeddingsRequest,
  types: InputTypes | false,
  context: EncodeContext,
): Readonly<Record<string, string>> {
  const word = inputTypeOf(request)
  if (word === undefined) return {}
  const limits = limitsOf(context)
  if (types === false) {
    limits.warn('`input_type` has no effect here: the vectors are the same for every use')
    return {}
  }
  const { field, words, others = [] } = types
  const task = taskOf(word)
  const own = Object.values(words).includes(word) || others.includes(word) ? word : task && words[task]
  if (own !== undefined) return { [field]: own }
  limits.unsupported('input_type', `use ${Object.keys(words).join(', ')}, not ${JSON.stringify(word.slice(0, 60))}`)
  return {}
}
