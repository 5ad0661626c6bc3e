/** What vectors are for, in Cohere's words, which Bedrock passes on to its models (https://docs.cohere.com/reference/embed). */
export const COHERE_INPUT_TYPES = {
  field: 'input_type',
  words: {
    query: 'search_query',
    document: 'search_document',
    classification: 'classification',
    clustering: 'clustering',
  },
  others: ['image'],
} as const

/** The format requires one; if the caller sets none, this is sent, with a warning. */
export const DEFAULT_INPUT_TYPE = 'search_document'
