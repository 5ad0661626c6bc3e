import { openaiCompatible } from './openai-compatible.js'

/** Tencent TokenHub (https://cloud.tencent.com/document/product/1823/130050). */
export const tencentTokenhub = openaiCompatible({
  id: 'tencent-tokenhub',
  name: 'Tencent TokenHub',
  baseURL: 'https://tokenhub.tencentmaas.com/v1',
  env: ['TENCENT_TOKENHUB_API_KEY'],
  telemetryName: 'tencent',
  docs: 'https://cloud.tencent.com/document/product/1823/130050',
})
