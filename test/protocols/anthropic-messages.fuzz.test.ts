/** Requests as a gateway gets them: in another format, and damaged. */
import fc from 'fast-check'
import { test } from 'vitest'
import { TracestitchError } from '../../src/kernel/errors.js'
import { anthropicMessages as codec } from '../../src/protocols/anthropic-messages/index.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { chatRequest } from '../contracts/hub-arbitraries.js'
import { mutated } from '../contracts/json-values.js'

const context = { provider: 'p', model: 'm', quirks: {}, dropUnsupported: true, warn: () => undefined }

test('a damaged request of another format that could be read is written or refused cleanly', () => {
  fc.assert(
    fc.property(
      chatRequest(() => true),
      mutated,
      (request, damage) => {
        const body = damage(openaiChat.encodeRequest(request, context).body)
        try {
          codec.encodeRequest(openaiChat.decodeRequest(body), context)
        } catch (error) {
          if (!TracestitchError.isInstance(error)) throw error
        }
      },
    ),
    { numRuns: 500 },
  )
})
