/** Signatures of thinking: a provider takes its own, and refuses those of others. */
import type { Block } from '../../../kernel/hub.js'
import type { ProtocolId } from '../../../kernel/protocol.js'

/** Formats of Claude, whose signatures are good in each of them (https://platform.claude.com/docs/en/build-with-claude/extended-thinking). */
const CLAUDE: ReadonlySet<ProtocolId> = new Set(['anthropic-messages', 'bedrock-converse'])

/** The block without a signature that another format's provider gave. */
export function withClaudeProof<T extends Block>(block: T): T {
  if (block.type !== 'thinking' || block.signature === undefined) return block
  if (block.raw === undefined || CLAUDE.has(block.raw.protocol)) return block
  const { signature: _signature, ...rest } = block
  return rest as T
}

/** A last answer, which is to be continued, does not end with white space: the API refuses one that does. */
export function trimmedEnd(text: string, warn: (message: string) => void): string {
  const trimmed = text.trimEnd()
  if (trimmed !== text) warn('white space at the end of the last answer, which the API refuses, is left out')
  return trimmed
}
