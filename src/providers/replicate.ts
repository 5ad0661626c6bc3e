import type { ProviderRow } from '../kernel/provider.js'

/** Replicate (https://replicate.com/docs/reference/http). */
export const replicate: ProviderRow = {
  id: 'replicate',
  name: 'Replicate',
  protocols: ['replicate-predictions'],
  baseURL: 'https://api.replicate.com/v1',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['REPLICATE_API_TOKEN'],
  hosts: ['.replicate.com'],
  docs: 'https://replicate.com/docs/reference/http',
}
