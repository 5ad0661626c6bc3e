import { expect, test } from 'vitest'
import { directory } from '../../src/whole-directory.js'

const { identifyHost, keepsHeader, reportedCost } = directory

test.each([
  ['eu.api.openai.com', 'openai', 'eu'],
  ['europe-west4-aiplatform.googleapis.com', 'gcp.vertex_ai', 'europe-west4'],
  ['aiplatform.us.rep.googleapis.com', 'gcp.vertex_ai', 'us'],
])('%s is %s in %s', (host, provider, region) => {
  expect(identifyHost(host)).toEqual({ provider, firstParty: true, region })
})

test.each([
  ['api.openai.com', 'openai'],
  ['API.OpenAI.com', 'openai'],
  ['my-resource.openai.azure.com', 'azure.ai.openai'],
  ['bedrock-runtime.us-east-1.amazonaws.com', 'aws.bedrock'],
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

test.each([
  'x-request-id',
  'request-id',
  'apim-request-id',
  'x-generation-id',
  'x-litellm-response-cost',
  'x-litellm-overhead-duration-ms',
  'x-portkey-cache-status',
  'x-mlflow-gateway-duration-ms',
  'helicone-id',
  'cf-aig-cache-status',
  'x-kong-llm-model',
  'x-requesty-request-id',
])('the header %s of an answer is kept', (name) => {
  expect(keepsHeader(name)).toBe(true)
})

test.each(['content-type', 'x-request-id-2', 'my-x-litellm-cost', 'x-requested-with', 'date', ''])(
  'the header %j is not',
  (name) => {
    expect(keepsHeader(name)).toBe(false)
  },
)

test.each([
  [{ 'x-litellm-response-cost': '0.0042' }, 0.0042],
  [{ 'X-LiteLLM-Response-Cost': '0' }, 0],
  [{ 'x-litellm-response-cost': '' }, undefined],
  [{ 'x-litellm-response-cost': 'much' }, undefined],
  [{ 'x-request-id': '7' }, undefined],
])('what an answer cost, from the headers %o', (headers: Record<string, string>, cost) => {
  expect(reportedCost(new Headers(headers))).toBe(cost)
})
