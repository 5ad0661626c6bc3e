import { openaiCompatible } from './openai-compatible.js'

/** Amazon Bedrock Mantle (https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html). */
export const bedrockMantle = openaiCompatible({
  id: 'bedrock-mantle',
  name: 'Amazon Bedrock Mantle',
  protocols: ['openai-chat', 'openai-responses'],
  baseURL: 'https://bedrock-mantle.{region}.api.aws/v1',
  variables: { region: { env: ['AWS_REGION', 'AWS_DEFAULT_REGION'] } },
  env: ['AWS_BEARER_TOKEN_BEDROCK'],
  quirks: {},
  telemetryName: 'aws.bedrock',
  hosts: ['bedrock-mantle.*.api.aws'],
  idHeaders: ['x-amzn-requestid'],
  docs: 'https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html',
})
