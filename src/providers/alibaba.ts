import { openaiCompatible } from './openai-compatible.js'

/** Alibaba Model Studio (https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope). */
export const alibaba = openaiCompatible({
  id: 'alibaba',
  name: 'Alibaba Model Studio',
  embeddings: 10,
  baseURL: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  env: ['DASHSCOPE_API_KEY'],
  hosts: ['dashscope-intl.aliyuncs.com', 'dashscope-us.aliyuncs.com'],
  docs: 'https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope',
})
