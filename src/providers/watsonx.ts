import { openaiCompatible } from './openai-compatible.js'

export const watsonx = openaiCompatible({
  id: 'watsonx',
  name: 'IBM watsonx.ai',
  embeddings: true,
  baseURL: 'https://{region}.ml.cloud.ibm.com/ml/gateway/v1',
  variables: { region: { env: ['WATSONX_REGION'], default: 'us-south' } },
  // The model gateway takes an IAM token, which lives an hour: give `apiKey` as a function for longer.
  env: ['WATSONX_TOKEN'],
  telemetryName: 'ibm.watsonx.ai',
  hosts: ['.ml.cloud.ibm.com'],
  idHeaders: ['x-global-transaction-id'],
  docs: 'https://www.ibm.com/docs/en/watsonx/saas?topic=models-model-gateway',
})
