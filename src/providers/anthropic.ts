import type { ProviderRow } from '../kernel/provider.js'

/** Anthropic (https://docs.anthropic.com/en/api/overview). */
export const anthropic: ProviderRow = {
  id: 'anthropic',
  name: 'Anthropic',
  protocols: ['anthropic-messages'],
  baseURL: 'https://api.anthropic.com',
  auth: { header: 'x-api-key' },
  env: ['ANTHROPIC_API_KEY'],
  baseURLEnv: ['ANTHROPIC_BASE_URL'],
  headers: { 'anthropic-version': '2023-06-01' },
  hosts: ['api.anthropic.com'],
  idHeaders: ['request-id'],
  joinsTraces: 'https://platform.claude.com/docs/en/manage-claude/opentelemetry',
  docs: 'https://docs.anthropic.com/en/api/overview',
}
