import { vi } from 'vitest'

const KEYS = [
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'GROQ_API_KEY',
  'OPENAI_BASE_URL',
  'ANTHROPIC_BASE_URL',
  'PERPLEXITY_API_KEY',
  'PPLX_API_KEY',
]

/** No key or base URL from the environment of whoever runs the tests; `vi.unstubAllEnvs()` undoes it. */
export function noKeys(): void {
  for (const key of KEYS) vi.stubEnv(key, undefined)
}
