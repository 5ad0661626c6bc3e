/** The variants by their ids. */
import { bedrockInvoke } from './bedrock-invoke.js'
import { cohereChatV1, cohereGenerate } from './cohere-v1.js'
import { mistralFim, mistralOcr } from './mistral.js'
import { ollamaGenerate } from './ollama-generate.js'
import type { Variant, VariantId } from './variant.js'

const FIXED: Readonly<Record<Exclude<VariantId, 'bedrock-invoke'>, Variant>> = {
  'cohere-chat-v1': cohereChatV1,
  'cohere-generate': cohereGenerate,
  'mistral-fim': mistralFim,
  'mistral-ocr': mistralOcr,
  'ollama-generate': ollamaGenerate,
}

/** @param asked - The request, for a variant that depends on it. */
export function variantOf(id: VariantId, asked?: { readonly body: unknown; readonly path: string }): Variant {
  return id === 'bedrock-invoke' ? bedrockInvoke(asked?.body, asked?.path ?? '') : FIXED[id]
}
