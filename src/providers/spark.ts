import { openaiCompatible } from './openai-compatible.js'

export const spark = openaiCompatible({
  id: 'spark',
  name: 'iFlytek Spark',
  baseURL: 'https://spark-api-open.xf-yun.com/v1',
  env: ['SPARK_API_KEY'],
  docs: 'https://www.xfyun.cn/doc/spark/HTTP%E8%B0%83%E7%94%A8%E6%96%87%E6%A1%A3.html',
})
