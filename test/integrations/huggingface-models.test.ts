import { describe, expect, it } from 'vitest'
import { modelOf } from '../../integrations/huggingface/requests.js'

/** Where a request of `@huggingface/inference` names its model: in its body, in its path, or not at all. */
const ROWS: readonly (readonly [url: string, body: object, model: string | undefined])[] = [
  ['https://router.huggingface.co/v1/chat/completions', { model: 'meta/llama:groq' }, 'meta/llama:groq'],
  ['https://router.huggingface.co/hf-inference/models/acme/painter', {}, 'acme/painter'],
  ['https://router.huggingface.co/hf-inference/models/acme/v/pipeline/feature-extraction', {}, 'acme/v'],
  ['https://router.huggingface.co/hf-inference/models/bert/v1/completions', {}, 'bert'],
  ['https://router.huggingface.co/replicate/v1/models/acme/flux/predictions', { input: {} }, 'acme/flux'],
  ['https://router.huggingface.co/fal-ai/fal-ai/flux/dev?_subdomain=queue', {}, 'fal-ai/flux/dev'],
  ['https://router.huggingface.co/wavespeed/api/v3/wavespeed-ai/wan/t2v', {}, 'wavespeed-ai/wan/t2v'],
  ['https://router.huggingface.co/novita/v3/async/acme/film', {}, 'acme/film'],
  ['https://router.huggingface.co/together/v2/videos', { model: 'acme/film' }, 'acme/film'],
  ['https://own.endpoints.huggingface.cloud/', { inputs: 'Hello' }, undefined],
  ['https://own.test/v1/chat/completions', { model: 'https://own.test/v1' }, undefined],
]

describe('the model of a request', () => {
  it.each(ROWS)('%s', (url, body, model) => {
    expect(modelOf(new URL(url), body)).toBe(model)
  })
})
