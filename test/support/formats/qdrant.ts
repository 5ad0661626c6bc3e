/** Qdrant's points (https://api.qdrant.tech/api-reference). */
import type { FakeFormat } from './shape.js'

const POINTS = [
  { id: 7, version: 1, score: 0.75, payload: { kind: 'note', embedding: Array.from({ length: 16 }, () => 0.5) } },
  { id: 'b', version: 1, score: 0.5, payload: null },
]

function resultOf(path: string): unknown {
  if (path.endsWith('/query/batch')) return [{ points: POINTS }, { points: POINTS }]
  if (path.endsWith('/batch')) return [POINTS, POINTS]
  if (path.endsWith('/groups')) return { groups: [{ id: 'g', hits: POINTS }] }
  if (path.endsWith('/query') || path.endsWith('/scroll')) return { points: POINTS, next_page_offset: null }
  if (path.endsWith('/count')) return { count: 2 }
  if (path.endsWith('/search') || path.endsWith('/recommend') || path.endsWith('/discover')) return POINTS
  return { operation_id: 1, status: 'completed' }
}

export const qdrant: FakeFormat = {
  path: /^\/collections\/\w+\/points/,
  streams: () => false,
  whole: (path, body) => ({
    result: path.endsWith('/points') && Array.isArray(body['ids']) ? POINTS : resultOf(path),
    status: 'ok',
    time: 0.001,
  }),
  events: () => [],
  error: (_status, { message }) => ({ status: { error: message }, time: 0 }),
}
