import { openaiCompatible } from './openai-compatible.js'

/** Bothub (https://bothub.ru/models). */
export const bothub = openaiCompatible({
  id: 'bothub',
  name: 'Bothub',
  baseURL: 'https://openai.bothub.ru/v1',
  env: ['BOTHUB_API_KEY'],
  quirks: {},
  hosts: ['openai.bothub.ru', 'bothub.chat'],
  docs: 'https://bothub.ru/models',
})
