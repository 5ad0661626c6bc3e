/** Small readings of this wire format that requests, answers and streams share. */
import type { ProtocolId } from '../../kernel/protocol.js'
import { rawReader } from '../shared/raw.js'

export const ID: ProtocolId = 'ollama-chat'

export const ownRaw = rawReader(ID)
