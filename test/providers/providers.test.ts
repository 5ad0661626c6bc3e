import { expect, test } from 'vitest'
import { identifyHost } from '../../src/providers/directory.js'

test.each([
  ['api.openai.com', 'openai'],
  ['eu.api.openai.com', 'openai'],
  ['API.OpenAI.com', 'openai'],
  ['my-resource.openai.azure.com', 'azure.ai.openai'],
  ['bedrock-runtime.us-east-1.amazonaws.com', 'aws.bedrock'],
  ['europe-west4-aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['api.cohere.com', 'cohere'],
  ['router.huggingface.co', 'hugging_face'],
  ['api.x.ai', 'x_ai'],
  ['api.moonshot.cn', 'moonshot_ai'],
  ['my-account.snowflakecomputing.com', 'snowflake'],
  ['us-south.ml.cloud.ibm.com', 'ibm.watsonx.ai'],
  ['bedrock-mantle.eu-west-1.api.aws', 'aws.bedrock'],
])('%s is %s', (host, provider) => {
  expect(identifyHost(host)).toEqual({ provider, firstParty: true })
})

test.each([
  '127.0.0.1',
  'localhost',
  '10.0.0.7',
  '[::1]',
  'gateway.internal',
  'api.openai.com.evil.example',
  'notapi.openai.com.example',
  'xapi.openai.community',
  'openai.azure.com',
  'bedrock-runtime.us-east-1.evil.amazonaws.com',
  's3.us-east-1.amazonaws.com',
  'storage.googleapis.com',
])('%s is nobody we know', (host) => {
  expect(identifyHost(host)).toBeUndefined()
})

test('a gateway is known by its name; it is first party when it has no use for trace context', () => {
  expect(identifyHost('openrouter.ai')).toEqual({ provider: 'openrouter', firstParty: true })
  expect(identifyHost('ai-gateway.helicone.ai')).toEqual({ provider: 'helicone', firstParty: true })
})
