import { openaiCompatible } from './openai-compatible.js'

/** Databricks Model Serving (https://docs.databricks.com/aws/en/machine-learning/model-serving/query-chat-models). */
export const databricks = openaiCompatible({
  id: 'databricks',
  name: 'Databricks Model Serving',
  embeddings: true,
  baseURL: 'https://{host}/serving-endpoints',
  variables: { host: { env: ['DATABRICKS_HOST'] } },
  env: ['DATABRICKS_TOKEN', 'DATABRICKS_API_KEY'],
  baseURLEnv: ['DATABRICKS_API_BASE'],
  hosts: ['.cloud.databricks.com', '.azuredatabricks.net', '.gcp.databricks.com'],
  quirks: { maxTokensField: 'max_tokens', developerAsSystem: true, thinkingParts: 'reasoning' },
  gateway: { traceparent: false, modelNames: '{endpoint}' },
  docs: 'https://docs.databricks.com/aws/en/machine-learning/model-serving/query-chat-models',
})
