import { openaiCompatible } from './openai-compatible.js'

export const kenari = openaiCompatible({
  id: 'kenari',
  name: 'Kenari',
  baseURL: 'https://kenari.id/v1',
  env: ['KENARI_API_KEY'],
  quirks: {},
  docs: 'https://kenari.id/docs',
})
