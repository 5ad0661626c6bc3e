/** Upstash's vectors (https://upstash.com/docs/vector/api/get-started). */
import type { FakeFormat } from './shape.js'

const FOUND = [
  { id: 'a', score: 0.75, data: 'a text', metadata: { kind: 'note' } },
  { id: 'b', score: 0.5 },
]

function resultOf(path: string, isList: boolean): unknown {
  const [, , command = ''] = path.split('/')
  if (command.startsWith('query')) return isList ? [FOUND, FOUND] : FOUND
  if (command === 'resumable-query-next' || command === 'fetch') return FOUND
  if (command.startsWith('resumable-query')) return { uuid: 'u1', scores: FOUND }
  if (command === 'range') return { nextCursor: '', vectors: FOUND }
  return command === 'delete' ? { deleted: 2 } : 'Success'
}

export const upstash: FakeFormat = {
  path: /^\/upstash\//,
  streams: () => false,
  whole: (path, body) => ({ result: resultOf(path, Array.isArray(body)) }),
  events: () => [],
  error: (status, { message }) => ({ error: message, status }),
}
