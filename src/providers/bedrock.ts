import { openaiCompatible } from './openai-compatible.js'

export const bedrock = openaiCompatible({
  id: 'bedrock',
  name: 'Amazon Bedrock',
  baseURL: 'https://bedrock-runtime.{region}.amazonaws.com/openai/v1',
  variables: { region: { env: ['AWS_REGION', 'AWS_DEFAULT_REGION'] } },
  env: ['AWS_BEARER_TOKEN_BEDROCK'],
  telemetryName: 'aws.bedrock',
  hosts: [
    'bedrock-runtime.*.amazonaws.com',
    'bedrock-runtime-fips.*.amazonaws.com',
    'bedrock-agent-runtime.*.amazonaws.com',
  ],
  idHeaders: ['x-amzn-requestid'],
  docs: 'https://docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html',
})
