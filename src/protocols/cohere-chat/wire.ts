/** Small decoders that requests, answers and streams of this format share. */
import type { ProtocolId } from '../../kernel/protocol.js'
import { rawReader } from '../shared/raw.js'

export const ID: ProtocolId = 'cohere-chat'

export const ownRaw = rawReader(ID)

/** Raw form of the thinking block that stands for `tool_plan`, the reasoning of models without thinking content. */
export const PLAN = 'tool_plan'

export function isPlan(raw: { protocol: ProtocolId; value: unknown } | undefined): boolean {
  return ownRaw(raw)?.['type'] === PLAN
}
