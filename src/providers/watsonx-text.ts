import type { ProviderRow } from '../kernel/provider.js'
import { iamToken } from './watsonx.js'

/** Its own API for chat; the row `watsonx` is the model gateway in front of it, which has to be set up. */
export const watsonxText: ProviderRow = {
  id: 'watsonx-text',
  name: 'IBM watsonx.ai text chat',
  protocols: ['watsonx-chat'],
  baseURL: 'https://{region}.ml.cloud.ibm.com/?version={version}',
  variables: {
    region: { env: ['WATSONX_REGION'], default: 'us-south' },
    version: { env: ['WATSONX_API_VERSION'], default: '2025-02-11' },
  },
  bodyVariables: {
    project_id: { env: ['WATSONX_PROJECT_ID'] },
    space_id: { env: ['WATSONX_SPACE_ID', 'WATSONX_DEPLOYMENT_SPACE_ID'] },
  },
  auth: iamToken,
  env: ['WATSONX_TOKEN', 'WATSONX_API_KEY', 'WATSONX_APIKEY'],
  telemetryName: 'ibm.watsonx.ai',
  hosts: ['.ml.cloud.ibm.com'],
  docs: 'https://cloud.ibm.com/apidocs/watsonx-ai#text-chat',
}
