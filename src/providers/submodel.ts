import { openaiCompatible } from './openai-compatible.js'

/** SubModel (https://submodel.gitbook.io). */
export const submodel = openaiCompatible({
  id: 'submodel',
  name: 'SubModel',
  baseURL: 'https://llm.submodel.ai/v1',
  env: ['SUBMODEL_INSTAGEN_ACCESS_KEY'],
  docs: 'https://submodel.gitbook.io',
})
