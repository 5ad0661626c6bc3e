import { openaiCompatible } from './openai-compatible.js'

/** Clarifai (https://docs.clarifai.com/compute/inference/). */
export const clarifai = openaiCompatible({
  id: 'clarifai',
  name: 'Clarifai',
  baseURL: 'https://api.clarifai.com/v2/ext/openai/v1',
  env: ['CLARIFAI_PAT', 'CLARIFAI_API_KEY'],
  docs: 'https://docs.clarifai.com/compute/inference/',
})
