import type { AuthScheme } from '../kernel/provider.js'
import { openaiCompatible } from './openai-compatible.js'

/**
 * IBM Cloud takes tokens, which live an hour, and gives them for an API key
 * (https://cloud.ibm.com/docs/account?topic=account-iamtoken_from_apikey).
 */
export const iamToken: AuthScheme = {
  header: 'authorization',
  prefix: 'Bearer ',
  exchange: {
    url: 'https://iam.cloud.ibm.com/identity/token',
    fields: { grant_type: 'urn:ibm:params:oauth:grant-type:apikey' },
    keyField: 'apikey',
    tokenPrefix: 'eyJ',
  },
}

/** IBM watsonx.ai (https://www.ibm.com/docs/en/watsonx/saas?topic=models-model-gateway). */
export const watsonx = openaiCompatible({
  id: 'watsonx',
  name: 'IBM watsonx.ai',
  embeddings: true,
  baseURL: 'https://{region}.ml.cloud.ibm.com/ml/gateway/v1',
  variables: { region: { env: ['WATSONX_REGION'], default: 'us-south' } },
  auth: iamToken,
  env: ['WATSONX_TOKEN', 'WATSONX_API_KEY', 'WATSONX_APIKEY'],
  telemetryName: 'ibm.watsonx.ai',
  hosts: ['.ml.cloud.ibm.com'],
  idHeaders: ['x-global-transaction-id'],
  docs: 'https://www.ibm.com/docs/en/watsonx/saas?topic=models-model-gateway',
})
