import { openaiCompatible } from './openai-compatible.js'

/** Wafer (https://docs.wafer.ai/wafer-pass). */
export const wafer = openaiCompatible({
  id: 'wafer',
  name: 'Wafer',
  baseURL: 'https://pass.wafer.ai/v1',
  env: ['WAFER_API_KEY'],
  docs: 'https://docs.wafer.ai/wafer-pass',
})
