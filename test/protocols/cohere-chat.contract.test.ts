import { cohereChat } from '../../src/protocols/cohere-chat/index.js'
import { testChatProtocol } from '../contracts/protocol.js'

testChatProtocol({
  protocol: cohereChat,
  cannot: {
    'several choices': 'an answer is one message',
    refusal: 'a refusal is text',
    signatures: 'thinking has none',
    'redacted thinking': 'thinking is text',
    'named tool choice': 'a named function is required by offering it alone',
    'cache writes': 'usage does not count them',
    'reasoning tokens': 'usage does not count them apart',
    'error types': 'an error is a message',
  },
})
