/** One candidate of a stream, part by part, as hub deltas. */
import type { Annotation, ChunkDelta } from '../../kernel/hub.js'
import { asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { decodeSources } from './grounding.js'
import { applyPartialArgs } from './partial-args.js'
import { decodeBlock, decodeCall, stringify } from './parts-decode.js'
import { camel } from './wire.js'

export interface StreamCandidate {
  /** Deltas that a part brings. */
  part(part: JsonObject): readonly ChunkDelta[]
  /** What only the end of a finished candidate can tell: arguments that came in pieces, and sources of the text. */
  finish(leftovers: JsonObject | undefined): readonly ChunkDelta[]
}

/** A call whose arguments come in pieces. */
interface OpenCall {
  readonly ordinal: number
  readonly index: number
  readonly args: JsonObject
}

/**
 * Parts that follow each other and hold plain text, or thoughts, are one block; a part with a signature is a
 * block of its own, as it has to be when it is sent back. A signature on a thought ends the thought.
 */
export function createStreamCandidate(nextId: () => string): StreamCandidate {
  let ordinal = -1
  let kind: 'text' | 'thinking' | undefined
  let calls = 0
  let open: OpenCall | undefined
  const texts: { ordinal: number; pieces: string[] }[] = []

  function enter(next: typeof kind): number {
    if (next === undefined || kind !== next) ordinal += 1
    kind = next
    return ordinal
  }

  function remember(at: number, piece: string): void {
    const last = texts.at(-1)
    if (last?.ordinal === at) last.pieces.push(piece)
    else texts.push({ ordinal: at, pieces: [piece] })
  }

  function closeCall(): readonly ChunkDelta[] {
    if (!open) return []
    const { index, args, ordinal: block } = open
    open = undefined
    return [{ tool_calls: [{ index, function: { arguments: stringify(args) } }], block }]
  }

  function startCall(part: JsonObject, functionCall: JsonObject, continues: boolean): ChunkDelta {
    const { call, block } = decodeCall(part, functionCall, nextId)
    const at = enter(undefined)
    const index = calls++
    if (continues)
      open = { ordinal: at, index, args: isObject(functionCall['args']) ? structuredClone(functionCall['args']) : {} }
    const fn = { name: call.function.name, arguments: continues ? '' : call.function.arguments }
    return {
      tool_calls: [{ index, id: call.id, type: 'function', function: fn }],
      block: at,
      ...('raw' in block && block.raw && { blocks: [block] }),
    }
  }

  function callPart(part: JsonObject, wire: JsonObject): readonly ChunkDelta[] {
    const continues = wire['willContinue'] === true
    const named = asString(wire['name']) !== undefined
    const deltas: ChunkDelta[] = []
    if (named) deltas.push(...closeCall(), startCall(part, wire, continues || wire['partialArgs'] !== undefined))
    else if (!open) return []
    if (open) applyPartialArgs(open.args, wire['partialArgs'])
    if (!continues) deltas.push(...closeCall())
    return deltas
  }

  return {
    part(wire) {
      const part = camel(wire)
      if (isObject(part['functionCall'])) return callPart(part, camel(part['functionCall']))
      const block = decodeBlock(part)
      if (!block) return []
      if (block.type === 'thinking') {
        const { thinking, signature, raw } = block
        if (thinking === '' && signature === undefined) return []
        const at = enter('thinking')
        if (signature !== undefined) kind = undefined
        const proof = signature === undefined ? {} : { signature }
        return [
          {
            ...(thinking !== '' && { reasoning_content: thinking }),
            thinking_blocks: [{ type: 'thinking', thinking, ...proof }],
            block: at,
            ...(raw && { blocks: [{ type: 'thinking', thinking: '', raw }] }),
          },
        ]
      }
      if (block.type === 'text') {
        const { text, raw } = block
        const at = enter(raw ? undefined : 'text')
        remember(at, text)
        return [{ content: text, block: at, ...(raw && { blocks: [{ type: 'text', text: '', raw }] }) }]
      }
      return [{ block: enter(undefined), blocks: [block] }]
    },
    finish(leftovers) {
      const deltas = [...closeCall()]
      const last = texts.at(-1)
      const annotations = last && leftovers ? sourcesOf(leftovers, texts) : []
      if (last && annotations.length > 0) deltas.push({ annotations, block: last.ordinal })
      return deltas
    },
  }
}

function sourcesOf(leftovers: JsonObject, texts: readonly { ordinal: number; pieces: string[] }[]): Annotation[] {
  if (leftovers['groundingMetadata'] === undefined && leftovers['citationMetadata'] === undefined) return []
  let start = 0
  const grounded = texts.map(({ ordinal, pieces }) => {
    const text = { part: ordinal, text: pieces.join(''), start }
    start += text.text.length
    return text
  })
  return decodeSources(leftovers, grounded)
}
