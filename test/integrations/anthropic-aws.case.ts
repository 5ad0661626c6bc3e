import { anthropicCloudCase } from '../contracts/anthropic-cloud-case.js'

export default anthropicCloudCase({
  id: 'anthropic-aws',
  package: '@anthropic-ai/aws-sdk',
  client: 'AnthropicAws',
  options: (baseURL) => ({ baseURL, apiKey: 'k', workspaceId: 'w', awsRegion: 'eu-west-1' }),
  provider: 'anthropic',
})
