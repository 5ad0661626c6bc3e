import { openaiCompatible } from './openai-compatible.js'

/** OCI Generative AI (https://docs.oracle.com/en-us/iaas/Content/generative-ai/openai-compatible-api.htm). */
export const oci = openaiCompatible({
  id: 'oci',
  name: 'OCI Generative AI',
  baseURL: 'https://inference.generativeai.{region}.oci.oraclecloud.com/openai/v1',
  variables: { region: { env: ['OCI_REGION'], default: 'us-chicago-1' } },
  env: ['OCI_GENAI_API_KEY'],
  hosts: ['inference.generativeai.*.oci.oraclecloud.com'],
  idHeaders: ['opc-request-id'],
  docs: 'https://docs.oracle.com/en-us/iaas/Content/generative-ai/openai-compatible-api.htm',
})
