/**
 * Hosts of stores that their makers run. As with a model vendor's own, trace context is of no use there, so that
 * `propagate: 'gateways'` leaves it out. Each stands for the hosts
 * below it.
 */
export const STORE_HOSTS: readonly string[] = [
  '.cloud.qdrant.io', // https://qdrant.tech/documentation/cloud/
  '.getzep.com', // https://help.getzep.com
  '.mem0.ai', // https://docs.mem0.ai/api-reference
  '.pinecone.io', // https://docs.pinecone.io/reference/api
  '.trychroma.com', // https://docs.trychroma.com/cloud
  '.upstash.io', // https://upstash.com/docs/vector
  '.weaviate.cloud', // https://docs.weaviate.io/cloud
  '.zillizcloud.com', // https://docs.zilliz.com
]
