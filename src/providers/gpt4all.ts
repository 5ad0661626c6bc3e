import { openaiCompatible } from './openai-compatible.js'

/** GPT4All (https://docs.gpt4all.io/gpt4all_api_server/home.html). */
export const gpt4all = openaiCompatible({
  id: 'gpt4all',
  name: 'GPT4All',
  protocols: ['openai-chat', 'openai-completions'],
  baseURL: 'http://127.0.0.1:4891/v1',
  env: [],
  docs: 'https://docs.gpt4all.io/gpt4all_api_server/home.html',
})
