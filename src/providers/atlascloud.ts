import { openaiCompatible } from './openai-compatible.js'

/** Atlas Cloud (https://docs.litellm.ai/docs/providers/atlas_cloud). */
export const atlascloud = openaiCompatible({
  id: 'atlascloud',
  name: 'Atlas Cloud',
  baseURL: 'https://api.atlascloud.ai/v1',
  env: ['ATLASCLOUD_API_KEY'],
  docs: 'https://docs.litellm.ai/docs/providers/atlas_cloud',
})
