/** Requests as a gateway gets them: in another format, and damaged. */
import fc from 'fast-check'
import { test } from 'vitest'
import { TracestitchError } from '../../src/kernel/errors.js'
import { cohereChat } from '../../src/protocols/cohere-chat/index.js'
import { ollamaChat } from '../../src/protocols/ollama-chat/index.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { watsonxChat } from '../../src/protocols/watsonx-chat.js'
import { chatRequest } from '../contracts/hub-arbitraries.js'
import { mutated } from '../contracts/json-values.js'

const context = { provider: 'p', model: 'm', quirks: {}, dropUnsupported: true, warn: () => undefined }

test.each([cohereChat, ollamaChat, watsonxChat])(
  '$id writes, or refuses cleanly, a damaged request of another format that could be read',
  (codec) => {
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
      { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 500) },
    )
  },
)
