import { openaiCompatible } from './openai-compatible.js'

/** Kenari (https://kenari.id/docs). */
export const kenari = openaiCompatible({
  id: 'kenari',
  name: 'Kenari',
  baseURL: 'https://kenari.id/v1',
  env: ['KENARI_API_KEY'],
  quirks: {},
  docs: 'https://kenari.id/docs',
})
