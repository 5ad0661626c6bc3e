/** The shapes of the provider fit the types of each version of `ai`. The compiler is the test; the calls show that there are models. */
import {
  createProviderRegistry as registry7,
  type EmbeddingModel as Embedding7,
  type LanguageModel as Language7,
} from 'ai'
import {
  createProviderRegistry as registry5,
  type EmbeddingModel as Embedding5,
  type LanguageModel as Language5,
} from 'ai-v5'
import {
  createProviderRegistry as registry6,
  type EmbeddingModel as Embedding6,
  type LanguageModel as Language6,
} from 'ai-v6'
import { expect, test } from 'vitest'
import { aiSdk } from '../../src/ai-sdk.js'
import { completion, scripted } from './scripted.js'

const { client } = scripted(() => completion({ content: 'Hi' }))

test('version 7, the default', () => {
  const provider = aiSdk(client)
  const language: Language7 = provider('smart')
  const embedding: Embedding7 = provider.embeddingModel('smart')
  expect([language, embedding]).toMatchObject([{ specificationVersion: 'v4' }, { specificationVersion: 'v4' }])
  expect(registry7({ ts: provider }).imageModel('ts:smart')).toMatchObject({ modelId: 'smart' })
})

test('version 6', () => {
  const provider = aiSdk(client, { version: 6 })
  const language: Language6 = provider('smart')
  const embedding: Embedding6 = provider.embeddingModel('smart')
  expect([language, embedding]).toMatchObject([{ specificationVersion: 'v3' }, { specificationVersion: 'v3' }])
  expect(registry6({ ts: provider }).imageModel('ts:smart')).toMatchObject({ modelId: 'smart' })
})

test('version 5', () => {
  const provider = aiSdk(client, { version: 5 })
  const language: Language5 = provider('smart')
  const embedding: Embedding5<string> = provider.textEmbeddingModel('smart')
  expect([language, embedding]).toMatchObject([{ specificationVersion: 'v2' }, { specificationVersion: 'v2' }])
  expect(registry5({ ts: provider }).imageModel('ts:smart')).toMatchObject({ modelId: 'smart' })
})

test('another version is refused by name', () => {
  expect(() => aiSdk(client, { version: 4 as 5 })).toThrow(/version: expected 5, 6 or 7, got 4/)
})
