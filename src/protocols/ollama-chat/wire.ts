/** Small decoders that requests, answers and streams of this format share. */
import type { ProtocolId } from '../../kernel/protocol.js'
import { rawReader } from '../shared/raw.js'

export const ID: ProtocolId = 'ollama-chat'

export const ownRaw = rawReader(ID)
