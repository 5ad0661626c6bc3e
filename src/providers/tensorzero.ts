import { openaiCompatible } from './openai-compatible.js'

/** TensorZero Gateway (https://www.tensorzero.com/docs/gateway/clients). */
export const tensorzero = openaiCompatible({
  id: 'tensorzero',
  name: 'TensorZero Gateway',
  embeddings: true,
  baseURL: 'http://127.0.0.1:3000/openai/v1',
  env: [],
  quirks: {},
  gateway: { traceparent: true, modelNames: 'tensorzero::model_name::{vendor}::{model}' },
  docs: 'https://www.tensorzero.com/docs/gateway/clients',
})
