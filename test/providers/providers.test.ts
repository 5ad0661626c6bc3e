import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { identifyHost } from '../../src/providers/directory.js'
import { providers } from '../../src/providers/index.js'

test('the registry and the folder are one', () => {
  const shared = new Set(['index.ts', 'directory.ts', 'vendor-hosts.ts'])
  const files = readdirSync(new URL('../../src/providers', import.meta.url)).filter((name) => !shared.has(name))
  expect(files.toSorted()).toEqual([...providers.keys()].map((id) => `${id}.ts`).toSorted())
})

describe.each([...providers.values()])('$id', (row) => {
  test('is sound', () => {
    expect(row.id).toMatch(/^[a-z][a-z0-9-]*$/)
    expect(row.protocols.length).toBeGreaterThan(0)
    expect(row.baseURL).not.toMatch(/\/$/)
    expect(row.auth.header).toBe(row.auth.header.toLowerCase())
    expect(row.env.every((name) => /^[A-Z][A-Z0-9_]*$/.test(name))).toBe(true)
    expect(URL.canParse(row.docs)).toBe(true)
  })

  test('its base URL is a host of its own, or a local server', () => {
    const { hostname, protocol } = new URL(row.baseURL)
    if (row.env.length === 0) {
      expect(hostname).toBe('127.0.0.1')
      expect(identifyHost(hostname)).toBeUndefined()
    } else {
      expect(protocol).toBe('https:')
      expect(identifyHost(hostname)).toEqual({ provider: row.telemetryName ?? row.id, firstParty: row.gateway !== true })
    }
  })
})

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

test('a gateway is known but not first party', () => {
  expect(identifyHost('openrouter.ai')).toEqual({ provider: 'openrouter', firstParty: false })
})
