/** Memory stores of Microsoft Foundry, as `@azure/ai-projects` reads them. */
import type { FakeFormat } from './shape.js'

const item = (memory_id: string, content: string) => ({
  memory_id,
  updated_at: 1_700_000_000,
  scope: 'u1',
  kind: 'user_profile',
  content,
})
const FOUND = [item('m1', 'likes tea'), item('m2', 'has a cat')]
const USAGE = {
  embedding_tokens: 3,
  input_tokens: 0,
  input_tokens_details: {},
  output_tokens: 0,
  output_tokens_details: {},
}

export const foundry: FakeFormat = {
  path: /\/memory_stores\b/,
  streams: () => false,
  whole(path) {
    if (path.endsWith(':search_memories'))
      return { search_id: 's1', memories: FOUND.map((memory_item) => ({ memory_item })), usage: USAGE }
    if (path.endsWith(':update_memories'))
      return { update_id: 'u1', status: 'completed', result: { memory_operations: [], usage: USAGE } }
    if (path.endsWith(':list')) return { data: FOUND, has_more: false }
    if (path.includes('/items')) return item('m1', 'likes tea')
    return { id: 'ms1', name: 'prefs', object: 'memory_store', created_at: 1, updated_at: 1, deleted: true }
  },
  events: () => [],
  error: (_status, { code, message }) => ({ error: { code: code ?? 'internal', message } }),
}
