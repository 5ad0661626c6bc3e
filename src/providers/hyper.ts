import { openaiCompatible } from './openai-compatible.js'

/** Charm Hyper (https://hyper.charm.land). */
export const hyper = openaiCompatible({
  id: 'hyper',
  name: 'Charm Hyper',
  baseURL: 'https://hyper.charm.land/v1',
  env: ['HYPER_API_KEY'],
  quirks: {},
  docs: 'https://hyper.charm.land',
})
