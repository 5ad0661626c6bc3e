import { openaiCompatible } from './openai-compatible.js'

/** iFlytek Spark (https://www.xfyun.cn/doc/spark/HTTP%E8%B0%83%E7%94%A8%E6%96%87%E6%A1%A3.html). */
export const spark = openaiCompatible({
  id: 'spark',
  name: 'iFlytek Spark',
  baseURL: 'https://spark-api-open.xf-yun.com/v1',
  env: ['SPARK_API_KEY'],
  // https://www.xfyun.cn/doc/spark/Web.html: moderation, length, licence, flow of a day and of a second, places.
  errorCodes: {
    10013: 'content-policy',
    10014: 'content-policy',
    10907: 'context-length',
    11200: 'auth',
    11201: 'quota',
    11202: 'rate-limit',
    11203: 'rate-limit',
  },
  docs: 'https://www.xfyun.cn/doc/spark/HTTP%E8%B0%83%E7%94%A8%E6%96%87%E6%A1%A3.html',
})
