/** Vectors as Cohere's models give them: a bare list, or a list for each type that was asked for. */
import { asString, isObject } from '../../kernel/json.js'
import { decodeEmbedding } from '../openai-embeddings.js'
import { isVector } from './embeddings-codec.js'
import { vectorFor } from './wrong-vector.js'

/** Representations that are vectors of numbers, the best first. Binary ones are numbers of packed bits. */
const NUMERIC = ['float', 'int8', 'uint8', 'binary', 'ubinary'] as const

/** The vectors, and which representation they are. The first version gives a bare list. */
export function vectorsOf(embeddings: unknown): { type: string; vectors: number[][] } | undefined {
  if (Array.isArray(embeddings)) return embeddings.every(isVector) ? { type: 'float', vectors: embeddings } : undefined
  if (!isObject(embeddings)) return undefined
  for (const type of NUMERIC) {
    const list = embeddings[type]
    if (Array.isArray(list) && list.every(isVector)) return { type, vectors: list }
  }
  const { base64 } = embeddings
  if (!Array.isArray(base64)) return undefined
  return {
    type: 'base64',
    vectors: base64.map((text: unknown, at) => vectorFor(at, () => decodeEmbedding(asString(text) ?? ''))),
  }
}
