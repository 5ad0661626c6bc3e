import { openaiCompatible } from './openai-compatible.js'

/** Privatemode (https://docs.privatemode.ai/api/overview). */
export const privatemode = openaiCompatible({
  id: 'privatemode',
  name: 'Privatemode',
  baseURL: 'http://127.0.0.1:8080/v1',
  // The vendor's proxy on this machine encrypts; it may hold the key itself.
  env: ['PRIVATEMODE_API_KEY'],
  keyOptional: true,
  baseURLEnv: ['PRIVATEMODE_ENDPOINT'],
  docs: 'https://docs.privatemode.ai/api/overview',
})
