import { anthropicCloudCase } from '../contracts/anthropic-cloud-case.js'

export default anthropicCloudCase({
  id: 'anthropic-bedrock',
  package: '@anthropic-ai/bedrock-sdk',
  client: 'AnthropicBedrock',
  options: (baseURL) => ({ baseURL, apiKey: null, awsAccessKey: 'AKIA', awsSecretKey: 's', awsRegion: 'eu-west-1' }),
  provider: 'aws.bedrock',
  served: 'claude-sonnet-4-6',
  // AWS says what went wrong in a header, which the SDK does not read.
  errors: { bad: 'BadRequestError', key: 'AuthenticationError', server: 'InternalServerError' },
  changingHeaders: ['authorization', 'x-amz-date'],
})
