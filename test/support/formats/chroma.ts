/** Chroma's collections (https://docs.trychroma.com/reference/chroma-reference). */
import type { FakeFormat, Json } from './shape.js'

const COLUMNS = {
  ids: [['a', 'b']],
  documents: [['a text', 'another']],
  metadatas: [[{ kind: 'note' }, null]],
  include: ['documents', 'metadatas', 'distances'],
}

const ANSWERS: Readonly<Record<string, Json>> = {
  query: { ...COLUMNS, distances: [[0.25, 0.5]] },
  search: { ...COLUMNS, scores: [[0.75, 0.5]], select: [] },
  get: { ids: ['a', 'b'], documents: ['a text', 'another'], metadatas: [null, null], include: ['documents'] },
  delete: { deleted: 2 },
  'pre-flight-checks': { max_batch_size: 100, supports_base64_encoding: true },
  // A collection by its name.
  docs: {
    id: 'c1',
    name: 'docs',
    tenant: 'default_tenant',
    database: 'default_database',
    configuration_json: {},
    metadata: null,
  },
}

export const chroma: FakeFormat = {
  path: /^\/api\/v2\//,
  streams: () => false,
  whole: (path) => ANSWERS[path.replace(/.*\//, '')] ?? {},
  status: (path) => (path.endsWith('/add') ? 201 : 200),
  events: () => [],
  error: (_status, { message }) => ({ error: 'BadRequest', message }),
}
