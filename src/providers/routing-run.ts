import { openaiCompatible } from './openai-compatible.js'

/** routing.run (https://docs.routing.run/api-reference/models). */
export const routingRun = openaiCompatible({
  id: 'routing-run',
  name: 'routing.run',
  baseURL: 'https://api.routing.run/v1',
  env: ['ROUTING_RUN_API_KEY'],
  quirks: {},
  docs: 'https://docs.routing.run/api-reference/models',
})
