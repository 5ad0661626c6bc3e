import { openaiResponses } from '../../src/protocols/openai-responses/index.js'
import { testChatProtocol } from '../contracts/protocol.js'

testChatProtocol({
  protocol: openaiResponses,
  cannot: {
    'several choices': 'a response is one answer',
    stop: 'there is no such parameter',
    seed: 'there is no such parameter',
  },
})
