import type { ProviderRow } from '../kernel/provider.js'

/** TypeSafe AI, whose models answer typed questions (https://docs.typesafe.ai). */
export const typesafe: ProviderRow = {
  id: 'typesafe',
  name: 'TypeSafe AI',
  protocols: ['systemone'],
  baseURL: 'https://api.typesafe.ai',
  auth: { header: 'authorization', prefix: 'Bearer ' },
  env: ['TYPESAFE_API_KEY'],
  baseURLEnv: ['TYPESAFE_BASE_URL'],
  hosts: ['api.typesafe.ai'],
  docs: 'https://docs.typesafe.ai',
}
