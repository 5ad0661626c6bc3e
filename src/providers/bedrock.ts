import type { ProviderRow } from '../kernel/provider.js'

/** Amazon Bedrock (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
export const bedrock: ProviderRow = {
  id: 'bedrock',
  name: 'Amazon Bedrock',
  protocols: ['bedrock-converse', 'bedrock-titan-embeddings', 'bedrock-cohere-embeddings', 'bedrock-nova-embeddings'],
  embeddingsByModel: [
    { part: 'cohere.', protocol: 'bedrock-cohere-embeddings' },
    { part: 'amazon.nova', protocol: 'bedrock-nova-embeddings' },
  ],
  baseURL: 'https://bedrock-runtime.{region}.amazonaws.com',
  variables: { region: { env: ['AWS_REGION', 'AWS_DEFAULT_REGION'] } },
  auth: { header: 'authorization', prefix: 'Bearer ', sign: { kind: 'aws-sigv4', service: 'bedrock' } },
  env: ['AWS_BEARER_TOKEN_BEDROCK'],
  telemetryName: 'aws.bedrock',
  hosts: [
    'bedrock-runtime.*.amazonaws.com',
    'bedrock-runtime-fips.*.amazonaws.com',
    'bedrock-agent-runtime.*.amazonaws.com',
  ],
  idHeaders: ['x-amzn-requestid'],
  errorTypeHeader: 'x-amzn-errortype',
  docs: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html',
}
