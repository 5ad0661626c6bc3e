import { openaiCompatible } from './openai-compatible.js'

/** Hetzner Inference (https://experiments.hetzner.com/docs/inference). */
export const hetzner = openaiCompatible({
  id: 'hetzner',
  name: 'Hetzner Inference',
  baseURL: 'https://inference.hetzner.com/api/v1',
  env: ['HETZNER_API_KEY'],
  docs: 'https://experiments.hetzner.com/docs/inference',
})
