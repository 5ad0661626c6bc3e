/** Zep's threads, graphs and users (https://help.getzep.com/sdk-reference). */
import type { FakeFormat } from './shape.js'

export const zep: FakeFormat = {
  path: /^\/zep\//,
  streams: () => false,
  whole(path, body) {
    if (path.endsWith('/graph/search'))
      return {
        edges: [
          {
            uuid: 'e1',
            fact: 'Ann likes tea',
            name: 'LIKES',
            score: 0.75,
            created_at: 't',
            source_node_uuid: 's',
            target_node_uuid: 't',
          },
        ],
        nodes: [{ uuid: 'n1', name: 'Ann', summary: 'a person', created_at: 't', attributes: { age: 3 } }],
      }
    if (path.endsWith('/context')) return { context: 'Ann likes tea' }
    if (path.endsWith('/messages') && Object.keys(body).length > 0) return { message_uuids: ['x', 'y'] }
    return {
      uuid: 'e1',
      fact: 'Ann likes tea',
      name: 'LIKES',
      thread_id: 't1',
      messages: [{ uuid: 'x', content: 'Hi', role: 'user' }],
    }
  },
  events: () => [],
  error: (_status, { message }) => ({ message }),
}
