/** Milvus's service over gRPC (https://milvus.io/api-reference). */
import type { Json } from './shape.js'

const status = { error_code: 'Success', code: 0, reason: '' }
const ids = { int_id: { data: ['7', '8'] } }
const texts = {
  type: 'VarChar',
  field_name: 'text',
  field_id: '102',
  scalars: { string_data: { data: ['a text', 'another'] } },
}
const keys = { type: 'Int64', field_name: 'id', field_id: '100', scalars: { long_data: { data: ['7', '8'] } } }
const written = { status, IDs: ids, succ_index: [0, 1], insert_cnt: '2', upsert_cnt: '2', delete_cnt: '2' }

const ANSWERS: Readonly<Record<string, Json>> = {
  Connect: { status, server_info: { build_tags: '2.6.0' } },
  DescribeCollection: {
    status,
    collection_name: 'docs',
    collectionID: '1',
    schema: {
      name: 'docs',
      fields: [
        { fieldID: '100', name: 'id', is_primary_key: true, data_type: 'Int64' },
        { fieldID: '101', name: 'vector', data_type: 'FloatVector', type_params: [{ key: 'dim', value: '2' }] },
        { fieldID: '102', name: 'text', data_type: 'VarChar', type_params: [{ key: 'max_length', value: '99' }] },
      ],
    },
  },
  Search: {
    status,
    collection_name: 'docs',
    results: {
      num_queries: '1',
      top_k: '2',
      fields_data: [keys, texts],
      scores: [0.75, 0.5],
      ids,
      topks: ['2'],
      output_fields: ['id', 'text'],
    },
  },
  Query: {
    status,
    collection_name: 'docs',
    fields_data: [keys, texts],
    output_fields: ['id', 'text'],
  },
  Insert: written,
  Upsert: written,
  Delete: written,
}

/** Of a method; `undefined` for one that it does not have. */
export function milvusAnswer(method: string, behaviour: string): Json | undefined {
  const answer = ANSWERS[method === 'HybridSearch' ? 'Search' : method]
  const isRefused = behaviour === 'refused' && ['Search', 'HybridSearch'].includes(method)
  return isRefused ? { status: { error_code: 'CollectionNotExists', code: 100, reason: 'no such collection' } } : answer
}
