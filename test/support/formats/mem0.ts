/** Mem0's hosted memory (https://docs.mem0.ai/api-reference). */
import type { FakeFormat } from './shape.js'

const FOUND = [
  { id: 'm1', memory: 'likes tea', user_id: 'u1', score: 0.75, metadata: { kind: 'taste' } },
  { id: 'm2', memory: 'has a cat', user_id: 'u1', score: 0.5, metadata: null },
]

export const mem0: FakeFormat = {
  path: /^\/mem0\//,
  streams: () => false,
  whole(path) {
    if (path.endsWith('/ping/')) return { status: 'ok', org_id: 'o1', project_id: 'p1' }
    if (path.endsWith('/history/'))
      return [{ id: 'h1', memory_id: 'm1', new_memory: 'likes tea', event: 'ADD' }] as never
    if (path.endsWith('/add/')) return { results: [{ id: 'm1', memory: 'likes tea', event: 'ADD' }] }
    if (path.endsWith('/search/') || path.endsWith('/v3/memories/')) return { results: FOUND }
    return { ...FOUND[0], message: 'ok' }
  },
  events: () => [],
  error: (_status, { message }) => ({ detail: message }),
}
