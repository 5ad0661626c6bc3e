import { openaiCompatible } from './openai-compatible.js'

/** Alibaba Model Studio (China) (https://help.aliyun.com/zh/model-studio/compatibility-of-openai-with-dashscope). */
export const alibabaCn = openaiCompatible({
  id: 'alibaba-cn',
  name: 'Alibaba Model Studio (China)',
  embeddings: 10,
  baseURL: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
  env: ['DASHSCOPE_API_KEY'],
  telemetryName: 'alibaba',
  docs: 'https://help.aliyun.com/zh/model-studio/compatibility-of-openai-with-dashscope',
})
