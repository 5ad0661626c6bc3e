/** Content blocks as the formats of Claude stream them: each is opened, grows, and is closed. */
import type { Block, ChunkDelta, FunctionToolCall, ToolCall } from '../../kernel/hub.js'
import type { JsonObject } from '../../kernel/protocol.js'

/** The blocks of a message, decoded. */
export interface DecodedBlocks<Call extends ToolCall = ToolCall> {
  readonly blocks: Block[]
  readonly toolCalls: Call[]
}

/** The position of a decoder in its stream; the blocks advance it. */
export interface StreamPosition {
  /** Ordinal of the next block. */
  ordinal: number
  /** Index of the next tool call. */
  toolCalls: number
  /** Length of the text before the open block. */
  textLength: number
}

/** A block of a stream that is decoded. */
export interface OpenBlock {
  open(): readonly ChunkDelta[]
  /** @returns `undefined` when there is nothing to show yet. */
  grow(delta: JsonObject): ChunkDelta | undefined
  close(): readonly ChunkDelta[]
}

/** Writes the deltas of an answer as blocks. */
export interface BlockWriter {
  write(delta: ChunkDelta): void
  /** Closes what is open and writes what was held back. */
  end(): void
}

/**
 * A call of a tool, whose arguments come in pieces.
 *
 * @param start - The call as the block's start says it.
 * @param pieceOf - The piece of the arguments in a delta.
 */
export function toolCallBlock(
  start: { readonly call: FunctionToolCall; readonly block: Block },
  at: { readonly block: number; readonly index: number },
  pieceOf: (delta: JsonObject) => string | undefined,
): OpenBlock {
  const { block, index } = at
  const { id, function: called } = start.call
  let empty = true
  return {
    open: () => [
      {
        tool_calls: [{ index, id, type: 'function', function: { name: called.name, arguments: '' } }],
        block,
        ...(start.block.raw && { blocks: [start.block] }),
      },
    ],
    grow(delta) {
      const piece = pieceOf(delta)
      if (!piece) return undefined
      empty = false
      return { tool_calls: [{ index, function: { arguments: piece } }], block }
    },
    close: () => (empty ? [{ tool_calls: [{ index, function: { arguments: called.arguments } }], block }] : []),
  }
}
