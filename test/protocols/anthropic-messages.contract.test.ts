import { anthropicMessages } from '../../src/protocols/anthropic-messages/index.js'
import { testChatProtocol } from '../contracts/protocol.js'

testChatProtocol({
  protocol: anthropicMessages,
  cannot: {
    'several choices': 'an answer is one message',
    seed: 'there is no such parameter',
    refusal: 'a refusal is a stop reason of its own, so it never ends with `stop`',
    'error types': 'the format lists its error types',
  },
})
