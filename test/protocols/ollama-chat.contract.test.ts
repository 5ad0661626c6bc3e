import { ollamaChat } from '../../src/protocols/ollama-chat/index.js'
import { testChatProtocol } from '../contracts/protocol.js'

testChatProtocol({
  protocol: ollamaChat,
  cannot: {
    'several choices': 'an answer is one message',
    refusal: 'a refusal is text',
    signatures: 'thinking has none',
    'redacted thinking': 'thinking is text',
    'tool choice': 'there is no such parameter',
    'images by address': 'the server fetches nothing',
    'cached tokens': 'usage does not count them',
    'cache writes': 'usage does not count them',
    'reasoning tokens': 'usage does not count them apart',
    'content filter': 'there is no such reason',
    'error types': 'an error is a text',
  },
})
