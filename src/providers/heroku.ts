import { openaiCompatible } from './openai-compatible.js'

/** Heroku Managed Inference (https://devcenter.heroku.com/articles/heroku-inference). */
export const heroku = openaiCompatible({
  id: 'heroku',
  name: 'Heroku Managed Inference',
  embeddings: true,
  baseURL: 'https://us.inference.heroku.com/v1',
  env: ['INFERENCE_KEY', 'HEROKU_API_KEY'],
  hosts: ['us.inference.heroku.com', 'eu.inference.heroku.com'],
  docs: 'https://devcenter.heroku.com/articles/heroku-inference',
})
