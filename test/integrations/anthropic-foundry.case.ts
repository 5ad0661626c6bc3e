import { anthropicCloudCase } from '../contracts/anthropic-cloud-case.js'

export default anthropicCloudCase({
  id: 'anthropic-foundry',
  package: '@anthropic-ai/foundry-sdk',
  client: 'AnthropicFoundry',
  options: (baseURL) => ({ baseURL, apiKey: 'k' }),
  provider: 'anthropic',
})
